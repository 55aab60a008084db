#include "kafka/wire/connection.h"

#include <poll.h>

#include <algorithm>

#include "kafka/wire/kafka_error.h"
#include "kafka/wire/messages.h"
#include "kafka/wire/writer.h"

namespace millrace::kafka::wire {
namespace {

Error timed_out(std::string what) {
  return {ErrorKind::retriable, std::move(what), "org.apache.kafka.common.errors.TimeoutException"};
}

std::string frame(Api api, int16_t version, int32_t correlation, const std::string& client_id,
                  const std::string& body) {
  Writer header;
  header.int16(static_cast<int16_t>(api));
  header.int16(version);
  header.int32(correlation);
  header.string(client_id);  // never compact
  std::string text = header.take();
  if (is_flexible(api, version)) text.push_back('\0');
  Writer size;
  size.int32(static_cast<int32_t>(text.size() + body.size()));
  return size.take() + text + body;
}

}  // namespace

Connection::Connection(const WireSettings& settings, ssl_ctx_st* tls, Endpoint endpoint,
                       TimePoint now, const Logger& log)
    : settings_(settings), tls_(tls), endpoint_(std::move(endpoint)), log_(log), last_used_(now) {
  auto addresses = resolve(endpoint_);
  if (addresses) {
    addresses_ = std::move(*addresses);
    connect_next(now, Error(ErrorKind::retriable, "no address"));
  } else {
    close(std::move(addresses).error());
  }
}

Connection::~Connection() {
  if (!closed()) close(Error(ErrorKind::cancelled, "the connection was given up"));
}

void Connection::close(Error why) {
  if (closed()) return;
  state_ = State::kClosed;
  failure_ = why;
  stream_.reset();
  auto in_flight = std::move(in_flight_);
  auto waiting = std::move(waiting_);
  in_flight_.clear();
  waiting_.clear();
  for (Pending& pending : in_flight) pending.handler(fail(why));
  for (Waiting& request : waiting) request.handler(fail(why));
}

// Java's client.dns.lookup=use_all_dns_ips: one address after the other.
void Connection::connect_next(TimePoint now, Error last) {
  while (next_address_ < addresses_.size()) {
    auto stream = Stream::open(addresses_[next_address_++], tls_, endpoint_.host,
                               settings_.security.tls_settings.verify_host_name);
    if (!stream) {
      last = std::move(stream).error();
      continue;
    }
    stream_ = std::move(*stream);
    setup_deadline_ = now + settings_.connection_setup_timeout;
    return;
  }
  close(std::move(last).within("Connection to node " + endpoint_.text() +
                               " could not be established"));
}

short Connection::events() const {
  const bool writing = stream_ && (stream_->wants_to_write() || !out_.empty());
  return static_cast<short>(POLLIN | (writing ? POLLOUT : 0));
}

TimePoint Connection::next_time() const {
  TimePoint next = TimePoint::max();
  if (state_ == State::kConnecting) next = setup_deadline_;
  if (state_ == State::kToken)
    next = std::chrono::steady_clock::now() + std::chrono::milliseconds(20);
  if (open() && login_again_at_ && in_flight_.empty()) next = *login_again_at_;
  for (const Pending& pending : in_flight_) next = std::min(next, pending.deadline);
  for (const Waiting& request : waiting_) next = std::min(next, request.deadline);
  return next;
}

bool Connection::login_is_due(TimePoint now) const {
  return open() && login_again_at_ && now >= *login_again_at_;
}

void Connection::serve(TimePoint now) {
  if (state_ == State::kConnecting) advance(now);
  if (!closed() && state_ != State::kConnecting) exchange(now);
  if (state_ == State::kToken &&
      token_.wait_for(std::chrono::seconds(0)) == std::future_status::ready) {
    auto token = token_.get();
    if (!token) return close(std::move(token).error());
    sasl_ = make_oauth_client(*token);
    shake_hands(now);
  }
  const auto late = [&](const auto& request) { return request.deadline <= now; };
  const auto pending = std::find_if(in_flight_.begin(), in_flight_.end(), late);
  if (pending != in_flight_.end())
    return close(timed_out(std::string("no answer to ") + name_of(pending->api) + " from " +
                           endpoint_.text() + " in time"));
  if (std::any_of(waiting_.begin(), waiting_.end(), late))
    close(timed_out("no login at " + endpoint_.text() + " in time"));
}

void Connection::advance(TimePoint now) {
  auto done = stream_->advance();
  if (!done) {
    Error error = std::move(done).error();
    // A refused certificate is the same at every address.
    if (error.kind() == ErrorKind::bad_config) return close(std::move(error));
    return connect_next(now, std::move(error));
  }
  if (!*done) {
    if (now >= setup_deadline_)
      connect_next(now, timed_out("no connection in time (socket.connection.setup.timeout.ms)"));
    return;
  }
  state_ = State::kVersions;
  ask_versions(now, 3);
}

void Connection::exchange(TimePoint now) {
  char buffer[16384];
  while (!closed()) {
    auto got = stream_->read(buffer, sizeof buffer);
    if (!got) return close(std::move(got).error());
    if (*got == 0) break;
    in_.append({buffer, *got});
    for (;;) {
      auto whole = in_.next();
      if (!whole) return close(std::move(whole).error());
      if (!*whole) break;
      if (!take_answer(now, std::move(**whole)) || closed()) return;
    }
  }
  if (login_is_due(now) && in_flight_.empty()) begin_login(now);
  while (!closed() && !out_.empty()) {
    auto sent = stream_->write(out_);
    if (!sent) return close(std::move(sent).error());
    if (*sent == 0) break;
    out_.erase(0, *sent);
  }
}

bool Connection::take_answer(TimePoint now, std::string frame) {
  Reader in(frame);
  const int32_t correlation = in.int32();
  if (in_flight_.empty() || !in.good() || correlation != in_flight_.front().correlation) {
    close(Error(ErrorKind::retriable, "the broker at " + endpoint_.text() +
                                          " answered what was not asked (correlation id " +
                                          std::to_string(correlation) + ")"));
    return false;
  }
  Pending pending = std::move(in_flight_.front());
  in_flight_.pop_front();
  last_used_ = now;
  size_t header = 4;
  // Response header version 1 has tagged fields; ApiVersions is always answered with version 0.
  if (is_flexible(pending.api, pending.version) && pending.api != Api::kApiVersions) {
    Reader tags(std::string_view(frame).substr(4), true);
    tags.skip_tags();
    header = frame.size() - tags.left();
    if (!tags.good()) header = frame.size();
  }
  frame.erase(0, header);
  pending.handler(Answer{pending.version, std::move(frame)});
  return true;
}

void Connection::send(Api api, RequestEncoder encode, std::chrono::milliseconds timeout,
                      TimePoint now, AnswerHandler handler) {
  if (closed()) return handler(fail(*failure_));
  waiting_.push_back({api, std::move(encode), now + timeout, std::move(handler)});
  if (open()) send_waiting(now);
}

void Connection::send_waiting(TimePoint now) {
  while (state_ == State::kOpen && !waiting_.empty()) {
    // With a request of an ended session the broker would end the connection.
    if (login_is_due(now)) {
      if (in_flight_.empty()) begin_login(now);
      return;
    }
    Waiting request = std::move(waiting_.front());
    waiting_.pop_front();
    send_now(std::move(request), now);
  }
}

void Connection::send_now(Waiting request, TimePoint now) {
  auto version = versions_.pick(request.api);
  if (!version) return request.handler(fail(std::move(version).error()));
  last_used_ = now;
  write_request(request.api, *version, request.encode(*version), request.deadline,
                std::move(request.handler));
}

void Connection::write_request(Api api, int16_t version, const std::string& body,
                               TimePoint deadline, AnswerHandler handler) {
  out_ += frame(api, version, next_correlation_, settings_.client_id, body);
  in_flight_.push_back({next_correlation_, api, version, deadline, std::move(handler)});
  next_correlation_ = next_correlation_ == INT32_MAX ? 0 : next_correlation_ + 1;
}

}  // namespace millrace::kafka::wire
