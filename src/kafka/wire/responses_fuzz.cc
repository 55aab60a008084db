// Every response decoder in every version, and the frame reader: first byte the decoder, second the
// version.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "kafka/wire/frame_reader.h"
#include "kafka/wire/messages.h"

using namespace millrace::kafka::wire;

namespace {

void cut_into_frames(std::string_view bytes, size_t piece) {
  FrameReader frames;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
    frames.append(bytes.substr(0, piece));
    for (;;) {
      auto frame = frames.next();
      if (!frame) return;
      if (!*frame) break;
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data) + 2, size - 2);
  const auto version = static_cast<int16_t>(data[1] % 14);
  switch (data[0] % 11) {
    case 0: (void)decode_api_versions(version, body); break;
    case 1: (void)decode_metadata(version, body); break;
    case 2: (void)decode_find_coordinator(version, body); break;
    case 3: (void)decode_join_group(version, body); break;
    case 4: (void)decode_sync_group(version, body); break;
    case 5: (void)decode_heartbeat(version, body); break;
    case 6: (void)decode_leave_group(version, body); break;
    case 7: (void)decode_init_producer_id(version, body); break;
    case 8: (void)decode_sasl_handshake(body); break;
    case 9: (void)decode_sasl_authenticate(version, body); break;
    case 10: cut_into_frames(body, static_cast<size_t>(data[1]) + 1); break;
  }
  return 0;
}
