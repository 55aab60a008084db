// Any bytes: the fast and the faithful road must agree wherever the fast one has an answer, and
// what was read can be written.

#include <cstdlib>

#include "convert/json_decoder.h"
#include "convert/json_text.h"
#include "convert/json_to_connect.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  using namespace millrace;
  std::string_view text(reinterpret_cast<const char*>(bytes), size);
  Arena arena;
  convert::JsonLexer lexer(text, arena);
  data::Cell fast;
  bool decoded = convert::JsonDecoder(true).decode(lexer, nullptr, 0, fast);
  auto tree = convert::parse_json_tree(text, arena);
  if (decoded) {
    if (!tree) std::abort();
    auto slow = convert::JsonToConnect(arena, true).value(nullptr, &*tree);
    if (!slow || !data::equal(fast, *slow)) std::abort();
    std::string out;
    if (!convert::append_json(out, nullptr, fast)) std::abort();
  }
  if (tree) (void)convert::JsonToConnect(arena, true).schema(*tree);
  return 0;
}
