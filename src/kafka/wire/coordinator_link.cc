#include "kafka/wire/coordinator_link.h"

#include <algorithm>
#include <random>

#include "kafka/wire/kafka_error.h"

namespace millrace::kafka::wire {

CoordinatorLink::CoordinatorLink(const WireSettings& settings, ssl_ctx_st* tls, std::string key,
                                 CoordinatorType type, Listener listener, TimePoint now,
                                 const Logger& log)
    : settings_(settings),
      tls_(tls),
      key_(std::move(key)),
      type_(type),
      listener_(std::move(listener)),
      log_(log),
      next_broker_(std::random_device{}()),
      look_up_at_(now),
      refresh_at_(now) {}

std::vector<const Connection*> CoordinatorLink::connections() const {
  std::vector<const Connection*> all;
  for (const auto* one : {&lookup_, &coordinator_})
    if (*one && (*one)->descriptor() >= 0) all.push_back(one->get());
  return all;
}

TimePoint CoordinatorLink::next_time() const {
  TimePoint next = TimePoint::max();
  if (!coordinator_ && !lookup_) next = look_up_at_;
  for (const Connection* connection : connections()) next = std::min(next, connection->next_time());
  return next;
}

void CoordinatorLink::send(Api api, RequestEncoder encode, std::chrono::milliseconds timeout,
                           TimePoint now, AnswerHandler handler) {
  if (!ready()) return handler(fail(to_error(code::kCoordinatorNotAvailable)));
  coordinator_->send(api, std::move(encode), timeout, now, std::move(handler));
}

void CoordinatorLink::distrust(const std::string& reason, TimePoint now) {
  if (!coordinator_) return;
  coordinator_->close(
      Error(ErrorKind::retriable, reason, "org.apache.kafka.common.errors.DisconnectException"));
  serve_coordinator(now);
}

void CoordinatorLink::serve(TimePoint now) {
  if (coordinator_) serve_coordinator(now);
  if (!coordinator_ && !lookup_ && now >= look_up_at_) look_up(now);
  if (!lookup_) return;
  lookup_->serve(now);
  if (answer_) {
    const Node node = *std::exchange(answer_, std::nullopt);
    lookup_.reset();
    log_.log(type_ == CoordinatorType::kGroup ? LogLevel::kInfo : LogLevel::kDebug,
             "Discovered {} coordinator {}:{} (id: {})",
             type_ == CoordinatorType::kGroup ? "group" : "transaction", node.host, node.port,
             node.id);
    coordinator_ = std::make_unique<Connection>(
        settings_, tls_, Endpoint{node.host, static_cast<uint16_t>(node.port)}, now, log_);
    serve_coordinator(now);
  } else if (refusal_) {
    const Error error = *std::exchange(refusal_, std::nullopt);
    lookup_.reset();
    lookup_failed(now, error);
  } else if (lookup_->closed()) {
    const Error error = *lookup_->failure();
    lookup_.reset();
    lookup_failed(now, error);
  }
}

void CoordinatorLink::lookup_failed(TimePoint now, const Error& error) {
  const bool hopeless = error.kind() == ErrorKind::bad_config || error.kind() == ErrorKind::fatal;
  // One broker that is down among several is passed over at once.
  const size_t known = brokers_.size() + settings_.bootstrap.size();
  const int rounds = attempts_ / static_cast<int>(known);
  const bool next_one = attempts_ % static_cast<int>(known) != static_cast<int>(known) - 1;
  ++attempts_;
  if (hopeless) {
    look_up_at_ = now + std::max(settings_.retry_backoff_max, settings_.reconnect_backoff_max);
    listener_.failed(now, error);
    return;
  }
  if (!next_one || attempts_ == 1)
    log_.warn("The group's coordinator is not found yet: {}", error.describe());
  look_up_at_ =
      now + (next_one
                 ? settings_.reconnect_backoff
                 : backoff(std::max(settings_.retry_backoff, settings_.reconnect_backoff),
                           std::max(settings_.retry_backoff_max, settings_.reconnect_backoff_max),
                           rounds));
}

// The brokers that the cluster named, then the bootstrap list, from a random one on.
Endpoint CoordinatorLink::next_broker() {
  std::vector<Endpoint> all = brokers_;
  for (const Endpoint& server : settings_.bootstrap) {
    const std::vector<Endpoint> names =
        settings_.canonical_bootstrap ? canonical(server) : std::vector<Endpoint>{server};
    for (const Endpoint& name : names)
      if (std::find(all.begin(), all.end(), name) == all.end()) all.push_back(name);
  }
  return all[next_broker_++ % all.size()];
}

void CoordinatorLink::look_up(TimePoint now) {
  lookup_ = std::make_unique<Connection>(settings_, tls_, next_broker(), now, log_);
  ask(now);
}

void CoordinatorLink::ask(TimePoint now) {
  lookup_->send(
      Api::kFindCoordinator,
      [this](int16_t version) { return encode_find_coordinator(version, key_, type_); },
      settings_.request_timeout, now,
      [this, now](Result<Answer> answer) {
        // What closed the connection is seen there; a version that is not spoken is not.
        if (!answer) {
          if (answer.error().kind() == ErrorKind::bad_config) refusal_ = answer.error();
          return;
        }
        auto response = decode_find_coordinator(answer->version, answer->body);
        if (!response)
          refusal_ = response.error();
        else
          answered(now, std::move(*response));
      });
}

void CoordinatorLink::answered(TimePoint, FindCoordinatorResponse response) {
  if (response.error == code::kNone && response.node.port > 0 && response.node.port < 65536)
    answer_ = std::move(response.node);
  else if (response.error == code::kGroupAuthorizationFailed)
    refusal_ = to_error(response.error, "Not authorized to access group: " + key_);
  else if (response.error == code::kNone)
    refusal_ = to_error(code::kCoordinatorNotAvailable);
  else
    refusal_ = to_error(response.error);
}

void CoordinatorLink::serve_coordinator(TimePoint now) {
  coordinator_->serve(now);
  if (coordinator_->closed()) {
    const Error error = *coordinator_->failure();
    const bool was_announced = announced_;
    announced_ = false;
    // Destroyed only here, outside of its own calls.
    const std::unique_ptr<Connection> gone = std::move(coordinator_);
    if (was_announced) {
      log_.info(
          "Group coordinator {} is unavailable or invalid due to cause: {}. Rediscovery will be "
          "attempted.",
          gone->endpoint().text(), error.describe());
      attempts_ = 0;
      look_up_at_ = now;
      listener_.lost(now);
    } else {
      lookup_failed(now, error);
    }
    return;
  }
  if (coordinator_->open() && !announced_) {
    announced_ = true;
    attempts_ = 0;
    listener_.found(now);
  }
  if (announced_ && now >= refresh_at_ && !coordinator_->busy()) refresh_brokers(now);
}

// Over the coordinator's connection, so that no name is resolved while the group relies on
// heartbeats.
void CoordinatorLink::refresh_brokers(TimePoint now) {
  refresh_at_ = now + settings_.metadata_max_age;
  coordinator_->send(
      Api::kMetadata, [](int16_t version) { return encode_metadata(version); },
      settings_.request_timeout, now,
      [this](Result<Answer> answer) {
        if (!answer) return;
        auto nodes = decode_metadata(answer->version, answer->body);
        if (!nodes || nodes->empty()) return;
        brokers_.clear();
        for (const Node& node : *nodes)
          if (node.port > 0 && node.port < 65536)
            brokers_.push_back({node.host, static_cast<uint16_t>(node.port)});
      });
}

}  // namespace millrace::kafka::wire
