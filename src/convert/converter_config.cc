#include "convert/converter_config.h"

namespace millrace::convert {
namespace {

using config::ConfigDef;
using config::ConfigKey;
using config::Importance;
using config::Type;
using config::Width;

// Key with a place in a user interface.
ConfigKey key(const char* name, Type type, const char* default_value, Importance importance,
              const char* group, int order, const char* display_name, const char* documentation) {
  ConfigKey key;
  key.name = name;
  key.type = type;
  if (default_value != nullptr) key.default_value = default_value;
  key.importance = importance;
  if (group != nullptr) key.group = group;
  key.order = order;
  key.width = Width::kMedium;
  key.display_name = display_name;
  key.documentation = documentation;
  return key;
}

// ConverterConfig.newConfigDef: what all converters share.
ConfigDef converter_def() {
  ConfigKey type;
  type.name = type.display_name = "converter.type";
  type.type = Type::kString;
  type.required = true;
  type.importance = Importance::kLow;
  type.documentation = "How this converter will be used.";
  type.validator = config::one_of({"key", "value", "header"});
  type.valid_values = "[key, value, header]";
  ConfigDef def;
  def.define(std::move(type));
  return def;
}

ConfigDef string_def() {
  ConfigDef def = converter_def();
  def.define(key("converter.encoding", Type::kString, "UTF-8", Importance::kHigh, nullptr, -1,
                 "Encoding",
                 "The name of the Java character set to use for encoding strings as byte arrays."));
  return def;
}

ConfigDef json_def() {
  ConfigDef def = converter_def();
  def.define(key("schemas.enable", Type::kBoolean, "true", Importance::kHigh, "Schemas", 0,
                 "Enable Schemas",
                 "Include schemas within each of the serialized values and keys."));
  def.define(key("schemas.cache.size", Type::kInt, "1000", Importance::kHigh, "Schemas", 1,
                 "Schema Cache Size",
                 "The maximum number of schemas that can be cached in this converter instance."));
  def.define(key("schema.content", Type::kString, nullptr, Importance::kHigh, "Schemas", 2,
                 "Schema Content",
                 "When set, this is used as the schema for all messages, and the schemas within "
                 "each of the message will be ignored.Otherwise, the schema will be included in "
                 "the content of each message. This configuration applies only 'schemas.enable' "
                 "is true, and it exclusively affects the sink connector."));
  ConfigKey format =
      key("decimal.format", Type::kString, "BASE64", Importance::kLow, "Serialization", 0,
          "Decimal Format",
          "Controls which format this converter will serialize decimals in. This value is case "
          "insensitive and can be either 'BASE64' (default) or 'NUMERIC'");
  format.validator = config::one_of_ignoring_case({"BASE64", "NUMERIC"});
  format.valid_values = "(case insensitive) [BASE64, NUMERIC]";
  def.define(std::move(format));
  def.define(key("replace.null.with.default", Type::kBoolean, "true", Importance::kLow,
                 "Serialization", 1, "Replace null with default",
                 "Whether to replace fields that have a default value and that are null to the "
                 "default value. When set to true, the default value is used, otherwise null is "
                 "used."));
  return def;
}

}  // namespace

const ConfigDef& converter_config_def(std::string_view class_name) {
  static const ConfigDef* json = new ConfigDef(json_def());
  static const ConfigDef* text = new ConfigDef(string_def());
  static const ConfigDef* plain = new ConfigDef(converter_def());
  static const ConfigDef* none = new ConfigDef();
  if (class_name == "org.apache.kafka.connect.json.JsonConverter") return *json;
  if (class_name == "org.apache.kafka.connect.storage.StringConverter") return *text;
  if (class_name.starts_with("org.apache.kafka.connect.converters.")) return *plain;
  return *none;
}

}  // namespace millrace::convert
