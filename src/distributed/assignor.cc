#include "distributed/assignor.h"

namespace millrace::distributed {

std::map<std::string, Assignment> empty_assignments(const AssignmentRound& round, int64_t offset) {
  Assignment assignment;
  assignment.version = static_cast<int16_t>(round.protocol);
  assignment.leader = round.leader;
  if (auto leader = round.members.find(round.leader); leader != round.members.end())
    assignment.leader_url = leader->second.url;
  assignment.config_offset = offset;
  std::map<std::string, Assignment> assignments;
  for (const auto& [member, metadata] : round.members) assignments.emplace(member, assignment);
  return assignments;
}

}  // namespace millrace::distributed
