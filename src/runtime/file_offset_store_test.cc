#include "runtime/file_offset_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <future>

#include "runtime/java_serialization.h"

namespace millrace::runtime {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;
using namespace std::chrono_literals;

class FileOffsetStoreTest : public ::testing::Test {
 protected:
  FileOffsetStoreTest() {
    std::string folder = ::testing::TempDir() + "offsetsXXXXXX";
    folder_ = mkdtemp(folder.data());
    path_ = folder_ + "/connect.offsets";
  }
  ~FileOffsetStoreTest() override { std::filesystem::remove_all(folder_); }

  static Result<void> set(FileOffsetStore& store, std::vector<OffsetEntry> entries) {
    std::promise<Result<void>> done;
    store.set(std::move(entries), [&](const Result<void>& result) { done.set_value(result); });
    store.hurry();
    return done.get_future().get();
  }
  static std::optional<std::string> get(FileOffsetStore& store, const std::string& key) {
    return store.get({key}).value().front();
  }
  std::string content() const {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void write(const std::string& content) const {
    std::ofstream(path_, std::ios::binary) << content;
  }

  std::string folder_, path_;
};

TEST_F(FileOffsetStoreTest, KeepsWhatWasSet) {
  {
    FileOffsetStore store(path_);
    ASSERT_TRUE(store.start());
    EXPECT_EQ(get(store, "a"), std::nullopt);
    ASSERT_TRUE(set(store, {{"a", "1"}, {"b", "2"}}));
    ASSERT_TRUE(set(store, {{"a", "3"}, {"c", "4"}}));
    ASSERT_TRUE(set(store, {{"b", std::nullopt}}));
    EXPECT_EQ(get(store, "a"), "3");
  }
  FileOffsetStore store(path_);
  ASSERT_TRUE(store.start());
  EXPECT_EQ(get(store, "a"), "3");
  EXPECT_EQ(get(store, "b"), std::nullopt);
  EXPECT_EQ(get(store, "c"), "4");
  EXPECT_THAT(read_java_byte_map(content()).value(), SizeIs(2));
}

TEST_F(FileOffsetStoreTest, EmptyFileHoldsNoOffsets) {
  write("");
  FileOffsetStore store(path_);
  ASSERT_TRUE(store.start());
  EXPECT_EQ(get(store, "a"), std::nullopt);
}

TEST_F(FileOffsetStoreTest, JavasNullValuesAreNoOffsets) {
  write(write_java_byte_map({{"a", std::nullopt}, {"b", "2"}}));
  FileOffsetStore store(path_);
  ASSERT_TRUE(store.start());
  EXPECT_EQ(get(store, "a"), std::nullopt);
  EXPECT_EQ(get(store, "b"), "2");
}

TEST_F(FileOffsetStoreTest, CorruptFileIsNamedAndLeftAlone) {
  for (const std::string& bad :
       {std::string("what is this"), write_java_byte_map({{"a", "1"}}).substr(0, 100)}) {
    write(bad);
    FileOffsetStore store(path_);
    auto started = store.start();
    ASSERT_FALSE(started);
    EXPECT_THAT(started.error().describe(), HasSubstr(path_));
    EXPECT_FALSE(set(store, {{"a", "2"}}));
    EXPECT_EQ(content(), bad);
  }
}

TEST_F(FileOffsetStoreTest, FolderThatDoesNotExist) {
  const std::string path = folder_ + "/none/offsets";
  FileOffsetStore store(path);
  ASSERT_TRUE(store.start());
  auto written = set(store, {{"a", "1"}});
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error().describe(), HasSubstr(path));
  EXPECT_EQ(get(store, "a"), std::nullopt);
  // What is missing may come: the next commit finds it.
  std::filesystem::create_directory(folder_ + "/none");
  EXPECT_TRUE(set(store, {{"a", "1"}}));
  EXPECT_EQ(get(store, "a"), "1");
}

TEST_F(FileOffsetStoreTest, FolderInPlaceOfTheFile) {
  FileOffsetStore store(folder_);
  EXPECT_FALSE(store.start());
}

TEST_F(FileOffsetStoreTest, FullDisk) {
  FileOffsetStore store(path_);
  ASSERT_TRUE(store.start());
  // Not before the start: reading it gives zeros without end.
  std::filesystem::create_symlink("/dev/full", path_);
  auto written = set(store, {{"a", "1"}});
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error().describe(), HasSubstr("No space left on device"));
}

TEST_F(FileOffsetStoreTest, DevNullForgets) {
  FileOffsetStore store("/dev/null");
  ASSERT_TRUE(store.start());
  EXPECT_TRUE(set(store, {{"a", "1"}}));
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
}

TEST_F(FileOffsetStoreTest, LinkStaysALinkAndModeStays) {
  const std::string target = folder_ + "/target";
  std::ofstream(target).close();
  ::chmod(target.c_str(), 0640);
  std::filesystem::create_symlink(target, path_);
  FileOffsetStore store(path_);
  ASSERT_TRUE(store.start());
  ASSERT_TRUE(set(store, {{"a", "1"}}));
  EXPECT_TRUE(std::filesystem::is_symlink(path_));
  struct stat status {};
  ASSERT_EQ(::stat(target.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0640u);
  EXPECT_GT(status.st_size, 0);
}

// A thousand tasks that commit at one time are one file, or a few.
TEST_F(FileOffsetStoreTest, CommitsAreGathered) {
  FileOffsetStore store(path_, 1h);
  ASSERT_TRUE(store.start());
  ASSERT_TRUE(set(store, {{"first", "0"}}));
  std::vector<std::promise<bool>> done(1000);
  for (size_t i = 0; i < done.size(); ++i)
    store.set({{std::to_string(i), "x"}},
              [&done, i](const Result<void>& result) { done[i].set_value(result.has_value()); });
  EXPECT_EQ(store.writes(), 1u);
  store.hurry();
  for (auto& one : done) EXPECT_TRUE(one.get_future().get());
  EXPECT_EQ(store.writes(), 2u);
  EXPECT_THAT(read_java_byte_map(content()).value(), SizeIs(1001));
}

TEST_F(FileOffsetStoreTest, StopWritesWhatIsPending) {
  FileOffsetStore store(path_, 1h);
  ASSERT_TRUE(store.start());
  ASSERT_TRUE(set(store, {{"a", "1"}}));
  bool done = false;
  store.set({{"a", "2"}}, [&](const Result<void>& result) { done = result.has_value(); });
  store.stop();
  EXPECT_TRUE(done);
  EXPECT_EQ(read_java_byte_map(content()).value().front().second, "2");
  EXPECT_FALSE(set(store, {{"a", "3"}}));
}

TEST_F(FileOffsetStoreTest, EntriesOfAConnector) {
  FileOffsetStore store(path_);
  ASSERT_TRUE(store.start());
  ASSERT_TRUE(set(store, {{R"(["a",{"f":1}])", "1"},
                          {R"(["a",{"f":2}])", "2"},
                          {R"(["ab",{"f":3}])", "3"},
                          {R"(["\"",{"f":4}])", "4"}}));
  EXPECT_THAT(store.entries_of("a").value(), SizeIs(2));
  EXPECT_THAT(store.entries_of("ab").value(), SizeIs(1));
  EXPECT_THAT(store.entries_of("\"").value(), SizeIs(1));
  EXPECT_THAT(store.entries_of("b").value(), SizeIs(0));
}

}  // namespace
}  // namespace millrace::runtime
