#include "app/worker_file.h"

#include "base/properties.h"
#include "base/redaction.h"
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

Result<config::WorkerConfig> read_worker_file(const std::string& path, config::WorkerMode mode) {
  Result<PropertiesFile> file = read_properties_file(path);
  if (!file) return fail(std::move(file).error());
  auto resolver = config::make_config_resolver(file->values);
  if (!resolver) return fail(std::move(resolver).error().within(path));
  Result<config::Resolution> resolution = (*resolver)->resolution(file->values);
  if (!resolution) return fail(std::move(resolution).error().within(path));
  redaction::note({}, resolution->secrets);
  const config::Properties* properties = &resolution->values;
  std::vector<WorkerConfigProblem> problems = config::check_worker_config(*properties, mode);
  check_converters(*properties, problems);
  if (problems.empty()) return config::make_worker_config(*properties, mode);
  std::string message;
  for (const WorkerConfigProblem& problem : problems) {
    if (!message.empty()) message += '\n';
    message += path;
    if (auto line = file->lines.find(problem.key); line != file->lines.end())
      message += ":" + std::to_string(line->second);
    message += ": " + redaction::without(problem.message, resolution->secrets);
  }
  return fail(ErrorKind::bad_config, message);
}

}  // namespace millrace::app
