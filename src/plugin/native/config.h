#pragma once
// Settings and lists of answers in the form in which the contract hands them over.

#include <string_view>
#include <vector>

#include "config/config_def.h"
#include "millrace/abi.h"

// Borrows the properties for the time of one call.
struct millrace_config {
  explicit millrace_config(const millrace::config::Properties& properties)
      : properties_(properties) {
    pairs_.reserve(properties.size());
    for (const auto& pair : properties) pairs_.push_back(&pair);
  }
  const std::string* find(std::string_view key) const {
    auto found = properties_.find(std::string(key));
    return found == properties_.end() ? nullptr : &found->second;
  }
  size_t count() const { return pairs_.size(); }
  std::string_view key(size_t index) const { return pairs_[index]->first; }

 private:
  const millrace::config::Properties& properties_;
  std::vector<const std::pair<const std::string, std::string>*> pairs_;
};

// Collects what a plug-in answers. Problems for keys that the definition does not know get an entry
// of their own.
struct millrace_emitter {
  std::vector<millrace::config::Properties> configs;
  std::vector<millrace::config::ConfigValue>* values = nullptr;

  millrace::config::ConfigValue& value(std::string_view key) {
    for (auto& value : *values) {
      if (value.name == key) return value;
    }
    values->emplace_back().name = key;
    return values->back();
  }
};
