#pragma once
// Group members over a connection of our own. See docs/decisions/group-client.md.

#include <memory>

#include "kafka/group_member.h"

namespace millrace::kafka {

// Checks the properties, reads key and trust stores and starts the member's thread, which connects
// at once; poll() joins. An error lists all that is wrong with the properties, one to a line, never
// with a password. The listener outlives the member.
Result<std::unique_ptr<GroupMember>> make_group_member(GroupMemberOptions options,
                                                       GroupMemberListener& listener);

}  // namespace millrace::kafka
