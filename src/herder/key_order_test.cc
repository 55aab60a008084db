#include "herder/key_order.h"

#include <gtest/gtest.h>

namespace millrace::herder {
namespace {

// Orders as the Java worker printed them.

TEST(KeyOrder, TaskOfAFileSource) {
  const KeyOrder connector{"connector.class", "tasks.max", "file", "topic", "name"};
  const config::Properties task{{"connector.class", "a"}, {"file", "b"},      {"name", "c"},
                                {"task.class", "d"},      {"tasks.max", "e"}, {"topic", "f"}};
  EXPECT_EQ(order_of_task(connector, task),
            (KeyOrder{"connector.class", "file", "task.class", "tasks.max", "name", "topic"}));
}

TEST(KeyOrder, PatchedConfiguration) {
  HashMapKeys keys =
      HashMapKeys::copy_of({"connector.class", "tasks.max", "file", "topic", "name"});
  keys.put("batch.size");
  keys.put("flag");
  EXPECT_EQ(keys.in_order(), (KeyOrder{"connector.class", "file", "flag", "tasks.max", "batch.size",
                                       "name", "topic"}));
  keys.remove("flag");
  keys.put("name");
  EXPECT_EQ(keys.in_order(),
            (KeyOrder{"connector.class", "file", "tasks.max", "batch.size", "name", "topic"}));
}

TEST(KeyOrder, AComputedKeyIsTheFirstOfItsBucket) {
  HashMapKeys keys;  // "Aa" and "BB" have the same hash
  keys.put("Aa");
  keys.compute_if_absent("BB");
  keys.compute_if_absent("Aa");
  EXPECT_EQ(keys.in_order(), (KeyOrder{"BB", "Aa"}));
}

TEST(KeyOrder, TheTableOfACopyIsSizedForIt) {
  EXPECT_TRUE(HashMapKeys::copy_of({}).in_order().empty());
  EXPECT_EQ(HashMapKeys::copy_of({"b"}).in_order(), KeyOrder{"b"});
  EXPECT_EQ(order_of_file({{"a", "1"}, {"b", std::nullopt}}), (KeyOrder{"a", "b"}));
}

}  // namespace
}  // namespace millrace::herder
