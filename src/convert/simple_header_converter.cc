#include "convert/charset.h"
#include "convert/header_values.h"
#include "convert/simple_converters.h"

namespace millrace::convert {
namespace {

using data::Cell;
using data::Kind;

class SimpleHeaderConverter final : public Converter {
 public:
  void to_connect(const ToConnect& work) override {
    Arena& arena = work.batch.arena();
    for (uint32_t index : work.selected) {
      const Bytes& bytes = work.bytes[index];
      work.schemas[index] = nullptr;
      work.cells[index] = data::null_cell();
      if (bytes.data == nullptr) continue;
      auto value = parse_header_text(decode_text(Charset::kUtf8, bytes.text(), arena), arena);
      if (!value) {
        // Whatever stops Java's parser leaves the bytes.
        work.schemas[index] = data::primitive_schema(Kind::kBytes).get();
        work.cells[index] = data::bytes_cell(bytes.text());
        continue;
      }
      work.cells[index] = value->value;
      if (value->schema) work.schemas[index] = work.batch.keep(std::move(value->schema));
    }
  }

  void from_connect(const FromConnect& work) override {
    static constexpr uint8_t kEmpty = 0;  // empty is not null
    Arena& arena = work.batch.arena();
    for (uint32_t index : work.selected) {
      const Cell& cell = work.cells[index];
      work.bytes[index] = {};
      if (data::is_null(cell)) continue;
      scratch_.clear();
      auto done = append_header_text(scratch_, work.schemas[index], cell);
      if (!done) {
        work.failures.push_back({index, std::move(done).error()});
        continue;
      }
      std::string_view text = encode_text(Charset::kUtf8, arena.copy(scratch_), arena);
      work.bytes[index] = {text.empty() ? &kEmpty : reinterpret_cast<const uint8_t*>(text.data()),
                           text.size()};
    }
  }

 private:
  std::string scratch_;
};

}  // namespace

std::unique_ptr<Converter> make_simple_header_converter() {
  return std::make_unique<SimpleHeaderConverter>();
}

}  // namespace millrace::convert
