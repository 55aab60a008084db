#pragma once
// What all clients share: one librdkafka instance, its log, and its end. An instance is destroyed
// on a thread of its own when the last user lets go, since that can take as long as the network
// likes.

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/log.h"
#include "base/result.h"
#include "kafka/librdkafka/client_properties.h"

struct rd_kafka_s;
struct rd_kafka_conf_s;

namespace millrace::kafka {

// Error codes of librdkafka as the kinds and Java classes of this project; `detail` is librdkafka's
// own text or empty. `what` begins the message: "Sending to topic x failed".
Error client_error(int code, std::string_view what, std::string_view detail = {});
// In the words of Java's exceptions, which name what the user may not use.
Error topic_not_authorized(std::string_view topic);
Error group_not_authorized(std::string_view group);

// Lines of librdkafka as lines of our log. A broker that is away makes the same complaint over and
// over: of each kind at most one line in ten seconds, with the number of those left out.
class ClientLog {
 public:
  ClientLog(std::string_view logger, const std::string& context) : log(logger, context) {}
  void write(int syslog_level, std::string_view facility, std::string_view message);
  // True when a line of this kind is due; `suppressed` gets how many were left out before it.
  bool due(std::string_view kind, uint64_t& suppressed);

  const Logger log;
  void* owner = nullptr;  // whose callbacks find themselves through the configuration's opaque

 private:
  struct Kind {
    std::chrono::steady_clock::time_point next{};
    uint64_t suppressed = 0;
  };
  std::mutex mutex_;
  std::unordered_map<std::string, Kind> kinds_;
};

class Handle {
 public:
  // Takes the configuration over; `type` is librdkafka's (0 producer, 1 consumer).
  static Result<std::shared_ptr<Handle>> make(int type, rd_kafka_conf_s* configuration,
                                              std::shared_ptr<ClientLog> log);
  ~Handle();

  rd_kafka_s* get() const { return instance_; }
  ClientLog& log() { return *log_; }
  // The topic's name at an address that lasts as long as this handle. Not thread-safe.
  std::string_view intern(std::string_view topic);

 private:
  Handle(rd_kafka_s* instance, std::shared_ptr<ClientLog> log)
      : instance_(instance), log_(std::move(log)) {}
  rd_kafka_s* instance_;
  std::shared_ptr<ClientLog> log_;
  std::unordered_map<std::string_view, std::unique_ptr<std::string>> topics_;
};

// A configuration with the settings and the log in place; the caller adds its callbacks. The log
// finds itself through the opaque pointer of the configuration, which is `log` and must stay so.
Result<rd_kafka_conf_s*> make_configuration(const ClientSettings& settings,
                                            const std::shared_ptr<ClientLog>& log);

// Waits for instances that are being destroyed in the background; at most `timeout`.
void wait_for_destroyed_handles(std::chrono::milliseconds timeout);

}  // namespace millrace::kafka
