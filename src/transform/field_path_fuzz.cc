// Paths of fields (KIP-821).
#include <cstdint>
#include <string>

#include "data/cell.h"
#include "transform/field_path.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace millrace;
  const std::string text(reinterpret_cast<const char*>(data), size);
  auto path = transform::FieldPath::parse(text, true);
  if (!path) return 0;
  const data::Cell inner[] = {data::string_cell("b"), data::int64_cell(1)};
  const data::Cell outer[] = {data::string_cell("a"),
                              data::nested_cell(data::Kind::kMap, inner, 1)};
  (void)path->value_in(data::nested_cell(data::Kind::kMap, outer, 1));
  return 0;
}
