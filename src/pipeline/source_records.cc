#include "pipeline/source_records.h"

#include "data/java_text.h"

namespace millrace::pipeline {
namespace {

void append_value(std::string& text, const data::Schema* schema, const data::Cell* cell) {
  if (cell == nullptr) {
    text.append("null");
  } else {
    data::append_java_text(text, schema, *cell);
  }
}

void append_schema(std::string& text, const data::Schema* schema) {
  text.append(schema == nullptr ? "null" : schema->to_string());
}

void append_number(std::string& text, int64_t number) {
  text.append(number == data::kNone ? "null" : std::to_string(number));
}

template <typename T>
T at(const T* column, uint32_t record, T otherwise) {
  return column == nullptr ? otherwise : column[record];
}

void append_half(std::string& text, const char* name, const data::Schema* schema,
                 const data::Cell* cells, uint32_t record) {
  text.append(", ").append(name).append("=");
  append_value(text, schema, cells == nullptr ? nullptr : cells + record);
  text.append(", ").append(name).append("Schema=");
  append_schema(text, schema);
}

void append_headers(std::string& text, std::span<const data::Header> headers) {
  text.append(", headers=ConnectHeaders(headers=");
  const char* separator = "[";
  for (const data::Header& header : headers) {
    text.append(separator).append("ConnectHeader(key=");
    text.append(header.key.data, header.key.size).append(", value=");
    append_value(text, header.schema, &header.value);
    text.append(", schema=");
    append_schema(text, header.schema);
    text.append(")");
    separator = ", ";
  }
  text.append(headers.empty() ? ")" : "])");
}

}  // namespace

std::string SourceRecords::place(uint32_t record) const {
  const data::Records& r = records_;
  std::string text = "{topic='";
  text.append(at<std::string_view>(r.topics, record, "null")).append("', sourcePartition=");
  append_value(text, nullptr, at<const data::Cell*>(r.source_partitions, record, nullptr));
  text.append(", sourceOffset=");
  append_value(text, nullptr, at<const data::Cell*>(r.source_offsets, record, nullptr));
  return text.append("}");
}

std::string SourceRecords::describe(uint32_t record) const {
  const data::Records& r = records_;
  std::string text = ", where source record is = SourceRecord{sourcePartition=";
  append_value(text, nullptr, at<const data::Cell*>(r.source_partitions, record, nullptr));
  text.append(", sourceOffset=");
  append_value(text, nullptr, at<const data::Cell*>(r.source_offsets, record, nullptr));
  text.append("} ConnectRecord{topic='").append(at<std::string_view>(r.topics, record, "null"));
  text.append("', kafkaPartition=");
  append_number(text, at<int32_t>(r.partitions, record, data::kNone));
  append_half(text, "key", at<const data::Schema*>(r.key_schemas, record, nullptr), r.keys, record);
  append_half(text, "value", at<const data::Schema*>(r.value_schemas, record, nullptr), r.values,
              record);
  text.append(", timestamp=");
  append_number(text, at<int64_t>(r.timestamps, record, data::kNone));
  append_headers(text, r.headers_of(record));
  return text.append("}");
}

}  // namespace millrace::pipeline
