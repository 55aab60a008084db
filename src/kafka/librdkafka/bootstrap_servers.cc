#include "kafka/librdkafka/bootstrap_servers.h"

#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>

namespace millrace::kafka {
namespace {

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kSchemeLetters =
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-%._";
constexpr std::string_view kHostLetters =
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-%._:";
constexpr size_t kNone = std::string_view::npos;

Failure wrong(std::string message) {
  return fail(ErrorKind::bad_config, std::move(message),
              "org.apache.kafka.common.config.ConfigException");
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

std::optional<ServerAddress> parse(std::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme != kNone && url.substr(0, scheme).find_first_not_of(kSchemeLetters) == kNone)
    url.remove_prefix(scheme + 3);
  const size_t colon = url.rfind(':');
  if (colon == kNone || colon + 1 == url.size()) return std::nullopt;
  std::string_view host = url.substr(0, colon), port = url.substr(colon + 1);
  if (host.starts_with('[')) host.remove_prefix(1);
  if (host.ends_with(']')) host.remove_suffix(1);
  if (host.find_first_not_of(kHostLetters) != kNone || port.find_first_not_of(kDigits) != kNone)
    return std::nullopt;
  return ServerAddress{std::string(host), std::string(port)};
}

bool is_port(std::string_view digits) {
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
  return digits.size() < 5 || (digits.size() == 5 && digits <= "65535");
}

bool is_known(const ServerAddress& address) {
  addrinfo* found = nullptr;
  if (::getaddrinfo(address.host.empty() ? nullptr : address.host.c_str(), address.port.c_str(),
                    nullptr, &found) != 0)
    return false;
  ::freeaddrinfo(found);
  return true;
}

}  // namespace

Result<std::vector<ServerAddress>> parse_bootstrap_servers(std::string_view list) {
  std::vector<ServerAddress> addresses;
  while (!list.empty()) {
    const size_t comma = std::min(list.find(','), list.size());
    const std::string_view url = trimmed(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
    if (url.empty()) continue;
    std::optional<ServerAddress> address = parse(url);
    if (!address) return wrong("Invalid url in bootstrap.servers: " + std::string(url));
    if (!is_port(address->port))
      return wrong("Invalid port in bootstrap.servers: " + std::string(url));
    addresses.push_back(*std::move(address));
  }
  return addresses;
}

Result<void> resolve_bootstrap_servers(std::string_view list) {
  auto addresses = parse_bootstrap_servers(list);
  if (!addresses) return fail(std::move(addresses).error());
  if (std::any_of(addresses->begin(), addresses->end(), is_known)) return {};
  return wrong("No resolvable bootstrap urls given in bootstrap.servers: " + std::string(list));
}

}  // namespace millrace::kafka
