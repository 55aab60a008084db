// StandaloneHerder: looking at and changing the offsets of connectors.

#include "herder/offset_changes.h"
#include "herder/offset_listing.h"
#include "herder/standalone.h"
#include "runtime/call_thread.h"

namespace millrace::herder {

Result<std::vector<Offset>> StandaloneHerder::connector_offsets(const std::string& name,
                                                                Deadline deadline) {
  EntryPtr entry = find(name);
  if (entry == nullptr)
    return fail(ErrorKind::not_found, "Connector " + name + " not found",
                "org.apache.kafka.connect.errors.NotFoundException");
  Properties config;
  {
    std::lock_guard lock(mutex_);
    config = entry->config;
  }
  return list_offsets(worker_.parts(), name, config, deadline);
}

Result<std::string> StandaloneHerder::modify_connector_offsets(
    const std::string& name, const std::optional<std::vector<Offset>>& offsets, Deadline deadline) {
  EntryPtr entry = find(name);
  if (entry == nullptr)
    return fail(ErrorKind::not_found, "Connector " + name + " not found",
                "org.apache.kafka.connect.errors.NotFoundException");
  auto answer = Pending<std::string>::make();
  // In the row of the connector's operations, so that a stop before it is over; the work itself may
  // hang in the connector's code and gets a thread of its own.
  operate(entry, [this, entry, offsets, deadline, answer] {
    OffsetChangeRequest request{entry->name, {}, offsets, deadline};
    {
      std::lock_guard lock(mutex_);
      if (!entry->exists)  // deleted since it was asked for
        return answer->answer(fail(ErrorKind::not_found, "Connector " + entry->name + " not found",
                                   "org.apache.kafka.connect.errors.NotFoundException"));
      if (entry->target != TargetState::kStopped || !entry->tasks.empty())
        return answer->answer(fail(
            ErrorKind::bad_config,
            "Connectors must be in the STOPPED state before their offsets can be modified. This "
            "can be done for the specified connector by issuing a 'PUT' request to the "
            "'/connectors/" +
                entry->name + "/stop' endpoint",
            "org.apache.kafka.connect.runtime.rest.errors.BadRequestException"));
      request.config = entry->config;
    }
    auto thread = std::make_shared<runtime::CallThread>("offsets-" + entry->name);
    thread->post([self = shared_from_this(), request = std::move(request), answer] {
      auto changed = change_offsets(self->worker_.parts(), request);
      if (!changed)
        self->log_.error("Failed to modify offsets for connector {}: {}", request.connector,
                         changed.error().describe());
      answer->answer(std::move(changed));
    });
  });
  return answer->wait(deadline);
}

}  // namespace millrace::herder
