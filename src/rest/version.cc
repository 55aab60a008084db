#include "rest/server.h"

#ifndef MILLRACE_COMMIT
#define MILLRACE_COMMIT "unknown"
#endif

namespace millrace::rest {

std::string_view kafka_version() { return "4.3.1"; }
std::string_view build_commit() { return MILLRACE_COMMIT; }

}  // namespace millrace::rest
