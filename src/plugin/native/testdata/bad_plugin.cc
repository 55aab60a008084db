// A plug-in that breaks the contract in the one way that BAD_... names; without it, it is good.

#include <stdexcept>

#include "millrace/abi.h"

namespace {

const millrace_host* host;

millrace_text text(const char* data) {
  size_t size = 0;
  while (data[size] != '\0') ++size;
  return {data, size};
}

void* create(const millrace_host*, millrace_context, millrace_error*) {
#if defined(BAD_CREATE_NULL)
  return nullptr;
#else
  static int self;
  return &self;
#endif
}
void destroy(void*) {}
millrace_code start(void*, const millrace_config*, millrace_error* error) {
#if defined(BAD_STRANGE_CODE)
  host->fail(error, MILLRACE_FATAL, text("the words"));
  return 42;
#elif defined(BAD_THROWS)
  (void)error;
  throw std::runtime_error("out of start");
#else
  (void)error;
  return MILLRACE_OK;
#endif
}

// The value that the next poll appends: set by the count of polls.
millrace_code poll(void*, millrace_builder* builder, int64_t, millrace_error* error) {
#if defined(BAD_BAD_ROWS)
  static int polls = 0;
  static const millrace_schema* schema = nullptr;
  if (schema == nullptr) {
    millrace_schema_builder* field = host->schema_builder_create(MILLRACE_INT32);
    const millrace_schema* number = nullptr;
    host->schema_builder_build(field, &number, error);
    millrace_schema_builder* row = host->schema_builder_create(MILLRACE_STRUCT);
    host->schema_builder_field(row, text("a"), number);
    host->schema_builder_field(row, text("b"), number);
    host->schema_builder_build(row, &schema, error);
    host->schema_release(number);
    host->schema_builder_destroy(field);
    host->schema_builder_destroy(row);
  }
  static millrace_cell cells[2], deep[200];
  cells[0].kind = MILLRACE_INT32;
  cells[1].kind = MILLRACE_INT32;
  for (int i = 0; i < 199; ++i) {
    deep[i].kind = MILLRACE_ARRAY;
    deep[i].length = 1;
    deep[i].as.cells = &deep[i + 1];
  }
  millrace_record record{};
  record.size = sizeof record;
  record.topic = text("t");
  record.value_schema = schema;
  record.value.kind = MILLRACE_STRUCT;
  record.value.length = 2;
  record.value.as.cells = cells;
  switch (polls++) {
    case 0: record.value.length = 1; break;
    case 1: cells[1].kind = MILLRACE_STRING; break;
    case 2: record.value.kind = 77; break;
    case 3: record.value_schema = nullptr; break;
    case 4: record.value.as.cells = nullptr; break;
    case 5: record.value_schema = nullptr, record.value = deep[0]; break;
    case 6: record.topic.data = nullptr; break;
    case 7: record.size = 8; break;
    case 8: record.header_count = 1; break;
  }
  return host->builder_append(builder, &record, error);
#elif defined(BAD_THROWS)
  (void)builder, (void)error;
  throw 1;
#else
  (void)builder, (void)error;
  return MILLRACE_RETRIABLE;
#endif
}

millrace_source_task source_table() {
  millrace_source_task table{};
  table.size = sizeof table;
  table.create = create;
  table.start = start;
  table.poll = poll;
  table.destroy = destroy;
#if defined(BAD_MISSING_MEMBER)
  table.poll = nullptr;
#elif defined(BAD_SHORT_TABLE)
  table.size = 16;
#endif
  return table;
}

}  // namespace

#if defined(BAD_NO_SYMBOL)
extern "C" __attribute__((visibility("default"))) int something_else() { return 0; }
#elif defined(BAD_OTHER_VERSION)
extern "C" __attribute__((visibility("default"))) millrace_code millrace_plugin_v2() { return 0; }
#else
millrace_code millrace_plugin_v1(const millrace_host* given, millrace_plugin* plugin,
                                 millrace_error* error) {
  host = given;
#if defined(BAD_ENTRY_FAILS)
  return host->fail(error, MILLRACE_FATAL, text("no licence"));
#elif defined(BAD_ENTRY_THROWS)
  throw std::runtime_error("out of the entry");
#endif
  (void)error;
  static millrace_source_task source = source_table();
  static millrace_connector connector{};
  connector.size = sizeof connector;
  connector.class_name = "org.example.Bad";
  connector.version = "1";
  connector.create = create;
  connector.destroy = destroy;
#if !defined(BAD_NO_ROLE)
  connector.source = &source;
#endif
  static const millrace_connector* connectors[] = {&connector};
  plugin->connectors = connectors;
  plugin->connector_count = 1;
  return MILLRACE_OK;
}
#endif
