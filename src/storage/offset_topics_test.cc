#include "storage/offset_topics.h"

#include <gtest/gtest.h>

#include "testing/memory_log.h"

namespace millrace::storage {
namespace {

class OffsetTopicsTest : public ::testing::Test {
 protected:
  static runtime::OffsetTopicRequest request(const std::string& topic, const std::string& servers,
                                             const std::string& client = "c") {
    runtime::OffsetTopicRequest made;
    made.topic = topic;
    made.producer = made.consumer =
        made.admin = {{"bootstrap.servers", servers}, {"client.id", client}};
    return made;
  }
  std::shared_ptr<runtime::OffsetStore> open(const runtime::OffsetTopicRequest& request) {
    return *topics.open(request);
  }
  int made = 0;
  std::shared_ptr<millrace::testing::MemoryTopic> topic =
      std::make_shared<millrace::testing::MemoryTopic>();
  OffsetTopics topics{
      [this](const runtime::OffsetTopicRequest&) -> Result<std::unique_ptr<kafka::TopicLog>> {
        ++made;
        return std::make_unique<millrace::testing::MemoryLog>(topic);
      }};
};

TEST_F(OffsetTopicsTest, OneReaderServesAllWithTheSameTopicAndClients) {
  auto first = open(request("t", "a:1", "one"));
  EXPECT_EQ(open(request("t", "a:1", "two")), first);
  EXPECT_NE(open(request("u", "a:1")), first);
  EXPECT_NE(open(request("t", "b:1")), first);
  EXPECT_EQ(made, 3);
}

TEST_F(OffsetTopicsTest, ItEndsWithTheLastUser) {
  auto first = open(request("t", "a:1"));
  std::weak_ptr<runtime::OffsetStore> alive = first;
  first.reset();
  EXPECT_TRUE(alive.expired());
  first = open(request("t", "a:1"));
  EXPECT_EQ(made, 2);
}

TEST_F(OffsetTopicsTest, EachMayStartIt) {
  topic->add(R"(["x",{"a":1}])", R"({"p":1})");
  auto store = open(request("t", "a:1"));
  EXPECT_TRUE(store->start());
  EXPECT_TRUE(open(request("t", "a:1"))->start());
  EXPECT_EQ(store->entries_of("x")->size(), 1U);
}

}  // namespace
}  // namespace millrace::storage
