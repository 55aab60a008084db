#pragma once
// millrace/sdk.h: writing a connector in C++20. Header-only, over millrace/abi.h; a connector
// library needs these two headers and nothing else.
//
//   class Numbers : public sdk::SourceTask {
//     void start(const sdk::Config& config) override { topic_ = config.text("topic"); }
//     void poll(sdk::Builder& builder, std::chrono::milliseconds) override {
//       sdk::Record record;
//       record.topic = sdk::to_text(topic_);
//       record.value = sdk::int64_cell(next_++);
//       builder.append(record);
//     }
//     std::string topic_;
//     int64_t next_ = 0;
//   };
//   MILLRACE_PLUGIN(sdk::source<sdk::Connector, Numbers>("org.example.Numbers", "1.0"))
//
// Failures are exceptions here: throw RetriableError, DataError, ConfigError or FatalError. They,
// and whatever else escapes, are caught at the edge; nothing of the C++ runtime crosses it.
// Threads: calls on one object come one at a time, but for `cancel`, which any thread may make.
//
// Everything lives in a versioned inline namespace with hidden visibility: two libraries that were
// built against different versions of this file do not meet.

#include <strings.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <functional>
#include <initializer_list>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "millrace/abi.h"

namespace millrace::sdk {
#pragma GCC visibility push(hidden)
inline namespace v1 {

// The worker's functions. Defined by MILLRACE_PLUGIN; valid from the entry call on.
const millrace_host* host() noexcept;

using Cell = millrace_cell;

inline millrace_text to_text(std::string_view text) {
  return {text.data() == nullptr ? "" : text.data(), text.size()};
}
inline std::string_view to_view(millrace_text text) {
  return text.data == nullptr ? std::string_view{} : std::string_view{text.data, text.size};
}

// ---- Errors

class Error : public std::exception {
 public:
  Error(millrace_code code, std::string message) : code_(code), message_(std::move(message)) {}
  millrace_code code() const { return code_; }
  const char* what() const noexcept override { return message_.c_str(); }

 private:
  millrace_code code_;
  std::string message_;
};
// May succeed when tried again.
struct RetriableError : Error {
  explicit RetriableError(std::string message) : Error(MILLRACE_RETRIABLE, std::move(message)) {}
};
// This record will never succeed.
struct DataError : Error {
  explicit DataError(std::string message) : Error(MILLRACE_BAD_DATA, std::move(message)) {}
};
// The user must change a setting.
struct ConfigError : Error {
  explicit ConfigError(std::string message) : Error(MILLRACE_BAD_CONFIG, std::move(message)) {}
};
// The task cannot go on.
struct FatalError : Error {
  explicit FatalError(std::string message) : Error(MILLRACE_FATAL, std::move(message)) {}
};

namespace detail {

// A failure that the worker has described in the error object of the call in progress.
struct Described : Error {
  explicit Described(millrace_code code) : Error(code, "the worker refused a call") {}
};

// Runs `body` at the edge: what it throws becomes a code, described in `error`.
template <typename Body>
millrace_code guarded(millrace_error* error, Body&& body) noexcept {
  try {
    body();
    return MILLRACE_OK;
  } catch (const Described& failure) {
    return failure.code();
  } catch (const Error& failure) {
    return host()->fail(error, failure.code(), to_text(failure.what()));
  } catch (const std::exception& failure) {
    return host()->fail(error, MILLRACE_FATAL, to_text(failure.what()));
  } catch (...) {
    return host()->fail(error, MILLRACE_FATAL, to_text("an unknown exception"));
  }
}

// For calls out that have no error object at hand: the worker's words are lost, its code is not.
inline void check(millrace_code code, const char* what) {
  if (code != MILLRACE_OK) throw Error(code, std::string("the worker refused ") + what);
}

}  // namespace detail

// ---- Cells: values that borrow their memory

inline Cell null_cell() { return Cell{}; }
inline Cell integer_cell(millrace_kind kind, int64_t value) {
  Cell cell{};
  cell.as.i64 = value;
  cell.kind = kind;
  return cell;
}
inline Cell boolean_cell(bool value) { return integer_cell(MILLRACE_BOOLEAN, value); }
inline Cell int32_cell(int32_t value) { return integer_cell(MILLRACE_INT32, value); }
inline Cell int64_cell(int64_t value) { return integer_cell(MILLRACE_INT64, value); }
inline Cell instant_cell(int64_t ms_since_epoch) {
  return integer_cell(MILLRACE_INSTANT, ms_since_epoch);
}
inline Cell float_cell(millrace_kind kind, double value) {
  Cell cell{};
  cell.as.f64 = value;
  cell.kind = kind;
  return cell;
}
inline Cell float64_cell(double value) { return float_cell(MILLRACE_FLOAT64, value); }
inline Cell text_cell(std::string_view text, millrace_kind kind = MILLRACE_STRING) {
  Cell cell{};
  cell.as.bytes = reinterpret_cast<const uint8_t*>(text.data() == nullptr ? "" : text.data());
  cell.length = static_cast<uint32_t>(text.size());
  cell.kind = kind;
  return cell;
}
inline Cell bytes_cell(std::string_view bytes) { return text_cell(bytes, MILLRACE_BYTES); }
// count: elements of an array, entries of a map (two cells each), fields of a struct.
inline Cell nested_cell(millrace_kind kind, const Cell* cells, size_t count) {
  Cell cell{};
  cell.as.cells = cells;
  cell.length = static_cast<uint32_t>(count);
  cell.kind = kind;
  return cell;
}
inline std::string_view text_of(const Cell& cell) {
  return {reinterpret_cast<const char*>(cell.as.bytes), cell.length};
}
// The value of `key` in a map with texts for keys; null: no such entry.
inline const Cell* find_in_map(const Cell& map, std::string_view key) {
  if (map.kind != MILLRACE_MAP) return nullptr;
  for (uint32_t i = 0; i < map.length; ++i) {
    const Cell& candidate = map.as.cells[2 * i];
    if (candidate.kind == MILLRACE_STRING && text_of(candidate) == key)
      return &map.as.cells[2 * i + 1];
  }
  return nullptr;
}

// ---- Configuration

// One key of a connector's table:
//   constexpr sdk::Key kKeys[] = {
//       sdk::Key("topic", MILLRACE_CONFIG_STRING, MILLRACE_HIGH, "Where to write").not_empty(),
//       sdk::Key("batch.size", MILLRACE_CONFIG_INT, MILLRACE_LOW, "...").or_default("2000")};
struct Key : millrace_config_key {
  constexpr Key(const char* key_name, int32_t key_type, int32_t key_importance,
                const char* key_documentation)
      : millrace_config_key{} {
    size = sizeof(millrace_config_key);
    name = key_name;
    type = key_type;
    importance = key_importance;
    documentation = key_documentation;
    order = MILLRACE_NONE;
    minimum = std::numeric_limits<int64_t>::min();
    maximum = std::numeric_limits<int64_t>::max();
  }
  // nullptr: the default is null.
  constexpr Key or_default(const char* value) const {
    Key key = *this;
    key.has_default = 1;
    key.default_value = value;
    return key;
  }
  constexpr Key between(int64_t least, int64_t most) const {
    Key key = *this;
    key.minimum = least;
    key.maximum = most;
    return key;
  }
  constexpr Key at_least(int64_t least) const {
    return between(least, std::numeric_limits<int64_t>::max());
  }
  constexpr Key one_of(const char* comma_separated) const {
    Key key = *this;
    key.allowed_values = comma_separated;
    return key;
  }
  constexpr Key not_empty() const {
    Key key = *this;
    key.flags |= MILLRACE_KEY_NOT_EMPTY;
    return key;
  }
};

// Settings; a view that is valid while the call lasts which brought it. Values were validated by
// the table of keys; the defaults of that table are filled in.
class Config {
 public:
  Config(const millrace_config* config, std::span<const Key> keys) : config_(config), keys_(keys) {}

  // As given, or the key's default; nullopt: null. Trimmed, as Java does.
  std::optional<std::string> find(std::string_view key) const {
    millrace_text given = host()->config_get(config_, to_text(key));
    if (given.data != nullptr) return std::string(trimmed(to_view(given)));
    for (const Key& known : keys_) {
      if (known.name == key && known.default_value != nullptr) return known.default_value;
    }
    return std::nullopt;
  }
  std::string text(std::string_view key) const {
    std::optional<std::string> value = find(key);
    if (!value) {
      throw ConfigError("Missing required configuration \"" + std::string(key) +
                        "\" which has no default value.");
    }
    return *std::move(value);
  }
  int64_t number(std::string_view key) const {
    std::string value = text(key);
    char* end = nullptr;
    int64_t number = std::strtoll(value.c_str(), &end, 10);
    if (end == value.c_str() || *end != '\0') throw invalid(key, value, "Not a number");
    return number;
  }
  double real(std::string_view key) const {
    std::string value = text(key);
    char* end = nullptr;
    double number = std::strtod(value.c_str(), &end);
    if (end == value.c_str() || *end != '\0') throw invalid(key, value, "Not a number");
    return number;
  }
  bool boolean(std::string_view key) const {
    std::string value = text(key);
    if (strcasecmp(value.c_str(), "true") == 0) return true;
    if (strcasecmp(value.c_str(), "false") == 0) return false;
    throw invalid(key, value, "Expected value to be either true or false");
  }
  // Everything that was given.
  std::map<std::string, std::string> all() const {
    std::map<std::string, std::string> pairs;
    for (uint32_t i = 0; i < host()->config_count(config_); ++i) {
      millrace_text key = host()->config_key(config_, i);
      pairs.emplace(to_view(key), to_view(host()->config_get(config_, key)));
    }
    return pairs;
  }

 private:
  static std::string_view trimmed(std::string_view text) {
    while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
    while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
    return text;
  }
  static ConfigError invalid(std::string_view key, const std::string& value, const char* reason) {
    return ConfigError("Invalid value " + value + " for configuration " + std::string(key) + ": " +
                       reason);
  }
  const millrace_config* config_;
  std::span<const Key> keys_;
};

// ---- Schemas

// A reference to a schema, or none.
class Schema {
 public:
  Schema() = default;
  // Takes a reference of its own.
  explicit Schema(const millrace_schema* schema)
      : schema_(schema == nullptr ? nullptr : host()->schema_retain(schema)) {}
  Schema(const Schema& other) : Schema(other.schema_) {}
  Schema(Schema&& other) noexcept : schema_(std::exchange(other.schema_, nullptr)) {}
  Schema& operator=(Schema other) noexcept {
    std::swap(schema_, other.schema_);
    return *this;
  }
  ~Schema() {
    if (schema_ != nullptr) host()->schema_release(schema_);
  }
  // The caller's reference becomes this one's.
  static Schema adopt(const millrace_schema* schema) {
    Schema made;
    made.schema_ = schema;
    return made;
  }
  // A schema without name or version, such as Java's Schema.STRING_SCHEMA.
  static Schema of(millrace_type type, bool optional = false);

  const millrace_schema* get() const { return schema_; }
  explicit operator bool() const { return schema_ != nullptr; }

 private:
  const millrace_schema* schema_ = nullptr;
};

class SchemaBuilder {
 public:
  explicit SchemaBuilder(millrace_type type) : builder_(host()->schema_builder_create(type)) {
    if (builder_ == nullptr) throw FatalError("no memory for a schema");
  }
  ~SchemaBuilder() { host()->schema_builder_destroy(builder_); }
  SchemaBuilder(const SchemaBuilder&) = delete;
  SchemaBuilder& operator=(const SchemaBuilder&) = delete;

  SchemaBuilder& optional() { return host()->schema_builder_optional(builder_, 1), *this; }
  SchemaBuilder& name(std::string_view name) {
    return host()->schema_builder_name(builder_, to_text(name)), *this;
  }
  SchemaBuilder& doc(std::string_view doc) {
    return host()->schema_builder_doc(builder_, to_text(doc)), *this;
  }
  SchemaBuilder& version(int32_t version) {
    return host()->schema_builder_version(builder_, version), *this;
  }
  SchemaBuilder& default_value(const Cell& value) {
    return host()->schema_builder_default(builder_, &value), *this;
  }
  SchemaBuilder& parameter(std::string_view key, std::string_view value) {
    return host()->schema_builder_parameter(builder_, to_text(key), to_text(value)), *this;
  }
  SchemaBuilder& field(std::string_view name, const Schema& schema) {
    return host()->schema_builder_field(builder_, to_text(name), schema.get()), *this;
  }
  SchemaBuilder& keys(const Schema& schema) {
    return host()->schema_builder_keys(builder_, schema.get()), *this;
  }
  SchemaBuilder& values(const Schema& schema) {
    return host()->schema_builder_values(builder_, schema.get()), *this;
  }
  Schema build() {
    const millrace_schema* schema = nullptr;
    detail::check(host()->schema_builder_build(builder_, &schema, nullptr),
                  "a schema (a duplicate field, a field without schema, or a wrong default)");
    return Schema::adopt(schema);
  }

 private:
  millrace_schema_builder* builder_;
};

inline Schema Schema::of(millrace_type type, bool optional) {
  SchemaBuilder builder(type);
  if (optional) builder.optional();
  return builder.build();
}

// ---- Source: records that a task hands over

// All borrowed: see millrace_record. Starts without partition, timestamp, key and value.
struct Record : millrace_record {
  Record() : millrace_record{} {
    size = sizeof(millrace_record);
    partition = MILLRACE_NONE;
    timestamp = MILLRACE_NONE;
    header_stride = sizeof(millrace_header);
  }
};

// Where poll puts its records. Valid while that call lasts.
class Builder {
 public:
  Builder(millrace_builder* builder, millrace_error* error) : builder_(builder), error_(error) {}

  // Checks the record: a value that contradicts its schema is refused with DataError.
  void append(const Record& record) {
    millrace_code code = host()->builder_append(builder_, &record, error_);
    if (code != MILLRACE_OK) throw detail::Described(code);
  }
  uint32_t count() const { return host()->builder_count(builder_); }
  // Enough for one batch: return from poll.
  bool full() const { return host()->builder_full(builder_) != 0; }

  // With transaction.boundary=connector: a transaction ends, or is given up, after this record
  // (its index in the batch being built), or after the batch. False: the worker has no
  // transactions, or it is not for the connector to say where they end.
  static constexpr uint32_t kAfterBatch = UINT32_MAX;
  bool commit_transaction(uint32_t record = kAfterBatch) {
    return host()->transaction_commit(builder_, record) == MILLRACE_OK;
  }
  bool abort_transaction(uint32_t record = kAfterBatch) {
    return host()->transaction_abort(builder_, record) == MILLRACE_OK;
  }

  // Memory, aligned to 8 bytes, that lives as long as the batch.
  void* allocate(size_t bytes) {
    void* memory = host()->builder_alloc(builder_, bytes);
    if (memory == nullptr) throw FatalError("no memory for " + std::to_string(bytes) + " bytes");
    return memory;
  }
  Cell* cells(size_t count) {
    return static_cast<Cell*>(std::memset(allocate(count * sizeof(Cell)), 0, count * sizeof(Cell)));
  }
  std::string_view copy(std::string_view text) {
    return {static_cast<const char*>(std::memcpy(allocate(text.size()), text.data(), text.size())),
            text.size()};
  }
  Cell text(std::string_view text) { return text_cell(copy(text)); }  // copies
  // A map cell of its own memory; texts are copied, other values taken as they are.
  const Cell* map(std::initializer_list<std::pair<std::string_view, Cell>> entries) {
    Cell* inner = cells(entries.size() * 2 + 1);
    Cell* next = inner + 1;
    for (const auto& [key, value] : entries) {
      *next++ = text(key);
      *next++ = value.kind == MILLRACE_STRING ? text(text_of(value)) : value;
    }
    *inner = nested_cell(MILLRACE_MAP, inner + 1, entries.size());
    return inner;
  }
  // The batch may point into `memory`, which release(memory) frees once it is gone: on any
  // thread.
  void adopt(void (*release)(void*), void* memory) {
    host()->builder_adopt(builder_, release, memory);
  }
  millrace_builder* get() const { return builder_; }

 private:
  millrace_builder* builder_;
  millrace_error* error_;
};

// ---- Sink: records that a task is given

class RecordView {
 public:
  RecordView(const millrace_batch* batch, const millrace_run* run, uint32_t index)
      : batch_(batch), run_(run), index_(index) {}
  uint32_t index() const { return index_; }
  std::string_view topic() const { return to_view(run_->topic); }
  int32_t partition() const { return run_->partition; }
  std::string_view original_topic() const { return to_view(run_->original_topic); }
  int32_t original_partition() const { return run_->original_partition; }
  int64_t offset() const { return batch_->offsets ? batch_->offsets[index_] : MILLRACE_NONE; }
  int64_t timestamp() const {
    return batch_->timestamps ? batch_->timestamps[index_] : MILLRACE_NONE;
  }
  const millrace_schema* key_schema() const { return run_->key_schema; }
  const millrace_schema* value_schema() const { return run_->value_schema; }
  const Cell& key() const { return batch_->keys[index_]; }
  const Cell& value() const { return batch_->values[index_]; }
  uint32_t header_count() const {
    if (batch_->header_begin == nullptr) return 0;
    return batch_->header_begin[index_ + 1] - batch_->header_begin[index_];
  }
  const millrace_header& header(uint32_t index) const {
    size_t at = batch_->header_begin[index_] + index;
    return *reinterpret_cast<const millrace_header*>(
        reinterpret_cast<const char*>(batch_->headers) + at * batch_->header_stride);
  }

 private:
  const millrace_batch* batch_;
  const millrace_run* run_;
  uint32_t index_;
};

// A borrowed batch; `retain` keeps it past the call.
class Batch {
 public:
  explicit Batch(const millrace_batch* batch) : batch_(batch) {}
  uint32_t size() const { return batch_->selected_count; }
  bool empty() const { return size() == 0; }
  const millrace_batch* get() const { return batch_; }

  // each(RecordView), in order, for the records that exist.
  template <typename Each>
  void for_each(Each&& each) const {
    uint32_t position = 0;
    for (uint32_t i = 0; i < batch_->run_count; ++i) {
      const millrace_run* run = millrace_batch_run(batch_, i);
      if (batch_->selected == nullptr) {
        for (uint32_t record = run->begin; record < run->end; ++record)
          each(RecordView(batch_, run, record));
        continue;
      }
      for (; position < batch_->selected_count && batch_->selected[position] < run->end; ++position)
        each(RecordView(batch_, run, batch_->selected[position]));
    }
  }

 private:
  const millrace_batch* batch_;
};

// Keeps a batch; copyable. Any thread.
class RetainedBatch {
 public:
  explicit RetainedBatch(const Batch& batch) : batch_(host()->batch_retain(batch.get())) {}
  RetainedBatch(const RetainedBatch& other) : RetainedBatch(other.get()) {}
  RetainedBatch(RetainedBatch&& other) noexcept : batch_(std::exchange(other.batch_, nullptr)) {}
  RetainedBatch& operator=(RetainedBatch other) noexcept {
    std::swap(batch_, other.batch_);
    return *this;
  }
  ~RetainedBatch() {
    if (batch_ != nullptr) host()->batch_release(batch_);
  }
  Batch get() const { return Batch(batch_); }

 private:
  const millrace_batch* batch_;
};

// The text that Java's String.valueOf gives, added to `text`.
inline void append_value_text(std::string& text, const millrace_schema* schema, const Cell& cell) {
  auto write = [](void* argument, millrace_text piece) {
    static_cast<std::string*>(argument)->append(piece.data, piece.size);
  };
  host()->value_text(schema, &cell, write, &text);
}

// Positions as the worker hands them over; offsets can be lowered in pre_commit.
class Positions {
 public:
  Positions(millrace_position* first, size_t count, size_t stride)
      : first_(first), count_(count), stride_(stride) {}
  size_t size() const { return count_; }
  millrace_position& operator[](size_t index) const {
    return *const_cast<millrace_position*>(millrace_position_at(first_, stride_, index));
  }

 private:
  millrace_position* first_;
  size_t count_, stride_;
};

// ---- What an author derives from

namespace detail {
template <typename Made>
void* create(millrace_context context, millrace_error* error) noexcept;
}

enum class Level : int32_t { kTrace, kDebug, kInfo, kWarn, kError };

// What connectors and tasks have in common: the way back to the worker. It is there from `start`
// on, not yet in the constructor.
class Worker {
 public:
  void log(Level level, std::string_view message) const {
    host()->log(context_, static_cast<int32_t>(level), to_text(message));
  }
  bool logs(Level level) const {
    return host()->log_enabled(context_, static_cast<int32_t>(level)) != 0;
  }
  // Shown as a metric of the task.
  void count(std::string_view metric, double delta) const {
    host()->count(context_, to_text(metric), delta);
  }
  millrace_context context() const { return context_; }

  // The stored offset of one source partition, given to found(map) if there is one. Blocks.
  template <typename Found>
  void read_offset(const Cell& partition, Found&& found) const {
    struct Search {
      std::remove_reference_t<Found>& found;
      std::exception_ptr thrown;
    } search{found, nullptr};
    auto each = [](void* argument, size_t, const Cell* offset) {
      auto& running = *static_cast<Search*>(argument);
      try {
        if (offset != nullptr) running.found(*offset);
      } catch (...) {
        running.thrown = std::current_exception();
      }
    };
    millrace_code code = host()->read_offsets(context_, &partition, 1, each, &search, nullptr);
    if (search.thrown) std::rethrow_exception(search.thrown);
    detail::check(code, "to read the stored offsets");
  }

 private:
  template <typename Made>
  friend void* detail::create(millrace_context, millrace_error*) noexcept;
  millrace_context context_ = 0;
};

class SourceTask : public Worker {
 public:
  virtual ~SourceTask() = default;
  virtual void start(const Config& config) = 0;
  // Appends records; may append none. Returns at the latest after `timeout`, or soon after
  // cancel.
  virtual void poll(Builder& builder, std::chrono::milliseconds timeout) = 0;
  // What became of records, in the order of acknowledgement; before a poll.
  virtual void acknowledged(const millrace_acknowledgement*, size_t /*count*/, size_t /*stride*/) {}
  virtual void commit() {}  // offsets were committed
  virtual void cancel() {}  // any thread: stop soon
  virtual void stop() {}
};

class SinkTask : public Worker {
 public:
  virtual ~SinkTask() = default;
  virtual void start(const Config& config) = 0;
  virtual void open(const Positions&) {}
  // The batch may be empty. After RetriableError the same batch comes again.
  virtual void put(const Batch& batch) = 0;
  // Make durable what was put, or lower the offsets to what is.
  virtual void pre_commit(const Positions&) {}
  virtual void close(const Positions&) {}
  virtual void cancel() {}
  virtual void stop() {}

  // Hands a bad record to the worker's error handling. Where errors are not tolerated it throws.
  void report(const RecordView& record, const Batch& batch, const std::string& message) const {
    millrace_code code = host()->report(context(), batch.get(), record.index(), nullptr,
                                        MILLRACE_BAD_DATA, to_text(message), nullptr);
    if (code != MILLRACE_OK) throw Error(code, message);
  }
};

// Lists the settings of each task.
class TaskConfigs {
 public:
  explicit TaskConfigs(millrace_emitter* emitter) : emitter_(emitter) {}
  void add(const std::map<std::string, std::string>& config) {
    std::vector<millrace_text> pairs;
    for (const auto& [key, value] : config) {
      pairs.push_back(to_text(key));
      pairs.push_back(to_text(value));
    }
    host()->emit_config(emitter_, pairs.data(), config.size());
  }

 private:
  millrace_emitter* emitter_;
};

// Collects findings beyond what the table of keys says.
class Findings {
 public:
  explicit Findings(millrace_emitter* emitter) : emitter_(emitter) {}
  void problem(std::string_view key, std::string_view message) {
    host()->emit_problem(emitter_, to_text(key), to_text(message));
  }
  void recommended(std::string_view key, std::string_view value) {
    host()->emit_recommended(emitter_, to_text(key), to_text(value));
  }
  void visible(std::string_view key, bool visible) {
    host()->emit_visible(emitter_, to_text(key), visible);
  }

 private:
  millrace_emitter* emitter_;
};

// The part of a connector that plans. Usable as it stands: one task with the connector's
// settings.
class Connector : public Worker {
 public:
  // What a derived class may say of itself, by functions of the same names: its table of keys,
  // findings beyond that table, and a MILLRACE_EXACTLY_ONCE_ value.
  static std::span<const Key> keys() { return {}; }
  static void validate(const Config&, Findings&) {}
  static int32_t exactly_once_support(const Config&) { return MILLRACE_EXACTLY_ONCE_UNKNOWN; }
  // Its tasks may end transactions themselves: Builder::commit_transaction.
  static bool can_define_transaction_boundaries(const Config&) { return false; }

  virtual ~Connector() = default;
  virtual void start(const Config& config) { config_ = config.all(); }
  virtual void task_configs(int32_t /*tasks_max*/, TaskConfigs& configs) { configs.add(config_); }
  // Asked before a user's change of offsets is stored; a refusal is an exception. True: agreed.
  virtual bool alter_offsets(const Config&, const Cell* /*partitions*/, const Cell* /*offsets*/,
                             size_t /*count*/) {
    return false;
  }
  virtual void stop() {}

 protected:
  const std::map<std::string, std::string>& config() const { return config_; }

 private:
  std::map<std::string, std::string> config_;
};

// ---- Registration

namespace detail {

template <typename Made>
void* create(millrace_context context, millrace_error* error) noexcept {
  Made* made = nullptr;
  guarded(error, [&] {
    made = new Made;
    made->context_ = context;
  });
  return made;
}

template <typename Made>
Made& as(void* self) {
  return *static_cast<Made*>(self);
}

// Fills the table of a task class. Functions that the class left alone are not provided, so that
// the worker need not prepare for them.
template <typename Planner, typename Task>
millrace_source_task source_table() {
  millrace_source_task table{};
  table.size = sizeof table;
  table.create = [](const millrace_host*, millrace_context context, millrace_error* error) {
    return create<Task>(context, error);
  };
  table.start = [](void* self, const millrace_config* config, millrace_error* error) {
    return guarded(error, [&] { as<Task>(self).start(Config(config, Planner::keys())); });
  };
  table.poll = [](void* self, millrace_builder* raw, int64_t timeout_ms, millrace_error* error) {
    return guarded(error, [&] {
      Builder builder(raw, error);
      as<Task>(self).poll(builder, std::chrono::milliseconds(timeout_ms));
    });
  };
  if constexpr (!std::is_same_v<decltype(&Task::acknowledged), decltype(&SourceTask::acknowledged)>)
    table.acknowledged = [](void* self, const millrace_acknowledgement* first, size_t count,
                            size_t stride, millrace_error* error) {
      return guarded(error, [&] { as<Task>(self).acknowledged(first, count, stride); });
    };
  if constexpr (!std::is_same_v<decltype(&Task::commit), decltype(&SourceTask::commit)>)
    table.commit = [](void* self, millrace_error* error) {
      return guarded(error, [&] { as<Task>(self).commit(); });
    };
  table.cancel = [](void* self) { guarded(nullptr, [&] { as<Task>(self).cancel(); }); };
  table.stop = [](void* self) { guarded(nullptr, [&] { as<Task>(self).stop(); }); };
  table.destroy = [](void* self) { guarded(nullptr, [&] { delete &as<Task>(self); }); };
  return table;
}

template <typename Planner, typename Task>
millrace_sink_task sink_table() {
  millrace_sink_task table{};
  table.size = sizeof table;
  table.create = [](const millrace_host*, millrace_context context, millrace_error* error) {
    return create<Task>(context, error);
  };
  table.start = [](void* self, const millrace_config* config, millrace_error* error) {
    return guarded(error, [&] { as<Task>(self).start(Config(config, Planner::keys())); });
  };
  table.open = [](void* self, const millrace_position* first, size_t count, size_t stride,
                  millrace_error* error) {
    return guarded(error, [&] {
      as<Task>(self).open(Positions(const_cast<millrace_position*>(first), count, stride));
    });
  };
  table.put = [](void* self, const millrace_batch* batch, millrace_error* error) {
    return guarded(error, [&] { as<Task>(self).put(Batch(batch)); });
  };
  table.pre_commit = [](void* self, millrace_position* first, size_t count, size_t stride,
                        millrace_error* error) {
    return guarded(error, [&] { as<Task>(self).pre_commit(Positions(first, count, stride)); });
  };
  table.close = [](void* self, const millrace_position* first, size_t count, size_t stride,
                   millrace_error* error) {
    return guarded(error, [&] {
      as<Task>(self).close(Positions(const_cast<millrace_position*>(first), count, stride));
    });
  };
  table.cancel = [](void* self) { guarded(nullptr, [&] { as<Task>(self).cancel(); }); };
  table.stop = [](void* self) { guarded(nullptr, [&] { as<Task>(self).stop(); }); };
  table.destroy = [](void* self) { guarded(nullptr, [&] { delete &as<Task>(self); }); };
  return table;
}

template <typename Planner>
millrace_connector connector_table() {
  millrace_connector table{};
  table.size = sizeof table;
  table.create = [](const millrace_host*, millrace_context context, millrace_error* error) {
    return create<Planner>(context, error);
  };
  table.start = [](void* self, const millrace_config* config, millrace_error* error) {
    return guarded(error, [&] { as<Planner>(self).start(Config(config, Planner::keys())); });
  };
  table.task_configs = [](void* self, int32_t tasks_max, millrace_emitter* emitter,
                          millrace_error* error) {
    return guarded(error, [&] {
      TaskConfigs configs(emitter);
      as<Planner>(self).task_configs(tasks_max, configs);
    });
  };
  table.alter_offsets = [](void* self, const millrace_config* config, const Cell* partitions,
                           const Cell* offsets, size_t count, int32_t* handled,
                           millrace_error* error) {
    return guarded(error, [&] {
      *handled = as<Planner>(self).alter_offsets(Config(config, Planner::keys()), partitions,
                                                 offsets, count);
    });
  };
  table.validate = [](const millrace_host*, const millrace_config* config,
                      millrace_emitter* emitter, millrace_error* error) {
    return guarded(error, [&] {
      Findings findings(emitter);
      Planner::validate(Config(config, Planner::keys()), findings);
    });
  };
  table.exactly_once_support = [](const millrace_host*, const millrace_config* config) {
    int32_t answer = MILLRACE_EXACTLY_ONCE_UNKNOWN;
    guarded(nullptr,
            [&] { answer = Planner::exactly_once_support(Config(config, Planner::keys())); });
    return answer;
  };
  table.can_define_transaction_boundaries = [](const millrace_host*,
                                               const millrace_config* config) {
    int32_t answer = 0;
    guarded(nullptr, [&] {
      answer = Planner::can_define_transaction_boundaries(Config(config, Planner::keys())) ? 1 : 0;
    });
    return answer;
  };
  table.stop = [](void* self) { guarded(nullptr, [&] { as<Planner>(self).stop(); }); };
  table.destroy = [](void* self) { guarded(nullptr, [&] { delete &as<Planner>(self); }); };
  return table;
}

}  // namespace detail

// One connector class in full. The tables point into it, so it stays where it is.
class Registration {
 public:
  Registration(const char* class_name, const char* version,
               std::initializer_list<const char*> aliases, std::span<const Key> keys,
               const millrace_connector& table)
      : aliases_(aliases), connector_(table) {
    for (const Key& key : keys) keys_.push_back(&key);
    connector_.class_name = class_name;
    connector_.version = version;
  }
  void set_source(const millrace_source_task& table) { source_ = table; }
  void set_sink(const millrace_sink_task& table) { sink_ = table; }

  // To be called once it lies at its final address.
  const millrace_connector* finish() {
    connector_.keys = keys_.data();
    connector_.key_count = static_cast<uint32_t>(keys_.size());
    connector_.aliases = aliases_.data();
    connector_.alias_count = static_cast<uint32_t>(aliases_.size());
    connector_.source = source_ ? &*source_ : nullptr;
    connector_.sink = sink_ ? &*sink_ : nullptr;
    return &connector_;
  }

 private:
  std::vector<const char*> aliases_;
  std::vector<const millrace_config_key*> keys_;
  millrace_connector connector_;
  std::optional<millrace_source_task> source_;
  std::optional<millrace_sink_task> sink_;
};

// A source connector; `aliases`: full names of other classes whose configuration it understands.
template <typename Planner, typename Task>
Registration source(const char* class_name, const char* version,
                    std::initializer_list<const char*> aliases = {}) {
  Registration made(class_name, version, aliases, Planner::keys(),
                    detail::connector_table<Planner>());
  made.set_source(detail::source_table<Planner, Task>());
  return made;
}

template <typename Planner, typename Task>
Registration sink(const char* class_name, const char* version,
                  std::initializer_list<const char*> aliases = {}) {
  Registration made(class_name, version, aliases, Planner::keys(),
                    detail::connector_table<Planner>());
  made.set_sink(detail::sink_table<Planner, Task>());
  return made;
}

namespace detail {

// Lives for ever: libraries are never unloaded.
struct Registry {
  explicit Registry(std::initializer_list<Registration> given) : registrations(given) {
    for (Registration& registration : registrations) connectors.push_back(registration.finish());
  }
  std::vector<Registration> registrations;
  std::vector<const millrace_connector*> connectors;
};

}  // namespace detail
}  // namespace v1
#pragma GCC visibility pop
}  // namespace millrace::sdk

// Once in a library, at global scope: MILLRACE_PLUGIN(sdk::source<...>(...), sdk::sink<...>(...))
#define MILLRACE_PLUGIN(...)                                                                      \
  namespace {                                                                                     \
  const millrace_host* millrace_plugin_host = nullptr;                                            \
  const ::millrace::sdk::detail::Registry* millrace_plugin_registry = nullptr;                    \
  }                                                                                               \
  namespace millrace::sdk {                                                                       \
  inline namespace v1 {                                                                           \
  const millrace_host* host() noexcept { return ::millrace_plugin_host; }                         \
  }                                                                                               \
  }                                                                                               \
  extern "C" millrace_code millrace_plugin_v1(const millrace_host* host, millrace_plugin* plugin, \
                                              millrace_error* error) {                            \
    millrace_plugin_host = host;                                                                  \
    return ::millrace::sdk::detail::guarded(error, [&] {                                          \
      namespace sdk = ::millrace::sdk;                                                            \
      if (millrace_plugin_registry == nullptr)                                                    \
        millrace_plugin_registry = new sdk::detail::Registry({__VA_ARGS__});                      \
      plugin->connectors = millrace_plugin_registry->connectors.data();                           \
      plugin->connector_count =                                                                   \
          static_cast<uint32_t>(millrace_plugin_registry->connectors.size());                     \
    });                                                                                           \
  }
