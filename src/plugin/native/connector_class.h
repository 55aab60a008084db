#pragma once
// One connector class of a loaded library.

#include <memory>
#include <string>
#include <vector>

#include "millrace/abi.h"
#include "plugin/connector.h"

namespace millrace::plugin::native {

// A plug-in's tables, in full size: members that it does not know are null.
struct ConnectorTables {
  std::string class_name;
  millrace_connector connector{};
  millrace_source_task source{};
  millrace_sink_task sink{};
};

class NativeConnectorClass : public ConnectorClass {
 public:
  // Checks the tables: an error names the member that is missing. `table` lives for ever.
  static Result<std::shared_ptr<const ConnectorClass>> make(const std::string& library,
                                                            const millrace_connector* table);

  ConnectorType type() const override { return type_; }
  const std::string& class_name() const override { return tables_->class_name; }
  const std::vector<std::string>& other_names() const override { return other_names_; }
  const std::string& version() const override { return version_; }
  const std::string& location() const override { return location_; }
  const config::ConfigDef& config_def() const override { return config_def_; }
  Result<void> validate(const config::Properties& config,
                        std::vector<config::ConfigValue>& values) const override;
  ExactlyOnceSupport exactly_once_support(const config::Properties& config) const override;
  bool can_define_transaction_boundaries(const config::Properties& config) const override;

  Result<std::unique_ptr<Connector>> make_connector(
      std::shared_ptr<ConnectorContext> context) const override;
  Result<std::unique_ptr<SourceTask>> make_source_task(
      std::shared_ptr<SourceTaskContext> context) const override;
  Result<std::unique_ptr<SinkTask>> make_sink_task(
      std::shared_ptr<SinkTaskContext> context) const override;

 private:
  std::shared_ptr<const ConnectorTables> tables_;
  ConnectorType type_ = ConnectorType::kSource;
  std::string version_, location_;
  std::vector<std::string> other_names_;
  config::ConfigDef config_def_;
};

}  // namespace millrace::plugin::native
