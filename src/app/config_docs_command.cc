// `millrace config-docs`: docs/configuration.md, from the tables that the configuration is checked
// with. For who works on Millrace: the other commands' help does not name it.

#include <algorithm>
#include <cstdio>

#include "app/command_line.h"
#include "config/connector_config.h"
#include "config/worker_config.h"
#include "convert/converter.h"
#include "herder/converter_keys.h"
#include "transform/transform.h"

namespace millrace::app {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

std::string_view importance_name(config::Importance importance) {
  switch (importance) {
    case config::Importance::kHigh: return "high";
    case config::Importance::kMedium: return "medium";
    case config::Importance::kLow: return "low";
  }
  return "low";
}

// Of a Markdown table: no bars, no line breaks, nothing that looks like a tag.
std::string cell(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '|') {
      out += "\\|";
    } else if (c == '<') {
      out += "&lt;";
    } else {
      out.push_back(c == '\n' ? ' ' : c);
    }
  }
  return out;
}

std::string default_of(const config::ConfigKey& key) {
  if (key.required) return "*required*";
  if (!key.default_value) return "null";
  return key.default_value->empty() ? "\"\"" : "`" + cell(*key.default_value) + "`";
}

void add_table(std::string& out, const std::vector<config::ConfigKey>& keys) {
  out += "\n| Key | Type | Default | Importance | What it is |\n|---|---|---|---|---|\n";
  for (const config::ConfigKey& key : keys) {
    if (key.internal) continue;
    out += "| `" + cell(key.name) + "` | " + lower(config::type_name(key.type)) + " | " +
           default_of(key) + " | " + std::string(importance_name(key.importance)) + " | " +
           cell(key.documentation);
    if (!key.valid_values.empty()) out += " Valid: " + cell(key.valid_values) + ".";
    out += " |\n";
  }
}

using Keys = std::vector<config::ConfigKey>;

void add_both_kinds(std::string& out, const Keys& source, const Keys& sink) {
  auto has = [](const Keys& keys, const std::string& name) {
    return std::any_of(keys.begin(), keys.end(),
                       [&](const config::ConfigKey& key) { return key.name == name; });
  };
  Keys both, only_source, only_sink;
  for (const config::ConfigKey& key : source)
    (has(sink, key.name) ? both : only_source).push_back(key);
  for (const config::ConfigKey& key : sink)
    if (!has(source, key.name)) only_sink.push_back(key);
  add_table(out, both);
  out += "\n### Source connectors\n";
  add_table(out, only_source);
  out += "\n### Sink connectors\n";
  add_table(out, only_sink);
}

void add_connectors(std::string& out) {
  using config::ConnectorKind;
  out += "\n## Every connector\n";
  add_both_kinds(out, config::connector_config_def(ConnectorKind::kSource, {}, {}).keys(),
                 config::connector_config_def(ConnectorKind::kSink, {}, {}).keys());
  out +=
      "\n## Every connector: keys of Millrace's own\n\nThe Java worker passes them over. "
      "Validation lists those that a configuration sets.\n";
  add_both_kinds(out, config::own_connector_keys(ConnectorKind::kSource).keys(),
                 config::own_connector_keys(ConnectorKind::kSink).keys());
}

void add_classes(std::string& out) {
  out +=
      "\n## Converters\n\nTheir keys have the prefix `key.converter.`, `value.converter.` or "
      "`header.converter.`.\n";
  for (const convert::ConverterClass& each : convert::converter_classes()) {
    out += "\n### " + std::string(each.class_name) + "\n";
    add_table(out, herder::converter_config_def(each.class_name).keys());
  }
  out += "\n## Transformations\n\nTheir keys have the prefix `transforms.ALIAS.`.\n";
  for (const auto& each : transform::transform_classes()) {
    out += "\n### " + each.class_name + "\n";
    if (each.config_def->keys().empty())
      out += "\nIt has no keys.\n";
    else
      add_table(out, each.config_def->keys());
  }
  out += "\n## Predicates\n\nTheir keys have the prefix `predicates.ALIAS.`.\n";
  for (const auto& each : transform::predicate_classes()) {
    out += "\n### " + each.class_name + "\n";
    if (each.config_def->keys().empty())
      out += "\nIt has no keys.\n";
    else
      add_table(out, each.config_def->keys());
  }
}

}  // namespace

std::string configuration_markdown() {
  std::string out =
      "# Configuration\n\n"
      "Made by `millrace config-docs` from the tables that configurations are checked with; not "
      "edited by hand.\n\n"
      "Values of any key may hold variables `${provider:path:key}` of the providers that "
      "`config.providers` names, with `config.providers.NAME.class` and "
      "`config.providers.NAME.param.*`:\n\n"
      "| Class `org.apache.kafka.common.config.provider.` | Variable | Parameters "
      "|\n|---|---|---|\n"
      "| `FileConfigProvider` | `${NAME:FILE:KEY}`: a key of a properties file | `allowed.paths`: "
      "files and folders that may be read, separated by commas |\n"
      "| `DirectoryConfigProvider` | `${NAME:FOLDER:FILE}`: the whole text of a file | "
      "`allowed.paths` |\n"
      "| `EnvVarConfigProvider` | `${NAME:VARIABLE}`: of the environment | `allowlist.pattern`: a "
      "regular expression for names that may be read |\n\n"
      "The settings of https listeners are the worker's `ssl.` keys, or, where any has that "
      "prefix, "
      "those with `listeners.https.` alone (`admin.listeners.https.` for `admin.listeners`). Key "
      "and trust stores are PEM or PKCS12 files.\n"
      "\n## Worker\n";
  add_table(out, config::worker_config_def(config::WorkerMode::kStandalone).keys());
  out +=
      "\n### Distributed workers\n\nBeside the keys above, but for "
      "`offset.storage.file.filename`:\n";
  add_table(out, config::distributed_only_config_def().keys());
  add_connectors(out);
  add_classes(out);
  return out;
}

int config_docs_command() {
  std::fputs(configuration_markdown().c_str(), stdout);
  return 0;
}

}  // namespace millrace::app
