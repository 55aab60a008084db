#include "plugin/native/lent_batch.h"

namespace millrace::plugin::native {
namespace {

millrace_text to_text(const std::string_view* column, uint32_t record) {
  if (column == nullptr) return {nullptr, 0};
  return {column[record].data(), column[record].size()};
}

// The same text, mostly at the same address.
bool same(millrace_text a, millrace_text b) {
  return a.size == b.size &&
         (a.data == b.data || std::char_traits<char>::compare(a.data, b.data, a.size) == 0);
}

bool same_run(const millrace_run& a, const millrace_run& b) {
  return a.partition == b.partition && a.value_schema == b.value_schema &&
         a.key_schema == b.key_schema && a.original_partition == b.original_partition &&
         same(a.topic, b.topic) && same(a.original_topic, b.original_topic);
}

millrace_run run_of(const data::Records& records, uint32_t record) {
  millrace_run run{};
  run.begin = record;
  run.end = record + 1;
  run.partition = records.partitions ? records.partitions[record] : MILLRACE_NONE;
  run.original_partition =
      records.original_partitions ? records.original_partitions[record] : MILLRACE_NONE;
  run.topic = to_text(records.topics, record);
  run.original_topic = to_text(records.original_topics, record);
  run.key_schema = records.key_schemas ? records.key_schemas[record] : nullptr;
  run.value_schema = records.value_schemas ? records.value_schemas[record] : nullptr;
  return run;
}

}  // namespace

LentBatch* LentBatch::make(std::shared_ptr<const data::Batch> owner, const data::Records& records) {
  std::unique_ptr<LentBatch> lent(new LentBatch);
  lent->size = sizeof(millrace_batch);
  lent->count = records.count;
  lent->run_stride = sizeof(millrace_run);
  lent->header_stride = sizeof(millrace_header);
  lent->selected_count = static_cast<uint32_t>(records.selected.size());
  if (lent->selected_count != records.count) {
    lent->selection_.assign(records.selected.begin(), records.selected.end());
    lent->selected = lent->selection_.data();
    // NULL would mean all of them.
    if (lent->selected == nullptr) lent->count = 0;
  }
  if (records.keys == nullptr || records.values == nullptr) lent->nulls_.resize(records.count);
  lent->keys = records.keys ? records.keys : lent->nulls_.data();
  lent->values = records.values ? records.values : lent->nulls_.data();
  lent->offsets = records.original_offsets;
  lent->timestamps = records.timestamps;
  lent->timestamp_types = records.timestamp_types;
  lent->header_begin = records.header_begin;
  lent->headers = records.headers;
  lent->source_partitions = records.source_partitions;
  lent->source_offsets = records.source_offsets;
  lent->owner_ = std::move(owner);
  lent->make_runs(records);
  return lent.release();
}

void LentBatch::make_runs(const data::Records& records) {
  for (uint32_t record : records.selected) {
    millrace_run next = run_of(records, record);
    if (!runs_.empty() && same_run(runs_.back(), next)) {
      runs_.back().end = next.end;
    } else {
      runs_.push_back(next);
    }
  }
  runs = runs_.data();
  run_count = static_cast<uint32_t>(runs_.size());
}

}  // namespace millrace::plugin::native
