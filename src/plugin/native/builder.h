#pragma once
// Builder: fills the columns of one batch from the records that a plug-in appends. The type that
// the contract knows as an opaque pointer. Used by one thread at a time.

#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "data/batch.h"
#include "millrace/abi.h"
#include "plugin/connector.h"

namespace millrace::plugin::native {

// The columns of a batch that grows, in one block of memory; the batch keeps it when it is done.
class Columns {
 public:
  Columns() = default;
  Columns(const Columns&) = delete;
  Columns& operator=(const Columns&) = delete;
  ~Columns() { std::free(block_); }

  uint32_t count = 0;
  data::Cell* keys = nullptr;
  data::Cell* values = nullptr;
  std::string_view* topics = nullptr;
  const data::Schema** key_schemas = nullptr;
  const data::Schema** value_schemas = nullptr;
  const data::Cell** source_partitions = nullptr;
  const data::Cell** source_offsets = nullptr;
  int64_t* timestamps = nullptr;
  int32_t* partitions = nullptr;
  // Empty as long as no record has headers, else count + 1 entries.
  std::vector<uint32_t> header_begin;
  std::vector<data::Header> headers;

  bool full() const { return count == capacity_; }
  void reserve(uint32_t capacity);
  // Of the record `index`, once for each record in turn.
  void add_headers(const millrace_record& record, uint32_t index);
  void add_no_headers() {
    if (!header_begin.empty()) header_begin.push_back(static_cast<uint32_t>(headers.size()));
  }
  void merge_headers(const Columns& from, uint32_t from_index, uint32_t index);
  uint32_t capacity() const { return capacity_; }

 private:
  void begin_headers(uint32_t index);

  uint32_t capacity_ = 0;
  void* block_ = nullptr;
};

}  // namespace millrace::plugin::native

struct millrace_builder {
 public:
  using Batch = millrace::data::Batch;

  millrace_builder() { reset(); }

  // Checks the record and takes it up. False: `problem` says what is wrong with it.
  bool append(const millrace_record& record, std::string& problem);
  void merge(millrace_builder& from);
  void* allocate(size_t bytes) {
    bytes_ += bytes;
    return batch_->arena().allocate(bytes);
  }
  void adopt(void (*release)(void*), void* argument) {
    lent_ = true;
    batch_->on_release(release, argument);
  }

  // The connector may say where transactions end.
  void allow_transactions(bool allowed) { transactions_ = allowed; }
  // record: of those appended, or TransactionMark::kAfterBatch. False: not allowed.
  bool mark_transaction(uint32_t record, bool abort);
  // In the order of the records.
  std::vector<millrace::plugin::TransactionMark> take_transaction_marks();

  uint32_t count() const { return columns_->count; }
  bool full() const { return columns_->count >= kFullRecords || bytes_ >= kFullBytes; }

  // The batch with everything that was appended, or null where that is nothing. The builder is
  // empty then.
  std::shared_ptr<Batch> finish();

 private:
  static constexpr uint32_t kFullRecords = 4096, kFirstCapacity = 64;
  static constexpr size_t kFullBytes = 8 << 20;

  void reset();
  bool check(const millrace_record& record, std::string& problem);
  bool check_headers(const millrace_record& record, std::string& problem);
  std::string_view same_topic(millrace_text topic);

  std::shared_ptr<Batch> batch_;
  std::shared_ptr<millrace::plugin::native::Columns> columns_;
  const millrace::data::Schema *last_key_schema_, *last_value_schema_;
  const millrace::data::Cell* last_source_partition_;
  std::string_view last_topic_;
  size_t bytes_;
  bool transactions_ = false;
  std::vector<millrace::plugin::TransactionMark> marks_;
  bool lent_;  // the plug-in's memory hangs on this batch, even if no record does
  uint32_t capacity_hint_ = kFirstCapacity;
};
