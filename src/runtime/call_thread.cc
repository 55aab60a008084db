#include "runtime/call_thread.h"

#include <pthread.h>

#include <thread>

namespace millrace::runtime {

void CallThread::post(std::function<void()> call) {
  {
    std::lock_guard lock(mutex_);
    calls_.push_back(std::move(call));
    if (running_) return;
    running_ = true;
  }
  std::thread([self = shared_from_this()] { self->run(); }).detach();
}

void CallThread::run() {
  pthread_setname_np(pthread_self(), name_.substr(0, 15).c_str());
  for (;;) {
    std::function<void()> call;
    {
      std::lock_guard lock(mutex_);
      if (calls_.empty()) {
        running_ = false;
        return;
      }
      call = std::move(calls_.front());
      calls_.pop_front();
    }
    call();
  }
}

}  // namespace millrace::runtime
