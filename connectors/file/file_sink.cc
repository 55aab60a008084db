#include "file_sink.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace millrace::file {
namespace {

constexpr sdk::Key kKeys[] = {
    sdk::Key(kFile, MILLRACE_CONFIG_STRING, MILLRACE_HIGH,
             "The file to append lines to. Without it lines are written to standard output.")
        .or_default(nullptr)};

constexpr size_t kWriteAt = 256 * 1024;

// Lone surrogates, which UTF-8 cannot hold, become question marks as Java's encoder has it.
void replace_surrogates(std::string& text, size_t from) {
  size_t at = text.find('\xED', from);
  while (at != std::string::npos && at + 3 <= text.size()) {
    if (static_cast<uint8_t>(text[at + 1]) >= 0xA0) text.replace(at, 3, "?");
    at = text.find('\xED', at + 1);
  }
}

}  // namespace

std::span<const sdk::Key> FileSinkConnector::keys() { return kKeys; }

void FileSinkConnector::start(const sdk::Config& config) {
  Connector::start(config);
  std::string file = config.find(kFile).value_or("");
  log(sdk::Level::kInfo,
      "Starting file sink connector writing to " + (file.empty() ? "standard output" : file));
}

void FileSinkConnector::task_configs(int32_t tasks_max, sdk::TaskConfigs& configs) {
  for (int32_t i = 0; i < tasks_max; ++i) configs.add(config());
}

void FileSinkTask::start(const sdk::Config& config) {
  std::string file = config.find(kFile).value_or("");
  if (file.empty()) {
    descriptor_ = STDOUT_FILENO;
    return;
  }
  file_ = file;
  descriptor_ = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (descriptor_ < 0) {
    throw sdk::FatalError("Couldn't find or create file '" + file +
                          "' for FileStreamSinkTask: " + std::strerror(errno));
  }
  owned_ = true;
}

void FileSinkTask::put(const sdk::Batch& batch) {
  lines_.clear();  // of a put that failed
  batch.for_each([&](const sdk::RecordView& record) { append(record); });
  write();
  if (lines_.capacity() > 2 * kWriteAt) std::string().swap(lines_);
}

void FileSinkTask::append(const sdk::RecordView& record) {
  size_t begin = lines_.size();
  const sdk::Cell& value = record.value();
  if (value.kind == MILLRACE_STRING) {
    lines_.append(sdk::text_of(value));
  } else if (value.kind == MILLRACE_NULL) {
    lines_.append("null");
  } else {
    sdk::append_value_text(lines_, record.value_schema(), value);
  }
  replace_surrogates(lines_, begin);
  lines_.push_back('\n');
  if (lines_.size() >= kWriteAt) write();
}

void FileSinkTask::write() {
  std::string_view left = lines_;
  while (!left.empty()) {
    ssize_t count = ::write(descriptor_, left.data(), left.size());
    if (count >= 0) {
      left.remove_prefix(static_cast<size_t>(count));
    } else if (errno == EAGAIN) {
      pollfd ready{descriptor_, POLLOUT, 0};  // standard output may be a non-blocking pipe
      ::poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      throw sdk::FatalError(system_error("Couldn't write to file", file_, errno));
    }
  }
  lines_.clear();
}

void FileSinkTask::close_file() {
  if (owned_) ::close(descriptor_);
  owned_ = false;
  descriptor_ = -1;
}

}  // namespace millrace::file
