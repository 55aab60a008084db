#pragma once
// The security part of the property table: security.protocol, ssl.*, sasl.*.

#include <map>
#include <string>
#include <vector>

#include "kafka/librdkafka/client_properties.h"

namespace millrace::kafka {

// Adds to `out` and `problems`. Passwords appear in neither notices nor problems.
void translate_security(const std::map<std::string, std::string>& java, ClientSettings& out,
                        std::vector<std::string>& problems);

}  // namespace millrace::kafka
