#include "app/connector_file.h"

#include "base/file_bytes.h"
#include "base/properties.h"
#include "rest/json_value.h"

namespace millrace::app {
namespace {

Failure without_name(const std::string& path) {
  return fail(ErrorKind::bad_config, "Connector configuration at '" + path +
                                         "' is missing the mandatory 'name' configuration");
}

// nullopt: not an object of texts. Nulls are left out: a file cannot mean them.
std::optional<config::Properties> to_properties(const JsonValue& json) {
  if (!json.is_object()) return {};
  config::Properties properties;
  for (const auto& [key, value] : json.members) {
    if (!value.is_scalar()) return {};
    if (!value.is_null()) properties[key] = value.text;
  }
  return properties;
}

Result<ConnectorFile> with_name(config::Properties config, const std::string& path) {
  auto name = config.find("name");
  if (name == config.end()) return without_name(path);
  ConnectorFile file;
  file.name = name->second;
  file.config = std::move(config);
  return file;
}

Result<std::optional<runtime::TargetState>> initial_state(const JsonValue& request,
                                                          const std::string& path) {
  const JsonValue* state = request.find("initial_state");
  if (state == nullptr || state->is_null()) return std::nullopt;
  std::string text = state->text;
  for (char& c : text) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  if (text == "RUNNING") return runtime::TargetState::kStarted;
  if (text == "PAUSED") return runtime::TargetState::kPaused;
  if (text == "STOPPED") return runtime::TargetState::kStopped;
  return fail(ErrorKind::bad_config, "initial_state at '" + path +
                                         "' must be RUNNING, PAUSED or STOPPED, not '" +
                                         state->text + "'");
}

// {"name", "config"}; unknown members are tolerated here, as in Java.
Result<std::optional<ConnectorFile>> as_request(const JsonValue& json, const std::string& path) {
  const JsonValue* name = json.find("name");
  const JsonValue* config = json.find("config");
  if (config == nullptr || (name != nullptr && !name->is_scalar())) return std::nullopt;
  std::optional<config::Properties> properties = to_properties(*config);
  if (!properties) return std::nullopt;
  ConnectorFile file;
  file.name = name == nullptr ? "" : name->text;
  auto inside = properties->emplace("name", file.name).first;
  if (inside->second != file.name)
    return fail(ErrorKind::bad_config,
                "Connector name configuration in 'config' doesn't match the one specified in "
                "'name' at '" +
                    path + "'");
  file.config = *std::move(properties);
  auto state = initial_state(json, path);
  if (!state) return fail(std::move(state).error());
  file.initial_state = *state;
  return std::optional(std::move(file));
}

bool looks_like_json(const std::string& text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string::npos && text[first] == '{';
}

}  // namespace

Result<ConnectorFile> parse_connector_file(const std::string& text, const std::string& path) {
  Result<JsonValue> json = rest::parse_json(text);
  if (json && json->is_object()) {
    if (std::optional<config::Properties> flat = to_properties(*json))
      return with_name(*std::move(flat), path);
    Result<std::optional<ConnectorFile>> request = as_request(*json, path);
    if (!request) return fail(std::move(request).error());
    if (*request) return **std::move(request);
  }
  // Java reads even broken JSON as properties, and then misses the name. Say what is the matter.
  if (looks_like_json(text))
    return fail(ErrorKind::bad_config,
                "Connector configuration at '" + path +
                    "' is no JSON object of texts, nor {\"name\", \"config\"}" +
                    (json ? std::string() : ": " + json.error().message()));
  Result<PropertiesFile> properties = parse_properties_file(text, path);
  if (!properties) return fail(std::move(properties).error());
  return with_name(std::move(properties->values), path);
}

Result<ConnectorFile> read_connector_file(const std::string& path) {
  Result<std::string> bytes = read_file_bytes(path);
  if (!bytes) return fail(std::move(bytes).error());
  return parse_connector_file(*bytes, path);
}

}  // namespace millrace::app
