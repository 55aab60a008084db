// Runs cases of the transform corpus through this worker's transforms: the counterpart of
// tests/transforms/TransformCases.java, which tells the form of the lines. There each case is a
// record of its own; here those of one configuration are a batch.

#include <deque>
#include <iostream>
#include <tuple>

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

// Cases that follow each other with one configuration, as the records of one batch.
class Cases {
 public:
  explicit Cases(const std::vector<std::vector<std::string>>& cases) : answers_(cases.size()) {
    for (size_t i = 0; i < cases.size(); ++i) {
      Result<void> read = read_all(cases[i]);
      if (read) {
        alive_.push_back(static_cast<uint32_t>(i));
      } else {
        answers_[i] = failure_with_causes(read.error());
      }
    }
  }

  // One line for each case.
  const std::vector<std::string>& run(transform::Transforms& transforms, bool sink) {
    data::Records records = view(sink);
    for (auto& transform : transforms) {
      records.selected = alive_;
      data::Failures failures;
      transform->apply(batch_, records, failures);
      alive_.assign(records.selected.begin(), records.selected.end());
      for (const data::RecordFailure& failure : failures) {
        answers_[failure.record] = failure_with_causes(failure.error);
        std::erase(alive_, failure.record);
      }
      if (alive_.empty()) break;
    }
    for (uint32_t record : alive_) answers_[record] = written(records, record);
    for (std::string& answer : answers_) {
      if (answer.empty()) answer = "DROPPED";
    }
    return answers_;
  }

 private:
  // A record that cannot be read has its place in the columns all the same.
  Result<void> read_all(const std::vector<std::string>& parts) {
    topics_.push_back(bytes_.emplace_back(parts[1]));
    partitions_.push_back(parts[2] == "-" ? data::kNone : std::stoi(parts[2]));
    timestamps_.push_back(parts[3] == "-" ? data::kNone : std::stoll(parts[3]));
    offsets_.push_back(parts[4] == "-" ? 0 : std::stoll(parts[4]));
    Result<void> read;
    for (auto [schemas, cells, first] :
         {std::tuple{&key_schemas_, &keys_, 5}, std::tuple{&value_schemas_, &values_, 7}}) {
      const size_t place = static_cast<size_t>(first);
      auto value = read_with(parts[place], parts[place + 1], bytes_.emplace_back(), batch_);
      if (!value && read) read = fail(value.error());
      schemas->push_back(value ? value->schema : nullptr);
      cells->push_back(value ? value->cell : data::null_cell());
    }
    for (const std::string& header :
         parts[9] == "-" ? std::vector<std::string>{} : split(parts[9], ';')) {
      std::vector<std::string> words = split(header, ' ');
      auto value = read_with(words[1], words[2], bytes_.emplace_back(), batch_);
      if (!value && read) read = fail(value.error());
      if (!value) continue;
      const std::string& name = bytes_.emplace_back(words[0]);
      headers_.push_back({{name.data(), name.size()}, value->schema, value->cell});
    }
    header_begin_.push_back(static_cast<uint32_t>(headers_.size()));
    return read;
  }

  data::Records view(bool sink) const {
    data::Records view;
    view.count = static_cast<uint32_t>(topics_.size());
    view.topics = topics_.data();
    view.partitions = partitions_.data();
    view.timestamps = timestamps_.data();
    view.key_schemas = key_schemas_.data();
    view.keys = keys_.data();
    view.value_schemas = value_schemas_.data();
    view.values = values_.data();
    if (!headers_.empty()) {
      view.header_begin = header_begin_.data();
      view.headers = headers_.data();
    }
    if (sink) {
      view.original_topics = topics_.data();
      view.original_partitions = partitions_.data();
      view.original_offsets = offsets_.data();
    }
    return view;
  }

  static std::string written(const data::Records& view, uint32_t record) {
    auto number = [](int64_t n) { return n == data::kNone ? "null" : std::to_string(n); };
    std::string out = "OK " + std::string(view.topics[record]) + " " +
                      number(view.partitions[record]) + " " + number(view.timestamps[record]) +
                      " " + datum(view.key_schemas[record], view.keys[record]) + " " +
                      datum(view.value_schemas[record], view.values[record]);
    for (const data::Header& header : view.headers_of(record))
      out += " " + std::string(header.key.data, header.key.size) + ":" +
             datum(header.schema, header.value);
    return out;
  }

  data::Batch batch_;
  std::deque<std::string> bytes_;
  std::vector<std::string_view> topics_;
  std::vector<int32_t> partitions_;
  std::vector<int64_t> timestamps_, offsets_;
  std::vector<const Schema*> key_schemas_, value_schemas_;
  std::vector<Cell> keys_, values_;
  std::vector<data::Header> headers_;
  std::vector<uint32_t> header_begin_{0};
  std::vector<uint32_t> alive_;
  std::vector<std::string> answers_;
};

bool sink(const std::vector<std::string>& parts) { return parts[4] != "-"; }

void run(const std::vector<std::vector<std::string>>& cases) {
  if (cases.empty()) return;
  auto transforms = chain(cases.front()[0]);
  if (!transforms) {
    for (size_t i = 0; i < cases.size(); ++i)
      std::cout << escaped(failure_with_causes(transforms.error())) << "\n";
    return;
  }
  Cases batch(cases);
  for (const std::string& answer : batch.run(**transforms, sink(cases.front())))
    std::cout << escaped(answer) << "\n";
}

}  // namespace
}  // namespace millrace::testing

int main() {
  using namespace millrace::testing;
  std::ios::sync_with_stdio(false);
  std::vector<std::vector<std::string>> batch;
  std::string line;
  while (std::getline(std::cin, line)) {
    std::vector<std::string> parts = split(line, '\t');
    if (!batch.empty() && (parts[0] != batch.front()[0] || sink(parts) != sink(batch.front()))) {
      run(batch);
      batch.clear();
    }
    batch.push_back(std::move(parts));
  }
  run(batch);
}
