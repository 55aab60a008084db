#include "base/metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace millrace {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

int64_t to_ms(MetricClock::time_point time) {
  using std::chrono::milliseconds;
  return std::chrono::duration_cast<milliseconds>(time.time_since_epoch()).count();
}

int64_t sample_ms() { return std::max<int64_t>(1, MetricWindow::sample.count()); }
int64_t sample_count() { return std::max(1, MetricWindow::samples); }

}  // namespace

SampleRing::Slot& SampleRing::current(MetricClock::time_point now) {
  int64_t now_ms = to_ms(now);
  if (slots_.empty()) slots_.resize(static_cast<size_t>(sample_count()));
  Slot& slot = slots_[current_];
  if (slot.start_ms >= 0 && now_ms < slot.start_ms + sample_ms()) return slot;
  if (slot.start_ms >= 0) current_ = (current_ + 1) % slots_.size();
  slots_[current_] = Slot{};
  slots_[current_].start_ms = now_ms;
  return slots_[current_];
}

SampleRing::Slot SampleRing::combined(MetricClock::time_point now) const {
  int64_t expiry_ms = to_ms(now) - sample_ms() * sample_count();
  Slot all;
  for (const Slot& slot : slots_) {
    if (slot.start_ms < 0 || slot.start_ms <= expiry_ms) continue;
    if (all.start_ms < 0 || slot.start_ms < all.start_ms) all.start_ms = slot.start_ms;
    all.maximum = all.count == 0 ? slot.maximum : std::max(all.maximum, slot.maximum);
    all.sum += slot.sum;
    all.count += slot.count;
  }
  return all;
}

void Meter::mark(uint64_t n, MetricClock::time_point now) {
  std::lock_guard lock(mutex_);
  SampleRing::Slot& slot = samples_.current(now);
  slot.sum += static_cast<double>(n);
  ++slot.count;
  total_ += n;
}

uint64_t Meter::total() const {
  std::lock_guard lock(mutex_);
  return total_;
}

// As org.apache.kafka.common.metrics.stats.Rate: all but one of the samples count as complete even
// when they are not, so that the first events do not look like a flood.
double Meter::rate(MetricClock::time_point now) const {
  std::lock_guard lock(mutex_);
  SampleRing::Slot all = samples_.combined(now);
  if (all.start_ms < 0) return 0;
  int64_t elapsed_ms = to_ms(now) - all.start_ms;
  int64_t missing = sample_count() - 1 - elapsed_ms / sample_ms();
  if (missing > 0) elapsed_ms += missing * sample_ms();
  elapsed_ms = std::max(elapsed_ms, sample_ms());
  return all.sum * 1000.0 / static_cast<double>(elapsed_ms);
}

void WindowStat::record(double value, MetricClock::time_point now) {
  std::lock_guard lock(mutex_);
  SampleRing::Slot& slot = samples_.current(now);
  slot.maximum = slot.count == 0 ? value : std::max(slot.maximum, value);
  slot.sum += value;
  ++slot.count;
}

double WindowStat::average(MetricClock::time_point now) const {
  std::lock_guard lock(mutex_);
  SampleRing::Slot all = samples_.combined(now);
  return all.count == 0 ? kNan : all.sum / static_cast<double>(all.count);
}

double WindowStat::maximum(MetricClock::time_point now) const {
  std::lock_guard lock(mutex_);
  SampleRing::Slot all = samples_.combined(now);
  return all.count == 0 ? kNan : all.maximum;
}

void LatencyHistogram::record(std::chrono::nanoseconds time) {
  auto nanoseconds = static_cast<uint64_t>(std::max<int64_t>(0, time.count()));
  int index = 0;
  for (uint64_t bound = 1000; index < kBuckets - 1 && nanoseconds > bound; bound *= 2) ++index;
  counts_[index].add();
  sum_ns_.add(nanoseconds);
}

double LatencyHistogram::upper_bound_seconds(int index) {
  if (index >= kBuckets - 1) return std::numeric_limits<double>::infinity();
  return std::ldexp(1e-6, index);
}

uint64_t LatencyHistogram::count() const {
  uint64_t all = 0;
  for (const Counter& counter : counts_) all += counter.total();
  return all;
}

MetricRegistry::Registration::~Registration() {
  if (registry_ != nullptr) registry_->remove(id_);
}

MetricRegistry::Registration MetricRegistry::add(MetricGroup group,
                                                 std::function<void(Sample&)> read) {
  auto entry = std::make_shared<Entry>();
  entry->group = std::move(group);
  entry->read = std::move(read);
  Registration registration;
  registration.registry_ = this;
  std::lock_guard lock(mutex_);
  registration.id_ = next_id_++;
  entries_.emplace(registration.id_, std::move(entry));
  return registration;
}

void MetricRegistry::remove(uint64_t id) {
  std::shared_ptr<Entry> entry;
  {
    std::lock_guard lock(mutex_);
    auto found = entries_.find(id);
    if (found == entries_.end()) return;
    entry = std::move(found->second);
    entries_.erase(found);
  }
  std::lock_guard lock(entry->reading);  // waits for the reading that is under way
  entry->removed = true;
}

std::vector<std::shared_ptr<MetricRegistry::Entry>> MetricRegistry::snapshot() const {
  std::vector<std::shared_ptr<Entry>> entries;
  std::lock_guard lock(mutex_);
  entries.reserve(entries_.size());
  for (const auto& [id, entry] : entries_) entries.push_back(entry);
  return entries;
}

void MetricRegistry::visit(
    const std::function<void(const MetricGroup&, const std::function<void(Sample&)>&)>& visit)
    const {
  for (const std::shared_ptr<Entry>& entry : snapshot()) {
    std::lock_guard lock(entry->reading);
    if (!entry->removed) visit(entry->group, entry->read);
  }
}

}  // namespace millrace
