#pragma once
// One connection to a broker: connects, shakes hands (TLS), asks for versions, logs in (SASL), then
// sends requests and hands out their responses in order. By one thread only; never blocks, but for
// the resolver when it is made.

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "kafka/wire/api.h"
#include "kafka/wire/frame_reader.h"
#include "kafka/wire/sasl.h"
#include "kafka/wire/stream.h"
#include "kafka/wire/wire_settings.h"

namespace millrace::kafka::wire {

using TimePoint = std::chrono::steady_clock::time_point;

struct Answer {
  int16_t version = 0;
  std::string body;
};
// Called once, from within serve() or close(). An error: no answer came, and the connection is
// over.
using AnswerHandler = std::function<void(Result<Answer>)>;
// Makes the request's body in the version that was agreed upon.
using RequestEncoder = std::function<std::string(int16_t version)>;

class Connection {
 public:
  // settings and tls (null without TLS) outlive the connection.
  Connection(const WireSettings& settings, ssl_ctx_st* tls, Endpoint endpoint, TimePoint now,
             const Logger& log);
  ~Connection();

  const Endpoint& endpoint() const { return endpoint_; }
  bool open() const { return state_ == State::kOpen; }
  bool closed() const { return state_ == State::kClosed; }
  const std::optional<Error>& failure() const { return failure_; }  // why it is closed
  bool busy() const { return !in_flight_.empty() || !waiting_.empty(); }
  TimePoint last_used() const { return last_used_; }

  // Requests given before the connection is open wait for that.
  void send(Api api, RequestEncoder encode, std::chrono::milliseconds timeout, TimePoint now,
            AnswerHandler handler);
  // Does what can be done now.
  void serve(TimePoint now);
  void close(Error why);

  // For poll(2): -1 when closed; and the time of the next call of serve() if nothing happens.
  int descriptor() const { return stream_ ? stream_->descriptor() : -1; }
  short events() const;
  TimePoint next_time() const;

 private:
  enum class State : uint8_t { kConnecting, kVersions, kLogin, kToken, kOpen, kClosed };
  struct Pending {
    int32_t correlation;
    Api api;
    int16_t version;
    TimePoint deadline;
    AnswerHandler handler;
  };
  struct Waiting {
    Api api;
    RequestEncoder encode;
    TimePoint deadline;
    AnswerHandler handler;
  };

  void connect_next(TimePoint now, Error last);
  void advance(TimePoint now);
  void exchange(TimePoint now);
  bool take_answer(TimePoint now, std::string frame);
  void write_request(Api api, int16_t version, const std::string& body, TimePoint deadline,
                     AnswerHandler handler);
  void send_waiting(TimePoint now);
  void send_now(Waiting request, TimePoint now);

  void ask_versions(TimePoint now, int16_t version);
  bool login_is_due(TimePoint now) const;
  void begin_login(TimePoint now);
  void shake_hands(TimePoint now);
  void authenticate(TimePoint now, const std::string& bytes);
  void logged_in(TimePoint now, int64_t session_lifetime_ms);

  const WireSettings& settings_;
  ssl_ctx_st* const tls_;
  const Endpoint endpoint_;
  const Logger& log_;

  State state_ = State::kConnecting;
  std::optional<Error> failure_;
  std::vector<Address> addresses_;
  size_t next_address_ = 0;
  std::unique_ptr<Stream> stream_;
  TimePoint setup_deadline_;
  ApiVersions versions_;
  std::unique_ptr<SaslClient> sasl_;
  std::future<Result<std::string>> token_;
  std::optional<TimePoint> login_again_at_;  // KIP-368
  bool logged_in_before_ = false;

  std::string out_;
  FrameReader in_;
  int32_t next_correlation_ = 0;
  std::deque<Pending> in_flight_;
  std::deque<Waiting> waiting_;
  TimePoint last_used_;
};

}  // namespace millrace::kafka::wire
