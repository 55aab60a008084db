#pragma once
// GroupMember: membership of a group of the classic protocol, of any protocol type: what
// librdkafka does for consumers only. Implemented by kafka/wire; simulated in tests.
// Follows org.apache.kafka.clients.consumer.internals.AbstractCoordinator.
//
// The network and the heartbeats have a thread of their own; decisions (what to offer, who gets
// what) are asked of the listener, within poll(), on the caller's thread. Nothing blocks for longer
// than poll's timeout: while a rebalance is under way the caller goes on with its other work.

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "kafka/client.h"

namespace millrace::kafka {

struct GroupMemberOptions {
  ClientProperties client;  // Java client properties: bootstrap.servers, security.protocol ...
  std::string client_id;
  std::string group_id;
  std::string protocol_type;  // "connect"
  std::chrono::milliseconds session_timeout{10'000};
  std::chrono::milliseconds rebalance_timeout{60'000};  // also the longest time between two polls
  std::chrono::milliseconds heartbeat_interval{3'000};
  std::string log_context;
};

// One protocol that the member offers in JoinGroup, in the order of preference.
struct GroupProtocol {
  std::string name;
  std::string metadata;
};

// Called from within GroupMember::poll and close.
class GroupMemberListener {
 public:
  virtual ~GroupMemberListener() = default;
  // Before each JoinGroup: AbstractCoordinator.onJoinPrepare, then metadata(). generation -1 and an
  // empty id where there was none. An empty list: not yet, as what other members may get is still
  // being stopped; the next poll asks again, heartbeats go on meanwhile.
  virtual std::vector<GroupProtocol> joining(int32_t generation, const std::string& member_id) = 0;
  // This member leads: what each member is to get, by member id (onLeaderElected). An error: the
  // group is joined again.
  virtual Result<std::map<std::string, std::string>> assign(
      const std::string& leader_id, int32_t generation, const std::string& protocol,
      const std::map<std::string, std::string>& metadata_by_member) = 0;
  // The member is in; assignment: bytes from the leader (onJoinComplete).
  virtual void joined(int32_t generation, const std::string& member_id, const std::string& protocol,
                      std::string_view assignment) = 0;
  // No coordinator was found for heartbeat_interval: the member cannot know what happens to the
  // group. Java revokes all locally then. Told once for each such time.
  virtual void lost(const std::string& reason) = 0;
  // The coordinator knows the member or its generation no more: id and generation are void, the
  // group is joined anew. Java keeps what it runs until it is told otherwise.
  virtual void expelled(const std::string& /*reason*/) {}
};

// poll, request_rejoin, leave and close: by one thread. wake: by any.
class GroupMember {
 public:
  virtual ~GroupMember() = default;
  // Serves what has happened; waits up to `timeout` for something where nothing has. An error is
  // fatal (authorization, inconsistent protocols, unsupported broker): the next poll tries anew
  // after the retry back-off.
  virtual Result<void> poll(std::chrono::milliseconds timeout) = 0;
  virtual void request_rejoin(const std::string& reason) = 0;
  // Leaves the group; the next poll joins anew.
  virtual void leave(const std::string& reason) = 0;
  // The running or the next poll returns early.
  virtual void wake() = 0;
  virtual bool in_group() const = 0;  // joined, and no rebalance is under way
  virtual std::string member_id() const = 0;
  virtual int32_t generation() const = 0;  // -1: none
  // Leaves and ends; waits at most `timeout` for the broker's answer.
  virtual void close(std::chrono::milliseconds timeout) = 0;
};

using GroupMemberFactory = std::function<Result<std::unique_ptr<GroupMember>>(
    GroupMemberOptions options, GroupMemberListener& listener)>;

}  // namespace millrace::kafka
