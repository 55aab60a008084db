#pragma once
// What GET /connectors?expand=lag and ?expand=metrics say of each connector, from the metrics.

#include <map>
#include <string>

#include "base/metrics.h"

namespace millrace::rest {

// {"total":n,"partitions":[{"task":0,"topic":"t","partition":0,"lag":n}]} by connector; of sink
// connectors whose tasks know it.
std::map<std::string, std::string> lag_by_connector(const MetricRegistry& metrics);
inline constexpr char kNoLag[] = R"({"total":0,"partitions":[]})";

// [{"group":"sink-task-metrics","task":"0","values":{"sink-record-read-total":n}}] by connector;
// what is not known is null.
std::map<std::string, std::string> metrics_by_connector(const MetricRegistry& metrics);
inline constexpr char kNoMetrics[] = "[]";

}  // namespace millrace::rest
