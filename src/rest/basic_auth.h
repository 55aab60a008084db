#pragma once
// BasicAuth: names and passwords asked of every request.
// org.apache.kafka.connect.rest.basic.auth.extension.BasicAuthSecurityRestExtension with its
// PropertyFileLoginModule. The JAAS file has an entry
//
//   KafkaConnect {
//     org.apache.kafka.connect.rest.basic.auth.extension.PropertyFileLoginModule required
//     file="/etc/millrace/users.properties";
//   };
//
// and the properties file one line `user=password` for each user. Both are read once. An empty file
// lets everyone in, as there.

#include <map>
#include <memory>
#include <string>

#include "base/result.h"
#include "rest/http.h"

namespace millrace::rest {

class BasicAuth {
 public:
  static constexpr std::string_view kExtension =
      "org.apache.kafka.connect.rest.basic.auth.extension.BasicAuthSecurityRestExtension";

  // jaas_file: empty: the file that the environment's KAFKA_OPTS names with
  // -Djava.security.auth.login.config=.
  static Result<std::unique_ptr<BasicAuth>> make(std::string jaas_file);

  // Whether the request's Authorization header is that of a user.
  bool allows(const HttpRequest& request) const;
  bool allows_everybody() const { return users_.empty(); }

 private:
  BasicAuth() = default;
  std::map<std::string, std::string, std::less<>> users_;
};

// The path in -Djava.security.auth.login.config= of these options of a Java machine, or "".
std::string jaas_file_of(std::string_view java_options);
// The `file` option of the entry KafkaConnect of a JAAS configuration's text.
Result<std::string> credentials_file_of(std::string_view jaas_text);

}  // namespace millrace::rest
