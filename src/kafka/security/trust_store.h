#pragma once
// Trust stores in PKCS12, which librdkafka cannot read by itself: their certificates become PEM
// text for `ssl.ca.pem`. Java key stores (JKS) are recognised by content and refused with the
// command that converts them.

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace millrace::kafka {

enum class StoreFormat { kJks, kPkcs12, kPem };

// By content, as Java's KeyStore does for dual-format stores: a PKCS12 file declared as JKS (Java's
// default type) is read.
Result<StoreFormat> store_format(const std::string& path);

// All certificates of a PKCS12 store as PEM, one after the other. `property` is the Java property
// that names the file, for errors; the password is never repeated.
Result<std::string> pkcs12_certificates(const std::string& property, const std::string& path,
                                        const std::string& password);

// The whole file; errors name the property and the path.
Result<std::string> read_store_file(const std::string& property, const std::string& path);

// The refusal of a JKS file, with the keytool command that converts it.
Error jks_refused(const std::string& property, const std::string& path);

}  // namespace millrace::kafka
