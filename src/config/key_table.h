#pragma once
// Rows from which the tables of worker and connector keys are made. Not for users of the tables.

#include "config/config_def.h"

namespace millrace::config {

// A key's default: none (the key is required), null, or text.
struct Default {
  bool required = false;
  const char* text = nullptr;
  constexpr Default() = default;
  constexpr Default(const char* default_text) : text(default_text) {}
  constexpr explicit Default(bool is_required) : required(is_required) {}
};
inline constexpr Default kRequired{true};
inline constexpr Default kNull{};

inline constexpr auto kBoolean = Type::kBoolean;
inline constexpr auto kString = Type::kString;
inline constexpr auto kInt = Type::kInt;
inline constexpr auto kShort = Type::kShort;
inline constexpr auto kLong = Type::kLong;
inline constexpr auto kDouble = Type::kDouble;
inline constexpr auto kList = Type::kList;
inline constexpr auto kClass = Type::kClass;
inline constexpr auto kPassword = Type::kPassword;
inline constexpr auto kHigh = Importance::kHigh;
inline constexpr auto kMedium = Importance::kMedium;
inline constexpr auto kLow = Importance::kLow;

// As in the worker's tables: without group and place.
struct WorkerRow {
  const char* name;
  Type type;
  Default default_value;
  Importance importance;
  const char* documentation;
  Validator validator = {};
  const char* valid_values = "";
};

// As in the connectors' tables: with place and width in a user interface.
struct ConnectorRow {
  const char* name;
  Type type;
  Default default_value;
  Importance importance;
  const char* group;
  int order;
  Width width;
  const char* display_name;
  const char* documentation;
  Validator validator = {};
  const char* valid_values = "";
};

ConfigKey make_key(const WorkerRow& row);
ConfigKey make_key(const ConnectorRow& row);

}  // namespace millrace::config
