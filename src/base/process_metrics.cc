#include "base/process_metrics.h"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <ctime>
#include <fstream>
#include <sstream>
#include <vector>

namespace millrace {
namespace {

// The fields of /proc/self/stat after the command's name; [0] is the state.
std::vector<std::string> stat_fields() {
  std::ifstream file("/proc/self/stat");
  std::string line;
  std::getline(file, line);
  size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream rest(line.substr(name_end + 1));
  std::vector<std::string> fields;
  for (std::string field; rest >> field;) fields.push_back(std::move(field));
  return fields;
}

int open_descriptors() {
  DIR* directory = opendir("/proc/self/fd");
  if (directory == nullptr) return -1;
  int count = -3;  // ".", ".." and the directory itself
  while (readdir(directory) != nullptr) ++count;
  closedir(directory);
  return count;
}

double boot_time() {
  timespec now{}, since_boot{};
  clock_gettime(CLOCK_REALTIME, &now);
  clock_gettime(CLOCK_BOOTTIME, &since_boot);
  return static_cast<double>(now.tv_sec - since_boot.tv_sec) +
         static_cast<double>(now.tv_nsec - since_boot.tv_nsec) / 1e9;
}

void append(std::string& out, const char* name, const char* type, const char* help, double value) {
  char text[64];
  std::snprintf(text, sizeof text, "%.15g", value);
  out.append("# HELP ").append(name).append(" ").append(help).append("\n");
  out.append("# TYPE ").append(name).append(" ").append(type).append("\n");
  out.append(name).append(" ").append(text).append("\n");
}

}  // namespace

std::string process_metrics_prometheus() {
  // Positions as in proc(5), counted from the state, which is its field 3.
  constexpr size_t kThreads = 17, kStartTime = 19, kVirtualBytes = 20, kResidentPages = 21;
  std::string out;
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  append(out, "process_cpu_seconds_total", "counter", "User and system CPU time spent",
         seconds(usage.ru_utime) + seconds(usage.ru_stime));
  append(out, "process_open_fds", "gauge", "Open file descriptors", open_descriptors());
  std::vector<std::string> stat = stat_fields();
  if (stat.size() <= kResidentPages) return out;
  auto field = [&](size_t index) { return std::stod(stat[index]); };
  append(out, "process_resident_memory_bytes", "gauge", "Resident memory",
         field(kResidentPages) * static_cast<double>(sysconf(_SC_PAGESIZE)));
  append(out, "process_virtual_memory_bytes", "gauge", "Virtual memory", field(kVirtualBytes));
  append(out, "process_threads", "gauge", "Threads", field(kThreads));
  append(out, "process_start_time_seconds", "gauge", "Start time since the epoch",
         boot_time() + field(kStartTime) / static_cast<double>(sysconf(_SC_CLK_TCK)));
  return out;
}

}  // namespace millrace
