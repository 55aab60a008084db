#include <gmock/gmock.h>

#include "plugin/fake_contexts.h"
#include "plugin/native/library.h"

namespace millrace::plugin {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Datagen : public ::testing::Test {
 protected:
  Datagen() {
    auto loaded = native::load_library(CONNECTOR_LIBRARY);
    if (!loaded) throw std::runtime_error(loaded.error().describe());
    class_ = loaded->classes.at(0);
  }
  void start(config::Properties config) {
    config.insert({{"topic", "rows"}, {"rate.per.second", "0"}});
    task_ = std::move(*class_->make_source_task(context_));
    Result<void> started = task_->start(config);
    ASSERT_TRUE(started) << started.error().describe();
  }
  // The `id` of each row of one poll.
  std::vector<int64_t> poll() {
    std::vector<int64_t> ids;
    auto polled = task_->poll(std::chrono::milliseconds(0));
    if (!polled || !*polled) return ids;
    batch_ = *polled;
    for (uint32_t record : batch_->original.selected)
      ids.push_back(batch_->original.values[record].as.cells[0].as.i64);
    return ids;
  }

  std::shared_ptr<const ConnectorClass> class_;
  std::shared_ptr<FakeSourceTaskContext> context_ = std::make_shared<FakeSourceTaskContext>();
  std::unique_ptr<SourceTask> task_;
  std::shared_ptr<data::Batch> batch_;
};

TEST_F(Datagen, MakesRowsOfTheSchema) {
  start({{"count", "3"},
         {"key.field", "id"},
         {"fields", "id:int32:sequence, name:string:4..4, grade:string:a|b, when:timestamp?"}});
  EXPECT_THAT(poll(), ElementsAre(0, 1, 2));
  const data::Schema* schema = batch_->original.value_schemas[0];
  ASSERT_EQ(schema->fields().size(), 4u);
  EXPECT_EQ(schema->fields()[0].schema, data::primitive_schema(data::Kind::kInt32));
  EXPECT_EQ(schema->fields()[3].schema, data::logical_schema(data::LogicalType::kTimestamp, true));
  const data::Cell* row = batch_->original.values[2].as.cells;
  EXPECT_EQ(row[1].length, 4u);
  EXPECT_THAT(data::text(row[2]), ::testing::AnyOf("a", "b"));
  EXPECT_EQ(batch_->original.keys[2].as.i64, 2);
  EXPECT_THAT(poll(), IsEmpty());
}

TEST_F(Datagen, TheSameSeedGivesTheSameRows) {
  config::Properties config{{"count", "50"}};
  start(config);
  poll();
  std::shared_ptr<data::Batch> first = batch_;
  start(config);
  poll();
  ASSERT_EQ(batch_->original.count, 50u);
  for (uint32_t i = 0; i < 50; ++i)
    EXPECT_TRUE(data::equal(first->original.values[i], batch_->original.values[i]));
  config["seed"] = "1";
  start(config);
  poll();
  EXPECT_FALSE(
      data::equal(first->original.values[0].as.cells[1], batch_->original.values[0].as.cells[1]));
}

TEST_F(Datagen, TasksShareTheRows) {
  auto connector = std::move(*class_->make_connector(std::make_shared<FakeConnectorContext>()));
  ASSERT_TRUE(connector->start({{"topic", "rows"}, {"count", "7"}, {"rate.per.second", "0"}}));
  auto configs = connector->task_configs(3);
  ASSERT_TRUE(configs);
  ASSERT_EQ(configs->size(), 3u);
  start((*configs)[0]);
  EXPECT_THAT(poll(), ElementsAre(0, 3, 6));
  start((*configs)[1]);
  EXPECT_THAT(poll(), ElementsAre(1, 4));
  start((*configs)[2]);
  EXPECT_THAT(poll(), ElementsAre(2, 5));
}

TEST_F(Datagen, GoesOnAfterTheStoredRow) {
  data::Cell entries[] = {data::string_cell("row"), data::int64_cell(4)};
  context_->stored_offset = data::nested_cell(data::Kind::kMap, entries, 1);
  start({{"count", "7"}});
  EXPECT_THAT(poll(), ElementsAre(5, 6));
}

TEST_F(Datagen, ALowRateGivesTheFirstRowAtOnce) {
  task_ = std::move(*class_->make_source_task(context_));
  ASSERT_TRUE(task_->start({{"topic", "rows"}, {"rate.per.second", "0.001"}}));
  EXPECT_THAT(poll(), ElementsAre(0));
  EXPECT_THAT(poll(), IsEmpty());
}

TEST_F(Datagen, RefusesFieldsThatItDoesNotUnderstand) {
  for (auto [fields, reason] :
       std::vector<std::pair<std::string, std::string>>{{"id", "expected NAME:TYPE"},
                                                        {"id:int7", "unknown type 'int7'"},
                                                        {"id:int8:0..300", "does not fit"},
                                                        {"id:int8:5..1", "the range is empty"},
                                                        {"id:int64:now", "only a timestamp"},
                                                        {"a:int8,a:int8", "there already"},
                                                        {"id:int8:x", "is none of"}}) {
    std::vector<config::ConfigValue> values;
    ASSERT_TRUE(class_->validate({{"topic", "t"}, {"fields", fields}}, values));
    ASSERT_FALSE(values.empty()) << fields;
    EXPECT_EQ(values[0].name, "fields");
    EXPECT_THAT(values[0].errors, ElementsAre(HasSubstr(reason)));
  }
}

TEST_F(Datagen, TheKeyFieldIsOneOfTheFields) {
  std::vector<config::ConfigValue> values;
  ASSERT_TRUE(class_->validate({{"topic", "t"}, {"fields", "a:int8"}, {"key.field", "b"}}, values));
  ASSERT_EQ(values.size(), 1u);
  EXPECT_EQ(values[0].name, "key.field");
  EXPECT_THAT(values[0].errors, ElementsAre("There is no field 'b' in fields"));
  EXPECT_THAT(values[0].recommended_values, ElementsAre("a"));
}

}  // namespace
}  // namespace millrace::plugin
