#include "rest/tls.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <boost/asio/ssl/context.hpp>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <vector>

#include "base/freed_by.h"
#include "base/text_list.h"

namespace millrace::rest {
namespace {

using Bio = std::unique_ptr<BIO, FreedBy<BIO_free>>;
using Key = std::unique_ptr<EVP_PKEY, FreedBy<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, FreedBy<X509_free>>;
using Pkcs12 = std::unique_ptr<PKCS12, FreedBy<PKCS12_free>>;

constexpr char kConfigException[] = "org.apache.kafka.common.config.ConfigException";

Failure refuse(const std::string& message) {
  return fail(ErrorKind::bad_config, message, kConfigException);
}

std::string openssl_reason() {
  unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? "not readable" : reason;
}

std::string setting(const config::Properties& settings, const std::string& name) {
  auto found = settings.find(name);
  return found == settings.end() ? std::string() : std::string(config::trim(found->second));
}

// What a store holds.
struct Store {
  Key key;
  std::vector<Certificate> certificates;  // of the key first
};

int give_password(char* into, int size, int, void* password) {
  const auto* text = static_cast<const std::string*>(password);
  const int length = std::min(size, static_cast<int>(text->size()));
  std::memcpy(into, text->data(), static_cast<size_t>(length));
  return length;
}

Result<void> read_pem(const std::string& text, std::string password, const std::string& what,
                      Store& store) {
  Bio certificates(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  while (X509* one = PEM_read_bio_X509(certificates.get(), nullptr, nullptr, nullptr))
    store.certificates.emplace_back(one);
  ERR_clear_error();
  if (text.find("PRIVATE KEY-----") == std::string::npos) return {};
  Bio keys(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  store.key.reset(PEM_read_bio_PrivateKey(keys.get(), nullptr, give_password, &password));
  if (!store.key)
    return refuse("The private key of " + what + " cannot be read: " + openssl_reason() +
                  ". Is ssl.key.password right?");
  return {};
}

void collect(const STACK_OF(PKCS12_SAFEBAG) * bags, Store& store) {
  for (int i = 0; i < sk_PKCS12_SAFEBAG_num(bags); ++i) {
    const PKCS12_SAFEBAG* bag = sk_PKCS12_SAFEBAG_value(bags, i);
    if (PKCS12_SAFEBAG_get_nid(bag) != NID_certBag) continue;
    if (X509* one = PKCS12_SAFEBAG_get1_cert(bag)) store.certificates.emplace_back(one);
  }
}

// PKCS12_parse drops certificates without a key in some orders; a trust store has nothing else.
bool collect_certificates(PKCS12* file, const std::string& password, Store& store) {
  STACK_OF(PKCS7)* safes = PKCS12_unpack_authsafes(file);
  if (safes == nullptr) return false;
  for (int i = 0; i < sk_PKCS7_num(safes); ++i) {
    PKCS7* safe = sk_PKCS7_value(safes, i);
    STACK_OF(PKCS12_SAFEBAG)* bags =
        OBJ_obj2nid(safe->type) == NID_pkcs7_encrypted
            ? PKCS12_unpack_p7encdata(safe, password.data(), static_cast<int>(password.size()))
            : PKCS12_unpack_p7data(safe);
    if (bags == nullptr) continue;
    collect(bags, store);
    sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
  }
  sk_PKCS7_pop_free(safes, PKCS7_free);
  return true;
}

Result<void> read_pkcs12(const std::string& bytes, const std::string& password,
                         const std::string& what, Store& store) {
  const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
  Pkcs12 file(d2i_PKCS12(nullptr, &at, static_cast<long>(bytes.size())));
  if (!file) {
    ERR_clear_error();
    return refuse(what + " is neither PEM nor PKCS12");
  }
  EVP_PKEY* key = nullptr;
  X509* own = nullptr;
  if (PKCS12_parse(file.get(), password.c_str(), &key, &own, nullptr) != 1)
    return refuse(what + " cannot be opened: " + openssl_reason() + ". Is its password right?");
  store.key.reset(key);
  if (own != nullptr) store.certificates.emplace_back(own);
  if (!collect_certificates(file.get(), password, store))
    return refuse("The certificates of " + what + " cannot be read: " + openssl_reason());
  ERR_clear_error();
  return {};
}

// `which`: "keystore" or "truststore".
Result<Store> read_store(const config::Properties& settings, const std::string& which) {
  Store store;
  const std::string name = "ssl." + which + ".location", path = setting(settings, name);
  if (path.empty()) return store;
  const std::string what = "the file " + path + " of " + name;
  std::ifstream in(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (!in.is_open()) return refuse(what + " cannot be read: " + std::strerror(errno));
  const std::string password = setting(settings, "ssl." + which + ".password");
  Result<void> read;
  if (bytes.starts_with("\xfe\xed\xfe\xed")) {
    return refuse(what +
                  " is a JKS store, which only Java reads. Convert it: keytool "
                  "-importkeystore -srckeystore " +
                  path + " -destkeystore " + path + ".p12 -deststoretype PKCS12");
  }
  if (bytes.find("-----BEGIN") != std::string::npos) {
    read = read_pem(bytes, setting(settings, "ssl.key.password"), what, store);
  } else {
    read = read_pkcs12(bytes, password, what, store);
  }
  if (!read) return fail(std::move(read).error());
  if (store.certificates.empty()) return refuse(what + " holds no certificate");
  return store;
}

Result<Store> key_store(const config::Properties& settings) {
  const std::string key = setting(settings, "ssl.keystore.key");
  if (key.empty()) return read_store(settings, "keystore");
  Store store;
  Result<void> read = read_pem(key + "\n" + setting(settings, "ssl.keystore.certificate.chain"),
                               setting(settings, "ssl.key.password"), "ssl.keystore.key", store);
  if (!read) return fail(std::move(read).error());
  return store;
}

Result<void> use_key(SSL_CTX* ssl, const config::Properties& settings) {
  Result<Store> store = key_store(settings);
  if (!store) return fail(std::move(store).error());
  if (!store->key || store->certificates.empty())
    return refuse(
        "An https listener needs a private key and its certificate: set ssl.keystore.location to a "
        "PEM or PKCS12 file that holds both (or the same with the prefix listeners.https.)");
  // The key's own certificate first, the others as its chain, each once.
  auto own = std::find_if(store->certificates.begin(), store->certificates.end(), [&](auto& one) {
    return X509_check_private_key(one.get(), store->key.get()) == 1;
  });
  ERR_clear_error();
  if (own == store->certificates.end())
    return refuse("No certificate of the key store belongs to its private key");
  if (SSL_CTX_use_certificate(ssl, own->get()) != 1 ||
      SSL_CTX_use_PrivateKey(ssl, store->key.get()) != 1)
    return refuse("The key store's certificate cannot be used: " + openssl_reason());
  std::vector<X509*> used{own->get()};
  for (const Certificate& one : store->certificates) {
    bool again = std::any_of(used.begin(), used.end(),
                             [&](X509* other) { return X509_cmp(other, one.get()) == 0; });
    if (again) continue;
    used.push_back(one.get());
    SSL_CTX_add1_chain_cert(ssl, one.get());
  }
  return {};
}

Result<void> use_trust(SSL_CTX* ssl, const config::Properties& settings) {
  Result<Store> store = read_store(settings, "truststore");
  if (!store) return fail(std::move(store).error());
  if (const std::string given = setting(settings, "ssl.truststore.certificates"); !given.empty())
    if (auto read = read_pem(given, "", "ssl.truststore.certificates", *store); !read) return read;
  if (store->certificates.empty()) {
    SSL_CTX_set_default_verify_paths(ssl);
    return {};
  }
  X509_STORE* trusted = SSL_CTX_get_cert_store(ssl);
  for (const Certificate& one : store->certificates) {
    X509_STORE_add_cert(trusted, one.get());
    SSL_CTX_add_client_CA(ssl, one.get());
  }
  ERR_clear_error();
  return {};
}

Result<void> use_protocols(SSL_CTX* ssl, const config::Properties& settings) {
  std::string text = setting(settings, "ssl.enabled.protocols");
  if (text.empty()) text = "TLSv1.2,TLSv1.3";
  int lowest = 0, highest = 0;
  for (const std::string& name : split_list(text, EmptyItems::kLeftOut)) {
    const int version = name == "TLSv1.3" ? TLS1_3_VERSION : name == "TLSv1.2" ? TLS1_2_VERSION : 0;
    if (version == 0)
      return refuse("Invalid value " + name +
                    " for configuration ssl.enabled.protocols: only TLSv1.2 and TLSv1.3 are safe");
    lowest = lowest == 0 ? version : std::min(lowest, version);
    highest = std::max(highest, version);
  }
  SSL_CTX_set_min_proto_version(ssl, lowest);
  SSL_CTX_set_max_proto_version(ssl, highest);
  return {};
}

// Java's names are the standard's; those of TLS 1.3 are OpenSSL's, too.
Result<void> use_ciphers(SSL_CTX* ssl, const config::Properties& settings) {
  std::string suites, ciphers;
  for (const std::string& name :
       split_list(setting(settings, "ssl.cipher.suites"), EmptyItems::kLeftOut)) {
    const char* known = OPENSSL_cipher_name(name.c_str());
    if (known == nullptr || std::strcmp(known, "(NONE)") == 0)
      return refuse("Invalid value " + name +
                    " for configuration ssl.cipher.suites: no such cipher suite");
    std::string& list = std::strncmp(known, "TLS_", 4) == 0 ? suites : ciphers;
    list += (list.empty() ? "" : ":") + std::string(known);
  }
  if (suites.empty() && ciphers.empty()) return {};
  SSL_CTX_set_ciphersuites(ssl, suites.c_str());
  if (!ciphers.empty()) {
    SSL_CTX_set_cipher_list(ssl, ciphers.c_str());
  } else {
    SSL_CTX_set_min_proto_version(ssl, TLS1_3_VERSION);
  }
  return {};
}

}  // namespace

TlsContext::TlsContext()
    : context_(std::make_unique<boost::asio::ssl::context>(boost::asio::ssl::context::tls_server)) {
}
TlsContext::~TlsContext() = default;

Result<std::shared_ptr<TlsContext>> TlsContext::make(const config::Properties& settings) {
  std::shared_ptr<TlsContext> made(new TlsContext);
  SSL_CTX* ssl = made->context_->native_handle();
  static constexpr unsigned char kSessions[] = "millrace-rest";
  SSL_CTX_set_session_id_context(ssl, kSessions, sizeof kSessions - 1);
  SSL_CTX_set_options(ssl, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                               SSL_OP_IGNORE_UNEXPECTED_EOF);
  for (auto* step : {use_protocols, use_ciphers, use_key})
    if (auto done = step(ssl, settings); !done) return fail(std::move(done).error());
  const std::string client = setting(settings, "ssl.client.auth");
  if (client.empty() || client == "none") return made;
  if (client != "requested" && client != "required")
    return refuse("Invalid value " + client +
                  " for configuration ssl.client.auth: must be required, requested or none");
  if (auto done = use_trust(ssl, settings); !done) return fail(std::move(done).error());
  made->required_ = client == "required";
  SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER | (made->required_ ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
                     nullptr);
  return made;
}

Result<void> use_client_tls(void* ssl_context, const config::Properties& settings) {
  auto* ssl = static_cast<SSL_CTX*>(ssl_context);
  for (auto* step : {use_protocols, use_ciphers})
    if (auto done = step(ssl, settings); !done) return done;
  const bool trusts = !setting(settings, "ssl.truststore.location").empty() ||
                      !setting(settings, "ssl.truststore.certificates").empty();
  if (trusts)
    if (auto done = use_trust(ssl, settings); !done) return done;
  const bool shows = !setting(settings, "ssl.keystore.location").empty() ||
                     !setting(settings, "ssl.keystore.key").empty();
  return shows ? use_key(ssl, settings) : Result<void>();
}

config::Properties listener_tls_settings(const config::Properties& worker,
                                         const std::string& prefix) {
  config::Properties with, without;
  for (const auto& [key, value] : worker) {
    if (key.starts_with(prefix)) with.emplace(key.substr(prefix.size()), value);
    if (key.starts_with("ssl.")) without.emplace(key, value);
  }
  return with.empty() ? without : with;
}

}  // namespace millrace::rest
