#include "config/plugin_version.h"

#include <gtest/gtest.h>

namespace millrace::config {
namespace {

std::string read(const std::string& requirement) {
  auto range = VersionRange::of(requirement);
  if (!range) return range.error().message();
  return *range ? (*range)->text() : "any";
}

TEST(PluginVersionTest, VersionsAreOrderedAsMavenOrdersThem) {
  const char* ascending[] = {"1-alpha2", "1-beta", "1-m3",      "1-rc1", "1-SNAPSHOT",
                             "1",        "1-sp",   "1-x",       "1-1",   "1.1",
                             "1.2.3",    "1.10",   "4.3.1-rc1", "4.3.1", "99999999999999999999"};
  for (size_t i = 0; i < std::size(ascending); ++i)
    for (size_t j = 0; j < std::size(ascending); ++j)
      EXPECT_EQ(compare_versions(ascending[i], ascending[j]), i < j   ? -1
                                                              : i > j ? 1
                                                                      : 0)
          << ascending[i] << " " << ascending[j];
  for (const char* same : {"1.0", "1.0.0", "1-ga", "1.final", "01", "1-RELEASE"})
    EXPECT_EQ(compare_versions("1", same), 0) << same;
}

TEST(PluginVersionTest, AVersionAloneMeansThatVersion) {
  EXPECT_EQ(read("latest"), "any");
  EXPECT_EQ(read(" 4.3.1 "), "[4.3.1,4.3.1]");
  EXPECT_EQ(read("4.3.1,4.4"), "[4.3.1,4.4]");
  EXPECT_EQ(read(""), "[,]");
  EXPECT_EQ(read("(,3.0],[4.0,)"), "(,3.0],[4.0,)");
}

TEST(PluginVersionTest, WhatIsNoRangeIsToldInMavensWords) {
  EXPECT_EQ(read("[5"), "Unbounded range: [5");
  EXPECT_EQ(read("(1)"), "Single version must be surrounded by []: (1)");
  EXPECT_EQ(read("[4.3,4.2]"), "Range defies version ordering: [4.3,4.2]");
  EXPECT_EQ(read("[1,2],[1.5,3]"), "Ranges overlap: [1,2],[1.5,3]");
  EXPECT_EQ(read("[1,2],3"), "Only fully-qualified sets allowed in multiple set scenario: [1,2],3");
}

TEST(PluginVersionTest, BoundsMayBelongToARangeOrNot) {
  auto contains = [](const char* requirement, const char* version) {
    return (*VersionRange::of(std::string(requirement)))->contains(version);
  };
  EXPECT_TRUE(contains("[4.0,5)", "4.3.1"));
  EXPECT_FALSE(contains("[4.0,5)", "5.0"));
  EXPECT_TRUE(contains("(,3.0],[4.0,)", "4"));
  EXPECT_FALSE(contains("(4.3.1,)", "4.3.1"));
  EXPECT_EQ(
      no_such_version("a.B", **VersionRange::of(std::string("9")), {"1", "1"}),
      "Plugin a.B not found that matches the version range [9,9], available versions: [1, 1]");
}

}  // namespace
}  // namespace millrace::config
