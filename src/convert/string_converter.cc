#include "convert/charset.h"
#include "convert/failures.h"
#include "convert/simple_converters.h"
#include "data/java_text.h"

namespace millrace::convert {
namespace {

using data::Cell;
using data::Kind;

Bytes bytes_of(std::string_view text) {
  static constexpr char kEmpty = 0;  // empty is not null
  const char* start = text.empty() ? &kEmpty : text.data();
  return {reinterpret_cast<const uint8_t*>(start), text.size()};
}

class StringConverter final : public Converter {
 public:
  explicit StringConverter(Charset charset) : charset_(charset) {}

  void to_connect(const ToConnect& work) override {
    const data::Schema* schema = data::optional_primitive_schema(Kind::kString).get();
    Arena& arena = work.batch.arena();
    for (uint32_t index : work.selected) {
      const Bytes& bytes = work.bytes[index];
      work.schemas[index] = schema;
      work.cells[index] = bytes.data == nullptr
                              ? data::null_cell()
                              : data::string_cell(decode_text(charset_, bytes.text(), arena));
    }
  }

  void from_connect(const FromConnect& work) override {
    Arena& arena = work.batch.arena();
    for (uint32_t index : work.selected) {
      const Cell& cell = work.cells[index];
      work.bytes[index] = {};
      if (data::is_null(cell)) continue;
      std::string_view text;
      if (data::kind(cell) == Kind::kString) {
        text = data::text(cell);
      } else {
        scratch_.clear();
        data::append_java_text(scratch_, work.schemas[index], cell);
        text = arena.copy(scratch_);
      }
      work.bytes[index] = bytes_of(encode_text(charset_, text, arena));
    }
  }

 private:
  Charset charset_;
  std::string scratch_;
};

// Java knows many more: who names one of those must learn what there is.
bool perhaps_known_to_java(std::string name) {
  for (char& c : name) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  for (const char* family : {"utf", "iso", "windows-", "ibm", "cp", "x-", "big5", "euc", "gb",
                             "koi8", "shift_jis", "sjis", "jis", "latin", "tis", "ascii", "ces"})
    if (name.starts_with(family)) return true;
  return false;
}

}  // namespace

Result<std::unique_ptr<Converter>> make_string_converter(const std::string& encoding) {
  auto charset = find_charset(encoding);
  if (!charset) {
    std::string cause = encoding;
    if (perhaps_known_to_java(encoding))
      cause += ": there are UTF-8, ISO-8859-1, US-ASCII, UTF-16, UTF-16BE and UTF-16LE here";
    return fail(Error(ErrorKind::bad_config, "Unsupported encoding " + encoding,
                      "org.apache.kafka.common.errors.SerializationException")
                    .caused_by(Error(ErrorKind::bad_config, std::move(cause),
                                     "java.nio.charset.UnsupportedCharsetException")));
  }
  return std::make_unique<StringConverter>(*charset);
}

}  // namespace millrace::convert
