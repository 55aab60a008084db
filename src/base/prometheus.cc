// The Prometheus text form of a MetricRegistry.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <unordered_map>

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

// The bounds of all histograms, as the label `le` gives them.
const std::vector<std::string>& bucket_labels() {
  static const std::vector<std::string> labels = [] {
    std::vector<std::string> all(LatencyHistogram::kBuckets);
    for (int i = 0; i < LatencyHistogram::kBuckets; ++i) {
      std::string& label = all[static_cast<size_t>(i)];
      label = "le=\"";
      append_value(label, LatencyHistogram::upper_bound_seconds(i));
      label += '"';
    }
    return all;
  }();
  return labels;
}

// All lines of one metric name must stand together, under one HELP and TYPE. A scraper comes every
// few seconds and a worker has thousands of lines: names and labels are put together once for each
// family and group, not for each line.
class Exposition : public Sample {
 public:
  void begin(const MetricGroup& group) {
    group_ = &group;
    families_ = &groups_[group.name];
    labels_.clear();
    for (const auto& [name, text] : group.labels) {
      if (!labels_.empty()) labels_ += ',';
      append_label(labels_, name, text);
    }
  }

  void gauge(std::string_view attribute, double value) override {
    line(family(attribute, "gauge"), "", {}, value);
  }
  void counter(std::string_view attribute, double value) override {
    line(family(attribute, "counter"), "", {}, value);
  }
  void text(std::string_view attribute, std::string_view value) override {
    more_.clear();
    append_label(more_, attribute, value);
    line(family(attribute, "gauge"), "", more_, 1);
  }
  void labelled_gauge(std::string_view attribute, const Labels& labels, double value) override {
    more_.clear();
    for (const auto& [name, text] : labels) {
      if (!more_.empty()) more_ += ',';
      append_label(more_, name, text);
    }
    line(family(attribute, "gauge"), "", more_, value);
  }
  void histogram(std::string_view attribute, const LatencyHistogram& histogram) override {
    Family& lines = family(attribute, "histogram");
    uint64_t below = 0;
    for (int i = 0; i < LatencyHistogram::kBuckets; ++i) {
      below += histogram.bucket(i);
      line(lines, "_bucket", bucket_labels()[static_cast<size_t>(i)], static_cast<double>(below));
    }
    line(lines, "_sum", {}, histogram.sum_seconds());
    line(lines, "_count", {}, static_cast<double>(below));  // the same as the last bucket
  }

  std::string finish() const {
    std::vector<const Family*> sorted;
    size_t size = 0;
    for (const auto& [group, families] : groups_)
      for (const auto& [attribute, family] : families) {
        sorted.push_back(&family);
        size += family.lines.size() + 2 * family.name.size() + family.help.size() + 40;
      }
    std::sort(sorted.begin(), sorted.end(),
              [](const Family* a, const Family* b) { return a->name < b->name; });
    std::string out;
    out.reserve(size);
    const Family* last = nullptr;
    for (const Family* family : sorted) {
      // Two groups whose names differ in what a metric's name cannot hold are one family.
      if (last == nullptr || last->name != family->name) {
        out.append("# HELP ").append(family->name).append(" ").append(family->help).append("\n");
        out.append("# TYPE ").append(family->name).append(" ").append(family->type).append("\n");
      }
      out += family->lines;
      last = family;
    }
    return out;
  }

 private:
  struct Family {
    std::string name, type, help, lines;
  };
  struct TextHash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  using Families = std::unordered_map<std::string, Family, TextHash, std::equal_to<>>;  // attribute

  Family& family(std::string_view attribute, const char* type) {
    auto found = families_->find(attribute);
    if (found != families_->end()) return found->second;
    Family& made = (*families_)[std::string(attribute)];
    made.name = "kafka_connect_" + prometheus_name(group_->name) + "_" + prometheus_name(attribute);
    made.type = type;
    made.help = std::string(attribute) + " of " + group_->name;
    return made;
  }

  void line(Family& family, std::string_view suffix, std::string_view more, double value) {
    std::string& out = family.lines;
    out.append(family.name).append(suffix);
    if (!labels_.empty() || !more.empty()) {
      out.push_back('{');
      out += labels_;
      if (!labels_.empty() && !more.empty()) out.push_back(',');
      out += more;
      out.push_back('}');
    }
    out.push_back(' ');
    append_value(out, value);
    out.push_back('\n');
  }

  const MetricGroup* group_ = nullptr;
  Families* families_ = nullptr;  // of that group
  std::string labels_, more_;     // of that group; of one line
  std::unordered_map<std::string, Families> groups_;
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
