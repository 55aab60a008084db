#pragma once
// ConnectorLogs: the last log lines of each connector and its tasks (those whose context names it),
// in memory that is bounded for each connector and for all together. Thread-safe.

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"

namespace millrace::rest {

class ConnectorLogs {
 public:
  struct Line {
    int64_t time_ms;
    LogLevel level;
    std::string logger, context, message;
    size_t bytes() const;
  };
  struct Limits {
    size_t line = 8 << 10, connector = 64 << 10, all = 16 << 20;  // bytes
  };

  ConnectorLogs() : ConnectorLogs(Limits{}) {}
  explicit ConnectorLogs(Limits limits) : limits_(limits) {}

  void add(const LogLine& line);
  // The last `count`, the oldest first.
  std::vector<Line> tail(const std::string& connector, size_t count) const;
  // What it takes now, of Limits::all.
  size_t bytes() const;

 private:
  struct Ring {
    std::deque<Line> lines;
    size_t bytes = 0;
  };
  void drop_oldest(Ring& ring);

  const Limits limits_;
  mutable std::mutex mutex_;
  std::map<std::string, Ring, std::less<>> rings_;
  size_t bytes_ = 0;
};

}  // namespace millrace::rest
