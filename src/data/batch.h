#pragma once
// Batch: the records that move together through the stages of a task.
//
// The values are cells in the batch's arena; the envelope (topic, partition, timestamp, ...) lies
// column-wise. A batch is never changed: a stage reads one `Records` view and makes another that
// shares the columns it left alone, with new columns from the same arena. So a record's index stays
// the same from end to end, `commitRecord` can be given the record as it was before the transforms,
// and a sink may keep a batch while a later stage or a retry changes the selection.
//
// A batch is filled and worked on by one task thread; once shared it is read only. The batch keeps
// alive what its cells point into: schemas, fetched messages, memory that a connector lent.

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/result.h"
#include "data/cell.h"
#include "data/schema.h"

namespace millrace::data {

using Header = ::millrace_header;
inline constexpr int32_t kNone = MILLRACE_NONE;  // no partition, no timestamp, no offset

// A view: columns of `count` entries each, borrowed from a batch. Columns that a road does not have
// are null.
struct Records {
  uint32_t count = 0;
  // The records that exist at this stage, rising; others were filtered out or failed.
  std::span<const uint32_t> selected;

  const std::string_view* topics = nullptr;
  const int32_t* partitions = nullptr;  // kNone: the producer chooses
  const Schema* const* key_schemas = nullptr;
  const Schema* const* value_schemas = nullptr;
  const Cell* keys = nullptr;
  const Cell* values = nullptr;
  const int64_t* timestamps = nullptr;     // ms since the epoch, or kNone
  const uint32_t* header_begin = nullptr;  // count + 1 entries; null: no record has headers
  const Header* headers = nullptr;

  // Source road: where a record came from and where to go on after it; maps, or null pointers.
  const Cell* const* source_partitions = nullptr;
  const Cell* const* source_offsets = nullptr;

  // Sink road: the coordinates that the record was read from. Transforms leave them alone.
  const std::string_view* original_topics = nullptr;
  const int32_t* original_partitions = nullptr;
  const int64_t* original_offsets = nullptr;
  const int8_t* timestamp_types = nullptr;

  std::span<const Header> headers_of(uint32_t record) const {
    if (header_begin == nullptr) return {};
    return {headers + header_begin[record], headers + header_begin[record + 1]};
  }
};

class Batch {
 public:
  Batch() = default;
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;
  ~Batch();

  Arena& arena() { return arena_; }

  // The batch holds a reference of `schema` from now on; gives the pointer for use in columns and
  // cells.
  const Schema* keep(SchemaRef schema);
  // The same for a schema that somebody else holds now. Cheap when it was kept just before.
  void keep(const Schema* schema);
  // `owner` lives at least as long as the batch.
  void keep_alive(std::shared_ptr<const void> owner) { owners_.push_back(std::move(owner)); }
  // Called on destruction, on whichever thread that happens.
  void on_release(void (*release)(void*), void* argument) {
    releases_.push_back({release, argument});
  }

  // As read from the connector (source) or as decoded (sink), before transforms.
  Records original;

 private:
  struct Release {
    void (*call)(void*);
    void* argument;
  };
  Arena arena_;
  std::vector<SchemaRef> schemas_;
  std::vector<std::shared_ptr<const void>> owners_;
  std::vector<Release> releases_;
};

// Sorted list 0 .. count-1 in the arena: the selection of a fresh batch.
std::span<const uint32_t> select_all(Arena& arena, uint32_t count);

// Why a record left the batch. Stages note failures and go on with the other records; tolerance is
// decided in one place.
enum class Stage : uint8_t {
  kTransformation,
  kKeyConverter,
  kValueConverter,
  kHeaderConverter,
  kPut,
  kProduce
};
std::string_view stage_name(Stage stage);  // "TRANSFORMATION", as in logs and dead-letter headers

struct RecordFailure {
  uint32_t record;
  Stage stage;
  Error error;
  std::string stage_class;  // Java class name of the converter or transform
};
using Failures = std::vector<RecordFailure>;

}  // namespace millrace::data
