#include "kafka/wire/wire_settings.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <random>

namespace millrace::kafka::wire {
namespace {

constexpr const char* kConfigException = "org.apache.kafka.common.config.ConfigException";

std::string trimmed(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return std::string(text);
}

class SettingsReader {
 public:
  explicit SettingsReader(const ClientProperties& java) {
    for (const auto& [key, value] : java) java_[key] = trimmed(value);
  }

  Result<WireSettings> run() {
    bootstrap();
    dns_lookup();
    out_.client_id = java_.contains("client.id") ? java_["client.id"] : "";
    milliseconds("request.timeout.ms", 0, out_.request_timeout);
    milliseconds("retry.backoff.ms", 0, out_.retry_backoff);
    milliseconds("retry.backoff.max.ms", 0, out_.retry_backoff_max);
    milliseconds("reconnect.backoff.ms", 0, out_.reconnect_backoff);
    milliseconds("reconnect.backoff.max.ms", 0, out_.reconnect_backoff_max);
    milliseconds("metadata.max.age.ms", 0, out_.metadata_max_age);
    milliseconds("connections.max.idle.ms", INT64_MIN, out_.connections_max_idle);
    milliseconds("socket.connection.setup.timeout.ms", 0, out_.connection_setup_timeout);
    out_.security = read_security_settings(java_, problems_);
    if (problems_.empty()) return std::move(out_);
    std::string message;
    for (const std::string& problem : problems_) message += (message.empty() ? "" : "\n") + problem;
    return fail(ErrorKind::bad_config, message, kConfigException);
  }

 private:
  void wrong(const std::string& key, const std::string& value, const std::string& why) {
    problems_.push_back("Invalid value " + value + " for configuration " + key + ": " + why);
  }

  void milliseconds(const char* key, int64_t least, std::chrono::milliseconds& out) {
    const auto found = java_.find(key);
    if (found == java_.end() || found->second.empty()) return;
    const std::string& text = found->second;
    int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
      return wrong(key, text, "Not a number of type LONG");
    if (value < least) return wrong(key, text, "Value must be at least " + std::to_string(least));
    // Kept from overflowing in sums with the clock.
    out = std::chrono::milliseconds(std::min<int64_t>(value, int64_t{1} << 40));
  }

  void dns_lookup() {
    const std::string lookup = java_["client.dns.lookup"];
    if (lookup == "resolve_canonical_bootstrap_servers_only")
      out_.canonical_bootstrap = true;
    else if (!lookup.empty() && lookup != "use_all_dns_ips")
      wrong("client.dns.lookup", lookup,
            "String must be one of: use_all_dns_ips, resolve_canonical_bootstrap_servers_only");
  }

  void bootstrap() {
    const std::string list = java_["bootstrap.servers"];
    for (size_t begin = 0; begin < list.size();) {
      const size_t end = std::min(list.find(',', begin), list.size());
      const std::string one = trimmed(std::string_view(list).substr(begin, end - begin));
      begin = end + 1;
      if (!one.empty()) server(one);
    }
    if (out_.bootstrap.empty() && problems_.empty())
      problems_.push_back(
          "Missing required configuration \"bootstrap.servers\" which has no default value.");
  }

  // [PROTOCOL://]host:port, an IPv6 address in brackets.
  void server(const std::string& text) {
    std::string_view rest = text;
    if (const size_t scheme = rest.find("://"); scheme != std::string_view::npos)
      rest.remove_prefix(scheme + 3);
    const size_t colon = rest.rfind(':');
    uint16_t port = 0;
    if (colon != std::string_view::npos) {
      const std::string_view digits = rest.substr(colon + 1);
      const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
      if (error != std::errc() || end != digits.data() + digits.size()) port = 0;
    }
    std::string_view host = rest.substr(0, port == 0 ? 0 : colon);
    if (host.size() > 2 && host.front() == '[' && host.back() == ']')
      host = host.substr(1, host.size() - 2);
    if (host.empty()) return problems_.push_back("Invalid url in bootstrap.servers: " + text);
    out_.bootstrap.push_back({std::string(host), port});
  }

  std::map<std::string, std::string> java_;
  WireSettings out_;
  std::vector<std::string> problems_;
};

}  // namespace

std::string Endpoint::text() const {
  const bool ipv6 = host.find(':') != std::string::npos;
  return (ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Result<WireSettings> read_wire_settings(const ClientProperties& java) {
  return SettingsReader(java).run();
}

std::chrono::milliseconds backoff(std::chrono::milliseconds first, std::chrono::milliseconds most,
                                  int attempt) {
  thread_local std::minstd_rand random(std::random_device{}());
  const double least = static_cast<double>(std::min(first, most).count());
  const double grown = std::min(least * std::pow(2.0, std::min(attempt, 30)),
                                static_cast<double>(std::max(first, most).count()));
  const double chance = std::uniform_real_distribution<double>(0.8, 1.2)(random);
  return std::chrono::milliseconds(static_cast<int64_t>(grown * chance));
}

}  // namespace millrace::kafka::wire
