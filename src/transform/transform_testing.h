#pragma once
// The fixture of this folder's tests.

#include <gtest/gtest.h>

#include "data/java_text.h"
#include "transform/transform.h"

namespace millrace::transform {

// A batch of records with one topic; values are given one by one.
class TransformTest : public ::testing::Test {
 protected:
  void add(data::SchemaRef schema, const data::Cell& value, std::string_view topic = "orders") {
    value_schemas_.push_back(batch_.keep(std::move(schema)));
    values_.push_back(value);
    key_schemas_.push_back(nullptr);
    keys_.push_back(data::null_cell());
    topics_.push_back(topic);
    partitions_.push_back(3);
    timestamps_.push_back(1'600'000'000'000);
    offsets_.push_back(static_cast<int64_t>(offsets_.size()));
  }
  data::Cell row(std::vector<data::Cell> cells) {
    return data::copy(
        data::nested_cell(data::Kind::kStruct, cells.data(), static_cast<uint32_t>(cells.size())),
        batch_.arena());
  }
  data::Cell map(std::vector<data::Cell> cells) {
    return data::copy(
        data::nested_cell(data::Kind::kMap, cells.data(), static_cast<uint32_t>(cells.size() / 2)),
        batch_.arena());
  }

  void apply(const config::Properties& config) {
    Result<Transforms> made = make_transforms(config);
    ASSERT_TRUE(made) << made.error().describe();
    chain_ = std::move(*made);
    view_.count = static_cast<uint32_t>(values_.size());
    view_.selected = data::select_all(batch_.arena(), view_.count);
    view_.topics = topics_.data();
    view_.partitions = partitions_.data();
    view_.key_schemas = key_schemas_.data();
    view_.value_schemas = value_schemas_.data();
    view_.keys = keys_.data();
    view_.values = values_.data();
    view_.timestamps = timestamps_.data();
    view_.original_offsets = offsets_.data();
    for (auto& transform : chain_) transform->apply(batch_, view_, failures_);
  }
  std::string value(uint32_t record) const {
    std::string text;
    data::append_java_text(text, view_.value_schemas[record], view_.values[record]);
    return text;
  }
  std::vector<uint32_t> selected() const { return {view_.selected.begin(), view_.selected.end()}; }
  std::string refusal(const config::Properties& config) {
    Result<Transforms> made = make_transforms(config);
    return made ? "" : made.error().message();
  }

  data::Batch batch_;
  data::Records view_;
  data::Failures failures_;
  Transforms chain_;
  std::vector<const data::Schema*> key_schemas_, value_schemas_;
  std::vector<data::Cell> keys_, values_;
  std::vector<std::string_view> topics_;
  std::vector<int32_t> partitions_;
  std::vector<int64_t> timestamps_, offsets_;
};

}  // namespace millrace::transform
