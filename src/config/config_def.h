#pragma once
// ConfigDef: org.apache.kafka.common.config.ConfigDef. One table entry per key; parsing,
// validation, documentation and the REST answers all come from the table. Values and messages are
// Java's.
//
//   const ConfigDef& def = ...;
//   for (const ConfigValue& value : def.validate(properties)) ...   // all problems at once
//   Result<Config> config = def.parse(properties);                  // the first problem as an
//   error

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace millrace::config {

// Keys and values as a user gave them. nullopt is JSON's null, which only the REST API can bring.
using Properties = std::map<std::string, std::string>;
using NullableProperties = std::map<std::string, std::optional<std::string>>;
// Those that are not null.
Properties given_of(const NullableProperties& properties);

enum class Type : uint8_t {
  kBoolean,
  kString,
  kInt,
  kShort,
  kLong,
  kDouble,
  kList,
  kClass,
  kPassword
};
enum class Importance : uint8_t { kHigh, kMedium, kLow };
enum class Width : uint8_t { kNone, kShort, kMedium, kLong };
std::string_view type_name(Type type);  // "BOOLEAN", "STRING", "INT" ...

// A parsed value: monostate is null.
struct Value {
  std::optional<std::string> text;  // as Java prints it; lists joined by ','
  std::vector<std::string> list;    // kList
  int64_t number = 0;               // kInt, kShort, kLong; kBoolean 0 or 1
  double real = 0;                  // kDouble
  bool is_null() const { return !text.has_value(); }
};

// Checks a parsed value (null included); gives the *reason* of Java's message, or nothing. Some
// reasons are whole messages: then `whole` is set.
struct Problem {
  std::string reason;
  bool whole = false;
};
using Validator = std::function<std::optional<Problem>(std::string_view name, const Value& value)>;

struct ConfigKey {
  std::string name;
  Type type = Type::kString;
  bool required = false;                     // no default
  std::optional<std::string> default_value;  // as text; nullopt: null
  Importance importance = Importance::kMedium;
  std::string documentation;
  std::optional<std::string> group;
  int32_t order = -1;
  Width width = Width::kNone;
  std::string display_name;
  std::vector<std::string> dependents;
  Validator validator;
  std::string valid_values;  // of the validator, in words, for the documentation
  std::function<std::vector<std::string>(const NullableProperties&)> recommended;
  bool internal = false;  // understood, but not shown in listings
  // kClass: whether the class exists. Empty: any name is taken as it stands.
  std::function<bool(std::string_view class_name)> class_exists;
  // kList: `parse` drops repeated items (Java: ConfigDef.ValidList does so before it checks).
  bool drop_duplicates = false;
};

// One key's finding: org.apache.kafka.common.config.ConfigValue.
struct ConfigValue {
  std::string name;
  std::optional<std::string> value;  // "[hidden]" is the printer's matter: see ConfigKey::type
  std::vector<std::string> recommended_values;
  std::vector<std::string> errors;
  bool visible = true;
};

// Parsed values of one definition plus everything that was given.
class Config {
 public:
  const std::string& text(std::string_view name) const;  // of a key that is not null
  std::optional<std::string> nullable_text(std::string_view name) const;
  int64_t number(std::string_view name) const;
  std::chrono::milliseconds milliseconds(std::string_view name) const;
  bool boolean(std::string_view name) const;
  double real(std::string_view name) const;
  const std::vector<std::string>& list(std::string_view name) const;
  bool is_null(std::string_view name) const;

  const Properties& originals() const { return originals_; }
  // Given properties whose names begin with `prefix`, with the prefix cut off.
  Properties originals_with_prefix(std::string_view prefix) const;

 private:
  friend class ConfigDef;
  const Value& value(std::string_view name) const;
  std::map<std::string, Value, std::less<>> values_;
  Properties originals_;
};

class ConfigDef {
 public:
  ConfigDef& define(ConfigKey key);
  ConfigDef& append(const ConfigDef& other);                    // keys not defined yet
  const std::vector<ConfigKey>& keys() const { return keys_; }  // in order of definition
  const ConfigKey* find(std::string_view name) const;

  // Every key's parsed value, errors, recommendations; in order of definition.
  std::vector<ConfigValue> validate(const NullableProperties& properties) const;
  Result<Config> parse(const Properties& properties) const;

 private:
  std::vector<ConfigKey> keys_;
  std::map<std::string, size_t, std::less<>> index_;
};

// Java's value parsing: trims, then by type. The error is the reason ("Not a number of type INT").
Result<Value> parse_value(const ConfigKey& key, const std::optional<std::string>& text);

// Validators, with Java's words.
Validator at_least(int64_t minimum);
Validator between(int64_t minimum, int64_t maximum);
Validator one_of(std::vector<std::string> values);
Validator one_of_ignoring_case(std::vector<std::string> values);
Validator non_empty();                  // String must be non-empty
Validator non_empty_without_control();  // String may not be empty / control sequences
Validator non_null();                   // entry must be non null
// Java: ConfigDef.ValidList.in and anyNonDuplicateValues. values: empty list: any.
Validator list_of(std::vector<std::string> values, bool empty_allowed, bool null_allowed);
Validator all_of(std::vector<Validator> validators);  // the first problem

// Java's ConfigException text: `Invalid value V for configuration NAME: REASON`.
std::string invalid_value(std::string_view name, std::string_view value, std::string_view reason);
// A parsed value as Java's string conversion prints it in such a text: null, [a, b], [hidden].
std::string value_in_message(const ConfigKey& key, const Value& value);

// String.trim: characters up to U+0020 at both ends.
std::string_view trim(std::string_view text);

}  // namespace millrace::config
