#pragma once
// Metrics. A class that is measured owns a probe: a struct of the counters below, to which its
// thread adds without locks. The registry only knows how to read them, when somebody asks. Names
// are those of the Java worker's MBeans.
//
//   struct Probe { Meter records; WindowStat put_ms; };
//   probe_registration_ = registry.add({"sink-task-metrics", {{"connector", name}, {"task", "0"}}},
//   [this](Sample& s) {
//     s.gauge("sink-record-send-total", probe_.records.total()); ... });

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace {

using MetricClock = std::chrono::steady_clock;

// Single writer, many readers.
class Counter {
 public:
  void add(uint64_t n = 1) {
    value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  uint64_t total() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

// The window over which rates, averages and maxima are taken: metrics.sample.window.ms times
// metrics.num.samples. Set once at start.
struct MetricWindow {
  static inline std::chrono::milliseconds sample{30000};
  static inline int samples = 2;
};

// The samples of one window, as org.apache.kafka.common.metrics.stats.SampledStat keeps them: a
// sample starts with its first event and lasts MetricWindow::sample. Not thread-safe.
class SampleRing {
 public:
  struct Slot {
    int64_t start_ms = -1;  // -1: empty
    double sum = 0, maximum = 0;
    uint64_t count = 0;
  };
  Slot& current(MetricClock::time_point now);
  // The sum of what is still inside the window; `start_ms` is the oldest sample's start, -1 for
  // none.
  Slot combined(MetricClock::time_point now) const;

 private:
  std::vector<Slot> slots_;
  size_t current_ = 0;
};

// A total and its rate per second (Java: Rate + CumulativeSum). Marked once per batch, so it may
// take the time. Thread-safe.
class Meter {
 public:
  void mark(uint64_t n, MetricClock::time_point now = MetricClock::now());
  uint64_t total() const;
  double rate(MetricClock::time_point now = MetricClock::now()) const;

 private:
  mutable std::mutex mutex_;
  SampleRing samples_;
  uint64_t total_ = 0;
};

// Average and maximum over the window (Java: Avg and Max). NaN where nothing was recorded.
// Thread-safe.
class WindowStat {
 public:
  void record(double value, MetricClock::time_point now = MetricClock::now());
  double average(MetricClock::time_point now = MetricClock::now()) const;
  double maximum(MetricClock::time_point now = MetricClock::now()) const;

 private:
  mutable std::mutex mutex_;
  SampleRing samples_;
};

// Times in powers of two from 1 microsecond to about half a minute; the last bucket takes what is
// longer. Single writer.
class LatencyHistogram {
 public:
  static constexpr int kBuckets = 27;
  void record(std::chrono::nanoseconds time);
  uint64_t bucket(int index) const { return counts_[index].total(); }  // not cumulative
  static double upper_bound_seconds(int index);                        // infinite for the last
  uint64_t count() const;
  double sum_seconds() const { return static_cast<double>(sum_ns_.total()) / 1e9; }

 private:
  Counter counts_[kBuckets];
  Counter sum_ns_;
};

struct MetricGroup {
  std::string name;                                         // "sink-task-metrics"
  std::vector<std::pair<std::string, std::string>> labels;  // connector, task
};

// What a group says of itself when asked.
class Sample {
 public:
  virtual ~Sample() = default;
  virtual void gauge(std::string_view attribute, double value) = 0;    // may be NaN
  virtual void counter(std::string_view attribute, double value) = 0;  // only grows
  virtual void text(std::string_view attribute, std::string_view value) = 0;
  virtual void histogram(std::string_view attribute, const LatencyHistogram& histogram) = 0;
  // The same with labels of its own (a partition's lag).
  virtual void labelled_gauge(std::string_view attribute,
                              const std::vector<std::pair<std::string, std::string>>& labels,
                              double value) = 0;
};

// Groups that can be read at any time from any thread. Outlives its registrations. While a group is
// read only that group's own lock is held, so a slow reading delays neither the other groups nor
// who adds or removes them. `read` must not take a lock that is held where its registration is
// destroyed.
class MetricRegistry {
 public:
  // Reading stops when the registration is destroyed; destruction waits for a reading that is under
  // way.
  class Registration {
   public:
    Registration() = default;
    Registration(Registration&& other) noexcept { swap(other); }
    Registration& operator=(Registration&& other) noexcept {
      swap(other);
      return *this;
    }
    ~Registration();

   private:
    friend class MetricRegistry;
    void swap(Registration& other) noexcept {
      std::swap(registry_, other.registry_), std::swap(id_, other.id_);
    }
    MetricRegistry* registry_ = nullptr;
    uint64_t id_ = 0;
  };

  [[nodiscard]] Registration add(MetricGroup group, std::function<void(Sample&)> read);
  // Prometheus text exposition 0.0.4: `kafka_connect_` + group and attribute, `-` as `_`. A text
  // becomes a label of its own attribute's name with the value 1.
  std::string prometheus() const;
  // Calls `visit` for each group (for REST views).
  void visit(const std::function<void(const MetricGroup&, const std::function<void(Sample&)>&)>&
                 visit) const;

 private:
  struct Entry {
    MetricGroup group;
    std::function<void(Sample&)> read;
    std::mutex reading;    // held while `read` runs
    bool removed = false;  // guarded by `reading`
  };
  std::vector<std::shared_ptr<Entry>> snapshot() const;
  void remove(uint64_t id);

  mutable std::mutex mutex_;  // guards the map, never held across `read`
  std::map<uint64_t, std::shared_ptr<Entry>> entries_;
  uint64_t next_id_ = 1;
};

}  // namespace millrace
