#include "data/batch.h"

#include <gtest/gtest.h>

namespace millrace::data {
namespace {

TEST(Cell, EqualityIsDeepAndByKind) {
  Arena arena;
  Cell a[] = {int64_cell(1), string_cell("x")}, b[] = {int64_cell(1), string_cell("x")};
  EXPECT_TRUE(equal(nested_cell(Kind::kArray, a, 2), nested_cell(Kind::kArray, b, 2)));
  EXPECT_FALSE(equal(nested_cell(Kind::kArray, a, 2), nested_cell(Kind::kMap, b, 1)));
  EXPECT_FALSE(equal(int64_cell(1), int32_cell(1)));
  EXPECT_FALSE(equal(float64_cell(0.0), float64_cell(-0.0)));
  EXPECT_TRUE(equal(decimal_cell(arena, "\x01", 2), decimal_cell(arena, "\x01", 2)));
  EXPECT_FALSE(equal(decimal_cell(arena, "\x01", 2), decimal_cell(arena, "\x01", 3)));
}

TEST(Cell, ACopyOwesNothingToItsSource) {
  Arena arena;
  Cell copied;
  {
    std::string text = "a text that is long enough to live on the heap";
    Cell inner[] = {string_cell("key"), string_cell(text)};
    copied = copy(nested_cell(Kind::kMap, inner, 1), arena);
    text.assign(text.size(), '?');
    inner[0] = null_cell();
  }
  EXPECT_EQ(text(copied.as.cells[0]), "key");
  EXPECT_EQ(text(copied.as.cells[1]), "a text that is long enough to live on the heap");
}

TEST(Batch, KeepsSchemasAndOwnersAsLongAsItLives) {
  auto owner = std::make_shared<int>(1);
  std::weak_ptr<int> watched = owner;
  int released = 0;
  size_t before = interned_schema_count();
  {
    Batch batch;
    batch.keep(SchemaBuilder(Kind::kStruct).name("kept by the batch").build());
    batch.keep_alive(std::move(owner));
    batch.on_release([](void* count) { ++*static_cast<int*>(count); }, &released);
    EXPECT_EQ(interned_schema_count(), before + 1);
    EXPECT_FALSE(watched.expired());
  }
  EXPECT_EQ(interned_schema_count(), before);
  EXPECT_TRUE(watched.expired());
  EXPECT_EQ(released, 1);
}

}  // namespace
}  // namespace millrace::data
