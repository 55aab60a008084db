#pragma once
// Log lines as the Java worker's: time, level, context (`[NAME|task-0] `), message, logger name; as
// text or as JSON. Thread-safe. A line that is not enabled costs one atomic load.
//
//   const Logger log("org.apache.kafka.connect.runtime.WorkerSinkTask", "[sink-a|task-0] ");
//   log.warn("Commit of offsets failed: {}", error.describe());     // {}: text, numbers, bool

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace millrace {

enum class LogLevel : uint8_t { kTrace, kDebug, kInfo, kWarn, kError, kFatal, kOff };
enum class LogFormat : uint8_t { kText, kJson };

struct LogLine {
  int64_t time_ms;  // since the epoch
  LogLevel level;
  std::string_view logger, context, message;
};

// One named logger's level, shared by all Logger objects of that name.
struct LoggerState {
  std::string name;
  std::atomic<LogLevel> effective{LogLevel::kInfo};
};

class Logger {
 public:
  // context: "" or `[NAME|worker] `, `[NAME|task-0] `, `[NAME|task-0|offsets] `, with the blank at
  // its end.
  explicit Logger(std::string_view name, std::string context = {});

  bool enabled(LogLevel level) const {
    return level >= state_->effective.load(std::memory_order_relaxed);
  }
  const std::string& context() const { return context_; }
  const std::string& name() const { return state_->name; }

  template <typename... A>
  void debug(std::string_view format, const A&... a) const {
    log(LogLevel::kDebug, format, a...);
  }
  template <typename... A>
  void info(std::string_view format, const A&... a) const {
    log(LogLevel::kInfo, format, a...);
  }
  template <typename... A>
  void warn(std::string_view format, const A&... a) const {
    log(LogLevel::kWarn, format, a...);
  }
  template <typename... A>
  void error(std::string_view format, const A&... a) const {
    log(LogLevel::kError, format, a...);
  }

  template <typename... A>
  void log(LogLevel level, std::string_view format, const A&... arguments) const {
    if (!enabled(level)) return;
    std::string message;
    (append_until_hole(message, format, arguments), ...);
    message.append(format);
    write(level, message);
  }

 private:
  template <typename T>
  static void append_until_hole(std::string& message, std::string_view& format, const T& argument) {
    size_t hole = format.find("{}");
    if (hole == std::string_view::npos) return;
    message.append(format.substr(0, hole));
    format.remove_prefix(hole + 2);
    if constexpr (std::is_convertible_v<const T&, std::string_view>)
      message.append(std::string_view(argument));
    else if constexpr (std::is_same_v<T, bool>)
      message.append(argument ? "true" : "false");
    else
      message.append(std::to_string(argument));
  }
  void write(LogLevel level, std::string_view message) const;

  LoggerState* state_;
  std::string context_;
};

// The process's log.
namespace logging {
void set_format(LogFormat format);
// Where lines go besides standard error (tests, the per-connector ring); called under a lock, must
// be quick. Empty: none.
void set_observer(std::function<void(const LogLine&)> observer);
void set_standard_error(bool enabled);

struct LevelSetting {
  LogLevel level;
  int64_t modified_ms = -1;  // since the epoch; -1: as configured
};
// Levels set explicitly, by logger name; "root" always.
std::map<std::string, LevelSetting> levels();
// Effective levels of all loggers that have been made or set; "root" always.
std::map<std::string, LevelSetting> all_levels();
// Effective level and when it was set; nullopt: no such logger has been made.
std::optional<LevelSetting> level(const std::string& logger);
// Sets the level of every logger whose name starts with `prefix` as Java's Loggers does; gives
// their names, sorted.
std::vector<std::string> set_level(const std::string& prefix, LogLevel level);
std::string_view level_name(LogLevel level);                 // "INFO"
std::optional<LogLevel> parse_level(std::string_view name);  // case-insensitive; ALL is kTrace
}  // namespace logging

}  // namespace millrace
