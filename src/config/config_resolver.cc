#include "config/config_resolver.h"

#include <optional>

#include "base/text_list.h"
#include "config/config_provider.h"

namespace millrace::config {
namespace {

struct Variable {
  size_t begin, end;  // in the text, with ${ and }
  std::string provider, path, key;
};

// The next one at or after `from`. Java: \$\{([^}]*?):(([^}]*?):)?([^}]*?)\}
std::optional<Variable> next_variable(std::string_view text, size_t from) {
  for (size_t begin = text.find("${", from); begin != text.npos; begin = text.find("${", begin)) {
    const size_t close = text.find('}', begin + 2);
    if (close == text.npos) return std::nullopt;
    const std::string_view inner = text.substr(begin + 2, close - begin - 2);
    const size_t first = inner.find(':');
    if (first == inner.npos) {
      begin = close;
      continue;
    }
    Variable variable{begin, close + 1, std::string(inner.substr(0, first)), "", ""};
    std::string_view rest = inner.substr(first + 1);
    if (const size_t second = rest.find(':'); second != rest.npos) {
      variable.path = rest.substr(0, second);
      rest.remove_prefix(second + 1);
    }
    variable.key = rest;
    return variable;
  }
  return std::nullopt;
}

class ProviderResolver : public ConfigResolver {
 public:
  explicit ProviderResolver(std::map<std::string, std::unique_ptr<ConfigProvider>> providers)
      : providers_(std::move(providers)) {}

  Result<Properties> resolve(const Properties& properties) override {
    Result<Resolution> all = resolution(properties);
    if (!all) return fail(std::move(all).error());
    return std::move(all->values);
  }

  Result<Resolution> resolution(const Properties& properties) override {
    Resolution result;
    Result<Lookups> lookups = look_up(properties, result);
    if (!lookups) return fail(std::move(lookups).error());
    for (const auto& [key, text] : properties)
      result.values.emplace(key, replaced(key, text, *lookups, result));
    return result;
  }

 private:
  using Place = std::pair<std::string, std::string>;  // provider, path
  using Lookups = std::map<Place, Properties>;

  // Each file is read once, so that the values of one resolution belong together.
  Result<Lookups> look_up(const Properties& properties, Resolution& result) const {
    std::map<Place, std::set<std::string>> wanted;
    for (const auto& [key, text] : properties)
      for (auto variable = next_variable(text, 0); variable;
           variable = next_variable(text, variable->end))
        if (providers_.count(variable->provider) != 0)
          wanted[{variable->provider, variable->path}].insert(variable->key);
    Lookups lookups;
    for (const auto& [place, keys] : wanted) {
      Result<ProvidedValues> provided = providers_.at(place.first)->get(place.second, keys);
      if (!provided) return fail(std::move(provided).error());
      if (provided->time_to_live) result.times_to_live[place.second] = *provided->time_to_live;
      lookups.emplace(place, std::move(provided->values));
    }
    return lookups;
  }

  static std::string replaced(const std::string& key, const std::string& text,
                              const Lookups& lookups, Resolution& result) {
    std::string out;
    size_t done = 0;
    bool any = false;
    for (auto variable = next_variable(text, 0); variable;
         variable = next_variable(text, variable->end)) {
      auto place = lookups.find({variable->provider, variable->path});
      if (place == lookups.end()) continue;
      auto value = place->second.find(variable->key);
      if (value == place->second.end()) continue;
      out.append(text, done, variable->begin - done).append(value->second);
      done = variable->end;
      any = true;
      result.secrets.push_back(value->second);
      // Settings are trimmed where they are parsed: so they may be named.
      result.secrets.emplace_back(trim(value->second));
    }
    if (!any) return text;
    result.resolved_keys.insert(key);
    return out.append(text, done);
  }

  const std::map<std::string, std::unique_ptr<ConfigProvider>> providers_;
};

}  // namespace

Result<std::shared_ptr<ConfigResolver>> make_config_resolver(const Properties& worker_properties) {
  auto declared = worker_properties.find("config.providers");
  std::map<std::string, std::unique_ptr<ConfigProvider>> providers;
  if (declared != worker_properties.end()) {
    for (const std::string& name : split_list(declared->second, EmptyItems::kLeftOut)) {
      const std::string prefix = "config.providers." + name + ".", key = prefix + "class";
      const std::string parameter_prefix = prefix + "param.";
      auto class_name = worker_properties.find(key);
      if (class_name == worker_properties.end())
        return fail(ErrorKind::bad_config, "Missing required configuration \"" + key +
                                               "\": config.providers names the provider '" + name +
                                               "'");
      Properties parameters;
      for (const auto& [given, value] : worker_properties)
        if (given.starts_with(parameter_prefix))
          parameters.emplace(given.substr(parameter_prefix.size()), value);
      const std::string named(trim(class_name->second));
      auto provider = make_config_provider(named, parameters);
      if (!provider)
        return fail(ErrorKind::bad_config, "Invalid value " + named + " for configuration " + key +
                                               ": " + provider.error().message());
      providers.emplace(name, *std::move(provider));
    }
  }
  if (providers.empty()) return std::make_shared<IdentityResolver>();
  return std::make_shared<ProviderResolver>(std::move(providers));
}

bool has_variables(std::string_view text) { return next_variable(text, 0).has_value(); }

void restore_variables(const Properties& raw_connector_config, Properties& task_config) {
  for (const auto& [key, raw] : raw_connector_config)
    if (auto found = task_config.find(key); found != task_config.end() && has_variables(raw))
      found->second = raw;
}

}  // namespace millrace::config
