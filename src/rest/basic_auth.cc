#include "rest/basic_auth.h"

#include <openssl/crypto.h>
#include <strings.h>

#include <cstdlib>
#include <optional>
#include <vector>

#include "base/file_bytes.h"
#include "base/log.h"
#include "base/properties.h"

namespace millrace::rest {
namespace {

constexpr std::string_view kEntry = "KafkaConnect";
constexpr std::string_view kModule =
    "org.apache.kafka.connect.rest.basic.auth.extension.PropertyFileLoginModule";
constexpr char kConnectException[] = "org.apache.kafka.connect.errors.ConnectException";

Failure refuse(std::string message) {
  return fail(ErrorKind::bad_config, std::move(message), kConnectException);
}

// Words, quoted texts and the marks { } ; = of a JAAS file; comments in all three forms go.
std::vector<std::string> tokens(std::string_view text) {
  std::vector<std::string> found;
  size_t at = 0;
  auto skip_to = [&](std::string_view end) {
    const size_t place = text.find(end, at);
    at = place == text.npos ? text.size() : place + end.size();
  };
  constexpr std::string_view kMarks = "{};=";
  while (at < text.size()) {
    const char c = text[at];
    if (static_cast<unsigned char>(c) <= ' ') {
      ++at;
    } else if (c == '#' || text.substr(at, 2) == "//") {
      skip_to("\n");
    } else if (text.substr(at, 2) == "/*") {
      skip_to("*/");
    } else if (kMarks.find(c) != kMarks.npos) {
      found.emplace_back(1, c);
      ++at;
    } else if (c == '"' || c == '\'') {
      std::string quoted;
      for (++at; at < text.size() && text[at] != c; ++at) {
        if (text[at] == '\\' && at + 1 < text.size()) ++at;
        quoted.push_back(text[at]);
      }
      ++at;
      found.push_back(std::move(quoted));
    } else {
      const size_t begin = at;
      while (at < text.size() && static_cast<unsigned char>(text[at]) > ' ' &&
             kMarks.find(text[at]) == kMarks.npos)
        ++at;
      found.emplace_back(text.substr(begin, at - begin));
    }
  }
  return found;
}

std::optional<std::string> decode_base64(std::string_view text) {
  static constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  if (text.size() % 4 == 1) return std::nullopt;
  std::string out;
  unsigned bits = 0, count = 0;
  for (char c : text) {
    const size_t digit = kDigits.find(c);
    if (digit == kDigits.npos) return std::nullopt;
    bits = (bits << 6) | static_cast<unsigned>(digit);
    count += 6;
    if (count >= 8) out.push_back(static_cast<char>((bits >> (count -= 8)) & 0xff));
  }
  return out;
}

// Takes the same time wherever the two differ.
bool same_secret(const std::string& a, const std::string& b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

std::string jaas_file_of(std::string_view java_options) {
  static constexpr std::string_view kOption = "-Djava.security.auth.login.config=";
  const size_t at = java_options.find(kOption);
  if (at == java_options.npos) return {};
  std::string_view path = java_options.substr(at + kOption.size());
  const char quote = path.empty() ? ' ' : path.front();
  if (quote == '"' || quote == '\'') {
    path.remove_prefix(1);
    return std::string(path.substr(0, path.find(quote)));
  }
  path = path.substr(0, path.find_first_of(" \t\n"));
  if (path.starts_with("=")) path.remove_prefix(1);  // == : this file alone
  return std::string(path);
}

Result<std::string> credentials_file_of(std::string_view jaas_text) {
  const std::vector<std::string> all = tokens(jaas_text);
  size_t at = 0;
  while (at + 1 < all.size() && !(all[at] == kEntry && all[at + 1] == "{")) ++at;
  if (at + 2 >= all.size()) return refuse("No LoginModules configured for KafkaConnect");
  at += 2;
  if (all[at] != kModule)
    return refuse("The login module '" + all[at] + "' of KafkaConnect is not supported; use " +
                  std::string(kModule));
  std::string file;
  for (at += 2; at < all.size() && all[at] != ";"; ++at)
    if (all[at] == "file" && at + 2 < all.size() && all[at + 1] == "=") file = all[at + 2];
  if (at + 1 >= all.size() || all[at + 1] != "}")
    return refuse("The entry KafkaConnect must have one login module, ended by ';', and '}'");
  if (file.empty()) return refuse("Property Credentials file must be specified");
  return file;
}

Result<std::unique_ptr<BasicAuth>> BasicAuth::make(std::string jaas_file) {
  if (jaas_file.empty())
    if (const char* options = std::getenv("KAFKA_OPTS")) jaas_file = jaas_file_of(options);
  if (jaas_file.empty())
    return refuse(
        "Failed to retrieve JAAS configuration: name its file in the setting "
        "millrace.rest.jaas.config, or in the environment: KAFKA_OPTS="
        "-Djava.security.auth.login.config=FILE");
  Result<std::string> text = read_file_bytes(jaas_file);
  if (!text) return refuse("Failed to retrieve JAAS configuration: " + text.error().message());
  Result<std::string> file = credentials_file_of(*text);
  if (!file) return refuse(jaas_file + ": " + file.error().message());
  Result<PropertiesFile> users = read_properties_file(*file);
  if (!users) return refuse("Error loading Property Credentials file: " + users.error().message());
  std::unique_ptr<BasicAuth> made(new BasicAuth);
  made->users_.insert(users->values.begin(), users->values.end());
  if (made->users_.empty())
    Logger(kModule).warn("Credential properties file '{}' is empty; all requests will be permitted",
                         *file);
  return made;
}

bool BasicAuth::allows(const HttpRequest& request) const {
  if (users_.empty()) return true;
  const std::string* given = find_header(request.headers, "Authorization");
  if (given == nullptr) return false;
  const size_t blank = given->find(' ');
  if (blank != 5 || strncasecmp(given->c_str(), "Basic", 5) != 0) return false;
  const std::optional<std::string> decoded =
      decode_base64(std::string_view(*given).substr(blank + 1));
  if (!decoded) return false;
  const size_t colon = decoded->find(':');
  if (colon == 0 || colon == decoded->npos) return false;
  auto user = users_.find(std::string_view(*decoded).substr(0, colon));
  return user != users_.end() && same_secret(user->second, decoded->substr(colon + 1));
}

}  // namespace millrace::rest
