#include "base/result.h"

namespace millrace {

std::string_view Error::exception_class() const {
  if (exception_class_ != nullptr) return exception_class_;
  switch (kind_) {
    case ErrorKind::retriable: return "org.apache.kafka.connect.errors.RetriableException";
    case ErrorKind::bad_data: return "org.apache.kafka.connect.errors.DataException";
    case ErrorKind::bad_config: return "org.apache.kafka.common.config.ConfigException";
    case ErrorKind::not_found: return "org.apache.kafka.connect.errors.NotFoundException";
    case ErrorKind::conflict: return "org.apache.kafka.connect.errors.AlreadyExistsException";
    case ErrorKind::timed_out: return "org.apache.kafka.common.errors.TimeoutException";
    case ErrorKind::fatal:
    case ErrorKind::cancelled: break;
  }
  return "org.apache.kafka.connect.errors.ConnectException";
}

Error Error::within(std::string message) && {
  Error outer(kind_, std::move(message));
  outer.cause_ = std::make_shared<const Error>(std::move(*this));
  return outer;
}

Error Error::as(ErrorKind kind) && {
  kind_ = kind;
  return std::move(*this);
}

Error Error::caused_by(Error cause) && {
  cause_ = std::make_shared<const Error>(std::move(cause));
  return std::move(*this);
}

Error Error::forwarded_to(std::string url) && {
  forward_url_ = std::make_shared<const std::string>(std::move(url));
  return std::move(*this);
}

std::string Error::trace() const {
  std::string text;
  for (const Error* error = this; error != nullptr; error = error->cause()) {
    if (error != this) text += "Caused by: ";
    text.append(error->exception_class()).append(": ").append(error->message_).append("\n");
  }
  return text;
}

std::string Error::describe() const {
  std::string text = message_;
  for (const Error* error = cause(); error != nullptr; error = error->cause()) {
    text.append(": ").append(error->message_);
  }
  return text;
}

}  // namespace millrace
