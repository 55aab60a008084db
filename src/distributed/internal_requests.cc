// DistributedHerder: requests between workers of a cluster (KIP-507).

#include <charconv>
#include <nlohmann/json.hpp>

#include "convert/base64.h"
#include "distributed/distributed_herder.h"

namespace millrace::distributed {
namespace {

constexpr char kBase64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
constexpr char kBadRequest[] = "org.apache.kafka.connect.runtime.rest.errors.BadRequestException";

// The statuses that a kind of error does not tell.
Result<void> with_status(Result<void> result) {
  if (result) return result;
  const auto status = internal_request_status(result.error());
  if (!status) return result;
  return fail(ErrorKind::fatal, result.error().message(),
              *status == 403 ? herder::kForbidden : herder::kUnavailable);
}

// As Java's decoder tells of a character: without leading zeros, bytes signed.
std::string hex(signed char byte) {
  char digits[8];
  const auto end = std::to_chars(std::begin(digits), std::end(digits), int{byte}, 16);
  return {digits, end.ptr};
}

// What stands in a path segment as it is.
std::string path_segment(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 ||
                       std::string_view("-._~").find(c) != std::string_view::npos;
    if (plain) {
      encoded += c;
      continue;
    }
    constexpr char kDigits[] = "0123456789ABCDEF";
    encoded += '%';
    encoded += kDigits[static_cast<uint8_t>(c) >> 4];
    encoded += kDigits[static_cast<uint8_t>(c) & 15];
  }
  return encoded;
}

std::string internal_url(std::string url, const std::string& connector, const char* what) {
  if (!url.ends_with('/')) url += '/';
  return url + "connectors/" + path_segment(connector) + "/" + what;
}

}  // namespace

void DistributedHerder::forward_task_configs(const std::string& leader_url,
                                             const std::string& connector,
                                             const std::vector<Properties>& configs,
                                             const WorkerPort::Started& done) {
  if (leader_url.empty())
    return done(fail(ErrorKind::retriable,
                     "Request to leader to reconfigure connector tasks failed because the URL of "
                     "the leader's REST interface is empty"));
  nlohmann::json tasks = nlohmann::json::array();
  for (const Properties& config : configs) tasks.push_back(config);
  const std::string body = tasks.dump();
  done(options_.post(internal_url(leader_url, connector, "tasks"), body, signed_headers(body)));
}

Result<void> DistributedHerder::forward_fencing(const std::string& leader_url,
                                                const std::string& connector) {
  return options_.put(internal_url(leader_url, connector, "fence"), signed_headers({}));
}

std::map<std::string, std::string> DistributedHerder::signed_headers(
    const std::string& body) const {
  std::map<std::string, std::string> headers;
  if (auto signature = core_.session_keys().sign(body)) {
    headers["X-Connect-Authorization"] = convert::to_base64(signature->mac);
    headers["X-Connect-Request-Signature-Algorithm"] = signature->algorithm;
  }
  return headers;
}

Result<std::optional<RequestSignature>> DistributedHerder::signature_of(
    const herder::InternalRequest& request) const {
  if (!request.signature || !request.signature_algorithm) return std::nullopt;
  Arena arena;
  std::string_view mac;
  if (!message_authentication_code(*request.signature_algorithm, "key", ""))
    return fail(ErrorKind::bad_config,
                "Algorithm " + *request.signature_algorithm + " not available", kBadRequest);
  const size_t wrong = request.signature->find_first_not_of(kBase64);
  if (wrong != std::string::npos)
    return fail(ErrorKind::bad_config,
                "Illegal base64 character " + hex((*request.signature)[wrong]), kBadRequest);
  std::string padded = *request.signature;  // which Java's decoder does not ask for
  if (padded.size() % 4 > 1) padded.resize((padded.size() + 3) / 4 * 4, '=');
  if (!convert::read_base64(padded, arena, mac))
    return fail(ErrorKind::bad_config, "The signature of the request is not base64", kBadRequest);
  return RequestSignature{*request.signature_algorithm, std::string(mac), request.body};
}

Result<void> DistributedHerder::put_task_configs(const std::string& name,
                                                 const std::vector<Properties>& configs,
                                                 const herder::InternalRequest& request,
                                                 Deadline deadline) {
  auto signature = signature_of(request);
  if (!signature) return fail(std::move(signature).error());
  return with_status(ask_to_do(deadline, [&](auto answer) {
    core_.put_task_configs(name, configs, *signature, deadline, answer);
  }));
}

Result<void> DistributedHerder::fence_zombies(const std::string& name,
                                              const herder::InternalRequest& request,
                                              Deadline deadline) {
  auto signature = signature_of(request);
  if (!signature) return fail(std::move(signature).error());
  return with_status(ask_to_do(
      deadline, [&](auto answer) { core_.fence_zombies(name, *signature, deadline, answer); }));
}

}  // namespace millrace::distributed
