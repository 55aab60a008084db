#include <cstdio>

#include "app/command_line.h"
#include "app/plugin_folders.h"
#include "config/config_def.h"
#include "convert/converter.h"
#include "plugin/catalogue.h"

namespace millrace::app {
namespace {

void print(const char* type, const std::string& name, const std::string& version,
           const std::string& location) {
  std::printf("%-16s  %-62s  %-9s  %s\n", type, name.c_str(), version.c_str(), location.c_str());
}

Result<std::vector<std::string>> plugin_path(const std::vector<std::string>& arguments) {
  std::vector<std::string> folders;
  for (size_t i = 0; i < arguments.size(); ++i) {
    std::string given;
    if (arguments[i] == "--plugin-path" && i + 1 < arguments.size())
      given = arguments[++i];
    else if (arguments[i].rfind("--plugin-path=", 0) == 0)
      given = arguments[i].substr(14);
    else
      return fail(ErrorKind::bad_config,
                  "unknown argument '" + arguments[i] +
                      "'; usage: millrace plugins [--plugin-path FOLDER,...]");
    config::ConfigKey list;
    list.type = config::Type::kList;
    if (auto value = config::parse_value(list, given))
      folders.insert(folders.end(), value->list.begin(), value->list.end());
  }
  return folders;
}

}  // namespace

int plugins_command(const std::vector<std::string>& arguments) {
  Result<std::vector<std::string>> path = plugin_path(arguments);
  if (!path) {
    complain(path.error().message());
    return kUsageError;
  }
  const auto plugins = plugin::Catalogue::scan(plugin_folders(*path));
  for (const auto& each : plugins.classes()) {
    const char* type = each->type() == plugin::ConnectorType::kSource ? "source" : "sink";
    print(type, each->class_name(), each->version(), each->location());
    for (const std::string& other : each->other_names())
      print(type, other, each->version(), "the same");
  }
  for (const convert::ConverterClass& each : convert::converter_classes())
    print(each.key_value ? "converter" : "header_converter", std::string(each.class_name),
          MILLRACE_VERSION, "built in");
  for (const plugin::RejectedLibrary& each : plugins.rejected())
    complain(each.path + ": " + each.reason);
  return 0;
}

}  // namespace millrace::app
