#include "herder/offset_changes.h"

#include <algorithm>

#include "base/arena.h"
#include "config/client_config.h"
#include "herder/pending.h"
#include "runtime/connector_check.h"
#include "runtime/connector_context.h"
#include "runtime/connector_offsets.h"
#include "runtime/java_names.h"
#include "runtime/source_offset.h"
#include "runtime/source_transaction.h"

namespace millrace::herder {
namespace {

using OffsetChange = plugin::Connector::OffsetChange;
using runtime::java::kConnectException;

// Of an instance that is asked about offsets alone: it never runs, so there is nothing to request.
class AskedContext : public plugin::ConnectorContext {
 public:
  AskedContext(const std::string& connector, std::shared_ptr<runtime::OffsetStore> offsets)
      : connector_(connector),
        log_context_("[" + connector + "|worker] "),
        offsets_(std::move(offsets)) {}
  const std::string& log_context() const override { return log_context_; }
  void count(std::string_view, double) override {}
  Result<void> read_offsets(
      std::span<const data::Cell> partitions,
      const std::function<void(size_t index, const data::Cell& offset)>& found) override {
    return runtime::read_stored_offsets(*offsets_, connector_, partitions, found);
  }
  void request_task_reconfiguration() override {}
  void raise_error(Error) override {}

 private:
  const std::string connector_, log_context_;
  const std::shared_ptr<runtime::OffsetStore> offsets_;
};

constexpr std::string_view kConnectErrors = "org.apache.kafka.connect.";

std::string not_modified(const OffsetChangeRequest& request, const char* type) {
  return std::string("Failed to modify offsets for ") + type + " connector " + request.connector;
}

Failure failed(const OffsetChangeRequest& request, const char* type, Error cause) {
  return fail(Error(ErrorKind::fatal, not_modified(request, type), kConnectException)
                  .caused_by(std::move(cause)));
}

Result<bool> ask_connector(std::shared_ptr<runtime::OffsetStore> store,
                           const plugin::ConnectorClass& type, const OffsetChangeRequest& request,
                           const Properties& config, std::span<const OffsetChange> changes) {
  auto connector =
      type.make_connector(std::make_shared<AskedContext>(request.connector, std::move(store)));
  if (!connector) return fail(as_server_error(connector.error()));
  auto handled = (*connector)->alter_offsets(config, changes);
  if (!handled) {
    const bool source = type.type() == plugin::ConnectorType::kSource;
    return fail(maybe_wrapped(std::move(handled).error(),
                              not_modified(request, source ? "source" : "sink")));
  }
  return *handled;
}

std::string done_message(bool handled, bool reset) {
  const std::string what = reset ? "reset" : "altered";
  if (handled) return "The offsets for this connector have been " + what + " successfully";
  return "The Connect framework-managed offsets for this connector have been " + what +
         " successfully. However, if this connector manages offsets externally, they will need to "
         "be manually " +
         what + " in the system that the connector uses.";
}

// ---- Sources

struct SourceChanges {
  Arena arena;
  std::vector<OffsetChange> changes;
  std::vector<runtime::OffsetEntry> entries;

  Result<void> add(const std::string& connector, const Offset& offset) {
    auto partition = runtime::parse_offset(offset.partition_json, arena);
    if (!partition) return fail(as_server_error(partition.error()));
    auto value = runtime::parse_offset(offset.offset_json, arena);
    if (!value) return fail(as_server_error(value.error()));
    auto key = runtime::offset_key(connector, &*partition);
    if (!key) return fail(as_server_error(key.error()));
    auto text = runtime::offset_value(&*value);
    if (!text) return fail(as_server_error(text.error()));
    // Of a partition that is named twice the last offset counts.
    for (size_t i = 0; i < entries.size(); ++i)
      if (entries[i].key == *key) {
        changes[i].offset = *value;
        entries[i].value = *text;
        return {};
      }
    changes.push_back({*partition, *value});
    entries.push_back({*std::move(key), *std::move(text)});
    return {};
  }
};

Result<std::vector<Offset>> all_reset(runtime::OffsetStore& store, const std::string& connector) {
  auto entries = store.entries_of(connector);
  if (!entries) return fail(std::move(entries).error());
  std::vector<Offset> offsets;
  for (const runtime::OffsetEntry& each : *entries)
    if (auto partition = partition_of_key(connector, each.key))
      offsets.push_back({*std::move(partition), "null"});
  return offsets;
}

Result<void> store_entries(runtime::OffsetStore& store, std::vector<runtime::OffsetEntry> entries,
                           Herder::Deadline deadline) {
  auto stored = Pending<bool>::make();
  store.set(std::move(entries), [stored](const Result<void>& done) {
    if (done)
      stored->answer(true);
    else
      stored->answer(fail(Error(done.error())));
  });
  store.hurry();
  auto done = stored->wait(deadline);
  if (!done) return fail(std::move(done).error());
  return {};
}

// By a producer of the first task's: whichever is still running is shut out with that.
Result<void> store_in_transaction(const runtime::WorkerParts& parts,
                                  const OffsetChangeRequest& request, const Properties& producing,
                                  const runtime::ConnectorOffsets& place,
                                  std::vector<runtime::OffsetEntry> entries) {
  const std::string context = "[" + request.connector + "|worker] ";
  auto producer = parts.clients->make_producer(producing, context);
  if (!producer) return fail(std::move(producer).error());
  runtime::SourceTransaction transaction(place.topic, place.second, context);
  return runtime::write_in_transaction(**producer, transaction, std::move(entries),
                                       request.deadline);
}

// Of the connector's first task. Java makes such a producer whatever there is to change, and so
// finds fault with its settings.
Result<Properties> producing(const runtime::WorkerParts& parts, const OffsetChangeRequest& request,
                             const Properties& config) {
  auto properties = runtime::source_producer_properties(parts, config, {request.connector, 0});
  if (!properties) return fail(as_server_error(properties.error()));
  if (auto checked = parts.clients->check_producer(*properties); !checked)
    return fail(as_server_error(checked.error()));
  return properties;
}

Result<std::string> change_source(const runtime::WorkerParts& parts,
                                  const plugin::ConnectorClass& type,
                                  const OffsetChangeRequest& request, const Properties& config) {
  const bool reset = !request.offsets;
  auto properties = producing(parts, request, config);
  if (!properties) return fail(std::move(properties).error());
  auto place = runtime::offsets_of_connector(parts, request.connector, config);
  if (!place) return failed(request, "source", std::move(place).error());
  const std::shared_ptr<runtime::OffsetStore> store = place->store;
  if (auto started = store->start(); !started)
    return fail(maybe_wrapped(std::move(started).error(), not_modified(request, "source")));
  auto offsets =
      reset ? all_reset(*store, request.connector) : Result<std::vector<Offset>>(*request.offsets);
  if (!offsets) return failed(request, "source", std::move(offsets).error());
  SourceChanges changes;
  for (const Offset& offset : *offsets)
    if (auto added = changes.add(request.connector, offset); !added)
      return fail(std::move(added).error());
  auto handled = ask_connector(store, type, request, config, changes.changes);
  if (!handled) return fail(std::move(handled).error());
  if (!changes.entries.empty()) {
    auto done =
        runtime::delivers_exactly_once(parts)
            ? store_in_transaction(parts, request, *properties, *place, std::move(changes.entries))
            : store_entries(*store, std::move(changes.entries), request.deadline);
    if (!done) return failed(request, "source", std::move(done).error());
  }
  return done_message(*handled, reset);
}

// ---- Sinks

// Java: Worker.alterSinkConnectorOffsets, resetSinkConnectorOffsets.
Error not_changed(const OffsetChangeRequest& request, bool reset, Error cause) {
  const std::string what = reset ? "reset" : "alter";
  std::string message =
      "Failed to " + what + " consumer group offsets for connector " + request.connector;
  if (cause.kind() == ErrorKind::conflict)  // the group has members
    message +=
        " either because its tasks haven't stopped completely yet or the connector was "
        "resumed before the request to " +
        what +
        " its offsets could be successfully completed. If the connector is in a stopped "
        "state, this operation can be safely retried. If it doesn't eventually succeed, the "
        "Connect cluster may need to be restarted to get rid of the zombie sink tasks.";
  return Error(ErrorKind::fatal, std::move(message), kConnectException).caused_by(std::move(cause));
}

Result<std::string> change_sink(const runtime::WorkerParts& parts,
                                const plugin::ConnectorClass& type,
                                const OffsetChangeRequest& request, const Properties& config) {
  const bool reset = !request.offsets;
  auto opened = open_sink_group(parts, request.connector, config);
  if (!opened) return failed(request, "sink", std::move(opened).error());
  kafka::Admin& admin = *opened->admin;
  auto offsets = reset ? admin.group_offsets(opened->group, time_until(request.deadline))
                       : parse_sink_offsets(*request.offsets);
  if (!offsets && reset)
    return fail(Error(ErrorKind::fatal,
                      "Failed to list offsets prior to resetting offsets for sink connector " +
                          request.connector,
                      kConnectException)
                    .caused_by(std::move(offsets).error()));
  // Java wraps what is none of Connect's exceptions.
  if (!offsets && !offsets.error().exception_class().starts_with(kConnectErrors))
    return failed(request, "sink", std::move(offsets).error());
  if (!offsets) return fail(std::move(offsets).error());

  Arena arena;
  std::vector<OffsetChange> changes;
  std::vector<kafka::TopicPartitionOffset> altered;
  std::vector<kafka::TopicPartition> removed;
  for (const kafka::TopicPartitionOffset& each : *offsets) {
    const bool forgotten = reset || each.offset < 0;
    auto* cells = arena.allocate_array<data::Cell>(6);
    cells[0] = data::string_cell("kafka_topic");
    cells[1] = data::string_cell(each.partition.topic);
    cells[2] = data::string_cell("kafka_partition");
    cells[3] = data::int32_cell(each.partition.partition);
    cells[4] = data::string_cell("kafka_offset");
    cells[5] = data::int64_cell(each.offset);
    changes.push_back(
        {data::nested_cell(data::Kind::kMap, cells, 2),
         forgotten ? data::null_cell() : data::nested_cell(data::Kind::kMap, cells + 4, 1)});
    if (forgotten)
      removed.push_back(each.partition);
    else
      altered.push_back(each);
  }
  auto handled = ask_connector(parts.offsets, type, request, config, changes);
  if (!handled) return fail(std::move(handled).error());

  Result<void> done;
  if (reset) {
    done = admin.delete_group(opened->group, time_until(request.deadline));
  } else {
    done = admin.alter_group_offsets(opened->group, altered, time_until(request.deadline));
    if (done)
      done = admin.delete_group_offsets(opened->group, removed, time_until(request.deadline));
  }
  if (!done) return fail(not_changed(request, reset, std::move(done).error()));
  return done_message(*handled, reset);
}

}  // namespace

Error as_server_error(const Error& error) {
  return {ErrorKind::fatal, error.message(), kConnectException};
}

Error maybe_wrapped(Error error, std::string message) {
  if (error.exception_class().starts_with(kConnectErrors)) return as_server_error(error);
  return Error(ErrorKind::fatal, std::move(message), kConnectException).caused_by(std::move(error));
}

std::chrono::milliseconds time_until(Herder::Deadline deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      deadline - std::chrono::steady_clock::now());
  return std::max(left, std::chrono::milliseconds(1));
}

std::optional<std::string> partition_of_key(const std::string& connector, const std::string& key) {
  // The key is `["NAME",PARTITION]`.
  const std::string prefix = runtime::offset_key_prefix(connector);
  if (key.size() <= prefix.size()) return {};
  return key.substr(prefix.size(), key.size() - prefix.size() - 1);
}

Result<SinkGroup> open_sink_group(const runtime::WorkerParts& parts, const std::string& connector,
                                  const Properties& config) {
  auto properties = config::admin_properties(
      parts.config, config, "connector-adminclient-" + connector, parts.client_overrides);
  if (!properties) return fail(std::move(properties).error());
  auto admin = parts.clients->make_admin(*properties, "[" + connector + "|worker] ");
  if (!admin) return fail(std::move(admin).error());
  return SinkGroup{*std::move(admin), config::consumer_group(parts.config, config, connector)};
}

Result<std::string> change_offsets(const runtime::WorkerParts& parts,
                                   const OffsetChangeRequest& request) {
  auto config = parts.resolver->resolve(request.config);
  if (!config) return fail(as_server_error(config.error()));
  auto named = config->find("connector.class");
  auto found = parts.plugins->find(named == config->end() ? std::string_view()
                                                          : config::trim(named->second));
  if (!found) return fail(as_server_error(found.error()));
  if (auto checked = runtime::check_connector_config(parts.config, (*found)->type(), *config);
      !checked) {
    // Java makes a sink's configuration where it changes the offsets, and tells of that.
    const bool source = (*found)->type() == plugin::ConnectorType::kSource;
    return source ? fail(as_server_error(checked.error()))
                  : failed(request, "sink", std::move(checked).error());
  }
  return (*found)->type() == plugin::ConnectorType::kSource
             ? change_source(parts, **found, request, *config)
             : change_sink(parts, **found, request, *config);
}

}  // namespace millrace::herder
