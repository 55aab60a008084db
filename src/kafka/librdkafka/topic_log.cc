#include "kafka/librdkafka/topic_log.h"

#include "kafka/librdkafka/log_reader.h"
#include "kafka/librdkafka/log_writer.h"
#include "kafka/librdkafka/owner_writer.h"

namespace millrace::kafka {
namespace {

class LibrdkafkaTopicLog final : public TopicLog {
 public:
  LibrdkafkaTopicLog(TopicLogOptions options)
      : options_(std::move(options)),
        writer_(options_.topic.name, options_.producer, options_.log_context),
        owner_(options_.topic.name, options_.owner, options_.log_context) {}
  ~LibrdkafkaTopicLog() override { stop(); }

  Result<void> start(OnRecord on_record) override {
    auto reader = LogReader::make(options_, std::move(on_record));
    if (!reader) return fail(std::move(reader).error());
    reader_ = *std::move(reader);
    return reader_->start();
  }
  void read_to_end(std::chrono::milliseconds timeout, Done done) override {
    reader_->read_to_end(timeout, std::move(done));
  }
  void send(std::vector<LogEntry> entries, std::chrono::milliseconds timeout, Done done) override {
    writer_.send(
        std::move(entries), timeout,
        [done = std::move(done)](const Result<void>& sent, const LogEnds&) { done(sent); });
  }
  // Where it went is known by the acknowledgements: nobody need ask for the end.
  void send_and_read(std::vector<LogEntry> entries, std::chrono::milliseconds timeout,
                     Done done) override {
    writer_.send(
        std::move(entries), timeout,
        [this, timeout, done = std::move(done)](const Result<void>& sent, const LogEnds& ends) {
          if (!sent) return done(sent);
          reader_->read_to(ends, timeout, done);
        });
  }
  void claim(std::chrono::milliseconds timeout, Done done) override {
    if (options_.owner.empty()) return done({});
    owner_.claim(timeout, std::move(done));
  }
  void send_as_owner(std::vector<LogEntry> entries, std::chrono::milliseconds timeout,
                     Done done) override {
    if (options_.owner.empty()) return send(std::move(entries), timeout, std::move(done));
    owner_.send(std::move(entries), timeout, std::move(done));
  }
  void stop() override {
    owner_.stop();
    writer_.stop();
    if (reader_ != nullptr) reader_->stop();
  }

 private:
  const TopicLogOptions options_;
  std::unique_ptr<LogReader> reader_;
  LogWriter writer_;
  OwnerWriter owner_;
};

}  // namespace

Result<std::unique_ptr<TopicLog>> make_librdkafka_topic_log(TopicLogOptions options) {
  return std::unique_ptr<TopicLog>(std::make_unique<LibrdkafkaTopicLog>(std::move(options)));
}

}  // namespace millrace::kafka
