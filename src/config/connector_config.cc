#include "config/connector_config.h"

#include <algorithm>

#include "base/java_regex.h"

namespace millrace::config {
namespace {

std::string text_of(const NullableProperties& properties, const std::string& key) {
  auto found = properties.find(key);
  return found == properties.end() || !found->second ? std::string() : *found->second;
}

bool is_blank(std::string_view text) { return trim(text).empty(); }

void add_error(std::vector<ConfigValue>& values, const std::string& key, std::string message) {
  for (ConfigValue& value : values)
    if (value.name == key) {
      value.errors.push_back(std::move(message));
      return;
    }
  ConfigValue& value = values.emplace_back();
  value.name = key;
  value.errors.push_back(std::move(message));
}

std::string join(const std::vector<std::string>& items) {
  std::string text;
  for (const std::string& item : items) text += (text.empty() ? "" : ", ") + item;
  return text;
}

}  // namespace

std::vector<std::string> sink_topics(const NullableProperties& properties) {
  ConfigKey list;
  list.type = Type::kList;
  std::vector<std::string> topics;
  Result<Value> value = parse_value(list, text_of(properties, "topics"));
  if (!value) return topics;
  for (const std::string& topic : value->list)
    if (!topic.empty() && std::find(topics.begin(), topics.end(), topic) == topics.end())
      topics.push_back(topic);
  return topics;
}

bool has_dead_letter_topic(const NullableProperties& properties) {
  return !is_blank(text_of(properties, "errors.deadletterqueue.topic.name"));
}

bool uses_topic_creation(const NullableProperties& properties) {
  constexpr std::string_view kPrefix = "topic.creation.";
  auto first = properties.lower_bound(std::string(kPrefix));
  return first != properties.end() && first->first.compare(0, kPrefix.size(), kPrefix) == 0;
}

Result<void> check_sink_config(const NullableProperties& properties,
                               std::vector<ConfigValue>& values) {
  const bool has_topics = !is_blank(text_of(properties, "topics"));
  const bool has_regex = !is_blank(text_of(properties, "topics.regex"));
  if (has_topics == has_regex) {
    const std::string message =
        has_topics ? "topics and topics.regex are mutually exclusive options, but both are set."
                   : "Must configure one of topics or topics.regex";
    add_error(values, "topics", message);
    add_error(values, "topics.regex", message);
  }
  if (!has_dead_letter_topic(properties)) return {};
  const std::string dead_letters(trim(text_of(properties, "errors.deadletterqueue.topic.name")));
  if (has_regex) {
    const std::string regex = text_of(properties, "topics.regex");
    // As in Java: what would be a finding of the key is an error of the worker once the topic of
    // dead letters is held against it.
    if (std::string problem = regex_problem(regex); !problem.empty())
      return fail(ErrorKind::fatal, std::move(problem), "java.util.regex.PatternSyntaxException");
    auto pattern = JavaRegex::compile(regex);
    if (pattern && pattern->matches(dead_letters))
      add_error(values, "topics.regex",
                "The DLQ topic '" + dead_letters +
                    "' may not be matched by the regex for the topics ('topics.regex=" + regex +
                    "') consumed by the connector");
  }
  if (!has_topics) return {};
  const std::vector<std::string> topics = sink_topics(properties);
  if (std::find(topics.begin(), topics.end(), dead_letters) != topics.end())
    add_error(values, "topics",
              "The DLQ topic '" + dead_letters +
                  "' may not be included in the list of topics ('topics=[" + join(topics) +
                  "]') consumed by the connector");
  return {};
}

}  // namespace millrace::config
