#pragma once
// A scripted consumer and a scripted sink task for the tests of SinkTaskRunner. Both write what
// they are asked to do into one journal, in order. The script is run by the task's own thread, one
// step per poll; when it is over the task is asked to stop. So nothing waits for time.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "runtime/sink_task.h"

namespace millrace::runtime::testing {

using kafka::Fetch;
using kafka::TopicPartition;
using kafka::TopicPartitionOffset;
using std::chrono::milliseconds;

class Journal {
 public:
  void add(std::string line) {
    std::lock_guard lock(mutex_);
    lines_.push_back(std::move(line));
  }
  std::vector<std::string> lines() const {
    std::lock_guard lock(mutex_);
    return lines_;
  }
  // Lines that begin with one of the words.
  std::vector<std::string> only(std::initializer_list<std::string> words) const {
    std::vector<std::string> found;
    for (const std::string& line : lines()) {
      for (const std::string& word : words) {
        if (line.starts_with(word)) {
          found.push_back(line);
          break;
        }
      }
    }
    return found;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

inline std::string text_of(std::span<const TopicPartition> partitions) {
  std::string text;
  for (const auto& p : partitions) text += " " + p.topic + "-" + std::to_string(p.partition);
  return text;
}
inline std::string text_of(std::span<const TopicPartitionOffset> offsets) {
  std::string text;
  for (const auto& o : offsets) {
    text += " " + o.partition.topic + "-" + std::to_string(o.partition.partition) + ":" +
            std::to_string(o.offset);
  }
  return text;
}

class FakeConsumer : public kafka::Consumer {
 public:
  using Step = std::function<void(Fetch&)>;

  explicit FakeConsumer(Journal& journal) : journal_(journal) {}

  // The script
  std::deque<Step> steps;
  std::function<void()> script_over;
  std::optional<Error> poll_failure;  // of the running step
  bool commits_answered = true;       // else the answers are kept
  std::optional<Error> commit_failure;
  std::vector<std::function<void()>> kept_answers;
  std::map<TopicPartition, int64_t> positions;

  void assign(std::vector<TopicPartition> partitions) {
    for (const auto& p : partitions) positions.try_emplace(p, 0), assignment_.insert(p);
    listener_->assigned(partitions);
  }
  void revoke(std::vector<TopicPartition> partitions) {
    listener_->revoked(partitions);
    for (const auto& p : partitions) assignment_.erase(p), paused_.erase(p);
  }
  void lose(std::vector<TopicPartition> partitions) {
    listener_->lost(partitions);
    for (const auto& p : partitions) assignment_.erase(p), paused_.erase(p);
  }
  // Adds records with these values, keys "k", from the partition's position on.
  void fetch(Fetch& fetch, const TopicPartition& partition, std::vector<std::string> values) {
    EXPECT_FALSE(paused_.contains(partition));
    if (fetch.owner == nullptr) fetch.owner = std::make_shared<std::deque<std::string>>();
    auto& texts = *std::static_pointer_cast<std::deque<std::string>>(
        std::const_pointer_cast<void>(fetch.owner));
    const std::string_view topic = texts.emplace_back(partition.topic);
    for (const std::string& value : values) {
      const std::string& kept = texts.emplace_back(value);
      fetch.records.push_back({topic, partition.partition, positions[partition]++, 1000, 0,
                               reinterpret_cast<const uint8_t*>("k"), 1,
                               reinterpret_cast<const uint8_t*>(kept.data()), kept.size()});
      fetch.bytes += 1 + kept.size();
    }
  }
  const std::set<TopicPartition>& paused() const { return paused_; }

  Result<void> subscribe(const std::vector<std::string>& topics,
                         kafka::RebalanceListener* listener) override {
    std::string line = "subscribe";
    for (const auto& topic : topics) line += " " + topic;
    journal_.add(line);
    listener_ = listener;
    return {};
  }
  Result<void> subscribe_pattern(const std::string& regex,
                                 kafka::RebalanceListener* listener) override {
    journal_.add("subscribe_pattern " + regex);
    listener_ = listener;
    return {};
  }
  Result<void> poll(milliseconds timeout, Fetch& fetch) override {
    last_timeout = timeout;
    if (steps.empty()) {
      script_over();
      return {};
    }
    Step step = std::move(steps.front());
    steps.pop_front();
    step(fetch);
    if (poll_failure) return fail(*std::exchange(poll_failure, std::nullopt));
    return {};
  }
  void wakeup() override {}
  Result<void> commit_sync(std::span<const TopicPartitionOffset> offsets, milliseconds) override {
    journal_.add("commit_sync" + text_of(offsets));
    if (commit_failure) return fail(*commit_failure);
    return {};
  }
  void commit_async(std::span<const TopicPartitionOffset> offsets,
                    kafka::CommitCallback done) override {
    journal_.add("commit_async" + text_of(offsets));
    Result<void> result;
    if (commit_failure) result = fail(*commit_failure);
    auto answer = [done, result] { done(result); };
    if (commits_answered) {
      answer();
    } else {
      kept_answers.push_back(answer);
    }
  }
  Result<std::vector<TopicPartitionOffset>> committed(std::span<const TopicPartition>,
                                                      milliseconds) override {
    return std::vector<TopicPartitionOffset>{};
  }
  Result<int64_t> position(const TopicPartition& partition, milliseconds) override {
    return positions.at(partition);
  }
  Result<void> seek(const TopicPartition& partition, int64_t offset) override {
    journal_.add("seek " + partition.topic + "-" + std::to_string(partition.partition) + ":" +
                 std::to_string(offset));
    positions[partition] = offset;
    return {};
  }
  void pause(std::span<const TopicPartition> partitions) override {
    journal_.add("pause" + text_of(partitions));
    paused_.insert(partitions.begin(), partitions.end());
  }
  void resume(std::span<const TopicPartition> partitions) override {
    journal_.add("resume" + text_of(partitions));
    for (const auto& p : partitions) paused_.erase(p);
  }
  std::vector<TopicPartition> assignment() const override {
    return {assignment_.begin(), assignment_.end()};
  }
  std::optional<int64_t> lag(const TopicPartition&) const override { return 7; }
  void close(milliseconds) override {
    journal_.add("consumer closed");
    if (!assignment_.empty()) listener_->revoked(assignment());
  }

  milliseconds last_timeout{};

 private:
  Journal& journal_;
  kafka::RebalanceListener* listener_ = nullptr;
  std::set<TopicPartition> assignment_, paused_;
};

class FakeSinkTask : public plugin::SinkTask {
 public:
  FakeSinkTask(Journal& journal, std::shared_ptr<plugin::SinkTaskContext> context)
      : context(std::move(context)), journal_(journal) {}

  std::shared_ptr<plugin::SinkTaskContext> context;
  // Called within; may fail. Null: success.
  std::function<Result<void>(const std::shared_ptr<data::Batch>&, const data::Records&)> on_put;
  std::function<Result<void>(std::vector<TopicPartitionOffset>&)> on_pre_commit;
  std::function<Result<void>()> on_start, on_open, on_close;

  Result<void> start(const config::Properties&) override {
    journal_.add("start");
    return on_start ? on_start() : Result<void>();
  }
  Result<void> open(std::span<const TopicPartition> partitions) override {
    journal_.add("open" + text_of(partitions));
    return on_open ? on_open() : Result<void>();
  }
  Result<void> put(const std::shared_ptr<data::Batch>& batch,
                   const data::Records& records) override {
    std::string line = "put";
    for (uint32_t record : records.selected) {
      line += " " + std::string(data::text(records.values[record]));
      for (const auto& header : records.headers_of(record)) {
        line += "(" + std::string(data::text(header.value)) + ")";
      }
    }
    journal_.add(line);
    return on_put ? on_put(batch, records) : Result<void>();
  }
  Result<void> pre_commit(std::vector<TopicPartitionOffset>& offsets) override {
    journal_.add("pre_commit" + text_of(offsets));
    return on_pre_commit ? on_pre_commit(offsets) : Result<void>();
  }
  Result<void> close(std::span<const TopicPartition> partitions) override {
    journal_.add("close" + text_of(partitions));
    return on_close ? on_close() : Result<void>();
  }
  void cancel() override { journal_.add("cancel"); }
  void stop() override { journal_.add("stop"); }

 private:
  Journal& journal_;
};

// Text to strings; a text that begins with "bad" cannot be converted.
class TextConverter : public convert::Converter {
 public:
  void to_connect(const convert::ToConnect& work) override {
    for (uint32_t i : work.selected) {
      if (work.bytes[i].text().starts_with("bad")) {
        work.failures.push_back(
            {i, Error(ErrorKind::bad_data,
                      "cannot be converted: " + std::string(work.bytes[i].text()))});
        continue;
      }
      work.schemas[i] = nullptr;
      work.cells[i] = data::string_cell(work.bytes[i].text());
    }
  }
  void from_connect(const convert::FromConnect&) override {}
};

class FakeConnectorClass : public plugin::ConnectorClass {
 public:
  std::function<std::unique_ptr<plugin::SinkTask>(std::shared_ptr<plugin::SinkTaskContext>)> make;

  plugin::ConnectorType type() const override { return plugin::ConnectorType::kSink; }
  const std::string& class_name() const override { return name_; }
  const std::vector<std::string>& other_names() const override { return names_; }
  const std::string& version() const override { return name_; }
  const std::string& location() const override { return name_; }
  const config::ConfigDef& config_def() const override { return definition_; }
  Result<void> validate(const config::Properties&,
                        std::vector<config::ConfigValue>&) const override {
    return {};
  }
  Result<std::unique_ptr<plugin::Connector>> make_connector(
      std::shared_ptr<plugin::ConnectorContext>) const override {
    return fail(ErrorKind::fatal, "not asked for");
  }
  Result<std::unique_ptr<plugin::SourceTask>> make_source_task(
      std::shared_ptr<plugin::SourceTaskContext>) const override {
    return fail(ErrorKind::fatal, "not asked for");
  }
  Result<std::unique_ptr<plugin::SinkTask>> make_sink_task(
      std::shared_ptr<plugin::SinkTaskContext> context) const override {
    return make(std::move(context));
  }

 private:
  std::string name_ = "FakeSink";
  std::vector<std::string> names_;
  config::ConfigDef definition_;
};

class FakeClients : public kafka::ClientFactory {
 public:
  std::unique_ptr<kafka::Consumer> consumer;
  Result<std::unique_ptr<kafka::Consumer>> make_consumer(const kafka::ClientProperties&,
                                                         const std::string&) override {
    return std::move(consumer);
  }
  Result<std::unique_ptr<kafka::Producer>> make_producer(const kafka::ClientProperties&,
                                                         const std::string&) override {
    return fail(ErrorKind::fatal, "not asked for");
  }
  Result<std::unique_ptr<kafka::Admin>> make_admin(const kafka::ClientProperties&,
                                                   const std::string&) override {
    return fail(ErrorKind::fatal, "not asked for");
  }
};

class StatusRecorder : public TaskStatusListener {
 public:
  void task_state_changed(const TaskId&, State state, const std::string& trace) override {
    std::lock_guard lock(mutex_);
    states_.push_back(std::string(state_name(state)));
    if (state == State::kFailed) trace_ = trace;
    changed_.notify_all();
  }
  std::vector<std::string> states() const {
    std::lock_guard lock(mutex_);
    return states_;
  }
  std::string trace() const {
    std::lock_guard lock(mutex_);
    return trace_;
  }
  void wait_for(const std::string& state) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !states_.empty() && states_.back() == state; });
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> states_;
  std::string trace_;
};

// A sink task on the fakes. Set what the test needs, add steps, then run().
class SinkTaskTest : public ::testing::Test {
 protected:
  SinkTaskTest() : owned_consumer_(std::make_unique<FakeConsumer>(journal)) {
    consumer = owned_consumer_.get();
    settings.id = {"sink", 0};
    settings.config = {{"topics", "t"}};
    settings.listener = &status;
    settings.offset_flush_interval = std::chrono::hours(1);
  }

  void step(FakeConsumer::Step step) { consumer->steps.push_back(std::move(step)); }
  void assign(std::vector<TopicPartition> partitions) {
    step([=, this](Fetch&) { consumer->assign(partitions); });
  }
  void revoke(std::vector<TopicPartition> partitions) {
    step([=, this](Fetch&) { consumer->revoke(partitions); });
  }
  void lose(std::vector<TopicPartition> partitions) {
    step([=, this](Fetch&) { consumer->lose(partitions); });
  }
  void records(TopicPartition partition, std::vector<std::string> values) {
    step([=, this](Fetch& fetch) { consumer->fetch(fetch, partition, values); });
  }
  void nothing() {
    step([](Fetch&) {});
  }

  void make() {
    auto clients = std::make_shared<FakeClients>();
    clients->consumer = std::move(owned_consumer_);
    settings.clients = clients;
    settings.errors =
        std::make_shared<pipeline::ErrorPolicy>(errors, "sink-0", "[sink|task-0] ", dead_letters);
    auto connector_class = std::make_shared<FakeConnectorClass>();
    connector_class->make = [this](std::shared_ptr<plugin::SinkTaskContext> context) {
      auto made = std::make_unique<FakeSinkTask>(journal, std::move(context));
      task = made.get();
      if (prepare) prepare(*task);
      return made;
    };
    auto named = [](const char* name) {
      return pipeline::NamedConverter{std::make_unique<TextConverter>(), name};
    };
    runner = std::make_shared<SinkTaskRunner>(
        settings, connector_class,
        std::make_unique<pipeline::SinkPipeline>(
            pipeline::Converters{named("Key"), named("Value"), named("Header")},
            std::move(transforms), settings.errors),
        limits);
    consumer->script_over = [this] { runner->request_stop(); };
  }
  void wait() {
    ASSERT_TRUE(runner->wait_stopped(std::chrono::steady_clock::now() + std::chrono::minutes(1)));
  }
  void run() {
    make();
    runner->start();
    wait();
  }

  Journal journal;
  StatusRecorder status;
  TaskSettings settings;
  pipeline::ErrorPolicyConfig errors;
  std::shared_ptr<pipeline::DeadLetterQueue> dead_letters;
  pipeline::Transforms transforms;
  SinkTaskLimits limits;
  std::function<void(FakeSinkTask&)> prepare;  // called when the task is made
  FakeConsumer* consumer = nullptr;            // valid until the task has ended
  FakeSinkTask* task = nullptr;
  std::shared_ptr<SinkTaskRunner> runner;
  const TopicPartition t0{"t", 0}, t1{"t", 1};

 private:
  std::unique_ptr<FakeConsumer> owned_consumer_;
};

}  // namespace millrace::runtime::testing
