#pragma once
// The fast road of the JSON converter: from text straight to cells, without a tree. Takes what is
// regular and right. Whatever is odd, failing or rare makes it give up, and the caller reads the
// text again by the faithful road (json_tree.h, json_to_connect.h), which alone knows messages.

#include <vector>

#include "convert/json_lexer.h"
#include "data/cell.h"
#include "data/java_hash_map.h"
#include "data/schema.h"

namespace millrace::convert {

class JsonDecoder {
 public:
  explicit JsonDecoder(bool replace_null_with_default)
      : replace_null_with_default_(replace_null_with_default) {}

  // Reads the value at the lexer's position. schema: null for schemaless. depth: objects and arrays
  // that are open around it; 0: at the root. false: given up, with nothing said about the text.
  bool decode(JsonLexer& lexer, const data::Schema* schema, int depth, data::Cell& cell);

 private:
  bool plain_value(int c, int depth, data::Cell& cell);
  bool plain_array(int depth, data::Cell& cell);
  bool plain_object(int depth, data::Cell& cell);
  bool value(const data::Schema& schema, int depth, data::Cell& cell);
  bool null_value(const data::Schema& schema, data::Cell& cell);
  bool logical(const data::Schema& schema, int c, int depth, data::Cell& cell);
  bool decimal(const data::Schema& schema, int c, int depth, data::Cell& cell);
  bool integer(data::Kind kind, int c, int depth, data::Cell& cell);
  bool floating(data::Kind kind, int c, int depth, data::Cell& cell);
  bool bytes(int c, data::Cell& cell);
  bool array(const data::Schema& schema, int depth, data::Cell& cell);
  bool map(const data::Schema& schema, int depth, data::Cell& cell);
  bool struct_value(const data::Schema& schema, int depth, data::Cell& cell);
  bool fill_missing(const data::Schema& schema, data::Cell* cells);
  bool skip(int depth);
  bool read_number(int depth, JsonNumber& number);
  data::Cell finish(data::Kind kind, size_t begin);

  JsonLexer* lexer_ = nullptr;
  bool replace_null_with_default_;
  std::vector<data::Cell> stack_;  // elements of what is open
  data::HashMapOrder order_;
};

}  // namespace millrace::convert
