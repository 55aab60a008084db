#pragma once
// SubmittedRecords: which records were handed to the producer, which of them are acknowledged, and
// how far each source partition is: org.apache.kafka.connect.runtime.SubmittedRecords, by batches.
//
// A batch is kept until all its records count as consumed: acknowledged, and all before them of the
// same source partition as well. What a batch costs here does not depend on how many records it
// has, but for one bit each, as long as it comes from one source partition. One thread.

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "data/batch.h"

namespace millrace::runtime {

class SubmittedRecords {
 public:
  explicit SubmittedRecords(std::string connector);

  // Notes the records `sent` of the batch (indexes, rising, at least one; memory of the batch),
  // before they are handed to the producer. Their tokens are the answer plus 0, 1, 2 ... topics: as
  // sent, one per record of the batch; memory of the batch. bytes: what the batch holds in memory.
  uint64_t submit(std::shared_ptr<const data::Batch> batch, std::span<const uint32_t> sent,
                  const std::string_view* topics, size_t bytes);
  // The records of the newest batch from position `first` on will never be sent.
  void abandon_rest(size_t first);

  // The batch and the index in it of a record that waits for its acknowledgement.
  struct Place {
    const std::shared_ptr<const data::Batch>& batch;
    uint32_t record;
    std::string_view topic;
  };
  Place place(uint64_t token) const;

  void acknowledge(uint64_t token);

  // A source partition's latest offset that may be committed. key: as in the offset store; an error
  // where partition or offset are not what may be stored.
  using Committable =
      std::function<void(const Result<std::string>& key, Result<std::optional<std::string>> value)>;
  // Gives what became committable since the last call. Looks at completed batches only, or (all) at
  // every batch.
  void collect(bool all, const Committable& committable);

  size_t bytes() const { return bytes_; }           // held by batches
  size_t batches() const { return live_batches_; }  // held

 private:
  // The records of one source partition within one batch.
  struct Group {
    uint32_t partition;
    uint32_t size;                    // records
    uint32_t next = 0;                // the first one that is not consumed
    std::vector<uint32_t> positions;  // empty: all of the batch
  };
  struct Submitted {
    std::shared_ptr<const data::Batch> batch;
    std::span<const uint32_t> sent;
    const std::string_view* topics = nullptr;
    std::vector<uint64_t> acknowledged;  // one bit per position
    uint32_t acknowledged_count = 0;
    uint32_t open_groups = 0;
    size_t bytes = 0;
    std::vector<Group> groups;
  };
  struct Segment {
    uint64_t batch;
    uint32_t group;
  };
  struct SourcePartition {
    Result<std::string> key;
    std::deque<Segment> segments;  // in the order of submission
  };

  uint64_t batch_of(uint64_t token) const;
  Submitted& submitted(uint64_t number) { return batches_[number - first_batch_]; }
  void group_by_partition(Submitted& submitted);
  uint32_t partition_of(const data::Cell* cell);
  void advance(SourcePartition& partition, const Committable& committable);
  bool advance(Submitted& submitted, Group& group);
  void close_group(Submitted& submitted);
  void drop_finished();

  const std::string connector_;
  std::deque<Submitted> batches_;
  uint64_t first_batch_ = 0;  // number of batches_.front()
  std::vector<uint64_t> completed_;
  std::vector<SourcePartition> partitions_;
  std::unordered_map<std::string, uint32_t> partition_index_;
  std::unordered_map<const data::Cell*, uint32_t> seen_cells_;  // of the batch being submitted
  size_t bytes_ = 0, live_batches_ = 0;
};

}  // namespace millrace::runtime
