#include "config/worker_config.h"

#include <gtest/gtest.h>

namespace millrace::config {
namespace {

Properties minimal() {
  return {{"bootstrap.servers", "a:1, b:2"},
          {"key.converter", "JsonConverter"},
          {"value.converter", "JsonConverter"},
          {"offset.storage.file.filename", "/tmp/offsets"}};
}

TEST(WorkerConfigTest, DefaultsAreJavas) {
  ASSERT_TRUE(check_worker_config(minimal()).empty());
  auto config = make_worker_config(minimal());
  ASSERT_TRUE(config.has_value());
  EXPECT_EQ(config->bootstrap_servers, "a:1,b:2");
  EXPECT_EQ(config->header_converter, "org.apache.kafka.connect.storage.SimpleHeaderConverter");
  EXPECT_EQ(config->offset_flush_interval.count(), 60000);
  EXPECT_EQ(config->task_shutdown_graceful_timeout.count(), 5000);
  EXPECT_EQ(config->listeners, std::vector<std::string>{"http://:8083"});
  EXPECT_FALSE(config->admin_listeners.has_value());
  EXPECT_TRUE(config->topic_tracking_enable);
}

TEST(WorkerConfigTest, AllProblemsAtOnce) {
  Properties properties = minimal();
  properties.erase("bootstrap.servers");
  properties["offset.flush.interval.ms"] = "x";
  properties["listeners"] = "http://:1, ";
  properties["response.http.headers.config"] = "put X-A:b";
  auto problems = check_worker_config(properties);
  ASSERT_EQ(problems.size(), 4u);
  EXPECT_EQ(problems[0].key, "bootstrap.servers");
  EXPECT_EQ(problems[0].message,
            "Missing required configuration \"bootstrap.servers\" which has no default value.");
  EXPECT_EQ(
      problems[1].message,
      "Invalid value x for configuration offset.flush.interval.ms: Not a number of type LONG");
  EXPECT_EQ(problems[2].message, "Empty URL found when parsing listeners list.");
  EXPECT_EQ(problems[3].message,
            "Invalid header config action: 'put'. Expected one of [set, add, setDate, addDate]");
}

TEST(WorkerConfigTest, UnknownKeysAreKept) {
  Properties properties = minimal();
  properties["producer.acks"] = "1";
  properties["offset.storage.topic"] = "of a distributed worker";
  auto config = make_worker_config(properties);
  ASSERT_TRUE(config.has_value());
  EXPECT_EQ(config->originals_with_prefix("producer."), (Properties{{"acks", "1"}}));
}

TEST(WorkerConfigTest, EmptyAdminListenersAreNotAbsentOnes) {
  Properties properties = minimal();
  properties["admin.listeners"] = "";
  auto config = make_worker_config(properties);
  ASSERT_TRUE(config && config->admin_listeners);
  EXPECT_TRUE(config->admin_listeners->empty());
}

}  // namespace
}  // namespace millrace::config
