#include "storage/status_topic.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing/memory_log.h"

namespace millrace::storage {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class StatusTopicTest : public ::testing::Test {
 protected:
  StatusTopicTest() {
    auto made = std::make_unique<millrace::testing::MemoryLog>(topic);
    log = made.get();
    store = std::make_unique<StatusTopic>(std::move(made));
    EXPECT_TRUE(store->start());
  }
  void read() {
    log->read_to_end(std::chrono::seconds(1), [](const Result<void>&) {});
  }
  static StoredStatus status(State state, const char* worker, int32_t generation) {
    StoredStatus made;
    made.state = state;
    made.worker_id = worker;
    made.generation = generation;
    return made;
  }

  std::shared_ptr<millrace::testing::MemoryTopic> topic =
      std::make_shared<millrace::testing::MemoryTopic>();
  millrace::testing::MemoryLog* log = nullptr;
  std::unique_ptr<StatusTopic> store;
};

TEST_F(StatusTopicTest, RecordsAreJavas) {
  StoredStatus failed = status(State::kFailed, "host:8083", 4);
  failed.trace = "java.lang.Exception: \"x\"\n";
  failed.version = "4.3.1";
  store->put("c", status(State::kRunning, "host:8083", 3), false);
  store->put(TaskId{"c", 1}, failed, true);
  store->remove(TaskId{"c", 1});
  ASSERT_EQ(topic->records.size(), 3u);
  EXPECT_EQ(topic->records[0].key, "status-connector-c");
  EXPECT_EQ(topic->records[0].value,
            R"({"state":"RUNNING","trace":null,"worker_id":"host:8083","generation":3,)"
            R"("version":null})");
  EXPECT_EQ(topic->records[1].key, "status-task-c-1");
  EXPECT_EQ(topic->records[1].value,
            R"({"state":"FAILED","trace":"java.lang.Exception: \"x\"\n",)"
            R"("worker_id":"host:8083","generation":4,"version":"4.3.1"})");
  EXPECT_EQ(topic->records[2].value, std::nullopt);
}

TEST_F(StatusTopicTest, WhatIsReadIsKept) {
  store->put("c", status(State::kRunning, "a:1", 3), false);
  store->put(TaskId{"c", 0}, status(State::kPaused, "a:1", 3), false);
  store->put(TaskId{"c-2", 0}, status(State::kRunning, "a:1", 3), false);
  store->put_topic({"c", 0}, "t1");
  read();
  store->put_topic({"c", 1}, "t1");
  read();
  EXPECT_EQ(store->get("c"), status(State::kRunning, "a:1", 3));
  EXPECT_EQ(store->tasks("c").size(), 1u);
  EXPECT_EQ(store->get(TaskId{"c", 0})->state, State::kPaused);
  EXPECT_THAT(store->topics("c"), ElementsAre("t1"));
  EXPECT_EQ(topic->records.size(), 4u) << "a topic is told once";
  store->remove_topic("c", "t1");
  store->remove("c");
  read();
  EXPECT_THAT(store->topics("c"), IsEmpty());
  EXPECT_THAT(store->tasks("c"), IsEmpty());
  EXPECT_THAT(store->connectors(), IsEmpty());
}

TEST_F(StatusTopicTest, ASafeWriteGivesWayToAnotherWorkersLaterOne) {
  store->put(TaskId{"c", 0}, status(State::kRunning, "new:1", 7), false);
  read();
  store->put(TaskId{"c", 0}, status(State::kFailed, "old:1", 6), true);
  EXPECT_EQ(topic->records.size(), 1u);
  store->put(TaskId{"c", 0}, status(State::kFailed, "new:1", 6), true);
  store->put(TaskId{"c", 0}, status(State::kFailed, "old:1", 7), true);
  EXPECT_EQ(topic->records.size(), 3u);
}

TEST_F(StatusTopicTest, AStaleUnassignedDoesNotHideARunningTask) {
  store->put(TaskId{"c", 0}, status(State::kRunning, "new:1", 7), false);
  store->put(TaskId{"c", 0}, status(State::kUnassigned, "old:1", 7), false);
  read();
  EXPECT_EQ(store->get(TaskId{"c", 0})->state, State::kRunning);
  store->put(TaskId{"c", 0}, status(State::kUnassigned, "old:1", 8), false);
  read();
  EXPECT_EQ(store->get(TaskId{"c", 0})->state, State::kUnassigned);
}

TEST_F(StatusTopicTest, WhatCannotBeReadIsPassedOver) {
  for (const char* key : {"status-task-x", "status-task--1", "status-topic-:connector-x",
                          "status-topic-t:x", "status-topic-t", "else", "status-connector-"})
    topic->add(key, R"({"state":"RUNNING","generation":1})");
  topic->add("status-connector-x", "no json");
  topic->add("status-connector-x", R"({"state":"SLEEPING","generation":1})");
  topic->add("status-connector-x", R"({"state":"RUNNING"})");
  read();
  EXPECT_THAT(store->connectors(), IsEmpty());
}

// Java lists the name in the value, and takes no value that lacks one of the four.
TEST_F(StatusTopicTest, ATopicHasTheNameThatItsRecordSays) {
  auto add = [this](const std::string& name, const std::string& value) {
    topic->add("status-topic-" + name + ":connector-c", "{\"topic\":" + value + "}");
  };
  add("a", R"({"name":"a","connector":"c","task":0,"discoverTimestamp":1})");
  add("b", R"({"name":"other","connector":"d","task":7,"discoverTimestamp":1})");
  add("d", R"({"name":"d"})");
  add("e", R"({"name":"e","connector":"c","task":"0","discoverTimestamp":1})");
  add("f", R"({"name":null,"connector":"c","task":0,"discoverTimestamp":1})");
  read();
  EXPECT_THAT(store->topics("c"), ElementsAre("a", "other"));
  store->remove_topic("c", "b");
  read();
  EXPECT_THAT(store->topics("c"), ElementsAre("a"));
}

}  // namespace
}  // namespace millrace::storage
