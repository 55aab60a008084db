#include "kafka/wire/oauth_token.h"

#include <poll.h>

#include <cctype>
#include <charconv>
#include <ctime>
#include <thread>

#include "kafka/wire/base64.h"
#include "kafka/wire/sasl.h"
#include "kafka/wire/stream.h"
#include "kafka/wire/tls_context.h"

namespace millrace::kafka::wire {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kLongest = std::chrono::seconds(10);
constexpr int64_t kUnsecuredLifetimeSeconds = 3600;  // Java's default
constexpr size_t kLargestAnswer = 1 << 20;

Failure no_token(std::string why, ErrorKind kind = ErrorKind::retriable) {
  return fail(kind, "No token was got of sasl.oauthbearer.token.endpoint.url: " + std::move(why),
              "org.apache.kafka.common.errors.SaslAuthenticationException");
}

struct Url {
  bool tls = false;
  Endpoint endpoint;
  std::string path;
};

Url parse_url(const std::string& text) {
  Url url;
  url.tls = text.starts_with("https://");
  const size_t begin = text.find("://") + 3, slash = std::min(text.find('/', begin), text.size());
  std::string host = text.substr(begin, slash - begin);
  url.endpoint.port = url.tls ? 443 : 80;
  if (const size_t colon = host.rfind(':'); colon != std::string::npos && host.back() != ']') {
    std::from_chars(host.data() + colon + 1, host.data() + host.size(), url.endpoint.port);
    host.resize(colon);
  }
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  url.endpoint.host = host;
  url.path = slash < text.size() ? text.substr(slash) : "/";
  return url;
}

std::string url_encoded(std::string_view text) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) || c == '-' || c == '_' || c == '.' || c == '*')
      out.push_back(c);
    else if (c == ' ')
      out.push_back('+');
    else
      out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
  }
  return out;
}

std::string request_of(const Url& url, const OAuthSettings& settings) {
  std::string body = "grant_type=client_credentials";
  if (!settings.scope.empty()) body += "&scope=" + url_encoded(settings.scope);
  return "POST " + url.path + " HTTP/1.1\r\nHost: " + url.endpoint.text() +
         "\r\nAccept: application/json\r\nAuthorization: Basic " +
         base64(settings.client_id + ":" + settings.client_secret) +
         "\r\nCache-Control: no-cache\r\nContent-Type: application/x-www-form-urlencoded\r\n"
         "Content-Length: " +
         std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" + body;
}

Result<void> wait_for(const Stream& stream, bool writing, Clock::time_point deadline) {
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
  if (left <= 0) return no_token("no answer within 10 seconds");
  const bool out = writing || stream.wants_to_write();
  pollfd ready{stream.descriptor(), static_cast<short>(out ? POLLOUT : POLLIN), 0};
  poll(&ready, 1, static_cast<int>(left));
  return {};
}

Result<std::string> ask(const OAuthSettings& settings) {
  const Url url = parse_url(settings.token_endpoint_url);
  const auto deadline = Clock::now() + kLongest;
  TlsContext context;
  if (url.tls) {
    auto made = make_tls_context({});
    if (!made) return fail(std::move(made).error());
    context = std::move(*made);
  }
  auto addresses = resolve(url.endpoint);
  if (!addresses) return no_token(addresses.error().describe());
  auto stream = Stream::open(addresses->front(), context.get(), url.endpoint.host, true);
  if (!stream) return no_token(stream.error().describe());
  Stream& peer = **stream;
  for (;;) {
    auto open = peer.advance();
    if (!open) return no_token(open.error().describe(), open.error().kind());
    if (*open) break;
    if (auto waited = wait_for(peer, false, deadline); !waited) return fail(waited.error());
  }
  for (std::string rest = request_of(url, settings); !rest.empty();) {
    auto sent = peer.write(rest);
    if (!sent) return no_token(sent.error().describe());
    rest.erase(0, *sent);
    if (*sent == 0)
      if (auto waited = wait_for(peer, true, deadline); !waited) return fail(waited.error());
  }
  std::string answer;
  for (char buffer[4096]; answer.size() < kLargestAnswer;) {
    auto got = peer.read(buffer, sizeof buffer);
    if (!got) break;  // the end, as was asked for
    answer.append(buffer, *got);
    if (*got == 0)
      if (auto waited = wait_for(peer, false, deadline); !waited) return fail(waited.error());
  }
  auto body = http_body(answer);
  if (!body) return fail(std::move(body).error());
  return json_member(*body, "access_token");
}

Result<std::string> unchunked(std::string_view rest) {
  std::string body;
  for (;;) {
    size_t size = 0;
    const size_t line = rest.find("\r\n");
    if (line == std::string_view::npos) return no_token("its answer ends early");
    std::from_chars(rest.data(), rest.data() + line, size, 16);
    rest.remove_prefix(line + 2);
    if (size == 0) return body;
    if (rest.size() < size) return no_token("its answer ends early");
    body += rest.substr(0, size);
    rest.remove_prefix(std::min(rest.size(), size + 2));
  }
}

}  // namespace

Result<std::string> http_body(std::string_view answer) {
  const size_t head_end = answer.find("\r\n\r\n");
  if (!answer.starts_with("HTTP/1.") || head_end == std::string_view::npos || answer.size() < 12)
    return no_token("its answer is not HTTP");
  const std::string_view status = answer.substr(9, 3);
  if (status != "200")
    return no_token("it answered with the status " + std::string(status),
                    status.starts_with('4') ? ErrorKind::bad_config : ErrorKind::retriable);
  std::string head(answer.substr(0, head_end));
  for (char& c : head) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const std::string_view body = answer.substr(head_end + 4);
  if (head.find("\r\ntransfer-encoding: chunked") != std::string::npos) return unchunked(body);
  return std::string(body);
}

// A token's characters need no escapes, so that a value with one is no token.
Result<std::string> json_member(std::string_view json, std::string_view name) {
  const std::string quoted = "\"" + std::string(name) + "\"";
  size_t at = json.find(quoted);
  if (at == std::string_view::npos) return no_token("its answer has no " + std::string(name));
  at = json.find_first_not_of(" \t\r\n", at + quoted.size());
  if (at == std::string_view::npos || json[at] != ':') return no_token("its answer is not JSON");
  at = json.find_first_not_of(" \t\r\n", at + 1);
  if (at == std::string_view::npos || json[at] != '"') return no_token("its answer is not JSON");
  const size_t end = json.find_first_of("\"\\", at + 1);
  if (end == std::string_view::npos || json[end] != '"' || end == at + 1)
    return no_token("its " + std::string(name) + " is no token");
  return std::string(json.substr(at + 1, end - at - 1));
}

std::future<Result<std::string>> fetch_token(const OAuthSettings& settings) {
  std::promise<Result<std::string>> promise;
  auto future = promise.get_future();
  if (!settings.unsecured_subject.empty()) {
    promise.set_value(
        unsecured_token(settings.unsecured_subject, std::time(nullptr), kUnsecuredLifetimeSeconds));
    return future;
  }
  // Detached: it holds nothing of ours, and nobody waits for it when the connection is given up.
  std::thread([promise = std::move(promise), settings]() mutable {
    promise.set_value(ask(settings));
  }).detach();
  return future;
}

}  // namespace millrace::kafka::wire
