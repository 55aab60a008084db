#include "kafka/librdkafka/client_bounds.h"

#include <charconv>
#include <cstdint>
#include <limits>

namespace millrace::kafka {
namespace {

constexpr int64_t kAnyLong = std::numeric_limits<int64_t>::min();
constexpr int64_t kAnyInt = std::numeric_limits<int32_t>::min();
constexpr int64_t kInt = std::numeric_limits<int32_t>::max();

enum class Type { kInt, kLong };

struct Bounds {
  std::string_view key;
  Type type;
  int64_t least = 0;
};

constexpr Bounds kBounds[] = {
    {"auto.commit.interval.ms", Type::kInt},
    {"batch.size", Type::kInt},
    {"buffer.memory", Type::kLong},
    {"connections.max.idle.ms", Type::kLong, kAnyLong},
    {"default.api.timeout.ms", Type::kInt},
    {"delivery.timeout.ms", Type::kInt},
    {"fetch.max.bytes", Type::kInt},
    {"fetch.max.wait.ms", Type::kInt},
    {"fetch.min.bytes", Type::kInt},
    {"heartbeat.interval.ms", Type::kInt, kAnyInt},
    {"linger.ms", Type::kLong},
    {"max.block.ms", Type::kLong},
    {"max.in.flight.requests.per.connection", Type::kInt, 1},
    {"max.partition.fetch.bytes", Type::kInt},
    {"max.poll.interval.ms", Type::kInt, 1},
    {"max.poll.records", Type::kInt, 1},
    {"max.request.size", Type::kInt},
    {"metadata.max.age.ms", Type::kLong},
    {"metadata.max.idle.ms", Type::kLong, 5000},
    {"metrics.num.samples", Type::kInt, 1},
    {"metrics.sample.window.ms", Type::kLong},
    {"receive.buffer.bytes", Type::kInt, -1},
    {"reconnect.backoff.max.ms", Type::kLong},
    {"reconnect.backoff.ms", Type::kLong},
    {"request.timeout.ms", Type::kInt},
    {"retries", Type::kInt},
    {"retry.backoff.max.ms", Type::kLong},
    {"retry.backoff.ms", Type::kLong},
    {"send.buffer.bytes", Type::kInt, -1},
    {"session.timeout.ms", Type::kInt, kAnyInt},
    {"socket.connection.setup.timeout.max.ms", Type::kLong, kAnyLong},
    {"socket.connection.setup.timeout.ms", Type::kLong, kAnyLong},
    {"transaction.timeout.ms", Type::kInt, kAnyInt},
};

std::optional<std::string> number_problem(const Bounds& bounds, std::string_view value) {
  if (value.starts_with('+') && !value.starts_with("+-")) value.remove_prefix(1);
  int64_t number = 0;
  const char* end = value.data() + value.size();
  auto [stopped, error] = std::from_chars(value.data(), end, number);
  const bool is_int = bounds.type == Type::kInt;
  if (error != std::errc() || stopped != end || (is_int && (number < kAnyInt || number > kInt)))
    return is_int ? "Not a number of type INT" : "Not a number of type LONG";
  if (number < bounds.least) return "Value must be at least " + std::to_string(bounds.least);
  return std::nullopt;
}

}  // namespace

std::optional<std::string> client_value_problem(std::string_view key, std::string_view value) {
  for (const Bounds& bounds : kBounds)
    if (bounds.key == key) return number_problem(bounds, value);
  if (key == "compression.type" && value != "none" && value != "gzip" && value != "snappy" &&
      value != "lz4" && value != "zstd")
    return "String must be one of: none, gzip, snappy, lz4, zstd";
  if (key == "acks" && value != "all" && value != "-1" && value != "0" && value != "1")
    return "String must be one of: all, -1, 0, 1";
  if (key == "isolation.level" && value != "read_committed" && value != "read_uncommitted")
    return "String must be one of: read_committed, read_uncommitted";
  if (key == "transactional.id" && value.empty()) return "String must be non-empty";
  return std::nullopt;
}

}  // namespace millrace::kafka
