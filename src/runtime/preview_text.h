#pragma once
// The JSON texts in which a preview shows data, and reads it. Each is cleaned of what
// base/redaction keeps for `owner`.

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "data/batch.h"

namespace millrace::runtime {

// {"type":...,"schema":...,"payload":...} or {"type":...,"text":...}; "null".
std::string connect_data_text(const data::Schema* schema, const data::Cell& cell,
                              const std::string& owner);
// {"text":...,"base64":...}; data() == nullptr: "null".
std::string bytes_text(std::string_view bytes, const std::string& owner);

// {"schema":...,"payload":...} as values of the batch.
struct ConnectData {
  const data::Schema* schema = nullptr;
  data::Cell cell{};
};
Result<ConnectData> read_connect_data(const std::optional<std::string>& json, data::Batch& batch);

}  // namespace millrace::runtime
