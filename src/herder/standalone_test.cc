// The standalone herder over fake connectors: no Kafka, real threads.

#include "herder/standalone.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>

namespace millrace::herder {
namespace {

using namespace std::chrono_literals;

Herder::Deadline soon() { return std::chrono::steady_clock::now() + 20s; }

// A door at which a fake waits until the test opens it.
class Gate {
 public:
  void open() {
    std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void pass() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

// What the fakes do, and what was done to them. Shared: instances may outlive a test's herder.
struct Script {
  std::atomic<int> tasks{1};
  std::atomic<bool> fail_start{false}, fail_task_configs{false}, hang_start{false};
  Gate gate;
  std::atomic<int> failing_task_starts{0};  // how many more are to fail
  std::atomic<int> starts{0}, stops{0}, task_starts{0};
  std::mutex mutex;
  std::shared_ptr<plugin::ConnectorContext> context;  // of the newest instance
};
using ScriptPtr = std::shared_ptr<Script>;

class FakeConnector : public plugin::Connector {
 public:
  explicit FakeConnector(ScriptPtr script) : script_(std::move(script)) {}
  Result<void> start(const Properties&) override {
    ++script_->starts;
    if (script_->hang_start) script_->gate.pass();
    if (script_->fail_start) return fail(ErrorKind::fatal, "no such server");
    return {};
  }
  Result<std::vector<Properties>> task_configs(int32_t) override {
    if (script_->fail_task_configs) return fail(ErrorKind::fatal, "cannot divide");
    std::vector<Properties> tasks;
    for (int i = 0; i < script_->tasks; ++i) tasks.push_back({{"part", std::to_string(i)}});
    return tasks;
  }
  void stop() override { ++script_->stops; }
  Result<bool> alter_offsets(const Properties&, std::span<const OffsetChange>) override {
    return false;
  }

 private:
  ScriptPtr script_;
};

// A source without records.
class FakeSourceTask : public plugin::SourceTask {
 public:
  explicit FakeSourceTask(ScriptPtr script) : script_(std::move(script)) {}
  Result<void> start(const Properties&) override {
    ++script_->task_starts;
    if (script_->failing_task_starts.fetch_sub(1) > 0)
      return fail(ErrorKind::retriable, "no connection");
    return {};
  }
  Result<std::shared_ptr<data::Batch>> poll(std::chrono::milliseconds timeout) override {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, timeout, [this] { return cancelled_; });
    return nullptr;
  }
  bool wants_acknowledgements() const override { return false; }
  Result<void> acknowledged(std::span<const plugin::Acknowledgement>) override { return {}; }
  Result<void> commit() override { return {}; }
  void cancel() override {
    std::lock_guard lock(mutex_);
    cancelled_ = true;
    changed_.notify_all();
  }
  void stop() override {}

 private:
  ScriptPtr script_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool cancelled_ = false;
};

class FakeClass : public plugin::ConnectorClass {
 public:
  FakeClass(std::string name, ScriptPtr script)
      : name_(std::move(name)), script_(std::move(script)) {
    config::ConfigKey secret;
    secret.name = "secret";
    secret.type = config::Type::kPassword;
    definition_.define(secret);
  }
  plugin::ConnectorType type() const override { return plugin::ConnectorType::kSource; }
  const std::string& class_name() const override { return name_; }
  const std::vector<std::string>& other_names() const override { return others_; }
  const std::string& version() const override { return version_; }
  const std::string& location() const override { return version_; }
  const config::ConfigDef& config_def() const override { return definition_; }
  Result<void> validate(const Properties& config,
                        std::vector<config::ConfigValue>& values) const override {
    if (config.count("bad") > 0) values.front().errors.push_back("bad is not good");
    return {};
  }
  Result<std::unique_ptr<plugin::Connector>> make_connector(
      std::shared_ptr<plugin::ConnectorContext> context) const override {
    std::lock_guard lock(script_->mutex);
    script_->context = std::move(context);
    return std::make_unique<FakeConnector>(script_);
  }
  Result<std::unique_ptr<plugin::SourceTask>> make_source_task(
      std::shared_ptr<plugin::SourceTaskContext>) const override {
    return std::make_unique<FakeSourceTask>(script_);
  }
  Result<std::unique_ptr<plugin::SinkTask>> make_sink_task(
      std::shared_ptr<plugin::SinkTaskContext>) const override {
    return fail(ErrorKind::fatal, "not a sink");
  }

 private:
  const std::string name_;
  const std::string version_ = "1.2.3";
  const std::vector<std::string> others_;
  config::ConfigDef definition_;
  ScriptPtr script_;
};

class NoClients : public kafka::ClientFactory {
 public:
  Result<std::unique_ptr<kafka::Consumer>> make_consumer(const kafka::ClientProperties&,
                                                         const std::string&) override {
    return fail(ErrorKind::fatal, "no Kafka here");
  }
  Result<std::unique_ptr<kafka::Producer>> make_producer(const kafka::ClientProperties&,
                                                         const std::string&) override {
    return fail(ErrorKind::fatal, "no Kafka here");
  }
  Result<std::unique_ptr<kafka::Admin>> make_admin(const kafka::ClientProperties&,
                                                   const std::string&) override {
    return fail(ErrorKind::fatal, "no Kafka here");
  }
};

class NoOffsets : public runtime::OffsetStore {
 public:
  Result<void> start() override { return {}; }
  void stop() override {}
  Result<std::vector<std::optional<std::string>>> get(
      const std::vector<std::string>& keys) override {
    return std::vector<std::optional<std::string>>(keys.size());
  }
  void set(std::vector<runtime::OffsetEntry>, Done done) override { done({}); }
  Result<std::vector<runtime::OffsetEntry>> entries_of(const std::string& name) override {
    const std::string key = "[\"" + name + "\",";
    return std::vector<runtime::OffsetEntry>{{key + "{\"f\":\"x\"}]", "{\"p\":1}"},
                                             {key + "{\"f\":\"y\"}]", ""},
                                             // None of these has a form that is an offset's.
                                             {key + "{\"f\":\"z\"}]", "{"},
                                             {key + "{\"f\":\"z\"}]", "1"},
                                             {key + "{\"f\":\"z\"},1]", "{}"},
                                             {key + "[1]]", "{}"},
                                             {key + "{\"f\":[1]}]", "{}"},
                                             {key + "{\"f\":\"z\"", "{}"}};
  }
};

// Whose values are good for a time that the test sets; none at first.
class ExpiringResolver : public config::ConfigResolver {
 public:
  Result<Properties> resolve(const Properties& properties) override { return properties; }
  Result<config::Resolution> resolution(const Properties& properties) override {
    config::Resolution all{properties, {}, {}, {}};
    if (lifetime_ms > 0) all.times_to_live["vault"] = std::chrono::milliseconds(lifetime_ms);
    return all;
  }
  std::atomic<int> lifetime_ms{0};
};

class StandaloneHerderTest : public testing::Test {
 protected:
  StandaloneHerderTest() {
    logging::set_standard_error(false);
    auto plugins = std::make_shared<plugin::Catalogue>();
    plugins->add(std::make_shared<FakeClass>("org.example.FakeConnector", script_));
    plugins->add(std::make_shared<FakeClass>("org.example.OtherConnector", other_));
    runtime::WorkerParts parts;
    parts.config = *config::make_worker_config(
        {{"bootstrap.servers", "127.0.0.1:1"},
         {"key.converter", "org.apache.kafka.connect.storage.StringConverter"},
         {"value.converter", "org.apache.kafka.connect.storage.StringConverter"},
         {"connector.client.config.override.policy", "None"},
         {"offset.storage.file.filename", "unused"}});
    parts.client_overrides = *config::ClientOverridePolicy::make(parts.config);
    parts.plugins = std::move(plugins);
    parts.clients = std::make_shared<NoClients>();
    parts.offsets = std::make_shared<NoOffsets>();
    parts.resolver = resolver_;
    herder_ = StandaloneHerder::make({"127.0.0.1:8083", "4.3.1", {}}, std::move(parts));
  }
  ~StandaloneHerderTest() override {
    script_->gate.open();
    herder_->stop();
  }

  static NullableProperties config(const std::string& name,
                                   const std::string& connector_class = "Fake") {
    return {{"name", name}, {"connector.class", connector_class}, {"tasks.max", "4"}};
  }
  Result<Created> create(const std::string& name, NullableProperties properties,
                         bool replace = false) {
    return herder_->put_connector_config(name, properties, {}, replace, soon());
  }
  Result<Created> create(const std::string& name) { return create(name, config(name)); }

  // Waits until the status is as wished.
  bool becomes(const std::string& name, const std::function<bool(const ConnectorStatus&)>& wished) {
    for (auto end = soon(); std::chrono::steady_clock::now() < end; std::this_thread::yield())
      if (auto status = herder_->connector_status(name); status && wished(*status)) return true;
    return false;
  }
  bool becomes(const std::string& name, State connector, size_t tasks, State task) {
    return becomes(name, [=](const ConnectorStatus& status) {
      if (status.connector.state != connector || status.tasks.size() != tasks) return false;
      for (const auto& each : status.tasks)
        if (each.state != task) return false;
      return true;
    });
  }

  std::shared_ptr<ExpiringResolver> resolver_ = std::make_shared<ExpiringResolver>();
  ScriptPtr script_ = std::make_shared<Script>(), other_ = std::make_shared<Script>();
  std::shared_ptr<StandaloneHerder> herder_;
};

TEST_F(StandaloneHerderTest, CreatesConnectorAndTasks) {
  script_->tasks = 2;
  auto created = create("a");
  ASSERT_TRUE(created.has_value()) << created.error().describe();
  EXPECT_TRUE(created->created);
  EXPECT_EQ(created->info.tasks.size(), 2u);
  EXPECT_EQ(created->info.type, "source");
  EXPECT_TRUE(becomes("a", State::kRunning, 2, State::kRunning));
  auto status = herder_->connector_status("a");
  EXPECT_EQ(status->connector.worker_id, "127.0.0.1:8083");
  EXPECT_EQ(status->connector.version, "1.2.3");
  EXPECT_EQ(status->tasks[1].version, "1.2.3");
  auto tasks = herder_->task_configs("a", soon());
  ASSERT_TRUE(tasks.has_value());
  EXPECT_EQ((*tasks)[1].config,
            (Properties{{"part", "1"}, {"task.class", "org.example.FakeTask"}}));
  EXPECT_EQ(*herder_->connectors(soon()), std::vector<std::string>{"a"});
}

TEST_F(StandaloneHerderTest, ValidationRefusesWithAllProblems) {
  NullableProperties bad = config("a");
  bad["tasks.max"] = "0";
  bad["bad"] = "1";
  bad["other"] = std::nullopt;
  bad["producer.override.acks"] = "1";
  auto created = create("a", bad);
  ASSERT_FALSE(created.has_value());
  EXPECT_EQ(created.error().kind(), ErrorKind::bad_config);
  EXPECT_EQ(created.error().message(),
            "Connector configuration is invalid and contains the following 4 error(s):\n"
            "Null value can not be supplied as the configuration value.\n"
            "Invalid value 0 for configuration tasks.max: Value must be at least 1\n"
            "bad is not good\n"
            "The 'None' policy does not allow 'acks' to be overridden in the connector "
            "configuration.\n"
            "You can also find the above list of errors at the endpoint "
            "`/connector-plugins/{connectorType}/config/validate`");
  EXPECT_TRUE(herder_->connectors(soon())->empty());
}

TEST_F(StandaloneHerderTest, UnknownClassAndMissingClass) {
  auto unknown = create("a", config("a", "Nobody"));
  EXPECT_EQ(unknown.error().kind(), ErrorKind::bad_config);
  EXPECT_TRUE(unknown.error().message().starts_with("Failed to find any class"));
  // As Java's CachedConnectors: the next time it is the cause of another exception.
  EXPECT_TRUE(create("a", config("a", "Nobody"))
                  .error()
                  .message()
                  .starts_with("org.apache.kafka.connect.errors.ConnectException: Failed to find"));
  auto missing = create("a", {{"name", "a"}, {"db.password", "p"}});
  EXPECT_EQ(missing.error().message(),
            "Connector config {name=a, db.password=[hidden]} contains no connector type");
}

TEST_F(StandaloneHerderTest, ControlCharacterInName) {
  auto created = create("a\n", config("a\nb"));
  ASSERT_FALSE(created.has_value());
  EXPECT_NE(created.error().message().find(
                "String may not contain control sequences but had the following ASCII chars: 10"),
            std::string::npos);
}

TEST_F(StandaloneHerderTest, SecondCreateIsAConflictAndReplaceIsNot) {
  ASSERT_TRUE(create("a").has_value());
  auto again = create("a");
  EXPECT_EQ(again.error().kind(), ErrorKind::conflict);
  EXPECT_EQ(again.error().message(), "Connector a already exists");
  ASSERT_TRUE(becomes("a", State::kRunning, 1, State::kRunning));
  NullableProperties changed = config("a");
  changed["more"] = "1";
  auto replaced = create("a", changed, true);
  ASSERT_TRUE(replaced.has_value());
  EXPECT_FALSE(replaced->created);
  EXPECT_EQ(replaced->info.config.at("more"), "1");
  // The tasks' own configurations are the same, but the connector's changed: they start again.
  EXPECT_TRUE(becomes("a", State::kRunning, 1, State::kRunning));
  EXPECT_EQ(script_->task_starts, 2);
}

TEST_F(StandaloneHerderTest, FailedStartIsFailedWithTrace) {
  script_->fail_start = true;
  auto created = create("a");
  ASSERT_FALSE(created.has_value());
  EXPECT_EQ(created.error().message(), "Failed to transition connector a to state STARTED");
  auto status = herder_->connector_status("a");
  ASSERT_TRUE(status.has_value());
  EXPECT_EQ(status->connector.state, State::kFailed);
  EXPECT_NE(status->connector.trace.find("no such server"), std::string::npos);
  script_->fail_start = false;
  EXPECT_TRUE(herder_->restart_connector("a", soon()).has_value());
  EXPECT_TRUE(becomes("a", State::kRunning, 1, State::kRunning));
}

TEST_F(StandaloneHerderTest, TooManyTasksFailTheConnector) {
  script_->tasks = 5;
  EXPECT_FALSE(create("a").has_value());
  EXPECT_TRUE(becomes("a", State::kFailed, 0, State::kRunning));
}

TEST_F(StandaloneHerderTest, HangingStartHoldsUpNobodyAndCanBeDeleted) {
  script_->hang_start = true;
  auto timed_out = herder_->put_connector_config("a", config("a"), {}, false,
                                                 std::chrono::steady_clock::now() + 50ms);
  EXPECT_EQ(timed_out.error().kind(), ErrorKind::timed_out);
  EXPECT_TRUE(create("b", config("b", "Other")).has_value());
  EXPECT_TRUE(herder_->health_check(soon()).has_value());
  EXPECT_TRUE(herder_->delete_connector("a", soon()).has_value());
  EXPECT_EQ(*herder_->connectors(soon()), std::vector<std::string>{"b"});
  // What comes late from the abandoned instance is not shown.
  script_->gate.open();
  EXPECT_FALSE(herder_->connector_status("a").has_value());
}

TEST_F(StandaloneHerderTest, PauseResumeStop) {
  ASSERT_TRUE(create("a").has_value());
  ASSERT_TRUE(becomes("a", State::kRunning, 1, State::kRunning));
  ASSERT_TRUE(herder_->pause_connector("a").has_value());
  EXPECT_TRUE(becomes("a", State::kPaused, 1, State::kPaused));
  ASSERT_TRUE(herder_->resume_connector("a").has_value());
  EXPECT_TRUE(becomes("a", State::kRunning, 1, State::kRunning));
  ASSERT_TRUE(herder_->stop_connector("a", soon()).has_value());
  EXPECT_TRUE(becomes("a", State::kStopped, 0, State::kRunning));
  ASSERT_TRUE(herder_->resume_connector("a").has_value());
  EXPECT_TRUE(becomes("a", State::kRunning, 1, State::kRunning));
  EXPECT_EQ(herder_->pause_connector("x").error().message(), "Unknown connector x");
}

TEST_F(StandaloneHerderTest, InitiallyStopped) {
  auto created =
      herder_->put_connector_config("a", config("a"), TargetState::kStopped, false, soon());
  ASSERT_TRUE(created.has_value());
  EXPECT_TRUE(created->info.tasks.empty());
  EXPECT_TRUE(becomes("a", State::kStopped, 0, State::kRunning));
  EXPECT_EQ(script_->starts, 0);
}

TEST_F(StandaloneHerderTest, ReconfigurationStartsTheNewTasks) {
  ASSERT_TRUE(create("a").has_value());
  script_->tasks = 3;
  std::shared_ptr<plugin::ConnectorContext> context;
  {
    std::lock_guard lock(script_->mutex);
    context = script_->context;
  }
  context->request_task_reconfiguration();
  EXPECT_TRUE(becomes("a", State::kRunning, 3, State::kRunning));
}

TEST_F(StandaloneHerderTest, RaisedErrorFailsTheConnectorOnly) {
  ASSERT_TRUE(create("a").has_value());
  ASSERT_TRUE(becomes("a", State::kRunning, 1, State::kRunning));
  {
    std::lock_guard lock(script_->mutex);
    script_->context->raise_error(Error(ErrorKind::fatal, "the server is gone"));
  }
  EXPECT_TRUE(becomes("a", State::kFailed, 1, State::kRunning));
}

TEST_F(StandaloneHerderTest, RestartOfFailedPartsOnly) {
  ASSERT_TRUE(create("a").has_value());
  ASSERT_TRUE(becomes("a", State::kRunning, 1, State::kRunning));
  auto plan = herder_->restart_connector_and_tasks("a", true, true, soon());
  ASSERT_TRUE(plan.has_value());
  EXPECT_EQ(plan->connector.state, State::kRunning);
  EXPECT_EQ(script_->starts, 1);
  plan = herder_->restart_connector_and_tasks("a", false, true, soon());
  EXPECT_EQ(plan->connector.state, State::kRestarting);
  EXPECT_EQ(plan->tasks[0].state, State::kRestarting);
  EXPECT_TRUE(becomes("a", State::kRunning, 1, State::kRunning));
  EXPECT_EQ(script_->starts, 2);
  EXPECT_EQ(script_->task_starts, 2);
}

TEST_F(StandaloneHerderTest, RestartOfTasks) {
  ASSERT_TRUE(create("a").has_value());
  EXPECT_TRUE(herder_->restart_task({"a", 0}, soon()).has_value());
  EXPECT_TRUE(becomes("a", State::kRunning, 1, State::kRunning));
  EXPECT_EQ(herder_->restart_task({"a", 7}, soon()).error().message(), "Task a-7 not found");
  EXPECT_EQ(herder_->restart_task({"x", 0}, soon()).error().message(),
            "Failed to start task x-0 since it is not a recognizable type (source or sink)");
}

TEST_F(StandaloneHerderTest, DeletedIsGone) {
  ASSERT_TRUE(create("a").has_value());
  ASSERT_TRUE(herder_->delete_connector("a", soon()).has_value());
  EXPECT_EQ(herder_->connector_info("a", soon()).error().message(), "Connector a not found");
  EXPECT_EQ(herder_->connector_status("a").error().message(), "No status found for connector a");
  EXPECT_EQ(herder_->delete_connector("a", soon()).error().kind(), ErrorKind::not_found);
  EXPECT_TRUE(create("a").has_value());
}

TEST_F(StandaloneHerderTest, PatchSetsAndRemoves) {
  NullableProperties properties = config("a");
  properties["x"] = "1";
  ASSERT_TRUE(create("a", properties).has_value());
  auto patched = herder_->patch_connector_config("a", {{"x", std::nullopt}, {"y", "2"}}, soon());
  ASSERT_TRUE(patched.has_value());
  EXPECT_EQ(patched->config.count("x"), 0u);
  EXPECT_EQ(patched->config.at("y"), "2");
}

TEST_F(StandaloneHerderTest, OffsetsOfASource) {
  ASSERT_TRUE(create("a").has_value());
  auto offsets = herder_->connector_offsets("a", soon());
  ASSERT_TRUE(offsets && offsets->size() == 2);
  EXPECT_EQ((*offsets)[0].partition_json, "{\"f\":\"x\"}");
  EXPECT_EQ((*offsets)[0].offset_json, "{\"p\":1}");
  EXPECT_EQ((*offsets)[1].offset_json, "null");
}

NullableProperties restarting(NullableProperties config, const char* attempts, const char* delay) {
  config["errors.restart.max.attempts"] = attempts;
  config["errors.restart.delay.initial.ms"] = delay;
  config["errors.restart.delay.max.ms"] = "600000";
  return config;
}

TEST_F(StandaloneHerderTest, FailedTaskIsRestartedUntilItRuns) {
  script_->failing_task_starts = 3;
  ASSERT_TRUE(create("a", restarting(config("a"), "-1", "1")).has_value());
  EXPECT_TRUE(becomes("a", State::kRunning, 1, State::kRunning));
  EXPECT_EQ(script_->task_starts, 4);
}

TEST_F(StandaloneHerderTest, FailedTaskIsGivenUp) {
  script_->failing_task_starts = 1000;
  ASSERT_TRUE(create("a", restarting(config("a"), "2", "1")).has_value());
  EXPECT_TRUE(becomes("a", [](const ConnectorStatus& status) {
    return status.tasks.size() == 1 &&
           status.tasks[0].trace.find("\nNo restart any more: 2 of 2 made") != std::string::npos;
  }));
  EXPECT_EQ(script_->task_starts, 3);
}

TEST_F(StandaloneHerderTest, RestartThatIsDueIsToldAndWithdrawn) {
  script_->failing_task_starts = 1;
  ASSERT_TRUE(create("a", restarting(config("a"), "5", "600000")).has_value());
  auto told = [](const char* text) {
    return [text](const ConnectorStatus& status) {
      return status.tasks.size() == 1 && status.tasks[0].state == State::kFailed &&
             status.tasks[0].trace.find(text) != std::string::npos;
    };
  };
  EXPECT_TRUE(becomes("a", told("no connection\nRestart 1 of 5 in ")));
  ASSERT_TRUE(herder_->pause_connector("a").has_value());
  EXPECT_TRUE(becomes("a", told("Restart 1 of 5 when the connector is resumed")));
  ASSERT_TRUE(herder_->resume_connector("a").has_value());
  EXPECT_TRUE(becomes("a", told("Restart 1 of 5 in ")));
  ASSERT_TRUE(herder_->restart_task({"a", 0}, soon()).has_value());
  EXPECT_TRUE(becomes("a", State::kRunning, 1, State::kRunning));
}

TEST_F(StandaloneHerderTest, FailedConnectorIsRestarted) {
  script_->fail_start = true;
  NullableProperties properties = restarting(config("a"), "-1", "1");
  properties["errors.restart.on"] = "all";
  ASSERT_FALSE(create("a", properties).has_value());
  script_->fail_start = false;
  EXPECT_TRUE(becomes("a", State::kRunning, 1, State::kRunning));
  EXPECT_GE(script_->starts, 2);
}

TEST_F(StandaloneHerderTest, ExpiredValuesRestartTheConnector) {
  resolver_->lifetime_ms = 5;
  ASSERT_TRUE(create("a").has_value());
  EXPECT_TRUE(becomes("a", [this](const ConnectorStatus&) { return script_->starts >= 3; }));
  resolver_->lifetime_ms = 0;
  EXPECT_TRUE(becomes("a", State::kRunning, 1, State::kRunning));
}

TEST_F(StandaloneHerderTest, ManyAtOnce) {
  std::vector<std::thread> clients;
  std::atomic<int> created{0};
  for (int client = 0; client < 4; ++client)
    clients.emplace_back([&, client] {
      for (int i = 0; i < 10; ++i)
        if (create("c" + std::to_string(client * 10 + i))) ++created;
    });
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(created, 40);
  EXPECT_EQ(herder_->connectors(soon())->size(), 40u);
}

}  // namespace
}  // namespace millrace::herder
