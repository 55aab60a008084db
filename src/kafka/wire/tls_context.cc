#include "kafka/wire/tls_context.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <climits>

#include "base/freed_by.h"
#include "kafka/security/trust_store.h"

namespace millrace::kafka::wire {
namespace {

using Bio = std::unique_ptr<BIO, FreedBy<BIO_free_all>>;
using Key = std::unique_ptr<EVP_PKEY, FreedBy<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, FreedBy<X509_free>>;
using Pkcs12 = std::unique_ptr<PKCS12, FreedBy<PKCS12_free>>;

Failure unusable(const std::string& what) {
  ERR_clear_error();
  return fail(ErrorKind::bad_config, what, "org.apache.kafka.common.config.ConfigException");
}

Bio bio_of(const std::string& text) {
  return Bio(
      BIO_new_mem_buf(text.data(), static_cast<int>(std::min<size_t>(text.size(), INT_MAX))));
}

int give_password(char* buffer, int size, int, void* password) {
  const auto& text = *static_cast<const std::string*>(password);
  const int length = static_cast<int>(std::min<size_t>(text.size(), static_cast<size_t>(size)));
  text.copy(buffer, static_cast<size_t>(length));
  return length;
}

Result<void> trust(SSL_CTX* context, const TlsSettings& settings) {
  std::string pem = settings.ca_pem;
  if (pem.empty() && !settings.ca_file.empty()) {
    auto content = read_store_file("ssl.truststore.location", settings.ca_file);
    if (!content) return fail(std::move(content).error());
    pem = std::move(*content);
  }
  if (pem.empty()) {
    SSL_CTX_set_default_verify_paths(context);
    return {};
  }
  Bio in = bio_of(pem);
  X509_STORE* store = SSL_CTX_get_cert_store(context);
  int count = 0;
  while (Certificate certificate{PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr)}) {
    X509_STORE_add_cert(store, certificate.get());
    ++count;
  }
  ERR_clear_error();
  if (count == 0)
    return unusable(
        "ssl.truststore.location or ssl.truststore.certificates holds no certificate in PEM");
  return {};
}

Result<void> use(SSL_CTX* context, const char* property, EVP_PKEY* key, X509* certificate) {
  if (key == nullptr || certificate == nullptr)
    return unusable(std::string(property) +
                    " must hold a private key and its certificate, and the password given beside "
                    "it must open them");
  if (SSL_CTX_use_certificate(context, certificate) != 1 ||
      SSL_CTX_use_PrivateKey(context, key) != 1 || SSL_CTX_check_private_key(context) != 1)
    return unusable(std::string(property) + ": the private key is not that of the certificate");
  return {};
}

Result<void> identify_by_pem(SSL_CTX* context, const TlsSettings& settings) {
  const bool in_file = !settings.key_and_certificate_file.empty();
  const char* property = in_file ? "ssl.keystore.location" : "ssl.keystore.certificate.chain";
  std::string key_text = settings.key_pem, chain_text = settings.certificate_pem;
  if (in_file) {
    auto content = read_store_file(property, settings.key_and_certificate_file);
    if (!content) return fail(std::move(content).error());
    key_text = chain_text = std::move(*content);
  }
  std::string password = settings.key_password;
  Bio key_in = bio_of(key_text), chain_in = bio_of(chain_text);
  Key key(PEM_read_bio_PrivateKey(key_in.get(), nullptr, give_password, &password));
  Certificate certificate(PEM_read_bio_X509(chain_in.get(), nullptr, nullptr, nullptr));
  if (auto used = use(context, property, key.get(), certificate.get()); !used) return used;
  while (Certificate next{PEM_read_bio_X509(chain_in.get(), nullptr, nullptr, nullptr)})
    SSL_CTX_add1_chain_cert(context, next.get());
  ERR_clear_error();
  return {};
}

Result<void> identify_by_pkcs12(SSL_CTX* context, const TlsSettings& settings) {
  auto content = read_store_file("ssl.keystore.location", settings.pkcs12_file);
  if (!content) return fail(std::move(content).error());
  Bio in = bio_of(*content);
  Pkcs12 store(d2i_PKCS12_bio(in.get(), nullptr));
  EVP_PKEY* key = nullptr;
  X509* certificate = nullptr;
  STACK_OF(X509)* chain = nullptr;
  if (store)
    PKCS12_parse(store.get(), settings.pkcs12_password.c_str(), &key, &certificate, &chain);
  const Key owned_key(key);
  const Certificate owned_certificate(certificate);
  const std::unique_ptr<STACK_OF(X509), void (*)(STACK_OF(X509)*)> owned_chain(
      chain, [](STACK_OF(X509) * stack) { sk_X509_pop_free(stack, X509_free); });
  if (auto used = use(context, "ssl.keystore.location", key, certificate); !used) return used;
  for (int i = 0; i < sk_X509_num(chain); ++i)
    SSL_CTX_add1_chain_cert(context, sk_X509_value(chain, i));
  return {};
}

}  // namespace

void FreeTls::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }
void FreeTls::operator()(ssl_st* connection) const { SSL_free(connection); }

Result<TlsContext> make_tls_context(const TlsSettings& settings) {
  TlsContext context(SSL_CTX_new(TLS_client_method()));
  if (!context) return unusable("OpenSSL gives no TLS context");
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_mode(context.get(),
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  if (auto trusted = trust(context.get(), settings); !trusted)
    return fail(std::move(trusted).error());
  Result<void> identified;
  if (!settings.pkcs12_file.empty())
    identified = identify_by_pkcs12(context.get(), settings);
  else if (!settings.key_pem.empty() || !settings.key_and_certificate_file.empty())
    identified = identify_by_pem(context.get(), settings);
  if (!identified) return fail(std::move(identified).error());
  return context;
}

Result<TlsHandle> make_tls_handle(ssl_ctx_st* context, int descriptor, const std::string& host,
                                  bool verify_host_name) {
  TlsHandle handle(SSL_new(context));
  if (!handle || SSL_set_fd(handle.get(), descriptor) != 1)
    return fail(ErrorKind::retriable, "OpenSSL gives no TLS handle");
  unsigned char address[16];
  const bool is_address = inet_pton(AF_INET, host.c_str(), address) == 1 ||
                          inet_pton(AF_INET6, host.c_str(), address) == 1;
  if (!is_address) SSL_set_tlsext_host_name(handle.get(), host.c_str());
  if (verify_host_name) {
    X509_VERIFY_PARAM* check = SSL_get0_param(handle.get());
    const int set = is_address ? X509_VERIFY_PARAM_set1_ip_asc(check, host.c_str())
                               : X509_VERIFY_PARAM_set1_host(check, host.c_str(), host.size());
    if (set != 1) return fail(ErrorKind::bad_config, "no name can be verified for " + host);
  }
  SSL_set_connect_state(handle.get());
  return handle;
}

}  // namespace millrace::kafka::wire
