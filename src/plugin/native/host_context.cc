// What a plug-in asks of the connector or task that it runs as. A context that has ended is refused
// with MILLRACE_CANCELLED.

#include <algorithm>
#include <chrono>

#include "plugin/native/builder.h"
#include "plugin/native/contexts.h"
#include "plugin/native/errors.h"
#include "plugin/native/guard.h"
#include "plugin/native/host_table.h"
#include "plugin/native/lent_batch.h"
#include "plugin/native/positions.h"

namespace millrace::plugin::native {
namespace {

using Target = std::shared_ptr<const ContextTarget>;

void log(millrace_context context, int32_t level, millrace_text message) {
  Target target = find_context(context);
  if (!target) return;
  target->log.log(static_cast<LogLevel>(std::clamp(level, 0, 4)), "{}", view(message));
}

int32_t log_enabled(millrace_context context, int32_t level) {
  Target target = find_context(context);
  return target && target->log.enabled(static_cast<LogLevel>(std::clamp(level, 0, 4)));
}

void count(millrace_context context, millrace_text metric, double delta) {
  Target target = find_context(context);
  if (target) target->common->count(view(metric), delta);
}

millrace_code request_task_reconfiguration(millrace_context context) {
  Target target = find_context(context);
  if (!target) return MILLRACE_CANCELLED;
  if (target->connector == nullptr) return MILLRACE_FATAL;
  target->connector->request_task_reconfiguration();
  return MILLRACE_OK;
}

millrace_code raise_error(millrace_context context, millrace_text message) {
  Target target = find_context(context);
  if (!target) return MILLRACE_CANCELLED;
  if (target->connector == nullptr) return MILLRACE_FATAL;
  target->connector->raise_error(Error(ErrorKind::fatal, std::string(view(message))));
  return MILLRACE_OK;
}

millrace_code read_offsets(millrace_context context, const millrace_cell* partitions,
                           size_t partition_count,
                           void (*found)(void*, size_t, const millrace_cell*), void* argument,
                           millrace_error* error) {
  Target target = find_context(context);
  if (!target) return set_error(error, MILLRACE_CANCELLED, "the task has ended");
  Result<void> read = target->common->read_offsets(
      {partitions, partition_count}, [&](size_t index, const data::Cell& offset) {
        found(argument, index, data::is_null(offset) ? nullptr : &offset);
      });
  return read ? MILLRACE_OK : set_error(error, read.error());
}

// Finds a sink task's context and calls `use` with it.
template <typename Use>
millrace_code with_sink(millrace_context context, Use&& use) {
  Target target = find_context(context);
  if (!target) return MILLRACE_CANCELLED;
  if (target->sink == nullptr) return MILLRACE_FATAL;
  return use(*target->sink);
}

millrace_code rewind(millrace_context context, const millrace_position* positions,
                     size_t position_count, size_t stride) {
  return with_sink(context, [&](SinkTaskContext& sink) {
    sink.rewind(to_offsets(positions, position_count, stride));
    return MILLRACE_OK;
  });
}

millrace_code retry_after(millrace_context context, int64_t milliseconds) {
  return with_sink(context, [&](SinkTaskContext& sink) {
    sink.retry_after(std::chrono::milliseconds(milliseconds));
    return MILLRACE_OK;
  });
}

millrace_code pause(millrace_context context, const millrace_position* positions,
                    size_t position_count, size_t stride, millrace_error* error) {
  return with_sink(context, [&](SinkTaskContext& sink) {
    Result<void> done = sink.pause(to_partitions(positions, position_count, stride));
    return done ? MILLRACE_OK : set_error(error, done.error());
  });
}

millrace_code resume(millrace_context context, const millrace_position* positions,
                     size_t position_count, size_t stride, millrace_error* error) {
  return with_sink(context, [&](SinkTaskContext& sink) {
    Result<void> done = sink.resume(to_partitions(positions, position_count, stride));
    return done ? MILLRACE_OK : set_error(error, done.error());
  });
}

millrace_code request_commit(millrace_context context) {
  return with_sink(context, [](SinkTaskContext& sink) {
    sink.request_commit();
    return MILLRACE_OK;
  });
}

void assignment(millrace_context context, void (*each)(void*, const millrace_position*),
                void* argument) {
  with_sink(context, [&](SinkTaskContext& sink) {
    std::vector<TopicPartition> partitions = sink.assignment();
    for (const millrace_position& position : to_positions(partitions)) each(argument, &position);
    return MILLRACE_OK;
  });
}

millrace_code report(millrace_context context, const millrace_batch* batch, uint32_t index,
                     const millrace_record* own, millrace_code code, millrace_text message,
                     millrace_error* error) {
  Target target = find_context(context);
  if (!target) return set_error(error, MILLRACE_CANCELLED, "the task has ended");
  if (target->sink == nullptr) return set_error(error, MILLRACE_FATAL, "only a sink task reports");
  Error reason = to_error(target->class_name, "report", code, {code, std::string(view(message))});

  std::shared_ptr<const data::Batch> owner = batch ? LentBatch::from(batch)->owner() : nullptr;
  if (own == nullptr && (batch == nullptr || index >= batch->count))
    return set_error(error, MILLRACE_FATAL, "report needs a record: a batch and index, or own");
  millrace_builder builder;
  std::shared_ptr<data::Batch> own_batch;
  if (own != nullptr) {
    std::string problem;
    if (!builder.append(*own, problem)) return set_error(error, MILLRACE_BAD_DATA, problem);
    own_batch = builder.finish();
    if (owner == nullptr) owner = own_batch, index = 0;
  }
  Result<void> done = target->sink->report(
      *owner, index, own_batch ? &own_batch->original : nullptr, std::move(reason));
  return done ? MILLRACE_OK : set_error(error, done.error());
}

}  // namespace

void fill_context_functions(millrace_host& host) {
  host.log = guard<&log>;
  host.log_enabled = guard<&log_enabled, 0>;
  host.count = guard<&count>;
  host.request_task_reconfiguration = guard<&request_task_reconfiguration>;
  host.raise_error = guard<&raise_error>;
  host.read_offsets = guard<&read_offsets>;
  host.rewind = guard<&rewind>;
  host.retry_after = guard<&retry_after>;
  host.pause = guard<&pause>;
  host.resume = guard<&resume>;
  host.request_commit = guard<&request_commit>;
  host.assignment = guard<&assignment>;
  host.report = guard<&report>;
}

}  // namespace millrace::plugin::native
