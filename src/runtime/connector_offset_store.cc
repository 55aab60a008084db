#include "runtime/connector_offset_store.h"

#include <map>

namespace millrace::runtime {
namespace {

// Writes to the connector's own store, then to the worker's (which may be null).
void set_own_then_worker(const std::shared_ptr<OffsetStore>& own,
                         const std::shared_ptr<OffsetStore>& worker, const Logger& log,
                         std::vector<OffsetEntry> entries, OffsetStore::Done done) {
  if (worker == nullptr) return own->set(std::move(entries), std::move(done));
  std::vector<OffsetEntry> copies = entries;
  own->set(std::move(entries), [worker, log, copies = std::move(copies),
                                done = std::move(done)](const Result<void>& written) {
    if (written) copy_to_worker_store(*worker, copies, log);
    done(written);
  });
}

}  // namespace

ConnectorOffsetStore::ConnectorOffsetStore(std::shared_ptr<OffsetStore> worker,
                                           std::shared_ptr<OffsetStore> own,
                                           const std::string& log_context)
    : worker_(std::move(worker)),
      own_(std::move(own)),
      log_("org.apache.kafka.connect.storage.ConnectorOffsetBackingStore", log_context) {}

Result<std::vector<std::optional<std::string>>> ConnectorOffsetStore::get(
    const std::vector<std::string>& keys) {
  if (auto started = own_->start(); !started) return fail(std::move(started).error());
  auto own = own_->get(keys);
  if (!own || worker_ == nullptr) return own;
  auto shared = worker_->get(keys);
  if (!shared) return shared;
  for (size_t i = 0; i < keys.size(); ++i)
    if (!(*own)[i]) (*own)[i] = std::move((*shared)[i]);
  return own;
}

Result<std::vector<OffsetEntry>> ConnectorOffsetStore::entries_of(const std::string& connector) {
  if (auto started = own_->start(); !started) return fail(std::move(started).error());
  auto own = own_->entries_of(connector);
  if (!own || worker_ == nullptr) return own;
  auto shared = worker_->entries_of(connector);
  if (!shared) return shared;
  std::map<std::string, std::optional<std::string>> merged;
  for (const auto* entries : {&*shared, &*own})
    for (const OffsetEntry& each : *entries) merged[each.key] = each.value;
  std::vector<OffsetEntry> entries;
  for (auto& [key, value] : merged) entries.push_back({key, std::move(value)});
  return entries;
}

void ConnectorOffsetStore::set(std::vector<OffsetEntry> entries, Done done) {
  if (auto started = own_->start(); !started) return done(fail(std::move(started).error()));
  std::vector<OffsetEntry> forgotten = forgotten_offsets(entries);
  if (worker_ == nullptr || forgotten.empty())
    return set_own_then_worker(own_, worker_, log_, std::move(entries), std::move(done));
  worker_->set(std::move(forgotten),
               [own = own_, worker = worker_, log = log_, entries = std::move(entries),
                done = std::move(done)](const Result<void>& written) {
                 if (!written) {
                   log.warn(
                       "Skipping offsets write to primary store because secondary tombstone write "
                       "has failed: {}",
                       written.error().describe());
                   return done(written);
                 }
                 set_own_then_worker(own, worker, log, entries, done);
               });
  worker_->hurry();
}

std::vector<OffsetEntry> forgotten_offsets(const std::vector<OffsetEntry>& entries) {
  std::vector<OffsetEntry> forgotten;
  for (const OffsetEntry& each : entries)
    if (!each.value) forgotten.push_back(each);
  return forgotten;
}

void copy_to_worker_store(OffsetStore& worker, const std::vector<OffsetEntry>& entries,
                          const Logger& log) {
  std::vector<OffsetEntry> kept;
  for (const OffsetEntry& each : entries)
    if (each.value) kept.push_back(each);
  if (kept.empty()) return;
  worker.set(std::move(kept), [log](const Result<void>& written) {
    if (!written)
      log.warn("Failed to write offsets to secondary backing store: {}",
               written.error().describe());
  });
}

}  // namespace millrace::runtime
