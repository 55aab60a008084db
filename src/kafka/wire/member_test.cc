// A member over real sockets, at a broker of ours that says what the test wants.
#include "kafka/wire/member.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>

#include "kafka/wire/factory.h"
#include "kafka/wire/reader.h"
#include "kafka/wire/writer.h"

namespace millrace::kafka::wire {
namespace {

using std::chrono::milliseconds;

// One connection after the other, each on its own thread. The answer to a request is its body;
// nullopt ends the connection.
class FakeBroker {
 public:
  using Answering = std::function<std::optional<std::string>(Api, int16_t version)>;

  explicit FakeBroker(Answering answering) : answering_(std::move(answering)) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(listener_, 16), 0);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port = ntohs(address.sin_port);
    accepting_ = std::thread([this] { accept_all(); });
  }
  ~FakeBroker() {
    shutdown(listener_, SHUT_RDWR);
    accepting_.join();
    for (std::thread& one : serving_) one.join();  // the member has closed its ends
    close(listener_);
  }

  std::string bootstrap() const { return "127.0.0.1:" + std::to_string(port); }
  // FindCoordinator's answer in version 0: this broker.
  std::string itself() const {
    Writer out;
    out.int16(0);
    out.int32(1);
    out.string("127.0.0.1");
    out.int32(port);
    return out.take();
  }

  uint16_t port = 0;

 private:
  void accept_all() {
    for (int peer = 0; (peer = accept(listener_, nullptr, nullptr)) >= 0;)
      serving_.emplace_back([this, peer] {
        while (serve_one(peer)) {
        }
        close(peer);
      });
  }
  bool serve_one(int peer) {
    std::string size = read_all(peer, 4);
    if (size.size() < 4) return false;
    const std::string request = read_all(peer, static_cast<size_t>(Reader(size).int32()));
    Reader in(request);
    const auto api = static_cast<Api>(in.int16());
    const int16_t version = in.int16();
    const int32_t correlation = in.int32();
    const auto body = answering_(api, version);
    if (!body) return false;
    Writer out;
    out.int32(static_cast<int32_t>(4 + body->size()));
    out.int32(correlation);
    const std::string answer = out.take() + *body;
    return send(peer, answer.data(), answer.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(answer.size());
  }
  static std::string read_all(int peer, size_t size) {
    std::string out(size, '\0');
    for (size_t at = 0; at < size;) {
      const ssize_t got = recv(peer, out.data() + at, size - at, 0);
      if (got <= 0) return {};
      at += static_cast<size_t>(got);
    }
    return out;
  }

  Answering answering_;
  int listener_;
  std::thread accepting_;
  std::vector<std::thread> serving_;
};

struct Listener : GroupMemberListener {
  std::vector<GroupProtocol> joining(int32_t, const std::string&) override {
    return {{"sessioned", "meta"}};
  }
  Result<std::map<std::string, std::string>> assign(
      const std::string&, int32_t, const std::string&,
      const std::map<std::string, std::string>& metadata) override {
    members = metadata;
    return std::map<std::string, std::string>{{"m", "work"}};
  }
  void joined(int32_t generation, const std::string& id, const std::string& protocol,
              std::string_view bytes) override {
    in = std::to_string(generation) + " " + id + " " + protocol + " " + std::string(bytes);
  }
  void lost(const std::string&) override {}
  std::map<std::string, std::string> members;
  std::string in;
};

std::string versions(std::vector<std::pair<Api, VersionRange>> ranges, int16_t error = 0) {
  Writer out;
  out.int16(error);
  out.array(ranges.size());
  for (const auto& [api, range] : ranges) {
    out.int16(static_cast<int16_t>(api));
    out.int16(range.least);
    out.int16(range.most);
  }
  return out.take();
}

// A broker of long ago: each request in its first version.
std::optional<std::string> oldest(const FakeBroker& broker, Api api, int16_t version) {
  Writer out;
  switch (api) {
    case Api::kApiVersions:
      if (version > 0) return versions({{Api::kApiVersions, {0, 0}}}, 35);
      return versions({{Api::kFindCoordinator, {0, 0}},
                       {Api::kJoinGroup, {0, 0}},
                       {Api::kSyncGroup, {0, 0}},
                       {Api::kHeartbeat, {0, 0}},
                       {Api::kLeaveGroup, {0, 0}}});
    case Api::kFindCoordinator: return broker.itself();
    case Api::kJoinGroup:
      out.int16(0);
      out.int32(5);
      for (const char* text : {"sessioned", "m", "m"}) out.string(text);
      out.array(1);
      out.string("m");
      out.bytes("meta");
      return out.take();
    case Api::kSyncGroup:
      out.int16(0);
      out.bytes("work");
      return out.take();
    case Api::kHeartbeat:
    case Api::kLeaveGroup: out.int16(0); return out.take();
    default: return std::nullopt;
  }
}

class MemberTest : public ::testing::Test {
 protected:
  std::unique_ptr<GroupMember> member_at(const std::string& bootstrap) {
    GroupMemberOptions options;
    options.client = {
        {"bootstrap.servers", bootstrap}, {"reconnect.backoff.ms", "5"}, {"retry.backoff.ms", "5"}};
    options.group_id = "grp";
    options.protocol_type = "connect";
    auto made = make_group_member(std::move(options), listener);
    EXPECT_TRUE(made) << made.error().describe();
    return std::move(*made);
  }
  // Polls until it is so; an endless wait is the test runner's to end.
  template <typename Condition>
  void poll_until(GroupMember& member, Condition condition) {
    while (!condition()) EXPECT_TRUE(member.poll(milliseconds(20)));
  }
  Listener listener;
};

TEST_F(MemberTest, SpeaksTheFirstVersions) {
  std::atomic<FakeBroker*> self{nullptr};
  std::atomic<int> goodbyes{0};
  FakeBroker broker([&](Api api, int16_t version) -> std::optional<std::string> {
    while (self == nullptr) std::this_thread::yield();
    if (api == Api::kLeaveGroup) ++goodbyes;
    return oldest(*self, api, version);
  });
  self = &broker;
  auto member = member_at(broker.bootstrap());
  poll_until(*member, [&] { return !listener.in.empty(); });
  EXPECT_EQ(listener.in, "5 m sessioned work");
  EXPECT_EQ(listener.members, (std::map<std::string, std::string>{{"m", "meta"}}));
  EXPECT_TRUE(member->in_group());
  EXPECT_EQ(member->member_id(), "m");
  EXPECT_EQ(member->generation(), 5);
  member->close(milliseconds(10000));
  EXPECT_EQ(goodbyes, 1);
}

TEST_F(MemberTest, OutlivesWhateverABrokerSays) {
  std::atomic<FakeBroker*> self{nullptr};
  std::atomic<int> asked{0};
  FakeBroker broker([&](Api api, int16_t version) -> std::optional<std::string> {
    while (self == nullptr) std::this_thread::yield();
    switch (asked++) {
      case 0: return std::nullopt;             // hangs up
      case 1: return std::string("\x00", 1);   // too short
      case 2: return std::string(64, '\xFF');  // nonsense
      case 3: return versions({}, 35);         // knows no version at all
      case 4: return std::string(2, '\0') + std::string("\x7F\xFF\xFF\xFF", 4);  // a huge array
      default: return oldest(*self, api, version);
    }
  });
  self = &broker;
  auto member = member_at(broker.bootstrap());
  while (listener.in.empty()) (void)member->poll(milliseconds(20));  // some of it is an error
  EXPECT_EQ(listener.in, "5 m sessioned work");
  member->close(milliseconds(10000));
}

TEST_F(MemberTest, ABrokerThatIsTooOldIsAnError) {
  FakeBroker broker([](Api, int16_t version) -> std::optional<std::string> {
    if (version > 0) return versions({{Api::kApiVersions, {0, 0}}}, 35);
    return versions({{Api::kFindCoordinator, {9, 9}}, {Api::kApiVersions, {0, 0}}});
  });
  auto member = member_at(broker.bootstrap());
  Result<void> polled;
  while (polled) polled = member->poll(milliseconds(20));
  EXPECT_EQ(polled.error().exception_class(),
            "org.apache.kafka.common.errors.UnsupportedVersionException");
  member.reset();
}

TEST_F(MemberTest, AWakeIsNotLostAndNobodyIsWaitedForWithoutABroker) {
  int port = 0;
  {
    FakeBroker gone([](Api, int16_t) { return std::nullopt; });
    port = gone.port;
  }
  auto member = member_at("127.0.0.1:" + std::to_string(port));
  member->wake();
  EXPECT_TRUE(member->poll(std::chrono::hours(1)));  // at once
  std::thread waker([&] { member->wake(); });
  EXPECT_TRUE(member->poll(std::chrono::hours(1)));
  waker.join();
  EXPECT_FALSE(member->in_group());
  EXPECT_EQ(member->generation(), -1);
  member->close(milliseconds(60000));  // there is nobody to say goodbye to
  member->close(milliseconds(60000));
}

}  // namespace
}  // namespace millrace::kafka::wire
