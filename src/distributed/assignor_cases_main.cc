// Plays histories of a group, a line each, through the assignors and prints what every member is
// told: for tests/assignor, which plays the same through Java's.
//
//   PROTOCOL MAX_DELAY ROUND...     separated by tabs; PROTOCOL 0, 1 or 2
//   ROUND: CLOCK_MS|FLAGS|CONNECTOR:TASKS,...|MEMBER,...
//
// Names are hexadecimal. FLAGS: f: the assignments of this round reach nobody; m: the leader's last
// completed generation is another one; c: a member claims the first connector and its first task,
// whoever has them; xMEMBER: its assignment does not reach this member.

#include <cstdio>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "distributed/eager_assignor.h"
#include "distributed/incremental_cooperative_assignor.h"
#include "testing/case_lines.h"

namespace millrace::distributed {
namespace {

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::stringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

using testing::from_hex;
using testing::hex_of;

class History {
 public:
  History(ConnectProtocol protocol, int max_delay) : protocol_(protocol) {
    if (protocol == ConnectProtocol::kEager)
      assignor_ = std::make_unique<EagerAssignor>();
    else
      assignor_ =
          std::make_unique<IncrementalCooperativeAssignor>(std::chrono::milliseconds(max_delay));
  }

  void play(const std::string& text) {
    std::vector<std::string> fields = split(text, '|');
    fields.resize(4);
    const std::string& flags = fields[1];
    storage::ClusterState state;
    for (const std::string& each : split(fields[2], ',')) {
      const size_t colon = each.find(':');
      auto& connector = state.connectors[from_hex(each.substr(0, colon))].edit();
      connector.task_count = std::stoi(each.substr(colon + 1));
    }
    state.offset = ++offset_;
    std::map<std::string, Assignment> held;
    AssignmentRound round;
    for (const std::string& name : split(fields[3], ',')) {
      const std::string member = from_hex(name);
      MemberMetadata metadata;
      metadata.version = static_cast<int16_t>(protocol_);
      metadata.url = "http://" + member + "/";
      metadata.config_offset = offset_;
      if (auto holds = held_.find(member); holds != held_.end()) {
        held.insert(*holds);
        metadata.allocation = holds->second;
      }
      if (flags.find('c') != std::string::npos && round.members.empty())
        claim(metadata.allocation, state);
      auto sent = decode_metadata(encode(metadata));
      round.members.emplace(member, *sent);
    }
    held_ = std::move(held);
    round.leader = round.members.begin()->first;
    round.protocol = protocol_;
    round.generation = ++generation_;
    round.last_completed_generation = generation_ - 1;
    if (flags.find('m') != std::string::npos) round.last_completed_generation = -2;
    round.now_ms = std::stoll(fields[0]);
    for (const auto& [member, assignment] : assignor_->assign(round, state, state.offset)) {
      const std::string bytes = encode(assignment);
      std::putchar(' ');
      std::fputs(hex_of(bytes).c_str(), stdout);
      if (flags.find('f') != std::string::npos ||
          flags.find("x" + hex(member)) != std::string::npos)
        continue;
      take(member, round.members.at(member), *decode_assignment(bytes));
    }
  }

 private:
  static std::string hex(const std::string& bytes) {
    std::string text;
    for (const char byte : bytes) {
      char digits[3];
      std::snprintf(digits, sizeof digits, "%02x", static_cast<uint8_t>(byte));
      text += digits;
    }
    return text;
  }

  static void claim(std::optional<Assignment>& held, const storage::ClusterState& state) {
    if (state.connectors.empty() || !held) return;
    const auto& [name, connector] = *state.connectors.begin();
    held->assigned.connectors.push_back(name);
    if (connector->task_count > 0) held->assigned.tasks.push_back({name, 0});
  }

  void take(const std::string& member, const MemberMetadata& metadata, Assignment got) {
    if (protocol_ != ConnectProtocol::kEager && metadata.allocation) {
      Load all = metadata.allocation->assigned;
      std::erase_if(all.connectors, [&](const std::string& c) {
        return std::find(got.revoked.connectors.begin(), got.revoked.connectors.end(), c) !=
               got.revoked.connectors.end();
      });
      std::erase_if(all.tasks, [&](const TaskId& t) {
        return std::find(got.revoked.tasks.begin(), got.revoked.tasks.end(), t) !=
               got.revoked.tasks.end();
      });
      for (const std::string& c : got.assigned.connectors)
        if (std::find(all.connectors.begin(), all.connectors.end(), c) == all.connectors.end())
          all.connectors.push_back(c);
      for (const TaskId& t : got.assigned.tasks)
        if (std::find(all.tasks.begin(), all.tasks.end(), t) == all.tasks.end())
          all.tasks.push_back(t);
      got.assigned = std::move(all);
    }
    got.revoked = {};
    held_[member] = std::move(got);
  }

  const ConnectProtocol protocol_;
  std::unique_ptr<Assignor> assignor_;
  std::map<std::string, Assignment> held_;
  int32_t generation_ = 0;
  int64_t offset_ = 0;
};

void play_line(const std::string& line) {
  const std::vector<std::string> fields = split(line, '\t');
  History history(static_cast<ConnectProtocol>(std::stoi(fields[0])), std::stoi(fields[1]));
  std::printf("OK");
  for (size_t i = 2; i < fields.size(); ++i) {
    std::printf(" /");
    history.play(fields[i]);
  }
  std::putchar('\n');
}

}  // namespace
}  // namespace millrace::distributed

int main() {
  for (std::string line; std::getline(std::cin, line);) millrace::distributed::play_line(line);
}
