#pragma once
// The functions that the worker offers to every plug-in: struct millrace_host.

#include "millrace/abi.h"

namespace millrace::plugin::native {

// One table for the whole process; immutable.
const millrace_host* host_table();

// Parts of the table, by subject; each fills in its own members.
void fill_schema_functions(millrace_host& host);
void fill_batch_functions(millrace_host& host);
void fill_context_functions(millrace_host& host);

}  // namespace millrace::plugin::native
