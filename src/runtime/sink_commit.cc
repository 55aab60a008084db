// How a sink task's offsets get to Kafka, and what happens when partitions come and go.

#include <algorithm>

#include "runtime/sink_road.h"

namespace millrace::runtime {
namespace {

using std::chrono::milliseconds;

// How long a commit may hold up a rebalance; a task that stops has offset.flush.timeout.ms.
constexpr milliseconds kCommitTimeout{30'000};
constexpr milliseconds kPositionTimeout{60'000};

}  // namespace

Result<void> SinkTaskRunner::Road::commit_if_due() {
  const auto now = Clock::now();
  if (!committing_ && (context_->commit_requested() || now >= next_commit_)) {
    const std::vector<TopicPartition> all(assignment_.begin(), assignment_.end());
    if (auto done = commit(all, /*closing=*/false); !done) return done;
    next_commit_ = now + settings_.offset_flush_interval;
    context_->clear_commit_request();
  }
  if (committing_ && now >= commit_started_ + settings_.offset_flush_timeout) {
    log_.warn("Commit of offsets timed out");
    committing_ = false;
  }
  return {};
}

Result<void> SinkTaskRunner::Road::commit(std::span<const TopicPartition> partitions,
                                          bool closing) {
  // No offset is committed past a record that is still on its way to the dead letters.
  if (auto written = settings_.errors->await_dead_letters(); !written) {
    log_.warn("No offsets are committed now: {}", written.error().describe());
    return closing ? close_partitions(partitions) : Result<void>{};
  }
  const std::vector<TopicPartitionOffset> asked = offsets_.current(partitions);
  if (asked.empty()) return {};
  committing_ = true;
  commit_started_ = Clock::now();
  probe_.commit_sequence.store(++commit_sequence_, std::memory_order_relaxed);

  std::vector<TopicPartitionOffset> provided = asked;
  Result<void> prepared = [&] {
    const Holding holding(runner_.held_, PluginCall::kPreCommit);
    return task_->pre_commit(provided);
  }();
  if (!prepared) pre_commit_failed(prepared.error(), asked, closing);
  Result<void> closed;
  if (closing) closed = close_partitions(partitions);
  if (!prepared) {
    commit_completed(prepared, commit_sequence_, {});
    return closed;
  }
  auto offsets = offsets_.committable(provided, asked, assignment_, log_);
  if (offsets.empty()) {
    log_.debug("Skipping offset commit, no change since last commit");
    commit_completed({}, commit_sequence_, {});
  } else {
    commit_offsets(std::move(offsets), closing);
  }
  return closed;
}

void SinkTaskRunner::Road::pre_commit_failed(const Error& error,
                                             std::span<const TopicPartitionOffset> asked,
                                             bool closing) {
  if (closing) {
    log_.warn("Offset commit failed during close: {}", error.describe());
    return;
  }
  log_.error("Offset commit failed, rewinding to last committed offsets: {}", error.trace());
  for (const TopicPartitionOffset& target : offsets_.roll_back(asked)) {
    if (auto sought = consumer_->seek(target.partition, target.offset); !sought) {
      note_rebalance_failure(std::move(sought));
    }
  }
  // What is held for another put is read again, too.
  if (delivery_.batch != nullptr) {
    delivery_ = {};
    redelivering_ = false;
    update_pauses();
  }
}

void SinkTaskRunner::Road::commit_offsets(std::vector<TopicPartitionOffset> offsets, bool closing) {
  if (runner_.abandoned()) {
    log_.debug("Skipping final offset commit as task has been cancelled");
    return;
  }
  const int64_t sequence = commit_sequence_;
  if (closing) {
    const milliseconds timeout = stopping() ? settings_.offset_flush_timeout : kCommitTimeout;
    commit_completed(consumer_->commit_sync(offsets, timeout), sequence, offsets);
    return;
  }
  consumer_->commit_async(offsets, [this, sequence, offsets](const Result<void>& result) {
    commit_completed(result, sequence, offsets);
  });
}

void SinkTaskRunner::Road::commit_completed(const Result<void>& result, int64_t sequence,
                                            std::span<const TopicPartitionOffset> offsets) {
  if (sequence != commit_sequence_) {
    log_.debug(
        "Received out of order commit callback for sequence number {}, but most recent "
        "sequence number is {}",
        sequence, commit_sequence_);
    probe_.commit_skips.mark(1);
    return;
  }
  const auto time = std::chrono::duration_cast<milliseconds>(Clock::now() - commit_started_);
  if (!result) {
    log_.error("Commit of offsets threw an unexpected exception for sequence number {}: {}",
               sequence, result.error().describe());
  } else {
    log_.debug("Finished offset commit successfully in {} ms for sequence number {}", time.count(),
               sequence);
    offsets_.committed(offsets);
    probe_.set_active(offsets_.active_records());
  }
  probe_.commit_ended(time, result.has_value());
  committing_ = false;
}

void SinkTaskRunner::Road::assigned(std::span<const TopicPartition> partitions) {
  for (const TopicPartition& partition : partitions) {
    auto position = consumer_->position(partition, kPositionTimeout);
    if (!position) return note_rebalance_failure(fail(std::move(position).error()));
    log_.debug("Assigned topic partition {}-{} with offset {}", partition.topic,
               partition.partition, *position);
    offsets_.assigned(partition, *position);
    assignment_.insert(partition);
    paused_.erase(partition);
  }
  // Where all that was held back belonged to partitions that went away, nothing is redelivered. A
  // batch that ends in a failure is still to fail the task: what came after it was not handled.
  if (redelivering_ && delivery_.records.selected.empty() && !delivery_.failure) {
    redelivering_ = false;
  }
  assignment_changed();
  if (partitions.empty() || rebalance_failure_) return;
  Result<void> opened = [&] {
    const Holding holding(runner_.held_, PluginCall::kOpen);
    return task_->open(partitions);
  }();
  if (opened) opened = rewind();
  note_rebalance_failure(std::move(opened));
}

void SinkTaskRunner::Road::revoked(std::span<const TopicPartition> partitions) {
  if (task_stopped_ || partitions.empty()) return;
  removed(partitions, commit(partitions, /*closing=*/true));
}

void SinkTaskRunner::Road::lost(std::span<const TopicPartition> partitions) {
  if (task_stopped_ || partitions.empty()) return;
  removed(partitions, close_partitions(partitions));
}

void SinkTaskRunner::Road::removed(std::span<const TopicPartition> partitions,
                                   Result<void> closed) {
  note_rebalance_failure(std::move(closed));
  offsets_.removed(partitions);
  for (const TopicPartition& partition : partitions) {
    assignment_.erase(partition);
    paused_.erase(partition);
  }
  drop_from_delivery(partitions);
  assignment_changed();
}

// Their records are read by whoever has the partitions next, from the committed offsets.
void SinkTaskRunner::Road::drop_from_delivery(std::span<const TopicPartition> partitions) {
  if (delivery_.batch == nullptr || delivery_.records.count == 0) return;
  for (const TopicPartition& partition : partitions) delivery_.offsets.erase(partition);
  std::span<const uint32_t>& selected = delivery_.records.selected;
  if (!delivery_.search) {
    selected = without(selected, partitions);
    return;
  }
  Search& search = *delivery_.search;
  // What was refused alone comes again: whether it is bad depends on what else can be put.
  if (search.put == 0) {
    search.suspects.clear();
    selected = search.all;
  }
  selected = without(selected, partitions);
  search.all = without(search.all, partitions);
  search.restart(selected);
}

std::span<const uint32_t> SinkTaskRunner::Road::without(
    std::span<const uint32_t> from, std::span<const TopicPartition> partitions) {
  const data::Records& records = delivery_.records;
  auto* kept = delivery_.batch->arena().allocate_array<uint32_t>(from.size());
  uint32_t* end = std::copy_if(from.begin(), from.end(), kept, [&](uint32_t record) {
    return std::none_of(partitions.begin(), partitions.end(), [&](const auto& partition) {
      return partition.partition == records.original_partitions[record] &&
             partition.topic == records.original_topics[record];
    });
  });
  return {kept, end};
}

Result<void> SinkTaskRunner::Road::close_partitions(std::span<const TopicPartition> partitions) {
  const Holding holding(runner_.held_, PluginCall::kClose);
  return task_->close(partitions);
}

void SinkTaskRunner::Road::note_rebalance_failure(Result<void> result) {
  if (!result && !rebalance_failure_) rebalance_failure_ = std::move(result).error();
}

void SinkTaskRunner::Road::assignment_changed() {
  context_->set_assignment(assignment_);
  update_pauses();
  probe_.partitions.store(static_cast<int64_t>(assignment_.size()), std::memory_order_relaxed);
  probe_.set_active(offsets_.active_records());
}

}  // namespace millrace::runtime
