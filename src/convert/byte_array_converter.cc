#include "convert/failures.h"
#include "convert/simple_converters.h"
#include "convert/value_check.h"
#include "data/java_text.h"

namespace millrace::convert {
namespace {

using data::Cell;
using data::Kind;

class ByteArrayConverter final : public Converter {
 public:
  void to_connect(const ToConnect& work) override {
    const data::Schema* schema = data::optional_primitive_schema(Kind::kBytes).get();
    for (uint32_t index : work.selected) {
      const Bytes& bytes = work.bytes[index];
      work.schemas[index] = schema;
      work.cells[index] =
          bytes.data == nullptr ? data::null_cell() : data::bytes_cell(bytes.text());
    }
  }

  void from_connect(const FromConnect& work) override {
    for (uint32_t index : work.selected) {
      auto bytes = convert(work.schemas[index], work.cells[index]);
      if (bytes) {
        work.bytes[index] = *bytes;
      } else {
        work.failures.push_back({index, std::move(bytes).error()});
      }
    }
  }

 private:
  static Result<Bytes> convert(const data::Schema* schema, const Cell& cell) {
    if (schema != nullptr && schema->type() != Kind::kBytes) {
      return data_failure("Invalid schema type for ByteArrayConverter: " +
                          std::string(data::type_name(schema->type())));
    }
    if (data::is_null(cell)) return Bytes{};
    if (data::kind(cell) != Kind::kBytes) {
      return data_failure("ByteArrayConverter is not compatible with objects of type " +
                          class_text(cell));
    }
    // Not null, though empty.
    static const uint8_t kEmpty = 0;
    return Bytes{cell.length == 0 ? &kEmpty : cell.as.bytes, cell.length};
  }
};

}  // namespace

std::unique_ptr<Converter> make_byte_array_converter() {
  return std::make_unique<ByteArrayConverter>();
}

}  // namespace millrace::convert
