#include "kafka/wire/member.h"

#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>

#include "kafka/wire/factory.h"

namespace millrace::kafka::wire {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;
using Step = Membership::Step;

// Longer waits gain nothing.
constexpr milliseconds kLongestWait(60'000);

MembershipOptions membership_options(const GroupMemberOptions& options,
                                     const WireSettings& settings) {
  return {options.group_id,          options.protocol_type,      options.session_timeout,
          options.rebalance_timeout, options.heartbeat_interval, settings.request_timeout,
          settings.retry_backoff,    settings.retry_backoff_max};
}

template <typename T, typename Decode>
Result<T> decoded(const Result<Answer>& answer, Decode decode) {
  if (!answer) return fail(answer.error());
  return decode(answer->version, answer->body);
}

}  // namespace

Member::Member(GroupMemberOptions options, WireSettings settings, TlsContext tls,
               GroupMemberListener& listener)
    : settings_(std::move(settings)),
      tls_(std::move(tls)),
      listener_(listener),
      log_("org.apache.kafka.connect.runtime.distributed.WorkerCoordinator", options.log_context),
      wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      membership_(membership_options(options, settings_), Clock::now(), log_),
      link_(settings_, tls_.get(), options.group_id, CoordinatorType::kGroup,
            {[this](TimePoint now) {
               const Lock lock(mutex_);
               membership_.coordinator_found(now);
             },
             [this](TimePoint now) {
               const Lock lock(mutex_);
               membership_.coordinator_lost(now);
             },
             [this](TimePoint now, Error error) {
               const Lock lock(mutex_);
               membership_.coordinator_failed(now, std::move(error));
             }},
            Clock::now(), log_),
      thread_([this] { run(); }) {}

Member::~Member() {
  end();
  ::close(wake_);
}

// ------------------------------------------------------------------ the caller's thread

Result<void> Member::poll(milliseconds timeout) {
  const TimePoint deadline = Clock::now() + std::clamp(timeout, milliseconds(0), kLongestWait);
  Lock lock(mutex_);
  not_yet_ = false;
  membership_.polled(Clock::now());
  for (;;) {
    auto done = do_step(lock);
    if (!done) return fail(std::move(done).error());
    if (*done) continue;
    const TimePoint now = Clock::now();
    if (woken_ || ending_ || now >= deadline) break;
    const TimePoint next = membership_.next_join();
    changed_.wait_until(lock, next > now ? std::min(deadline, next) : deadline);
  }
  woken_ = false;
  membership_.polled(Clock::now());
  return {};
}

// false: there was nothing to do.
Result<bool> Member::do_step(Lock& lock) {
  switch (membership_.next_step(Clock::now())) {
    case Step::kNothing: return false;
    case Step::kFailed: return fail(membership_.take_failure());
    case Step::kAssign: return do_assign(lock), true;
    case Step::kJoined: return do_joined(lock), true;
    case Step::kJoin:
      if (not_yet_) return false;
      return do_join(lock), true;
    case Step::kExpelled:
    case Step::kLost: break;
  }
  const bool expelled = membership_.next_step(Clock::now()) == Step::kExpelled;
  const std::string reason = membership_.take_reason();
  lock.unlock();
  expelled ? listener_.expelled(reason) : listener_.lost(reason);
  lock.lock();
  return true;
}

void Member::do_join(Lock& lock) {
  const Generation before = membership_.begin_join();
  lock.unlock();
  std::vector<GroupProtocol> protocols = listener_.joining(before.id, before.member_id);
  lock.lock();
  not_yet_ = protocols.empty();
  membership_.offer(Clock::now(), std::move(protocols));
  disturb();
}

void Member::do_assign(Lock& lock) {
  const Membership::Question question = membership_.question();
  lock.unlock();
  auto assignments = listener_.assign(question.leader_id, question.generation.id,
                                      question.generation.protocol, question.metadata_by_member);
  lock.lock();
  membership_.answer(Clock::now(), question.generation, std::move(assignments));
  disturb();
}

void Member::do_joined(Lock& lock) {
  const Membership::Joined joined = membership_.take_joined();
  lock.unlock();
  listener_.joined(joined.generation.id, joined.generation.member_id, joined.generation.protocol,
                   joined.assignment);
  lock.lock();
}

void Member::request_rejoin(const std::string& reason) {
  const Lock lock(mutex_);
  membership_.request_rejoin(reason);
}

void Member::leave(const std::string& reason) {
  const Lock lock(mutex_);
  membership_.leave(reason);
  disturb();
}

void Member::wake() {
  const Lock lock(mutex_);
  woken_ = true;
  changed_.notify_all();
}

bool Member::in_group() const {
  const Lock lock(mutex_);
  return membership_.in_group();
}

std::string Member::member_id() const {
  const Lock lock(mutex_);
  return membership_.state() == Membership::State::kStable ? membership_.generation().member_id
                                                           : std::string();
}

int32_t Member::generation() const {
  const Lock lock(mutex_);
  return membership_.generation().id;
}

void Member::close(milliseconds timeout) {
  {
    Lock lock(mutex_);
    if (ending_) return;
    membership_.stop_joining();
    membership_.leave("the consumer is being closed");
    disturb();
    changed_.wait_for(lock, std::clamp(timeout, milliseconds(0), kLongestWait),
                      [&] { return !membership_.leaving(); });
  }
  end();
}

void Member::end() {
  {
    const Lock lock(mutex_);
    ending_ = true;
    disturb();
  }
  if (thread_.joinable()) thread_.join();
}

// ------------------------------------------------------------------ the network's thread

void Member::disturb() {
  const uint64_t one = 1;
  // Full means that it is disturbed already.
  if (::write(wake_, &one, sizeof one) < 0) return;
}

void Member::run() {
  sigset_t all;  // signals are the main thread's, and a write to a closed TLS socket gives SIGPIPE
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  pthread_setname_np(pthread_self(), "group-member");
  for (;;) {
    const TimePoint now = Clock::now();
    {
      const Lock lock(mutex_);
      if (ending_) return;
      membership_.tick(now);
    }
    move_requests(now);
    link_.serve(now);
    move_requests(now);  // what the answers called for
    changed_.notify_all();
    wait_for_sockets(now);
  }
}

void Member::move_requests(TimePoint now) {
  std::vector<Membership::Request> requests;
  std::optional<std::string> distrust;
  {
    const Lock lock(mutex_);
    requests = membership_.take_requests();
    distrust = membership_.take_distrust();
  }
  for (Membership::Request& request : requests) send(now, std::move(request));
  if (distrust) link_.distrust(*distrust, now);
}

void Member::send(TimePoint now, Membership::Request request) {
  const Generation sent = request.sent;
  const milliseconds timeout = request.timeout;
  if (auto* join = std::get_if<JoinGroupRequest>(&request.body)) {
    link_.send(
        Api::kJoinGroup, [body = std::move(*join)](int16_t v) { return encode(v, body); }, timeout,
        now,
        [this, sent](Result<Answer> answer) {
          const Lock lock(mutex_);
          membership_.on_join(Clock::now(), sent,
                              decoded<JoinGroupResponse>(answer, decode_join_group));
        });
  } else if (auto* sync = std::get_if<SyncGroupRequest>(&request.body)) {
    link_.send(
        Api::kSyncGroup, [body = std::move(*sync)](int16_t v) { return encode(v, body); }, timeout,
        now,
        [this, sent](Result<Answer> answer) {
          const Lock lock(mutex_);
          membership_.on_sync(Clock::now(), sent,
                              decoded<SyncGroupResponse>(answer, decode_sync_group));
        });
  } else if (auto* beat = std::get_if<HeartbeatRequest>(&request.body)) {
    link_.send(
        Api::kHeartbeat, [body = std::move(*beat)](int16_t v) { return encode(v, body); }, timeout,
        now,
        [this, sent](Result<Answer> answer) {
          const Lock lock(mutex_);
          membership_.on_heartbeat(Clock::now(), sent, decoded<int16_t>(answer, decode_heartbeat));
        });
  } else if (auto* leave = std::get_if<LeaveGroupRequest>(&request.body)) {
    link_.send(
        Api::kLeaveGroup, [body = std::move(*leave)](int16_t v) { return encode(v, body); },
        timeout, now,
        [this](Result<Answer> answer) {
          const Lock lock(mutex_);
          membership_.on_leave(Clock::now(), decoded<int16_t>(answer, decode_leave_group));
          changed_.notify_all();
        });
  }
}

void Member::wait_for_sockets(TimePoint now) {
  TimePoint next = std::min(link_.next_time(), now + kLongestWait);
  {
    const Lock lock(mutex_);
    next = std::min(next, membership_.next_tick());
  }
  std::vector<pollfd> sockets{{wake_, POLLIN, 0}};
  for (const Connection* connection : link_.connections())
    sockets.push_back({connection->descriptor(), connection->events(), 0});
  const auto left = std::chrono::ceil<milliseconds>(next - Clock::now()).count();
  ::poll(sockets.data(), sockets.size(), static_cast<int>(std::max<int64_t>(left, 0)));
  uint64_t count = 0;
  if ((sockets[0].revents & POLLIN) != 0 && ::read(wake_, &count, sizeof count) < 0) return;
}

}  // namespace millrace::kafka::wire

namespace millrace::kafka {

Result<std::unique_ptr<GroupMember>> make_group_member(GroupMemberOptions options,
                                                       GroupMemberListener& listener) {
  auto settings = wire::read_wire_settings(options.client);
  if (!settings) return fail(std::move(settings).error());
  if (!options.client_id.empty()) settings->client_id = options.client_id;
  wire::TlsContext tls;
  if (settings->security.tls) {
    auto made = wire::make_tls_context(settings->security.tls_settings);
    if (!made) return fail(std::move(made).error());
    tls = std::move(*made);
  }
  return std::make_unique<wire::Member>(std::move(options), std::move(*settings), std::move(tls),
                                        listener);
}

}  // namespace millrace::kafka
