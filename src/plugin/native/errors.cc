#include "plugin/native/errors.h"

#include <optional>

namespace millrace::plugin::native {
namespace {

std::optional<ErrorKind> kind_of(millrace_code code) {
  switch (code) {
    case MILLRACE_RETRIABLE: return ErrorKind::retriable;
    case MILLRACE_BAD_DATA: return ErrorKind::bad_data;
    case MILLRACE_BAD_CONFIG: return ErrorKind::bad_config;
    case MILLRACE_FATAL: return ErrorKind::fatal;
    case MILLRACE_CANCELLED: return ErrorKind::cancelled;
    default: return std::nullopt;
  }
}

millrace_code code_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::retriable:
    case ErrorKind::timed_out: return MILLRACE_RETRIABLE;
    case ErrorKind::bad_data: return MILLRACE_BAD_DATA;
    case ErrorKind::bad_config: return MILLRACE_BAD_CONFIG;
    case ErrorKind::cancelled: return MILLRACE_CANCELLED;
    default: return MILLRACE_FATAL;
  }
}

std::string where(std::string_view subject, std::string_view function) {
  return std::string(function).append(" of ").append(subject);
}

}  // namespace

Error to_error(std::string_view subject, std::string_view function, millrace_code code,
               const millrace_error& error) {
  std::optional<ErrorKind> kind = kind_of(code);
  if (!kind) {
    std::string message = where(subject, function) + " returned the unknown code " +
                          std::to_string(code) + "; a millrace_code is 0 to 5";
    if (!error.message.empty()) message += ": " + error.message;
    return {ErrorKind::fatal, std::move(message)};
  }
  if (error.message.empty()) {
    return {*kind, where(subject, function) + " failed without a message"};
  }
  return {*kind, error.message};
}

millrace_code set_error(millrace_error* error, millrace_code code, std::string_view message) {
  if (error != nullptr) {
    error->code = code;
    error->message.assign(message);
  }
  return code;
}

millrace_code set_error(millrace_error* error, const Error& failure) {
  return set_error(error, code_of(failure.kind()), failure.describe());
}

Error escaped_exception(std::string_view subject, std::string_view function) {
  std::string message = "an exception left " + where(subject, function);
  try {
    throw;
  } catch (const std::exception& exception) {
    message.append(": ").append(exception.what());
  } catch (...) {
    message.append(" that is no std::exception");
  }
  return {ErrorKind::fatal, std::move(message)};
}

}  // namespace millrace::plugin::native
