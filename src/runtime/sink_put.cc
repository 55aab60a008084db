// How a batch gets into the connector, and the search for records that it cannot take.

#include <algorithm>

#include "runtime/java_names.h"
#include "runtime/sink_road.h"

namespace millrace::runtime {
namespace {

using std::chrono::milliseconds;

// So long a search goes on without a look at the consumer: much less than max.poll.interval.ms.
constexpr milliseconds kSearchTime{5'000};

double milliseconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
      .count();
}

}  // namespace

Result<void> SinkTaskRunner::Road::put() {
  if (delivery_.batch == nullptr) delivery_.batch = std::make_shared<pipeline::SinkBatch>();
  const auto started = Clock::now();
  const uint64_t reports = settings_.errors->put_reports();
  Result<void> result = delivery_.search ? search() : put_records(delivery_.records);
  if (!result && !delivery_.search && may_search(result.error(), reports)) {
    begin_search(std::move(result).error());
    result = search();
  }
  if (!result && delivery_.search) settle();
  if (!result && result.error().kind() == ErrorKind::retriable) {
    hold(result.error());
    return {};
  }
  if (!result) {
    log_.error(
        "Task threw an uncaught and unrecoverable exception. Task is being killed and will not "
        "recover until manually restarted. Error: {}",
        result.error().describe());
    return fail(Error(ErrorKind::fatal, "Exiting WorkerSinkTask due to unrecoverable exception.",
                      java::kConnectException)
                    .caused_by(std::move(result).error()));
  }
  if (delivery_.search && delivery_.search->postponed) return {};
  auto failure = std::move(delivery_.failure);
  delivered(started);
  if (failure) return fail(*std::move(failure));
  return {};
}

Result<void> SinkTaskRunner::Road::put_records(const data::Records& records) {
  Result<void> result = [&] {
    const Holding holding(runner_.held_, PluginCall::kPut);
    return task_->put(delivery_.batch, records);
  }();
  if (!result) return result;
  // What the task reported and was told to fail for, but swallowed.
  if (auto error = settings_.errors->put_error()) return fail(*std::move(error));
  return {};
}

void SinkTaskRunner::Road::delivered(Clock::time_point put_started) {
  const size_t count = delivery_.search ? delivery_.search->put : delivery_.records.selected.size();
  probe_.put_time.record(Clock::now() - put_started);
  probe_.put_ms.record(milliseconds_since(put_started));
  probe_.batch_size.record(static_cast<double>(count));
  probe_.sent.mark(count);
  for (const auto& [partition, next] : delivery_.offsets) offsets_.delivered(partition, next);
  retained_.given(delivery_.batch, delivery_.bytes);
  delivery_ = {};
  if (!redelivering_) return;
  redelivering_ = false;
  update_pauses();
}

void SinkTaskRunner::Road::hold(const Error& error) {
  log_.error("RetriableException from SinkTask: {}", error.trace());
  hold();
}

void SinkTaskRunner::Road::hold() {
  if (redelivering_) return;
  redelivering_ = true;
  update_pauses();
}

// ---- errors.bisect

// A connector that reported records in this put knows how to, and fails for another reason.
bool SinkTaskRunner::Road::may_search(const Error& error, uint64_t reports_before) const {
  const pipeline::ErrorPolicyConfig& config = settings_.errors->config();
  return config.bisect && config.tolerate_all && !delivery_.records.selected.empty() &&
         error.kind() != ErrorKind::retriable && error.kind() != ErrorKind::cancelled &&
         settings_.errors->put_reports() == reports_before;
}

void SinkTaskRunner::Road::begin_search(Error error) {
  const std::span<const uint32_t> all = delivery_.records.selected;
  log_.warn(
      "put failed for a batch of {} records without saying which of them it is about: looking for "
      "them one half after the other, as errors.bisect says. {}",
      all.size(), error.describe());
  Search& search = delivery_.search.emplace(Search{all, {}, {}, std::move(error)});
  search.restart(all);
  // That the whole fails is known.
  if (all.size() > 1) return search.halve();
  search.suspects.emplace_back(all.front(), search.first_error);
  search.pieces.clear();
  delivery_.records.selected = {};
}

Result<void> SinkTaskRunner::Road::search() {
  Search& search = *delivery_.search;
  std::span<const uint32_t>& rest = delivery_.records.selected;
  const auto end = Clock::now() + kSearchTime;
  search.postponed = false;
  while (!search.pieces.empty()) {
    if (stopping() || Clock::now() >= end) {
      search.postponed = true;
      settle();
      hold();
      return {};
    }
    const uint32_t size = search.pieces.back();
    const uint64_t reports = settings_.errors->put_reports();
    Result<void> result = put_piece(rest.first(size));
    if (!result && !may_search(result.error(), reports)) return result;
    if (!result && size > 1) {
      search.halve();
      continue;
    }
    if (result)
      search.put += size;
    else
      search.suspects.emplace_back(rest.front(), std::move(result).error());
    rest = rest.subspan(size);
    search.pieces.pop_back();
    if (search.put > 0) report_suspects();
  }
  if (search.put == 0 && search.all.size() > 1) {
    log_.error("None of {} records can be put: the failure is not about the records",
               search.all.size());
    return fail(search.first_error);
  }
  report_suspects();
  return {};
}

Result<void> SinkTaskRunner::Road::put_piece(std::span<const uint32_t> piece) {
  data::Records records = delivery_.records;
  records.selected = piece;
  return put_records(records);
}

void SinkTaskRunner::Road::report_suspects() {
  const pipeline::RawRecords& raw = delivery_.batch->raw;
  for (auto& [record, error] : std::exchange(delivery_.search->suspects, {})) {
    log_.error("The connector cannot put the record of topic '{}' partition {} at offset {}: {}",
               raw.topics[record], raw.partitions[record], raw.offsets[record], error.describe());
    // Errors are tolerated, or there were no search.
    (void)settings_.errors->report_put(record, std::move(error), pipeline::ConsumedRecords(raw));
  }
}

// Of each partition counts as delivered what lies before the first record that is not decided yet.
void SinkTaskRunner::Road::settle() {
  if (!delivery_.search->suspects.empty()) return;  // nothing was put: these are not decided
  const data::Records& records = delivery_.records;
  for (const auto& [partition, next] : delivery_.offsets) {
    const auto first =
        std::find_if(records.selected.begin(), records.selected.end(),
                     [&records, &place = partition](uint32_t record) {
                       return records.original_partitions[record] == place.partition &&
                              records.original_topics[record] == place.topic;
                     });
    offsets_.delivered(partition,
                       first == records.selected.end() ? next : records.original_offsets[*first]);
  }
}

void SinkTaskRunner::Road::Search::restart(std::span<const uint32_t> rest) {
  pieces.clear();
  if (!rest.empty()) pieces.push_back(static_cast<uint32_t>(rest.size()));
}

void SinkTaskRunner::Road::Search::halve() {
  const uint32_t size = pieces.back();
  pieces.back() = size - size / 2;
  pieces.push_back(size / 2);
}

}  // namespace millrace::runtime
