#pragma once
// Texts of durations: java.time.Duration.parse, "P2DT3H4M20.345S".

#include <chrono>
#include <optional>
#include <string_view>

namespace millrace::kafka {

// In whole milliseconds, without what is smaller; nothing where Java refuses the text, or where the
// milliseconds do not fit.
std::optional<std::chrono::milliseconds> parse_iso_duration(std::string_view text);

}  // namespace millrace::kafka
