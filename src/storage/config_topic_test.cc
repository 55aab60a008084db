#include "storage/config_topic.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing/memory_log.h"

namespace millrace::storage {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Told : public ConfigListener {
 public:
  void connector_config_updated(const std::string& c) override { lines.push_back("config " + c); }
  void connector_config_removed(const std::string& c) override { lines.push_back("removed " + c); }
  void task_configs_updated(const std::string& c) override { lines.push_back("tasks " + c); }
  void target_state_changed(const std::string& c) override { lines.push_back("target " + c); }
  void session_key_updated(const SessionKey& key) override { lines.push_back("key " + key.key); }
  void restart_requested(const RestartRequest& r) override {
    lines.push_back("restart " + r.connector + std::to_string(r.impact()));
  }
  void logging_level_updated(const std::string& logger, const std::string& level) override {
    lines.push_back("logger " + logger + " " + level);
  }
  std::vector<std::string> lines;
};

class ConfigTopicTest : public ::testing::Test {
 protected:
  void start() {
    auto log = std::make_unique<millrace::testing::MemoryLog>(topic);
    store = std::make_unique<ConfigTopic>(std::move(log));
    ASSERT_TRUE(store->start(told));
  }
  std::string value(size_t record) { return topic->records.at(record).value.value_or("null"); }
  const ClusterState::Connector* connector(const std::string& name) {
    state = store->snapshot();
    return state->find(name);
  }
  static void expect_done(const Result<void>& result) { EXPECT_TRUE(result); }

  std::shared_ptr<millrace::testing::MemoryTopic> topic =
      std::make_shared<millrace::testing::MemoryTopic>();
  Told told;
  std::unique_ptr<ConfigTopic> store;
  std::shared_ptr<const ClusterState> state;
};

TEST_F(ConfigTopicTest, RecordsAreJavas) {
  start();
  store->put_connector("x", {{"a", "1"}, {"b", std::nullopt}}, TargetState::kStopped, expect_done);
  store->put_tasks("x", {{{"task.class", "T"}}}, expect_done);
  store->put_session_key({"abc", "HmacSHA256", 12}, expect_done);
  store->put_restart_request({"x", true, false}, expect_done);
  store->put_task_count_record("x", 4, expect_done);
  store->put_logging_level("org.x", "DEBUG", expect_done);
  store->remove_connector("x", expect_done);
  std::vector<std::string> lines;
  for (const auto& record : topic->records)
    lines.push_back(*record.key + " " + record.value.value_or("null"));
  EXPECT_THAT(
      lines, ElementsAre(R"(target-state-x {"state":"PAUSED","state.v2":"STOPPED"})",
                         R"(connector-x {"properties":{"a":"1","b":null}})",
                         R"(task-x-0 {"properties":{"task.class":"T"}})", R"(commit-x {"tasks":1})",
                         R"(session-key {"key":"YWJj","algorithm":"HmacSHA256",)"
                         R"("creation-timestamp":12})",
                         R"(restart-connector-x {"include-tasks":false,"only-failed":true})",
                         R"(tasks-fencing-x {"task-count":4})",
                         R"(logger-cluster-org.x {"level":"DEBUG"})", "connector-x null",
                         "target-state-x null"));
}

TEST_F(ConfigTopicTest, WhatIsReadChangesTheState) {
  start();
  store->put_connector("x", {{"a", "1"}}, TargetState::kPaused, expect_done);
  ASSERT_NE(connector("x"), nullptr);
  EXPECT_EQ(state->offset, 2);
  EXPECT_EQ(connector("x")->target, TargetState::kPaused);
  EXPECT_THAT(state->tasks_of("x"), IsEmpty());
  store->put_tasks("x", {{{"t", "0"}}, {{"t", "1"}}}, expect_done);
  EXPECT_EQ(connector("x")->tasks.at(1).at("t"), "1");
  EXPECT_EQ(state->tasks_of("x").size(), 2u);
  EXPECT_EQ(connector("x")->applied, connector("x")->config);
  store->put_target_state("x", TargetState::kStopped, expect_done);
  store->refresh(expect_done);
  EXPECT_EQ(connector("x")->target, TargetState::kStopped);
  store->remove_connector("x", expect_done);
  EXPECT_EQ(connector("x"), nullptr);
  EXPECT_THAT(told.lines, ElementsAre("config x", "tasks x", "target x", "removed x"));
}

// A worker that starts is told nothing of the past, and restarts nothing.
TEST_F(ConfigTopicTest, NothingIsToldOfWhatWasThere) {
  topic->add("connector-x", R"({"properties":{"a":"1"}})");
  topic->add("restart-connector-x", R"({"include-tasks":true,"only-failed":false})");
  topic->add("logger-cluster-x", R"({"level":"DEBUG"})");
  start();
  EXPECT_THAT(told.lines, IsEmpty());
  topic->add("restart-connector-x", R"({"include-tasks":true,"only-failed":"what"})");
  topic->add("logger-cluster-x", R"({"level":"INFO"})");
  store->refresh(expect_done);
  EXPECT_THAT(told.lines, ElementsAre("restart x3", "logger x INFO"));
}

TEST_F(ConfigTopicTest, TasksWaitForTheirCommit) {
  topic->add("connector-x", R"({"properties":{}})");
  topic->add("task-x-0", R"({"properties":{"t":"0"}})");
  topic->add("task-x-1", R"({"properties":{"t":"1"}})");
  start();
  EXPECT_THAT(connector("x")->tasks, IsEmpty());
  topic->add("commit-x", R"({"tasks":2})");
  store->refresh(expect_done);
  EXPECT_EQ(connector("x")->tasks.size(), 2u);
  EXPECT_EQ(connector("x")->task_config_generation, 0);
  EXPECT_TRUE(connector("x")->pending_fencing);
}

// Else a worker that has not yet stopped a deleted connector's task takes it for the new one's.
TEST_F(ConfigTopicTest, AConnectorMadeAnewDoesNotTakeUpItsFormerTasks) {
  topic->add("connector-x", R"({"properties":{}})");
  topic->add("task-x-0", R"({"properties":{"t":"0"}})");
  topic->add("commit-x", R"({"tasks":1})");
  start();
  const auto former = connector("x")->task_config_generation;
  store->remove_connector("x", expect_done);
  store->put_connector("x", {}, std::nullopt, expect_done);
  store->put_tasks("x", {{{"t", "1"}}}, expect_done);
  EXPECT_NE(connector("x")->task_config_generation, former);
}

TEST_F(ConfigTopicTest, HolesLeaveAConnectorInconsistentUntilTheNextFullSet) {
  topic->add("connector-x", R"({"properties":{}})");
  topic->add("task-x-1", R"({"properties":{}})");
  topic->add("commit-x", R"({"tasks":2})");
  start();
  EXPECT_TRUE(connector("x")->inconsistent);
  EXPECT_EQ(connector("x")->task_count, 2);
  EXPECT_THAT(state->tasks_of("x"), IsEmpty());
  store->put_tasks("x", {{}, {}}, expect_done);
  EXPECT_FALSE(connector("x")->inconsistent);
  EXPECT_EQ(state->tasks_of("x").size(), 2u);
}

// Compaction may leave a configuration behind the tasks that were made from its predecessor.
TEST_F(ConfigTopicTest, ACommitThatCameTwiceChangesNothing) {
  start();
  store->put_connector("x", {{"a", "1"}}, std::nullopt, expect_done);
  store->put_tasks("x", {{{"task", "0"}}}, expect_done);
  topic->add("commit-x", R"({"tasks":1})");
  store->refresh(expect_done);
  EXPECT_FALSE(connector("x")->inconsistent);
  EXPECT_EQ(connector("x")->tasks.size(), 1U);
  topic->add("commit-x", R"({"tasks":2})");  // half of a set is missing
  topic->add("commit-x", R"({"tasks":2})");
  store->refresh(expect_done);
  EXPECT_TRUE(connector("x")->inconsistent);
}

TEST_F(ConfigTopicTest, TasksBeforeTheirConnectorAreKept) {
  topic->add("task-x-0", R"({"properties":{"t":"0"}})");
  topic->add("commit-x", R"({"tasks":1})");
  topic->add("task-gone-0", R"({"properties":{}})");
  topic->add("commit-gone", R"({"tasks":1})");
  topic->add("connector-gone", std::nullopt);
  topic->add("connector-gone", R"({"properties":{}})");
  topic->add("connector-x", R"({"properties":{}})");
  start();
  EXPECT_EQ(state, nullptr);
  ASSERT_NE(connector("x"), nullptr);
  EXPECT_EQ(state->tasks_of("x").size(), 1u);
  EXPECT_THAT(state->tasks_of("gone"), IsEmpty());
}

TEST_F(ConfigTopicTest, WhatCannotBeReadIsPassedOver) {
  topic->add("connector-x", "no json");
  start();
  EXPECT_EQ(store->snapshot()->offset, -1);
  for (const char* value : {"7", "{}", R"({"properties":[]})"}) topic->add("connector-x", value);
  topic->add("task-x", R"({"properties":{}})");
  topic->add("target-state-x", R"({"state":"ASLEEP"})");
  topic->add("commit-x", R"({"tasks":"two"})");
  topic->add("session-key", std::nullopt);
  topic->add("session-key", R"({"key":"???","algorithm":"a","creation-timestamp":1})");
  topic->add("something-else", "{}");
  store->refresh(expect_done);
  EXPECT_THAT(store->snapshot()->connectors, IsEmpty());
  EXPECT_EQ(store->snapshot()->session_key, std::nullopt);
  EXPECT_EQ(store->snapshot()->offset, static_cast<int64_t>(topic->records.size()));
}

TEST_F(ConfigTopicTest, NamesMayHaveDashes) {
  start();
  store->put_connector("a-b-1", {}, std::nullopt, expect_done);
  store->put_tasks("a-b-1", {{}}, expect_done);
  EXPECT_EQ(connector("a-b-1")->task_count, 1);
}

TEST_F(ConfigTopicTest, AWriteThatFailsSaysSo) {
  auto log = std::make_unique<millrace::testing::MemoryLog>(topic);
  log->refusal = Error(ErrorKind::timed_out, "broker away");
  store = std::make_unique<ConfigTopic>(std::move(log));
  ASSERT_TRUE(store->start(told));
  std::string message;
  store->put_connector("x", {}, std::nullopt, [&](const Result<void>& result) {
    ASSERT_FALSE(result);
    message = result.error().describe();
  });
  EXPECT_EQ(message, "Error writing connector configuration to Kafka: broker away");
}

// A log with an owner: notes how many records each transaction had.
class OwnedLog final : public kafka::TopicLog {
 public:
  OwnedLog(std::shared_ptr<millrace::testing::MemoryTopic> topic, std::vector<std::string>& calls)
      : log_(std::move(topic)), calls_(calls) {}
  Result<void> start(OnRecord on_record) override { return log_.start(std::move(on_record)); }
  void read_to_end(std::chrono::milliseconds timeout, Done done) override {
    log_.read_to_end(timeout, std::move(done));
  }
  void send(std::vector<kafka::LogEntry> entries, std::chrono::milliseconds timeout,
            Done done) override {
    calls_.push_back("plain " + std::to_string(entries.size()));
    log_.send(std::move(entries), timeout, std::move(done));
  }
  void claim(std::chrono::milliseconds, Done done) override {
    calls_.push_back("claim");
    owned_ = true;
    done({});
  }
  void send_as_owner(std::vector<kafka::LogEntry> entries, std::chrono::milliseconds timeout,
                     Done done) override {
    if (!owned_) return done(fail(ErrorKind::fatal, "somebody else is the owner"));
    calls_.push_back("owner " + std::to_string(entries.size()));
    log_.send(std::move(entries), timeout, std::move(done));
  }
  void stop() override {}

 private:
  millrace::testing::MemoryLog log_;
  std::vector<std::string>& calls_;
  bool owned_ = false;
};

TEST_F(ConfigTopicTest, WhatOnlyTheLeaderWritesIsWrittenAsTheOwner) {
  std::vector<std::string> calls;
  store = std::make_unique<ConfigTopic>(std::make_unique<OwnedLog>(topic, calls), true);
  ASSERT_TRUE(store->start(told));
  std::optional<Error> refused;
  store->put_connector("x", {{"a", "1"}}, TargetState::kPaused,
                       [&](const Result<void>& done) { refused = done.error(); });
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->exception_class(),
            "org.apache.kafka.connect.storage.PrivilegedWriteException");
  store->claim_write_privileges(expect_done);
  store->put_connector("x", {{"a", "1"}}, TargetState::kPaused, expect_done);
  store->put_tasks("x", {{{"task.class", "T"}}, {{"task.class", "T"}}}, expect_done);
  store->put_session_key({"abc", "HmacSHA256", 12}, expect_done);
  store->put_restart_request({"x", true, false}, expect_done);
  store->put_task_count_record("x", 2, expect_done);
  store->remove_connector("x", expect_done);
  store->put_target_state("x", TargetState::kStarted, expect_done);
  store->put_logging_level("org.x", "DEBUG", expect_done);
  EXPECT_THAT(calls, ElementsAre("claim", "owner 2", "owner 2", "owner 1", "owner 1", "owner 1",
                                 "owner 1", "owner 2", "plain 1", "plain 1"));
}

// To Java's converter a value of blanks alone is null: the connector is deleted.
TEST_F(ConfigTopicTest, AValueWithoutContentIsNone) {
  for (const char* empty : {"", " \t\n"}) {
    topic->add("connector-x", R"({"properties":{"a":"1"}})");
    topic->add("connector-x", empty);
  }
  start();
  EXPECT_EQ(connector("x"), nullptr);
}

}  // namespace
}  // namespace millrace::storage
