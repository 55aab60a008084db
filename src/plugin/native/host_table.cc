#include "plugin/native/host_table.h"

#include "plugin/native/config.h"
#include "plugin/native/errors.h"
#include "plugin/native/guard.h"

namespace millrace::plugin::native {
namespace {

millrace_code fail_call(millrace_error* error, millrace_code code, millrace_text message) {
  // A failure must not look like a success.
  if (code == MILLRACE_OK) code = MILLRACE_FATAL;
  return set_error(error, code, view(message));
}

millrace_text config_get(const millrace_config* config, millrace_text key) {
  const std::string* value = config->find(view(key));
  return value == nullptr ? millrace_text{nullptr, 0} : text(*value);
}

uint32_t config_count(const millrace_config* config) {
  return static_cast<uint32_t>(config->count());
}

millrace_text config_key(const millrace_config* config, uint32_t index) {
  return index < config->count() ? text(config->key(index)) : millrace_text{nullptr, 0};
}

void emit_config(millrace_emitter* emitter, const millrace_text* pairs, size_t pair_count) {
  config::Properties& properties = emitter->configs.emplace_back();
  for (size_t i = 0; i < pair_count; ++i)
    properties[std::string(view(pairs[2 * i]))] = view(pairs[2 * i + 1]);
}

void emit_problem(millrace_emitter* emitter, millrace_text key, millrace_text message) {
  if (emitter->values != nullptr) emitter->value(view(key)).errors.emplace_back(view(message));
}

void emit_recommended(millrace_emitter* emitter, millrace_text key, millrace_text value) {
  if (emitter->values != nullptr)
    emitter->value(view(key)).recommended_values.emplace_back(view(value));
}

void emit_visible(millrace_emitter* emitter, millrace_text key, int32_t visible) {
  if (emitter->values != nullptr) emitter->value(view(key)).visible = visible != 0;
}

millrace_host make_table() {
  millrace_host host{};
  host.size = sizeof(millrace_host);
  host.minor = MILLRACE_ABI_MINOR;
  host.fail = guard<&fail_call>;
  host.config_get = guard<&config_get>;
  host.config_count = guard<&config_count>;
  host.config_key = guard<&config_key>;
  host.emit_config = guard<&emit_config>;
  host.emit_problem = guard<&emit_problem>;
  host.emit_recommended = guard<&emit_recommended>;
  host.emit_visible = guard<&emit_visible>;
  fill_schema_functions(host);
  fill_batch_functions(host);
  fill_context_functions(host);
  return host;
}

}  // namespace

const millrace_host* host_table() {
  static const auto* table = new millrace_host(make_table());
  return table;
}

}  // namespace millrace::plugin::native
