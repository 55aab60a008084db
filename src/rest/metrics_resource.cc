#include "base/metrics.h"
#include "base/process_metrics.h"
#include "rest/resources.h"

namespace millrace::rest {

void add_metrics_resource(Router& router, ResourceContext& context) {
  router.add({.method = "GET",
              .pattern = "/metrics",
              .summary = "All metrics in the Prometheus text form",
              .handler = [&context](Call&) -> Answer {
                return HttpResponse{200,
                                    "text/plain; version=0.0.4; charset=utf-8",
                                    context.metrics.prometheus() + process_metrics_prometheus(),
                                    {}};
              },
              .produces = "",  // whatever a scraper says that it accepts
              .consumes_json = false});
}

}  // namespace millrace::rest
