#pragma once
// A source of made-up rows, at a wished rate: for trying out a pipeline and for measuring.
//
// Tasks share the rows by turns: task i of n makes the rows i, i + n, i + 2n ... Source partition
// {"topic": T, "task": i, "tasks": n}, offset {"row": the row's number}; a restart goes on with the
// next one. With another number of tasks the rows begin anew.

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <span>
#include <string>

#include "row_generator.h"

namespace millrace::datagen {

class DatagenConnector : public sdk::Connector {
 public:
  static std::span<const sdk::Key> keys();
  static void validate(const sdk::Config& config, sdk::Findings& findings);
  static int32_t exactly_once_support(const sdk::Config&) {
    return MILLRACE_EXACTLY_ONCE_SUPPORTED;
  }

  void task_configs(int32_t tasks_max, sdk::TaskConfigs& configs) override;
  bool alter_offsets(const sdk::Config& config, const sdk::Cell* partitions,
                     const sdk::Cell* offsets, size_t count) override;
};

class DatagenTask : public sdk::SourceTask {
 public:
  void start(const sdk::Config& config) override;
  void poll(sdk::Builder& builder, std::chrono::milliseconds timeout) override;
  void cancel() override;

 private:
  using Clock = std::chrono::steady_clock;

  void append_row(sdk::Builder& builder, sdk::Record& record);
  // Rows that may be made now, by the rate.
  int64_t due(Clock::time_point now) const;
  void wait(Clock::time_point until);
  bool finished() const { return count_ >= 0 && next_row_ >= count_; }

  std::optional<RowGenerator> rows_;
  std::string topic_;
  int32_t key_field_ = -1;
  int64_t count_ = -1, next_row_ = 0, made_ = 0, tasks_ = 1;
  double rate_ = 0;  // rows a second of this task; 0: as fast as it goes
  Clock::time_point began_;
  sdk::Cell partition_entries_[6]{}, partition_{};

  std::mutex mutex_;
  std::condition_variable changed_;
  bool cancelled_ = false;
};

}  // namespace millrace::datagen
