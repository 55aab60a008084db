// ns per record of the JSON converter: CPU time of one thread, the best of several rounds.

#include <cstdio>
#include <ctime>
#include <string>
#include <vector>

#include "convert/converter.h"

namespace millrace::convert {
namespace {

constexpr uint32_t kRecords = 500;  // a poll of a consumer
constexpr int kRounds = 200;

double cpu_ns() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

std::string payload(uint32_t i) {
  return R"({"id":)" + std::to_string(100000 + i) + R"(,"name":"customer )" + std::to_string(i) +
         R"(","amount":)" + std::to_string(i) + R"(.25,"active":true,"note":null,"at":)" +
         std::to_string(1700000000000 + i) + "}";
}

constexpr const char* kSchema =
    R"({"type":"struct","fields":[{"type":"int32","optional":false,"field":"id"},)"
    R"({"type":"string","optional":false,"field":"name"},)"
    R"({"type":"double","optional":false,"field":"amount"},)"
    R"({"type":"boolean","optional":false,"field":"active"},)"
    R"({"type":"string","optional":true,"field":"note"},)"
    R"({"type":"int64","optional":false,"name":"org.apache.kafka.connect.data.Timestamp",)"
    R"("version":1,"field":"at"}],"optional":false,"name":"row"})";

struct Work {
  std::vector<std::string> texts;
  std::vector<Bytes> bytes;
  std::vector<std::string_view> topics;
  std::vector<const data::Schema*> schemas;
  std::vector<data::Cell> cells;
  std::vector<ConversionFailure> failures;

  explicit Work(bool envelope)
      : bytes(kRecords), topics(kRecords, "t"), schemas(kRecords), cells(kRecords) {
    for (uint32_t i = 0; i < kRecords; ++i) {
      std::string text = payload(i);
      if (envelope) text = R"({"schema":)" + std::string(kSchema) + R"(,"payload":)" + text + "}";
      texts.push_back(text);
    }
    for (uint32_t i = 0; i < kRecords; ++i)
      bytes[i] = {reinterpret_cast<const uint8_t*>(texts[i].data()), texts[i].size()};
  }
  void read(Converter& converter, data::Batch& batch) {
    converter.to_connect({batch, data::select_all(batch.arena(), kRecords), bytes.data(),
                          topics.data(), nullptr, schemas.data(), cells.data(), failures});
  }
};

template <typename Action>
void measure(const char* name, size_t size, Action&& action) {
  double best = 1e18;
  for (int round = 0; round < kRounds; ++round) {
    double start = cpu_ns();
    action();
    best = std::min(best, cpu_ns() - start);
  }
  std::printf("%-34s %7.1f ns/record  (%zu bytes)\n", name, best / kRecords, size);
}

void run() {
  for (bool envelope : {true, false}) {
    ConverterConfig config{{"schemas.enable", envelope ? "true" : "false"}};
    auto converter = make_converter("JsonConverter", Role::kValue, config);
    Work work(envelope);
    measure(envelope ? "read JSON with envelope" : "read plain JSON", work.texts[0].size(), [&] {
      data::Batch batch;
      work.read(**converter, batch);
    });
    data::Batch batch;
    work.read(**converter, batch);
    std::vector<Bytes> out(kRecords);
    auto write = [&] {
      data::Batch target;
      (*converter)
          ->from_connect({target, data::select_all(target.arena(), kRecords), work.schemas.data(),
                          work.cells.data(), work.topics.data(), nullptr, out.data(),
                          work.failures});
    };
    measure(envelope ? "write JSON with envelope" : "write plain JSON", work.texts[0].size(),
            write);
    if (!work.failures.empty()) std::printf("%zu failures\n", work.failures.size());
  }
}

}  // namespace
}  // namespace millrace::convert

int main() { millrace::convert::run(); }
