#include "data/schema.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace millrace::data {
namespace {

SchemaRef row() {
  return SchemaBuilder(Kind::kStruct)
      .name("row")
      .version(3)
      .field("id", primitive_schema(Kind::kInt64))
      .field("name", optional_primitive_schema(Kind::kString))
      .build();
}

TEST(Schema, EqualSchemasAreOneObject) {
  SchemaRef a = row(), b = row();
  EXPECT_EQ(a.get(), b.get());
  EXPECT_NE(primitive_schema(Kind::kInt8), optional_primitive_schema(Kind::kInt8));
}

TEST(Schema, EveryAttributeTakesPartInEquality) {
  auto base = [] {
    return SchemaBuilder(Kind::kInt32).name("n").doc("d").version(1).parameter("k", "v").build();
  };
  EXPECT_EQ(base(), base());
  SchemaRef same = base();
  EXPECT_NE(same,
            SchemaBuilder(Kind::kInt32).name("m").doc("d").version(1).parameter("k", "v").build());
  EXPECT_NE(same,
            SchemaBuilder(Kind::kInt32).name("n").doc("e").version(1).parameter("k", "v").build());
  EXPECT_NE(same,
            SchemaBuilder(Kind::kInt32).name("n").doc("d").version(2).parameter("k", "v").build());
  EXPECT_NE(same,
            SchemaBuilder(Kind::kInt32).name("n").doc("d").version(1).parameter("k", "w").build());
  EXPECT_NE(same, SchemaBuilder(Kind::kInt32).name("n").doc("d").version(1).build());
  EXPECT_NE(same, SchemaBuilder(Kind::kInt32)
                      .name("n")
                      .doc("d")
                      .version(1)
                      .parameter("k", "v")
                      .default_value(int32_cell(7))
                      .build());
}

TEST(Schema, TheDefaultIsCopied) {
  std::string text = "before";
  SchemaRef schema = SchemaBuilder(Kind::kString).default_value(string_cell(text)).build();
  text = "after!";
  ASSERT_NE(schema->default_value(), nullptr);
  EXPECT_EQ(data::text(*schema->default_value()), "before");
}

TEST(Schema, AnIdIsNeverUsedAgain) {
  uint64_t first;
  {
    SchemaRef schema = SchemaBuilder(Kind::kInt32).name("short-lived").build();
    first = schema->id();
  }
  SchemaRef again = SchemaBuilder(Kind::kInt32).name("short-lived").build();
  EXPECT_NE(again->id(), first);
}

TEST(Schema, TheLastReferenceFreesIt) {
  primitive_schema(Kind::kInt32);
  size_t before = interned_schema_count();
  {
    SchemaRef schema = SchemaBuilder(Kind::kArray).name("freed").values(row()).build();
    EXPECT_GT(interned_schema_count(), before);
  }
  EXPECT_EQ(interned_schema_count(), before + 0);
}

TEST(Schema, FieldsAreFoundByName) {
  SchemaRef schema = row();
  EXPECT_EQ(schema->find("name"), 1);
  EXPECT_EQ(schema->find("nothing"), -1);
}

TEST(Schema, LogicalTypesAreRecognisedByNameAlone) {
  EXPECT_EQ(logical_schema(LogicalType::kDecimal, false, 2)->logical_type(), LogicalType::kDecimal);
  EXPECT_EQ(SchemaBuilder(Kind::kString).name(std::string(kDateName)).build()->logical_type(),
            LogicalType::kDate);
  EXPECT_EQ(*logical_schema(LogicalType::kDecimal, false, 2)->parameter("scale"), "2");
}

TEST(Schema, BuilderNamesWhatJavaRefuses) {
  SchemaBuilder twice(Kind::kStruct);
  twice.field("a", primitive_schema(Kind::kInt8)).field("a", primitive_schema(Kind::kInt8));
  EXPECT_EQ(twice.problem(), "Cannot create field because of field name duplication a");
  SchemaBuilder misfit(Kind::kInt32);
  misfit.default_value(string_cell("x"));
  EXPECT_EQ(misfit.problem(), "Invalid default value");
}

TEST(Schema, InterningIsSafeAcrossThreads) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([] {
      for (int i = 0; i < 2000; ++i) {
        SchemaRef a = SchemaBuilder(Kind::kInt32).version(i % 7).name("contended").build();
        SchemaRef b = SchemaBuilder(Kind::kInt32).version(i % 7).name("contended").build();
        ASSERT_EQ(a, b);
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace millrace::data
