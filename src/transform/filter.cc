// Filter drops every record that it is given; predicates say which those are.
#include <algorithm>

#include "transform/java_regex.h"
#include "transform/keys.h"
#include "transform/registry.h"

namespace millrace::transform {
namespace {

constexpr std::string_view kPredicatePackage = "org.apache.kafka.connect.transforms.predicates.";

class Filter : public Transform {
 public:
  void apply(data::Batch&, data::Records& view, data::Failures&) override { view.selected = {}; }
};

class RecordIsTombstone : public Predicate {
 public:
  Result<bool> test(const data::Records& view, uint32_t record) override {
    return data::is_null(view.values[record]);
  }
};

class HasHeaderKey : public Predicate {
 public:
  explicit HasHeaderKey(std::string name) : name_(std::move(name)) {}
  Result<bool> test(const data::Records& view, uint32_t record) override {
    auto headers = view.headers_of(record);
    return std::any_of(headers.begin(), headers.end(), [&](const data::Header& header) {
      return std::string_view(header.key.data, header.key.size) == name_;
    });
  }

 private:
  const std::string name_;
};

class TopicNameMatches : public Predicate {
 public:
  explicit TopicNameMatches(JavaRegex regex) : regex_(std::move(regex)) {}
  Result<bool> test(const data::Records& view, uint32_t record) override {
    return regex_.matches(view.topics[record]);
  }

 private:
  const JavaRegex regex_;
};

const config::ConfigDef& no_keys() {
  static const config::ConfigDef def;
  return def;
}

const config::ConfigDef& header_key_definition() {
  static const config::ConfigDef def = [] {
    config::ConfigDef d;
    config::ConfigKey name = required_key("name", config::Type::kString,
                                          config::Importance::kMedium, "The header's name.");
    name.validator = config::non_empty();
    name.valid_values = "non-empty string";
    d.define(name);
    return d;
  }();
  return def;
}

const config::ConfigDef& topic_definition() {
  static const config::ConfigDef def = [] {
    config::ConfigDef d;
    config::ConfigKey pattern =
        required_key("pattern", config::Type::kString, config::Importance::kMedium,
                     "A Java regular expression that the whole topic name must match.");
    pattern.validator = [](std::string_view name,
                           const config::Value& value) -> std::optional<config::Problem> {
      if (auto problem = config::non_empty()(name, value)) return problem;
      return check_java_regex(name, value);
    };
    pattern.valid_values = "non-empty string, valid regex";
    d.define(pattern);
    return d;
  }();
  return def;
}

}  // namespace

void add_filter(Registry& registry) {
  registry.add("Filter", no_keys(),
               [](const config::Config&) -> Result<std::unique_ptr<Transform>> {
                 return std::make_unique<Filter>();
               });
}

void add_predicates(Registry& registry) {
  auto add = [&](std::string_view name, const config::ConfigDef& def, auto make) {
    registry.predicates.push_back({std::string(kPredicatePackage).append(name), &def, make});
  };
  add("HasHeaderKey", header_key_definition(),
      [](const config::Config& config) -> Result<std::unique_ptr<Predicate>> {
        return std::make_unique<HasHeaderKey>(config.text("name"));
      });
  add("RecordIsTombstone", no_keys(),
      [](const config::Config&) -> Result<std::unique_ptr<Predicate>> {
        return std::make_unique<RecordIsTombstone>();
      });
  add("TopicNameMatches", topic_definition(),
      [](const config::Config& config) -> Result<std::unique_ptr<Predicate>> {
        Result<JavaRegex> regex = JavaRegex::compile(config.text("pattern"));
        if (!regex) return fail(std::move(regex).error());
        return std::make_unique<TopicNameMatches>(std::move(*regex));
      });
}

}  // namespace millrace::transform
