#include "datagen_source.h"

#include <algorithm>
#include <cmath>

namespace millrace::datagen {
namespace {

constexpr char kTopic[] = "topic";
constexpr char kFields[] = "fields";
constexpr char kKeyField[] = "key.field";
constexpr char kRate[] = "rate.per.second";
constexpr char kCount[] = "count";
constexpr char kSeed[] = "seed";
// Of a task, written by the connector.
constexpr char kTask[] = "datagen.task";
constexpr char kTasks[] = "datagen.tasks";
constexpr char kRow[] = "row";
constexpr int64_t kRowsPerPoll = 1000;

constexpr sdk::Key kKeys[] = {
    sdk::Key(kTopic, MILLRACE_CONFIG_STRING, MILLRACE_HIGH, "The topic that rows are sent to.")
        .not_empty(),
    sdk::Key(kFields, MILLRACE_CONFIG_STRING, MILLRACE_HIGH,
             "The fields of a row, NAME:TYPE[?][:HOW] with commas between them; for example "
             "id:int64:sequence,grade:string:a|b|c,price:float64:0..100,seen:timestamp?:now")
        .or_default("id:int64:sequence,name:string,value:float64:0..100"),
    sdk::Key(kKeyField, MILLRACE_CONFIG_STRING, MILLRACE_MEDIUM,
             "The field whose value becomes the record's key. Without it there is none.")
        .or_default(nullptr),
    sdk::Key(kRate, MILLRACE_CONFIG_DOUBLE, MILLRACE_MEDIUM,
             "Rows a second over all tasks. 0: as fast as they can be taken.")
        .or_default("1"),
    sdk::Key(kCount, MILLRACE_CONFIG_LONG, MILLRACE_MEDIUM,
             "How many rows are made over all tasks. -1: without end.")
        .or_default("-1")
        .at_least(-1),
    sdk::Key(kSeed, MILLRACE_CONFIG_LONG, MILLRACE_LOW,
             "The same seed gives the same rows, but for fields that hold the time of day.")
        .or_default("0")};

}  // namespace

std::span<const sdk::Key> DatagenConnector::keys() { return kKeys; }

void DatagenConnector::validate(const sdk::Config& config, sdk::Findings& findings) {
  std::vector<Field> fields;
  try {
    fields = parse_fields(config.text(kFields));
  } catch (const sdk::ConfigError& error) {
    findings.problem(kFields, error.what());
    return;
  }
  std::optional<std::string> key = config.find(kKeyField);
  bool known = std::any_of(fields.begin(), fields.end(),
                           [&](const Field& field) { return field.name == key; });
  if (key && !known) findings.problem(kKeyField, "There is no field '" + *key + "' in fields");
  for (const Field& field : fields) findings.recommended(kKeyField, field.name);
  try {
    if (config.real(kRate) < 0) findings.problem(kRate, "The rate must not be negative");
  } catch (const sdk::ConfigError&) {
    // The worker has told of it.
  }
}

void DatagenConnector::task_configs(int32_t tasks_max, sdk::TaskConfigs& configs) {
  for (int32_t i = 0; i < tasks_max; ++i) {
    auto task = config();
    task[kTask] = std::to_string(i);
    task[kTasks] = std::to_string(tasks_max);
    configs.add(task);
  }
}

bool DatagenConnector::alter_offsets(const sdk::Config&, const sdk::Cell*, const sdk::Cell* offsets,
                                     size_t count) {
  for (size_t i = 0; i < count; ++i) {
    if (offsets[i].kind == MILLRACE_NULL) continue;
    const sdk::Cell* row = sdk::find_in_map(offsets[i], kRow);
    if (row == nullptr || row->kind != MILLRACE_INT64 || row->as.i64 < 0)
      throw sdk::FatalError("An offset is null or has a 'row', which is not negative");
  }
  return true;
}

void DatagenTask::start(const sdk::Config& config) {
  topic_ = config.text(kTopic);
  rows_.emplace(parse_fields(config.text(kFields)), static_cast<uint64_t>(config.number(kSeed)));
  if (auto key = config.find(kKeyField)) {
    key_field_ = rows_->find(*key);
    if (key_field_ < 0) throw sdk::ConfigError("There is no field '" + *key + "' in fields");
  }
  count_ = config.number(kCount);
  int64_t task = config.find(kTask) ? config.number(kTask) : 0;
  tasks_ = config.find(kTasks) ? std::max<int64_t>(1, config.number(kTasks)) : 1;
  rate_ = config.real(kRate) / static_cast<double>(tasks_);

  sdk::Cell entries[] = {sdk::text_cell(kTopic), sdk::text_cell(topic_),  sdk::text_cell("task"),
                         sdk::int64_cell(task),  sdk::text_cell("tasks"), sdk::int64_cell(tasks_)};
  std::copy(std::begin(entries), std::end(entries), partition_entries_);
  partition_ = sdk::nested_cell(MILLRACE_MAP, partition_entries_, 3);
  next_row_ = task;
  read_offset(partition_, [&](const sdk::Cell& offset) {
    const sdk::Cell* row = sdk::find_in_map(offset, kRow);
    if (row != nullptr && row->kind == MILLRACE_INT64) next_row_ = row->as.i64 + tasks_;
  });
  began_ = Clock::now();
}

int64_t DatagenTask::due(Clock::time_point now) const {
  if (rate_ <= 0) return kRowsPerPoll;
  double seconds = std::chrono::duration<double>(now - began_).count();
  // The first row is due at once.
  return static_cast<int64_t>(std::floor(seconds * rate_)) + 1 - made_;
}

void DatagenTask::poll(sdk::Builder& builder, std::chrono::milliseconds timeout) {
  Clock::time_point deadline = Clock::now() + timeout;
  if (finished()) return wait(deadline);
  int64_t rows = due(Clock::now());
  if (rows <= 0) {
    auto next = std::chrono::duration<double>(static_cast<double>(made_) / rate_);
    wait(std::min(deadline, began_ + std::chrono::duration_cast<Clock::duration>(next)));
    rows = due(Clock::now());
  }
  sdk::Record record;
  // The task's texts may be gone before the batch is.
  record.topic = sdk::to_text(builder.copy(topic_));
  record.source_partition = builder.map({{kTopic, partition_entries_[1]},
                                         {"task", partition_entries_[3]},
                                         {"tasks", partition_entries_[5]}});
  for (; rows > 0 && !finished() && !builder.full() && builder.count() < kRowsPerPoll; --rows)
    append_row(builder, record);
}

void DatagenTask::append_row(sdk::Builder& builder, sdk::Record& record) {
  const sdk::Cell* cells = rows_->make(next_row_, builder);
  record.value_schema = rows_->schema().get();
  record.value = sdk::nested_cell(MILLRACE_STRUCT, cells, rows_->width());
  if (key_field_ >= 0) {
    record.key_schema = rows_->field_schema(key_field_).get();
    record.key = cells[key_field_];
  }
  sdk::Cell* offset = builder.cells(3);
  offset[0] = sdk::nested_cell(MILLRACE_MAP, offset + 1, 1);
  offset[1] = sdk::text_cell(kRow);
  offset[2] = sdk::int64_cell(next_row_);
  record.source_offset = offset;
  builder.append(record);
  next_row_ += tasks_;
  ++made_;
}

void DatagenTask::wait(Clock::time_point until) {
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, until, [&] { return cancelled_; });
}

void DatagenTask::cancel() {
  std::lock_guard lock(mutex_);
  cancelled_ = true;
  changed_.notify_all();
}

}  // namespace millrace::datagen

MILLRACE_PLUGIN(sdk::source<millrace::datagen::DatagenConnector, millrace::datagen::DatagenTask>(
    "org.millrace.DatagenSourceConnector", "0.1.0"))
