#pragma once
// Records whose key and value are text, as those of internal topics are; and how to send them and
// wait for them, as one must before a transaction can end.

#include <functional>
#include <optional>
#include <span>
#include <string>

#include "kafka/producer.h"

namespace millrace::kafka {

// Borrowed; null: a null key or value.
struct TextRecord {
  const std::string* key = nullptr;
  const std::string* value = nullptr;
};
inline const std::string* text_or_null(const std::optional<std::string>& text) {
  return text ? &*text : nullptr;
}

OutgoingRecord outgoing(const std::string& topic, const TextRecord& record);

// Until all deliveries of the producer have been polled, also those of what was sent before. Ends
// early with the first record that is refused, or with go_on's Error: it is asked about ten times a
// second while there is something to wait for. By the thread that polls the producer.
Result<void> send_and_wait(Producer& producer, const std::string& topic,
                           std::span<const TextRecord> records,
                           const std::function<Result<void>()>& go_on);

}  // namespace millrace::kafka
