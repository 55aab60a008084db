#include <gtest/gtest.h>

#include "base/metrics.h"
#include "rest/fake_herder.h"
#include "rest/server.h"
#include "rest/test_client.h"

namespace millrace::rest {
namespace {

int port_of(const std::string& url) { return std::atoi(url.c_str() + url.rfind(':') + 1); }

class RestServerTest : public testing::Test {
 protected:
  RestServerTest() { logging::set_standard_error(false); }
  void start(RestServerOptions options = {}) {
    options.listeners = {"http://127.0.0.1:0"};
    auto opened = RestServer::open(options);
    ASSERT_TRUE(opened) << opened.error().describe();
    server_ = std::move(*opened);
    server_->attach(herder_, metrics_);
  }
  int port() const { return port_of(server_->bound_urls()[0]); }
  TestResponse ask(const std::string& method, const std::string& target,
                   const std::string& body = "", const std::string& headers = "") {
    return TestClient(port()).request(method, target, body, headers);
  }
  void expect(const TestResponse& response, int status, const std::string& body) {
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(response.body, body);
  }
  void create(const std::string& name) {
    std::lock_guard lock(herder_.mutex);
    herder_.configs[name] = {{"name", name}};
  }

  FakeHerder herder_;
  MetricRegistry metrics_;
  std::unique_ptr<RestServer> server_;
};

constexpr const char* kBare404 = R"({"error_code":404,"message":"HTTP 404 Not Found"})";

TEST_F(RestServerTest, AnswersNothingUntilAttached) {
  auto opened = RestServer::open({.listeners = {"http://127.0.0.1:0"}});
  ASSERT_TRUE(opened);
  TestClient client(port_of((*opened)->bound_urls()[0]));
  EXPECT_EQ(client.request("GET", "/").status, 404);
  (*opened)->attach(herder_, metrics_);
  EXPECT_EQ(client.request("GET", "/").status, 200);
}

TEST_F(RestServerTest, NamesTheListenerThatItCannotBind) {
  start();
  std::string taken = server_->bound_urls()[0];
  auto second = RestServer::open({.listeners = {"http://127.0.0.1:0", taken}});
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().message().find(taken), std::string::npos) << second.error().message();
  EXPECT_FALSE(RestServer::open({.listeners = {"ftp://:1"}}));
  EXPECT_FALSE(RestServer::open({.listeners = {"localhost:8083"}}));
  EXPECT_FALSE(RestServer::open({.listeners = {"http://127.0.0.1:65536"}}));
  EXPECT_FALSE(RestServer::open({.listeners = {"https://127.0.0.1:0"}}));
  EXPECT_FALSE(RestServer::open({.listeners = {}}));
}

TEST_F(RestServerTest, AdvertisesWhatIsSetElseWhatIsBound) {
  start();
  EXPECT_EQ(server_->advertised_address(), "127.0.0.1:" + std::to_string(port()));
  EXPECT_EQ(server_->advertised_url(), server_->bound_urls()[0] + "/");
  RestServerOptions options;
  options.advertised_host_name = "worker-1";
  options.advertised_port = 99;
  start(options);
  EXPECT_EQ(server_->advertised_url(), "http://worker-1:99/");
}

TEST_F(RestServerTest, Root) {
  start();
  TestResponse response = ask("GET", "/");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.header("Content-Type"), "application/json");
  EXPECT_EQ(response.body, R"({"version":"4.3.1","commit":")" + std::string(build_commit()) +
                               R"(","kafka_cluster_id":"the-cluster"})");
}

TEST_F(RestServerTest, Health) {
  start();
  expect(
      ask("GET", "/health"), 200,
      R"({"status":"healthy","message":"Worker has completed startup and is ready to handle requests."})");
  herder_.healthy = false;
  expect(
      ask("GET", "/health"), 500,
      R"({"status":"unhealthy","message":"Worker was unable to handle this request and may be unable to handle other requests. The worker is currently resting."})");
  herder_.is_ready = false;
  expect(
      ask("GET", "/health"), 503,
      R"({"status":"starting","message":"Worker is still starting up. The worker is currently resting."})");
}

TEST_F(RestServerTest, WhatTheJavaWorkerSaysBeforeAnyResource) {
  start();
  TestResponse response = ask("GET", "/nope");
  expect(response, 404, kBare404);
  EXPECT_EQ(response.header("Content-Type"), "");
  response = ask("PUT", "/connectors");
  expect(response, 405, R"({"error_code":405,"message":"HTTP 405 Method Not Allowed"})");
  EXPECT_EQ(response.header("Allow"), "HEAD,POST,GET,OPTIONS");
  EXPECT_EQ(ask("FOO", "/").status, 405);
  constexpr const char* k415 = R"({"error_code":415,"message":"HTTP 415 Unsupported Media Type"})";
  expect(ask("POST", "/connectors", "{}", "Content-Type: text/plain\r\n"), 415, k415);
  expect(ask("PUT", "/connectors/x/pause", "", "Content-Type: text/plain\r\n"), 415, k415);
  expect(ask("PUT", "/connectors/x/config", "", "Content-Type: application/*\r\n"), 415, k415);
  EXPECT_NE(ask("PUT", "/connectors/x/config", "{}", "Content-Type: */json\r\n").status, 415);
  EXPECT_EQ(ask("POST", "/connectors", "", "Content-Type: garbage\r\n").status, 400);
  TestClient client(port());
  client.send("POST /connectors HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}");
  expect(client.receive(), 415, k415);
  expect(ask("GET", "/", "", "Accept: text/plain\r\n"), 406,
         R"({"error_code":406,"message":"HTTP 406 Not Acceptable"})");
  for (const char* accept : {"*/*", "application/*", "text/html, */*;q=0.1", "Application/Json"}) {
    EXPECT_EQ(ask("GET", "/", "", "Accept: " + std::string(accept) + "\r\n").status, 200) << accept;
  }
  for (const char* path : {"//connectors", "/;a=b/connectors", "/connectors/;/status"})
    EXPECT_EQ(ask("GET", path).status, 400) << path;
  EXPECT_EQ(ask("GET", "/connectors/").status, 200);
}

TEST_F(RestServerTest, Options) {
  start();
  TestResponse response = ask("OPTIONS", "/connectors/x/config");
  expect(response, 200, "HEAD, GET, OPTIONS, PUT, PATCH");
  EXPECT_EQ(response.header("Allow"), "HEAD,GET,OPTIONS,PUT,PATCH");
  response = ask("OPTIONS", "/connectors", "", "Accept: application/json\r\n");
  expect(response, 200, "");
  EXPECT_EQ(response.header("Content-Type"), "application/json");
  response = ask("OPTIONS", "/connectors", "", "Accept: application/xml, text/*\r\n");
  EXPECT_EQ(response.header("Content-Type"), "application/xml");
  EXPECT_EQ(ask("OPTIONS", "/nope").status, 404);
}

TEST_F(RestServerTest, HeadIsGetWithoutBody) {
  start();
  TestClient client(port());
  TestResponse response = client.request("HEAD", "/health");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.header("Content-Length"), "94");
  EXPECT_EQ(client.request("GET", "/connectors").body, "[]");  // nothing was left over
}

TEST_F(RestServerTest, CreatesAndReplaces) {
  start();
  std::string body = R"({"name":" a b/ü ","config":{"x":1.50,"y":true,"z":null,"n":-3}})";
  TestResponse response = ask("POST", "/connectors", body);
  expect(response, 201,
         R"({"name":"a b/ü","config":{"n":"-3","name":"a b/ü","x":"1.50","y":"true","z":"null"},)"
         R"("tasks":[{"connector":"a b/ü","task":0}],"type":"source"})");
  EXPECT_EQ(response.header("Location"), "http://test:1/connectors/a%20b/%C3%BC");
  EXPECT_FALSE(herder_.initial_state.has_value());
  expect(ask("POST", "/connectors", body), 409,
         R"({"error_code":409,"message":"Connector a b/ü already exists"})");
  // A name with a slash can be reached here, which the Java worker refuses.
  EXPECT_EQ(ask("GET", "/connectors/a%20b%2F%C3%BC").status, 200);
  EXPECT_EQ(ask("PUT", "/connectors/c/config", R"({"a":"1"})").status, 201);
  expect(
      ask("PUT", "/connectors/c/config", R"({"a":"2","name":"c"})"), 200,
      R"({"name":"c","config":{"a":"2","name":"c"},"tasks":[{"connector":"c","task":0}],"type":"source"})");
  expect(
      ask("PUT", "/connectors/c/config", R"({"name":"d"})"), 400,
      R"j({"error_code":400,"message":"Connector name configuration (d) doesn't match connector name in the URL (c)"})j");
  expect(
      ask("PATCH", "/connectors/c/config", R"({"a":null,"b":"3"})"), 200,
      R"({"name":"c","config":{"b":"3","name":"c"},"tasks":[{"connector":"c","task":0}],"type":"source"})");
  EXPECT_EQ(ask("PATCH", "/connectors/none/config", "{}").status, 404);
}

TEST_F(RestServerTest, InitialState) {
  start();
  auto create = [&](const std::string& state) {
    std::string body = R"({"name":"s","config":{},"initial_state":)" + state + "}";
    ask("DELETE", "/connectors/s");
    return ask("POST", "/connectors", body).status;
  };
  EXPECT_EQ(create("\"paused\""), 201);
  EXPECT_EQ(herder_.initial_state, herder::TargetState::kPaused);
  EXPECT_EQ(create("\"STOPPED\""), 201);
  EXPECT_EQ(herder_.initial_state, herder::TargetState::kStopped);
  EXPECT_EQ(create("\"Running\""), 201);
  EXPECT_EQ(herder_.initial_state, herder::TargetState::kStarted);
  EXPECT_EQ(create("null"), 201);
  EXPECT_EQ(create("\"zz\""), 500);
  EXPECT_EQ(create("1"), 500);
}

TEST_F(RestServerTest, JsonOfTheWrongFormIs500) {
  start();
  for (const char* body : {"{", "[]", "1", "null", "{}", R"({"name":"a"})", "{} x",
                           R"({"name":"a","config":{},"unknown":1})",
                           R"({"name":"a","config":{"x":[]}})", R"({"name":{},"config":{}})",
                           R"({"name":"a","config":"x"})", "{\"name\":\"\xff\",\"config\":{}}"}) {
    TestResponse response = ask("POST", "/connectors", body);
    EXPECT_EQ(response.status, 500) << body;
    EXPECT_EQ(response.header("Content-Type"), "application/json");
    EXPECT_TRUE(response.body.starts_with(R"({"error_code":500,"message":")")) << response.body;
  }
  EXPECT_EQ(ask("POST", "/connectors", std::string(100'000, '[')).status, 500);
  EXPECT_EQ(ask("POST", "/connectors").status, 500);
  EXPECT_EQ(ask("POST", "/connectors", R"({"name":"","config":{}})").status, 400);
}

TEST_F(RestServerTest, ReadsConnectors) {
  start();
  create("c");
  expect(ask("GET", "/connectors"), 200, R"(["c"])");
  expect(ask("GET", "/connectors/c/config"), 200, R"({"name":"c"})");
  expect(ask("GET", "/connectors/c/tasks"), 200,
         R"([{"id":{"connector":"c","task":0},"config":{"name":"c"}}])");
  std::string status =
      R"({"name":"c","connector":{"state":"RUNNING","worker_id":"127.0.0.1:8083","version":"1.0"},)"
      R"("tasks":[{"id":0,"state":"FAILED","worker_id":"127.0.0.1:8083","version":null,"trace":"java.lang.Exception: �"}],"type":"source"})";
  expect(ask("GET", "/connectors/c/status"), 200, status);
  std::string info =
      R"({"name":"c","config":{"name":"c"},"tasks":[{"connector":"c","task":0}],"type":"source"})";
  expect(ask("GET", "/connectors?expand=status&expand=info&expand=zz&expand=info"), 200,
         R"({"c":{"status":)" + status + R"(,"info":)" + info + "}}");
  expect(ask("GET", "/connectors?expand"), 200, R"({"c":{}})");
  expect(
      ask("GET", "/connectors/c/tasks/0/status"), 200,
      R"({"id":0,"state":"FAILED","worker_id":"127.0.0.1:8083","version":null,"trace":"java.lang.Exception: �"})");
  EXPECT_EQ(ask("GET", "/connectors/c/tasks/+00/status").status, 200);
  expect(ask("GET", "/connectors/c/tasks/1/status"), 404,
         R"({"error_code":404,"message":"No status found for task c-1"})");
  for (const char* index : {"x", "", "1x", "99999999999", "%20"}) {
    EXPECT_EQ(ask("GET", "/connectors/c/tasks/" + std::string(index) + "/status").status,
              *index == 0 ? 400 : 404);
  }
  expect(ask("GET", "/connectors/x"), 404,
         R"({"error_code":404,"message":"Connector x not found"})");
  EXPECT_EQ(ask("GET", "/connectors/c;v=1").status, 200);
  EXPECT_EQ(ask("GET", "/connectors/%zz").status, 400);
  EXPECT_EQ(ask("GET", "/connectors/%00").status, 400);
  EXPECT_EQ(ask("GET", "/connectors/%ff").status, 400);
}

TEST_F(RestServerTest, Acts) {
  start();
  create("c");
  EXPECT_EQ(ask("PUT", "/connectors/c/pause").status, 202);
  EXPECT_EQ(ask("PUT", "/connectors/c/resume").status, 202);
  EXPECT_EQ(ask("PUT", "/connectors/c/stop").status, 204);
  EXPECT_EQ(ask("POST", "/connectors/c/restart?includeTasks=zzz").status, 204);
  EXPECT_EQ(ask("POST", "/connectors/c/restart?includeTasks=TRUE&onlyFailed=true").status, 202);
  EXPECT_EQ(ask("POST", "/connectors/c/tasks/3/restart").status, 204);
  EXPECT_EQ(herder_.acts, (std::vector<std::string>{"pause", "resume", "stop", "restart",
                                                    "restart failed tasks", "restart task 3"}));
  EXPECT_EQ(ask("PUT", "/connectors/x/pause").body,
            R"({"error_code":404,"message":"Unknown connector x"})");
  EXPECT_EQ(ask("DELETE", "/connectors/c").status, 204);
  EXPECT_EQ(ask("DELETE", "/connectors/c").status, 404);
  expect(ask("GET", "/connectors/c/topics"), 200, R"({"c":{"topics":["t"]}})");
  expect(ask("PUT", "/connectors/c/topics/reset"), 202, "");
}

TEST_F(RestServerTest, TopicTrackingCanBeOff) {
  start({.topic_tracking_allow_reset = false});
  EXPECT_EQ(ask("GET", "/connectors/c/topics").status, 200);
  expect(ask("PUT", "/connectors/c/topics/reset"), 403,
         R"({"error_code":403,"message":"Topic tracking reset is disabled."})");
  start({.topic_tracking_enable = false});
  expect(ask("GET", "/connectors/c/topics"), 403,
         R"({"error_code":403,"message":"Topic tracking is disabled."})");
}

TEST_F(RestServerTest, Offsets) {
  start();
  create("c");
  expect(ask("GET", "/connectors/c/offsets"), 200, R"({"offsets":[]})");
  std::string list =
      R"({"offsets":[{"partition":{"f":"x","n":1.50},"offset":{"p":12345678901234567890}},{"partition":{"f":"y"},"offset":null}]})";
  expect(ask("PATCH", "/connectors/c/offsets", list), 200, R"({"message":"altered"})");
  expect(ask("GET", "/connectors/c/offsets"), 200, list);
  expect(ask("DELETE", "/connectors/c/offsets"), 200, R"({"message":"reset"})");
  EXPECT_EQ(ask("GET", "/connectors/x/offsets").status, 404);
  constexpr const char* kNone =
      R"({"error_code":400,"message":"Partitions / offsets need to be provided for an alter offsets request"})";
  for (const char* body : {"{}", R"({"offsets":null})", R"({"offsets":[]})"}) {
    expect(ask("PATCH", "/connectors/c/offsets", body), 400, kNone);
  }
  for (const char* body : {"[]", R"({"offsets":{}})", R"({"offsets":[1]})", R"({"x":[]})",
                           R"({"offsets":[{"partition":1}]})", R"({"offsets":[{"z":{}}]})"}) {
    EXPECT_EQ(ask("PATCH", "/connectors/c/offsets", body).status, 500) << body;
  }
}

TEST_F(RestServerTest, Plugins) {
  start();
  expect(
      ask("GET", "/connector-plugins"), 200,
      R"([{"class":"a.Sink","type":"sink","version":"1"},{"class":"a.Source","type":"source"}])");
  EXPECT_NE(ask("GET", "/connector-plugins?connectorsOnly=false").body.find("a.Cast"),
            std::string::npos);
  EXPECT_EQ(ask("GET", "/connector-plugins?connectorsOnly=").body,
            ask("GET", "/connector-plugins").body);
  std::string definition =
      R"({"name":"secret","type":"PASSWORD","required":false,"default_value":"[hidden]",)"
      R"("importance":"MEDIUM","documentation":"","group":null,"order_in_group":-1,"width":"NONE",)"
      R"("display_name":"","dependents":[]})";
  expect(ask("GET", "/connector-plugins/Sink/config"), 200, "[" + definition + "]");
  EXPECT_EQ(ask("GET", "/connector-plugins/x/config").status, 404);
  expect(
      ask("PUT", "/connector-plugins/SinkConnector/config/validate",
          R"({"connector.class":"a.Sink"})"),
      200,
      R"({"name":"a.Sink","error_count":1,"groups":["Common"],"configs":[{"definition":)" +
          definition +
          R"(,"value":{"name":"secret","value":"[hidden]","recommended_values":[],"errors":[],"visible":true}},)"
          R"({"definition":null,"value":{"name":"secret","value":null,"recommended_values":[],"errors":[],"visible":true}}]})");
  expect(
      ask("PUT", "/connector-plugins/zz/config/validate", R"({"connector.class":"aa"})"), 400,
      R"({"error_code":400,"message":"Included connector type aa does not match request type zz"})");
  expect(
      ask("PUT", "/connector-plugins/zz/config/validate", "{}"), 500,
      R"({"error_code":500,"message":"org.apache.kafka.connect.runtime.rest.errors.BadRequestException: Connector config {} contains no connector type"})");
}

TEST_F(RestServerTest, Loggers) {
  start();
  Logger logger("rest.test.a");
  expect(ask("GET", "/admin/loggers/none"), 404,
         R"({"error_code":404,"message":"Logger none not found."})");
  expect(ask("PUT", "/admin/loggers/rest.test", R"({"level":"debug","x":1})"), 200,
         R"(["rest.test","rest.test.a"])");
  EXPECT_TRUE(logger.enabled(LogLevel::kDebug));
  EXPECT_TRUE(ask("GET", "/admin/loggers/rest.test.a").body.starts_with(R"({"level":"DEBUG",)"));
  EXPECT_NE(ask("GET", "/admin/loggers").body.find(R"("rest.test":{"level":"DEBUG")"),
            std::string::npos);
  Logger untouched("other.logger");
  EXPECT_NE(ask("GET", "/admin/loggers")
                .body.find(R"("other.logger":{"level":"INFO","last_modified":null})"),
            std::string::npos);
  EXPECT_EQ(ask("GET", "/admin/loggers/ROOT").status, 200);
  EXPECT_EQ(ask("PUT", "/admin/loggers/rest.test?scope=Cluster", R"({"level":"warn"})").status,
            204);
  EXPECT_FALSE(logger.enabled(LogLevel::kInfo));
  expect(ask("PUT", "/admin/loggers/rest.test", R"({"level":"zz"})"), 404,
         R"({"error_code":404,"message":"invalid log level 'zz'."})");
  expect(
      ask("PUT", "/admin/loggers/rest.test", "{}"), 400,
      R"({"error_code":400,"message":"Desired 'level' parameter was not specified in request."})");
}

TEST_F(RestServerTest, AdminOnListenersOfItsOwn) {
  start({.admin_listeners = std::vector<std::string>{"http://127.0.0.1:0"}});
  TestClient admin(port_of(server_->bound_admin_urls()[0]));
  EXPECT_EQ(admin.request("GET", "/admin/loggers").status, 200);
  EXPECT_EQ(admin.request("GET", "/connectors").status, 404);
  EXPECT_EQ(ask("GET", "/admin/loggers").status, 404);
  start({.admin_listeners = std::vector<std::string>{}});
  EXPECT_EQ(ask("GET", "/admin/loggers").status, 404);
}

TEST_F(RestServerTest, HerderFailuresBecomeStatuses) {
  start();
  expect(ask("GET", "/connectors/throw"), 500,
         R"({"error_code":500,"message":"thrown by the herder"})");
  expect(ask("GET", "/connectors/timeout"), 500,
         R"({"error_code":500,"message":"Request timed out"})");
}

TEST_F(RestServerTest, Metrics) {
  start();
  auto registration = metrics_.add({"sink-task-metrics", {{"connector", "x"}}},
                                   [](Sample& s) { s.counter("sink-record-send-total", 3); });
  TestResponse response = ask("GET", "/metrics", "", "Accept: application/openmetrics-text\r\n");
  EXPECT_EQ(response.header("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_NE(response.body.find(
                "kafka_connect_sink_task_metrics_sink_record_send_total{connector=\"x\"} 3\n"),
            std::string::npos);
  EXPECT_NE(response.body.find("process_resident_memory_bytes "), std::string::npos);
}

TEST_F(RestServerTest, CrossOriginAndConfiguredHeaders) {
  start({.access_control_allow_origin = "http://a.example",
         .access_control_allow_methods = "GET,PUT",
         .response_http_headers_config = "set X-Frame-Options:DENY, \"add Cache-Control: no-cache, "
                                         "no-store\", setDate Expires: 0"});
  TestResponse response = ask("GET", "/", "", "Origin: http://a.example\r\n");
  EXPECT_EQ(response.header("Access-Control-Allow-Origin"), "http://a.example");
  EXPECT_EQ(response.header("X-Frame-Options"), "DENY");
  EXPECT_EQ(response.header("Cache-Control"), "no-cache, no-store");
  EXPECT_EQ(response.header("Expires"), "Thu, 01 Jan 1970 00:00:00 GMT");
  TestResponse other = ask("GET", "/", "", "Origin: http://b\r\n");
  EXPECT_EQ(other.header("Access-Control-Allow-Origin"), "");
  EXPECT_EQ(other.header("Vary"), "Origin");
  response =
      ask("OPTIONS", "/", "", "Origin: http://a.example\r\nAccess-Control-Request-Method: PUT\r\n");
  EXPECT_EQ(response.header("Access-Control-Allow-Methods"), "GET,PUT");
  for (const char* bad : {"X-Frame-Options:DENY", "put A:b", "set A b"}) {
    EXPECT_FALSE(RestServer::open(
        {.listeners = {"http://127.0.0.1:0"}, .response_http_headers_config = bad}))
        << bad;
  }
}

TEST_F(RestServerTest, ACallThatHangsStopsNobodyElse) {
  start();
  std::vector<TestClient> clients;
  for (int i = 0; i < 8; ++i) {
    clients.emplace_back(port()).send("GET /connectors/hang HTTP/1.1\r\nHost: a\r\n\r\n");
  }
  herder_.wait_for_hanging(8);
  EXPECT_EQ(ask("GET", "/").status, 200);
  herder_.release();
  for (TestClient& client : clients) EXPECT_EQ(client.receive().status, 404);
}

TEST_F(RestServerTest, NobodyConnectsAfterStop) {
  start();
  server_->stop();
  EXPECT_FALSE(TestClient(port()).connected());
  server_->stop();
}

TEST_F(RestServerTest, StopDoesNotWaitForACallThatHangs) {
  start();
  TestClient client(port());
  client.send("GET /connectors/hang HTTP/1.1\r\nHost: a\r\n\r\n");
  herder_.wait_for_hanging(1);
  server_->stop(std::chrono::milliseconds(1));
  EXPECT_TRUE(client.at_end());
  EXPECT_FALSE(TestClient(port()).connected());
  herder_.release();
  server_.reset();
}

}  // namespace
}  // namespace millrace::rest
