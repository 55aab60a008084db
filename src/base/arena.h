#pragma once
// Arena: memory that is handed out in pieces and freed as a whole. Not thread-safe.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <type_traits>
#include <vector>

namespace millrace {

class Arena {
 public:
  Arena() = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // `bytes` bytes aligned to 8. Never null; cost: a pointer bump, or one allocation per chunk.
  void* allocate(size_t bytes) {
    bytes = (bytes + 7) & ~size_t{7};
    if (bytes > static_cast<size_t>(end_ - next_)) return allocate_chunk(bytes);
    void* piece = next_;
    next_ += bytes;
    return piece;
  }

  // Uninitialised room for `count` trivially copyable values.
  template <typename T>
  T* allocate_array(size_t count) {
    static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T> &&
                  alignof(T) <= 8);
    return static_cast<T*>(allocate(count * sizeof(T)));
  }

  std::string_view copy(std::string_view text) {
    char* piece = static_cast<char*>(allocate(text.size()));
    if (!text.empty()) std::memcpy(piece, text.data(), text.size());
    return {piece, text.size()};
  }

  // Gives back the unused end of the newest allocation: `piece` keeps its first `bytes` bytes.
  // Does nothing where that piece has a chunk of its own.
  void shrink_last(void* piece, size_t bytes) {
    char* start = static_cast<char*>(piece);
    if (start < next_ && start >= end_ - chunk_capacity_)
      next_ = start + ((bytes + 7) & ~size_t{7});
  }

  // Bytes held from the system.
  size_t reserved() const { return reserved_; }

 private:
  void* allocate_chunk(size_t bytes);

  static constexpr size_t kFirstChunk = 4096, kLargestChunk = 256 * 1024;
  char* next_ = nullptr;
  char* end_ = nullptr;
  size_t chunk_size_ = kFirstChunk;  // of the next chunk
  size_t chunk_capacity_ = 0;        // of the chunk that is being filled
  size_t reserved_ = 0;
  std::vector<std::unique_ptr<char[]>> chunks_;
};

}  // namespace millrace
