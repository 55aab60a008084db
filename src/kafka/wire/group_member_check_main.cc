// group_member_check NAME BOOTSTRAP GROUP [key=value ...]: a member of a group, for the system
// tests. Offers the protocol "check" with NAME as its metadata; as the leader gives each member the
// names of all. Prints what happens, one line each; obeys lines on standard input: rejoin, leave,
// stall MILLISECONDS (no poll for so long), close. session=, rebalance=, heartbeat= are in
// milliseconds; other keys are Java client properties.

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "base/log.h"
#include "kafka/wire/factory.h"

using namespace millrace;
using namespace millrace::kafka;
using std::chrono::milliseconds;

namespace {

void say(const std::string& line) {
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

struct Listener : GroupMemberListener {
  explicit Listener(std::string own_name) : name(std::move(own_name)) {}
  std::vector<GroupProtocol> joining(int32_t generation, const std::string& id) override {
    say("joining " + std::to_string(generation) + " " + (id.empty() ? "-" : id));
    return {{"check", name}, {"other", name}};
  }
  Result<std::map<std::string, std::string>> assign(
      const std::string&, int32_t generation, const std::string& protocol,
      const std::map<std::string, std::string>& metadata) override {
    std::vector<std::string> names;
    for (const auto& [id, member] : metadata) names.push_back(member);
    std::sort(names.begin(), names.end());
    std::string all;
    for (const std::string& one : names) all += (all.empty() ? "" : ",") + one;
    say("assign " + std::to_string(generation) + " " + protocol + " " + all);
    std::map<std::string, std::string> assignments;
    for (const auto& [id, member] : metadata) assignments[id] = all;
    return assignments;
  }
  void joined(int32_t generation, const std::string& id, const std::string& protocol,
              std::string_view assignment) override {
    say("joined " + std::to_string(generation) + " " + id + " " + protocol + " " +
        std::string(assignment));
  }
  void lost(const std::string& reason) override { say("lost " + reason); }
  void expelled(const std::string& reason) override { say("expelled " + reason); }
  std::string name;
};

// The next line of standard input, if there is one; "close" at its end.
std::string command() {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  if (poll(&input, 1, 0) <= 0) return {};
  std::string line;
  for (char c = 0;;) {
    if (read(STDIN_FILENO, &c, 1) != 1) return "close";
    if (c == '\n') return line;
    line.push_back(c);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: group_member_check NAME BOOTSTRAP GROUP [key=value ...]\n");
    return 2;
  }
  GroupMemberOptions options;
  options.client = {{"bootstrap.servers", argv[2]}};
  options.client_id = std::string("check-") + argv[1];
  options.group_id = argv[3];
  options.protocol_type = "connect";
  options.log_context = std::string("[") + argv[1] + "] ";
  for (int i = 4; i < argc; ++i) {
    const std::string pair = argv[i];
    const std::string key = pair.substr(0, pair.find('=')), value = pair.substr(key.size() + 1);
    if (key == "session")
      options.session_timeout = milliseconds(std::stol(value));
    else if (key == "rebalance")
      options.rebalance_timeout = milliseconds(std::stol(value));
    else if (key == "heartbeat")
      options.heartbeat_interval = milliseconds(std::stol(value));
    else
      options.client[key] = value;
  }
  logging::set_level("root", LogLevel::kDebug);
  Listener listener(argv[1]);
  auto member = make_group_member(options, listener);
  if (!member) {
    say("refused " + member.error().describe());
    return 1;
  }
  for (;;) {
    if (auto polled = (*member)->poll(milliseconds(50)); !polled)
      say("failed " + polled.error().trace());
    const std::string line = command();
    if (line == "rejoin") (*member)->request_rejoin("told to");
    if (line == "leave") (*member)->leave("told to");
    if (line.starts_with("stall "))
      std::this_thread::sleep_for(milliseconds(std::stol(line.substr(6))));
    if (line == "close") break;
  }
  (*member)->close(milliseconds(5000));
  say("closed");
}
