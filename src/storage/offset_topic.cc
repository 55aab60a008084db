#include "storage/offset_topic.h"

#include <future>

#include "runtime/source_offset.h"

namespace millrace::storage {
namespace {

constexpr std::chrono::milliseconds kTimeout{30'000};

}  // namespace

// The log's thread writes to what is destroyed next.
OffsetTopic::~OffsetTopic() { log_->stop(); }

bool OffsetTopic::failed() const {
  std::unique_lock lock(start_mutex_, std::try_to_lock);
  return lock.owns_lock() && started_ && !*started_;
}

Result<void> OffsetTopic::start() {
  std::lock_guard start_lock(start_mutex_);
  if (started_) return *started_;
  started_ = log_->start([this](const kafka::LogRecord& record) {
    if (!record.key) return;
    std::lock_guard lock(mutex_);
    if (record.value)
      values_[*record.key] = *record.value;
    else
      values_.erase(*record.key);
  });
  if (!*started_ && started_->error().kind() == ErrorKind::timed_out)
    started_ = fail(std::move(started_->error()).as(ErrorKind::fatal));  // will not be tried again
  return *started_;
}

void OffsetTopic::stop() { log_->stop(); }

Result<void> OffsetTopic::read_to_end() {
  auto answer = std::make_shared<std::promise<Result<void>>>();
  log_->read_to_end(kTimeout, [answer](const Result<void>& read) { answer->set_value(read); });
  return answer->get_future().get();
}

Result<std::vector<std::optional<std::string>>> OffsetTopic::get(
    const std::vector<std::string>& keys) {
  if (auto read = read_to_end(); !read) return fail(std::move(read).error());
  std::lock_guard lock(mutex_);
  std::vector<std::optional<std::string>> values;
  for (const std::string& key : keys) {
    auto found = values_.find(key);
    values.push_back(found == values_.end() ? std::nullopt : std::optional(found->second));
  }
  return values;
}

Result<std::vector<runtime::OffsetEntry>> OffsetTopic::entries_of(const std::string& connector) {
  if (auto read = read_to_end(); !read) return fail(std::move(read).error());
  const std::string prefix = runtime::offset_key_prefix(connector);
  std::lock_guard lock(mutex_);
  std::vector<runtime::OffsetEntry> entries;
  for (auto entry = values_.lower_bound(prefix);
       entry != values_.end() && entry->first.starts_with(prefix); ++entry)
    entries.push_back({entry->first, entry->second});
  return entries;
}

void OffsetTopic::set(std::vector<runtime::OffsetEntry> entries, Done done) {
  std::vector<kafka::LogEntry> records;
  for (runtime::OffsetEntry& entry : entries)
    records.push_back({std::move(entry.key), std::move(entry.value)});
  log_->send(std::move(records), kTimeout, std::move(done));
}

}  // namespace millrace::storage
