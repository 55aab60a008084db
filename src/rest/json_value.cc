#include "rest/json_value.h"

#include <nlohmann/json.hpp>
#include <unordered_map>

namespace millrace::rest {
namespace {

using Json = nlohmann::json;
constexpr size_t kMaximumDepth = 1000;

class Builder : public nlohmann::json_sax<Json> {
 public:
  JsonValue root;
  std::string problem;

  bool null() override { return add({}); }
  bool boolean(bool value) override {
    return scalar(JsonValue::Kind::kBoolean, value ? "true" : "false");
  }
  bool number_integer(number_integer_t value) override {
    return scalar(JsonValue::Kind::kNumber, std::to_string(value));
  }
  bool number_unsigned(number_unsigned_t value) override {
    return scalar(JsonValue::Kind::kNumber, std::to_string(value));
  }
  bool number_float(number_float_t, const string_t& written) override {
    return scalar(JsonValue::Kind::kNumber, written);
  }
  bool string(string_t& value) override {
    return scalar(JsonValue::Kind::kString, std::move(value));
  }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(JsonValue::Kind::kObject); }
  bool start_array(std::size_t) override { return open(JsonValue::Kind::kArray); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    open_.back().key = std::move(name);
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const Json::exception& error) override {
    if (problem.empty()) problem = error.what();
    return false;
  }

 private:
  // A container under construction. Only the innermost grows, so it is built aside and moved into
  // its parent when it is complete.
  struct Open {
    JsonValue value;
    std::string key;
    std::unordered_map<std::string, size_t> index;
  };

  bool scalar(JsonValue::Kind kind, std::string text) {
    JsonValue value;
    value.kind = kind;
    value.text = std::move(text);
    return add(std::move(value));
  }
  bool add(JsonValue value) {
    if (open_.empty()) {
      root = std::move(value);
    } else if (Open& parent = open_.back(); parent.value.is_array()) {
      parent.value.elements.push_back(std::move(value));
    } else {
      auto [found, is_new] = parent.index.try_emplace(parent.key, parent.value.members.size());
      if (is_new) {
        parent.value.members.push_back({std::move(parent.key), std::move(value)});
      } else {
        parent.value.members[found->second].second = std::move(value);
      }
    }
    return true;
  }
  bool open(JsonValue::Kind kind) {
    if (open_.size() >= kMaximumDepth) {
      problem = "Document nesting depth exceeds the maximum allowed (1000)";
      return false;
    }
    open_.emplace_back().value.kind = kind;
    return true;
  }
  bool close() {
    JsonValue value = std::move(open_.back().value);
    open_.pop_back();
    return add(std::move(value));
  }

  std::vector<Open> open_;
};

void append(std::string& out, const JsonValue& value) {
  bool first = true;
  auto comma = [&] {
    if (!std::exchange(first, false)) out.push_back(',');
  };
  switch (value.kind) {
    case JsonValue::Kind::kNull: out += "null"; break;
    case JsonValue::Kind::kBoolean:
    case JsonValue::Kind::kNumber: out += value.text; break;
    case JsonValue::Kind::kString: out += json_string(value.text); break;
    case JsonValue::Kind::kArray:
      out.push_back('[');
      for (const JsonValue& element : value.elements) comma(), append(out, element);
      out.push_back(']');
      break;
    case JsonValue::Kind::kObject:
      out.push_back('{');
      for (const auto& [name, member] : value.members) {
        comma();
        out += json_string(name) + ":";
        append(out, member);
      }
      out.push_back('}');
      break;
  }
}

}  // namespace

const JsonValue* JsonValue::find(std::string_view name) const {
  for (const auto& [key, value] : members) {
    if (key == name) return &value;
  }
  return nullptr;
}

std::string JsonValue::to_json() const {
  std::string out;
  append(out, *this);
  return out;
}

Result<JsonValue> parse_json(std::string_view text) {
  Builder builder;
  if (!Json::sax_parse(text.begin(), text.end(), &builder)) {
    return fail(ErrorKind::bad_data, builder.problem.empty() ? "Malformed JSON" : builder.problem);
  }
  return std::move(builder.root);
}

std::string json_string(std::string_view text) {
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace millrace::rest
