#include "runtime/source_sender.h"

#include <algorithm>

#include "pipeline/source_records.h"
#include "runtime/java_names.h"
#include "runtime/source_transaction.h"

namespace millrace::runtime {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kSourceTaskClass = "org.apache.kafka.connect.runtime.WorkerSourceTask";
// Between two looks at whether the task is to stop.
constexpr std::chrono::milliseconds kPatience{100};
constexpr std::chrono::milliseconds kFirstIdlePatience{5'000};

// What is to be acknowledged of a batch: the records that are sent and those that went to the dead
// letters, in the batch's order.
struct Submission {
  std::span<const uint32_t> records;
  std::span<const uint32_t> sent;  // positions in `records`; empty: all
};

Submission submission(Arena& arena, const pipeline::SourcePipeline::Output& output) {
  if (output.dead_letters.empty()) return {output.selected, {}};
  const size_t count = output.selected.size() + output.dead_letters.size();
  auto* records = arena.allocate_array<uint32_t>(count);
  auto* positions = arena.allocate_array<uint32_t>(output.selected.size());
  std::merge(output.selected.begin(), output.selected.end(), output.dead_letters.begin(),
             output.dead_letters.end(), records);
  uint32_t position = 0, *next = positions;
  for (const uint32_t record : output.selected) {
    while (records[position] != record) ++position;
    *next++ = position;
  }
  return {{records, count}, {positions, next}};
}

}  // namespace

SourceSender::SourceSender(Settings settings, std::shared_ptr<kafka::ClientFactory> clients,
                           std::shared_ptr<pipeline::ErrorPolicy> errors,
                           SubmittedRecords& submitted, SourceTaskMetrics& metrics)
    : settings_(std::move(settings)),
      clients_(std::move(clients)),
      errors_(std::move(errors)),
      submitted_(submitted),
      metrics_(metrics),
      log_(kSourceTaskClass, settings_.log_context) {}

Result<void> SourceSender::open() {
  if (producer_ != nullptr) return {};
  auto producer = clients_->make_producer(settings_.producer_properties, settings_.log_context);
  if (!producer) return fail(std::move(producer).error());
  producer_ = std::move(*producer);
  // One that was closed too early stays longer from now on.
  idle_patience_ = idle_patience_.count() == 0 ? kFirstIdlePatience : 2 * idle_patience_;
  idle_patience_ = std::min(idle_patience_, settings_.limits.producer_idle);
  return {};
}

Result<void> SourceSender::send(std::shared_ptr<data::Batch> batch,
                                const pipeline::SourcePipeline::Output& output, size_t bytes) {
  if (output.selected.empty() && output.dead_letters.empty()) return {};
  if (!output.selected.empty())
    if (auto opened = open(); !opened) return opened;
  const auto started = Clock::now();
  const Submission all = submission(batch->arena(), output);
  const uint64_t token = submitted_.submit(batch, all.records, output.records.topics, bytes);
  fill(*batch, output, token, all.sent);
  size_t sent = 0;
  Result<void> result = failure_ ? Result<void>() : send_all(sent);
  size_t end = all.records.size();
  if (sent < outgoing_.size()) {
    metrics_.active_changed(-static_cast<int64_t>(outgoing_.size() - sent));
    end = all.sent.empty() ? sent : all.sent[sent];
    submitted_.abandon_rest(end);
  }
  // No offsets are committed before the dead letters are written.
  auto next = all.sent.begin();
  for (uint32_t position = 0; position < end && !output.dead_letters.empty(); ++position) {
    if (next != all.sent.end() && *next == position)
      ++next;
    else
      submitted_.acknowledge(token + position);
  }
  last_use_ = Clock::now();
  metrics_.send.record(last_use_ - started);
  return result;
}

Result<void> SourceSender::send_all(size_t& sent) {
  Result<void> result;
  while (sent < outgoing_.size() && result) {
    Result<size_t> taken = 0;
    auto records = ready(sent);
    const size_t wished = records ? records->size() : 0;
    if (records)
      taken = producer_->send(*records);
    else
      taken = fail(std::move(records).error());
    if (taken) {
      sent += *taken;
      in_flight_ += *taken;
      // The producer is full. Each acknowledgement makes room.
      if (*taken < wished) {
        poll_deliveries(kPatience);
        if (failure_ || settings_.wait(std::chrono::milliseconds(0))) break;
      }
    } else if (taken.error().kind() == ErrorKind::retriable) {
      log_.warn("Failed to send record to topic '{}'. Backing off before retrying: {}",
                outgoing_[sent].topic, taken.error().describe());
      poll_deliveries(std::chrono::milliseconds(0));
      if (settings_.wait(settings_.limits.send_retry)) break;
    } else if (!records) {
      result = fail(std::move(taken).error());  // no topic, which is nobody's bad record
    } else {
      result = send_failed(std::move(taken).error(), sent);
      if (result) {
        ++sent;
        metrics_.active_changed(-1);
      }
    }
    if (failure_) break;
  }
  return result;
}

Result<std::span<const kafka::OutgoingRecord>> SourceSender::ready(size_t sent) {
  const auto rest = std::span<const kafka::OutgoingRecord>(outgoing_).subspan(sent);
  TopicCreation* creation = settings_.topic_creation.get();
  if (creation == nullptr) return rest;
  if (auto made = creation->ensure(rest[0].topic); !made) return fail(std::move(made).error());
  std::string_view known = rest[0].topic;
  for (size_t i = 1; i < rest.size(); ++i) {
    const std::string_view topic = rest[i].topic;
    if (topic.data() == known.data() && topic.size() == known.size()) continue;
    if (!creation->known(topic)) return rest.first(i);
    known = topic;
  }
  return rest;
}

void SourceSender::fill(data::Batch& batch, const pipeline::SourcePipeline::Output& output,
                        uint64_t token, std::span<const uint32_t> positions) {
  const pipeline::RawRecords& records = output.records;
  outgoing_.resize(output.selected.size());
  uint64_t bytes = 0;
  std::string_view last_topic;
  kafka::OutgoingRecord* next = outgoing_.data();
  for (const uint32_t record : output.selected) {
    kafka::OutgoingRecord& out = *next++;
    const std::string_view topic = records.topics[record];
    if (topic.data() != last_topic.data() || topic.size() != last_topic.size()) {
      note_topic(topic);
      last_topic = topic;
    }
    out.topic = topic;
    out.partition = records.partitions == nullptr ? data::kNone : records.partitions[record];
    out.timestamp = records.timestamps == nullptr ? data::kNone : records.timestamps[record];
    out.key = records.keys[record].data;
    out.key_size = records.keys[record].size;
    out.value = records.values[record].data;
    out.value_size = records.values[record].size;
    out.headers = headers(batch, records, record);
    const auto index = static_cast<size_t>(&out - outgoing_.data());
    out.token = token + (positions.empty() ? index : positions[index]);
    bytes += out.key_size + out.value_size;
  }
  metrics_.bytes_out.mark(bytes);
}

std::span<const kafka::OutgoingHeader> SourceSender::headers(data::Batch& batch,
                                                             const pipeline::RawRecords& records,
                                                             uint32_t record) {
  const auto [begin, end] = records.headers_of(record);
  if (begin == end) return {};
  // As long-lived as the record's other bytes.
  auto* headers = static_cast<kafka::OutgoingHeader*>(
      batch.arena().allocate((end - begin) * sizeof(kafka::OutgoingHeader)));
  for (uint32_t i = begin; i < end; ++i)
    new (&headers[i - begin]) kafka::OutgoingHeader{
        records.header_keys[i], records.header_values[i].data, records.header_values[i].size};
  return {headers, end - begin};
}

void SourceSender::note_topic(std::string_view topic) {
  if (topics_.find(topic) != topics_.end()) return;
  topics_.emplace(topic);
  if (settings_.transactional && topic == settings_.offsets_topic && !failure_)
    failure_ = Error(ErrorKind::fatal,
                     "Source tasks may not produce to their own offsets topics when exactly-once "
                     "support is enabled",
                     java::kConnectException);
  if (settings_.topic_used) settings_.topic_used(topic);
}

// A record that the producer would not take. Java's producer reports what is wrong with one record
// as it reports what a broker refuses.
Result<void> SourceSender::send_failed(Error error, size_t record) {
  const kafka::OutgoingRecord& out = outgoing_[record];
  if (error.kind() == ErrorKind::bad_data) {
    refused(out.token, std::move(error));
    return {};
  }
  log_.warn(
      "Failed to send record to topic '{}' and partition '{}' due to an unrecoverable "
      "exception: {}",
      out.topic, out.partition, error.describe());
  return fail(
      Error(ErrorKind::fatal, "Unrecoverable exception trying to send", java::kConnectException)
          .caused_by(std::move(error)));
}

void SourceSender::poll_deliveries(std::chrono::milliseconds timeout) {
  if (producer_ == nullptr || in_flight_ == 0) return;
  deliveries_.clear();
  producer_->poll_deliveries(timeout, deliveries_);
  if (deliveries_.empty()) return;
  uint64_t written = 0;
  for (const kafka::Delivery& delivery : deliveries_) {
    if (delivery.error == 0) {
      if (settings_.wants_acknowledgements) acknowledge(delivery);
      submitted_.acknowledge(delivery.token);
      ++written;
    } else {
      refused(delivery.token,
              producer_->describe_error(delivery.error, submitted_.place(delivery.token).topic));
    }
  }
  in_flight_ -= deliveries_.size();
  metrics_.written.mark(written);
  metrics_.active_changed(-static_cast<int64_t>(deliveries_.size()));
  last_use_ = Clock::now();
}

void SourceSender::acknowledge(const kafka::Delivery& delivery) {
  const SubmittedRecords::Place place = submitted_.place(delivery.token);
  acknowledgements_.push_back({place.batch, place.record, true, place.topic, delivery.partition,
                               delivery.offset, delivery.timestamp});
}

void SourceSender::refused(uint64_t token, Error error) {
  const SubmittedRecords::Place place = submitted_.place(token);
  // Once a task is to fail, a full buffer of records fails with it: one line is enough.
  if (!failure_) log_.error("failed to send record to {}: {}", place.topic, error.describe());
  if (!tolerant()) {
    if (!failure_ && settings_.transactional)
      failure_ = transaction_failure(settings_.task, std::move(error));
    else if (!failure_)
      failure_ = Error(ErrorKind::fatal, "Unrecoverable exception from producer send callback",
                       java::kConnectException)
                     .caused_by(std::move(error));
    return;
  }
  // Tolerated, so that there is nothing to be told.
  (void)errors_->report_failed(
      {place.record, data::Stage::kProduce, std::move(error), kSourceTaskClass},
      pipeline::SourceRecords(place.batch->original));
  if (settings_.wants_acknowledgements)
    acknowledgements_.push_back(
        {place.batch, place.record, false, {}, data::kNone, data::kNone, data::kNone});
  submitted_.acknowledge(token);
}

bool SourceSender::tolerant() const {
  return errors_ != nullptr && errors_->config().tolerate_all && !settings_.transactional;
}

void SourceSender::drain(Clock::time_point deadline, const std::function<bool()>& give_up) {
  if (producer_ == nullptr) return;
  producer_->flush_soon();
  while (in_flight_ > 0 && !give_up()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) return;
    poll_deliveries(std::min(left, kPatience));
  }
}

void SourceSender::close_if_idle() {
  if (producer_ == nullptr || in_flight_ > 0 || settings_.transactional) return;
  if (Clock::now() - last_use_ >= idle_patience_) close();
}

void SourceSender::close() {
  producer_.reset();
  in_flight_ = 0;
}

void SourceSender::dropped(const std::shared_ptr<const data::Batch>& batch,
                           const pipeline::SourcePipeline::Output& output) {
  const std::span<const uint32_t> polled = batch->original.selected;
  if (polled.size() == output.selected.size()) return;
  auto sent = output.selected.begin();
  int64_t dropped = 0;
  for (const uint32_t record : polled) {
    if (sent != output.selected.end() && *sent == record) {
      ++sent;
      continue;
    }
    if (record >= output.handled) break;
    ++dropped;
    if (settings_.wants_acknowledgements)
      acknowledgements_.push_back(
          {batch, record, false, {}, data::kNone, data::kNone, data::kNone});
  }
  metrics_.active_changed(-dropped);
}

std::vector<plugin::Acknowledgement> SourceSender::take_acknowledgements() {
  return std::exchange(acknowledgements_, {});
}

}  // namespace millrace::runtime
