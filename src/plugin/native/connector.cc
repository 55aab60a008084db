#include "plugin/native/config.h"
#include "plugin/native/instance.h"
#include "plugin/native/instances.h"

namespace millrace::plugin::native {
namespace {

class NativeConnector : public Connector {
 public:
  NativeConnector(TablesRef tables, std::shared_ptr<const ContextTarget> target)
      : tables_(std::move(tables)),
        table_(tables_->connector),
        instance_(tables_->class_name, std::move(target), table_.destroy) {}

  Result<void> create() { return instance_.create(table_.create); }

  Result<void> start(const config::Properties& properties) override {
    properties_ = properties;
    if (table_.start == nullptr) return {};
    millrace_config config(properties_);
    return instance_.call("start", [&](millrace_error* error) {
      return table_.start(instance_.self(), &config, error);
    });
  }

  Result<std::vector<config::Properties>> task_configs(int32_t tasks_max) override {
    if (table_.task_configs == nullptr) return std::vector<config::Properties>{properties_};
    millrace_emitter emitter;
    Result<void> done = instance_.call("task_configs", [&](millrace_error* error) {
      return table_.task_configs(instance_.self(), tasks_max, &emitter, error);
    });
    if (!done) return fail(std::move(done).error());
    return std::move(emitter.configs);
  }

  void stop() override { instance_.call_void("stop", table_.stop); }

  Result<bool> alter_offsets(const config::Properties& properties,
                             std::span<const OffsetChange> changes) override {
    if (table_.alter_offsets == nullptr) return false;
    std::vector<data::Cell> partitions, offsets;
    for (const OffsetChange& change : changes) {
      partitions.push_back(change.partition);
      offsets.push_back(change.offset);
    }
    millrace_config config(properties);
    int32_t handled = 0;
    Result<void> done = instance_.call("alter_offsets", [&](millrace_error* error) {
      return table_.alter_offsets(instance_.self(), &config, partitions.data(), offsets.data(),
                                  changes.size(), &handled, error);
    });
    if (!done) return fail(std::move(done).error());
    return handled != 0;
  }

 private:
  TablesRef tables_;
  const millrace_connector& table_;
  config::Properties properties_;
  Instance instance_;
};

}  // namespace

Result<std::unique_ptr<Connector>> make_native_connector(
    TablesRef tables, std::shared_ptr<ConnectorContext> context) {
  auto target = std::make_shared<const ContextTarget>(
      ContextTarget{context, context.get(), nullptr,
                    Logger(tables->class_name, context->log_context()), tables->class_name});
  auto connector = std::make_unique<NativeConnector>(std::move(tables), std::move(target));
  Result<void> created = connector->create();
  if (!created) return fail(std::move(created).error());
  return connector;
}

}  // namespace millrace::plugin::native
