// RegexRouter and TimestampRouter: other topics for records.
#include "data/java_text.h"
#include "transform/java_regex.h"
#include "transform/keys.h"
#include "transform/registry.h"
#include "transform/simple_date_format.h"

namespace millrace::transform {
namespace {

// The base of both. Consecutive records mostly have one topic, so its new name is worked out once.
class Router : public Transform {
 public:
  explicit Router(std::string_view name)
      : class_name_(std::string(kTransformPackage).append(name)) {}

  void apply(data::Batch& batch, data::Records& view, data::Failures& failures) final {
    std::string_view* topics = copy_column(batch, view.topics, view.count);
    for (uint32_t record : view.selected) {
      Result<std::string_view> routed = route(batch.arena(), view, record);
      if (routed) {
        topics[record] = *routed;
      } else {
        failures.push_back(
            {record, data::Stage::kTransformation, std::move(routed).error(), class_name_});
      }
    }
    view.topics = topics;
    forget();
  }

 protected:
  virtual Result<std::string_view> route(Arena& arena, const data::Records& view,
                                         uint32_t record) = 0;
  virtual void forget() = 0;  // texts of this batch

 private:
  const std::string class_name_;
};

class RegexRouter : public Router {
 public:
  RegexRouter(JavaRegex regex, std::string replacement)
      : Router("RegexRouter"), regex_(std::move(regex)), replacement_(std::move(replacement)) {}

 private:
  Result<std::string_view> route(Arena& arena, const data::Records& view,
                                 uint32_t record) override {
    std::string_view topic = view.topics[record];
    if (topic.data() != nullptr && topic.data() == last_.data() && topic.size() == last_.size())
      return last_routed_;
    std::string_view routed = topic;
    if (regex_.matches(topic)) {
      Result<std::string> replaced = regex_.replace_first(topic, replacement_);
      if (!replaced) return fail(std::move(replaced).error());
      routed = arena.copy(*replaced);
    }
    last_ = topic;
    return last_routed_ = routed;
  }
  void forget() override { last_ = {}; }

  const JavaRegex regex_;
  const std::string replacement_;
  std::string_view last_, last_routed_;
};

std::string replace_all(std::string text, std::string_view what, std::string_view with) {
  for (size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size()) {
    text.replace(at, what.size(), with);
  }
  return text;
}

class TimestampRouter : public Router {
 public:
  // A format that cannot be is noticed at the first record, as in Java.
  TimestampRouter(std::string topic_format, Result<SimpleDateFormat> timestamp_format)
      : Router("TimestampRouter"),
        topic_format_(std::move(topic_format)),
        timestamp_format_(std::move(timestamp_format)) {}

 private:
  Result<std::string_view> route(Arena& arena, const data::Records& view,
                                 uint32_t record) override {
    std::string_view topic = view.topics[record];
    int64_t timestamp = view.timestamps[record];
    if (timestamp == data::kNone) {
      return data_failure("Timestamp missing on record: topic='" + std::string(topic) +
                          "', kafkaPartition=" + std::to_string(view.partitions[record]));
    }
    if (!timestamp_format_) {
      return fail(ErrorKind::bad_data, timestamp_format_.error().message(),
                  "java.lang.IllegalArgumentException");
    }
    std::string name = replace_all(topic_format_, "${topic}", topic);
    name = replace_all(std::move(name), "${timestamp}", timestamp_format_->format(timestamp));
    if (name != last_) last_ = arena.copy(name);
    return last_;
  }
  void forget() override { last_ = {}; }

  const std::string topic_format_;
  const Result<SimpleDateFormat> timestamp_format_;
  std::string_view last_;
};

const config::ConfigDef& regex_definition() {
  static const config::ConfigDef def = [] {
    config::ConfigDef d;
    config::ConfigKey regex =
        required_key("regex", config::Type::kString, config::Importance::kHigh,
                     "A Java regular expression; topics that match it as a whole are renamed.");
    regex.validator = check_java_regex;
    regex.valid_values = "valid regex";
    d.define(regex);
    d.define(required_key("replacement", config::Type::kString, config::Importance::kHigh,
                          "What the first match becomes; $1 stands for the first group."));
    return d;
  }();
  return def;
}

const config::ConfigDef& timestamp_definition() {
  static const config::ConfigDef def = [] {
    config::ConfigDef d;
    d.define(default_key("topic.format", config::Type::kString, "${topic}-${timestamp}",
                         config::Importance::kHigh,
                         "The new name; ${topic} and ${timestamp} stand for the old name and the "
                         "formatted timestamp."));
    d.define(default_key("timestamp.format", config::Type::kString, "yyyyMMdd",
                         config::Importance::kHigh,
                         "A java.text.SimpleDateFormat pattern; times are in UTC."));
    return d;
  }();
  return def;
}

}  // namespace

void add_routers(Registry& registry) {
  registry.add("RegexRouter", regex_definition(),
               [](const config::Config& config) -> Result<std::unique_ptr<Transform>> {
                 Result<JavaRegex> regex = JavaRegex::compile(config.text("regex"));
                 if (!regex) return fail(std::move(regex).error());
                 return std::make_unique<RegexRouter>(std::move(*regex),
                                                      config.text("replacement"));
               });
  registry.add("TimestampRouter", timestamp_definition(),
               [](const config::Config& config) -> Result<std::unique_ptr<Transform>> {
                 return std::make_unique<TimestampRouter>(
                     config.text("topic.format"),
                     SimpleDateFormat::parse(config.text("timestamp.format")));
               });
}

}  // namespace millrace::transform
