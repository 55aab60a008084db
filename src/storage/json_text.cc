#include "storage/json_text.h"

#include "convert/json_text.h"

namespace millrace::storage {

std::string json_string(std::string_view text) {
  std::string json;
  (void)convert::append_json(json, nullptr, data::string_cell(text));  // a string has a JSON form
  return json;
}

}  // namespace millrace::storage
