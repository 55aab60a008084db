#pragma once
// What the Java clients demand of their settings' values before anything is made of them: the
// types and validators of ProducerConfig, ConsumerConfig and AdminClientConfig.

#include <optional>
#include <string>
#include <string_view>

namespace millrace::kafka {

// What ConfigDef says of `value`, trimmed, after "Invalid value V for configuration K: "; nothing
// where it is well, or where Java looks no closer. Keys mean the same for each kind of client.
std::optional<std::string> client_value_problem(std::string_view key, std::string_view value);

}  // namespace millrace::kafka
