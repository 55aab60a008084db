#pragma once
// CallThread: runs calls one after the other on a thread that lives only while there are calls. So
// a thousand idle connectors hold no threads, and a call that hangs holds up nothing but what is
// queued behind it.

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace millrace::runtime {

// Made with std::make_shared: its thread holds a reference, so that a call that never returns never
// sees what it uses destroyed.
class CallThread : public std::enable_shared_from_this<CallThread> {
 public:
  // name: of the thread, cut to the system's 15 characters.
  explicit CallThread(std::string name) : name_(std::move(name)) {}

  // Any thread. `call` must not throw.
  void post(std::function<void()> call);

 private:
  void run();

  const std::string name_;
  std::mutex mutex_;
  std::deque<std::function<void()>> calls_;
  bool running_ = false;
};

}  // namespace millrace::runtime
