#include "rest/json_value.h"

#include "base/arena.h"
#include "convert/json_tree.h"

namespace millrace::rest {

JsonValue parse_json_request(std::string_view text) {
  Arena arena;
  return read_json(convert::json_as_utf8(text, arena));
}

Result<JsonValue> parse_json(std::string_view text) {
  JsonValue root = parse_json_request(text);
  if (const auto& problem = root.broken ? root.broken : root.trailing) {
    return fail(ErrorKind::bad_data,
                (problem->message.empty()
                     ? "Trailing token (of type " + problem->trailing_token + ") found after value"
                     : problem->message) +
                    json_location(problem->place));
  }
  if (root.is_null() && root.after.column == 0)
    return fail(ErrorKind::bad_data, "No content to map due to end-of-input");
  return root;
}

}  // namespace millrace::rest
