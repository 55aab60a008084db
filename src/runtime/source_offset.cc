#include "runtime/source_offset.h"

#include "convert/json_text.h"
#include "runtime/java_names.h"

namespace millrace::runtime {
namespace {

bool is_nothing(const data::Cell* cell) { return cell == nullptr || data::is_null(*cell); }

// What Java's message calls a value that is not primitive; empty for those that are.
std::string_view name_of_nested(data::Kind kind) {
  switch (kind) {
    case data::Kind::kArray: return "ARRAY";
    case data::Kind::kMap: return "MAP";
    case data::Kind::kStruct:
    case data::Kind::kTyped: return "STRUCT";
    case data::Kind::kDecimal: return "class java.math.BigDecimal";
    case data::Kind::kInstant: return "class java.util.Date";
    case data::Kind::kOpaque: return "a value of a class that is unknown here";
    default: return {};
  }
}

// Java: OffsetUtils.validateFormat.
Result<void> check_format(const data::Cell& map) {
  if (data::is_null(map)) return {};
  if (data::kind(map) != data::Kind::kMap)
    return fail(ErrorKind::bad_data, "Offsets must be specified as a Map", java::kDataException);
  for (uint32_t i = 0; i < map.length; ++i) {
    const data::Cell& key = map.as.cells[2 * i];
    if (data::kind(key) != data::Kind::kString)
      return fail(ErrorKind::bad_data, "Offsets may only use String keys", java::kDataException);
    const std::string_view nested = name_of_nested(data::kind(map.as.cells[2 * i + 1]));
    if (!nested.empty())
      return fail(ErrorKind::bad_data,
                  "Offsets may only contain primitive types as values, but field " +
                      std::string(data::text(key)) + " contains " + std::string(nested),
                  java::kDataException);
  }
  return {};
}

Result<void> append_map(std::string& out, const data::Cell& map) {
  if (auto checked = check_format(map); !checked) return checked;
  return convert::append_json(out, nullptr, map);
}

}  // namespace

std::string offset_key_prefix(std::string_view connector) {
  std::string prefix = "[";
  // Text always has a JSON form.
  (void)convert::append_json(prefix, nullptr, data::string_cell(connector));
  prefix.push_back(',');
  return prefix;
}

Result<std::string> offset_key(std::string_view connector, const data::Cell* partition) {
  std::string key = offset_key_prefix(connector);
  if (is_nothing(partition))
    key += "null";
  else if (auto appended = append_map(key, *partition); !appended)
    return fail(std::move(appended).error());
  key.push_back(']');
  return key;
}

Result<std::optional<std::string>> offset_value(const data::Cell* offset) {
  if (is_nothing(offset)) return std::nullopt;
  std::string value;
  if (auto appended = append_map(value, *offset); !appended)
    return fail(std::move(appended).error());
  return value;
}

Result<data::Cell> parse_offset(std::string_view text, Arena& arena) {
  auto offset = convert::parse_json(text, arena);
  if (!offset) return offset;
  if (auto checked = check_format(*offset); !checked) return fail(std::move(checked).error());
  return offset;
}

}  // namespace millrace::runtime
