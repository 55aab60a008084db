#include "runtime/task_pipelines.h"

#include "config/client_config.h"
#include "runtime/java_names.h"
#include "transform/transform.h"

namespace millrace::runtime {
namespace {

using convert::Role;

Result<pipeline::NamedConverter> make_one(const config::WorkerConfig& worker,
                                          const config::Properties& connector_config,
                                          const std::string& key, const std::string& type,
                                          Role role, const std::string& worker_class) {
  // A connector that sets only `value.converter.schemas.enable` changes nothing: settings belong to
  // the converter of their own level.
  auto own = connector_config.find(key);
  const bool at_connector = own != connector_config.end();
  const std::string class_name(config::trim(at_connector ? own->second : worker_class));
  convert::ConverterConfig settings = at_connector
                                          ? config::with_prefix(connector_config, key + ".")
                                          : worker.originals_with_prefix(key + ".");
  settings["converter.type"] = type;
  Result<std::unique_ptr<convert::Converter>> made =
      convert::make_converter(class_name, role, settings);
  if (!made) {
    // Exceptions of the class itself come as they are, as in Java.
    if (!made.error().exception_class().ends_with(".ConfigException"))
      return fail(std::move(made).error());
    return fail(
        std::move(made).error().within("The " + key + " '" + class_name + "' cannot be used"));
  }
  pipeline::NamedConverter named;
  named.converter = *std::move(made);
  const convert::ConverterClass* known = convert::find_converter(class_name);
  named.class_name = known != nullptr ? std::string(known->class_name) : class_name;
  return named;
}

Result<pipeline::Converters> make_converters(const config::WorkerConfig& worker,
                                             const config::Properties& connector_config) {
  pipeline::Converters converters;
  auto key =
      make_one(worker, connector_config, "key.converter", "key", Role::kKey, worker.key_converter);
  if (!key) return fail(std::move(key).error());
  auto value = make_one(worker, connector_config, "value.converter", "value", Role::kValue,
                        worker.value_converter);
  if (!value) return fail(std::move(value).error());
  auto header = make_one(worker, connector_config, "header.converter", "header", Role::kHeader,
                         worker.header_converter);
  if (!header) return fail(std::move(header).error());
  converters.key = *std::move(key);
  converters.value = *std::move(value);
  converters.header = *std::move(header);
  return converters;
}

}  // namespace

Result<PipelineParts> make_pipeline_parts(const config::WorkerConfig& worker,
                                          const config::Properties& connector_config,
                                          transform::Chaining chaining) {
  auto converters = make_converters(worker, connector_config);
  if (!converters) return fail(std::move(converters).error());
  auto transforms = transform::make_transforms(connector_config, chaining);
  // As ConnectorConfig.transformationStages: whatever it was, a ConnectException around it.
  if (!transforms) {
    Error why = std::move(transforms).error();
    std::string message = std::string(why.exception_class()) + ": " + why.message();
    return fail(
        Error(why.kind(), std::move(message), java::kConnectException).caused_by(std::move(why)));
  }
  return PipelineParts{*std::move(converters), *std::move(transforms)};
}

}  // namespace millrace::runtime
