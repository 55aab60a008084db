#include <gmock/gmock.h>

#include <filesystem>

#include "plugin/fake_contexts.h"
#include "plugin/native/builder.h"
#include "plugin/native/contexts.h"
#include "plugin/native/host_table.h"
#include "plugin/native/lent_batch.h"
#include "plugin/native/library.h"

namespace millrace::plugin::native {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string bad(const std::string& name) { return std::string(BAD_PLUGINS) + "/" + name + ".so"; }

// The failure of loading, of the first class, or of making and starting its task.
std::string failure(const std::string& name) {
  auto loaded = load_library(bad(name));
  if (!loaded) return loaded.error().describe();
  if (!loaded->rejected.empty()) return loaded->rejected[0].describe();
  auto task = loaded->classes.at(0)->make_source_task(std::make_shared<FakeSourceTaskContext>());
  if (!task) return task.error().describe();
  auto started = (*task)->start({});
  return started ? "" : started.error().describe();
}

TEST(Library, SaysWhyItCannotBeUsed) {
  EXPECT_THAT(failure("no_such_file"), HasSubstr("cannot be loaded"));
  EXPECT_EQ(failure("no_symbol"), bad("no_symbol") +
                                      " is no Millrace plug-in: it does not export the symbol "
                                      "millrace_plugin_v1");
  EXPECT_EQ(failure("other_version"),
            bad("other_version") + " was built against contract version 2, this worker speaks 1");
  EXPECT_EQ(failure("entry_fails"), "no licence");
  EXPECT_EQ(failure("entry_throws"), "an exception left millrace_plugin_v1 of " +
                                         bad("entry_throws") + ": out of the entry");
  EXPECT_THAT(failure("missing_member"),
              HasSubstr("org.example.Bad: millrace_source_task::poll is required but missing"));
  EXPECT_THAT(failure("short_table"),
              HasSubstr("millrace_source_task::start is required but missing (the table says that "
                        "it has 16 bytes"));
  EXPECT_THAT(failure("no_role"), HasSubstr("exactly one of"));
}

TEST(Library, FailingInstances) {
  EXPECT_EQ(failure("create_null"), "create of org.example.Bad returned NULL");
  EXPECT_EQ(failure("strange_code"),
            "start of org.example.Bad returned the unknown code 42; a millrace_code is 0 to 5: the "
            "words");
  EXPECT_EQ(failure("throws"), "an exception left start of org.example.Bad: out of start");
}

TEST(Library, WhatLeavesPollIsCaught) {
  auto loaded = load_library(bad("throws"));
  ASSERT_TRUE(loaded);
  auto task = loaded->classes.at(0)->make_source_task(std::make_shared<FakeSourceTaskContext>());
  ASSERT_TRUE(task);
  auto polled = (*task)->poll(std::chrono::milliseconds(0));
  ASSERT_FALSE(polled);
  EXPECT_EQ(polled.error().message(),
            "an exception left poll of org.example.Bad that is no std::exception");
}

TEST(Library, RowsThatContradictTheirSchemaAreRefused) {
  auto loaded = load_library(bad("bad_rows"));
  ASSERT_TRUE(loaded);
  auto task = loaded->classes.at(0)->make_source_task(std::make_shared<FakeSourceTaskContext>());
  ASSERT_TRUE(task);
  auto poll = [&] {
    auto polled = (*task)->poll(std::chrono::milliseconds(0));
    if (polled) return std::string(*polled ? "taken" : "nothing");
    EXPECT_EQ(polled.error().kind(), ErrorKind::bad_data);
    return polled.error().message();
  };
  EXPECT_EQ(poll(), "value: a struct has 1 cells, its schema Schema{STRUCT} has 2 fields");
  EXPECT_EQ(poll(),
            "value: a value of kind STRING contradicts its schema Schema{INT32}, in field b");
  EXPECT_EQ(poll(), "value: a value has the unknown kind 77");
  EXPECT_THAT(poll(), HasSubstr("a value of kind STRUCT has no schema"));
  EXPECT_THAT(poll(), HasSubstr("a value of kind STRUCT and length 2 has a NULL pointer"));
  EXPECT_THAT(poll(), HasSubstr("nested deeper than 100 levels"));
  EXPECT_EQ(poll(), "a record has no topic");
  EXPECT_THAT(poll(), HasSubstr("millrace_record::size is 8"));
  EXPECT_THAT(poll(), HasSubstr("a record with headers needs"));
  EXPECT_EQ(poll(), "taken");
}

std::shared_ptr<const ContextTarget> target(std::shared_ptr<FakeSinkTaskContext> context) {
  return std::make_shared<ContextTarget>(
      ContextTarget{context, nullptr, context.get(), Logger("test"), "Test"});
}

TEST(Contexts, AnEndedContextIsRefused) {
  auto context = std::make_shared<FakeSinkTaskContext>();
  millrace_context number = 0;
  {
    ContextHandle handle(target(context));
    number = handle.get();
    EXPECT_NE(number, 0u);
    EXPECT_EQ(host_table()->request_commit(number), MILLRACE_OK);
  }
  EXPECT_EQ(host_table()->request_commit(number), MILLRACE_CANCELLED);
  EXPECT_EQ(host_table()->request_commit(0), MILLRACE_CANCELLED);
  EXPECT_EQ(host_table()->builder_create(number), nullptr);
  // The slots are used again, the numbers are not.
  for (int i = 0; i < 100; ++i) {
    ContextHandle handle(target(context));
    EXPECT_NE(handle.get(), number);
  }
  EXPECT_EQ(context->commits_requested, 1);
}

TEST(Contexts, ASinksRequestsReachTheRuntime) {
  auto context = std::make_shared<FakeSinkTaskContext>();
  context->assigned = {{"a", 0}, {"b", 1}};
  ContextHandle handle(target(context));
  const millrace_host* host = host_table();
  millrace_position positions[] = {{{"a", 1}, 0, 42, {nullptr, 0}}, {{"b", 1}, 1, 7, {nullptr, 0}}};
  EXPECT_EQ(host->rewind(handle.get(), positions, 2, sizeof positions[0]), MILLRACE_OK);
  ASSERT_EQ(context->rewinds.size(), 2u);
  EXPECT_EQ(context->rewinds[1].partition, (TopicPartition{"b", 1}));
  EXPECT_EQ(context->rewinds[1].offset, 7);
  EXPECT_EQ(host->pause(handle.get(), positions, 1, sizeof positions[0], nullptr), MILLRACE_OK);
  EXPECT_THAT(context->paused, ElementsAre(TopicPartition{"a", 0}));
  EXPECT_EQ(host->retry_after(handle.get(), 250), MILLRACE_OK);
  EXPECT_EQ(context->retry_delay, std::chrono::milliseconds(250));
  std::string seen;
  host->assignment(
      handle.get(),
      [](void* argument, const millrace_position* position) {
        static_cast<std::string*>(argument)->append(position->topic.data, position->topic.size);
      },
      &seen);
  EXPECT_EQ(seen, "ab");
  EXPECT_EQ(host->request_task_reconfiguration(handle.get()), MILLRACE_FATAL);
}

millrace_record record_of(std::string_view topic, data::Cell value) {
  millrace_record record{};
  record.size = sizeof record;
  record.topic = {topic.data(), topic.size()};
  record.partition = MILLRACE_NONE;
  record.timestamp = MILLRACE_NONE;
  record.header_stride = sizeof(millrace_header);
  record.value = value;
  return record;
}

TEST(Builder, FillsTheColumns) {
  millrace_builder builder;
  std::string problem, other_topic = "t";
  millrace_header header{{"h", 1}, nullptr, data::int64_cell(9)};
  for (int i = 0; i < 1000; ++i) {
    millrace_record record = record_of(i % 2 ? "t" : other_topic, data::int64_cell(i));
    record.value_schema = data::primitive_schema(data::Kind::kInt64).get();
    if (i == 500) record.header_count = 1, record.headers = &header;
    ASSERT_TRUE(builder.append(record, problem)) << problem;
  }
  auto batch = builder.finish();
  const data::Records& records = batch->original;
  ASSERT_EQ(records.count, 1000u);
  EXPECT_EQ(records.selected.size(), 1000u);
  EXPECT_EQ(records.values[999].as.i64, 999);
  EXPECT_EQ(records.topics[0].data(), records.topics[999].data());
  EXPECT_EQ(records.headers_of(499).size(), 0u);
  ASSERT_EQ(records.headers_of(500).size(), 1u);
  EXPECT_EQ(records.headers_of(500)[0].value.as.i64, 9);
  EXPECT_EQ(records.headers_of(999).size(), 0u);
  EXPECT_EQ(builder.finish(), nullptr);
}

TEST(Builder, MergeTakesRecordsAndMemory) {
  static int released = 0;
  released = 0;
  millrace_builder into, from;
  std::string problem;
  ASSERT_TRUE(into.append(record_of("t", data::int64_cell(1)), problem));
  auto* text = static_cast<char*>(from.allocate(4));
  std::copy_n("abcd", 4, text);
  millrace_header header{{"h", 1}, nullptr, data::int64_cell(9)};
  millrace_record record = record_of("t", data::string_cell({text, 4}));
  record.header_count = 1, record.headers = &header;
  ASSERT_TRUE(from.append(record, problem));
  from.adopt([](void*) { ++released; }, nullptr);
  into.merge(from);
  EXPECT_EQ(from.count(), 0u);
  ASSERT_TRUE(into.append(record_of("t", data::int64_cell(3)), problem));
  auto batch = into.finish();
  ASSERT_EQ(batch->original.count, 3u);
  EXPECT_EQ(data::text(batch->original.values[1]), "abcd");
  EXPECT_EQ(batch->original.headers_of(0).size(), 0u);
  EXPECT_EQ(batch->original.headers_of(1).size(), 1u);
  EXPECT_EQ(batch->original.headers_of(2).size(), 0u);
  EXPECT_EQ(released, 0);
  batch.reset();
  EXPECT_EQ(released, 1);
}

TEST(Builder, LentMemoryIsReleasedThoughNoRecordWasAppended) {
  static int released = 0;
  released = 0;
  millrace_builder builder;
  builder.adopt([](void*) { ++released; }, nullptr);
  EXPECT_EQ(builder.finish(), nullptr);
  EXPECT_EQ(released, 1);
}

TEST(Builder, KeepsSchemasOfNestedValues) {
  size_t before = data::interned_schema_count();
  {
    data::SchemaRef schema = data::SchemaBuilder(data::Kind::kInt32).name("only.here").build();
    millrace_typed typed{schema.get(), data::int32_cell(1)};
    data::Cell cell{};
    cell.kind = MILLRACE_TYPED;
    cell.as.typed = &typed;
    data::Cell list = data::nested_cell(data::Kind::kArray, &cell, 1);
    millrace_builder builder;
    std::string problem;
    ASSERT_TRUE(builder.append(record_of("t", list), problem)) << problem;
    schema = {};
    auto batch = builder.finish();
    EXPECT_EQ(data::interned_schema_count(), before + 1);
  }
  EXPECT_EQ(data::interned_schema_count(), before);
}

TEST(Builder, MarksTransactionsWhereItMay) {
  constexpr uint32_t kAfterBatch = TransactionMark::kAfterBatch;
  millrace_builder builder;
  EXPECT_FALSE(builder.mark_transaction(kAfterBatch, false)) << "the connector defines none";
  builder.allow_transactions(true);
  EXPECT_FALSE(builder.mark_transaction(0, false)) << "there is no such record";
  EXPECT_TRUE(builder.mark_transaction(kAfterBatch, false));
  millrace_builder aside;
  aside.allow_transactions(true);
  std::string problem;
  millrace_record record{};
  record.size = sizeof record;
  record.topic = {"t", 1};
  for (millrace_builder* each : {&builder, &aside, &aside})
    ASSERT_TRUE(each->append(record, problem)) << problem;
  EXPECT_TRUE(aside.mark_transaction(1, true));
  EXPECT_TRUE(builder.mark_transaction(0, false));
  builder.merge(aside);
  std::vector<std::pair<uint32_t, bool>> marks;
  for (const TransactionMark& mark : builder.take_transaction_marks())
    marks.emplace_back(mark.record, mark.abort);
  EXPECT_THAT(marks, ::testing::ElementsAre(std::pair(0U, false), std::pair(2U, true),
                                            std::pair(kAfterBatch, false)));
  EXPECT_TRUE(builder.take_transaction_marks().empty());
}

TEST(LentBatch, RunsCoverTheSelection) {
  FakeSinkBatch given({data::int64_cell(0), data::int64_cell(1), data::int64_cell(2),
                       data::int64_cell(3), data::int64_cell(4)});
  given.partitions = {0, 0, 1, 0, 0};
  uint32_t selected[] = {0, 1, 3, 4};
  data::Records records = given.records();
  records.selected = selected;
  LentBatchRef lent(LentBatch::make(given.batch, records));
  EXPECT_EQ(lent->run_count, 1u);
  EXPECT_EQ(lent->runs[0].begin, 0u);
  EXPECT_EQ(lent->runs[0].end, 5u);
  EXPECT_EQ(lent->selected_count, 4u);
  LentBatchRef whole(LentBatch::make(given.batch, given.records()));
  EXPECT_EQ(whole->run_count, 3u);
  EXPECT_EQ(millrace_batch_run(whole.get(), 1)->partition, 1);
  EXPECT_EQ(whole->selected, nullptr);
}

TEST(LentBatch, ARetainedBatchKeepsItsRecords) {
  auto given = std::make_unique<FakeSinkBatch>(std::vector<data::Cell>{data::int64_cell(5)});
  std::weak_ptr<data::Batch> watch = given->batch;
  const millrace_batch* kept = nullptr;
  {
    LentBatchRef lent(LentBatch::make(given->batch, given->records()));
    kept = host_table()->batch_retain(lent.get());
  }
  given->batch.reset();
  EXPECT_FALSE(watch.expired());
  EXPECT_EQ(kept->values[0].as.i64, 5);
  host_table()->batch_release(kept);
  EXPECT_TRUE(watch.expired());
}

TEST(HostTable, IsComplete) {
  // Every member after the two numbers at its beginning is a function.
  const auto* host = host_table();
  EXPECT_EQ(host->size, sizeof(millrace_host));
  size_t members = (sizeof(millrace_host) - 8) / sizeof(void*);
  const auto* functions = reinterpret_cast<void* const*>(reinterpret_cast<const char*>(host) + 8);
  for (size_t i = 0; i < members; ++i) EXPECT_NE(functions[i], nullptr) << "member " << i;
}

}  // namespace
}  // namespace millrace::plugin::native
