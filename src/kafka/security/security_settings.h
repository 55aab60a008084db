#pragma once
// What Java client properties say about security (security.protocol, ssl.*, sasl.*), checked and
// with the stores opened: for every client of Kafka that we have.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace millrace::kafka {

// Each text is empty where it was not given.
struct TlsSettings {
  std::string ca_pem;                    // trusted certificates; empty and no file: the system's
  std::string ca_file;                   // the same as a PEM file
  std::string certificate_pem, key_pem;  // this client's own
  std::string key_and_certificate_file;  // the same as one PEM file
  std::string pkcs12_file, pkcs12_password;
  std::string key_password;
  bool endpoint_identification_given = false;
  bool verify_host_name = true;  // ssl.endpoint.identification.algorithm
};

enum class SaslMechanism : uint8_t { kPlain, kScramSha256, kScramSha512, kOAuthBearer };

struct OAuthSettings {
  std::string unsecured_subject;  // not empty: an unsigned token for it, and nothing else counts
  std::string token_endpoint_url, client_id, client_secret, scope;
};

struct SaslSettings {
  SaslMechanism mechanism = SaslMechanism::kPlain;
  std::string username, password;
  OAuthSettings oauth;
};

struct SecuritySettings {
  std::string protocol = "PLAINTEXT";  // security.protocol, in upper case
  bool tls = false, sasl = false;
  TlsSettings tls_settings;
  SaslSettings sasl_settings;
};

// Java's name of it, as sasl.mechanism has it.
const char* name_of(SaslMechanism mechanism);

// Adds to `problems` what is wrong, one line each with the way out; passwords appear in none. Reads
// the trust store where it is PKCS12, and looks into the others.
SecuritySettings read_security_settings(const std::map<std::string, std::string>& java,
                                        std::vector<std::string>& problems);

}  // namespace millrace::kafka
