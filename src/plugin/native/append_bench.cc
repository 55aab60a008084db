// What crossing the contract costs: builder_append for one string record, and poll of the file
// source for each line.
//
//   plugin_native_bench [PATH OF millrace-file.so]

#include <chrono>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>

#include "data/schema.h"
#include "plugin/fake_contexts.h"
#include "plugin/native/builder.h"
#include "plugin/native/host_table.h"
#include "plugin/native/library.h"

namespace {

using namespace millrace;
// Processor time, so that a busy machine does not spoil the figures.
double ns_each(std::clock_t began, size_t count) {
  return static_cast<double>(std::clock() - began) * (1e9 / CLOCKS_PER_SEC) /
         static_cast<double>(count);
}

void measure_append() {
  constexpr size_t kBatches = 2000, kRecords = 2000;
  const millrace_host* host = plugin::native::host_table();
  millrace_record record{};
  record.size = sizeof record;
  record.topic = {"topic", 5};
  record.value_schema = data::primitive_schema(data::Kind::kString).get();
  record.value = data::string_cell("a line of some length");
  millrace_builder builder;
  auto began = std::clock();
  for (size_t i = 0; i < kBatches; ++i) {
    for (size_t j = 0; j < kRecords; ++j) host->builder_append(&builder, &record, nullptr);
    builder.finish();
  }
  std::printf("append: %.1f ns a record\n", ns_each(began, kBatches * kRecords));
}

void measure_file_source(const char* library) {
  constexpr size_t kLines = 2'000'000;
  auto file = std::filesystem::temp_directory_path() / "millrace-bench-lines.txt";
  {
    std::ofstream out(file);
    for (size_t i = 0; i < kLines; ++i) out << "a line of text with the number " << i << " in it\n";
  }
  auto loaded = plugin::native::load_library(library);
  if (!loaded) return (void)std::printf("%s\n", loaded.error().describe().c_str());
  auto context = std::make_shared<plugin::FakeSourceTaskContext>();
  for (const auto& connector : loaded->classes) {
    if (connector->type() != plugin::ConnectorType::kSource) continue;
    auto task = std::move(*connector->make_source_task(context));
    (void)task->start({{"file", file}, {"topic", "topic"}});
    size_t lines = 0;
    auto began = std::clock();
    while (lines < kLines) {
      auto batch = task->poll(std::chrono::milliseconds(0));
      if (!batch || !*batch) break;
      lines += (*batch)->original.count;
    }
    std::printf("file source: %.1f ns a line, %zu lines\n", ns_each(began, lines), lines);
  }
  std::filesystem::remove(file);
}

}  // namespace

int main(int count, char** arguments) {
  measure_append();
  if (count > 1) measure_file_source(arguments[1]);
}
