#include "runtime/java_serialization.h"

#include <cstdint>
#include <memory>

namespace millrace::runtime {
namespace {

// Tags and flags of java.io.ObjectStreamConstants.
constexpr uint8_t kNull = 0x70, kReference = 0x71, kClassDescription = 0x72, kObject = 0x73,
                  kString = 0x74, kArray = 0x75, kBlockData = 0x77, kEndBlockData = 0x78,
                  kLongString = 0x7c;
constexpr uint32_t kMagicAndVersion = 0xaced0005, kFirstHandle = 0x7e0000;
constexpr uint8_t kWriteMethod = 1, kSerializable = 2;

constexpr std::string_view kHashMapName = "java.util.HashMap";
constexpr uint64_t kHashMapVersion = 0x0507dac1c31660d1;
constexpr std::string_view kByteArrayName = "[B";
constexpr uint64_t kByteArrayVersion = 0xacf317f8060854e0;

class Reader {
 public:
  explicit Reader(std::string_view stream) : stream_(stream) {}

  Result<JavaByteMap> read() {
    auto map = read_map();
    if (!map) return map;
    if (position_ != stream_.size()) return bad("more follows the map");
    return map;
  }

 private:
  struct Handle {
    enum class Kind : uint8_t { kClass, kByteArray, kOther } kind;
    std::string_view text;  // a class's name, an array's bytes
  };

  Failure bad(const std::string& what) const {
    return fail(ErrorKind::bad_data,
                "not a serialised java.util.HashMap<byte[], byte[]>: " + what + " at byte " +
                    std::to_string(position_),
                "java.io.StreamCorruptedException");
  }

  // Numbers are big-endian. Past the end: failed_ is set and 0 given.
  uint64_t number(int bytes) {
    if (stream_.size() - position_ < static_cast<size_t>(bytes)) {
      failed_ = true;
      position_ = stream_.size();
      return 0;
    }
    uint64_t value = 0;
    for (int i = 0; i < bytes; ++i) value = value << 8 | static_cast<uint8_t>(stream_[position_++]);
    return value;
  }
  uint8_t tag() { return static_cast<uint8_t>(number(1)); }
  std::string_view piece(uint64_t size) {
    if (stream_.size() - position_ < size) {
      failed_ = true;
      position_ = stream_.size();
      return {};
    }
    std::string_view piece = stream_.substr(position_, size);
    position_ += size;
    return piece;
  }
  std::string_view short_text() { return piece(number(2)); }

  Result<JavaByteMap> read_map() {
    if (number(4) != kMagicAndVersion) return bad("no stream header");
    if (tag() != kObject) return bad("no object");
    auto name = class_description();
    if (!name) return fail(std::move(name).error());
    if (*name != kHashMapName) return bad("expected HashMap but found class " + std::string(*name));
    handles_.push_back({Handle::Kind::kOther, {}});
    number(4);  // loadFactor
    number(4);  // threshold
    if (tag() != kBlockData || number(1) != 8) return bad("no size of the map");
    number(4);  // buckets
    const uint32_t size = static_cast<uint32_t>(number(4));
    if (failed_) return bad("the stream ends early");
    JavaByteMap entries;
    for (uint32_t i = 0; i < size; ++i) {
      auto key = byte_array();
      if (!key) return fail(std::move(key).error());
      auto value = byte_array();
      if (!value) return fail(std::move(value).error());
      entries.emplace_back(std::move(*key), std::move(*value));
    }
    if (tag() != kEndBlockData) return bad("no end of the map");
    return entries;
  }

  Result<std::optional<std::string>> byte_array() {
    switch (tag()) {
      case kNull: return std::nullopt;
      case kReference: {
        const Handle* handle = reference();
        if (handle == nullptr || handle->kind != Handle::Kind::kByteArray)
          return bad("a reference to something that is not a byte array");
        // One array may stand for many: what that may cost is bounded.
        if ((referenced_ += handle->text.size()) > stream_.size())
          return bad("the same byte array again and again");
        return std::string(handle->text);
      }
      case kArray: break;
      default: return bad(failed_ ? "the stream ends early" : "an entry that is not a byte array");
    }
    auto name = class_description();
    if (!name) return fail(std::move(name).error());
    if (*name != kByteArrayName)
      return bad("expected a byte array but found class " + std::string(*name));
    const std::string_view bytes = piece(number(4));
    if (failed_) return bad("the stream ends early");
    handles_.push_back({Handle::Kind::kByteArray, bytes});
    return std::string(bytes);
  }

  const Handle* reference() {
    const uint64_t index = number(4) - kFirstHandle;  // wraps round below the first
    return index < handles_.size() ? &handles_[index] : nullptr;
  }

  // Gives the class's name. Its own superclass and fields are HashMap's or the array's: others are
  // refused by the caller, by name.
  Result<std::string_view> class_description() {
    const uint8_t form = tag();
    if (form == kReference) {
      const Handle* handle = reference();
      if (handle == nullptr || handle->kind != Handle::Kind::kClass)
        return bad("a reference to something that is not a class");
      return handle->text;
    }
    if (form != kClassDescription) return bad("no class description");
    const std::string_view name = short_text();
    number(8);  // serialVersionUID
    handles_.push_back({Handle::Kind::kClass, name});
    number(1);  // flags
    const uint64_t fields = number(2);
    for (uint64_t i = 0; i < fields && !failed_; ++i) {
      const uint8_t type = tag();
      short_text();
      if (type != '[' && type != 'L') continue;
      if (auto read = field_type(); !read) return fail(std::move(read).error());
    }
    if (name == kHashMapName && fields != 2) return bad("a HashMap of another version");
    if (tag() != kEndBlockData) return bad("annotations of a class");
    if (tag() != kNull) return bad("class " + std::string(name) + " has a superclass");
    if (failed_) return bad("the stream ends early");
    return name;
  }

  Result<void> field_type() {
    switch (tag()) {
      case kString: piece(number(2)); break;
      case kLongString: piece(number(8)); break;
      case kReference:
        if (reference() == nullptr) return bad("an unknown reference");
        return {};
      default: return bad("no type of a field");
    }
    handles_.push_back({Handle::Kind::kOther, {}});
    return {};
  }

  const std::string_view stream_;
  size_t position_ = 0;
  size_t referenced_ = 0;
  bool failed_ = false;
  std::vector<Handle> handles_;
};

class Writer {
 public:
  std::string write(const JavaByteMap& entries) {
    number(kMagicAndVersion, 4);
    number(kObject, 1);
    begin_class(kHashMapName, kHashMapVersion, kWriteMethod | kSerializable);
    number(2, 2);
    field('F', "loadFactor");
    field('I', "threshold");
    end_class();
    // A table as Java would have it: a power of two, at most three quarters full.
    uint32_t buckets = 16;
    while (buckets / 4 * 3 < entries.size()) buckets *= 2;
    number(0x3f400000, 4);  // 0.75f
    number(buckets / 4 * 3, 4);
    number(kBlockData, 1);
    number(8, 1);
    number(buckets, 4);
    number(entries.size(), 4);
    for (const auto& [key, value] : entries) {
      byte_array(key);
      byte_array(value);
    }
    number(kEndBlockData, 1);
    return std::move(out_);
  }

 private:
  void number(uint64_t value, int bytes) {
    for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8)
      out_.push_back(static_cast<char>(value >> shift));
  }
  void text(std::string_view text) {
    number(text.size(), 2);
    out_.append(text);
  }
  void field(char type, std::string_view name) {
    out_.push_back(type);
    text(name);
  }
  void begin_class(std::string_view name, uint64_t version, uint8_t flags) {
    number(kClassDescription, 1);
    text(name);
    number(version, 8);
    number(flags, 1);
  }
  void end_class() {
    number(kEndBlockData, 1);
    number(kNull, 1);
  }
  void byte_array(const std::optional<std::string>& bytes) {
    if (!bytes) {
      number(kNull, 1);
      return;
    }
    number(kArray, 1);
    if (!array_described_) {
      begin_class(kByteArrayName, kByteArrayVersion, kSerializable);
      number(0, 2);
      end_class();
      array_described_ = true;
    } else {
      number(kReference, 1);
      number(kFirstHandle + 2, 4);  // 0: class HashMap, 1: the map, 2: class [B
    }
    number(bytes->size(), 4);
    out_.append(*bytes);
  }

  std::string out_;
  bool array_described_ = false;
};

}  // namespace

Result<JavaByteMap> read_java_byte_map(std::string_view stream) { return Reader(stream).read(); }

std::string write_java_byte_map(const JavaByteMap& entries) { return Writer().write(entries); }

}  // namespace millrace::runtime
