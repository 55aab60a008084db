#include <charconv>
#include <regex>

#include "rest/http_server.h"

namespace millrace::rest {

std::string Listener::url() const {
  bool ipv6 = host.find(':') != std::string::npos;
  return scheme + "://" + (ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Result<Listener> parse_listener(const std::string& text) {
  static const std::regex kPattern(R"(^(.*)://\[?([0-9a-zA-Z\-%._:]*)\]?:(-?[0-9]+)$)");
  std::smatch match;
  if (!std::regex_match(text, match, kPattern)) {
    return fail(
        ErrorKind::bad_config,
        "Listener doesn't have the right format (protocol://hostname:port). It is '" + text + "'");
  }
  Listener listener;
  listener.scheme = match[1];
  for (char& c : listener.scheme) c = static_cast<char>(std::tolower(c));
  if (listener.scheme != "http" && listener.scheme != "https") {
    return fail(
        ErrorKind::bad_config,
        "Listener protocol must be either \"http\" or \"https\", not that of '" + text + "'");
  }
  listener.host = match[2];
  std::string port = match[3];
  auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), listener.port);
  if (error != std::errc() || listener.port < 0 || listener.port > 65535) {
    return fail(ErrorKind::bad_config,
                "Unable to initialize REST server: port out of range:" + port +
                    ". The port of listener '" + text + "' must be between 0 and 65535");
  }
  return listener;
}

}  // namespace millrace::rest
