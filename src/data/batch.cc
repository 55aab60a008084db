#include "data/batch.h"

#include <algorithm>
#include <numeric>

namespace millrace::data {

Batch::~Batch() {
  for (const Release& release : releases_) release.call(release.argument);
}

const Schema* Batch::keep(SchemaRef schema) {
  const Schema* pointer = schema.get();
  keep(pointer);
  return pointer;
}

void Batch::keep(const Schema* schema) {
  if (schema == nullptr) return;
  // Newest first: consecutive records mostly share a schema.
  bool kept = std::any_of(schemas_.rbegin(), schemas_.rend(),
                          [&](const SchemaRef& ref) { return ref.get() == schema; });
  if (!kept) schemas_.emplace_back(schema);
}

std::span<const uint32_t> select_all(Arena& arena, uint32_t count) {
  auto* selected = arena.allocate_array<uint32_t>(count);
  std::iota(selected, selected + count, 0u);
  return {selected, count};
}

std::string_view stage_name(Stage stage) {
  switch (stage) {
    case Stage::kTransformation: return "TRANSFORMATION";
    case Stage::kKeyConverter: return "KEY_CONVERTER";
    case Stage::kValueConverter: return "VALUE_CONVERTER";
    case Stage::kHeaderConverter: return "HEADER_CONVERTER";
    case Stage::kPut: return "TASK_PUT";
    case Stage::kProduce: return "KAFKA_PRODUCE";
  }
  return "";
}

}  // namespace millrace::data
