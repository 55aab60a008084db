#include "convert/json_converter.h"

#include "convert/failures.h"
#include "convert/json_to_connect.h"

namespace millrace::convert {

using data::Cell;
using data::Schema;
using data::SchemaRef;

JsonConverter::JsonConverter(const JsonConverterSettings& settings)
    : settings_(settings),
      decoder_(settings.replace_null_with_default),
      writer_({settings.replace_null_with_default, settings.decimal_format,
               static_cast<size_t>(std::max(settings.schemas_cache_size, 0))}) {}

Result<std::unique_ptr<Converter>> JsonConverter::make(const JsonConverterSettings& settings) {
  std::unique_ptr<JsonConverter> converter(new JsonConverter(settings));
  if (!settings.schema_content.empty()) {
    Arena arena;
    auto tree = parse_json_tree(settings.schema_content, arena);
    if (!tree) {
      return fail(
          data_error("Failed to parse schema in converter config due to serialization error: ")
              .caused_by(std::move(tree).error()));
    }
    if (!tree->is(JsonNode::Type::kNull)) {
      auto schema = JsonToConnect(arena, settings.replace_null_with_default).schema(*tree);
      if (!schema) return fail(std::move(schema).error());
      converter->content_schema_ = std::move(*schema);
    }
  }
  return converter;
}

void JsonConverter::to_connect(const ToConnect& work) {
  const Schema* kept = nullptr;
  Arena& arena = work.batch.arena();
  for (uint32_t index : work.selected) {
    SchemaAndValue result{nullptr, data::null_cell()};
    const Bytes& bytes = work.bytes[index];
    if (bytes.data != nullptr && !decode(bytes.text(), arena, result)) {
      auto slow = decode_slowly(bytes.text(), work.batch);
      if (!slow) {
        work.failures.push_back({index, std::move(slow).error()});
        continue;
      }
      result = *slow;
    }
    if (result.schema != kept && result.schema != nullptr) {
      work.batch.keep(result.schema);
      kept = result.schema;
    }
    work.schemas[index] = result.schema;
    work.cells[index] = result.value;
  }
}

bool JsonConverter::decode(std::string_view text, Arena& arena, SchemaAndValue& result) {
  if (!settings_.schemas_enable || content_schema_) {
    JsonLexer lexer(text, arena);
    result.schema = settings_.schemas_enable ? content_schema_.get() : nullptr;
    return decoder_.decode(lexer, result.schema, 0, result.value);
  }
  for (size_t tried = 0; tried < envelopes_.size(); ++tried) {
    size_t index = last_envelope_ + tried;
    if (index >= envelopes_.size()) index -= envelopes_.size();
    const Envelope& envelope = envelopes_[index];
    if (text.size() <= envelope.prefix.size() ||
        std::memcmp(text.data(), envelope.prefix.data(), envelope.prefix.size()) != 0) {
      continue;
    }
    last_envelope_ = index;
    return decode_envelope(envelope, text, arena, result);
  }
  return false;
}

// The prefix is known; what comes after the payload may still change the meaning.
bool JsonConverter::decode_envelope(const Envelope& envelope, std::string_view text, Arena& arena,
                                    SchemaAndValue& result) {
  JsonLexer lexer(text.substr(envelope.prefix.size()), arena);
  result.schema = envelope.schema.get();
  return decoder_.decode(lexer, result.schema, 1, result.value) && lexer.take('}');
}

Result<JsonConverter::SchemaAndValue> JsonConverter::decode_slowly(std::string_view text,
                                                                   data::Batch& batch) {
  auto tree = parse_json_tree(text, batch.arena());
  if (!tree) {
    return fail(
        data_error("Converting byte[] to Kafka Connect data failed due to serialization error: ")
            .caused_by(std::move(tree).error()));
  }
  if (settings_.schemas_enable && !content_schema_) return from_envelope(text, *tree, batch);
  const Schema* schema = settings_.schemas_enable ? content_schema_.get() : nullptr;
  JsonToConnect reader(batch.arena(), settings_.replace_null_with_default);
  auto value = reader.value(schema, &*tree);
  if (!value) return fail(std::move(value).error());
  return SchemaAndValue{schema, *value};
}

Result<JsonConverter::SchemaAndValue> JsonConverter::from_envelope(std::string_view text,
                                                                   const JsonNode& tree,
                                                                   data::Batch& batch) {
  const JsonNode* schema_node = tree.get("schema");
  const JsonNode* payload = tree.get("payload");
  if (schema_node == nullptr || payload == nullptr || tree.size != 2) {
    return data_failure(
        "JsonConverter with schemas.enable requires \"schema\" and \"payload\" fields and may not "
        "contain additional fields. If you are trying to deserialize plain JSON data, set "
        "schemas.enable=false in your converter configuration.");
  }
  auto schema = schema_of(*schema_node, batch.arena());
  if (!schema) return fail(std::move(schema).error());
  JsonToConnect reader(batch.arena(), settings_.replace_null_with_default);
  auto value = reader.value(schema->get(), payload);
  if (!value) return fail(std::move(value).error());
  remember_envelope(text, tree, *schema, batch.arena());
  return SchemaAndValue{batch.keep(std::move(*schema)), *value};
}

Result<SchemaRef> JsonConverter::schema_of(const JsonNode& node, Arena& arena) {
  if (node.is(JsonNode::Type::kNull)) return SchemaRef();
  auto found = schema_index_.find(node.source);
  if (found != schema_index_.end()) {
    schema_texts_.splice(schema_texts_.begin(), schema_texts_, found->second);
    return schema_texts_.front().second;
  }
  auto schema = JsonToConnect(arena, settings_.replace_null_with_default).schema(node);
  if (!schema || settings_.schemas_cache_size <= 0 || node.source.size() > kLargestPrefix)
    return schema;
  schema_texts_.emplace_front(std::string(node.source), *schema);
  schema_index_[schema_texts_.front().first] = schema_texts_.begin();
  if (schema_texts_.size() > static_cast<size_t>(settings_.schemas_cache_size)) {
    schema_index_.erase(schema_texts_.back().first);
    schema_texts_.pop_back();
  }
  return schema;
}

// Whatever begins like this text, up to its payload, has this schema: if nothing but the closing
// brace follows the payload.
void JsonConverter::remember_envelope(std::string_view text, const JsonNode& tree,
                                      const SchemaRef& schema, Arena& arena) {
  const JsonMember& first = tree.members[0];
  if (first.name != "schema") return;
  JsonLexer lexer(text, arena);
  if (schema) {
    const char* end = first.value.source.data() + first.value.source.size();
    if (end < text.data() || end > text.data() + text.size()) return;  // was transcoded
    lexer.advance(static_cast<size_t>(end - text.data()));
  } else {
    std::string_view name;
    if (!lexer.take('{') || !lexer.take('"') || !lexer.read_name(name) || !lexer.take(':') ||
        lexer.peek() != 'n' || !lexer.read_literal("null")) {
      return;
    }
  }
  std::string_view name;
  if (!lexer.take(',') || !lexer.take('"') || !lexer.read_name(name) || name != "payload" ||
      !lexer.take(':')) {
    return;
  }
  size_t size = static_cast<size_t>(lexer.position() - text.data());
  if (size > kLargestPrefix) return;
  std::string_view prefix = text.substr(0, size);
  for (const Envelope& known : envelopes_) {
    if (known.prefix == prefix) return;
  }
  if (envelopes_.size() < kEnvelopes) {
    last_envelope_ = envelopes_.size();
    envelopes_.push_back({std::string(prefix), schema});
  } else {
    last_envelope_ = replace_envelope_;
    envelopes_[replace_envelope_] = {std::string(prefix), schema};
    replace_envelope_ = (replace_envelope_ + 1) % kEnvelopes;
  }
}

void JsonConverter::from_connect(const FromConnect& work) {
  writer_.begin(work.batch.arena(), work.selected.size() * 512);
  for (uint32_t index : work.selected) {
    const Schema* schema = work.schemas[index];
    const Cell& cell = work.cells[index];
    work.bytes[index] = {};
    if (schema == nullptr && data::is_null(cell)) continue;
    auto text = writer_.write(schema, cell, settings_.schemas_enable);
    if (!text) {
      work.failures.push_back({index, std::move(text).error()});
      continue;
    }
    work.bytes[index] = {reinterpret_cast<const uint8_t*>(text->data()), text->size()};
  }
  writer_.end();
}

}  // namespace millrace::convert
