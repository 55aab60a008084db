#include "kafka/text_records.h"

namespace millrace::kafka {
namespace {

constexpr std::chrono::milliseconds kPatience{100};

const uint8_t* bytes(const std::string* text) {
  return text == nullptr ? nullptr : reinterpret_cast<const uint8_t*>(text->data());
}

}  // namespace

OutgoingRecord outgoing(const std::string& topic, const TextRecord& record) {
  OutgoingRecord out;
  out.topic = topic;
  out.key = bytes(record.key);
  out.key_size = record.key == nullptr ? 0 : record.key->size();
  out.value = bytes(record.value);
  out.value_size = record.value == nullptr ? 0 : record.value->size();
  return out;
}

Result<void> send_and_wait(Producer& producer, const std::string& topic,
                           std::span<const TextRecord> records,
                           const std::function<Result<void>()>& go_on) {
  std::vector<Delivery> deliveries;
  auto poll = [&]() -> Result<void> {
    deliveries.clear();
    producer.poll_deliveries(kPatience, deliveries);
    for (const Delivery& delivery : deliveries)
      if (delivery.error != 0) return fail(producer.describe_error(delivery.error, topic));
    return go_on();
  };
  for (const TextRecord& each : records) {
    const OutgoingRecord record = outgoing(topic, each);
    for (;;) {
      auto taken = producer.send({&record, 1});
      if (taken && *taken == 1) break;
      if (!taken && taken.error().kind() != ErrorKind::retriable)
        return fail(std::move(taken).error());
      if (auto polled = poll(); !polled) return polled;
    }
  }
  producer.flush_soon();
  while (producer.in_flight() > 0)
    if (auto polled = poll(); !polled) return polled;
  return {};
}

}  // namespace millrace::kafka
