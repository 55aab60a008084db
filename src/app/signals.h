#pragma once
// SIGTERM and SIGINT: the first asks the worker to stop gracefully, the second ends the process at
// once.

namespace millrace::app {

// Before any thread is made: all threads inherit that these signals wait to be fetched.
void block_stop_signals();

// One of them waits to be fetched.
bool stop_signal_pending();

// Waits for the first of them; gives its number. From then on another one ends the process at once
// with exit code 128 + its number.
int wait_for_stop_signal();

}  // namespace millrace::app
