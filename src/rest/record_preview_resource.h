#pragma once
// POST /connectors/validate-records: see docs/operations.md, "Dry run".

#include <string>

#include "herder/record_preview.h"

namespace millrace::rest {

struct ResourceContext;
class Router;

// After the resource of /connectors/{connector}: a connector that has this very name is still
// reached by all other methods.
void add_record_preview_resource(Router& router, ResourceContext& context);

std::string record_previews_json(const herder::RecordPreviews& previews);

}  // namespace millrace::rest
