// The Prometheus text form of a MetricRegistry.
#include <charconv>
#include <cmath>
#include <map>

#include "base/metrics.h"

namespace millrace {
namespace {

using Labels = std::vector<std::pair<std::string, std::string>>;

std::string prometheus_name(std::string_view name) {
  std::string out(name);
  for (char& c : out) {
    bool allowed = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!allowed) c = '_';
  }
  return out;
}

void append_value(std::string& out, double value) {
  if (std::isnan(value)) {
    out += "NaN";
  } else if (std::isinf(value)) {
    out += value > 0 ? "+Inf" : "-Inf";
  } else {
    char text[32];
    bool whole = value == std::trunc(value) && std::fabs(value) < 9007199254740992.0;
    auto end = whole ? std::to_chars(text, text + sizeof text, static_cast<int64_t>(value))
                     : std::to_chars(text, text + sizeof text, value);
    out.append(text, end.ptr);
  }
}

void append_label(std::string& out, std::string_view name, std::string_view value) {
  if (out.back() != '{') out.push_back(',');
  out.append(prometheus_name(name)).append("=\"");
  for (char c : value) {
    if (c == '\\' || c == '"') out.push_back('\\');
    if (c == '\n') {
      out += "\\n";
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
}

// All lines of one metric name must stand together, under one HELP and TYPE.
class Exposition : public Sample {
 public:
  void begin(const MetricGroup& group) {
    group_ = &group;
    prefix_ = "kafka_connect_" + prometheus_name(group.name) + "_";
  }

  void gauge(std::string_view attribute, double value) override {
    line(family(attribute, "gauge"), "", {}, value);
  }
  void counter(std::string_view attribute, double value) override {
    line(family(attribute, "counter"), "", {}, value);
  }
  void text(std::string_view attribute, std::string_view value) override {
    line(family(attribute, "gauge"), "", {{std::string(attribute), std::string(value)}}, 1);
  }
  void labelled_gauge(std::string_view attribute, const Labels& labels, double value) override {
    line(family(attribute, "gauge"), "", labels, value);
  }
  void histogram(std::string_view attribute, const LatencyHistogram& histogram) override {
    Family& lines = family(attribute, "histogram");
    uint64_t below = 0;
    for (int i = 0; i < LatencyHistogram::kBuckets; ++i) {
      below += histogram.bucket(i);
      std::string bound;
      append_value(bound, LatencyHistogram::upper_bound_seconds(i));
      line(lines, "_bucket", {{"le", bound}}, static_cast<double>(below));
    }
    line(lines, "_sum", {}, histogram.sum_seconds());
    line(lines, "_count", {}, static_cast<double>(below));  // the same as the last bucket
  }

  std::string finish() const {
    std::string out;
    for (const auto& [name, family] : families_) {
      out.append("# HELP ").append(name).append(" ").append(family.help).append("\n");
      out.append("# TYPE ").append(name).append(" ").append(family.type).append("\n");
      out += family.lines;
    }
    return out;
  }

 private:
  struct Family {
    std::string name, type, help, lines;
  };

  Family& family(std::string_view attribute, const char* type) {
    std::string name = prefix_ + prometheus_name(attribute);
    auto [found, is_new] = families_.try_emplace(name);
    if (is_new) {
      found->second = {name, type, std::string(attribute) + " of " + group_->name, ""};
    }
    return found->second;
  }

  void line(Family& family, std::string_view suffix, const Labels& more, double value) {
    std::string& out = family.lines;
    out.append(family.name).append(suffix);
    if (!group_->labels.empty() || !more.empty()) {
      out.push_back('{');
      for (const auto& [name, text] : group_->labels) append_label(out, name, text);
      for (const auto& [name, text] : more) append_label(out, name, text);
      out.push_back('}');
    }
    out.push_back(' ');
    append_value(out, value);
    out.push_back('\n');
  }

  const MetricGroup* group_ = nullptr;
  std::string prefix_;
  std::map<std::string, Family> families_;
};

}  // namespace

std::string MetricRegistry::prometheus() const {
  Exposition exposition;
  visit([&](const MetricGroup& group, const std::function<void(Sample&)>& read) {
    exposition.begin(group);
    read(exposition);
  });
  return exposition.finish();
}

}  // namespace millrace
