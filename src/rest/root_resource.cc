#include "rest/json_views.h"
#include "rest/resources.h"

namespace millrace::rest {
namespace {

Answer health(ResourceContext& context) {
  auto deadline = std::chrono::steady_clock::now() + context.options.health_timeout;
  auto checked = context.herder.health_check(deadline);
  if (checked) {
    return json_response(worker_status_json(
        "healthy", "Worker has completed startup and is ready to handle requests."));
  }
  if (checked.error().kind() != ErrorKind::timed_out) return refuse(checked.error());
  // The herder's message is "Request timed out" and, where it knows, what it is busy with.
  std::string detail = checked.error().message();
  static constexpr std::string_view kPrefix = "Request timed out";
  if (detail.starts_with(kPrefix)) detail.erase(0, kPrefix.size());
  if (detail.starts_with(".")) detail.erase(0, 1);
  if (!detail.empty() && detail.front() != ' ') detail.insert(0, " ");
  if (!context.herder.ready()) {
    return json_response(worker_status_json("starting", "Worker is still starting up." + detail),
                         503);
  }
  return json_response(
      worker_status_json("unhealthy",
                         "Worker was unable to handle this request and may be unable to handle "
                         "other requests." +
                             detail),
      500);
}

}  // namespace

void add_root_resource(Router& router, ResourceContext& context) {
  router.add({.method = "GET",
              .pattern = "/",
              .summary = "Version of this worker and the Kafka cluster that it works with",
              .handler = [&context](Call&) -> Answer {
                return json_response(server_info_json(kafka_version(), build_commit(),
                                                      context.herder.kafka_cluster_id()));
              },
              .consumes_json = false});
  router.add({.method = "GET",
              .pattern = "/health",
              .summary = "Whether the worker is up and able to handle requests",
              .handler = [&context](Call&) { return health(context); },
              .consumes_json = false});
}

}  // namespace millrace::rest
