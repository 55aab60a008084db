// What Millrace's own resources say of connectors, and the API's description.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rest/connector_logs.h"
#include "rest/connector_metrics.h"
#include "rest/fake_herder.h"
#include "rest/json_value.h"
#include "rest/resources.h"

namespace millrace::rest {
namespace {

void log_to(ConnectorLogs& logs, std::string_view context, std::string_view message) {
  logs.add({1000, LogLevel::kWarn, "the.logger", context, message});
}

TEST(ConnectorLogs, KeepsTheLastLinesOfEachConnector) {
  ConnectorLogs logs;
  log_to(logs, "[a|task-0] ", "one");
  log_to(logs, "[b|worker] ", "other");
  log_to(logs, "", "nobody's");
  log_to(logs, "[a|task-1|offsets] ", "two");
  auto lines = logs.tail("a", 10);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].message, "one");
  EXPECT_EQ(lines[1].message, "two");
  ASSERT_EQ(logs.tail("a", 1).size(), 1u);
  EXPECT_EQ(logs.tail("a", 1)[0].message, "two");
  EXPECT_TRUE(logs.tail("c", 10).empty());
}

TEST(ConnectorLogs, TakesNoMoreThanItsBounds) {
  ConnectorLogs logs({.line = 100, .connector = 2000, .all = 5000});
  for (int i = 0; i < 1000; ++i)
    log_to(logs, "[c" + std::to_string(i % 7) + "|worker] ", std::string(500, 'x'));
  EXPECT_LE(logs.bytes(), 5000u);
  EXPECT_GT(logs.bytes(), 2000u);
  EXPECT_EQ(logs.tail("c5", 1).at(0).message.size(), 100u);
}

TEST(ConnectorMetrics, AreGivenByConnector) {
  MetricRegistry registry;
  auto group = [&registry](std::string name, std::string connector, std::string task, double lag) {
    return registry.add(
        {std::move(name), {{"connector", std::move(connector)}, {"task", task}}},
        [lag](Sample& sample) {
          sample.gauge("rate", 0.5);
          sample.gauge("unknown", std::nan(""));
          sample.text("status", "running");
          sample.labelled_gauge("records-lag", {{"topic", "t"}, {"partition", "3"}}, lag);
        });
  };
  auto one = group("sink-task-metrics", "a", "0", 5), two = group("sink-task-metrics", "a", "1", 7);
  auto other = group("source-task-metrics", "b", "0", 9);
  auto lags = lag_by_connector(registry);
  EXPECT_EQ(lags["a"], R"({"total":12,"partitions":[{"task":0,"topic":"t","partition":3,"lag":5},)"
                       R"({"task":1,"topic":"t","partition":3,"lag":7}]})");
  EXPECT_EQ(lags.count("b"), 0u);
  EXPECT_EQ(metrics_by_connector(registry)["b"],
            R"([{"group":"source-task-metrics","task":"0","values":)"
            R"({"rate":0.5,"unknown":null,"status":"running"}}])");
}

TEST(OpenApi, DescribesEveryRoute) {
  FakeHerder herder;
  MetricRegistry metrics;
  RestServerOptions options;
  ResourceContext context{herder, metrics, options};
  ConnectorLogs logs;
  Router router;
  add_root_resource(router, context);
  add_connectors_resource(router, context);
  add_connector_actions(router, context);
  add_connector_offsets(router, context);
  add_connector_plugins_resource(router, context);
  add_connector_logs_resource(router, context, logs);
  add_metrics_resource(router, context);
  add_logging_resource(router, context);
  add_openapi_resource(router, context);
  auto document = parse_json(openapi_json(router.routes()));
  ASSERT_TRUE(document) << document.error().describe();
  std::set<std::string> ids;
  for (const Route& route : router.routes()) {
    const JsonValue* path = document->find("paths")->find(route.pattern);
    ASSERT_NE(path, nullptr) << route.pattern;
    std::string method = route.method;
    for (char& c : method) c = static_cast<char>(std::tolower(c));
    const JsonValue* operation = path->find(method);
    ASSERT_NE(operation, nullptr) << route.method << ' ' << route.pattern;
    EXPECT_TRUE(ids.insert(operation->find("operationId")->text).second) << "used twice";
    const auto variables = std::count(route.pattern.begin(), route.pattern.end(), '{');
    EXPECT_EQ(operation->find("parameters")->elements.size(),
              static_cast<size_t>(variables) + route.parameters.size());
  }
}

}  // namespace
}  // namespace millrace::rest
