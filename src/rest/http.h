#pragma once
// What the server hands to a handler and gets back. Plain values: no HTTP library shows here.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace::rest {

using Headers = std::vector<std::pair<std::string, std::string>>;

// Header names compare without case. nullptr: not there.
const std::string* find_header(const Headers& headers, std::string_view name);

struct HttpRequest {
  std::string method;  // as sent: "GET"
  std::string target;  // as sent: "/connectors/a%20b?expand=info"
  std::string path;    // of it, still percent-encoded
  std::string query;   // of it, after the '?'; still encoded
  Headers headers;
  std::string body;
  std::string scheme;          // "http" or "https"
  std::string authority;       // the Host header, else the address that was connected to
  std::string remote_address;  // the client's, without port
  int minor_version = 1;       // of HTTP/1.x
  size_t listener = 0;         // index of the listener that took it
};

struct HttpResponse {
  int status = 200;
  std::string content_type;  // empty: no such header
  std::string body;          // for HEAD too: the server leaves it out
  Headers headers;
};

}  // namespace millrace::rest
