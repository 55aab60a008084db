#pragma once
// Cuts a stream of bytes into frames: four bytes of size, then the frame.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "kafka/wire/reader.h"

namespace millrace::kafka::wire {

class FrameReader {
 public:
  // A broker's answer to a group member is small; a size beyond this is another protocol's bytes
  // (an HTTP server's, a TLS server's).
  static constexpr int32_t kLargestFrame = 100 << 20;

  void append(std::string_view bytes) { buffer_.append(bytes); }

  // The next whole frame; nothing where it is not there yet. An error ends the connection.
  Result<std::optional<std::string>> next() {
    if (buffer_.size() < 4) return std::optional<std::string>();
    const int32_t size = Reader(buffer_).int32();
    if (size < 0 || size > kLargestFrame)
      return fail(ErrorKind::retriable,
                  "Invalid receive (size = " + std::to_string(size) +
                      "): is this the port of a Kafka listener, and security.protocol the "
                      "listener's?",
                  "org.apache.kafka.common.network.InvalidReceiveException");
    if (buffer_.size() - 4 < static_cast<size_t>(size)) return std::optional<std::string>();
    std::optional<std::string> frame(buffer_.substr(4, static_cast<size_t>(size)));
    buffer_.erase(0, 4 + static_cast<size_t>(size));
    return frame;
  }

 private:
  std::string buffer_;
};

}  // namespace millrace::kafka::wire
