#include "herder/converter_keys.h"

#include "config/key_table.h"

namespace millrace::herder {
namespace {

using config::ConfigDef;
using config::Importance;
using config::kNull;
using config::kRequired;
using config::Type;
using config::Width;

void define_type(ConfigDef& definition) {
  definition.define(config::make_key(
      config::WorkerRow{"converter.type", Type::kString, kRequired, Importance::kLow,
                        "What the converter is used for: set by the worker.",
                        config::one_of({"key", "value", "header"}), "[key, value, header]"}));
}

ConfigDef json_keys() {
  ConfigDef definition;
  define_type(definition);
  const std::vector<config::ConnectorRow> rows = {
      {"schemas.enable", Type::kBoolean, "true", Importance::kHigh, "Schemas", 0, Width::kMedium,
       "Enable Schemas", "Whether each JSON text carries its schema beside its payload."},
      {"schemas.cache.size", Type::kInt, "1000", Importance::kHigh, "Schemas", 1, Width::kMedium,
       "Schema Cache Size", "How many schemas are kept."},
      {"schema.content", Type::kString, kNull, Importance::kHigh, "Schemas", 2, Width::kMedium,
       "Schema Content", "Schema of all payloads that carry none, as JSON text."},
      {"decimal.format", Type::kString, "BASE64", Importance::kLow, "Serialization", 0,
       Width::kMedium, "Decimal Format", "How decimals are written: as BASE64 text or NUMERIC.",
       config::one_of_ignoring_case({"NUMERIC", "BASE64"}), "(case insensitive) [NUMERIC, BASE64]"},
      {"replace.null.with.default", Type::kBoolean, "true", Importance::kLow, "Serialization", 1,
       Width::kMedium, "Replace null with default",
       "Whether a null in a field that has a default is written as the default."},
  };
  for (const config::ConnectorRow& row : rows) definition.define(config::make_key(row));
  return definition;
}

ConfigDef string_keys() {
  ConfigDef definition;
  define_type(definition);
  config::ConfigKey encoding =
      config::make_key(config::WorkerRow{"converter.encoding", Type::kString, "UTF-8",
                                         Importance::kHigh, "Character encoding of the bytes."});
  encoding.width = Width::kMedium;
  encoding.display_name = "Encoding";
  definition.define(std::move(encoding));
  return definition;
}

}  // namespace

const ConfigDef& converter_config_def(std::string_view class_name) {
  static const ConfigDef json = json_keys(), string = string_keys();
  static const ConfigDef none, plain = [] {
    ConfigDef definition;
    define_type(definition);
    return definition;
  }();
  if (class_name == "org.apache.kafka.connect.json.JsonConverter") return json;
  if (class_name == "org.apache.kafka.connect.storage.StringConverter") return string;
  if (class_name == "org.apache.kafka.connect.storage.SimpleHeaderConverter") return none;
  return plain;
}

}  // namespace millrace::herder
