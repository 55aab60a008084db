#include "file_source.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>

#include "line_decoder.h"

namespace millrace::file {
namespace {

constexpr char kFilename[] = "filename";
constexpr char kPosition[] = "position";
constexpr std::chrono::milliseconds kFirstPause{10}, kLongestPause{1000};

constexpr sdk::Key kKeys[] = {
    sdk::Key(kFile, MILLRACE_CONFIG_STRING, MILLRACE_HIGH,
             "The file to read lines from. Without it lines are read from standard input.")
        .or_default(nullptr),
    sdk::Key(kTopic, MILLRACE_CONFIG_STRING, MILLRACE_HIGH, "The topic that lines are sent to.")
        .not_empty(),
    sdk::Key(kBatchSize, MILLRACE_CONFIG_INT, MILLRACE_LOW,
             "The largest number of lines that one poll of the task hands over.")
        .or_default("2000")};

bool is_given(const std::optional<std::string>& file) { return file && !file->empty(); }

int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

sdk::ConfigError invalid(const char* key, const std::string& value, const char* why) {
  return sdk::ConfigError("Invalid value " + value + " for configuration " + key + ": " + why);
}

struct Settings {
  std::string topic;
  int32_t batch_size;
};

// Java's connector reads its settings as it starts, and before it looks at offsets, as its task
// does: what cannot be read fails each of these.
Settings read_settings(const sdk::Config& config) {
  Settings settings{config.text(kTopic), 0};
  if (settings.topic.empty()) throw invalid(kTopic, settings.topic, "String must be non-empty");
  const std::string size = config.text(kBatchSize);
  const char* begin = size.data() + (size.size() > 1 && size[0] == '+' && size[1] != '-' ? 1 : 0);
  const char* end = size.data() + size.size();
  const auto [stopped, error] = std::from_chars(begin, end, settings.batch_size);
  if (error != std::errc() || stopped != end)
    throw invalid(kBatchSize, size, "Not a number of type INT");
  return settings;
}

void check_offset(const sdk::Cell& partition, const sdk::Cell& offset) {
  // Resetting is allowed for anything: it is how users get rid of garbage.
  if (offset.kind == MILLRACE_NULL) return;
  const std::string key = std::string("'") + kPosition + "'";
  const sdk::Cell* position = sdk::find_in_map(offset, kPosition);
  if (position == nullptr)
    throw sdk::FatalError("Offset objects should either be null or contain the key " + key);
  if (position->kind != MILLRACE_INT64) {
    throw sdk::FatalError("The value for the " + key +
                          " key in the offset is expected to be a Long value");
  }
  if (position->as.i64 < 0) {
    throw sdk::FatalError("The value for the " + key +
                          " key in the offset should be a non-negative value");
  }
  if (partition.kind == MILLRACE_NULL) throw sdk::FatalError("Partition objects cannot be null");
  if (sdk::find_in_map(partition, kFilename) == nullptr) {
    throw sdk::FatalError(std::string("Partition objects should contain the key '") + kFilename +
                          "'");
  }
}

}  // namespace

std::span<const sdk::Key> FileSourceConnector::keys() { return kKeys; }

int32_t FileSourceConnector::exactly_once_support(const sdk::Config& config) {
  // Standard input cannot be read again.
  return is_given(config.find(kFile)) ? MILLRACE_EXACTLY_ONCE_SUPPORTED
                                      : MILLRACE_EXACTLY_ONCE_UNSUPPORTED;
}

void FileSourceConnector::start(const sdk::Config& config) {
  Connector::start(config);
  read_settings(config);
  std::optional<std::string> file = config.find(kFile);
  log(sdk::Level::kInfo, "Starting file source connector reading from " +
                             (is_given(file) ? *file : std::string("standard input")));
}

bool FileSourceConnector::alter_offsets(const sdk::Config& config, const sdk::Cell* partitions,
                                        const sdk::Cell* offsets, size_t count) {
  read_settings(config);
  if (!is_given(config.find(kFile))) {
    throw sdk::FatalError(
        "Offsets cannot be modified if the 'file' configuration is unspecified. This is because "
        "stdin is used for input and offsets are not tracked.");
  }
  for (size_t i = 0; i < count; ++i) check_offset(partitions[i], offsets[i]);
  return true;
}

// Turns a piece of text into records.
class FileSourceTask::Lines {
 public:
  Lines(FileSourceTask& task, sdk::Builder& builder, const LineReader::Piece& piece)
      : task_(task),
        builder_(builder),
        begin_(piece.memory),
        end_(piece.memory + piece.size),
        has_returns_(std::memchr(begin_, '\r', piece.size) != nullptr),
        valid_(is_valid_utf8({piece.memory, piece.size})),
        tracked_(is_given(task.file_)) {
    // Copies: the batch may outlive the task.
    record_.topic = sdk::to_text(builder.copy(task.topic_));
    record_.value_schema = task.schema_.get();
    record_.timestamp = now_ms();
    record_.source_partition = builder.map({{kFilename, task.partition_entries_[1]}});
  }

  // Appends lines until the batch has enough or there is no whole line; gives the bytes taken.
  size_t append(int64_t position) {
    const char* next = begin_;
    while (!enough()) {
      Line line = find(next);
      if (line.after == nullptr) break;
      next = line.after;
      append_line({line.text, line.size}, position + (next - begin_));
    }
    return static_cast<size_t>(next - begin_);
  }
  bool enough() const { return builder_.count() >= task_.batch_size_ || builder_.full(); }

 private:
  struct Line {
    const char* text;
    size_t size;
    const char* after;  // null: no whole line
  };

  Line find(const char* from) const {
    size_t left = static_cast<size_t>(end_ - from);
    auto* newline = static_cast<const char*>(std::memchr(from, '\n', left));
    if (has_returns_) [[unlikely]] {
      size_t range = newline ? static_cast<size_t>(newline - from) : left;
      auto* carriage = static_cast<const char*>(std::memchr(from, '\r', range));
      // A return at the very end may be the first half of \r\n.
      if (carriage != nullptr && carriage + 1 == end_) return {nullptr, 0, nullptr};
      if (carriage != nullptr) {
        return {from, static_cast<size_t>(carriage - from),
                carriage + (carriage[1] == '\n' ? 2 : 1)};
      }
    }
    if (newline == nullptr) return {nullptr, 0, nullptr};
    return {from, static_cast<size_t>(newline - from), newline + 1};
  }

  void append_line(std::string_view line, int64_t position) {
    if (!valid_ && !is_valid_utf8(line)) line = builder_.copy(decode_utf8(line));
    record_.value = sdk::text_cell(line);
    if (offsets_left_ == 0) {
      offsets_left_ = offsets_block_;
      offsets_ = static_cast<sdk::Cell*>(builder_.allocate(3 * sizeof(sdk::Cell) * offsets_left_));
      offsets_block_ = std::min<size_t>(offsets_block_ * 4, 256);
    }
    offsets_[0] = sdk::nested_cell(MILLRACE_MAP, offsets_ + 1, 1);
    offsets_[1] = sdk::text_cell(kPosition);
    offsets_[2] = tracked_ ? sdk::int64_cell(position) : sdk::null_cell();
    record_.source_offset = offsets_;
    offsets_ += 3;
    --offsets_left_;
    builder_.append(record_);
  }

  FileSourceTask& task_;
  sdk::Builder& builder_;
  const char *begin_, *end_;
  bool has_returns_, valid_, tracked_;
  sdk::Record record_;
  sdk::Cell* offsets_ = nullptr;
  size_t offsets_left_ = 0, offsets_block_ = 1;
};

void FileSourceTask::start(const sdk::Config& config) {
  file_ = config.find(kFile);
  Settings settings = read_settings(config);
  topic_ = std::move(settings.topic);
  batch_size_ = static_cast<uint32_t>(std::max(1, settings.batch_size));
  schema_ = sdk::Schema::of(MILLRACE_STRING);
  partition_entries_[0] = sdk::text_cell(kFilename);
  partition_entries_[1] = file_ ? sdk::text_cell(*file_) : sdk::null_cell();
  partition_ = sdk::nested_cell(MILLRACE_MAP, partition_entries_, 1);
  if (!is_given(file_)) reader_.open_standard_input();
}

void FileSourceTask::poll(sdk::Builder& builder, std::chrono::milliseconds timeout) {
  auto deadline = std::chrono::steady_clock::now() + timeout;
  do {
    if (open() && read_lines(builder)) {
      pause_ = kFirstPause;
      return;
    }
  } while (wait(deadline));
}

bool FileSourceTask::open() {
  if (reader_.is_open()) return true;
  if (reader_.open(*file_)) {
    restore_position();
    return true;
  }
  if (!std::exchange(missing_was_logged_, true)) {
    log(sdk::Level::kWarn, "Couldn't find file " + *file_ +
                               " for FileStreamSourceTask, sleeping to wait for it to be created");
  }
  return false;
}

void FileSourceTask::restore_position() {
  read_offset(partition_, [&](const sdk::Cell& offset) {
    const sdk::Cell* position = sdk::find_in_map(offset, kPosition);
    if (position == nullptr || position->kind == MILLRACE_NULL) return;
    if (position->kind != MILLRACE_INT64)
      throw sdk::FatalError("Offset position is the incorrect type");
    reader_.seek(position->as.i64);
  });
}

bool FileSourceTask::read_lines(sdk::Builder& builder) {
  bool found = false;
  while (std::optional<LineReader::Piece> piece = reader_.read()) {
    builder.adopt(&std::free, piece->memory);
    Lines lines(*this, builder, *piece);
    size_t used = lines.append(reader_.position());
    reader_.take(*piece, used, lines.enough());
    found = found || used != 0;
    if (lines.enough()) break;
  }
  return found;
}

bool FileSourceTask::wait(std::chrono::steady_clock::time_point deadline) {
  auto now = std::chrono::steady_clock::now();
  if (now >= deadline) return false;
  pause_ = std::clamp(pause_ * 2, kFirstPause, kLongestPause);
  std::unique_lock lock(mutex_);
  cancelled_changed_.wait_until(lock, std::min(now + pause_, deadline), [&] { return cancelled_; });
  return !cancelled_;
}

void FileSourceTask::cancel() {
  std::lock_guard lock(mutex_);
  cancelled_ = true;
  cancelled_changed_.notify_all();
}

}  // namespace millrace::file
