#pragma once
// No exception may leave a host function: guard<&function> is a function of the same signature that
// catches everything. What it returns then is `fallback`; an error argument is filled.

#include <exception>

#include "plugin/native/errors.h"

namespace millrace::plugin::native {

template <typename T>
void note_exception(T&&) {}
inline void note_exception(millrace_error* error) {
  if (error == nullptr) return;
  error->code = MILLRACE_FATAL;
  try {
    throw;
  } catch (const std::exception& exception) {
    error->message = exception.what();
  } catch (...) {
    error->message = "an unknown exception in the worker";
  }
}

template <auto function, millrace_code fallback>
struct Guard;

template <typename R, typename... A, R (*function)(A...), millrace_code fallback>
struct Guard<function, fallback> {
  static R call(A... arguments) noexcept {
    try {
      return function(arguments...);
    } catch (...) {
      (note_exception(arguments), ...);
      if constexpr (std::is_same_v<R, millrace_code>) {
        return fallback;
      } else if constexpr (!std::is_void_v<R>) {
        return R{};
      }
    }
  }
};

template <auto function, millrace_code fallback = MILLRACE_FATAL>
inline constexpr auto guard = &Guard<function, fallback>::call;

}  // namespace millrace::plugin::native
