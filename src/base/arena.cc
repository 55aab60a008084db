#include "base/arena.h"

#include <algorithm>

namespace millrace {

void* Arena::allocate_chunk(size_t bytes) {
  if (bytes >
      chunk_size_ /
          4) {  // large pieces get a chunk of their own; the current one goes on being filled
    reserved_ += bytes;
    chunks_.push_back(std::unique_ptr<char[]>(new char[bytes]));
    return chunks_.back().get();
  }
  chunks_.push_back(std::unique_ptr<char[]>(new char[chunk_size_]));
  reserved_ += chunk_size_;
  char* piece = chunks_.back().get();
  next_ = piece + bytes;
  end_ = piece + chunk_size_;
  chunk_capacity_ = chunk_size_;
  chunk_size_ = std::min(chunk_size_ * 2, kLargestChunk);
  return piece;
}

}  // namespace millrace
