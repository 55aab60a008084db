#pragma once
// Finds the coordinator of a group and keeps a connection to it: AbstractCoordinator's and
// NetworkClient's part of the work. By the network's thread only.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "kafka/wire/connection.h"
#include "kafka/wire/messages.h"

namespace millrace::kafka::wire {

class CoordinatorLink {
 public:
  struct Listener {
    std::function<void(TimePoint)> found;
    std::function<void(TimePoint)> lost;
    // Trying again will not help by itself; it is tried again none the less, after a while.
    std::function<void(TimePoint, Error)> failed;
  };

  // settings and tls (null without TLS) outlive the link.
  CoordinatorLink(const WireSettings& settings, ssl_ctx_st* tls, std::string key,
                  CoordinatorType type, Listener listener, TimePoint now, const Logger& log);

  bool ready() const { return coordinator_ && coordinator_->open() && announced_; }
  // Without a coordinator the handler gets an error at once.
  void send(Api api, RequestEncoder encode, std::chrono::milliseconds timeout, TimePoint now,
            AnswerHandler handler);
  // The coordinator is not to be trusted: it is looked for anew.
  void distrust(const std::string& reason, TimePoint now);
  void serve(TimePoint now);

  std::vector<const Connection*> connections() const;
  TimePoint next_time() const;

 private:
  void look_up(TimePoint now);
  void ask(TimePoint now);
  void answered(TimePoint now, FindCoordinatorResponse response);
  void serve_coordinator(TimePoint now);
  void lookup_failed(TimePoint now, const Error& error);
  void refresh_brokers(TimePoint now);
  Endpoint next_broker();

  const WireSettings& settings_;
  ssl_ctx_st* const tls_;
  const std::string key_;
  const CoordinatorType type_;
  const Listener listener_;
  const Logger& log_;

  std::vector<Endpoint> brokers_;  // as the cluster says; the bootstrap list is always tried, too
  size_t next_broker_;
  std::unique_ptr<Connection> lookup_, coordinator_;
  bool announced_ = false;
  std::optional<Node> answer_;
  std::optional<Error> refusal_;
  int attempts_ = 0;
  TimePoint look_up_at_, refresh_at_;
};

}  // namespace millrace::kafka::wire
