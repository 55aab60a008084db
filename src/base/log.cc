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

struct Log {
  std::mutex mutex;
  std::map<std::string, std::unique_ptr<LoggerState>, std::less<>> loggers;
  std::map<std::string, logging::LevelSetting> explicit_levels{{"root", {LogLevel::kInfo, -1}}};
  std::function<void(const LogLine&)> observer;
  std::atomic<LogFormat> format{LogFormat::kText};
  std::atomic<bool> standard_error{true};

  // The level of the nearest logger above by dotted name, itself included.
  logging::LevelSetting effective(std::string_view name) const {
    for (std::string_view prefix = name; !prefix.empty();) {
      auto found = explicit_levels.find(std::string(prefix));
      if (found != explicit_levels.end()) return found->second;
      size_t dot = prefix.rfind('.');
      prefix = dot == std::string_view::npos ? std::string_view{} : prefix.substr(0, dot);
    }
    return explicit_levels.at("root");
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

}  // namespace

Logger::Logger(std::string_view name, std::string context) : context_(std::move(context)) {
  Log& log = the_log();
  std::lock_guard lock(log.mutex);
  auto found = log.loggers.find(name);
  if (found == log.loggers.end()) {
    auto state = std::make_unique<LoggerState>();
    state->name = name;
    state->effective = log.effective(name).level;
    found = log.loggers.emplace(std::string(name), std::move(state)).first;
  }
  state_ = found->second.get();
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
  std::lock_guard lock(the_log().mutex);
  return the_log().explicit_levels;
}

std::map<std::string, LevelSetting> all_levels() {
  Log& log = the_log();
  std::lock_guard lock(log.mutex);
  std::map<std::string, LevelSetting> all = log.explicit_levels;
  for (const auto& [name, state] : log.loggers) all.try_emplace(name, log.effective(name));
  return all;
}

std::optional<LevelSetting> level(const std::string& logger) {
  Log& log = the_log();
  std::lock_guard lock(log.mutex);
  if (log.explicit_levels.count(logger) != 0) return log.explicit_levels.at(logger);
  if (log.loggers.find(logger) == log.loggers.end()) return std::nullopt;
  return log.effective(logger);
}

std::vector<std::string> set_level(const std::string& prefix, LogLevel level) {
  using namespace std::chrono;
  Log& log = the_log();
  std::lock_guard lock(log.mutex);
  LevelSetting setting{level,
                       duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count()};
  std::vector<std::string> names{prefix};
  for (const auto& [name, state] : log.loggers) {
    if (prefix == "root" || name.compare(0, prefix.size(), prefix) == 0) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  for (const std::string& name : names) log.explicit_levels[name] = setting;
  for (auto& [name, state] : log.loggers) state->effective = log.effective(name).level;
  return names;
}

std::string_view level_name(LogLevel level) {
  static constexpr std::string_view kNames[] = {"TRACE", "DEBUG", "INFO", "WARN",
                                                "ERROR", "FATAL", "OFF"};
  return kNames[static_cast<size_t>(level)];
}

std::optional<LogLevel> parse_level(std::string_view name) {
  std::string upper(name);
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](unsigned char c) { return std::toupper(c); });
  if (upper == "ALL") return LogLevel::kTrace;
  for (auto level = LogLevel::kTrace; level <= LogLevel::kOff;
       level = static_cast<LogLevel>(static_cast<int>(level) + 1)) {
    if (upper == level_name(level)) return level;
  }
  return std::nullopt;
}

}  // namespace logging
}  // namespace millrace
