#include "kafka/librdkafka/security_properties.h"

#include <cctype>

#include "kafka/security/security_settings.h"

namespace millrace::kafka {
namespace {

void set_given(ClientSettings& out, const char* name, const std::string& value,
               bool secret = false) {
  if (!value.empty()) out.set(name, value, secret);
}

void translate_tls(const TlsSettings& tls, ClientSettings& out) {
  if (tls.endpoint_identification_given)
    out.set("ssl.endpoint.identification.algorithm", tls.verify_host_name ? "https" : "none");
  set_given(out, "ssl.ca.pem", tls.ca_pem);
  set_given(out, "ssl.ca.location", tls.ca_file);
  set_given(out, "ssl.key.pem", tls.key_pem, true);
  set_given(out, "ssl.certificate.pem", tls.certificate_pem);
  set_given(out, "ssl.key.location", tls.key_and_certificate_file);
  set_given(out, "ssl.certificate.location", tls.key_and_certificate_file);
  set_given(out, "ssl.keystore.location", tls.pkcs12_file);
  set_given(out, "ssl.keystore.password", tls.pkcs12_password, true);
  set_given(out, "ssl.key.password", tls.key_password, true);
}

void translate_sasl(const SaslSettings& sasl, ClientSettings& out) {
  out.set("sasl.mechanisms", name_of(sasl.mechanism));
  if (sasl.mechanism != SaslMechanism::kOAuthBearer) {
    out.set("sasl.username", sasl.username);
    return out.set("sasl.password", sasl.password, true);
  }
  const OAuthSettings& oauth = sasl.oauth;
  if (!oauth.unsecured_subject.empty()) {
    out.set("enable.sasl.oauthbearer.unsecure.jwt", "true");
    return out.set("sasl.oauthbearer.config", "principal=" + oauth.unsecured_subject);
  }
  out.set("sasl.oauthbearer.method", "oidc");
  out.set("sasl.oauthbearer.token.endpoint.url", oauth.token_endpoint_url);
  out.set("sasl.oauthbearer.client.id", oauth.client_id);
  out.set("sasl.oauthbearer.client.secret", oauth.client_secret, true);
  set_given(out, "sasl.oauthbearer.scope", oauth.scope);
}

}  // namespace

void translate_security(const std::map<std::string, std::string>& java, ClientSettings& out,
                        std::vector<std::string>& problems) {
  const SecuritySettings settings = read_security_settings(java, problems);
  std::string protocol = settings.protocol;
  for (char& c : protocol) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  out.set("security.protocol", protocol);
  if (settings.tls) translate_tls(settings.tls_settings, out);
  if (settings.sasl) translate_sasl(settings.sasl_settings, out);
}

}  // namespace millrace::kafka
