#include "runtime/java_serialization.h"

#include <gtest/gtest.h>

namespace millrace::runtime {
namespace {

std::string from_hex(std::string_view hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  return bytes;
}

// What OpenJDK 17 wrote for a HashMap with one entry: `["c",{"filename":"/x"}]` ->
// `{"position":42}`.
const std::string& java_sample() {
  static const std::string sample = from_hex(
      "aced0005737200116a6176612e7574696c2e486173684d61700507dac1c31660d103000246000a6c6f6164466163"
      "746f724900097468726573686f6c6478703f4000000000000c770800000010000000017572"
      "00025b42acf317f8060854e0020000787000000017"
      "5b2263222c7b2266696c656e616d65223a222f78227d5d7571007e00020000000f"
      "7b22706f736974696f6e223a34327d78");
  return sample;
}

JavaByteMap sample_map() { return {{R"(["c",{"filename":"/x"}])", R"({"position":42})"}}; }

TEST(JavaSerialization, ReadsWhatJavaWrote) {
  auto map = read_java_byte_map(java_sample());
  ASSERT_TRUE(map) << map.error().describe();
  EXPECT_EQ(*map, sample_map());
}

TEST(JavaSerialization, WritesWhatJavaWouldWrite) {
  EXPECT_EQ(write_java_byte_map(sample_map()), java_sample());
}

TEST(JavaSerialization, RoundTrip) {
  JavaByteMap map;
  for (int i = 0; i < 1000; ++i) map.emplace_back("key" + std::to_string(i), std::string(i, 'v'));
  map.emplace_back(std::nullopt, "value of null");
  map.emplace_back("null value", std::nullopt);
  map.emplace_back("", "");
  auto read = read_java_byte_map(write_java_byte_map(map));
  ASSERT_TRUE(read) << read.error().describe();
  EXPECT_EQ(*read, map);
  EXPECT_TRUE(read_java_byte_map(write_java_byte_map({})).value().empty());
}

TEST(JavaSerialization, EveryTruncationIsAnError) {
  const std::string& sample = java_sample();
  for (size_t size = 0; size < sample.size(); ++size) {
    auto map = read_java_byte_map(std::string_view(sample).substr(0, size));
    ASSERT_FALSE(map) << size;
    EXPECT_EQ(map.error().kind(), ErrorKind::bad_data);
  }
  EXPECT_FALSE(read_java_byte_map(sample + "x"));
}

TEST(JavaSerialization, EveryChangedByteIsReadOrRefused) {
  for (size_t at = 0; at < java_sample().size(); ++at) {
    for (int value : {0, 0x70, 0x71, 0x7f, 0xff}) {
      std::string changed = java_sample();
      changed[at] = static_cast<char>(value);
      auto map = read_java_byte_map(changed);
      if (map) {
        EXPECT_LE(map->size(), 1u);
      }
    }
  }
}

TEST(JavaSerialization, NamesTheClassThatIsNotExpected) {
  std::string other = java_sample();
  other.replace(other.find("HashMap"), 7, "TreeMap");
  auto map = read_java_byte_map(other);
  ASSERT_FALSE(map);
  EXPECT_NE(map.error().message().find("java.util.TreeMap"), std::string::npos);
}

// A huge size that no data follows must not make us take memory for it.
TEST(JavaSerialization, SizeIsNotTrusted) {
  std::string huge = java_sample();
  const size_t size_at = huge.find(from_hex("0000001000000001")) + 4;
  huge.replace(size_at, 4, "\x7f\xff\xff\xff");
  EXPECT_FALSE(read_java_byte_map(huge));
}

}  // namespace
}  // namespace millrace::runtime
