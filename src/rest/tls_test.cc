#include "rest/tls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>

namespace millrace::rest {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr char kPassword[] = "the-store-password";

// A key with a certificate that it signed itself, as PEM and as PKCS12.
class TlsTest : public testing::Test {
 protected:
  TlsTest() {
    char name[] = "/tmp/tls-XXXXXX";
    folder_ = mkdtemp(name);
    std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
    std::unique_ptr<X509, void (*)(X509*)> certificate(X509_new(), X509_free);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
    X509_set_pubkey(certificate.get(), key.get());
    X509_NAME* subject = X509_get_subject_name(certificate.get());
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
    X509_set_issuer_name(certificate.get(), subject);
    X509_sign(certificate.get(), key.get(), EVP_sha256());
    FILE* pem = fopen(path("store.pem").c_str(), "w");
    PEM_write_PrivateKey(pem, key.get(), EVP_aes_128_cbc(),
                         reinterpret_cast<const unsigned char*>(kPassword), sizeof kPassword - 1,
                         nullptr, nullptr);
    PEM_write_X509(pem, certificate.get());
    fclose(pem);
    std::unique_ptr<PKCS12, void (*)(PKCS12*)> store(
        PKCS12_create(kPassword, "one", key.get(), certificate.get(), nullptr, 0, 0, 0, 0, 0),
        PKCS12_free);
    FILE* p12 = fopen(path("store.p12").c_str(), "w");
    i2d_PKCS12_fp(p12, store.get());
    fclose(p12);
    std::ofstream(path("store.jks")) << "\xfe\xed\xfe\xed rest";
  }
  ~TlsTest() override { std::filesystem::remove_all(folder_); }
  std::string path(const std::string& name) const { return folder_ + "/" + name; }
  static std::string problem(const config::Properties& settings) {
    auto made = TlsContext::make(settings);
    return made ? std::string() : made.error().describe();
  }
  std::string folder_;
};

TEST_F(TlsTest, ReadsPemAndPkcs12WhateverTheTypeSays) {
  EXPECT_EQ(problem({{"ssl.keystore.location", path("store.p12")},
                     {"ssl.keystore.type", "JKS"},
                     {"ssl.keystore.password", kPassword}}),
            "");
  EXPECT_EQ(problem({{"ssl.keystore.location", path("store.pem")},
                     {"ssl.key.password", kPassword},
                     {"ssl.truststore.location", path("store.pem")},
                     {"ssl.client.auth", "requested"},
                     {"ssl.cipher.suites",
                      "TLS_AES_128_GCM_SHA256,"
                      "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"}}),
            "");
}

TEST_F(TlsTest, OnlyRequiredMeansThatACertificateMustBeShown) {
  config::Properties settings{{"ssl.keystore.location", path("store.p12")},
                              {"ssl.keystore.password", kPassword},
                              {"ssl.truststore.location", path("store.p12")},
                              {"ssl.truststore.password", kPassword}};
  for (const char* client : {"none", "requested", "required"}) {
    settings["ssl.client.auth"] = client;
    auto made = TlsContext::make(settings);
    ASSERT_TRUE(made) << made.error().describe();
    EXPECT_EQ((*made)->client_certificate_required(), std::string(client) == "required");
  }
}

TEST_F(TlsTest, FailuresNameTheSettingAndNoPassword) {
  EXPECT_THAT(problem({}), HasSubstr("ssl.keystore.location"));
  EXPECT_THAT(problem({{"ssl.keystore.location", "/no/such"}}), HasSubstr("/no/such"));
  EXPECT_THAT(problem({{"ssl.keystore.location", path("store.jks")}}), HasSubstr("keytool"));
  const std::string wrong = problem(
      {{"ssl.keystore.location", path("store.p12")}, {"ssl.keystore.password", "not-the-one"}});
  EXPECT_THAT(wrong, HasSubstr("store.p12"));
  EXPECT_THAT(wrong, Not(HasSubstr("not-the-one")));
  config::Properties good{{"ssl.keystore.location", path("store.p12")},
                          {"ssl.keystore.password", kPassword}};
  for (const auto& [key, value] : config::Properties{{"ssl.enabled.protocols", "TLSv1.1"},
                                                     {"ssl.cipher.suites", "NONE_SUCH"},
                                                     {"ssl.client.auth", "perhaps"}}) {
    config::Properties settings = good;
    settings[key] = value;
    EXPECT_THAT(problem(settings), HasSubstr(key));
  }
}

TEST(ListenerTlsSettings, ThePrefixIsAllOrNothing) {
  const config::Properties worker{{"ssl.keystore.location", "a"},
                                  {"ssl.client.auth", "required"},
                                  {"other", "x"},
                                  {"listeners.https.ssl.keystore.location", "b"}};
  EXPECT_EQ(listener_tls_settings(worker, "listeners.https."),
            (config::Properties{{"ssl.keystore.location", "b"}}));
  EXPECT_EQ(listener_tls_settings(worker, "admin.listeners.https."),
            (config::Properties{{"ssl.keystore.location", "a"}, {"ssl.client.auth", "required"}}));
}

}  // namespace
}  // namespace millrace::rest
