#pragma once
// Values that nobody may read in logs, traces and answers: what configuration providers resolved.
// Each belongs to an owner: a connector by name, or the worker itself (the empty name). Text of a
// connector is cleaned of its own values and the worker's; text of nobody in particular of all.
// Thread-safe. Where nothing was ever noted it costs one atomic load.

#include <string>
#include <string_view>
#include <vector>

namespace millrace::redaction {

inline constexpr std::string_view kHidden = "[hidden]";

// Values of fewer than four characters are left alone: hiding "1" or "on" would make every text
// unreadable and protects nothing. Those noted before for the same owner stay.
void note(const std::string& owner, const std::vector<std::string>& values);
// The owner is gone. Its values are kept a while longer: what it left behind may still log.
void retire(const std::string& owner);

// `text` with [hidden] in place of every such value, the longest first.
std::string clean(std::string_view text);
std::string clean(std::string_view owner, std::string_view text);
// Whether there is anything to hide at all.
bool active();

// Of these values alone, whatever was noted.
std::string without(std::string_view text, const std::vector<std::string>& values);

}  // namespace millrace::redaction
