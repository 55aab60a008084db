#include "config/config_def.h"

#include <algorithm>

namespace millrace::config {
namespace {

constexpr char kConfigException[] = "org.apache.kafka.common.config.ConfigException";

std::string missing_value(const ConfigKey& key) {
  return "Missing required configuration \"" + key.name + "\" which has no default value.";
}

std::string message_of(const ConfigKey& key, const Value& value, const Problem& problem) {
  if (problem.whole) return problem.reason;
  return invalid_value(key.name, value_in_message(key, value), problem.reason);
}

// What the user wrote, as it may be shown.
std::string given_text(const ConfigKey& key, const std::optional<std::string>& given) {
  if (!given) return "null";
  return key.type == Type::kPassword ? "[hidden]" : *given;
}

void drop_repeated_items(Value& value) {
  std::vector<std::string> kept;
  for (std::string& item : value.list)
    if (std::find(kept.begin(), kept.end(), item) == kept.end()) kept.push_back(std::move(item));
  value.list = std::move(kept);
  value.text.emplace();
  for (size_t i = 0; i < value.list.size(); ++i) *value.text += (i == 0 ? "" : ",") + value.list[i];
}

// A default is of the table's making and needs no message: one that does not parse is a mistake of
// the table, and reads as null.
Value default_of(const ConfigKey& key) {
  ConfigKey unchecked;
  unchecked.type = key.type;
  Result<Value> value = parse_value(unchecked, key.default_value);
  return value ? *std::move(value) : Value{};
}

}  // namespace

Properties given_of(const NullableProperties& properties) {
  Properties given;
  for (const auto& [key, value] : properties)
    if (value) given.emplace(key, *value);
  return given;
}

std::string_view type_name(Type type) {
  constexpr std::string_view kNames[] = {"BOOLEAN", "STRING", "INT",   "SHORT",   "LONG",
                                         "DOUBLE",  "LIST",   "CLASS", "PASSWORD"};
  return kNames[static_cast<size_t>(type)];
}

ConfigDef& ConfigDef::define(ConfigKey key) {
  if (key.display_name.empty()) key.display_name = key.name;
  auto [place, inserted] = index_.try_emplace(key.name, keys_.size());
  if (inserted)
    keys_.push_back(std::move(key));
  else
    keys_[place->second] = std::move(key);
  return *this;
}

ConfigDef& ConfigDef::append(const ConfigDef& other) {
  for (const ConfigKey& key : other.keys_)
    if (index_.try_emplace(key.name, keys_.size()).second) keys_.push_back(key);
  return *this;
}

const ConfigKey* ConfigDef::find(std::string_view name) const {
  auto found = index_.find(name);
  return found == index_.end() ? nullptr : &keys_[found->second];
}

std::vector<ConfigValue> ConfigDef::validate(const NullableProperties& properties) const {
  std::vector<ConfigValue> findings;
  findings.reserve(keys_.size());
  for (const ConfigKey& key : keys_) {
    ConfigValue& finding = findings.emplace_back();
    finding.name = key.name;
    Value value;
    if (auto given = properties.find(key.name); given != properties.end()) {
      Result<Value> parsed = parse_value(key, given->second);
      if (parsed)
        value = *std::move(parsed);
      else
        finding.errors.push_back(
            invalid_value(key.name, given_text(key, given->second), parsed.error().message()));
    } else if (key.required) {
      finding.errors.push_back(missing_value(key));
    } else {
      value = default_of(key);
    }
    // As in Java the validator sees null where parsing failed: one bad key can give two messages.
    if (key.validator)
      if (std::optional<Problem> problem = key.validator(key.name, value))
        finding.errors.push_back(message_of(key, value, *problem));
    if (key.recommended) finding.recommended_values = key.recommended(properties);
    finding.value = std::move(value.text);
  }
  return findings;
}

Result<Config> ConfigDef::parse(const Properties& properties) const {
  Config config;
  config.originals_ = properties;
  for (const ConfigKey& key : keys_) {
    Value value;
    if (auto given = properties.find(key.name); given != properties.end()) {
      Result<Value> parsed = parse_value(key, given->second);
      if (!parsed)
        return fail(
            ErrorKind::bad_config,
            invalid_value(key.name, given_text(key, given->second), parsed.error().message()),
            kConfigException);
      value = *std::move(parsed);
    } else if (key.required) {
      return fail(ErrorKind::bad_config, missing_value(key), kConfigException);
    } else {
      value = default_of(key);
    }
    if (key.drop_duplicates && !value.is_null()) drop_repeated_items(value);
    if (key.validator)
      if (std::optional<Problem> problem = key.validator(key.name, value))
        return fail(ErrorKind::bad_config, message_of(key, value, *problem), kConfigException);
    config.values_.emplace(key.name, std::move(value));
  }
  return config;
}

const Value& Config::value(std::string_view name) const {
  static const Value kNull;
  auto found = values_.find(name);
  return found == values_.end() ? kNull : found->second;
}

const std::string& Config::text(std::string_view name) const {
  static const std::string kEmpty;
  const Value& found = value(name);
  return found.text ? *found.text : kEmpty;
}

std::optional<std::string> Config::nullable_text(std::string_view name) const {
  return value(name).text;
}
int64_t Config::number(std::string_view name) const { return value(name).number; }
std::chrono::milliseconds Config::milliseconds(std::string_view name) const {
  return std::chrono::milliseconds(number(name));
}
bool Config::boolean(std::string_view name) const { return value(name).number != 0; }
double Config::real(std::string_view name) const { return value(name).real; }
const std::vector<std::string>& Config::list(std::string_view name) const {
  return value(name).list;
}
bool Config::is_null(std::string_view name) const { return value(name).is_null(); }

Properties Config::originals_with_prefix(std::string_view prefix) const {
  Properties found;
  for (auto entry = originals_.lower_bound(std::string(prefix));
       entry != originals_.end() && entry->first.compare(0, prefix.size(), prefix) == 0; ++entry)
    if (entry->first.size() > prefix.size())
      found.emplace(entry->first.substr(prefix.size()), entry->second);
  return found;
}

}  // namespace millrace::config
