#pragma once
// The GroupMember over the network: a Membership, which decides, a CoordinatorLink, which connects,
// and a thread that moves bytes and time between them.

#include <poll.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "kafka/group_member.h"
#include "kafka/wire/coordinator_link.h"
#include "kafka/wire/membership.h"
#include "kafka/wire/tls_context.h"

namespace millrace::kafka::wire {

class Member final : public GroupMember {
 public:
  Member(GroupMemberOptions options, WireSettings settings, TlsContext tls,
         GroupMemberListener& listener);
  ~Member() override;

  Result<void> poll(std::chrono::milliseconds timeout) override;
  void request_rejoin(const std::string& reason) override;
  void leave(const std::string& reason) override;
  void wake() override;
  bool in_group() const override;
  std::string member_id() const override;
  int32_t generation() const override;
  void close(std::chrono::milliseconds timeout) override;

 private:
  using Lock = std::unique_lock<std::mutex>;

  // The caller's thread.
  Result<bool> do_step(Lock& lock);
  void do_join(Lock& lock);
  void do_assign(Lock& lock);
  void do_joined(Lock& lock);
  void end();

  // The network's thread.
  void run();
  void move_requests(TimePoint now);
  void send(TimePoint now, Membership::Request request);
  void wait_for_sockets(TimePoint now);
  void disturb();  // by any thread: the network's thread looks again

  const WireSettings settings_;
  const TlsContext tls_;
  GroupMemberListener& listener_;
  const Logger log_;
  const int wake_;  // an eventfd

  mutable std::mutex mutex_;
  std::condition_variable changed_;  // for the caller
  Membership membership_;            // guarded by mutex_
  bool woken_ = false, ending_ = false, not_yet_ = false;

  CoordinatorLink link_;  // the network's thread
  std::thread thread_;    // the last member: it uses all others
};

}  // namespace millrace::kafka::wire
