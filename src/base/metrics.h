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

// A total and its rate per second (Java: Rate + CumulativeSum). Marked once per batch, so it may
// take the time.
class Meter {
 public:
  void mark(uint64_t n);
  uint64_t total() const;
  double rate() const;

 private:
  friend class MeterWindow;
  struct Slot {
    int64_t sample = -1;
    uint64_t sum = 0;
  };
  mutable std::mutex mutex_;
  std::vector<Slot> slots_;
  uint64_t total_ = 0;
};

// Average and maximum over the window (Java: Avg and Max). NaN where nothing was recorded.
class WindowStat {
 public:
  void record(double value);
  double average() const;
  double maximum() const;

 private:
  struct Slot {
    int64_t sample = -1;
    double sum = 0, maximum = 0;
    uint64_t count = 0;
  };
  mutable std::mutex mutex_;
  std::vector<Slot> slots_;
};

// Times in powers of two from 1 microsecond to about a minute. Single writer.
class LatencyHistogram {
 public:
  static constexpr int kBuckets = 27;
  void record(std::chrono::nanoseconds time);
  uint64_t bucket(int index) const { return counts_[index].total(); }
  static double upper_bound_seconds(int index);
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
  // Prometheus text exposition: `kafka_connect_` + group and attribute, `-` as `_`.
  std::string prometheus() const;
  // Calls `visit` for each group (for REST views).
  void visit(const std::function<void(const MetricGroup&, const std::function<void(Sample&)>&)>&
                 visit) const;

 private:
  struct Entry {
    MetricGroup group;
    std::function<void(Sample&)> read;
  };
  mutable std::mutex mutex_;
  std::map<uint64_t, Entry> entries_;
  uint64_t next_id_ = 1;
};

}  // namespace millrace
