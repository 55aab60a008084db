// A source that counts down: {"count": 10}, {"count": 9} ... {"count": 0}, and then falls silent.
// After a restart it goes on where it was.
//
//   {"name": "launch", "config": {"connector.class": "org.example.CountdownSource",
//                                 "topic": "launch", "from": "10"}}

#include <condition_variable>
#include <mutex>

#include "millrace/sdk.h"

namespace sdk = millrace::sdk;

constexpr sdk::Key kKeys[] = {
    sdk::Key("topic", MILLRACE_CONFIG_STRING, MILLRACE_HIGH, "Where to count").not_empty(),
    sdk::Key("from", MILLRACE_CONFIG_INT, MILLRACE_MEDIUM, "The first number")
        .or_default("10")
        .at_least(0)};

struct CountdownConnector : sdk::Connector {
  static std::span<const sdk::Key> keys() { return kKeys; }
};

class CountdownTask : public sdk::SourceTask {
 public:
  void start(const sdk::Config& config) override {
    topic_ = config.text("topic");
    next_ = config.number("from");
    row_ = sdk::SchemaBuilder(MILLRACE_STRUCT)
               .name("org.example.Countdown")
               .field("count", sdk::Schema::of(MILLRACE_INT64))
               .build();
    // {"topic": ...} names the place we read from; the stored offset is the last one acknowledged.
    sdk::Cell place[] = {sdk::text_cell("topic"), sdk::text_cell(topic_)};
    read_offset(sdk::nested_cell(MILLRACE_MAP, place, 1), [&](const sdk::Cell& offset) {
      if (auto* count = sdk::find_in_map(offset, "count")) next_ = count->as.i64 - 1;
    });
  }

  void poll(sdk::Builder& builder, std::chrono::milliseconds timeout) override {
    if (next_ < 0) return wait(timeout);
    sdk::Record record;  // borrows: what it points to lies in the builder's memory
    record.topic = sdk::to_text(builder.copy(topic_));
    record.source_partition = builder.map({{"topic", sdk::text_cell(topic_)}});
    record.value_schema = row_.get();
    for (; next_ >= 0 && !builder.full(); --next_) {
      sdk::Cell* fields = builder.cells(1);
      fields[0] = sdk::int64_cell(next_);
      record.value = sdk::nested_cell(MILLRACE_STRUCT, fields, 1);
      record.source_offset = builder.map({{"count", sdk::int64_cell(next_)}});
      builder.append(record);
    }
  }

  void cancel() override {
    std::lock_guard lock(mutex_);
    cancelled_ = true;
    changed_.notify_all();
  }

 private:
  void wait(std::chrono::milliseconds timeout) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, timeout, [&] { return cancelled_; });
  }

  std::string topic_;
  int64_t next_ = 0;
  sdk::Schema row_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool cancelled_ = false;
};

MILLRACE_PLUGIN(sdk::source<CountdownConnector, CountdownTask>("org.example.CountdownSource",
                                                               "1.0"))
