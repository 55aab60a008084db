#include "kafka/librdkafka/factory.h"

#include "kafka/librdkafka/admin.h"
#include "kafka/librdkafka/client_properties.h"
#include "kafka/librdkafka/consumer.h"
#include "kafka/librdkafka/partition_reader.h"
#include "kafka/librdkafka/producer.h"

namespace millrace::kafka {
namespace {

class LibrdkafkaFactory final : public ClientFactory {
 public:
  ~LibrdkafkaFactory() override { wait_for_destroyed_handles(std::chrono::seconds(5)); }
  Result<std::unique_ptr<Consumer>> make_consumer(const ClientProperties& properties,
                                                  const std::string& log_context) override {
    return LibrdkafkaConsumer::make(properties, log_context);
  }
  Result<std::unique_ptr<Producer>> make_producer(const ClientProperties& properties,
                                                  const std::string& log_context) override {
    return LibrdkafkaProducer::make(properties, log_context);
  }
  Result<void> check_producer(const ClientProperties& properties) override {
    return check(ClientRole::kProducer, properties);
  }
  Result<void> check_consumer(const ClientProperties& properties) override {
    return check(ClientRole::kConsumer, properties);
  }
  Result<std::unique_ptr<Admin>> make_admin(const ClientProperties& properties,
                                            const std::string& log_context) override {
    return LibrdkafkaAdmin::make(properties, log_context);
  }
  Result<std::vector<StoredRecord>> read_partition(const ClientProperties& properties,
                                                   const PartitionRange& range,
                                                   std::chrono::milliseconds timeout,
                                                   const std::string& log_context) override {
    return read_partition_range(properties, range, timeout, log_context);
  }

 private:
  static Result<void> check(ClientRole role, const ClientProperties& properties) {
    auto settings = translate_client_properties(role, properties);
    if (!settings) return fail(std::move(settings).error());
    return {};
  }
};

}  // namespace

std::unique_ptr<ClientFactory> make_librdkafka_factory() {
  return std::make_unique<LibrdkafkaFactory>();
}

}  // namespace millrace::kafka
