#include "rest/connector_metrics.h"

#include <cmath>
#include <cstdio>

#include "rest/json_value.h"

namespace millrace::rest {
namespace {

using Labels = std::vector<std::pair<std::string, std::string>>;

const std::string* label(const Labels& labels, std::string_view name) {
  for (const auto& [key, value] : labels)
    if (key == name) return &value;
  return nullptr;
}

std::string number(double value) {
  if (!std::isfinite(value)) return "null";
  char text[32];
  const bool whole = value == std::floor(value) && std::fabs(value) < 1e15;
  std::snprintf(text, sizeof text, whole ? "%.0f" : "%.9g", value);
  return text;
}

// A label that holds a number, as one; anything else as text.
std::string number_or_text(const std::string* text) {
  if (text == nullptr) return "null";
  const bool digits = !text->empty() && text->size() < 10 &&
                      text->find_first_not_of("0123456789") == std::string::npos;
  return digits ? std::to_string(std::stol(*text)) : json_string(*text);
}

class LagSample : public Sample {
 public:
  explicit LagSample(const std::string* task) : task_(task) {}
  void gauge(std::string_view, double) override {}
  void counter(std::string_view, double) override {}
  void text(std::string_view, std::string_view) override {}
  void histogram(std::string_view, const LatencyHistogram&) override {}
  void labelled_gauge(std::string_view attribute, const Labels& labels, double value) override {
    if (attribute != "records-lag" || !std::isfinite(value)) return;
    total += value;
    partitions += (partitions.empty() ? "" : ",") + (R"({"task":)" + number_or_text(task_)) +
                  R"(,"topic":)" + json_string(*label(labels, "topic")) + R"(,"partition":)" +
                  number_or_text(label(labels, "partition")) + R"(,"lag":)" + number(value) + "}";
  }
  std::string partitions;
  double total = 0;

 private:
  const std::string* task_;
};

class ValuesSample : public Sample {
 public:
  void gauge(std::string_view attribute, double value) override { add(attribute, number(value)); }
  void counter(std::string_view attribute, double value) override { add(attribute, number(value)); }
  void text(std::string_view attribute, std::string_view value) override {
    add(attribute, json_string(value));
  }
  void histogram(std::string_view attribute, const LatencyHistogram& histogram) override {
    add(attribute, R"({"count":)" + std::to_string(histogram.count()) + R"(,"sum_seconds":)" +
                       number(histogram.sum_seconds()) + "}");
  }
  // Partitions are the lag's matter.
  void labelled_gauge(std::string_view, const Labels&, double) override {}
  std::string values;

 private:
  void add(std::string_view attribute, const std::string& json) {
    values += (values.empty() ? "" : ",") + json_string(attribute) + ":" + json;
  }
};

}  // namespace

std::map<std::string, std::string> lag_by_connector(const MetricRegistry& metrics) {
  struct Found {
    double total = 0;
    std::string partitions;
  };
  std::map<std::string, Found> found;
  metrics.visit([&](const MetricGroup& group, const std::function<void(Sample&)>& read) {
    const std::string* connector = label(group.labels, "connector");
    if (connector == nullptr || group.name != "sink-task-metrics") return;
    LagSample sample(label(group.labels, "task"));
    read(sample);
    if (sample.partitions.empty()) return;
    Found& one = found[*connector];
    one.total += sample.total;
    one.partitions += (one.partitions.empty() ? "" : ",") + sample.partitions;
  });
  std::map<std::string, std::string> views;
  for (const auto& [connector, one] : found)
    views[connector] =
        R"({"total":)" + number(one.total) + R"(,"partitions":[)" + one.partitions + "]}";
  return views;
}

std::map<std::string, std::string> metrics_by_connector(const MetricRegistry& metrics) {
  std::map<std::string, std::string> views;
  metrics.visit([&](const MetricGroup& group, const std::function<void(Sample&)>& read) {
    const std::string* connector = label(group.labels, "connector");
    if (connector == nullptr) return;
    ValuesSample sample;
    read(sample);
    std::string& view = views[*connector];
    view += (view.empty() ? "[" : ",") + (R"({"group":)" + json_string(group.name));
    for (const auto& [key, value] : group.labels)
      if (key != "connector") view += "," + json_string(key) + ":" + json_string(value);
    view += R"(,"values":{)" + sample.values + "}}";
  });
  for (auto& [connector, view] : views) view += "]";
  return views;
}

}  // namespace millrace::rest
