#pragma once
// The one piece of Java's object serialisation that Kafka Connect needs: a
// `java.util.HashMap<byte[], byte[]>` as java.io.ObjectOutputStream writes it, which is what the
// standalone worker's offsets file holds. See "Java Object Serialization Specification", chapter 6.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace millrace::runtime {

// In the order of the stream. nullopt: Java's null.
using JavaByteMap = std::vector<std::pair<std::optional<std::string>, std::optional<std::string>>>;

// Reads any stream that holds nothing but one such map. A failure (bad_data) says what is wrong and
// at which byte. Takes memory in proportion to the stream's size only.
Result<JavaByteMap> read_java_byte_map(std::string_view stream);

std::string write_java_byte_map(const JavaByteMap& entries);

}  // namespace millrace::runtime
