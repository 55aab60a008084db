#include "config/key_table.h"

namespace millrace::config {
namespace {

template <typename Row>
ConfigKey common_part(const Row& row) {
  ConfigKey key;
  key.name = row.name;
  key.type = row.type;
  key.required = row.default_value.required;
  if (row.default_value.text != nullptr) key.default_value = row.default_value.text;
  key.importance = row.importance;
  key.documentation = row.documentation;
  key.display_name = row.name;
  key.validator = row.validator;
  key.valid_values = row.valid_values;
  return key;
}

}  // namespace

ConfigKey make_key(const WorkerRow& row) { return common_part(row); }

ConfigKey make_key(const ConnectorRow& row) {
  ConfigKey key = common_part(row);
  key.group = row.group;
  key.order = row.order;
  key.width = row.width;
  key.display_name = row.display_name;
  return key;
}

}  // namespace millrace::config
