#pragma once
// What the two halves of a comparison with Java classes say to each other: how a case's values are
// read, and how values and schemas are written. The counterpart of
// tests/comparison/CaseText.java. For the `..._cases` programs only.

#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "convert/converter.h"
#include "data/java_decimal.h"
#include "data/java_number.h"
#include "data/java_string.h"
#include "testing/case_lines.h"

namespace millrace::testing {

using convert::Bytes;
using convert::Converter;
using data::Cell;
using data::Kind;
using data::Schema;

inline std::string units(std::string_view text) {
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

inline std::string hex_number(uint64_t bits) {
  char hex[20];
  std::snprintf(hex, sizeof hex, "%llx", static_cast<unsigned long long>(bits));
  return hex;
}

inline std::string value_text(const Cell& cell) {
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
    case Kind::kTyped: return value_text(cell.as.typed->value);
    default: return "?";
  }
}

inline std::string schema_text(const Schema* schema) {
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

// Converters are kept, so that their caches take part.
inline Result<Converter*> converter(const std::string& name, const std::string& settings) {
  static std::map<std::string, std::unique_ptr<Converter>> known;
  auto& converter = known[name + settings];
  if (converter) return converter.get();
  convert::ConverterConfig config;
  if (settings != "-") {
    for (const std::string& setting : split(settings, ';')) {
      size_t equals = setting.find('=');
      config[setting.substr(0, equals)] = setting.substr(equals + 1);
    }
  }
  auto made = convert::make_converter(name, convert::Role::kHeader, config);
  if (!made) return fail(std::move(made).error());
  converter = std::move(*made);
  return converter.get();
}

struct Value {
  const Schema* schema = nullptr;
  Cell cell{};
};

// `bytes` holds what was read and must live as long as the value.
inline Result<Value> read(Converter& converter, const std::string& hex, std::string& bytes,
                          data::Batch& batch) {
  bytes = from_hex(hex);
  bytes.shrink_to_fit();  // so that a sanitizer sees what is read beyond the end
  Bytes input{hex == "-" ? nullptr : reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()};
  std::string_view topic = "t", header = "h";
  uint32_t index = 0;
  Value value;
  std::vector<convert::ConversionFailure> failures;
  converter.to_connect(
      {batch, {&index, 1}, &input, &topic, &header, &value.schema, &value.cell, failures});
  if (!failures.empty()) return fail(failures[0].error);
  return value;
}

inline Result<Value> read_with(const std::string& reader, const std::string& hex,
                               std::string& bytes, data::Batch& batch) {
  static const std::map<std::string, std::string> kClasses = {
      {"H", "SimpleHeaderConverter"}, {"S", "StringConverter"},  {"B", "ByteArrayConverter"},
      {"s", "ShortConverter"},        {"i", "IntegerConverter"}, {"l", "LongConverter"},
      {"f", "FloatConverter"},        {"d", "DoubleConverter"},  {"z", "BooleanConverter"}};
  auto made = reader == "J"   ? converter("JsonConverter", "replace.null.with.default=false")
              : reader == "P" ? converter("JsonConverter", "schemas.enable=false")
                              : converter(kClasses.at(reader), "-");
  if (!made) return fail(std::move(made).error());
  return read(**made, hex, bytes, batch);
}

}  // namespace millrace::testing
