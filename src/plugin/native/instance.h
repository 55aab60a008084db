#pragma once
// One connector or task that a plug-in made: its `self`, its context, and the calls on it.

#include <memory>
#include <string>
#include <utility>

#include "plugin/native/contexts.h"
#include "plugin/native/errors.h"
#include "plugin/native/host_table.h"

namespace millrace::plugin::native {

class Instance {
 public:
  Instance(std::string class_name, std::shared_ptr<const ContextTarget> target,
           void (*destroy)(void*))
      : class_name_(std::move(class_name)), context_(std::move(target)), destroy_(destroy) {}
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;
  // The context ends after `destroy`, which may still log.
  ~Instance() {
    if (self_ != nullptr)
      (void)call("destroy", [&](millrace_error*) { return destroy_(self_), MILLRACE_OK; });
  }

  using Create = void* (*)(const millrace_host*, millrace_context, millrace_error*);
  Result<void> create(Create create) {
    return call("create", [&](millrace_error* error) -> millrace_code {
      self_ = create(host_table(), context_.get(), error);
      if (self_ != nullptr) return MILLRACE_OK;
      return error->code == MILLRACE_OK
                 ? set_error(error, MILLRACE_FATAL, "create of " + class_name_ + " returned NULL")
                 : error->code;
    });
  }

  // call(millrace_error*) -> millrace_code, into the plug-in.
  template <typename Call>
  Result<void> call(std::string_view function, Call&& call) const {
    return call_plugin(class_name_, function, std::forward<Call>(call));
  }
  // The same for a function that returns nothing and may be missing. There is nobody to tell of a
  // failure but the log.
  void call_void(std::string_view function, void (*called)(void*)) const {
    if (called == nullptr) return;
    Result<void> done = call(function, [&](millrace_error*) { return called(self_), MILLRACE_OK; });
    if (done) return;
    if (auto target = find_context(context_.get())) target->log.error("{}", done.error().message());
  }

  void* self() const { return self_; }
  const std::string& class_name() const { return class_name_; }

 private:
  std::string class_name_;
  ContextHandle context_;
  void (*destroy_)(void*);
  void* self_ = nullptr;
};

}  // namespace millrace::plugin::native
