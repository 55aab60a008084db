// Runs cases of the converter corpus through this worker's converters: the counterpart of
// tests/converters/ConverterCases.java, which tells the form of the lines.

#include <iostream>

#include "testing/case_text.h"

namespace millrace::testing {
namespace {

// In Java a struct knows its own schema, wherever it stands.
Cell with_schemas(const Schema* schema, const Cell& cell, Arena& arena) {
  Cell result = cell;
  if (schema == nullptr || data::is_null(cell)) return result;
  bool map = cell.kind == MILLRACE_MAP, structure = cell.kind == MILLRACE_STRUCT;
  if (!map && !structure && cell.kind != MILLRACE_ARRAY) return result;
  uint32_t count = cell.length * (map ? 2 : 1);
  Cell* cells = arena.allocate_array<Cell>(count);
  for (uint32_t i = 0; i < count; ++i) {
    const Schema* child = structure           ? schema->fields()[i].schema.get()
                          : map && i % 2 == 0 ? schema->keys()
                                              : schema->values();
    cells[i] = with_schemas(child, cell.as.cells[i], arena);
  }
  result.as.cells = cells;
  if (!structure) return result;
  auto* typed = arena.allocate_array<millrace_typed>(1);
  *typed = {schema, data::nested_cell(Kind::kStruct, cells, count)};
  Cell wrapped{};
  wrapped.kind = MILLRACE_TYPED;
  wrapped.as.typed = typed;
  return wrapped;
}

std::string run(const std::vector<std::string>& parts) {
  auto made = converter(parts[1], parts[2]);
  if (!made) return failure_with_causes(made.error());
  data::Batch batch;
  std::string first_bytes, second_bytes;
  if (parts[0] == "R") {
    auto value = read(**made, parts[3], first_bytes, batch);
    if (!value) return failure_with_causes(value.error());
    return "OK " + schema_text(value->schema) + " " + value_text(value->cell);
  }
  auto first = read_with(parts[3], parts[4], first_bytes, batch);
  if (!first) return failure_with_causes(first.error());
  auto second = read_with(parts[5], parts[6], second_bytes, batch);
  if (!second) return failure_with_causes(second.error());
  Bytes output;
  std::string_view topic = "t", header = "h";
  uint32_t index = 0;
  std::vector<convert::ConversionFailure> failures;
  Cell cell = second->cell;
  if (first->schema != second->schema) cell = with_schemas(second->schema, cell, batch.arena());
  (*made)->from_connect(
      {batch, {&index, 1}, &first->schema, &cell, &topic, &header, &output, failures});
  if (!failures.empty()) return failure_with_causes(failures[0].error);
  return output.data == nullptr ? "OK -" : "OK " + hex_of(output.text());
}

}  // namespace
}  // namespace millrace::testing

int main() {
  std::ios::sync_with_stdio(false);
  std::string line;
  while (std::getline(std::cin, line)) {
    using namespace millrace::testing;
    std::cout << escaped(run(split(line, '\t'))) << "\n";
  }
}
