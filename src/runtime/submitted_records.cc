#include "runtime/submitted_records.h"

#include <algorithm>
#include <cassert>

#include "runtime/source_offset.h"

namespace millrace::runtime {
namespace {

constexpr int kPositionBits = 32;

uint32_t position_of(uint64_t token) { return static_cast<uint32_t>(token); }

bool test(const std::vector<uint64_t>& bits, uint32_t index) {
  return (bits[index / 64] >> (index % 64) & 1) != 0;
}

const data::Cell* source_partition(const data::Records& records, uint32_t record) {
  return records.source_partitions == nullptr ? nullptr : records.source_partitions[record];
}

}  // namespace

SubmittedRecords::SubmittedRecords(std::string connector) : connector_(std::move(connector)) {}

uint64_t SubmittedRecords::submit(std::shared_ptr<const data::Batch> batch,
                                  std::span<const uint32_t> sent, const std::string_view* topics,
                                  size_t bytes) {
  assert(!sent.empty());
  const uint64_t number = first_batch_ + batches_.size();
  Submitted& submitted = batches_.emplace_back();
  submitted.batch = std::move(batch);
  submitted.sent = sent;
  submitted.topics = topics;
  submitted.acknowledged.resize((sent.size() + 63) / 64);
  submitted.bytes = bytes;
  bytes_ += bytes;
  ++live_batches_;
  group_by_partition(submitted);
  submitted.open_groups = static_cast<uint32_t>(submitted.groups.size());
  for (uint32_t i = 0; i < submitted.groups.size(); ++i)
    partitions_[submitted.groups[i].partition].segments.push_back({number, i});
  return number << kPositionBits;
}

void SubmittedRecords::group_by_partition(Submitted& submitted) {
  const std::span<const uint32_t> sent = submitted.sent;
  const data::Records& records = submitted.batch->original;
  const data::Cell* const first = source_partition(records, sent[0]);
  const auto other = std::find_if(sent.begin(), sent.end(), [&](uint32_t record) {
    return source_partition(records, record) != first;
  });
  if (other == sent.end()) {  // by far the most frequent: one file, one table
    submitted.groups.push_back({partition_of(first), static_cast<uint32_t>(sent.size()), 0, {}});
    return;
  }
  seen_cells_.clear();
  std::unordered_map<uint32_t, uint32_t> group_of;  // source partition -> group
  for (uint32_t position = 0; position < sent.size(); ++position) {
    const data::Cell* cell = source_partition(records, sent[position]);
    auto [seen, fresh] = seen_cells_.try_emplace(cell, 0);
    if (fresh) {
      const uint32_t partition = partition_of(cell);
      auto [group, new_group] = group_of.try_emplace(partition, submitted.groups.size());
      if (new_group) submitted.groups.push_back({partition, 0, 0, {}});
      seen->second = group->second;
    }
    Group& group = submitted.groups[seen->second];
    group.positions.push_back(position);
    ++group.size;
  }
}

uint32_t SubmittedRecords::partition_of(const data::Cell* cell) {
  Result<std::string> key = offset_key(connector_, cell);
  // All that cannot be stored is one partition, which nobody else's key can be.
  auto [found, fresh] = partition_index_.try_emplace(key ? *key : "", partitions_.size());
  if (fresh) partitions_.push_back({std::move(key), {}});
  return found->second;
}

void SubmittedRecords::abandon_rest(size_t first) {
  Submitted& newest = batches_.back();
  newest.sent = newest.sent.first(first);
  for (Group& group : newest.groups) {
    if (group.positions.empty()) {
      group.size = static_cast<uint32_t>(first);
    } else {
      auto end = std::lower_bound(group.positions.begin(), group.positions.end(), first);
      group.size = static_cast<uint32_t>(end - group.positions.begin());
    }
  }
  if (newest.acknowledged_count == first) completed_.push_back(first_batch_ + batches_.size() - 1);
}

uint64_t SubmittedRecords::batch_of(uint64_t token) const {
  // A token holds the low bits of the batch's number: enough to tell those in flight apart.
  return first_batch_ + static_cast<uint32_t>((token >> kPositionBits) - first_batch_);
}

SubmittedRecords::Place SubmittedRecords::place(uint64_t token) const {
  const Submitted& submitted = batches_[batch_of(token) - first_batch_];
  const uint32_t record = submitted.sent[position_of(token)];
  return {submitted.batch, record, submitted.topics[record]};
}

void SubmittedRecords::acknowledge(uint64_t token) {
  const uint32_t position = position_of(token);
  Submitted& of = submitted(batch_of(token));
  assert(!test(of.acknowledged, position));
  of.acknowledged[position / 64] |= uint64_t{1} << (position % 64);
  if (++of.acknowledged_count == of.sent.size()) completed_.push_back(batch_of(token));
}

void SubmittedRecords::collect(bool all, const Committable& committable) {
  if (all) {
    completed_.clear();
    for (SourcePartition& partition : partitions_) advance(partition, committable);
  } else {
    for (uint64_t number : std::exchange(completed_, {})) {
      // Groups may be gone already: then there is nothing left to do for them.
      if (number < first_batch_) continue;
      const Submitted& completed = submitted(number);
      for (size_t i = 0; i < completed.groups.size(); ++i)
        advance(partitions_[completed.groups[i].partition], committable);
    }
  }
  drop_finished();
}

void SubmittedRecords::advance(SourcePartition& partition, const Committable& committable) {
  std::shared_ptr<const data::Batch> batch;
  uint32_t record = 0;
  while (!partition.segments.empty()) {
    const Segment segment = partition.segments.front();
    Submitted& of = submitted(segment.batch);
    Group& group = of.groups[segment.group];
    if (advance(of, group)) {
      batch = of.batch;
      const uint32_t last = group.next - 1;
      record = of.sent[group.positions.empty() ? last : group.positions[last]];
    }
    if (group.next < group.size) break;
    close_group(of);
    partition.segments.pop_front();
  }
  if (batch == nullptr) return;
  const data::Records& records = batch->original;
  committable(
      partition.key,
      offset_value(records.source_offsets == nullptr ? nullptr : records.source_offsets[record]));
}

bool SubmittedRecords::advance(Submitted& of, Group& group) {
  const uint32_t before = group.next;
  if (of.acknowledged_count == of.sent.size()) {
    group.next = group.size;
  } else if (group.positions.empty()) {
    while (group.next < group.size && test(of.acknowledged, group.next)) ++group.next;
  } else {
    while (group.next < group.size && test(of.acknowledged, group.positions[group.next]))
      ++group.next;
  }
  return group.next > before;
}

void SubmittedRecords::close_group(Submitted& of) {
  if (of.open_groups > 1) {
    --of.open_groups;
    return;
  }
  of.open_groups = 0;
  bytes_ -= of.bytes;
  --live_batches_;
  of.batch.reset();
}

void SubmittedRecords::drop_finished() {
  while (!batches_.empty() && batches_.front().batch == nullptr) {
    batches_.pop_front();
    ++first_batch_;
  }
  // Connectors with ever new source partitions (files that come and go) must not pile them up.
  constexpr size_t kPartitionsToRemember = 4096;
  if (batches_.empty() && partitions_.size() > kPartitionsToRemember) {
    partitions_.clear();
    partition_index_.clear();
  }
}

}  // namespace millrace::runtime
