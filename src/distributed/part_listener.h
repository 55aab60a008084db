#pragma once
// PartListener: hears what the herder of a cluster decides about connectors and tasks that run
// here, or have failed here: for those who would restart what failed.

#include <string>

#include "distributed/connect_protocol.h"
#include "runtime/task.h"

namespace millrace::distributed {

// Called on the herder's thread; must not block.
class PartListener {
 public:
  virtual ~PartListener() = default;
  // The connector and its tasks that are here are to reach this state.
  virtual void target_applied(const std::string& connector, runtime::TargetState target) = 0;
  // They are stopped, and not started again as they were: others have them, or nobody, or their
  // configuration is another one.
  virtual void withdrawn(const Load& load) = 0;
  // A user has asked for it.
  virtual void restarting(const Load& load) = 0;
};

}  // namespace millrace::distributed
