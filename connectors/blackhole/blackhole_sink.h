#pragma once
// A sink that takes everything and keeps nothing: for measuring, and for seeing how the worker
// behaves when a connector is slow, fails, throws or hangs.

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <span>
#include <string>

#include "millrace/sdk.h"

namespace millrace::blackhole {

namespace sdk = ::millrace::sdk;

class BlackholeConnector : public sdk::Connector {
 public:
  static std::span<const sdk::Key> keys();
  void task_configs(int32_t tasks_max, sdk::TaskConfigs& configs) override;
  bool alter_offsets(const sdk::Config&, const sdk::Cell*, const sdk::Cell*, size_t) override {
    return true;
  }
};

class BlackholeTask : public sdk::SinkTask {
 public:
  void start(const sdk::Config& config) override;
  // Metrics: `records` and `bytes`, of all texts and byte strings in keys and values.
  void put(const sdk::Batch& batch) override;
  void cancel() override;

 private:
  void wait_before_put();
  bool is_poison(const sdk::Cell& value) const;
  void fail_if_due(const sdk::RecordView& record, const sdk::Batch& batch);

  std::chrono::milliseconds delay_{0};
  int64_t fail_after_ = -1, failures_left_ = 0, log_every_ = 0;
  std::string fail_on_, failure_;
  int64_t records_ = 0;

  std::mutex mutex_;
  std::condition_variable changed_;
  bool cancelled_ = false;
};

}  // namespace millrace::blackhole
