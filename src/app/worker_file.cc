#include "app/worker_file.h"

#include "base/properties.h"
#include "config/config_resolver.h"
#include "convert/converter.h"

namespace millrace::app {
namespace {

using config::WorkerConfigProblem;

// The table cannot know which converters there are.
void check_converters(const config::Properties& properties,
                      std::vector<WorkerConfigProblem>& problems) {
  for (const char* key : {"key.converter", "value.converter", "header.converter"}) {
    auto given = properties.find(key);
    if (given == properties.end()) continue;
    const convert::ConverterClass* found = convert::find_converter(config::trim(given->second));
    const bool header = std::string_view(key) == "header.converter";
    if (found != nullptr && (header ? found->header : found->key_value)) continue;
    problems.push_back(
        {key, config::invalid_value(key, given->second,
                                    "Class " + given->second + " could not be found.")});
  }
}

}  // namespace

Result<config::WorkerConfig> read_worker_file(const std::string& path) {
  Result<PropertiesFile> file = read_properties_file(path);
  if (!file) return fail(std::move(file).error());
  config::IdentityResolver resolver;
  Result<config::Properties> properties = resolver.resolve(file->values);
  if (!properties) return fail(std::move(properties).error().within(path));
  std::vector<WorkerConfigProblem> problems = config::check_worker_config(*properties);
  check_converters(*properties, problems);
  if (problems.empty()) return config::make_worker_config(*properties);
  std::string message;
  for (const WorkerConfigProblem& problem : problems) {
    if (!message.empty()) message += '\n';
    message += path;
    if (auto line = file->lines.find(problem.key); line != file->lines.end())
      message += ":" + std::to_string(line->second);
    message += ": " + problem.message;
  }
  return fail(ErrorKind::bad_config, message);
}

}  // namespace millrace::app
