#include "base/arena.h"

#include <gtest/gtest.h>

#include <cstring>
#include <utility>
#include <vector>

namespace millrace {
namespace {

TEST(Arena, LargeAndSmallPiecesDoNotOverlap) {
  Arena arena;
  std::vector<std::pair<char*, size_t>> pieces;
  for (size_t i = 0; i < 2000; ++i) {
    size_t size = i % 97 == 0 ? 300 * 1024 : i % 61;
    char* piece = static_cast<char*>(arena.allocate(size));
    ASSERT_EQ(reinterpret_cast<uintptr_t>(piece) % 8, 0u);
    std::memset(piece, static_cast<int>(i & 0xff), size);
    pieces.push_back({piece, size});
  }
  for (size_t i = 0; i < pieces.size(); ++i) {
    for (size_t j = 0; j < pieces[i].second; ++j) {
      ASSERT_EQ(static_cast<unsigned char>(pieces[i].first[j]), i & 0xff);
    }
  }
}

TEST(Arena, ShrinkGivesBackTheEndOfTheNewestPieceOnly) {
  Arena arena;
  auto* first = static_cast<char*>(arena.allocate(512));
  arena.shrink_last(first, 8);
  EXPECT_EQ(arena.allocate(8), first + 8);
  void* own_chunk = arena.allocate(1 << 20);
  arena.shrink_last(own_chunk, 8);
  EXPECT_EQ(arena.allocate(8), first + 16);
}

}  // namespace
}  // namespace millrace
