// StandaloneHerder: what is done to one connector, on its operation thread. Nothing here waits for
// a connector's own code, but for its stop.

#include "base/redaction.h"
#include "herder/standalone.h"

namespace millrace::herder {
namespace {

// Of the keys whose value is null the one that Java meets first.
std::optional<std::string> first_null(const Properties& config, const KeyOrder& order) {
  if (order.size() == config.size()) return {};
  for (const std::string& key : HashMapKeys::copy_of(order).in_order())
    if (config.count(key) == 0) return key;
  return {};
}

}  // namespace

StandaloneHerder::EntryPtr StandaloneHerder::entry_for(const std::string& name) {
  std::lock_guard lock(mutex_);
  EntryPtr& entry = connectors_[name];
  if (entry == nullptr) entry = std::make_shared<Entry>(name);
  ++entry->pending_operations;  // taken over by the next `operate`: nobody may erase it between
  return entry;
}

void StandaloneHerder::operate(const EntryPtr& entry, std::function<void()> operation) {
  {
    std::lock_guard lock(mutex_);
    ++entry->pending_operations;
  }
  entry->operations->post([self = shared_from_this(), entry, operation = std::move(operation)] {
    operation();
    std::lock_guard lock(self->mutex_);
    if (--entry->pending_operations > 0 || entry->exists) return;
    auto found = self->connectors_.find(entry->name);
    if (found != self->connectors_.end() && found->second == entry) self->connectors_.erase(found);
  });
}

void StandaloneHerder::apply(const EntryPtr& entry, const Properties& config,
                             const KeyOrder& key_order, std::optional<TargetState> initial,
                             bool allow_replace, const Answer<Created>& answer) {
  bool created = false;
  {
    std::lock_guard lock(mutex_);
    --entry->pending_operations;  // that of entry_for
    created = !entry->exists;
    if (!created && !allow_replace)
      return answer->answer(fail(ErrorKind::conflict,
                                 "Connector " + entry->name + " already exists",
                                 "org.apache.kafka.connect.errors.AlreadyExistsException"));
    ++entry->epoch;
  }
  automatic_restarts_.forget({entry->name, AutomaticRestart::kConnector});
  expiry_restarts_.forget(entry->name);
  if (!created) worker_.stop_connector(entry->name);
  {
    std::lock_guard lock(mutex_);
    entry->exists = true;
    entry->config = config;
    entry->key_order = key_order;
    if (created) entry->target = TargetState::kStarted;
    if (initial) entry->target = *initial;
  }
  start(entry, [self = shared_from_this(), entry, created, answer](Result<TargetState> state) {
    if (!state) return answer->answer(fail(std::move(state).error()));
    self->update_tasks(entry, [self, entry, created, answer](Result<void> updated) {
      if (!updated) return answer->answer(fail(std::move(updated).error()));
      std::lock_guard lock(self->mutex_);
      answer->answer(Created{created, self->info_of(*entry)});
    });
  });
}

void StandaloneHerder::start(const EntryPtr& entry, std::function<void(Result<TargetState>)> done) {
  Properties config;
  TargetState target;
  std::optional<std::string> null_key;
  {
    std::lock_guard lock(mutex_);
    config = entry->config;
    target = entry->target;
    null_key = first_null(config, entry->key_order);
  }
  if (null_key) {
    // Java's validation overlooks a null of a key that the connector itself defines: such a
    // configuration is stored, its connector fails as it is made and has no version.
    Error error(ErrorKind::fatal,
                "Non-string value found in original settings for key " + *null_key + ": null",
                "org.apache.kafka.common.config.ConfigException");
    ConnectorStatus::Part part = status_part(entry->name, State::kFailed, error.trace());
    part.version.clear();
    statuses_.put(entry->name, std::move(part));
    return done(fail(std::move(error)));
  }
  // The answer comes on the connector's thread, perhaps never: it goes on as an operation.
  worker_.start_connector(entry->name, config, target,
                          [self = shared_from_this(), entry, done](Result<TargetState> state) {
                            self->operate(entry, [done, state = std::move(state)] { done(state); });
                          });
}

void StandaloneHerder::remove(const EntryPtr& entry, const Answer<bool>& answer) {
  {
    std::lock_guard lock(mutex_);
    if (!entry->exists)
      return answer->answer(fail(ErrorKind::not_found, "Connector " + entry->name + " not found",
                                 "org.apache.kafka.connect.errors.NotFoundException"));
    ++entry->epoch;
  }
  remove_tasks(entry);
  worker_.stop_connector(entry->name);
  automatic_restarts_.forget({entry->name, AutomaticRestart::kConnector});
  expiry_restarts_.forget(entry->name);
  statuses_.remove(entry->name);
  redaction::retire(entry->name);
  {
    std::lock_guard lock(mutex_);
    entry->exists = false;
    entry->config.clear();
    entry->key_order.clear();
    entry->applied.clear();
  }
  answer->answer(true);
}

void StandaloneHerder::change_target(const EntryPtr& entry, TargetState state) {
  {
    std::lock_guard lock(mutex_);
    if (!entry->exists) return;
    entry->target = state;
    ++entry->epoch;
  }
  worker_.set_target_state(
      entry->name, state, [self = shared_from_this(), entry](Result<TargetState> reached) {
        if (!reached) {
          self->log_.error("Failed to transition connector {} to its target state: {}", entry->name,
                           reached.error().describe());
        } else if (*reached == TargetState::kStarted) {
          self->operate(entry,
                        [self, entry] { self->update_tasks(entry, [](const Result<void>&) {}); });
        }
      });
}

void StandaloneHerder::restart(const EntryPtr& entry, const Answer<bool>& answer) {
  {
    std::lock_guard lock(mutex_);
    if (!entry->exists)  // deleted since it was asked for
      return answer->answer(fail(ErrorKind::fatal, "Connector " + entry->name + " not found",
                                 "org.apache.kafka.connect.errors.NotFoundException"));
    ++entry->epoch;
  }
  worker_.stop_connector(entry->name);
  start(entry, [self = shared_from_this(), entry, answer](Result<TargetState> state) {
    if (!state) return answer->answer(fail(std::move(state).error()));
    self->update_tasks(entry, [answer](const Result<void>&) { answer->answer(true); });
  });
}

void StandaloneHerder::restart_planned(const EntryPtr& entry, const ConnectorStatus& plan) {
  {
    std::lock_guard lock(mutex_);
    if (!entry->exists) return;  // deleted since it was asked for
  }
  const bool connector = plan.connector.state == State::kRestarting;
  std::vector<TaskId> tasks;
  for (const ConnectorStatus::TaskPart& task : plan.tasks)
    if (task.state == State::kRestarting) tasks.push_back({entry->name, task.index});
  log_.info("Received restart of connector {}: the connector: {}, tasks: {}", entry->name,
            connector, tasks.size());
  if (connector) {
    automatic_restarts_.cancel({entry->name, AutomaticRestart::kConnector});
    {
      std::lock_guard lock(mutex_);
      ++entry->epoch;
    }
    worker_.stop_connector(entry->name);
    statuses_.put(entry->name, status_part(entry->name, State::kRestarting, {}));
  }
  if (!tasks.empty()) {
    for (const TaskId& id : tasks) automatic_restarts_.cancel(id);
    worker_.stop_tasks(tasks);
    for (const TaskId& id : tasks)
      statuses_.put(id, status_part(entry->name, State::kRestarting, {}));
  }
  if (connector)
    start(entry, [self = shared_from_this(), entry](const Result<TargetState>& state) {
      if (!state)
        self->log_.error("Connector '{}' restart failed: {}", entry->name,
                         state.error().describe());
      else
        self->log_.info("Connector '{}' restart successful", entry->name);
    });
  for (const TaskId& id : tasks) (void)start_task(entry, id.index);
}

void StandaloneHerder::update_tasks(const EntryPtr& entry, std::function<void(Result<void>)> done) {
  Properties config;
  uint64_t epoch = 0;
  {
    std::lock_guard lock(mutex_);
    entry->reconfiguration_pending = false;
    if (!entry->exists || entry->target != TargetState::kStarted ||
        !worker_.is_running(entry->name)) {
      // Java skips it, too: a connector that is paused or failed is not asked.
      config.clear();
    } else {
      config = entry->config;
      epoch = entry->epoch;
    }
  }
  if (config.empty()) return done({});
  worker_.connector_task_configs(
      entry->name, config,
      [self = shared_from_this(), entry, epoch, done](Result<std::vector<Properties>> tasks) {
        self->operate(entry, [self, entry, epoch, done, tasks = std::move(tasks)]() mutable {
          bool stale = false;
          {
            std::lock_guard lock(self->mutex_);
            stale = !entry->exists || entry->epoch != epoch;
          }
          if (stale) return done({});  // without the lock: `done` takes it, too
          if (!tasks) return done(fail(std::move(tasks).error()));
          self->set_tasks(entry, *std::move(tasks));
          done({});
        });
      });
}

void StandaloneHerder::set_tasks(const EntryPtr& entry, std::vector<Properties> tasks) {
  {
    std::lock_guard lock(mutex_);
    if (tasks == entry->tasks && entry->applied == entry->config) return;
  }
  remove_tasks(entry);
  size_t count = tasks.size();
  {
    std::lock_guard lock(mutex_);
    entry->tasks = std::move(tasks);
    entry->applied = entry->config;
  }
  for (size_t i = 0; i < count; ++i) (void)start_task(entry, static_cast<int32_t>(i));
}

void StandaloneHerder::remove_tasks(const EntryPtr& entry) {
  std::vector<TaskId> ids;
  {
    std::lock_guard lock(mutex_);
    for (size_t i = 0; i < entry->tasks.size(); ++i)
      ids.push_back({entry->name, static_cast<int32_t>(i)});
  }
  if (ids.empty()) return;
  worker_.stop_tasks(ids);
  for (const TaskId& id : ids) {
    automatic_restarts_.forget(id);
    statuses_.remove(id);
  }
  std::lock_guard lock(mutex_);
  entry->tasks.clear();
  ++entry->epoch;
}

Result<void> StandaloneHerder::start_task(const EntryPtr& entry, int32_t index) {
  Properties connector, task;
  TargetState target;
  size_t count = 0;
  {
    std::lock_guard lock(mutex_);
    count = entry->tasks.size();
    if (static_cast<size_t>(index) >= count) return {};
    connector = entry->config;
    task = entry->tasks[static_cast<size_t>(index)];
    target = entry->target;
  }
  return worker_.start_task({entry->name, index}, connector, task, target, count);
}

// ---- What the worker tells

ConnectorStatus::Part StandaloneHerder::status_part(const std::string& connector, State state,
                                                    const std::string& trace) const {
  ConnectorStatus::Part part;
  part.state = state;
  part.worker_id = options_.worker_id;
  part.trace = redaction::clean(connector, trace);
  std::lock_guard lock(mutex_);
  auto entry = connectors_.find(connector);
  if (entry == connectors_.end()) return part;
  auto named = entry->second->config.find("connector.class");
  if (named == entry->second->config.end()) return part;
  if (auto found = worker_.parts().plugins->find(config::trim(named->second)))
    part.version = (*found)->version();
  return part;
}

void StandaloneHerder::connector_state_changed(const std::string& connector, State state,
                                               const std::string& trace) {
  if (state == State::kRunning)
    automatic_restarts_.running({connector, AutomaticRestart::kConnector});
  statuses_.put(connector, status_part(connector, state, trace));
}

void StandaloneHerder::task_state_changed(const TaskId& id, State state, const std::string& trace) {
  if (state == State::kRunning) automatic_restarts_.running(id);
  statuses_.put(id, status_part(id.connector, state, trace));
}

void StandaloneHerder::topic_used(const TaskId& id, std::string_view topic) {
  statuses_.add_topic(id.connector, topic);
}

void StandaloneHerder::task_reconfiguration_requested(const std::string& connector) {
  std::weak_ptr<StandaloneHerder> herder = weak_from_this();
  queue_.post([herder, connector] {
    std::shared_ptr<StandaloneHerder> self = herder.lock();
    EntryPtr entry = self == nullptr ? nullptr : self->find(connector);
    if (entry == nullptr) return;
    {
      // Requests that come while one waits are served by it.
      std::lock_guard lock(self->mutex_);
      if (entry->reconfiguration_pending) return;
      entry->reconfiguration_pending = true;
    }
    self->operate(entry, [self, entry] {
      self->update_tasks(entry, [self, entry](const Result<void>& updated) {
        if (!updated)
          self->log_.error("Failed to reconfigure the tasks of connector {}: {}", entry->name,
                           updated.error().describe());
      });
    });
  });
}

}  // namespace millrace::herder
