#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <future>

#include "plugin/fake_contexts.h"
#include "plugin/native/library.h"

namespace millrace::plugin {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::shared_ptr<const ConnectorClass> find_class(std::string_view name) {
  auto loaded = native::load_library(CONNECTOR_LIBRARY);
  if (!loaded) throw std::runtime_error(loaded.error().describe());
  for (const auto& connector : loaded->classes) {
    if (connector->class_name() == name) return connector;
  }
  throw std::runtime_error("no such class");
}

// The stored form of an offset: {"position": n}.
struct StoredOffset {
  explicit StoredOffset(data::Cell position)
      : entries{data::string_cell("position"), position},
        map(data::nested_cell(data::Kind::kMap, entries, 1)) {}
  data::Cell entries[2];
  data::Cell map;
};

class FileSource : public ::testing::Test {
 protected:
  FileSource() {
    folder_ = std::filesystem::temp_directory_path() /
              ("millrace-file-" + std::to_string(::getpid()) + "-" +
               ::testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
    file_ = folder_ / "lines.txt";
  }
  ~FileSource() override { std::filesystem::remove_all(folder_); }

  void append(const std::string& text) {
    std::ofstream(file_, std::ios::app | std::ios::binary) << text;
  }
  void start(config::Properties more = {}) {
    more.insert({{"file", file_}, {"topic", "lines"}});
    auto made = class_->make_source_task(context_);
    ASSERT_TRUE(made) << made.error().describe();
    task_ = std::move(*made);
    auto started = task_->start(more);
    ASSERT_TRUE(started) << started.error().describe();
  }
  std::vector<std::string> poll(milliseconds timeout = milliseconds(0)) {
    auto polled = task_->poll(timeout);
    if (!polled) return {"error: " + polled.error().describe()};
    batch_ = std::move(*polled);
    std::vector<std::string> lines;
    if (batch_ == nullptr) return lines;
    for (uint32_t record : batch_->original.selected)
      lines.emplace_back(data::text(batch_->original.values[record]));
    return lines;
  }
  int64_t position(uint32_t record) const {
    return batch_->original.source_offsets[record]->as.cells[1].as.i64;
  }

  std::filesystem::path folder_;
  std::string file_;
  std::shared_ptr<const ConnectorClass> class_ =
      find_class("org.millrace.FileStreamSourceConnector");
  std::shared_ptr<FakeSourceTaskContext> context_ = std::make_shared<FakeSourceTaskContext>();
  std::unique_ptr<SourceTask> task_;
  std::shared_ptr<data::Batch> batch_;
};

TEST_F(FileSource, GivesEachLineWithItsCoordinates) {
  append("one\ntwo\n\nfour\n");
  start();
  EXPECT_THAT(poll(), ElementsAre("one", "two", "", "four"));
  const data::Records& records = batch_->original;
  EXPECT_EQ(records.topics[1], "lines");
  EXPECT_EQ(records.partitions[1], MILLRACE_NONE);
  EXPECT_EQ(records.value_schemas[1], data::primitive_schema(data::Kind::kString).get());
  EXPECT_EQ(records.key_schemas[1], nullptr);
  EXPECT_TRUE(data::is_null(records.keys[1]));
  EXPECT_GT(records.timestamps[1], 0);
  EXPECT_EQ(position(0), 4);
  EXPECT_EQ(position(3), 14);
  EXPECT_EQ(data::text(records.source_partitions[0]->as.cells[0]), "filename");
  EXPECT_EQ(data::text(records.source_partitions[0]->as.cells[1]), file_);
  EXPECT_EQ(data::text(records.source_offsets[0]->as.cells[0]), "position");
}

TEST_F(FileSource, FollowsAGrowingFileAndHoldsBackHalfALine) {
  append("one\nhal");
  start();
  EXPECT_THAT(poll(), ElementsAre("one"));
  EXPECT_THAT(poll(), ElementsAre());
  append("f\nthree\n");
  EXPECT_THAT(poll(), ElementsAre("half", "three"));
  EXPECT_EQ(position(0), 9);
}

TEST_F(FileSource, AllLineEndsOfJava) {
  append("a\r\nb\rc\n\r\nd\r");
  start();
  // A return at the end may be the first half of \r\n.
  EXPECT_THAT(poll(), ElementsAre("a", "b", "c", ""));
  EXPECT_EQ(position(0), 3);
  EXPECT_EQ(position(1), 5);
  append("\ne\n");
  EXPECT_THAT(poll(), ElementsAre("d", "e"));
}

TEST_F(FileSource, WaitsForAFileThatAppearsLater) {
  start();
  EXPECT_THAT(poll(), ElementsAre());
  auto waiting = std::async(std::launch::async, [&] { return poll(milliseconds(60'000)); });
  append("late\n");
  EXPECT_THAT(waiting.get(), ElementsAre("late"));
}

TEST_F(FileSource, CancelEndsAWaitingPoll) {
  append("one\n");
  start();
  EXPECT_THAT(poll(), ElementsAre("one"));
  auto waiting = std::async(std::launch::async, [&] { return poll(milliseconds(3'600'000)); });
  task_->cancel();
  EXPECT_THAT(waiting.get(), ElementsAre());
}

TEST_F(FileSource, GoesOnAtTheStoredOffset) {
  append("one\ntwo\nthree\n");
  StoredOffset stored(data::int64_cell(4));
  context_->stored_offset = stored.map;
  start();
  EXPECT_THAT(poll(), ElementsAre("two", "three"));
  EXPECT_EQ(position(1), 14);
  EXPECT_THAT(context_->asked_partitions, ElementsAre(file_));
}

TEST_F(FileSource, APositionBeyondTheEndIsWaitedFor) {
  append("one\n");
  StoredOffset stored(data::int64_cell(8));
  context_->stored_offset = stored.map;
  start();
  EXPECT_THAT(poll(), ElementsAre());
  append("two\nthree\n");
  EXPECT_THAT(poll(), ElementsAre("three"));
}

TEST_F(FileSource, RefusesAStoredOffsetThatIsNoNumber) {
  append("one\n");
  StoredOffset stored(data::string_cell("4"));
  context_->stored_offset = stored.map;
  start();
  EXPECT_THAT(poll(), ElementsAre("error: Offset position is the incorrect type"));
}

TEST_F(FileSource, HandsOverAtMostABatchAtATime) {
  append("a\nb\nc\nd\ne\n");
  start({{"batch.size", "2"}});
  EXPECT_THAT(poll(), ElementsAre("a", "b"));
  EXPECT_THAT(poll(), ElementsAre("c", "d"));
  EXPECT_EQ(position(1), 8);
  EXPECT_THAT(poll(), ElementsAre("e"));
  EXPECT_THAT(poll(), ElementsAre());
}

TEST_F(FileSource, LinesLargerThanAnyPiece) {
  std::string large(3'000'000, 'x'), other(700'000, 'y');
  append("first\n" + large.substr(0, 1'000'000));
  start();
  EXPECT_THAT(poll(), ElementsAre("first"));
  append(large.substr(1'000'000) + "\n" + other + "\nlast\n");
  EXPECT_THAT(poll(), ElementsAre(large, other, "last"));
  EXPECT_EQ(position(2), static_cast<int64_t>(6 + 3'000'001 + 700'001 + 5));
}

TEST_F(FileSource, MalformedBytesAsJavaDecodesThem) {
  append("ok\xC3\xA9\nbad\xFFx\n\xE2\x82\n\xED\xA0\x80!\n\xF0\x90\x80!\n\xF5\x80\n");
  start();
  EXPECT_THAT(poll(), ElementsAre("ok\xC3\xA9", "bad\uFFFDx", "\uFFFD", "\uFFFD!", "\uFFFD!",
                                  "\uFFFD\uFFFD"));
}

TEST_F(FileSource, CellsOutliveTheTask) {
  append("kept\n");
  start();
  EXPECT_THAT(poll(), ElementsAre("kept"));
  task_->stop();
  task_.reset();
  EXPECT_EQ(data::text(batch_->original.values[0]), "kept");
  EXPECT_EQ(batch_->original.topics[0], "lines");
  EXPECT_EQ(data::text(batch_->original.source_partitions[0]->as.cells[1]), file_);
}

TEST_F(FileSource, AFolderIsNoFile) {
  file_ = folder_;
  start();
  EXPECT_THAT(poll(), ElementsAre("error: Couldn't read file '" + file_ + "': Is a directory"));
}

TEST_F(FileSource, TheDefinitionIsJavas) {
  const config::ConfigDef& definition = class_->config_def();
  ASSERT_EQ(definition.keys().size(), 3u);
  EXPECT_EQ(definition.find("file")->required, false);
  EXPECT_EQ(definition.find("file")->default_value, std::nullopt);
  EXPECT_EQ(definition.find("topic")->required, true);
  EXPECT_EQ(definition.find("batch.size")->default_value, "2000");
  EXPECT_EQ(definition.find("batch.size")->importance, config::Importance::kLow);
  EXPECT_EQ(definition.find("batch.size")->type, config::Type::kInt);
  EXPECT_THAT(class_->other_names(),
              ElementsAre("org.apache.kafka.connect.file.FileStreamSourceConnector"));
}

TEST_F(FileSource, ExactlyOnceForAFileOnly) {
  EXPECT_EQ(class_->exactly_once_support({{"file", "x"}}), ExactlyOnceSupport::kSupported);
  EXPECT_EQ(class_->exactly_once_support({}), ExactlyOnceSupport::kUnsupported);
}

TEST_F(FileSource, ChecksOffsetsThatAUserSets) {
  auto connector = class_->make_connector(std::make_shared<FakeConnectorContext>());
  ASSERT_TRUE(connector);
  data::Cell partition_entries[] = {data::string_cell("filename"), data::string_cell("x")};
  data::Cell partition = data::nested_cell(data::Kind::kMap, partition_entries, 1);
  auto alter = [&](data::Cell of, data::Cell offset, config::Properties config) -> std::string {
    Connector::OffsetChange change{of, offset};
    auto done = (*connector)->alter_offsets(config, {&change, 1});
    return done ? (*done ? "yes" : "no") : done.error().message();
  };
  config::Properties with_file{{"file", "x"}, {"topic", "t"}};
  StoredOffset good(data::int64_cell(3)), negative(data::int64_cell(-1)),
      text(data::string_cell("3"));
  EXPECT_EQ(alter(partition, good.map, with_file), "yes");
  EXPECT_EQ(alter(data::null_cell(), data::null_cell(), with_file), "yes");
  EXPECT_EQ(alter(partition, negative.map, with_file),
            "The value for the 'position' key in the offset should be a non-negative value");
  EXPECT_EQ(alter(partition, text.map, with_file),
            "The value for the 'position' key in the offset is expected to be a Long value");
  EXPECT_EQ(alter(partition, partition, with_file),
            "Offset objects should either be null or contain the key 'position'");
  EXPECT_EQ(alter(data::null_cell(), good.map, with_file), "Partition objects cannot be null");
  EXPECT_EQ(alter(good.map, good.map, with_file),
            "Partition objects should contain the key 'filename'");
  EXPECT_THAT(alter(partition, good.map, {{"topic", "t"}}),
              HasSubstr("Offsets cannot be modified if the 'file' configuration is unspecified."));
}

TEST_F(FileSource, ReadsItsSettingsWhereverJavaDoes) {
  auto connector = class_->make_connector(std::make_shared<FakeConnectorContext>());
  auto task = class_->make_source_task(context_);
  ASSERT_TRUE(connector && task);
  auto refused = [&](const config::Properties& config, const std::string& why) {
    auto started = (*connector)->start(config);
    auto altered = (*connector)->alter_offsets(config, {});
    auto task_started = (*task)->start(config);
    ASSERT_FALSE(started || altered || task_started) << why;
    for (const Error* error : {&started.error(), &altered.error(), &task_started.error()}) {
      EXPECT_EQ(error->message(), why);
      EXPECT_EQ(error->exception_class(), "org.apache.kafka.common.config.ConfigException");
    }
  };
  refused({{"file", file_}, {"topic", " "}},
          "Invalid value  for configuration topic: String must be non-empty");
  refused({{"file", file_}},
          "Missing required configuration \"topic\" which has no default value.");
  for (const char* size : {"many", "", "1.0", "2147483648", "++1"})
    refused({{"file", file_}, {"topic", "t"}, {"batch.size", size}},
            "Invalid value " + std::string(size) +
                " for configuration batch.size: Not a number of type INT");
  EXPECT_TRUE((*connector)->start({{"file", file_}, {"topic", "t"}, {"batch.size", " +7 "}}));
}

TEST_F(FileSource, OneTaskWhateverTheMaximum) {
  auto connector = class_->make_connector(std::make_shared<FakeConnectorContext>());
  ASSERT_TRUE(connector);
  config::Properties config{{"file", "x"}, {"topic", "t"}, {"other", "kept"}};
  ASSERT_TRUE((*connector)->start(config));
  auto tasks = (*connector)->task_configs(5);
  ASSERT_TRUE(tasks);
  EXPECT_THAT(*tasks, ElementsAre(config));
}

}  // namespace
}  // namespace millrace::plugin
