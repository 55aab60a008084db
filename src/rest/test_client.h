#pragma once
// A bare HTTP client for the tests: sends exactly the bytes it is given, so that it can be wrong.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <utility>

#include "rest/http.h"

namespace millrace::rest {

struct TestResponse {
  int status = 0;  // 0: the connection ended without an answer
  Headers headers;
  std::string body;
  std::string header(std::string_view name) const {
    const std::string* value = find_header(headers, name);
    return value == nullptr ? "" : *value;
  }
};

class TestClient {
 public:
  explicit TestClient(int port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    timeval limit{30, 0};  // a test that would hang fails instead
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    connected_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  TestClient(TestClient&& other) noexcept
      : socket_(std::exchange(other.socket_, -1)), connected_(other.connected_) {}
  ~TestClient() {
    if (socket_ >= 0) ::close(socket_);
  }
  bool connected() const { return connected_; }

  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
  }
  // True: the server has closed the connection.
  bool at_end() {
    char byte;
    return received_.empty() && ::recv(socket_, &byte, 1, 0) <= 0;
  }
  TestResponse receive(bool head = false) {
    TestResponse response;
    size_t end;
    while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
      if (!more()) return response;
    }
    std::string header = received_.substr(0, end + 2);
    received_.erase(0, end + 4);
    response.status = std::atoi(header.c_str() + 9);
    for (size_t at = header.find("\r\n") + 2; at < header.size();) {
      size_t line_end = header.find("\r\n", at), colon = header.find(':', at);
      response.headers.emplace_back(header.substr(at, colon - at),
                                    header.substr(colon + 2, line_end - colon - 2));
      at = line_end + 2;
    }
    size_t length = std::strtoull(response.header("Content-Length").c_str(), nullptr, 10);
    if (head) length = 0;
    while (received_.size() < length) {
      if (!more()) return response;
    }
    response.body = received_.substr(0, length);
    received_.erase(0, length);
    return response;
  }
  TestResponse request(const std::string& method, const std::string& target,
                       const std::string& body = "", const std::string& headers = "") {
    std::string bytes = method + " " + target + " HTTP/1.1\r\nHost: test:1\r\n" + headers;
    if (!body.empty()) {
      if (headers.find("Content-Type") == std::string::npos) {
        bytes += "Content-Type: application/json\r\n";
      }
      bytes += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    }
    send(bytes + "\r\n" + body);
    return receive(method == "HEAD");
  }

 private:
  bool more() {
    char bytes[16384];
    ssize_t count = ::recv(socket_, bytes, sizeof bytes, 0);
    if (count <= 0) return false;
    received_.append(bytes, static_cast<size_t>(count));
    return true;
  }
  int socket_;
  bool connected_ = false;
  std::string received_;
};

}  // namespace millrace::rest
