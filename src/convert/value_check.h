#pragma once
// org.apache.kafka.connect.data.ConnectSchema.validateValue: whether a value may stand under a
// schema, with Java's messages.

#include <string>

#include "base/result.h"
#include "data/cell.h"
#include "data/schema.h"

namespace millrace::convert {

// location: `value`, or `field: "name"`.
Result<void> validate_value(const data::Schema& schema, const data::Cell& value,
                            const std::string& location);

// "class java.lang.String": Object.getClass() as text.
std::string class_text(const data::Cell& value);

}  // namespace millrace::convert
