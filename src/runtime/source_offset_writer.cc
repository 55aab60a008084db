#include "runtime/source_offset_writer.h"

namespace millrace::runtime {

SourceOffsetWriter::SourceOffsetWriter(std::string connector, std::shared_ptr<OffsetStore> store,
                                       const std::string& log_context)
    : connector_(std::move(connector)),
      store_(std::move(store)),
      log_("org.apache.kafka.connect.storage.OffsetStorageWriter", log_context) {}

void SourceOffsetWriter::offset(const Result<std::string>& key,
                                Result<std::optional<std::string>> value) {
  if (key)
    pending_.insert_or_assign(*key, std::move(value));
  else  // no key of a partition is empty
    pending_.insert_or_assign(std::string(), fail(key.error()));
}

Result<std::vector<OffsetEntry>> SourceOffsetWriter::take() {
  auto entries = pending_entries();
  if (entries) pending_.clear();
  return entries;
}

Result<bool> SourceOffsetWriter::begin_flush() {
  if (pending_.empty()) return false;
  auto entries = pending_entries();
  if (!entries) return fail(std::move(entries).error());
  in_flush_ = std::exchange(pending_, {});
  flush_ = std::make_shared<Flush>();
  store_->set(*std::move(entries), [flush = flush_](const Result<void>& outcome) {
    std::lock_guard lock(flush->mutex);
    flush->outcome = outcome;
    flush->done.notify_all();
  });
  return true;
}

Result<std::vector<OffsetEntry>> SourceOffsetWriter::pending_entries() const {
  std::vector<OffsetEntry> entries;
  entries.reserve(pending_.size());
  for (const auto& [key, value] : pending_) {
    if (!value) {
      log_.error(
          "CRITICAL: Failed to serialize offset data, making it impossible to commit offsets under "
          "namespace {}. This likely won't recover unless the unserializable partition or offset "
          "information is overwritten.",
          connector_);
      log_.error("Cause of serialization failure: {}", value.error().describe());
      return fail(value.error());
    }
    entries.push_back({key, *value});
  }
  return entries;
}

std::optional<Result<void>> SourceOffsetWriter::poll_flush(std::chrono::milliseconds timeout) {
  std::optional<Result<void>> outcome;
  {
    std::unique_lock lock(flush_->mutex);
    if (timeout.count() > 0)
      flush_->done.wait_for(lock, timeout, [this] { return flush_->outcome.has_value(); });
    outcome = flush_->outcome;
  }
  if (!outcome) return std::nullopt;
  if (!*outcome) {
    cancel_flush();
  } else {
    in_flush_.clear();
    flush_.reset();
  }
  return outcome;
}

void SourceOffsetWriter::cancel_flush() {
  pending_.merge(in_flush_);  // keeps what is newer
  in_flush_.clear();
  flush_.reset();
}

}  // namespace millrace::runtime
