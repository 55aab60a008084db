// JSONPaths with their conditions, and the walk through a value.
#include <cstdint>
#include <string_view>

#include "transform/json_path.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace millrace;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto path = transform::JsonPath::parse(text);
  if (!path) return 0;
  const data::Cell items[] = {data::int64_cell(1), data::string_cell("x"), data::null_cell()};
  const data::Cell inner[] = {data::string_cell("b"), data::float64_cell(1.5)};
  const data::Cell outer[] = {data::string_cell("a"), data::nested_cell(data::Kind::kMap, inner, 1),
                              data::string_cell("l"),
                              data::nested_cell(data::Kind::kArray, items, 3)};
  transform::Datum found{nullptr, data::null_cell()};
  (void)path->find({nullptr, data::nested_cell(data::Kind::kMap, outer, 2)}, found);
  return 0;
}
