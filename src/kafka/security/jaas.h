#pragma once
// sasl.jaas.config: `LoginModuleClass required name="value" name='value' name=value ;`, one module
// only, as org.apache.kafka.common.security.JaasConfig reads it (java.io.StreamTokenizer rules).

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace millrace::kafka {

struct JaasModule {
  std::string login_module;  // full class name
  std::map<std::string, std::string> options;
};

// An error says what was expected where, and never repeats the text: it holds passwords.
Result<JaasModule> parse_jaas(std::string_view text);

}  // namespace millrace::kafka
