// io.aiven.kafka.connect.transforms.ExtractTopicFromSchemaName$Value: the topic's name from that of
// the value's schema.
#include <map>

#include "transform/java_regex.h"
#include "transform/keys.h"
#include "transform/other_registry.h"

namespace millrace::transform {
namespace {

constexpr std::string_view kName =
    "io.aiven.kafka.connect.transforms.ExtractTopicFromSchemaName$Value";
constexpr const char* kMap = "schema.name.topic-map";
constexpr const char* kRegex = "schema.name.regex";

const config::ConfigDef& definition() {
  static const config::ConfigDef def = [] {
    config::ConfigDef d;
    d.define(text_key(kMap, config::Importance::kLow,
                      "Topics by schema names: name1:topic1,name2:topic2."));
    d.define(text_key(kRegex, config::Importance::kLow,
                      "A Java regular expression whose only group is the topic."));
    return d;
  }();
  return def;
}

using Topics = std::map<std::string, std::string, std::less<>>;

// String.split: nothing comes of empty parts at the end.
std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (size_t begin = 0;;) {
    const size_t end = text.find(separator, begin);
    parts.push_back(text.substr(begin, end - begin));
    if (end == std::string_view::npos) break;
    begin = end + 1;
  }
  if (parts.size() > 1) {
    while (!parts.empty() && parts.back().empty()) parts.pop_back();
  }
  return parts;
}

// With the exceptions that Java's reading of it ends in.
Result<Topics> read_topics(const std::string& text) {
  Topics topics;
  for (std::string_view entry : split(text, ',')) {
    const std::vector<std::string_view> words = split(entry, ':');
    if (words.size() < 2) {
      return fail(ErrorKind::bad_config,
                  "Index " + std::to_string(words.size()) + " out of bounds for length " +
                      std::to_string(words.size()),
                  "java.lang.ArrayIndexOutOfBoundsException");
    }
    auto [at, added] = topics.emplace(words[0], words[1]);
    if (!added) {
      return fail(ErrorKind::bad_config,
                  "Duplicate key " + at->first + " (attempted merging values " + at->second +
                      " and " + std::string(words[1]) + ")",
                  "java.lang.IllegalStateException");
    }
  }
  return topics;
}

class TopicFromSchemaName : public Transform {
 public:
  TopicFromSchemaName(Topics topics, std::optional<JavaRegex> regex)
      : topics_(std::move(topics)), regex_(std::move(regex)) {}

  void apply(data::Batch& batch, data::Records& view, data::Failures& failures) override {
    std::string_view* topics = copy_column(batch, view.topics, view.count);
    const Schema* last = nullptr;
    std::string_view topic;
    for (uint32_t record : view.selected) {
      const Schema* schema = view.value_schemas[record];
      if (schema == nullptr || !schema->name()) {
        failures.push_back(
            {record, data::Stage::kTransformation,
             of_record(Error(ErrorKind::bad_data, " value schema name can't be null"), view,
                       record),
             std::string(kName)});
        continue;
      }
      if (schema != last) topic = batch.arena().copy(topic_of(*schema->name()));
      last = schema;
      topics[record] = topic;
    }
    view.topics = topics;
  }

 private:
  std::string_view topic_of(std::string_view schema_name) const {
    if (auto known = topics_.find(schema_name); known != topics_.end()) return known->second;
    if (!regex_) return schema_name;
    return regex_->only_group(schema_name).value_or(schema_name);
  }

  const Topics topics_;
  const std::optional<JavaRegex> regex_;
};

Result<std::unique_ptr<Transform>> make(const config::Config& config) {
  const config::Properties& given = config.originals();
  const auto map = given.find(kMap), regex = given.find(kRegex);
  if (map != given.end() && regex != given.end()) {
    return config_failure(std::string(kMap) + " and " + kRegex +
                          " should not be defined together.");
  }
  std::optional<JavaRegex> compiled;
  if (regex != given.end()) {
    Result<JavaRegex> read = JavaRegex::compile(regex->second);
    if (!read) return config_failure(regex->second + " set as " + kRegex + " is not valid regex.");
    if (!config.text(kRegex).empty()) compiled = std::move(*read);
  }
  Topics topics;
  if (map != given.end()) {
    if (map->second.find(':') == std::string::npos) {
      return config_failure(std::string(kMap) +
                            " is not valid. Format should be: "
                            "\"SchemaValue1:NewValue1,SchemaValue2:NewValue2\"");
    }
    Result<Topics> read = read_topics(config.text(kMap));
    if (!read) return fail(std::move(read).error());
    topics = std::move(*read);
  }
  return std::make_unique<TopicFromSchemaName>(std::move(topics), std::move(compiled));
}

}  // namespace

void add_aiven_topic_from_schema_name(std::vector<TransformClass>& classes) {
  classes.push_back({std::string(kName), &definition(), make});
}

}  // namespace millrace::transform
