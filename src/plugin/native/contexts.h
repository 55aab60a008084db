#pragma once
// The contexts that plug-ins hold. A plug-in gets a number: a slot and its generation. When the
// connector or task has ended the number is refused, so that a thread which a plug-in left behind
// does no harm.

#include <memory>
#include <optional>

#include "base/log.h"
#include "millrace/abi.h"
#include "plugin/connector.h"

namespace millrace::plugin::native {

// What a number stands for. Held by every host function that is running, so it outlives them.
struct ContextTarget {
  std::shared_ptr<TaskOrConnectorContext> common;  // one of the three below, or none of them
  ConnectorContext* connector = nullptr;
  SinkTaskContext* sink = nullptr;
  Logger log;
  std::string class_name;
};

// Null where the context has ended or never was. Any thread.
std::shared_ptr<const ContextTarget> find_context(millrace_context context);

// Owns one number; ends it when it goes.
class ContextHandle {
 public:
  explicit ContextHandle(std::shared_ptr<const ContextTarget> target);
  ~ContextHandle() { end(); }
  ContextHandle(const ContextHandle&) = delete;
  ContextHandle& operator=(const ContextHandle&) = delete;

  millrace_context get() const { return context_; }
  void end();

 private:
  millrace_context context_;
};

}  // namespace millrace::plugin::native
