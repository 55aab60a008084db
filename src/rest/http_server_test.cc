#include "rest/http_server.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "rest/test_client.h"

namespace millrace::rest {
namespace {

using std::chrono::milliseconds;

// Echoes "METHOD target body".
class HttpServerTest : public testing::Test {
 protected:
  void start(HttpServerOptions options = {}) {
    server_.reset();
    auto opened = HttpServer::open(
        {{"http", "127.0.0.1", 0}}, options,
        [](const HttpRequest& request) {
          return HttpResponse{
              200, "text/plain", request.method + " " + request.target + " " + request.body, {}};
        },
        [](int status, const std::string& reason) {
          return HttpResponse{status, "text/plain", reason, {}};
        });
    ASSERT_TRUE(opened) << opened.error().describe();
    server_ = std::move(*opened);
  }
  TestClient client() { return TestClient(server_->listeners()[0].port); }
  TestResponse send(const std::string& bytes) {
    TestClient one = client();
    one.send(bytes);
    return one.receive();
  }
  void expect_works() { EXPECT_EQ(client().request("GET", "/x").body, "GET /x "); }

  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpServerTest, KeepsConnectionsOpen) {
  start();
  TestClient one = client();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(one.request("POST", "/a", "b").body, "POST /a b");
  EXPECT_EQ(one.request("GET", "/last", "", "Connection: close\r\n").header("Connection"), "close");
  EXPECT_TRUE(one.at_end());
  TestClient old = client();
  old.send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_EQ(old.receive().status, 200);
  EXPECT_TRUE(old.at_end());
}

TEST_F(HttpServerTest, AnswersPipelinedRequestsInOrder) {
  start();
  TestClient one = client();
  std::string bytes;
  for (int i = 0; i < 50; ++i) {
    bytes += "POST /" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi";
  }
  one.send(bytes);
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(one.receive().body, "POST /" + std::to_string(i) + " hi");
  }
}

TEST_F(HttpServerTest, BytesMayComeOneByOne) {
  start();
  TestClient one = client();
  for (char c : std::string("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nxyz")) {
    one.send(std::string_view(&c, 1));
  }
  EXPECT_EQ(one.receive().body, "POST /a xyz");
}

TEST_F(HttpServerTest, TakesChunkedBodies) {
  start();
  EXPECT_EQ(send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                 "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n")
                .body,
            "POST / abcde");
}

TEST_F(HttpServerTest, SaysContinueWhenAsked) {
  start();
  TestClient one = client();
  one.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(one.receive().status, 100);
  one.send("hi");
  EXPECT_EQ(one.receive().body, "POST / hi");
}

TEST_F(HttpServerTest, RefusesWhatIsMalformed) {
  start();
  for (const char* bytes :
       {"GET\r\n\r\n", "GET / HTTP/1.1\r\nHost a\r\n\r\n", "GET / HTTP/1.1\r\n\r\n",
        "\x16\x03\x01\x02\x01\r\n\r\n", "GET nopath HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
    TestClient one = client();
    one.send(bytes);
    EXPECT_EQ(one.receive().status, 400) << bytes;
    EXPECT_TRUE(one.at_end());
  }
  EXPECT_EQ(send("GET / HTTP/2.0\r\nHost: a\r\n\r\n").status, 505);
  expect_works();
}

TEST_F(HttpServerTest, BoundsHeaders) {
  start();
  std::string headers;
  for (int i = 0; i < 10'000; ++i) headers += "X-" + std::to_string(i) + ": y\r\n";
  EXPECT_EQ(send("GET / HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n").status, 431);
  EXPECT_EQ(send("GET / HTTP/1.1\r\nHost: " + std::string(20'000, 'a') + "\r\n\r\n").status, 431);
  EXPECT_EQ(send("GET /" + std::string(20'000, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n").status, 414);
  expect_works();
}

TEST_F(HttpServerTest, BoundsBodies) {
  HttpServerOptions options;
  options.maximum_body_bytes = 1000;
  start(options);
  EXPECT_EQ(client().request("POST", "/", std::string(1000, 'x')).status, 200);
  EXPECT_EQ(client().request("POST", "/", std::string(1001, 'x')).status, 413);
  EXPECT_EQ(
      send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999999\r\n\r\n").status,
      400);
  // A body without end: refused while it is still being sent, then cut off.
  TestClient endless = client();
  endless.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  std::string chunk = "400\r\n" + std::string(0x400, 'x') + "\r\n";
  size_t sent = 0;
  while (sent < (64u << 20) && endless.send(chunk)) sent += chunk.size();
  EXPECT_LT(sent, 64u << 20);
  expect_works();
}

TEST_F(HttpServerTest, TheRefusalReachesWhoIsStillSending) {
  HttpServerOptions options;
  options.maximum_body_bytes = 1000;
  start(options);
  TestClient one = client();
  one.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 500000\r\n\r\n");
  one.send(std::string(500'000, 'x'));
  EXPECT_EQ(one.receive().status, 413);
}

TEST_F(HttpServerTest, ClosesOnClientsThatKeepItWaiting) {
  HttpServerOptions options;
  options.header_timeout = options.body_timeout = options.idle_timeout = milliseconds(20);
  start(options);
  TestClient silent = client(), half = client(), body = client(), idle = client();
  half.send("GET / HTTP/1.1\r\nHos");
  body.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab");
  EXPECT_TRUE(silent.at_end());
  EXPECT_TRUE(half.at_end());
  EXPECT_TRUE(body.at_end());
  EXPECT_TRUE(idle.at_end());
}

TEST_F(HttpServerTest, ClientsThatOnlyConnectMakeRoom) {
  HttpServerOptions options;
  options.maximum_connections = 8;
  start(options);
  std::vector<TestClient> silent;
  for (int i = 0; i < 20; ++i) silent.push_back(client());
  expect_works();
  EXPECT_LE(server_->connections(), 8u + 1);
  EXPECT_TRUE(silent.front().at_end());
}

TEST_F(HttpServerTest, ClientsThatGoAwayInTheMiddle) {
  start();
  for (int i = 0; i < 50; ++i) {
    TestClient one = client();
    one.send(
        std::string("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabcde").substr(0, i));
  }
  expect_works();
}

TEST_F(HttpServerTest, ManyAtOnce) {
  start();
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 64; ++i) {
    threads.emplace_back([&, i] {
      TestClient one = client();
      for (int k = 0; k < 20; ++k) {
        std::string target = "/" + std::to_string(i) + "/" + std::to_string(k);
        good += one.request("POST", target, "x").body == "POST " + target + " x";
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 64 * 20);
}

TEST_F(HttpServerTest, AnExceptionIsA500) {
  auto opened = HttpServer::open(
      {{"http", "127.0.0.1", 0}}, {},
      [](const HttpRequest&) -> HttpResponse { throw std::runtime_error("oops"); },
      [](int status, const std::string& reason) {
        return HttpResponse{status, "", reason, {}};
      });
  ASSERT_TRUE(opened);
  TestClient one((*opened)->listeners()[0].port);
  for (int i = 0; i < 2; ++i) {
    TestResponse response = one.request("GET", "/");
    EXPECT_EQ(response.status, 500);
    EXPECT_EQ(response.body, "oops");
  }
}

TEST_F(HttpServerTest, StopLetsARequestFinish) {
  std::mutex mutex;
  std::condition_variable changed;
  bool inside = false, go = false;
  auto opened = HttpServer::open(
      {{"http", "127.0.0.1", 0}}, {},
      [&](const HttpRequest&) {
        std::unique_lock lock(mutex);
        inside = true;
        changed.notify_all();
        changed.wait(lock, [&] { return go; });
        return HttpResponse{200, "", "done", {}};
      },
      [](int status, const std::string&) {
        return HttpResponse{status, "", "", {}};
      });
  ASSERT_TRUE(opened);
  TestClient busy((*opened)->listeners()[0].port), idle((*opened)->listeners()[0].port);
  busy.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return inside; });
  }
  std::thread stopper([&] { (*opened)->stop(std::chrono::seconds(30)); });
  EXPECT_TRUE(idle.at_end());
  {
    std::lock_guard lock(mutex);
    go = true;
    changed.notify_all();
  }
  TestResponse response = busy.receive();
  EXPECT_EQ(response.body, "done");
  EXPECT_EQ(response.header("Connection"), "close");
  stopper.join();
}

TEST_F(HttpServerTest, IdleHandlersEnd) {
  HttpServerOptions options;
  options.handler_idle_time = milliseconds(1);
  start(options);
  expect_works();
  while (server_->handler_threads() > 0) std::this_thread::yield();
  expect_works();
}

TEST(ListenerTest, Parses) {
  auto listener = parse_listener("HTTP://[::1]:8083");
  ASSERT_TRUE(listener);
  EXPECT_EQ(listener->host, "::1");
  EXPECT_EQ(listener->url(), "http://[::1]:8083");
  EXPECT_EQ(parse_listener("http://:8083")->host, "");
  EXPECT_EQ(parse_listener("https://my-host.example:1")->scheme, "https");
  for (const char* bad : {"", "http://a", "http://a:x", "http://a:-1", "http://a:70000", "a:1",
                          "ftp://a:1", "http://a:999999999999999999"}) {
    EXPECT_FALSE(parse_listener(bad)) << bad;
  }
}

}  // namespace
}  // namespace millrace::rest
