#pragma once
// Where a token for OAUTHBEARER comes from: made here (unsecured), or of a token end point by the
// client credentials grant (RFC 6749, KIP-768).

#include <future>
#include <string>
#include <string_view>

#include "base/result.h"
#include "kafka/security/security_settings.h"

namespace millrace::kafka::wire {

// Ready at once for an unsecured token; else a thread asks the end point, for at most ten seconds,
// with the system's trusted certificates. Errors hold neither secret nor token.
std::future<Result<std::string>> fetch_token(const OAuthSettings& settings);

// The text of a member of a JSON object, one level deep, as of a token end point's answer.
Result<std::string> json_member(std::string_view json, std::string_view name);

// The body of an HTTP/1.x answer with status 200; whole answers only.
Result<std::string> http_body(std::string_view answer);

}  // namespace millrace::kafka::wire
