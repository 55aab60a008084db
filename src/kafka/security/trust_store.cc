#include "kafka/security/trust_store.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <sstream>

#include "base/freed_by.h"

namespace millrace::kafka {
namespace {

using Bio = std::unique_ptr<BIO, FreedBy<BIO_free_all>>;
using Pkcs12 = std::unique_ptr<PKCS12, FreedBy<PKCS12_free>>;
using Certificate = std::unique_ptr<X509, FreedBy<X509_free>>;

constexpr const char* kConfigException = "org.apache.kafka.common.config.ConfigException";

std::string out_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<size_t>(size)};
}

// Walks all bags, as a trust store made by keytool has certificates without keys, which
// PKCS12_parse gives in no useful order.
bool collect(const STACK_OF(PKCS12_SAFEBAG) * bags, BIO* out, int& count) {
  for (int i = 0; i < sk_PKCS12_SAFEBAG_num(bags); ++i) {
    const PKCS12_SAFEBAG* bag = sk_PKCS12_SAFEBAG_value(bags, i);
    if (PKCS12_SAFEBAG_get_nid(bag) == NID_safeContentsBag) {
      if (!collect(PKCS12_SAFEBAG_get0_safes(bag), out, count)) return false;
    } else if (PKCS12_SAFEBAG_get_nid(bag) == NID_certBag &&
               PKCS12_SAFEBAG_get_bag_nid(bag) == NID_x509Certificate) {
      Certificate certificate(PKCS12_SAFEBAG_get1_cert(bag));
      if (!certificate || PEM_write_bio_X509(out, certificate.get()) != 1) return false;
      ++count;
    }
  }
  return true;
}

bool collect_all(PKCS12* store, const std::string& password, BIO* out, int& count) {
  std::unique_ptr<STACK_OF(PKCS7), void (*)(STACK_OF(PKCS7)*)> safes(
      PKCS12_unpack_authsafes(store),
      [](STACK_OF(PKCS7) * stack) { sk_PKCS7_pop_free(stack, PKCS7_free); });
  if (!safes) return false;
  for (int i = 0; i < sk_PKCS7_num(safes.get()); ++i) {
    PKCS7* safe = sk_PKCS7_value(safes.get(), i);
    STACK_OF(PKCS12_SAFEBAG)* bags = nullptr;
    if (OBJ_obj2nid(safe->type) == NID_pkcs7_data)
      bags = PKCS12_unpack_p7data(safe);
    else if (OBJ_obj2nid(safe->type) == NID_pkcs7_encrypted)
      bags = PKCS12_unpack_p7encdata(safe, password.c_str(), static_cast<int>(password.size()));
    else
      continue;
    if (bags == nullptr) return false;
    const bool good = collect(bags, out, count);
    sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
    if (!good) return false;
  }
  return true;
}

}  // namespace

Error jks_refused(const std::string& property, const std::string& path) {
  return Error(ErrorKind::bad_config,
               "Invalid value " + path + " for configuration " + property +
                   ": a Java key store (JKS) cannot be read here. Convert it with `keytool "
                   "-importkeystore -srckeystore " +
                   path + " -destkeystore " + path +
                   ".p12 -deststoretype PKCS12` and name the .p12 file",
               kConfigException);
}

Result<std::string> read_store_file(const std::string& property, const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  if (file) content << file.rdbuf();
  if (!file)
    return fail(ErrorKind::bad_config,
                "Invalid value " + path + " for configuration " + property +
                    ": the file cannot be read: " + std::strerror(errno),
                kConfigException);
  return std::move(content).str();
}

Result<StoreFormat> store_format(const std::string& path) {
  auto content = read_store_file("ssl store", path);
  if (!content) return fail(std::move(content).error());
  if (content->starts_with("\xFE\xED\xFE\xED") || content->starts_with("\xCE\xCE\xCE\xCE"))
    return StoreFormat::kJks;
  return content->find("-----BEGIN ") != std::string::npos ? StoreFormat::kPem
                                                           : StoreFormat::kPkcs12;
}

Result<std::string> pkcs12_certificates(const std::string& property, const std::string& path,
                                        const std::string& password) {
  auto content = read_store_file(property, path);
  if (!content) return fail(std::move(content).error());
  auto wrong = [&](const char* what) {
    ERR_clear_error();
    return fail(ErrorKind::bad_config,
                "Invalid value " + path + " for configuration " + property + ": " + what,
                kConfigException);
  };
  Bio in(BIO_new_mem_buf(content->data(), static_cast<int>(content->size())));
  Pkcs12 store(d2i_PKCS12_bio(in.get(), nullptr));
  if (!store) return wrong("the file is not a PKCS12 store");
  if (PKCS12_mac_present(store.get()) &&
      PKCS12_verify_mac(store.get(), password.c_str(), static_cast<int>(password.size())) != 1)
    return wrong("the password given beside it does not open the store");
  Bio out(BIO_new(BIO_s_mem()));
  int count = 0;
  if (!collect_all(store.get(), password, out.get(), count))
    return wrong("the store's content cannot be decrypted or is damaged");
  if (count == 0) return wrong("the store holds no certificate");
  return out_of(out.get());
}

}  // namespace millrace::kafka
