#pragma once
// Expected failures are values. `Result<T>` is a T or an Error; an Error has a kind, a message, the
// Java class that a Kafka Connect user knows it by, and the cause beneath it. Context is added on
// the way up.
//
//   Result<Config> config = load(path);
//   if (!config) return std::move(config).error().within("while reading " + path);

#include <memory>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace millrace {

enum class ErrorKind {
  retriable,   // may succeed when tried again
  bad_data,    // this record will never succeed
  bad_config,  // the user must change a setting
  fatal,       // the task or process cannot go on
  cancelled,   // stopped on request; not a failure
  not_found,   // the thing asked for does not exist
  conflict,    // the request contradicts the present state
  timed_out,   // no answer within the time allowed
};

class [[nodiscard]] Error {
 public:
  Error(ErrorKind kind, std::string message) : kind_(kind), message_(std::move(message)) {}
  // exception_class: full Java class name; must be a literal.
  Error(ErrorKind kind, std::string message, const char* exception_class)
      : kind_(kind), message_(std::move(message)), exception_class_(exception_class) {}

  ErrorKind kind() const { return kind_; }
  const std::string& message() const { return message_; }

  // The Java class that the Java worker would have thrown, as shown in traces and dead-letter
  // headers.
  std::string_view exception_class() const;

  // The same failure seen from one level up: `message` outside, this error as its cause. The kind
  // stays.
  Error within(std::string message) &&;
  Error caused_by(Error cause) &&;
  // The same failure for those who judge it by its kind, as where trying again is over.
  Error as(ErrorKind kind) &&;
  const Error* cause() const { return cause_.get(); }

  // Another worker of the cluster can do it: the URL of its REST API, "" where it is not known yet.
  // Java: RequestTargetException.forwardUrl.
  Error forwarded_to(std::string url) &&;
  const std::string* forward_url() const { return forward_url_.get(); }

  // "class: message", then one "Caused by: class: message" line for each cause: the `trace` of a
  // status.
  std::string trace() const;
  // "message: cause message: ..." on one line, for logs.
  std::string describe() const;

 private:
  ErrorKind kind_;
  std::string message_;
  const char* exception_class_ = nullptr;
  std::shared_ptr<const Error> cause_;
  std::shared_ptr<const std::string> forward_url_;
};

template <typename T>
using Result = tl::expected<T, Error>;

using Failure = tl::unexpected<Error>;

template <typename... Arguments>
[[nodiscard]] Failure fail(ErrorKind kind, Arguments&&... arguments) {
  return Failure(Error(kind, std::forward<Arguments>(arguments)...));
}
[[nodiscard]] inline Failure fail(Error error) { return Failure(std::move(error)); }

}  // namespace millrace
