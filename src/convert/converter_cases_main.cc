// Runs cases of the converter corpus through this worker's converters: the counterpart of
// tests/converters/ConverterCases.java, which tells the form of the lines.

#include <bit>
#include <cstdio>
#include <iostream>
#include <map>

#include "convert/converter.h"
#include "data/java_decimal.h"
#include "data/java_number.h"
#include "data/java_string.h"

namespace millrace::convert {
namespace {

using data::Cell;
using data::Kind;
using data::Schema;

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts(1);
  for (char c : text) {
    if (c == separator) {
      parts.emplace_back();
    } else {
      parts.back().push_back(c);
    }
  }
  return parts;
}

std::string units(std::string_view text) {
  std::string out;
  data::for_each_utf16_unit(text, [&](char16_t unit) {
    if (unit > 32 && unit < 127 && unit != '%') {
      out.push_back(static_cast<char>(unit));
    } else {
      char hex[8];
      std::snprintf(hex, sizeof hex, "%%%04x", static_cast<unsigned>(unit));
      out.append(hex);
    }
  });
  return out;
}

std::string hex_of(std::string_view bytes) {
  std::string out;
  for (unsigned char byte : bytes) {
    char hex[4];
    std::snprintf(hex, sizeof hex, "%02x", byte);
    out.append(hex);
  }
  return out;
}

std::string hex_number(uint64_t bits) {
  char hex[20];
  std::snprintf(hex, sizeof hex, "%llx", static_cast<unsigned long long>(bits));
  return hex;
}

std::string value_text(const Cell& cell) {
  std::string out;
  std::string number = std::to_string(cell.as.i64);
  switch (data::kind(cell)) {
    case Kind::kNull: return "n";
    case Kind::kBoolean: return cell.as.i64 != 0 ? "Ztrue" : "Zfalse";
    case Kind::kInt8: return "B" + number;
    case Kind::kInt16: return "S" + number;
    case Kind::kInt32: return "I" + number;
    case Kind::kInt64: return "J" + number;
    case Kind::kInstant: return "t" + number;
    case Kind::kFloat32: {
      auto bits = data::java_float_bits(static_cast<float>(cell.as.f64));
      return "F" + hex_number(static_cast<uint32_t>(bits));
    }
    case Kind::kFloat64:
      return "D" + hex_number(static_cast<uint64_t>(data::java_double_bits(cell.as.f64)));
    case Kind::kString: return "T" + units(data::text(cell));
    case Kind::kBytes: return "b" + hex_of(data::text(cell));
    case Kind::kDecimal:
      return "d" + data::unscaled_text(cell) + "/" + std::to_string(cell.as.decimal->scale);
    case Kind::kArray:
    case Kind::kStruct:
      for (uint32_t i = 0; i < cell.length; ++i) out += value_text(cell.as.cells[i]) + ",";
      return cell.kind == MILLRACE_ARRAY ? "[" + out + "]" : "(" + out + ")";
    case Kind::kMap:
      for (uint32_t i = 0; i < cell.length; ++i)
        out += value_text(cell.as.cells[2 * i]) + "=" + value_text(cell.as.cells[2 * i + 1]) + ",";
      return "{" + out + "}";
    default: return "?";
  }
}

std::string schema_text(const Schema* schema) {
  if (schema == nullptr) return "-";
  std::string out(data::type_name(schema->type()));
  if (schema->optional()) out += "?";
  if (schema->name()) out += " name=" + units(*schema->name());
  if (schema->version()) out += " version=" + std::to_string(*schema->version());
  if (schema->doc()) out += " doc=" + units(*schema->doc());
  for (const auto& [key, value] : schema->parameters())
    out += " " + units(key) + "=" + units(value);
  if (schema->default_value() != nullptr) out += " default=" + value_text(*schema->default_value());
  if (schema->type() == Kind::kArray) out += "<" + schema_text(schema->values()) + ">";
  if (schema->type() == Kind::kMap)
    out += "<" + schema_text(schema->keys()) + "," + schema_text(schema->values()) + ">";
  if (schema->type() != Kind::kStruct) return out;
  out += "(";
  for (const data::Field& field : schema->fields())
    out += units(field.name) + ":" + schema_text(field.schema.get()) + ";";
  return out + ")";
}

std::string failure_text(const Error& error) {
  return "FAIL " + std::string(error.exception_class()) + ": " + error.message();
}

// Converters are kept, so that their caches take part.
Result<Converter*> converter(const std::string& name, const std::string& settings) {
  static std::map<std::string, std::unique_ptr<Converter>> known;
  auto& converter = known[name + settings];
  if (converter) return converter.get();
  ConverterConfig config;
  if (settings != "-") {
    for (const std::string& setting : split(settings, ';')) {
      size_t equals = setting.find('=');
      config[setting.substr(0, equals)] = setting.substr(equals + 1);
    }
  }
  auto made = make_converter(name, Role::kHeader, config);
  if (!made) return fail(std::move(made).error());
  converter = std::move(*made);
  return converter.get();
}

struct Value {
  const Schema* schema = nullptr;
  Cell cell{};
};

// `bytes` holds what was read and must live as long as the value.
Result<Value> read(Converter& converter, const std::string& hex, std::string& bytes,
                   data::Batch& batch) {
  for (size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  bytes.shrink_to_fit();  // so that a sanitizer sees what is read beyond the end
  Bytes input{hex == "-" ? nullptr : reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()};
  std::string_view topic = "t", header = "h";
  uint32_t index = 0;
  Value value;
  std::vector<ConversionFailure> failures;
  converter.to_connect(
      {batch, {&index, 1}, &input, &topic, &header, &value.schema, &value.cell, failures});
  if (!failures.empty()) return fail(failures[0].error);
  return value;
}

Result<Value> read_with(const std::string& reader, const std::string& hex, std::string& bytes,
                        data::Batch& batch) {
  auto made = reader == "J"   ? converter("JsonConverter", "replace.null.with.default=false")
              : reader == "P" ? converter("JsonConverter", "schemas.enable=false")
                              : converter("SimpleHeaderConverter", "-");
  return read(**made, hex, bytes, batch);
}

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
  if (!made) return failure_text(made.error());
  data::Batch batch;
  std::string first_bytes, second_bytes;
  if (parts[0] == "R") {
    auto value = read(**made, parts[3], first_bytes, batch);
    if (!value) return failure_text(value.error());
    return "OK " + schema_text(value->schema) + " " + value_text(value->cell);
  }
  auto first = read_with(parts[3], parts[4], first_bytes, batch);
  if (!first) return failure_text(first.error());
  auto second = read_with(parts[5], parts[6], second_bytes, batch);
  if (!second) return failure_text(second.error());
  Bytes output;
  std::string_view topic = "t", header = "h";
  uint32_t index = 0;
  std::vector<ConversionFailure> failures;
  Cell cell = second->cell;
  if (first->schema != second->schema) cell = with_schemas(second->schema, cell, batch.arena());
  (*made)->from_connect(
      {batch, {&index, 1}, &first->schema, &cell, &topic, &header, &output, failures});
  if (!failures.empty()) return failure_text(failures[0].error);
  return output.data == nullptr ? "OK -" : "OK " + hex_of(output.text());
}

}  // namespace
}  // namespace millrace::convert

int main() {
  std::ios::sync_with_stdio(false);
  std::string line;
  while (std::getline(std::cin, line)) {
    std::string out;
    for (char c : millrace::convert::run(millrace::convert::split(line, '\t'))) {
      if (c == '\\')
        out += "\\\\";
      else if (c == '\n')
        out += "\\n";
      else if (c == '\r')
        out += "\\r";
      else
        out.push_back(c);
    }
    std::cout << out << "\n";
  }
}
