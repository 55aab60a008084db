#pragma once
// Transforms of other packages than Apache Kafka's, under their own class names. They are found by
// these names and are in no listing: a Java worker without those packages lists none either.

#include "transform/side_transform.h"
#include "transform/transform.h"

namespace millrace::transform {

void add_aiven_case_transform(std::vector<TransformClass>&);
void add_aiven_concat_fields(std::vector<TransformClass>&);
void add_aiven_extract_timestamp(std::vector<TransformClass>&);
void add_aiven_extract_topic(std::vector<TransformClass>&);
void add_aiven_filter_by_field_value(std::vector<TransformClass>&);
void add_aiven_hash(std::vector<TransformClass>&);
void add_aiven_key_to_value(std::vector<TransformClass>&);
void add_aiven_topic_from_schema_name(std::vector<TransformClass>&);
void add_aiven_tombstones(std::vector<TransformClass>&);  // TombstoneHandler, MakeTombstone
void add_confluent_extract_topic(std::vector<TransformClass>&);
void add_confluent_filter(std::vector<TransformClass>&);
void add_confluent_tombstones(std::vector<TransformClass>&);
void add_change_topic_case(std::vector<TransformClass>&);

template <typename Made>
void add_other_sides(std::vector<TransformClass>& classes, std::string_view name,
                     const config::ConfigDef& def) {
  for (bool key : {true, false}) {
    Side side{key, std::string(name) + (key ? "$Key" : "$Value")};
    classes.push_back({side.class_name, &def,
                       [side](const config::Config& config) -> Result<std::unique_ptr<Transform>> {
                         return std::make_unique<Made>(side, config);
                       }});
  }
}

// What is wrong with a record, and which one it is.
inline Error of_record(Error error, const data::Records& view, uint32_t record) {
  return Error(error.kind(), error.message() + ": topic='" + std::string(view.topics[record]) +
                                 "', kafkaPartition=" + std::to_string(view.partitions[record]));
}

}  // namespace millrace::transform
