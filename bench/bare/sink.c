/* sink BOOTSTRAP TOPIC FILE: each record of a topic to a line of a file. */
#include "consume.h"

static void write_line(const rd_kafka_message_t *message, void *context) {
  FILE *file = context;
  fwrite(message->payload, 1, message->len, file);
  putc('\n', file);
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  FILE *file = fopen(argv[3], "w");
  if (!file) return 1;
  printf("%ld\n", consume_all(argv[1], argv[2], write_line, file));
  return fclose(file) != 0;
}
