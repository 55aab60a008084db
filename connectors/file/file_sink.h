#pragma once
// The sink of lines: org.apache.kafka.connect.file.FileStreamSink{Connector,Task}. Appends the text
// of each value and a newline. Everything is handed to the system when `put` returns, so a failure
// to write is known before any offset is committed.

#include <optional>
#include <span>
#include <string>

#include "file_keys.h"

namespace millrace::file {

class FileSinkConnector : public sdk::Connector {
 public:
  static std::span<const sdk::Key> keys();

  void start(const sdk::Config& config) override;
  void task_configs(int32_t tasks_max, sdk::TaskConfigs& configs) override;
  bool alter_offsets(const sdk::Config&, const sdk::Cell*, const sdk::Cell*, size_t) override {
    return true;  // nothing of its own to keep in step
  }
};

class FileSinkTask : public sdk::SinkTask {
 public:
  ~FileSinkTask() override { close_file(); }

  void start(const sdk::Config& config) override;
  void put(const sdk::Batch& batch) override;
  void stop() override { close_file(); }

 private:
  void append(const sdk::RecordView& record);
  void write();
  void close_file();

  std::string file_ = "stdout";
  int descriptor_ = -1;
  bool owned_ = false;
  std::string lines_;
};

}  // namespace millrace::file
