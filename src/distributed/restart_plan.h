#pragma once
// What a request to restart a connector means, given the states that its parts are in.
// org.apache.kafka.connect.runtime.RestartPlan.

#include "herder/herder.h"
#include "storage/cluster_state.h"
#include "storage/status_store.h"

namespace millrace::distributed {

// `status`, in which RESTARTING is what will be restarted.
herder::ConnectorStatus restart_plan(herder::ConnectorStatus status,
                                     const storage::RestartRequest& request);

herder::ConnectorStatus::Part status_part(const storage::StoredStatus& stored);

}  // namespace millrace::distributed
