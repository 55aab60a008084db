#include "kafka/security/security_settings.h"

#include <cctype>
#include <optional>

#include "kafka/security/jaas.h"
#include "kafka/security/trust_store.h"

namespace millrace::kafka {
namespace {

constexpr std::string_view kPlainModule = "org.apache.kafka.common.security.plain.PlainLoginModule";
constexpr std::string_view kScramModule = "org.apache.kafka.common.security.scram.ScramLoginModule";
constexpr std::string_view kOAuthModule =
    "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule";

class Security {
 public:
  Security(const std::map<std::string, std::string>& java, std::vector<std::string>& problems)
      : java_(java), problems_(problems) {}

  SecuritySettings run() {
    read();
    return std::move(out_);
  }

 private:
  void read() {
    std::string protocol = get("security.protocol");
    for (char& c : protocol) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    if (protocol.empty()) protocol = "PLAINTEXT";
    const bool ssl = protocol == "SSL" || protocol == "SASL_SSL";
    const bool sasl = protocol == "SASL_PLAINTEXT" || protocol == "SASL_SSL";
    if (!ssl && !sasl && protocol != "PLAINTEXT")
      return wrong("security.protocol", get("security.protocol"),
                   "String must be one of (case insensitive): SASL_SSL, PLAINTEXT, SSL, "
                   "SASL_PLAINTEXT");
    out_.protocol = protocol;
    out_.tls = ssl;
    out_.sasl = sasl;
    if (ssl) read_ssl();
    if (sasl) read_sasl();
  }

  TlsSettings& tls() { return out_.tls_settings; }
  std::string get(const std::string& key) const {
    auto found = java_.find(key);
    return found == java_.end() ? std::string() : found->second;
  }
  void wrong(const std::string& key, const std::string& value, const std::string& why) {
    problems_.push_back("Invalid value " + value + " for configuration " + key + ": " + why);
  }
  void refuse_if_set(const char* key, const char* why) {
    if (const std::string value = get(key); !value.empty()) wrong(key, value, why);
  }

  void read_ssl() {
    refuse_if_set("ssl.engine.factory.class", "a Java class cannot be loaded here: remove it");
    refuse_if_set("ssl.cipher.suites",
                  "cipher suites are chosen by OpenSSL here: remove it, and restrict them in the "
                  "broker or in the system's openssl.cnf");
    refuse_if_set("security.providers", "Java security providers do not exist here: remove it");
    auto algorithm = java_.find("ssl.endpoint.identification.algorithm");
    if (algorithm != java_.end()) {
      tls().endpoint_identification_given = true;
      tls().verify_host_name = !algorithm->second.empty();
      if (!algorithm->second.empty() && algorithm->second != "https" &&
          algorithm->second != "HTTPS")
        wrong(algorithm->first, algorithm->second, "String must be https or empty");
    }
    trust_store();
    key_store();
  }

  void trust_store() {
    const std::string path = get("ssl.truststore.location");
    if (const std::string inline_pem = get("ssl.truststore.certificates"); !inline_pem.empty()) {
      if (!path.empty())
        return wrong("ssl.truststore.location", path,
                     "it cannot be set together with ssl.truststore.certificates");
      tls().ca_pem = inline_pem;
      return;
    }
    if (path.empty()) return;
    auto format = format_of("ssl.truststore.location", path);
    if (!format) return;
    if (*format == StoreFormat::kPem) {
      tls().ca_file = path;
      return;
    }
    auto certificates =
        pkcs12_certificates("ssl.truststore.location", path, get("ssl.truststore.password"));
    if (!certificates) return problems_.push_back(certificates.error().message());
    tls().ca_pem = std::move(*certificates);
  }

  void key_store() {
    const std::string path = get("ssl.keystore.location"), key = get("ssl.keystore.key");
    const std::string chain = get("ssl.keystore.certificate.chain");
    if (!key.empty() || !chain.empty()) {
      if (!path.empty())
        return wrong("ssl.keystore.location", path,
                     "it cannot be set together with ssl.keystore.key");
      if (key.empty() || chain.empty())
        return problems_.push_back(
            "ssl.keystore.key and ssl.keystore.certificate.chain must be set together");
      tls().key_pem = key;
      tls().certificate_pem = chain;
      return key_password();
    }
    if (path.empty()) return;
    auto format = format_of("ssl.keystore.location", path);
    if (!format) return;
    if (*format == StoreFormat::kPem) {
      tls().key_and_certificate_file = path;
      return key_password();
    }
    tls().pkcs12_file = path;
    tls().pkcs12_password = get("ssl.keystore.password");
  }

  void key_password() { tls().key_password = get("ssl.key.password"); }

  std::optional<StoreFormat> format_of(const std::string& property, const std::string& path) {
    if (auto readable = read_store_file(property, path); !readable) {
      problems_.push_back(readable.error().message());
      return std::nullopt;
    }
    auto format = store_format(path);
    if (format && *format != StoreFormat::kJks) return *format;
    problems_.push_back(jks_refused(property, path).message());
    return std::nullopt;
  }

  void read_sasl() {
    std::string mechanism = get("sasl.mechanism");
    if (mechanism.empty()) mechanism = "GSSAPI";  // Java's default
    const bool scram = mechanism == "SCRAM-SHA-256" || mechanism == "SCRAM-SHA-512";
    if (mechanism != "PLAIN" && !scram && mechanism != "OAUTHBEARER")
      return wrong("sasl.mechanism", mechanism,
                   "known are PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 and OAUTHBEARER: set one of them "
                   "on both sides");
    refuse_if_set("sasl.login.class", "a Java class cannot be loaded here: remove it");
    refuse_if_set("sasl.client.callback.handler.class",
                  "a Java class cannot be loaded here: remove it and give the credentials in "
                  "sasl.jaas.config");
    out_.sasl_settings.mechanism = mechanism == "PLAIN"           ? SaslMechanism::kPlain
                                   : mechanism == "SCRAM-SHA-256" ? SaslMechanism::kScramSha256
                                   : mechanism == "SCRAM-SHA-512" ? SaslMechanism::kScramSha512
                                                                  : SaslMechanism::kOAuthBearer;

    const std::string jaas = get("sasl.jaas.config");
    if (jaas.empty()) {
      if (mechanism == "OAUTHBEARER") return oauth_bearer({});
      return problems_.push_back(
          "Missing required configuration \"sasl.jaas.config\": sasl.mechanism " + mechanism +
          " needs it (a JAAS file of the JVM is not read here)");
    }
    auto module = parse_jaas(jaas);
    if (!module) return wrong("sasl.jaas.config", "[hidden]", module.error().message());
    const std::string_view wanted = mechanism == "PLAIN" ? kPlainModule
                                    : scram              ? kScramModule
                                                         : kOAuthModule;
    if (module->login_module != wanted)
      return wrong("sasl.jaas.config", "[hidden]",
                   "sasl.mechanism " + mechanism + " takes the login module " +
                       std::string(wanted) + ", not " + module->login_module);
    if (mechanism == "OAUTHBEARER") return oauth_bearer(module->options);
    if (module->options["tokenauth"] == "true")
      return wrong("sasl.jaas.config", "[hidden]",
                   "delegation tokens (tokenauth) are not supported: use a user's own credentials");
    if (!module->options.contains("username") || !module->options.contains("password"))
      return wrong("sasl.jaas.config", "[hidden]", "the options username and password are needed");
    out_.sasl_settings.username = module->options["username"];
    out_.sasl_settings.password = module->options["password"];
  }

  // KIP-768 and its successor keys: client credentials against a token end point.
  void oauth_bearer(std::map<std::string, std::string> options) {
    if (const std::string subject = options["unsecuredLoginStringClaim_sub"]; !subject.empty()) {
      out_.sasl_settings.oauth.unsecured_subject = subject;
      return;
    }
    const std::string handler = get("sasl.login.callback.handler.class");
    if (!handler.empty() && !handler.ends_with(".OAuthBearerLoginCallbackHandler"))
      return wrong("sasl.login.callback.handler.class", handler,
                   "a Java class cannot be loaded here: use "
                   "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginCallbackHandler");
    const std::string url = get("sasl.oauthbearer.token.endpoint.url");
    auto either = [&](const char* option, const char* key) {
      const std::string value = options[option];
      return value.empty() ? get(key) : value;
    };
    const std::string id = either("clientId", "sasl.oauthbearer.client.credentials.client.id");
    const std::string secret =
        either("clientSecret", "sasl.oauthbearer.client.credentials.client.secret");
    const std::string scope = either("scope", "sasl.oauthbearer.scope");
    if (url.empty())
      return problems_.push_back(
          "Missing required configuration \"sasl.oauthbearer.token.endpoint.url\" which has no "
          "default value.");
    if (!url.starts_with("https://") && !url.starts_with("http://"))
      return wrong("sasl.oauthbearer.token.endpoint.url", url,
                   "only the client credentials grant over http(s) is supported");
    if (id.empty() || secret.empty())
      return wrong("sasl.jaas.config", "[hidden]",
                   "the options clientId and clientSecret are needed for OAUTHBEARER");
    out_.sasl_settings.oauth = {{}, url, id, secret, scope};
  }

  const std::map<std::string, std::string>& java_;
  std::vector<std::string>& problems_;
  SecuritySettings out_;
};

}  // namespace

const char* name_of(SaslMechanism mechanism) {
  switch (mechanism) {
    case SaslMechanism::kPlain: return "PLAIN";
    case SaslMechanism::kScramSha256: return "SCRAM-SHA-256";
    case SaslMechanism::kScramSha512: return "SCRAM-SHA-512";
    case SaslMechanism::kOAuthBearer: break;
  }
  return "OAUTHBEARER";
}

SecuritySettings read_security_settings(const std::map<std::string, std::string>& java,
                                        std::vector<std::string>& problems) {
  return Security(java, problems).run();
}

}  // namespace millrace::kafka
