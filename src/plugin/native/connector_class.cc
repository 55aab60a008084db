#include "plugin/native/connector_class.h"

#include "plugin/native/config.h"
#include "plugin/native/errors.h"
#include "plugin/native/host_table.h"
#include "plugin/native/instances.h"
#include "plugin/native/tables.h"

namespace millrace::plugin::native {
namespace {

Result<void> require_all(const ConnectorTables& tables) {
  const millrace_connector& connector = tables.connector;
  Result<void> done = require(tables.class_name, "millrace_connector", connector,
                              {{"version", connector.version != nullptr},
                               {"create", connector.create != nullptr},
                               {"destroy", connector.destroy != nullptr}});
  if (!done) return done;
  if ((connector.source == nullptr) == (connector.sink == nullptr)) {
    return fail(
        ErrorKind::bad_config,
        tables.class_name + ": exactly one of millrace_connector::source and ::sink must be set");
  }
  const millrace_source_task& source = tables.source;
  const millrace_sink_task& sink = tables.sink;
  return connector.source != nullptr ? require(tables.class_name, "millrace_source_task", source,
                                               {{"create", source.create != nullptr},
                                                {"start", source.start != nullptr},
                                                {"poll", source.poll != nullptr},
                                                {"destroy", source.destroy != nullptr}})
                                     : require(tables.class_name, "millrace_sink_task", sink,
                                               {{"create", sink.create != nullptr},
                                                {"start", sink.start != nullptr},
                                                {"put", sink.put != nullptr},
                                                {"destroy", sink.destroy != nullptr}});
}

}  // namespace

Result<std::shared_ptr<const ConnectorClass>> NativeConnectorClass::make(
    const std::string& library, const millrace_connector* table) {
  if (table == nullptr)
    return fail(ErrorKind::bad_config,
                library + ": an entry of millrace_plugin::connectors is NULL");
  auto tables = std::make_shared<ConnectorTables>();
  tables->connector = full_table(table);
  const millrace_connector& connector = tables->connector;
  if (connector.class_name == nullptr) {
    return fail(ErrorKind::bad_config,
                library + ": millrace_connector::class_name is required but missing");
  }
  tables->class_name = connector.class_name;
  if (connector.source != nullptr) tables->source = full_table(connector.source);
  if (connector.sink != nullptr) tables->sink = full_table(connector.sink);
  Result<void> complete = require_all(*tables);
  if (!complete) return fail(std::move(complete).error());
  Result<config::ConfigDef> definition = to_config_def(tables->class_name, connector);
  if (!definition) return fail(std::move(definition).error());

  auto made = std::make_shared<NativeConnectorClass>();
  made->tables_ = tables;
  made->type_ = connector.source != nullptr ? ConnectorType::kSource : ConnectorType::kSink;
  made->version_ = connector.version;
  made->location_ = library;
  for (uint32_t i = 0; i < connector.alias_count; ++i)
    made->other_names_.emplace_back(connector.aliases[i]);
  made->config_def_ = std::move(*definition);
  return made;
}

Result<void> NativeConnectorClass::validate(const config::Properties& properties,
                                            std::vector<config::ConfigValue>& values) const {
  if (tables_->connector.validate == nullptr) return {};
  millrace_config config(properties);
  millrace_emitter emitter;
  emitter.values = &values;
  return call_plugin(class_name(), "validate", [&](millrace_error* error) {
    return tables_->connector.validate(host_table(), &config, &emitter, error);
  });
}

ExactlyOnceSupport NativeConnectorClass::exactly_once_support(
    const config::Properties& properties) const {
  int32_t answer = MILLRACE_EXACTLY_ONCE_UNKNOWN;
  millrace_config config(properties);
  (void)call_plugin(class_name(), "exactly_once_support", [&](millrace_error*) {
    if (tables_->connector.exactly_once_support != nullptr)
      answer = tables_->connector.exactly_once_support(host_table(), &config);
    return MILLRACE_OK;
  });
  switch (answer) {
    case MILLRACE_EXACTLY_ONCE_SUPPORTED: return ExactlyOnceSupport::kSupported;
    case MILLRACE_EXACTLY_ONCE_UNSUPPORTED: return ExactlyOnceSupport::kUnsupported;
    default: return ExactlyOnceSupport::kUnknown;
  }
}

bool NativeConnectorClass::can_define_transaction_boundaries(
    const config::Properties& properties) const {
  bool answer = false;
  millrace_config config(properties);
  (void)call_plugin(class_name(), "can_define_transaction_boundaries", [&](millrace_error*) {
    auto* ask = tables_->connector.can_define_transaction_boundaries;
    answer = ask != nullptr && ask(host_table(), &config) != 0;
    return MILLRACE_OK;
  });
  return answer;
}

Result<std::unique_ptr<Connector>> NativeConnectorClass::make_connector(
    std::shared_ptr<ConnectorContext> context) const {
  return make_native_connector(tables_, std::move(context));
}

Result<std::unique_ptr<SourceTask>> NativeConnectorClass::make_source_task(
    std::shared_ptr<SourceTaskContext> context) const {
  if (type_ != ConnectorType::kSource)
    return fail(ErrorKind::fatal, class_name() + " is a sink connector: it has no source tasks");
  return make_native_source_task(tables_, std::move(context));
}

Result<std::unique_ptr<SinkTask>> NativeConnectorClass::make_sink_task(
    std::shared_ptr<SinkTaskContext> context) const {
  if (type_ != ConnectorType::kSink)
    return fail(ErrorKind::fatal, class_name() + " is a source connector: it has no sink tasks");
  return make_native_sink_task(tables_, std::move(context));
}

}  // namespace millrace::plugin::native
