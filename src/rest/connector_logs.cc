#include "rest/connector_logs.h"

#include <algorithm>

namespace millrace::rest {
namespace {

// "[NAME|task-0] " -> "NAME"; empty: nobody's.
std::string_view connector_of(std::string_view context) {
  size_t bar = context.rfind("|task-");
  if (bar == context.npos) bar = context.rfind("|worker");
  return bar == context.npos || context.front() != '[' ? std::string_view()
                                                       : context.substr(1, bar - 1);
}

}  // namespace

size_t ConnectorLogs::Line::bytes() const {
  return sizeof *this + logger.size() + context.size() + message.size();
}

void ConnectorLogs::add(const LogLine& line) {
  const std::string_view name = connector_of(line.context);
  if (name.empty()) return;
  Line kept{line.time_ms, line.level, std::string(line.logger), std::string(line.context),
            std::string(line.message.substr(0, limits_.line))};
  std::lock_guard lock(mutex_);
  auto found = rings_.find(name);
  if (found == rings_.end()) found = rings_.emplace(name, Ring{}).first;
  Ring& ring = found->second;
  ring.bytes += kept.bytes();
  bytes_ += kept.bytes();
  ring.lines.push_back(std::move(kept));
  while (ring.bytes > limits_.connector && ring.lines.size() > 1) drop_oldest(ring);
  while (bytes_ > limits_.all) {  // who takes the most gives first
    auto largest = std::max_element(rings_.begin(), rings_.end(), [](auto& a, auto& b) {
      return a.second.bytes < b.second.bytes;
    });
    drop_oldest(largest->second);
    if (largest->second.lines.empty()) rings_.erase(largest);
  }
}

void ConnectorLogs::drop_oldest(Ring& ring) {
  const size_t freed = ring.lines.front().bytes();
  ring.lines.pop_front();
  ring.bytes -= freed;
  bytes_ -= freed;
}

std::vector<ConnectorLogs::Line> ConnectorLogs::tail(const std::string& connector,
                                                     size_t count) const {
  std::lock_guard lock(mutex_);
  auto found = rings_.find(connector);
  if (found == rings_.end()) return {};
  const std::deque<Line>& lines = found->second.lines;
  const size_t given = std::min(count, lines.size());
  return {lines.end() - static_cast<std::ptrdiff_t>(given), lines.end()};
}

size_t ConnectorLogs::bytes() const {
  std::lock_guard lock(mutex_);
  return bytes_;
}

}  // namespace millrace::rest
