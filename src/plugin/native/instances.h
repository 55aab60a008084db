#pragma once
// What the runtime holds of a plug-in's connectors and tasks.

#include <memory>

#include "plugin/connector.h"
#include "plugin/native/connector_class.h"

namespace millrace::plugin::native {

using TablesRef = std::shared_ptr<const ConnectorTables>;

Result<std::unique_ptr<Connector>> make_native_connector(TablesRef tables,
                                                         std::shared_ptr<ConnectorContext> context);
Result<std::unique_ptr<SourceTask>> make_native_source_task(
    TablesRef tables, std::shared_ptr<SourceTaskContext> context);
Result<std::unique_ptr<SinkTask>> make_native_sink_task(TablesRef tables,
                                                        std::shared_ptr<SinkTaskContext> context);

}  // namespace millrace::plugin::native
