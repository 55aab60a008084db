#pragma once
// Writes the primitives of Kafka's protocol: the counterpart of reader.h.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace millrace::kafka::wire {

class Writer {
 public:
  explicit Writer(bool flexible = false) : flexible_(flexible) {}

  void int8(int8_t value) { integer(static_cast<uint8_t>(value), 1); }
  void int16(int16_t value) { integer(static_cast<uint16_t>(value), 2); }
  void int32(int32_t value) { integer(static_cast<uint32_t>(value), 4); }
  void int64(int64_t value) { integer(static_cast<uint64_t>(value), 8); }
  void boolean(bool value) { int8(value ? 1 : 0); }
  void unsigned_varint(uint32_t value) {
    for (; value > 0x7F; value >>= 7) out_.push_back(static_cast<char>((value & 0x7F) | 0x80));
    out_.push_back(static_cast<char>(value));
  }
  void string(std::optional<std::string_view> value) {
    if (flexible_)
      compact(value);
    else
      int16(value ? static_cast<int16_t>(value->size()) : int16_t{-1}), append(value);
  }
  void bytes(std::optional<std::string_view> value) {
    if (flexible_)
      compact(value);
    else
      int32(value ? static_cast<int32_t>(value->size()) : -1), append(value);
  }
  void array(size_t count) {
    if (flexible_)
      unsigned_varint(static_cast<uint32_t>(count) + 1);
    else
      int32(static_cast<int32_t>(count));
  }
  void tags() {  // none
    if (flexible_) out_.push_back('\0');
  }
  std::string take() { return std::move(out_); }

 private:
  void integer(uint64_t value, int size) {
    while (size-- > 0) out_.push_back(static_cast<char>(value >> (8 * size)));
  }
  void append(std::optional<std::string_view> value) {
    if (value) out_.append(*value);
  }
  void compact(std::optional<std::string_view> value) {
    unsigned_varint(value ? static_cast<uint32_t>(value->size()) + 1 : 0);
    append(value);
  }

  std::string out_;
  const bool flexible_;
};

}  // namespace millrace::kafka::wire
