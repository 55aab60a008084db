// Nanoseconds per record of InsertField, ReplaceField and TimestampConverter on a struct of six
// fields, in batches of 500; and of a chain of ten.

#include <ctime>
#include <iostream>

#include "transform/transform.h"

namespace millrace::transform {
namespace {

constexpr uint32_t kRecords = 500;

data::SchemaRef row_schema() {
  using data::Kind;
  data::SchemaBuilder row(Kind::kStruct);
  row.field("id", data::primitive_schema(Kind::kInt64))
      .field("name", data::primitive_schema(Kind::kString))
      .field("price", data::primitive_schema(Kind::kFloat64))
      .field("count", data::primitive_schema(Kind::kInt32))
      .field("open", data::primitive_schema(Kind::kBoolean))
      .field("changed", data::primitive_schema(Kind::kInt64));
  return row.build();
}

void fill(data::Batch& batch, const data::SchemaRef& schema) {
  Arena& arena = batch.arena();
  const data::Schema* kept = batch.keep(schema);
  auto* topics = arena.allocate_array<std::string_view>(kRecords);
  auto* numbers = arena.allocate_array<int64_t>(kRecords);
  auto* partitions = arena.allocate_array<int32_t>(kRecords);
  auto* schemas = arena.allocate_array<const data::Schema*>(kRecords);
  auto* none = arena.allocate_array<const data::Schema*>(kRecords);
  auto* keys = arena.allocate_array<data::Cell>(kRecords);
  auto* values = arena.allocate_array<data::Cell>(kRecords);
  for (uint32_t i = 0; i < kRecords; ++i) {
    auto* cells = arena.allocate_array<data::Cell>(6);
    cells[0] = data::int64_cell(i);
    cells[1] = data::string_cell("a name of some length");
    cells[2] = data::float64_cell(12.5 * i);
    cells[3] = data::int32_cell(static_cast<int32_t>(i));
    cells[4] = data::boolean_cell(i % 2 == 0);
    cells[5] = data::int64_cell(1'600'000'000'000 + i);
    topics[i] = "orders";
    numbers[i] = i;
    partitions[i] = 0;
    schemas[i] = kept;
    none[i] = nullptr;
    keys[i] = data::null_cell();
    values[i] = data::nested_cell(data::Kind::kStruct, cells, 6);
  }
  data::Records& view = batch.original;
  view.count = kRecords;
  view.selected = data::select_all(arena, kRecords);
  view.topics = view.original_topics = topics;
  view.partitions = view.original_partitions = partitions;
  view.timestamps = view.original_offsets = numbers;
  view.key_schemas = none;
  view.value_schemas = schemas;
  view.keys = keys;
  view.values = values;
}

double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

const std::string kPackage = "org.apache.kafka.connect.transforms.";

const config::Properties kThree = {{"transforms", "i,r,t"},
                                   {"transforms.i.type", kPackage + "InsertField$Value"},
                                   {"transforms.i.topic.field", "topic"},
                                   {"transforms.i.static.field", "origin"},
                                   {"transforms.i.static.value", "here"},
                                   {"transforms.r.type", kPackage + "ReplaceField$Value"},
                                   {"transforms.r.exclude", "count"},
                                   {"transforms.r.renames", "id:key"},
                                   {"transforms.t.type", kPackage + "TimestampConverter$Value"},
                                   {"transforms.t.field", "changed"},
                                   {"transforms.t.target.type", "Timestamp"}};

// The three, and seven more.
config::Properties ten() {
  config::Properties config = kThree;
  config["transforms"] = "i,r,t,a,b,c,d,e,f,g";
  for (const char* alias : {"a", "b", "c"}) {
    const std::string prefix = std::string("transforms.") + alias;
    config[prefix + ".type"] = kPackage + "ReplaceField$Value";
    config[prefix + ".renames"] = std::string("name:n") + alias;
  }
  for (const char* alias : {"d", "e"}) {
    const std::string prefix = std::string("transforms.") + alias;
    config[prefix + ".type"] = kPackage + "SetSchemaMetadata$Value";
    config[prefix + ".schema.name"] = alias;
  }
  config["transforms.f.type"] = kPackage + "MaskField$Value";
  config["transforms.f.fields"] = "price";
  config["transforms.g.type"] = kPackage + "Cast$Value";
  config["transforms.g.spec"] = "key:int32";
  return config;
}

int run(const char* name, const config::Properties& config, int batches) {
  auto chain = make_transforms(config);
  if (!chain) return std::cerr << chain.error().describe() << "\n", 1;
  const data::SchemaRef schema = row_schema();
  double seconds = 0;
  for (int i = 0; i < batches; ++i) {
    data::Batch batch;
    fill(batch, schema);
    data::Records view = batch.original;
    data::Failures failures;
    const double before = cpu_seconds();
    for (auto& transform : *chain) transform->apply(batch, view, failures);
    seconds += cpu_seconds() - before;
    if (!failures.empty()) return std::cerr << failures[0].error.describe() << "\n", 1;
  }
  std::cout << name << ": " << seconds * 1e9 / batches / kRecords << " ns per record\n";
  return 0;
}

}  // namespace
}  // namespace millrace::transform

int main(int count, char** arguments) {
  using namespace millrace::transform;
  const int batches = count > 1 ? std::stoi(arguments[1]) : 4000;
  return run("three transforms", kThree, batches) + run("ten transforms", ten(), batches);
}
