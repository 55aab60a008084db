#pragma once
// Reads the primitives of Kafka's protocol (big endian; org.apache.kafka.common.protocol.types)
// from bytes that may hold anything. Nothing is read beyond the end and nothing is allocated by a
// length that the bytes do not bear out: after the first lack every read gives nothing, and good()
// says so at the end.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace millrace::kafka::wire {

class Reader {
 public:
  // flexible: the message version uses compact lengths and tagged fields (KIP-482).
  explicit Reader(std::string_view bytes, bool flexible = false)
      : rest_(bytes), flexible_(flexible) {}

  bool good() const { return good_; }
  size_t left() const { return rest_.size(); }

  int8_t int8() { return static_cast<int8_t>(unsigned_integer(1)); }
  int16_t int16() { return static_cast<int16_t>(unsigned_integer(2)); }
  int32_t int32() { return static_cast<int32_t>(unsigned_integer(4)); }
  int64_t int64() { return static_cast<int64_t>(unsigned_integer(8)); }
  bool boolean() { return int8() != 0; }

  uint32_t unsigned_varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 35; shift += 7) {
      const uint64_t byte = unsigned_integer(1);
      value |= (byte & 0x7F) << shift;
      if ((byte & 0x80) == 0) {
        if (value > UINT32_MAX) break;
        return static_cast<uint32_t>(value);
      }
    }
    give_up();
    return 0;
  }

  std::optional<std::string_view> nullable_string() {
    return chunk(flexible_ ? compact_length() : int16());
  }
  std::string_view string() { return present(nullable_string()); }
  std::optional<std::string_view> nullable_bytes() {
    return chunk(flexible_ ? compact_length() : int32());
  }
  std::string_view bytes() { return present(nullable_bytes()); }

  // The number of an array's elements, each of which takes `least` bytes at least. null counts as
  // empty.
  size_t array(size_t least = 1) {
    const int64_t count = flexible_ ? compact_length() : int32();
    if (count == -1) return 0;
    if (count < 0 || static_cast<uint64_t>(count) > rest_.size() / least) {
      give_up();
      return 0;
    }
    return static_cast<size_t>(count);
  }

  // Tagged fields: none is of any concern to us yet.
  void skip_tags() {
    if (!flexible_) return;
    for (uint32_t count = unsigned_varint(); count > 0 && good_; --count) {
      unsigned_varint();
      chunk(unsigned_varint());
    }
  }

 private:
  void give_up() {
    good_ = false;
    rest_ = {};
  }
  uint64_t unsigned_integer(size_t size) {
    if (rest_.size() < size) {
      give_up();
      return 0;
    }
    uint64_t value = 0;
    for (size_t i = 0; i < size; ++i) value = value << 8 | static_cast<uint8_t>(rest_[i]);
    rest_.remove_prefix(size);
    return value;
  }
  int64_t compact_length() { return static_cast<int64_t>(unsigned_varint()) - 1; }
  std::optional<std::string_view> chunk(int64_t size) {
    if (size == -1) return std::nullopt;
    if (size < 0 || static_cast<uint64_t>(size) > rest_.size()) {
      give_up();
      return std::nullopt;
    }
    const std::string_view found = rest_.substr(0, static_cast<size_t>(size));
    rest_.remove_prefix(static_cast<size_t>(size));
    return found;
  }
  std::string_view present(std::optional<std::string_view> found) {
    if (!found) give_up();
    return found.value_or(std::string_view());
  }

  std::string_view rest_;
  bool flexible_;
  bool good_ = true;
};

}  // namespace millrace::kafka::wire
