#include "app/command_line.h"

int main(int count, char** arguments) { return millrace::app::run(count, arguments); }
