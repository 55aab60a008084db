#pragma once
// Reading the tables of a plug-in, which may be shorter or longer than those we know.

#include <algorithm>
#include <cstring>
#include <string>

#include "base/result.h"
#include "config/config_def.h"
#include "millrace/abi.h"

namespace millrace::plugin::native {

// The table in the size that we know: what the plug-in does not have is zero.
template <typename Table>
Table full_table(const Table* given) {
  Table table{};
  std::memcpy(&table, given, std::min<size_t>(given->size, sizeof(Table)));
  return table;
}

// A required function of a table; an error names the one that is missing.
struct RequiredMember {
  const char* name;
  bool present;
};
template <typename Table>
Result<void> require(const std::string& subject, const char* table_name, const Table& table,
                     std::initializer_list<RequiredMember> members) {
  for (const RequiredMember& member : members) {
    if (member.present) continue;
    return fail(ErrorKind::bad_config, subject + ": " + table_name + "::" + member.name +
                                           " is required but missing (the table says that it has " +
                                           std::to_string(table.size) +
                                           " bytes, this worker knows " +
                                           std::to_string(sizeof(Table)) + ")");
  }
  return {};
}

// The definition that a plug-in's keys describe.
Result<config::ConfigDef> to_config_def(const std::string& class_name,
                                        const millrace_connector& connector);

}  // namespace millrace::plugin::native
