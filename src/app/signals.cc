#include "app/signals.h"

#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

namespace millrace::app {
namespace {

constexpr int kNoMoreWaiting = SIGUSR1;  // to the thread of StartInterruptible alone

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

sigset_t blocked_signals() {
  sigset_t set = stop_signals();
  sigaddset(&set, kNoMoreWaiting);
  return set;
}

void end_at_once(int signal) { _exit(128 + signal); }

}  // namespace

void block_stop_signals() {
  const sigset_t set = blocked_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

StartInterruptible::StartInterruptible()
    : thread_([] {
        const sigset_t set = blocked_signals();
        int signal = 0;
        while (sigwait(&set, &signal) != 0) {
        }
        if (signal == kNoMoreWaiting) return;
        std::fflush(nullptr);
        end_at_once(signal);
      }) {}

StartInterruptible::~StartInterruptible() {
  pthread_kill(thread_.native_handle(), kNoMoreWaiting);
  thread_.join();
}

bool stop_signal_pending() {
  sigset_t pending;
  sigpending(&pending);
  return sigismember(&pending, SIGTERM) == 1 || sigismember(&pending, SIGINT) == 1;
}

int wait_for_stop_signal() {
  const sigset_t set = stop_signals();
  int signal = 0;
  while (sigwait(&set, &signal) != 0) {
  }
  struct sigaction action {};
  action.sa_handler = end_at_once;
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGINT, &action, nullptr);
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
  return signal;
}

}  // namespace millrace::app
