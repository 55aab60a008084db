#pragma once
// The source of lines: org.apache.kafka.connect.file.FileStreamSource{Connector,Task}.
//
// One record per line: value STRING, no key, the time of reading as its timestamp. Source partition
// {"filename": FILE}, offset {"position": bytes up to the end of the line}. Java counts UTF-16
// units there although it skips bytes on a restart; for ASCII text both are the same, for other
// text only ours finds its place again.

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <span>
#include <string>

#include "file_keys.h"
#include "line_reader.h"

namespace millrace::file {

class FileSourceConnector : public sdk::Connector {
 public:
  static std::span<const sdk::Key> keys();
  static int32_t exactly_once_support(const sdk::Config& config);

  void start(const sdk::Config& config) override;
  bool alter_offsets(const sdk::Config& config, const sdk::Cell* partitions,
                     const sdk::Cell* offsets, size_t count) override;
};

class FileSourceTask : public sdk::SourceTask {
 public:
  void start(const sdk::Config& config) override;
  void poll(sdk::Builder& builder, std::chrono::milliseconds timeout) override;
  void cancel() override;
  void stop() override { reader_.close(); }

 private:
  class Lines;

  bool open();
  void restore_position();
  bool read_lines(sdk::Builder& builder);
  // False: cancelled.
  bool wait(std::chrono::steady_clock::time_point deadline);

  std::optional<std::string> file_;
  std::string topic_;
  uint32_t batch_size_ = 0;
  sdk::Schema schema_;
  LineReader reader_;
  bool missing_was_logged_ = false;
  sdk::Cell partition_entries_[2]{}, partition_{};
  // Pause before the next look at an idle file: grows up to Java's second.
  std::chrono::milliseconds pause_{0};

  std::mutex mutex_;
  std::condition_variable cancelled_changed_;
  bool cancelled_ = false;
};

}  // namespace millrace::file
