#include "kafka/wire/producer_fencing.h"

#include <poll.h>

#include <algorithm>
#include <deque>

#include "kafka/wire/coordinator_link.h"
#include "kafka/wire/kafka_error.h"
#include "kafka/wire/tls_context.h"

namespace millrace::kafka {
namespace wire {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr size_t kAtOnce = 16;  // each has connections of its own
constexpr milliseconds kLongestWait{1'000};

// One transactional id.
class Fencing {
 public:
  Fencing(const WireSettings& settings, ssl_ctx_st* tls, const std::string& id, TimePoint now,
          const Logger& log)
      : settings_(settings),
        id_(id),
        ask_at_(now),
        link_(settings, tls, id, CoordinatorType::kTransaction,
              {[](TimePoint) {}, [this](TimePoint) { asked_ = false; },
               [this](TimePoint, Error error) { failure_ = std::move(error); }},
              now, log) {}

  void serve(TimePoint now) {
    link_.serve(now);
    if (distrust_) {
      link_.distrust(*std::exchange(distrust_, std::nullopt), now);
      asked_ = false;
    }
    if (!asked_ && !done_ && now >= ask_at_ && link_.ready()) ask(now);
    link_.serve(now);
  }
  bool done() const { return done_; }
  const std::optional<Error>& failure() const { return failure_; }
  std::vector<const Connection*> connections() const { return link_.connections(); }
  TimePoint next_time() const {
    return asked_ ? link_.next_time() : std::min(link_.next_time(), ask_at_);
  }

 private:
  void ask(TimePoint now) {
    asked_ = true;
    link_.send(
        Api::kInitProducerId,
        [this](int16_t version) { return encode(version, InitProducerIdRequest{id_}); },
        settings_.request_timeout, now,
        [this](Result<Answer> answer) {
          if (!answer) {  // the link finds out what has become of the connection
            if (answer.error().kind() == ErrorKind::bad_config) failure_ = answer.error();
            return again();
          }
          auto response = decode_init_producer_id(answer->version, answer->body);
          if (response)
            answered(response->error);
          else
            failure_ = response.error();
        });
  }

  void answered(int16_t error) {
    switch (error) {
      case code::kNone: done_ = true; return;
      case code::kConcurrentTransactions:  // the transaction that is ended now
      case code::kCoordinatorLoadInProgress: return again();
      case code::kNotCoordinator:
      case code::kCoordinatorNotAvailable: distrust_ = error_text(error); return again();
      default: failure_ = to_error(error);
    }
  }

  void again() {
    asked_ = false;
    ask_at_ =
        Clock::now() + backoff(settings_.retry_backoff, settings_.retry_backoff_max, attempts_++);
  }

  const WireSettings& settings_;
  const std::string id_;
  bool asked_ = false, done_ = false;
  TimePoint ask_at_;
  int attempts_ = 0;
  std::optional<std::string> distrust_;
  std::optional<Error> failure_;
  CoordinatorLink link_;
};

void wait_for_sockets(const std::deque<std::unique_ptr<Fencing>>& running, TimePoint deadline) {
  std::vector<pollfd> sockets;
  TimePoint next = std::min(deadline, Clock::now() + kLongestWait);
  for (const auto& one : running) {
    next = std::min(next, one->next_time());
    for (const Connection* connection : one->connections())
      sockets.push_back({connection->descriptor(), connection->events(), 0});
  }
  const auto left = std::chrono::ceil<milliseconds>(next - Clock::now()).count();
  ::poll(sockets.data(), sockets.size(), static_cast<int>(std::max<int64_t>(left, 0)));
}

Result<void> fence(const WireSettings& settings, ssl_ctx_st* tls,
                   const std::vector<std::string>& ids, TimePoint deadline, const Logger& log) {
  std::deque<std::unique_ptr<Fencing>> running;
  size_t next = 0;
  while (next < ids.size() || !running.empty()) {
    const TimePoint now = Clock::now();
    if (now >= deadline)
      return fail(ErrorKind::timed_out,
                  "Not all producers were shut out in time: " +
                      std::to_string(running.size() + ids.size() - next) + " are left",
                  "org.apache.kafka.common.errors.TimeoutException");
    while (next < ids.size() && running.size() < kAtOnce)
      running.push_back(std::make_unique<Fencing>(settings, tls, ids[next++], now, log));
    for (const auto& one : running) {
      one->serve(now);
      if (one->failure()) return fail(Error(*one->failure()));
    }
    if (std::erase_if(running, [](const auto& one) { return one->done(); }) == 0)
      wait_for_sockets(running, deadline);
  }
  return {};
}

}  // namespace
}  // namespace wire

Result<void> fence_producers(const ClientProperties& admin,
                             const std::vector<std::string>& transactional_ids,
                             std::chrono::milliseconds timeout, const std::string& log_context) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  auto settings = wire::read_wire_settings(admin);
  if (!settings) return fail(std::move(settings).error());
  if (auto id = admin.find("client.id"); id != admin.end()) settings->client_id = id->second;
  wire::TlsContext tls;
  if (settings->security.tls) {
    auto made = wire::make_tls_context(settings->security.tls_settings);
    if (!made) return fail(std::move(made).error());
    tls = *std::move(made);
  }
  const Logger log("org.apache.kafka.clients.admin.KafkaAdminClient", log_context);
  return wire::fence(*settings, tls.get(), transactional_ids, deadline, log);
}

}  // namespace millrace::kafka
