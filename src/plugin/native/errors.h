#pragma once
// Failures on their way across the connector contract: codes and messages of a plug-in become
// Errors, and whatever a plug-in lets escape is caught here.

#include <exception>
#include <string>
#include <string_view>

#include "base/result.h"
#include "millrace/abi.h"

// What host->fail fills.
struct millrace_error {
  millrace_code code = MILLRACE_OK;
  std::string message;
};

namespace millrace::plugin::native {

inline std::string_view view(millrace_text text) {
  return text.data == nullptr ? std::string_view{} : std::string_view(text.data, text.size);
}
inline millrace_text text(std::string_view view) {
  return {view.data() == nullptr ? "" : view.data(), view.size()};
}

// The Error for what a call of `function` on `subject` gave; `code` is not MILLRACE_OK.
Error to_error(std::string_view subject, std::string_view function, millrace_code code,
               const millrace_error& error);

// Describes a failure of ours to the plug-in; gives the code to return.
millrace_code set_error(millrace_error* error, millrace_code code, std::string_view message);
millrace_code set_error(millrace_error* error, const Error& failure);

// The Error for an exception that crossed the contract; call it inside a catch block.
Error escaped_exception(std::string_view subject, std::string_view function);

// Runs one call into a plug-in: call(millrace_error*) -> millrace_code.
template <typename Call>
Result<void> call_plugin(std::string_view subject, std::string_view function, Call&& call) {
  millrace_error error;
  millrace_code code = MILLRACE_OK;
  try {
    code = call(&error);
  } catch (...) {
    return fail(escaped_exception(subject, function));
  }
  if (code == MILLRACE_OK) return {};
  return fail(to_error(subject, function, code, error));
}

}  // namespace millrace::plugin::native
