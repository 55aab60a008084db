#include "app/distributed_checks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::app {
namespace {

using ::testing::HasSubstr;

config::DistributedSettings sound() {
  config::DistributedSettings settings;
  settings.group_id = "g";
  settings.session_timeout = std::chrono::milliseconds(10'000);
  settings.heartbeat_interval = std::chrono::milliseconds(3'000);
  settings.rebalance_timeout = std::chrono::milliseconds(60'000);
  settings.config_topic.name = "c";
  settings.offset_topic.name = "o";
  settings.status_topic.name = "s";
  settings.key_generation_algorithm = settings.signature_algorithm = "HmacSHA256";
  settings.verification_algorithms = {"HmacSHA1", "HmacSHA256"};
  return settings;
}

TEST(DistributedChecks, WhatIsSoundPasses) { EXPECT_TRUE(check_distributed_settings(sound())); }

TEST(DistributedChecks, WhatJavaRefusesIsNamed) {
  const auto expect = [](auto change, const char* words) {
    auto settings = sound();
    change(settings);
    const auto checked = check_distributed_settings(settings);
    ASSERT_FALSE(checked) << words;
    EXPECT_THAT(checked.error().message(), HasSubstr(words));
  };
  using Settings = config::DistributedSettings;
  using std::chrono::milliseconds;
  expect([](Settings& s) { s.group_id = ""; }, "The configured group.id should not be an empty");
  expect([](Settings& s) { s.config_topic.name = ""; }, "config.storage.topic is empty");
  expect([](Settings& s) { s.offset_topic.name = ""; }, "offset.storage.topic is empty");
  expect([](Settings& s) { s.status_topic.name = ""; }, "status.storage.topic is empty");
  expect([](Settings& s) { s.heartbeat_interval = s.session_timeout; },
         "Heartbeat must be set lower than the session timeout: heartbeat.interval.ms 10000");
  expect([](Settings& s) { s.heartbeat_interval = milliseconds(-1); },
         "Invalid negative timeout -1 for configuration heartbeat.interval.ms");
  expect([](Settings& s) { s.rebalance_timeout = milliseconds(-1); },
         "Invalid negative timeout -1 for configuration rebalance.timeout.ms");
  expect([](Settings& s) { s.key_size = 39; }, "Key length must be at least 40 bits");
  expect([](Settings& s) { s.signature_algorithm = "HmacSHA512"; },
         "Invalid value HmacSHA512 for configuration inter.worker.signature.algorithm");
}

}  // namespace
}  // namespace millrace::app
