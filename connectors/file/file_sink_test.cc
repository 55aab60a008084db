#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "plugin/fake_contexts.h"
#include "plugin/native/library.h"

namespace millrace::plugin {
namespace {

using ::testing::HasSubstr;

class FileSink : public ::testing::Test {
 protected:
  FileSink()
      : file_(std::filesystem::temp_directory_path() /
              ("millrace-sink-" + std::to_string(::getpid()) + "-" +
               ::testing::UnitTest::GetInstance()->current_test_info()->name())) {
    auto loaded = native::load_library(CONNECTOR_LIBRARY);
    if (!loaded) throw std::runtime_error(loaded.error().describe());
    for (const auto& connector : loaded->classes) {
      if (connector->type() == ConnectorType::kSink) class_ = connector;
    }
  }
  ~FileSink() override { std::filesystem::remove(file_); }

  Result<void> start(const std::string& file) {
    task_ = std::move(*class_->make_sink_task(context_));
    return task_->start({{"file", file}});
  }
  Result<void> put(const std::vector<data::Cell>& values, const data::Schema* schema = nullptr) {
    FakeSinkBatch batch(values, schema);
    return task_->put(batch.batch, batch.records());
  }
  std::string content() const {
    std::ostringstream text;
    text << std::ifstream(file_, std::ios::binary).rdbuf();
    return text.str();
  }

  std::string file_;
  std::shared_ptr<const ConnectorClass> class_;
  std::shared_ptr<FakeSinkTaskContext> context_ = std::make_shared<FakeSinkTaskContext>();
  std::unique_ptr<SinkTask> task_;
};

TEST_F(FileSink, WritesJavasTextOfEveryValue) {
  ASSERT_TRUE(start(file_));
  data::Cell map_entries[] = {data::string_cell("k"), data::int32_cell(1)};
  data::Cell elements[] = {data::int64_cell(1), data::null_cell()};
  ASSERT_TRUE(put({data::string_cell("text"), data::null_cell(), data::int64_cell(42),
                   data::boolean_cell(true), data::float64_cell(1.5),
                   data::nested_cell(data::Kind::kMap, map_entries, 1),
                   data::nested_cell(data::Kind::kArray, elements, 2)}));
  EXPECT_EQ(content(), "text\nnull\n42\ntrue\n1.5\n{k=1}\n[1, null]\n");
}

TEST_F(FileSink, WritesStructs) {
  ASSERT_TRUE(start(file_));
  data::SchemaRef schema = data::SchemaBuilder(data::Kind::kStruct)
                               .field("id", data::primitive_schema(data::Kind::kInt32))
                               .field("name", data::primitive_schema(data::Kind::kString))
                               .build();
  data::Cell row[] = {data::int32_cell(7), data::string_cell("x")};
  ASSERT_TRUE(put({data::nested_cell(data::Kind::kStruct, row, 2)}, schema.get()));
  EXPECT_EQ(content(), "Struct{id=7,name=x}\n");
}

TEST_F(FileSink, AppendsToWhatIsThere) {
  std::ofstream(file_) << "before\n";
  ASSERT_TRUE(start(file_));
  ASSERT_TRUE(put({data::string_cell("a")}));
  ASSERT_TRUE(put({}));
  ASSERT_TRUE(put({data::string_cell("b\xED\xA0\x80")}));
  EXPECT_EQ(content(), "before\na\nb?\n");
}

TEST_F(FileSink, LeavesOutRecordsThatWereFiltered) {
  ASSERT_TRUE(start(file_));
  FakeSinkBatch batch({data::string_cell("a"), data::string_cell("b"), data::string_cell("c")});
  data::Records records = batch.records();
  uint32_t selected[] = {0, 2};
  records.selected = selected;
  ASSERT_TRUE(task_->put(batch.batch, records));
  EXPECT_EQ(content(), "a\nc\n");
  records.selected = {};
  ASSERT_TRUE(task_->put(batch.batch, records));
  EXPECT_EQ(content(), "a\nc\n");
}

TEST_F(FileSink, AFullDiskIsAFailureThatNamesTheFile) {
  ASSERT_TRUE(start("/dev/full"));
  Result<void> done = put({data::string_cell("lost?")});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind(), ErrorKind::fatal);
  EXPECT_EQ(done.error().message(), "Couldn't write to file '/dev/full': No space left on device");
}

TEST_F(FileSink, AFileThatCannotBeMadeFailsTheStart) {
  Result<void> done = start(file_ + "/not-a-folder/x");
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message(), HasSubstr("Couldn't find or create file '" + file_ +
                                                "/not-a-folder/x' for "
                                                "FileStreamSinkTask"));
}

TEST_F(FileSink, EveryTaskGetsTheConfiguration) {
  auto connector = class_->make_connector(std::make_shared<FakeConnectorContext>());
  ASSERT_TRUE(connector);
  config::Properties config{{"file", "x"}};
  ASSERT_TRUE((*connector)->start(config));
  auto tasks = (*connector)->task_configs(3);
  ASSERT_TRUE(tasks);
  EXPECT_EQ(*tasks, std::vector<config::Properties>(3, config));
}

}  // namespace
}  // namespace millrace::plugin
