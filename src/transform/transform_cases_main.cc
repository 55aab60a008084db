// Runs cases of the transform corpus through this worker's transforms: the counterpart of
// tests/transforms/TransformCases.java, which tells the form of the lines.

#include <deque>
#include <iostream>

#include "testing/case_text.h"
#include "transform/transform.h"

namespace millrace::testing {
namespace {

// Chains are kept, so that their caches take part.
Result<transform::Transforms*> chain(const std::string& hex) {
  static std::map<std::string, transform::Transforms> known;
  if (auto found = known.find(hex); found != known.end()) return &found->second;
  config::Properties properties;
  for (const std::string& line : split(from_hex(hex), '\n')) {
    const size_t equals = line.find('=');
    properties[line.substr(0, equals)] = line.substr(equals + 1);
  }
  auto made = transform::make_transforms(properties);
  if (!made) return fail(std::move(made).error());
  return &(known[hex] = *std::move(made));
}

std::string datum(const Schema* schema, const Cell& value) {
  return schema_text(schema) + " " + value_text(value);
}

// One record in the columns of a batch.
struct Record {
  data::Batch batch;
  std::deque<std::string> bytes;
  std::string_view topic;
  int32_t partition = data::kNone;
  int64_t timestamp = data::kNone, offset = 0;
  Value key, value;
  std::vector<data::Header> headers;
  uint32_t header_begin[2] = {0, 0};

  Result<void> read_all(const std::vector<std::string>& parts) {
    auto key_read = read_with(parts[5], parts[6], bytes.emplace_back(), batch);
    if (!key_read) return fail(std::move(key_read).error());
    auto value_read = read_with(parts[7], parts[8], bytes.emplace_back(), batch);
    if (!value_read) return fail(std::move(value_read).error());
    key = *key_read;
    value = *value_read;
    if (parts[9] == "-") return {};
    for (const std::string& header : split(parts[9], ';')) {
      std::vector<std::string> words = split(header, ' ');
      auto read = read_with(words[1], words[2], bytes.emplace_back(), batch);
      if (!read) return fail(std::move(read).error());
      const std::string& name = bytes.emplace_back(words[0]);
      headers.push_back({{name.data(), name.size()}, read->schema, read->cell});
    }
    header_begin[1] = static_cast<uint32_t>(headers.size());
    return {};
  }

  data::Records view(bool sink) {
    data::Records view;
    view.count = 1;
    view.selected = data::select_all(batch.arena(), 1);
    view.topics = &topic;
    view.partitions = &partition;
    view.timestamps = &timestamp;
    view.key_schemas = &key.schema;
    view.keys = &key.cell;
    view.value_schemas = &value.schema;
    view.values = &value.cell;
    if (!headers.empty()) {
      view.header_begin = header_begin;
      view.headers = headers.data();
    }
    if (sink) {
      view.original_topics = &topic;
      view.original_partitions = &partition;
      view.original_offsets = &offset;
    }
    return view;
  }
};

std::string written(const data::Records& view) {
  auto number = [](int64_t n) { return n == data::kNone ? "null" : std::to_string(n); };
  std::string out = "OK " + std::string(view.topics[0]) + " " + number(view.partitions[0]) + " " +
                    number(view.timestamps[0]) + " " + datum(view.key_schemas[0], view.keys[0]) +
                    " " + datum(view.value_schemas[0], view.values[0]);
  for (const data::Header& header : view.headers_of(0))
    out += " " + std::string(header.key.data, header.key.size) + ":" +
           datum(header.schema, header.value);
  return out;
}

std::string run(const std::vector<std::string>& parts) {
  auto transforms = chain(parts[0]);
  if (!transforms) return failure_text(transforms.error());
  Record record;
  record.topic = parts[1];
  if (parts[2] != "-") record.partition = std::stoi(parts[2]);
  if (parts[3] != "-") record.timestamp = std::stoll(parts[3]);
  if (parts[4] != "-") record.offset = std::stoll(parts[4]);
  if (auto read = record.read_all(parts); !read) return failure_text(read.error());
  data::Records view = record.view(parts[4] != "-");
  data::Failures failures;
  for (auto& transform : **transforms) {
    transform->apply(record.batch, view, failures);
    if (!failures.empty()) return failure_text(failures[0].error);
    if (view.selected.empty()) return "DROPPED";
  }
  return written(view);
}

}  // namespace
}  // namespace millrace::testing

int main() {
  std::ios::sync_with_stdio(false);
  std::string line;
  while (std::getline(std::cin, line)) {
    using namespace millrace::testing;
    std::cout << escaped(run(split(line, '\t'))) << "\n";
  }
}
