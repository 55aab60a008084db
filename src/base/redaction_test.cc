#include "base/redaction.h"

#include <gtest/gtest.h>

#include "base/log.h"

namespace millrace {
namespace {

TEST(Redaction, HidesWhatItsOwnerResolvedAndWhatTheWorkerDid) {
  redaction::note("orders", {"s3cret-value", "s3cret-value-longer", "on"});
  redaction::note("", {"of-the-worker"});
  EXPECT_EQ(redaction::clean("orders", "a s3cret-value-longer s3cret-value of-the-worker on"),
            "a [hidden] [hidden] [hidden] on");
  EXPECT_EQ(redaction::clean("other", "a s3cret-value of-the-worker"), "a s3cret-value [hidden]");
  EXPECT_EQ(redaction::clean("a s3cret-value"), "a [hidden]");
}

TEST(Redaction, WhatAnOwnerLeftBehindStaysHiddenForAWhile) {
  redaction::note("gone", {"left-behind"});
  redaction::retire("gone");
  EXPECT_EQ(redaction::clean("left-behind"), "[hidden]");
  for (int i = 0; i < 300; ++i) {
    redaction::note("x" + std::to_string(i), {"value-" + std::to_string(i)});
    redaction::retire("x" + std::to_string(i));
  }
  EXPECT_EQ(redaction::clean("left-behind"), "left-behind");
}

TEST(Redaction, LogLinesAreCleanedByTheirContext) {
  redaction::note("a|b", {"very-private"});
  std::string last;
  logging::set_standard_error(false);
  logging::set_observer([&](const LogLine& line) { last = line.message; });
  Logger("test.redaction", "[a|b|task-0] ").info("password={}", "very-private");
  EXPECT_EQ(last, "password=[hidden]");
  Logger("test.redaction").info("password={}", "very-private");
  EXPECT_EQ(last, "password=[hidden]");
  Logger("test.redaction", "[c|worker] ").info("password={}", "very-private");
  EXPECT_EQ(last, "password=very-private");
  logging::set_observer({});
  logging::set_standard_error(true);
}

}  // namespace
}  // namespace millrace
