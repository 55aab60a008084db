#include "base/metrics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <regex>
#include <set>
#include <sstream>
#include <thread>

#include "base/process_metrics.h"

namespace millrace {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const MetricClock::time_point kStart = MetricClock::time_point(seconds(1000));

// What a scraper demands of the text form; gives the metric names.
std::set<std::string> check_exposition(const std::string& text) {
  static const std::regex kHelp(R"(# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) [^\n]*)");
  static const std::regex kType(
      R"(# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram|untyped))");
  static const std::regex kSample(
      R"(([a-zA-Z_:][a-zA-Z0-9_:]*)(\{[a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\["\\n])*"(,[a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\["\\n])*")*\})? (NaN|[+-]Inf|-?[0-9.]+(e[+-]?[0-9]+)?))");
  std::set<std::string> names, series;
  std::string current, type;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (std::regex_match(line, match, kHelp)) {
      current = match[1];
      EXPECT_TRUE(names.insert(current).second) << "not grouped: " << line;
    } else if (std::regex_match(line, match, kType)) {
      EXPECT_EQ(match[1], current);
      type = match[2];
    } else if (std::regex_match(line, match, kSample)) {
      std::string name = match[1];
      if (type == "histogram") {
        name = std::regex_replace(name, std::regex("_(bucket|sum|count)$"), "");
      }
      EXPECT_EQ(name, current) << line;
      EXPECT_TRUE(series.insert(line.substr(0, line.rfind(' '))).second) << "twice: " << line;
    } else {
      ADD_FAILURE() << "no line of the exposition: " << line;
    }
  }
  EXPECT_TRUE(text.empty() || text.back() == '\n');
  return names;
}

TEST(MeterTest, RatesAsJavaRates) {
  Meter meter;
  EXPECT_EQ(meter.rate(kStart), 0);
  meter.mark(300, kStart);
  // One of two samples of 30 s counts as complete from the start.
  EXPECT_DOUBLE_EQ(meter.rate(kStart), 300 / 30.0);
  EXPECT_DOUBLE_EQ(meter.rate(kStart + seconds(10)), 300 / 40.0);
  meter.mark(100, kStart + seconds(30));  // the second sample
  EXPECT_DOUBLE_EQ(meter.rate(kStart + seconds(40)), 400 / 40.0);
  EXPECT_DOUBLE_EQ(meter.rate(kStart + seconds(61)), 100 / 31.0);  // the first has gone
  EXPECT_EQ(meter.rate(kStart + seconds(200)), 0);
  EXPECT_EQ(meter.total(), 400u);
}

TEST(WindowStatTest, ForgetsWhatIsOlderThanTheWindow) {
  WindowStat stat;
  EXPECT_TRUE(std::isnan(stat.average(kStart)));
  EXPECT_TRUE(std::isnan(stat.maximum(kStart)));
  stat.record(-4, kStart);
  stat.record(-2, kStart);
  EXPECT_EQ(stat.average(kStart), -3);
  EXPECT_EQ(stat.maximum(kStart), -2);
  stat.record(10, kStart + seconds(45));
  EXPECT_EQ(stat.maximum(kStart + seconds(45)), 10);
  EXPECT_DOUBLE_EQ(stat.average(kStart + seconds(45)), 4 / 3.0);
  EXPECT_EQ(stat.average(kStart + seconds(61)), 10);
  EXPECT_TRUE(std::isnan(stat.average(kStart + seconds(200))));
}

TEST(LatencyHistogramTest, CountsInPowersOfTwo) {
  LatencyHistogram histogram;
  histogram.record(std::chrono::nanoseconds(0));
  histogram.record(std::chrono::microseconds(1));
  histogram.record(std::chrono::nanoseconds(1001));
  histogram.record(std::chrono::hours(1));
  histogram.record(std::chrono::nanoseconds(-5));
  EXPECT_EQ(histogram.bucket(0), 3u);
  EXPECT_EQ(histogram.bucket(1), 1u);
  EXPECT_EQ(histogram.bucket(LatencyHistogram::kBuckets - 1), 1u);
  EXPECT_EQ(histogram.count(), 5u);
  EXPECT_DOUBLE_EQ(LatencyHistogram::upper_bound_seconds(1), 2e-6);
  EXPECT_TRUE(std::isinf(LatencyHistogram::upper_bound_seconds(LatencyHistogram::kBuckets - 1)));
}

TEST(MetricRegistryTest, PrintsWhatPrometheusReads) {
  MetricRegistry registry;
  LatencyHistogram histogram;
  histogram.record(milliseconds(3));
  auto read = [&](Sample& s) {
    s.gauge("offset-commit-avg-time-ms", std::numeric_limits<double>::quiet_NaN());
    s.counter("sink-record-send-total", 12345678901.0);
    s.gauge("ratio", 0.1);
    s.text("status", "run\"n\\ing\n");
    s.histogram("put-seconds", histogram);
    s.labelled_gauge("lag", {{"topic", "t"}, {"partition", "0"}}, 5);
    s.labelled_gauge("lag", {{"topic", "t"}, {"partition", "1"}}, 6);
  };
  auto a = registry.add({"sink-task-metrics", {{"connector", "x"}, {"task", "0"}}}, read);
  auto b = registry.add({"sink-task-metrics", {{"connector", "x"}, {"task", "1"}}}, read);
  auto c =
      registry.add({"connect-worker-metrics", {}}, [](Sample& s) { s.gauge("task-count", 2); });
  std::string text = registry.prometheus();
  EXPECT_EQ(check_exposition(text).size(), 7u) << text;
  auto has = [&](const std::string& line) {
    EXPECT_NE(text.find(line + "\n"), std::string::npos) << line << "\n" << text;
  };
  has(R"(kafka_connect_sink_task_metrics_sink_record_send_total{connector="x",task="0"} 12345678901)");
  has(R"(kafka_connect_sink_task_metrics_offset_commit_avg_time_ms{connector="x",task="1"} NaN)");
  has(R"(kafka_connect_sink_task_metrics_ratio{connector="x",task="0"} 0.1)");
  has(R"(kafka_connect_sink_task_metrics_status{connector="x",task="0",status="run\"n\\ing\n"} 1)");
  has(R"(kafka_connect_sink_task_metrics_lag{connector="x",task="0",topic="t",partition="1"} 6)");
  has(R"(kafka_connect_sink_task_metrics_put_seconds_bucket{connector="x",task="0",le="+Inf"} 1)");
  has(R"(kafka_connect_sink_task_metrics_put_seconds_bucket{connector="x",task="0",le="0.002048"} 0)");
  has(R"(kafka_connect_sink_task_metrics_put_seconds_count{connector="x",task="0"} 1)");
  has("kafka_connect_connect_worker_metrics_task_count 2");
}

TEST(MetricRegistryTest, AMovedRegistrationStaysAndADestroyedOneGoes) {
  MetricRegistry registry;
  auto count = [&] {
    int groups = 0;
    registry.visit([&](const MetricGroup&, const auto&) { ++groups; });
    return groups;
  };
  MetricRegistry::Registration kept;
  {
    auto first = registry.add({"a", {}}, [](Sample&) {});
    auto second = registry.add({"b", {}}, [](Sample&) {});
    kept = std::move(first);
    EXPECT_EQ(count(), 2);
  }
  EXPECT_EQ(count(), 1);
  kept = registry.add({"c", {}}, [](Sample&) {});
  kept = MetricRegistry::Registration();
  EXPECT_EQ(count(), 0);
  EXPECT_EQ(registry.prometheus(), "");
}

// What a group reads may go as soon as its registration has gone. (TSan and ASan watch.)
TEST(MetricRegistryTest, DestructionWaitsForAReading) {
  MetricRegistry registry;
  std::atomic<bool> stop{false};
  std::thread reader([&] {
    while (!stop) registry.prometheus();
  });
  for (int i = 0; i < 2000; ++i) {
    auto value = std::make_unique<double>(i);
    auto registration =
        registry.add({"a", {}}, [raw = value.get()](Sample& s) { s.gauge("x", *raw); });
    if (i % 16 == 0) std::this_thread::yield();
    registration = MetricRegistry::Registration();
    value.reset();
  }
  stop = true;
  reader.join();
}

TEST(MetricRegistryTest, GroupsMayComeWhileOneIsRead) {
  MetricRegistry registry;
  MetricRegistry::Registration inner;
  auto outer = registry.add({"a", {}}, [&](Sample& s) {
    inner = registry.add({"b", {}}, [](Sample&) {});
    s.gauge("x", 1);
  });
  EXPECT_EQ(check_exposition(registry.prometheus()).size(), 1u);
}

TEST(ProcessMetricsTest, AreSane) {
  std::string text = process_metrics_prometheus();
  auto names = check_exposition(text);
  EXPECT_TRUE(names.count("process_cpu_seconds_total"));
  EXPECT_TRUE(names.count("process_start_time_seconds"));
  std::smatch match;
  ASSERT_TRUE(std::regex_search(text, match, std::regex("\nprocess_threads ([0-9]+)\n")));
  EXPECT_GE(std::stoi(match[1]), 1);
  ASSERT_TRUE(
      std::regex_search(text, match, std::regex("\nprocess_resident_memory_bytes ([0-9]+)\n")));
  EXPECT_GT(std::stoll(match[1]), 100'000);
}

}  // namespace
}  // namespace millrace
