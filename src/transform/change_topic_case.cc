// com.github.jcustenborder.kafka.connect.transform.common.ChangeTopicCase (which Confluent's
// documentation lists as well): a topic's name from one way of writing several words to another, as
// com.google.common.base.CaseFormat does it.
#include <algorithm>

#include "transform/keys.h"
#include "transform/other_registry.h"

namespace millrace::transform {
namespace {

struct Case {
  std::string_view name;
  std::string_view separator;  // empty: a word begins with a capital
  bool upper;
  bool camel;
};
constexpr Case kCases[] = {{"LOWER_HYPHEN", "-", false, false},
                           {"LOWER_UNDERSCORE", "_", false, false},
                           {"LOWER_CAMEL", "", false, true},
                           {"UPPER_CAMEL", "", true, true},
                           {"UPPER_UNDERSCORE", "_", true, false}};

const Case* find_case(std::string_view name) {
  const auto* found = std::find_if(std::begin(kCases), std::end(kCases),
                                   [&](const Case& c) { return c.name == name; });
  return found == std::end(kCases) ? nullptr : found;
}

config::ConfigKey case_key(std::string name, std::string documentation) {
  config::ConfigKey key = required_key(std::move(name), config::Type::kString,
                                       config::Importance::kHigh, std::move(documentation));
  key.validator = [](std::string_view key_name,
                     const config::Value& value) -> std::optional<config::Problem> {
    const std::string text = value.is_null() ? "null" : *value.text;
    if (find_case(text) != nullptr) return std::nullopt;
    std::string known;
    for (const Case& each : kCases) known.append(known.empty() ? "" : ", ").append(each.name);
    return config::Problem{"Invalid value '" + text +
                               "' is not a valid value for CaseFormat. Valid values are " + known +
                               ". for configuration " + std::string(key_name),
                           true};
  };
  key.valid_values =
      "Matches: ``LOWER_HYPHEN``, ``LOWER_UNDERSCORE``, ``LOWER_CAMEL``, ``UPPER_CAMEL``, "
      "``UPPER_UNDERSCORE``";
  return key;
}

const config::ConfigDef& definition() {
  static const config::ConfigDef def = [] {
    config::ConfigDef d;
    d.define(case_key("from", "How the topic's name is written."))
        .define(case_key("to", "How it shall be written."));
    return d;
  }();
  return def;
}

bool capital(char c) { return c >= 'A' && c <= 'Z'; }
char lower(char c) { return capital(c) ? static_cast<char>(c | 0x20) : c; }
char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c & ~0x20) : c; }

void append_word(std::string& out, const Case& to, std::string_view word, bool first) {
  for (size_t i = 0; i < word.size(); ++i) {
    const bool big = to.camel ? i == 0 && (to.upper || !first) : to.upper;
    out.push_back(big ? upper(word[i]) : lower(word[i]));
  }
}

// Between the two that only differ in their separator, or to capitals, letters stay as they are
// where CaseFormat takes a short cut.
std::string replaced(const Case& from, const Case& to, std::string_view text) {
  std::string out(text);
  std::replace(out.begin(), out.end(), from.separator[0], to.separator[0]);
  if (to.upper) std::transform(out.begin(), out.end(), out.begin(), upper);
  if (from.upper) std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

std::string convert(const Case& from, const Case& to, std::string_view text) {
  if (&from == &to) return std::string(text);
  if (!from.camel && !to.camel) return replaced(from, to, text);
  std::string out;
  size_t begin = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    if (from.camel ? !capital(text[at]) : text[at] != from.separator[0]) continue;
    const bool first = begin == 0;
    if (first) out.clear();
    append_word(out, to, text.substr(begin, at - begin), first);
    out += to.separator;
    begin = at + from.separator.size();
  }
  if (begin == 0) out.clear();
  append_word(out, to, text.substr(begin), begin == 0);
  return out;
}

class ChangeTopicCase : public Transform {
 public:
  ChangeTopicCase(const Case& from, const Case& to) : from_(from), to_(to) {}

  void apply(data::Batch& batch, data::Records& view, data::Failures&) override {
    std::string_view* topics = copy_column(batch, view.topics, view.count);
    std::string_view last;
    for (uint32_t record : view.selected) {
      if (last.data() == nullptr || topics[record] != last) {
        last = topics[record];
        changed_ = batch.arena().copy(convert(from_, to_, last));
      }
      topics[record] = changed_;
    }
    view.topics = topics;
    changed_ = {};
  }

 private:
  const Case& from_;
  const Case& to_;
  std::string_view changed_;  // the last one's name, which the next will mostly share
};

}  // namespace

void add_change_topic_case(std::vector<TransformClass>& classes) {
  classes.push_back({"com.github.jcustenborder.kafka.connect.transform.common.ChangeTopicCase",
                     &definition(),
                     [](const config::Config& config) -> Result<std::unique_ptr<Transform>> {
                       return std::make_unique<ChangeTopicCase>(*find_case(config.text("from")),
                                                                *find_case(config.text("to")));
                     }});
}

}  // namespace millrace::transform
