// json BOOTSTRAP TOPIC: decodes each record of the JSON case (an envelope whose schema is always
// the same) field by field with simdjson: the least that a JSON sink could cost. The schema's bytes
// are compared with the first record's, not parsed again.
#include <simdjson.h>

#include <cstring>
#include <string>

#include "consume.h"

namespace {

struct Decoder {
  simdjson::ondemand::parser parser;
  simdjson::padded_string_view view;
  std::string prefix, buffer;
  double sum = 0;

  void decode(const char* text, size_t size) {
    if (prefix.empty()) {
      std::string_view all(text, size);
      prefix = all.substr(0, all.find("\"payload\":") + 10);
    }
    if (size < prefix.size() || std::memcmp(text, prefix.data(), prefix.size()) != 0) exit(1);
    size_t length = size - prefix.size() - 1;
    buffer.resize(length + simdjson::SIMDJSON_PADDING);
    std::memcpy(buffer.data(), text + prefix.size(), length);
    auto document = parser.iterate(buffer.data(), length, buffer.size());
    for (auto field : document.get_object()) {
      auto value = field.value();
      switch (value.type()) {
        case simdjson::ondemand::json_type::number: sum += double(value.get_double()); break;
        case simdjson::ondemand::json_type::boolean: sum += bool(value.get_bool()); break;
        default: sum += double(std::string_view(value.get_string()).size());
      }
    }
  }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  Decoder decoder;
  long count = consume_all(
      argv[1], argv[2],
      [](const rd_kafka_message_t* message, void* context) {
        static_cast<Decoder*>(context)->decode(static_cast<const char*>(message->payload),
                                               message->len);
      },
      &decoder);
  printf("%ld %g\n", count, decoder.sum);
}
