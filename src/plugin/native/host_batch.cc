// Batches: keeping those that were lent, building new ones.

#include "plugin/native/builder.h"
#include "plugin/native/contexts.h"
#include "plugin/native/errors.h"
#include "plugin/native/guard.h"
#include "plugin/native/host_table.h"
#include "plugin/native/lent_batch.h"

namespace millrace::plugin::native {
namespace {

const millrace_batch* batch_retain(const millrace_batch* batch) {
  LentBatch::from(batch)->retain();
  return batch;
}
void batch_release(const millrace_batch* batch) { LentBatch::from(batch)->release(); }

void* builder_alloc(millrace_builder* builder, size_t bytes) { return builder->allocate(bytes); }

millrace_code builder_append(millrace_builder* builder, const millrace_record* record,
                             millrace_error* error) {
  std::string problem;  // allocates nothing as long as it is empty
  if (builder->append(*record, problem)) return MILLRACE_OK;
  return set_error(error, MILLRACE_BAD_DATA, problem);
}

uint32_t builder_count(const millrace_builder* builder) { return builder->count(); }
int32_t builder_full(const millrace_builder* builder) { return builder->full(); }

void builder_adopt(millrace_builder* builder, void (*release)(void*), void* argument) {
  builder->adopt(release, argument);
}

millrace_builder* builder_create(millrace_context context) {
  const auto target = find_context(context);
  if (target == nullptr) return nullptr;
  auto* builder = new millrace_builder;
  builder->allow_transactions(target->common->defines_transactions());
  return builder;
}
void builder_merge(millrace_builder* into, millrace_builder* from) { into->merge(*from); }
void builder_destroy(millrace_builder* builder) { delete builder; }

millrace_code transaction_commit(millrace_builder* builder, uint32_t record) {
  return builder->mark_transaction(record, false) ? MILLRACE_OK : MILLRACE_FATAL;
}
millrace_code transaction_abort(millrace_builder* builder, uint32_t record) {
  return builder->mark_transaction(record, true) ? MILLRACE_OK : MILLRACE_FATAL;
}

}  // namespace

void fill_batch_functions(millrace_host& host) {
  host.batch_retain = guard<&batch_retain>;
  host.batch_release = guard<&batch_release>;
  host.builder_alloc = guard<&builder_alloc>;
  host.builder_append = guard<&builder_append>;
  host.builder_count = guard<&builder_count>;
  host.builder_full = guard<&builder_full, 1>;
  host.builder_adopt = guard<&builder_adopt>;
  host.builder_create = guard<&builder_create>;
  host.builder_merge = guard<&builder_merge>;
  host.builder_destroy = guard<&builder_destroy>;
  host.transaction_commit = guard<&transaction_commit>;
  host.transaction_abort = guard<&transaction_abort>;
}

}  // namespace millrace::plugin::native
