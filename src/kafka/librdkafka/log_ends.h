#pragma once
// Where what was written to a log ends, so that a reader knows when it has read it.

#include <cstdint>
#include <map>

namespace millrace::kafka {

using LogEnds = std::map<int32_t, int64_t>;  // next offset by partition; not written to: absent

}  // namespace millrace::kafka
