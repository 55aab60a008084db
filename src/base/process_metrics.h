#pragma once
// What Prometheus users know of any process: process_cpu_seconds_total,
// process_resident_memory_bytes and their like, read from /proc.

#include <string>

namespace millrace {

// In the text form of MetricRegistry::prometheus.
std::string process_metrics_prometheus();

}  // namespace millrace
