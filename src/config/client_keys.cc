#include "config/client_keys.h"

#include <algorithm>
#include <array>

#include "config/client_key_rows.h"

namespace millrace::config {
namespace {

constexpr std::string_view kSerialization = "org.apache.kafka.common.serialization.";
// Each is there as a Serializer and as a Deserializer.
constexpr std::array<std::string_view, 13> kSerialized = {
    "Boolean", "ByteArray", "ByteBuffer", "Bytes",  "Double", "Float", "Integer",
    "List",    "Long",      "Short",      "String", "UUID",   "Void"};
constexpr std::array<std::string_view, 16> kOtherClasses = {
    "org.apache.kafka.clients.producer.RoundRobinPartitioner",
    "org.apache.kafka.common.security.authenticator.AbstractLogin$DefaultLoginCallbackHandler",
    "org.apache.kafka.common.security.authenticator.DefaultLogin",
    "org.apache.kafka.common.security.authenticator.SaslClientCallbackHandler",
    "org.apache.kafka.common.security.kerberos.KerberosClientCallbackHandler",
    "org.apache.kafka.common.security.kerberos.KerberosLogin",
    "org.apache.kafka.common.security.oauthbearer.BrokerJwtValidator",
    "org.apache.kafka.common.security.oauthbearer.ClientCredentialsJwtRetriever",
    "org.apache.kafka.common.security.oauthbearer.ClientJwtValidator",
    "org.apache.kafka.common.security.oauthbearer.DefaultJwtRetriever",
    "org.apache.kafka.common.security.oauthbearer.DefaultJwtValidator",
    "org.apache.kafka.common.security.oauthbearer.FileJwtRetriever",
    "org.apache.kafka.common.security.oauthbearer.JwtBearerJwtRetriever",
    "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginCallbackHandler",
    "org.apache.kafka.common.security.oauthbearer.internals.OAuthBearerSaslClientCallbackHandler",
    "org.apache.kafka.common.security.ssl.DefaultSslEngineFactory",
};

ConfigDef made(unsigned client) {
  ConfigDef definition;
  // Java's order puts the security keys in the middle; nothing depends on it, since an answer only
  // has the keys that a connector sets, in the order of a HashMap.
  for (const auto& rows : {client_rows(), client_security_rows()})
    for (const ClientRow& row : rows) {
      if ((row.clients & client) == 0) continue;
      ConfigKey key = make_key(row.key);
      if (key.type == Type::kClass) key.class_exists = is_client_class;
      // The one key that ConsumerConfig defines with a group, an empty one.
      if (key.name.starts_with("internal.")) key.group = "";
      definition.define(std::move(key));
    }
  return definition;
}

}  // namespace

bool is_client_class(std::string_view class_name) {
  if (std::find(kOtherClasses.begin(), kOtherClasses.end(), class_name) != kOtherClasses.end())
    return true;
  if (!class_name.starts_with(kSerialization)) return false;
  class_name.remove_prefix(kSerialization.size());
  for (std::string_view suffix : {"Deserializer", "Serializer"})
    if (class_name.ends_with(suffix)) {
      class_name.remove_suffix(suffix.size());
      return std::find(kSerialized.begin(), kSerialized.end(), class_name) != kSerialized.end();
    }
  return false;
}

const ConfigDef& client_config_def(ClientKind kind) {
  static const ConfigDef producer = made(kProducer);
  static const ConfigDef consumer = made(kConsumer);
  static const ConfigDef admin = made(kAdmin);
  switch (kind) {
    case ClientKind::kProducer: return producer;
    case ClientKind::kConsumer: return consumer;
    case ClientKind::kAdmin: return admin;
  }
  return admin;
}

}  // namespace millrace::config
