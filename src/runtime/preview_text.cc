#include "runtime/preview_text.h"

#include <nlohmann/json.hpp>

#include "base/redaction.h"
#include "convert/base64.h"
#include "convert/converter.h"
#include "data/java_string.h"
#include "data/java_text.h"

namespace millrace::runtime {
namespace {

using Json = nlohmann::json;

std::string json_quoted(std::string_view text) {
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

// As the value is: no default in place of null, decimals to be read by people.
std::unique_ptr<convert::Converter> json_converter() {
  auto made = convert::make_converter("JsonConverter", convert::Role::kValue,
                                      {{"converter.type", "value"},
                                       {"schemas.enable", "true"},
                                       {"replace.null.with.default", "false"},
                                       {"decimal.format", "NUMERIC"}});
  return *std::move(made);  // nothing in these settings can be refused
}

constexpr uint32_t kOnly[] = {0};

}  // namespace

std::string connect_data_text(const data::Schema* schema, const data::Cell& cell,
                              const std::string& owner) {
  if (schema == nullptr && data::is_null(cell)) return "null";
  data::Batch batch;
  const std::string_view topic;
  convert::Bytes bytes;
  std::vector<convert::ConversionFailure> failures;
  json_converter()->from_connect({batch, kOnly, &schema, &cell, &topic, nullptr, &bytes, failures});
  const std::string type(schema == nullptr ? data::java_class_name(cell)
                                           : data::type_name(schema->type()));
  const std::string begin = R"({"type":)" + json_quoted(type) + ",";
  if (!failures.empty()) {
    std::string text;
    data::append_java_text(text, schema, cell);
    return begin + R"("text":)" + json_quoted(redaction::clean(owner, text)) + "}";
  }
  // What is hidden may have been part of a number.
  const std::string cleaned = redaction::clean(owner, bytes.text());
  if (cleaned.size() != bytes.size && !Json::accept(cleaned))
    return begin + R"("text":)" + json_quoted(redaction::kHidden) + "}";
  return begin + cleaned.substr(1);
}

std::string bytes_text(std::string_view bytes, const std::string& owner) {
  if (bytes.data() == nullptr) return "null";
  const std::string cleaned = redaction::clean(owner, bytes);
  std::string base64(convert::base64_size(cleaned.size()), '\0');
  convert::write_base64(base64.data(), cleaned);
  const std::string text =
      is_utf8(cleaned) ? R"("text":)" + json_quoted(cleaned) + "," : std::string();
  return "{" + text + R"("base64":")" + base64 + "\"}";
}

Result<ConnectData> read_connect_data(const std::optional<std::string>& json, data::Batch& batch) {
  ConnectData read;
  if (!json) return read;
  const std::string_view topic;
  const convert::Bytes bytes{reinterpret_cast<const uint8_t*>(json->data()), json->size()};
  std::vector<convert::ConversionFailure> failures;
  json_converter()->to_connect(
      {batch, kOnly, &bytes, &topic, nullptr, &read.schema, &read.cell, failures});
  if (!failures.empty()) return fail(std::move(failures.front().error));
  return read;
}

}  // namespace millrace::runtime
