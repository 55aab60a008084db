#pragma once
// What a connector's status and its automatic restarts have to do with each other.

#include "herder/automatic_restart.h"
#include "herder/herder.h"

namespace millrace::herder {

// The trace of what is FAILED says in its last line what will be done about it.
void add_restart_notices(const AutomaticRestart& restarts, ConnectorStatus& status);

// Whether a restart that was planned is still called for.
bool is_failed(const ConnectorStatus& status, const AutomaticRestart::Part& part);

}  // namespace millrace::herder
