#include "base/log.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <memory>
#include <mutex>

#include "base/redaction.h"

namespace millrace {
namespace {

constexpr const char* kRoot = "root";

struct Log {
  std::mutex mutex;
  std::map<std::string, std::unique_ptr<LoggerState>, std::less<>> loggers;
  // log4j's configuration: levels that were set, by logger. Those below have them, too.
  std::map<std::string, LogLevel> explicit_levels{{kRoot, LogLevel::kInfo}};
  std::map<std::string, int64_t> modified_ms;  // of the loggers whose level changed then
  std::function<void(const LogLine&)> observer;
  std::atomic<LogFormat> format{LogFormat::kText};
  std::atomic<bool> standard_error{true};

  // The level of the nearest logger above by dotted name, itself included.
  LogLevel effective(std::string_view name) const {
    for (std::string_view prefix = name; !prefix.empty();) {
      auto found = explicit_levels.find(std::string(prefix));
      if (found != explicit_levels.end()) return found->second;
      size_t dot = prefix.rfind('.');
      prefix = dot == std::string_view::npos ? std::string_view{} : prefix.substr(0, dot);
    }
    return explicit_levels.at(kRoot);
  }

  LoggerState& logger(std::string_view name) {
    auto found = loggers.find(name);
    if (found == loggers.end()) {
      auto state = std::make_unique<LoggerState>();
      state->name = name;
      state->effective = effective(name);
      found = loggers.emplace(std::string(name), std::move(state)).first;
    }
    return *found->second;
  }

  logging::LevelSetting setting(const std::string& name) const {
    auto modified = modified_ms.find(name);
    return {effective(name), modified == modified_ms.end() ? -1 : modified->second};
  }

  // Of all loggers that there are.
  std::map<std::string, LogLevel> effective_levels() const {
    std::map<std::string, LogLevel> all = explicit_levels;
    for (const auto& [name, state] : loggers) all.try_emplace(name, effective(name));
    return all;
  }
};

Log& the_log() {
  static Log* log = new Log;  // never destroyed: threads of plug-ins may log during exit
  return *log;
}

void append_json_text(std::string& out, std::string_view text) {
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (c == '\n') {
      out += "\\n";
    } else if (byte < 0x20) {
      char escaped[8];
      std::snprintf(escaped, sizeof escaped, "\\u%04x", byte);
      out += escaped;
    } else {
      out.push_back(c);
    }
  }
}

std::string format_time(int64_t time_ms, const char* format) {
  time_t seconds = time_ms / 1000;
  std::tm parts{};
  localtime_r(&seconds, &parts);
  char date[32], whole[48];
  std::strftime(date, sizeof date, format, &parts);
  std::snprintf(whole, sizeof whole, date, static_cast<int>(time_ms % 1000));
  return whole;
}

std::string render(const LogLine& line, LogFormat format) {
  std::string out;
  if (format ==
      LogFormat::kText) {  // [2026-01-31 10:00:00,123] INFO [name|task-0] message (logger)
    out.append("[").append(format_time(line.time_ms, "%Y-%m-%d %H:%M:%S,%%03d")).append("] ");
    out.append(logging::level_name(line.level))
        .append(" ")
        .append(line.context)
        .append(line.message);
    out.append(" (").append(line.logger).append(")\n");
  } else {
    out.append(R"({"time":")").append(format_time(line.time_ms, "%Y-%m-%dT%H:%M:%S.%%03d"));
    out.append(R"(","level":")").append(logging::level_name(line.level)).append(R"(","context":")");
    std::string_view context = line.context;
    while (!context.empty() && context.back() == ' ') context.remove_suffix(1);
    append_json_text(out, context);
    out += R"(","message":")";
    append_json_text(out, line.message);
    out += R"(","logger":")";
    append_json_text(out, line.logger);
    out += "\"}\n";
  }
  return out;
}

std::string upper_case(std::string_view text) {
  std::string upper(text);
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](unsigned char c) { return std::toupper(c); });
  return upper;
}

// Java: String.trim
std::string_view trimmed(std::string_view text) {
  auto blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string logger_name(const std::string& given) {
  return given.empty() || upper_case(given) == "ROOT" ? kRoot : given;
}

}  // namespace

Logger::Logger(std::string_view name, std::string context) : context_(std::move(context)) {
  Log& log = the_log();
  std::lock_guard lock(log.mutex);
  state_ = &log.logger(name);
}

void Logger::write(LogLevel level, std::string_view message) const {
  using namespace std::chrono;
  Log& log = the_log();
  std::string cleaned;
  if (redaction::active()) {
    // `[NAME|task-0] `: whose line it is says whose values it may hold.
    const std::string_view context = context_;
    size_t bar = context.rfind("|task-");
    if (bar == context.npos) bar = context.rfind("|worker");
    const bool owned = bar != context.npos && context.front() == '[';
    cleaned =
        owned ? redaction::clean(context.substr(1, bar - 1), message) : redaction::clean(message);
    message = cleaned;
  }
  LogLine line{duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count(), level,
               state_->name, context_, message};
  std::string text = render(line, log.format.load(std::memory_order_relaxed));
  std::lock_guard lock(log.mutex);
  if (log.observer) log.observer(line);
  if (log.standard_error && ::write(STDERR_FILENO, text.data(), text.size()) < 0) {
    // Nowhere left to say so.
  }
}

namespace logging {

void set_format(LogFormat format) { the_log().format = format; }

void set_observer(std::function<void(const LogLine&)> observer) {
  std::lock_guard lock(the_log().mutex);
  the_log().observer = std::move(observer);
}

void set_standard_error(bool enabled) { the_log().standard_error = enabled; }

std::map<std::string, LevelSetting> levels() {
  Log& log = the_log();
  std::lock_guard lock(log.mutex);
  std::map<std::string, LevelSetting> found;
  for (const auto& [name, level] : log.explicit_levels) found.emplace(name, log.setting(name));
  return found;
}

// As Java, which leaves out loggers that are off.
std::map<std::string, LevelSetting> all_levels() {
  Log& log = the_log();
  std::lock_guard lock(log.mutex);
  std::map<std::string, LevelSetting> all;
  for (const auto& [name, level] : log.effective_levels()) {
    if (level != LogLevel::kOff) all.emplace(name, log.setting(name));
  }
  return all;
}

std::optional<LevelSetting> level(const std::string& given) {
  Log& log = the_log();
  const std::string name = logger_name(given);
  std::lock_guard lock(log.mutex);
  if (log.explicit_levels.count(name) == 0 && log.loggers.find(name) == log.loggers.end())
    return std::nullopt;
  return log.setting(name);
}

// org.apache.kafka.connect.runtime.Loggers over log4j 2: makes the logger, sets its level and the
// levels that were set for loggers whose names start with the prefix, and gives the loggers of such
// names whose effective level changed by that.
std::vector<std::string> set_level(const std::string& given, LogLevel level) {
  using namespace std::chrono;
  Log& log = the_log();
  const std::string prefix = logger_name(given);
  auto within = [&](const std::string& name) {
    return prefix == kRoot || name.compare(0, prefix.size(), prefix) == 0;
  };
  std::lock_guard lock(log.mutex);
  if (prefix != kRoot) log.logger(prefix);
  const std::map<std::string, LogLevel> before = log.effective_levels();
  log.explicit_levels[prefix] = level;
  for (auto& [name, configured] : log.explicit_levels) {
    if (within(name)) configured = level;
  }
  for (auto& [name, state] : log.loggers) state->effective = log.effective(name);

  const int64_t now = duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
  std::vector<std::string> changed;
  for (const auto& [name, old] : before) {
    // A logger that was off is told of always, as Java does.
    if (!within(name) || (old != LogLevel::kOff && log.effective(name) == old)) continue;
    log.modified_ms[name] = now;
    changed.push_back(name);
  }
  return changed;
}

std::string_view level_name(LogLevel level) {
  static constexpr std::string_view kNames[] = {"TRACE", "DEBUG", "INFO", "WARN",
                                                "ERROR", "FATAL", "OFF"};
  return kNames[static_cast<size_t>(level)];
}

std::optional<LogLevel> parse_level(std::string_view name) {
  const std::string upper = upper_case(trimmed(name));
  if (upper == "ALL") return LogLevel::kTrace;
  for (auto level = LogLevel::kTrace; level <= LogLevel::kOff;
       level = static_cast<LogLevel>(static_cast<int>(level) + 1)) {
    if (upper == level_name(level)) return level;
  }
  return std::nullopt;
}

}  // namespace logging
}  // namespace millrace
