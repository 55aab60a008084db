#include "convert/json_text.h"

#include "convert/json_decoder.h"
#include "convert/json_to_connect.h"
#include "convert/json_writer.h"

namespace millrace::convert {

Result<data::Cell> parse_json(std::string_view text, Arena& arena) {
  JsonLexer lexer(text, arena);
  data::Cell cell;
  if (JsonDecoder(true).decode(lexer, nullptr, 0, cell)) return cell;
  auto tree = parse_json_tree(text, arena);
  if (!tree) return fail(std::move(tree).error());
  return JsonToConnect(arena, true).value(nullptr, &*tree);
}

Result<void> append_json(std::string& out, const data::Schema* schema, const data::Cell& cell) {
  Arena arena;
  JsonWriter writer(JsonWriterSettings{});
  writer.begin(arena, 1024);
  auto text = writer.write(schema, cell, false);
  if (!text) return fail(std::move(text).error());
  out.append(*text);
  return {};
}

}  // namespace millrace::convert
