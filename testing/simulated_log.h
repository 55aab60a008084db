#pragma once
// A compacted topic of one partition in a simulation, and its workers' logs over it: real stores
// read and write it. Records come late, get lost, come twice, and vanish behind newer ones of the
// same key, with their offsets left empty.

#include <deque>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "kafka/topic_log.h"
#include "testing/simulation.h"

namespace millrace::testing {

struct SimulatedTopic {
  std::map<int64_t, kafka::LogRecord> records;  // by offset
  int64_t end = 0;
  std::function<void(const kafka::LogRecord&)> on_append;  // one who misses nothing

  void append(const kafka::LogEntry& entry, int64_t now_ms) {
    kafka::LogRecord& record = records[end];
    record = {0, end, now_ms, entry.key, entry.value};
    ++end;
    if (on_append) on_append(record);
  }
  // Of what lies before `until`, the last record of each key remains. Tombstones go, too, where
  // everybody must have read them: those from before `tombstones_until_ms`.
  size_t compact(int64_t until, int64_t tombstones_until_ms) {
    const size_t before = records.size();
    std::set<std::string> newer;
    for (auto each = records.lower_bound(until); each != records.begin();) {
      --each;
      const kafka::LogRecord& record = each->second;
      const bool superseded = !newer.insert(record.key.value_or("")).second;
      const bool forgotten = !record.value && record.timestamp < tombstones_until_ms;
      if (superseded || forgotten) each = records.erase(each);
    }
    return before - records.size();
  }
};

// The log of one who is always there and reads at once: what the topic says as a whole.
class WholeLog final : public kafka::TopicLog {
 public:
  explicit WholeLog(SimulatedTopic& topic) : topic_(topic) {}
  Result<void> start(OnRecord on_record) override {
    topic_.on_append = std::move(on_record);
    return {};
  }
  void read_to_end(std::chrono::milliseconds, Done done) override { done({}); }
  void send(std::vector<kafka::LogEntry>, std::chrono::milliseconds, Done) override {}
  void stop() override {}

 private:
  SimulatedTopic& topic_;
};

class SimulatedLog final : public kafka::TopicLog {
 public:
  SimulatedLog(std::shared_ptr<SimulatedProcess> process, SimulatedTopic& topic)
      : process_(std::move(process)), topic_(topic) {}

  Result<void> start(OnRecord on_record) override {
    on_record_ = std::move(on_record);
    read_until(topic_.end);
    poll();
    return {};
  }
  void stop() override {}
  void read_to_end(std::chrono::milliseconds timeout, Done done) override {
    const Done once = once_within(timeout, std::move(done));
    ask_end(once);
  }
  // The broker takes it even if this process dies meanwhile. Each record by itself may be lost, and
  // the acknowledgement, too: then nobody knows. The client sends again what was not acknowledged.
  void send(std::vector<kafka::LogEntry> entries, std::chrono::milliseconds timeout,
            Done done) override {
    const Done once = once_within(timeout, std::move(done));
    Simulation& simulation = process_->simulation();
    auto delay = process_->network_delay();
    if (simulation.chance(0.01)) delay += simulation.delay(1'000, 20'000);
    last_send_ = std::max(last_send_, simulation.now() + delay);  // one after the other
    simulation.at(last_send_, [process = process_, topic = &topic_, entries, once] {
      for (const kafka::LogEntry& entry : entries) {
        if (!process->reaches_kafka()) return;
        topic->append(entry, process->simulation().wall_ms());
        if (process->simulation().chance(0.01))
          topic->append(entry, process->simulation().wall_ms());
      }
      if (process->alive()) process->after(process->network_delay(), [once] { once({}); });
    });
  }

  // Until then nothing is read: a slow disk, a slow broker.
  void stall(std::chrono::microseconds time) {
    stalled_until_ = process_->simulation().now() + time;
  }

 private:
  Done once_within(std::chrono::milliseconds timeout, Done done) {
    auto answered = std::make_shared<bool>(false);
    Done once = [answered, done = std::move(done)](const Result<void>& result) {
      if (!std::exchange(*answered, true)) done(result);
    };
    process_->after(timeout, [once] { once(fail(ErrorKind::timed_out, "Timed out")); });
    return once;
  }
  void ask_end(const Done& done) {
    process_->after(process_->network_delay(), [this, done] {
      if (!process_->reaches_kafka()) {
        process_->after(std::chrono::milliseconds(500), [this, done] { ask_end(done); });
        return;
      }
      waiting_.emplace_back(topic_.end, done);
      answer_waiting();
    });
  }
  void read_until(int64_t end) {
    for (auto next = topic_.records.lower_bound(position_);
         next != topic_.records.end() && next->first < end;
         next = topic_.records.lower_bound(position_)) {
      position_ = next->first + 1;
      on_record_(kafka::LogRecord(next->second));
    }
    position_ = std::max(position_, end);
  }
  void poll() {
    Simulation& simulation = process_->simulation();
    if (simulation.now() >= stalled_until_ && !process_->cut_off()) {
      // Not always all at once.
      int64_t end = topic_.end;
      if (end > position_ && simulation.chance(0.3)) end = simulation.between(position_, end);
      read_until(end);
      answer_waiting();
    }
    process_->after(simulation.delay(5, waiting_.empty() ? 150 : 20), [this] { poll(); });
  }
  void answer_waiting() {
    auto waiting = std::exchange(waiting_, {});
    for (auto& [end, done] : waiting) {
      if (position_ >= end)
        done({});
      else
        waiting_.emplace_back(end, std::move(done));
    }
  }

  const std::shared_ptr<SimulatedProcess> process_;
  SimulatedTopic& topic_;
  OnRecord on_record_;
  int64_t position_ = 0;
  std::deque<std::pair<int64_t, Done>> waiting_;
  Simulation::Clock::time_point stalled_until_{}, last_send_{};
};

}  // namespace millrace::testing
