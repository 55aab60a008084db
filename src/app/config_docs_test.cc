#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "app/command_line.h"

namespace millrace::app {
namespace {

TEST(ConfigurationDocs, AreThoseOfTheTables) {
  std::ifstream in(MILLRACE_SOURCE_DIR "/docs/configuration.md");
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  ASSERT_FALSE(text.empty());
  EXPECT_TRUE(text == configuration_markdown())
      << "the tables have changed: millrace config-docs > docs/configuration.md";
}

}  // namespace
}  // namespace millrace::app
