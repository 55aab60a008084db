#pragma once
// The iteration order of a java.util.HashMap that was made with `new HashMap<>()` and filled one
// entry at a time. Connect's schemaless objects are such maps, so the order shows in JSON output,
// in
// `{k=v}` texts and in the bytes of source partitions, which are matched as bytes.
//
// Not followed: buckets of eight and more keys in a table of 64 and more, which Java turns into
// trees (their first key may move); it takes keys made to collide.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/arena.h"
#include "data/cell.h"

namespace millrace::data {

// Object.hashCode of a value as Java would hold it. BYTES, structs and opaque values have an
// identity hash in Java; here they have one of their contents.
int32_t java_hash(const Cell& cell);

// Fills `order` with the indexes of the keys in iteration order. `hashes`: hashCode of each key;
// keys are distinct.
void hash_map_order(std::span<const int32_t> hashes, std::vector<uint32_t>& order);

// Orders entries (key, value, key, value ...) as a HashMap would hand them out: the one call that
// decoders need. Remembers the key sequences that it has met, so that a record like the last one
// costs a comparison of its keys. Not thread-safe.
class HashMapOrder {
 public:
  // Sorts `count` entries in place. Of equal keys the last value wins, at the first one's place.
  // Gives the number of entries that are left.
  uint32_t sort(Cell* entries, uint32_t count);

 private:
  struct Sequence {
    Arena memory;  // of the keys
    std::vector<Cell> keys;
    std::vector<uint32_t> order;  // empty: already in order
  };
  bool matches(const Sequence& sequence, const Cell* entries, uint32_t count) const;
  void apply(const Sequence& sequence, Cell* entries, uint32_t count);
  void learn(const Cell* entries, uint32_t count);
  uint32_t sort_slowly(Cell* entries, uint32_t count);

  static constexpr size_t kSequences = 16;       // per instance
  static constexpr uint32_t kLargestKept = 256;  // keys of a sequence
  std::vector<std::unique_ptr<Sequence>> sequences_;
  size_t next_ = 0;     // where the coming key sequence is expected
  size_t replace_ = 0;  // the sequence to give up next
  std::vector<Cell> scratch_;
};

// A HashMap's order for keys of one use: without memory of earlier ones.
uint32_t sort_as_hash_map(Cell* entries, uint32_t count);

}  // namespace millrace::data
