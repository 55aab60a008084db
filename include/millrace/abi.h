/* millrace/abi.h: the whole contract between the Millrace worker (the host) and a connector library
 * (a plug-in). C99, no dependency. C++ authors include millrace/sdk.h, which wraps it.
 *
 * Life of a plug-in
 *   The host loads the library, calls millrace_plugin_v1 once and reads the table that it gets. A
 * library is never unloaded. Instances (connectors and tasks) are made by `create` and end with
 * `destroy`.
 *
 * Ownership
 *   Whoever allocates frees. Text and cells that a call receives are borrowed until that call
 * returns, unless the function says otherwise. Batch memory is the host's; a plug-in may lend
 * memory of its own (builder_adopt).
 *
 * Threads
 *   All calls on one instance come one at a time. `cancel` alone may come from another thread while
 * a call runs. Functions of millrace_host may be called from any thread; a millrace_context that
 * has ended is refused with MILLRACE_CANCELLED, never dereferenced: a left-over thread of a plug-in
 * does no harm. A builder is used by one thread at a time.
 *
 * Errors
 *   A function returns a millrace_code; on failure it first describes the failure with host->fail.
 * No exception of any language crosses this boundary.
 *
 * Growth
 *   Tables begin with `size`: the bytes known to whoever filled them. Members are only ever added
 * at the end. A member past `size`, or NULL, means "not provided". Arrays of structures carry a
 * stride or are arrays of pointers. What can never change is: text, cell, decimal, typed, the
 * codes, the kinds. The major version is part of the entry symbol's name. tools/check_abi holds a
 * change of this file against the last release.
 */
#ifndef MILLRACE_ABI_H
#define MILLRACE_ABI_H
#include <stddef.h>
#include <stdint.h>

#define MILLRACE_ABI_MAJOR 1
#define MILLRACE_ABI_MINOR 0

#ifdef __cplusplus
extern "C" {
#endif

/* UTF-8 text with a length, not NUL-terminated. data == NULL: no text (Java's null). Java strings
 * may hold lone surrogates: they are kept as their three-byte form. */
typedef struct millrace_text {
  const char* data;
  size_t size;
} millrace_text;

typedef int32_t millrace_code;
enum {
  MILLRACE_OK = 0,
  MILLRACE_RETRIABLE = 1,  /* may succeed when tried again (Java: RetriableException) */
  MILLRACE_BAD_DATA = 2,   /* this record will never succeed (DataException) */
  MILLRACE_BAD_CONFIG = 3, /* the user must change a setting (ConfigException) */
  MILLRACE_FATAL = 4,      /* the task cannot go on (ConnectException) */
  MILLRACE_CANCELLED = 5   /* stopped on request; not a failure */
};

typedef struct millrace_error millrace_error; /* host-owned; filled by host->fail */
typedef struct millrace_config
    millrace_config; /* host-owned; a map of text to text, variables resolved */
typedef struct millrace_schema
    millrace_schema; /* immutable, interned: equal schemas have one pointer while held */
typedef struct millrace_schema_builder millrace_schema_builder;
typedef struct millrace_builder millrace_builder; /* collects records of one batch */
typedef struct millrace_emitter millrace_emitter; /* where a plug-in hands out a list of answers */
typedef uint64_t millrace_context; /* a connector or task as the host knows it; 0 is never valid */

/* ---- Data
 * --------------------------------------------------------------------------------------------------------
 */

typedef uint8_t millrace_kind;
enum {
  MILLRACE_NULL = 0,
  MILLRACE_BOOLEAN = 1, /* as.i64: 0 or 1 */
  MILLRACE_INT8 = 2,    /* as.i64, likewise the next three */
  MILLRACE_INT16 = 3,
  MILLRACE_INT32 = 4,
  MILLRACE_INT64 = 5,
  MILLRACE_FLOAT32 = 6, /* as.f64, exactly representable as float */
  MILLRACE_FLOAT64 = 7,
  MILLRACE_STRING = 8, /* as.bytes, length bytes */
  MILLRACE_BYTES = 9,
  MILLRACE_ARRAY = 10, /* as.cells, length elements */
  MILLRACE_MAP = 11,   /* as.cells: length entries, key and value by turns (2 * length cells), in
                          iteration order */
  MILLRACE_STRUCT =
      12, /* as.cells: length fields in the order of the schema that the context gives: the record's
             schema, or that of the enclosing field, element or entry. Holds the raw null where a
             field is null; a schema's default is applied on conversion. */
  MILLRACE_DECIMAL = 13, /* java.math.BigDecimal: as.decimal, length bytes of unscaled value */
  MILLRACE_INSTANT = 14, /* java.util.Date, for the logical types Date, Time and Timestamp: as.i64,
                            ms since the epoch */
  MILLRACE_TYPED =
      15, /* a value that brings its own schema (a Struct inside schemaless data): as.typed */
  MILLRACE_OPAQUE = 16 /* a value that only the plug-in that made it understands: as.i64; length: an
                          identity of it */
};

/* One value. 16 bytes, frozen. `kind` is authoritative: where it contradicts a schema the record is
 * bad data. */
typedef struct millrace_cell {
  union {
    int64_t i64;
    double f64;
    const uint8_t* bytes;
    const struct millrace_cell* cells;
    const struct millrace_decimal* decimal;
    const struct millrace_typed* typed;
  } as;
  uint32_t length;
  millrace_kind kind;
  uint8_t reserved[3]; /* zero when you make a cell; not for reading */
} millrace_cell;

typedef struct millrace_decimal {
  int32_t scale;
  uint8_t
      unscaled[]; /* two's complement, big-endian, minimal, at least one byte; cell.length bytes */
} millrace_decimal;

typedef struct millrace_typed {
  const millrace_schema* schema;
  millrace_cell value;
} millrace_typed;

/* Schema types (org.apache.kafka.connect.data.Schema.Type). They share the numbers of the kinds. */
typedef millrace_kind millrace_type;

typedef struct millrace_header {
  millrace_text key;
  const millrace_schema* schema; /* NULL: none */
  millrace_cell value;
} millrace_header;

/* No partition, timestamp or offset. */
#define MILLRACE_NONE (-1)

enum { MILLRACE_NO_TIMESTAMP_TYPE = -1, MILLRACE_CREATE_TIME = 0, MILLRACE_LOG_APPEND_TIME = 1 };

/* Consecutive records of a batch that share topic, partition and schemas: what depends on them is
 * done once per run. */
typedef struct millrace_run {
  uint32_t begin, end; /* records [begin, end) */
  int32_t partition, original_partition;
  millrace_text topic, original_topic; /* original: as read from Kafka, before transforms */
  const millrace_schema *key_schema, *value_schema; /* NULL: schemaless */
} millrace_run;

/* Records, immutable. Columns hold one entry per record. Only the records of `selected` exist for a
 * sink: others were filtered out or were bad. A record keeps its index through retries. */
typedef struct millrace_batch {
  uint32_t size, count, run_count, run_stride, header_stride, selected_count;
  const millrace_run* runs; /* run i lies run_stride * i bytes further: millrace_batch_run; covers
                               the selection only */
  const millrace_cell *keys, *values;
  const int64_t *offsets,
      *timestamps; /* original Kafka offset; ms since the epoch or MILLRACE_NONE */
  const int8_t* timestamp_types;
  const uint32_t* header_begin; /* count + 1; NULL: no record has headers */
  const millrace_header* headers;
  const uint32_t* selected; /* rising indexes, selected_count of them; NULL: all records */
  /* A source's own batch only, as it was appended; NULL for a sink. Entries may be NULL. */
  const millrace_cell *const *source_partitions, *const *source_offsets;
} millrace_batch;

static inline const millrace_run* millrace_batch_run(const millrace_batch* batch, uint32_t index) {
  return (const millrace_run*)((const char*)batch->runs + (size_t)batch->run_stride * index);
}

/* A record that a source hands over, or that a sink reports. Cells, texts and headers are borrowed:
 * they must stay valid until the batch is released, so they lie in builder_alloc or builder_adopt
 * memory, or are static. */
typedef struct millrace_record {
  uint32_t size, header_count;
  millrace_text topic;
  int32_t partition; /* MILLRACE_NONE: the producer chooses */
  int32_t header_stride;
  const millrace_schema *key_schema, *value_schema;
  millrace_cell key, value;
  int64_t timestamp; /* ms since the epoch; MILLRACE_NONE: the producer's clock */
  const millrace_header* headers;
  /* Where this record came from (a map) and where to go on after it (a map): flat, of Connect
   * primitives. NULL: none. Records of one place should point to one source_partition cell: it is
   * then looked at once. */
  const millrace_cell *source_partition, *source_offset;
} millrace_record;

/* A place in Kafka. Arrays of positions come with their stride: millrace_position_at. */
typedef struct millrace_position {
  millrace_text topic;
  int32_t partition;
  int64_t offset;         /* MILLRACE_NONE: none. For pre_commit: the next offset to read. */
  millrace_text metadata; /* of a commit; may be NULL. Set by a task: its memory, valid until the
                             next call on it. */
} millrace_position;

static inline const millrace_position* millrace_position_at(const millrace_position* first,
                                                            size_t stride, size_t index) {
  return (const millrace_position*)((const char*)first + stride * index);
}

/* What became of one source record (Java: SourceTask.commitRecord). */
typedef struct millrace_acknowledgement {
  const millrace_batch* batch; /* as the task built it, before transforms */
  uint32_t record;
  int32_t
      partition; /* MILLRACE_NONE with offset MILLRACE_NONE: filtered out or skipped, never sent */
  int64_t offset, timestamp;
  millrace_text topic;
} millrace_acknowledgement;

/* ---- Configuration
 * -----------------------------------------------------------------------------------------------
 */

enum {
  MILLRACE_CONFIG_BOOLEAN,
  MILLRACE_CONFIG_STRING,
  MILLRACE_CONFIG_INT,
  MILLRACE_CONFIG_SHORT,
  MILLRACE_CONFIG_LONG,
  MILLRACE_CONFIG_DOUBLE,
  MILLRACE_CONFIG_LIST,
  MILLRACE_CONFIG_CLASS,
  MILLRACE_CONFIG_PASSWORD
};
enum { MILLRACE_HIGH, MILLRACE_MEDIUM, MILLRACE_LOW };
enum {
  MILLRACE_KEY_NOT_EMPTY = 1,   /* a text that is given must not be empty */
  MILLRACE_KEY_IGNORE_CASE = 2, /* allowed_values are compared without regard to case */
  MILLRACE_KEY_INTERNAL = 4     /* understood, but not shown to users */
};
enum { MILLRACE_WIDTH_NONE, MILLRACE_WIDTH_SHORT, MILLRACE_WIDTH_MEDIUM, MILLRACE_WIDTH_LONG };

/* One key that a connector understands (Java: ConfigDef.ConfigKey). */
typedef struct millrace_config_key {
  uint32_t size;
  int32_t type, importance, width, order; /* order in its group; MILLRACE_NONE: none */
  int32_t has_default;                    /* 0: the key is required */
  const char* name;
  const char* default_value; /* NULL with has_default: null */
  const char* documentation;
  const char* group;          /* NULL: none */
  const char* display_name;   /* NULL: the name */
  const char* allowed_values; /* NULL: any; else comma-separated, one of which it must be */
  const char* dependents;     /* NULL: none; else comma-separated keys to be validated again after a
                                 change of this one */
  int64_t minimum, maximum;   /* of a number; INT64_MIN and INT64_MAX: not limited */
  uint32_t flags;             /* MILLRACE_KEY_... */
} millrace_config_key;

/* ---- What the host offers
 * ---------------------------------------------------------------------------------------- */

typedef struct millrace_host {
  uint32_t size, minor;

  /* Errors, log, metrics */
  millrace_code (*fail)(millrace_error*, millrace_code,
                        millrace_text message); /* returns its code: `return fail(...)` */
  void (*log)(millrace_context, int32_t level,
              millrace_text message); /* 0 trace, 1 debug, 2 info, 3 warn, 4 error */
  int32_t (*log_enabled)(millrace_context, int32_t level);
  void (*count)(millrace_context, millrace_text metric,
                double delta); /* shown as a metric of the connector's task */

  /* Configuration. A returned text lives as long as the config. */
  millrace_text (*config_get)(const millrace_config*,
                              millrace_text key); /* data == NULL: not set */
  uint32_t (*config_count)(const millrace_config*);
  millrace_text (*config_key)(const millrace_config*, uint32_t index);

  /* Answers: key-value maps (task_configs) and findings of a validation */
  void (*emit_config)(millrace_emitter*, const millrace_text* pairs, size_t pair_count);
  void (*emit_problem)(millrace_emitter*, millrace_text key, millrace_text message);
  void (*emit_recommended)(millrace_emitter*, millrace_text key, millrace_text value);
  void (*emit_visible)(millrace_emitter*, millrace_text key, int32_t visible);

  /* Schemas. NULL is a legal schema pointer nowhere below. Texts and child schemas live as long as
   * the schema. */
  millrace_type (*schema_type)(const millrace_schema*);
  uint64_t (*schema_id)(
      const millrace_schema*); /* never used again in this process: the key for caches */
  int32_t (*schema_optional)(const millrace_schema*);
  const millrace_cell* (*schema_default)(const millrace_schema*); /* NULL: none */
  millrace_text (*schema_name)(const millrace_schema*);           /* data == NULL: none */
  millrace_text (*schema_doc)(const millrace_schema*);
  int32_t (*schema_version)(const millrace_schema*, int32_t* version); /* 0: none */
  uint32_t (*schema_parameter_count)(const millrace_schema*);
  void (*schema_parameter)(const millrace_schema*, uint32_t index, millrace_text* key,
                           millrace_text* value);
  uint32_t (*schema_field_count)(const millrace_schema*);
  const millrace_schema* (*schema_field)(const millrace_schema*, uint32_t index,
                                         millrace_text* name);
  int32_t (*schema_find)(const millrace_schema*,
                         millrace_text field_name);              /* MILLRACE_NONE: no such field */
  const millrace_schema* (*schema_keys)(const millrace_schema*); /* of a map; may be NULL */
  const millrace_schema* (*schema_values)(
      const millrace_schema*); /* of a map or an array; may be NULL */
  const millrace_schema* (*schema_retain)(const millrace_schema*);
  void (*schema_release)(const millrace_schema*);
  millrace_schema_builder* (*schema_builder_create)(millrace_type);
  void (*schema_builder_destroy)(millrace_schema_builder*);
  void (*schema_builder_optional)(millrace_schema_builder*, int32_t optional);
  void (*schema_builder_name)(millrace_schema_builder*, millrace_text);
  void (*schema_builder_doc)(millrace_schema_builder*, millrace_text);
  void (*schema_builder_version)(millrace_schema_builder*, int32_t);
  void (*schema_builder_default)(millrace_schema_builder*, const millrace_cell*); /* copied */
  void (*schema_builder_parameter)(millrace_schema_builder*, millrace_text key,
                                   millrace_text value);
  void (*schema_builder_field)(millrace_schema_builder*, millrace_text name,
                               const millrace_schema*);
  void (*schema_builder_keys)(millrace_schema_builder*, const millrace_schema*);
  void (*schema_builder_values)(millrace_schema_builder*, const millrace_schema*);
  /* Ends the builder's use, not its life. The caller holds one reference of *schema. */
  millrace_code (*schema_builder_build)(millrace_schema_builder*, const millrace_schema** schema,
                                        millrace_error*);

  /* The text that Java's String.valueOf gives for this value: `Struct{a=1}`, `{k=v}`, `[1, 2]`,
   * dates in UTC. Written in one or more pieces. schema may be NULL. */
  void (*value_text)(const millrace_schema*, const millrace_cell*,
                     void (*write)(void* argument, millrace_text), void* argument);

  /* Batches */
  const millrace_batch* (*batch_retain)(
      const millrace_batch*); /* keep a batch past the call that lent it */
  void (*batch_release)(const millrace_batch*);

  /* Building batches. Memory is aligned to 8 bytes and lives as long as the batch. */
  void* (*builder_alloc)(millrace_builder*, size_t bytes);
  millrace_code (*builder_append)(millrace_builder*, const millrace_record*, millrace_error*);
  uint32_t (*builder_count)(const millrace_builder*);
  int32_t (*builder_full)(const millrace_builder*); /* enough for one batch: return from poll */
  /* The batch may point into `memory` of the plug-in's; release(argument) is called when it is
   * gone, on any thread. */
  void (*builder_adopt)(millrace_builder*, void (*release)(void* argument), void* argument);
  /* For connectors with reader threads of their own: build aside, then hand over in poll. merge
   * empties `from`. */
  millrace_builder* (*builder_create)(millrace_context);
  void (*builder_merge)(millrace_builder* into, millrace_builder* from);
  void (*builder_destroy)(millrace_builder*);

  /* Connector context */
  millrace_code (*request_task_reconfiguration)(
      millrace_context); /* task_configs will be called again */
  millrace_code (*raise_error)(millrace_context,
                               millrace_text message); /* the connector becomes FAILED */

  /* Source offsets (connector and source task). found(argument, i, offset) is called once for each
   * partition; offset is a map, or NULL where none is stored. Blocks; must not be called from
   * `cancel`. */
  millrace_code (*read_offsets)(millrace_context, const millrace_cell* partitions, size_t count,
                                void (*found)(void* argument, size_t index,
                                              const millrace_cell* offset),
                                void* argument, millrace_error*);

  /* Source task: transactions (Java: TransactionContext); MILLRACE_FATAL where the worker or the
   * config has none. record: index in the batch being built, or UINT32_MAX for "after this batch".
   */
  millrace_code (*transaction_commit)(millrace_builder*, uint32_t record);
  millrace_code (*transaction_abort)(millrace_builder*, uint32_t record);

  /* Sink task context: take effect after the running call returns */
  millrace_code (*rewind)(millrace_context, const millrace_position*, size_t count,
                          size_t stride); /* read again from offset */
  millrace_code (*retry_after)(millrace_context,
                               int64_t milliseconds); /* before the next put, once */
  millrace_code (*pause)(millrace_context, const millrace_position*, size_t count, size_t stride,
                         millrace_error*);
  millrace_code (*resume)(millrace_context, const millrace_position*, size_t count, size_t stride,
                          millrace_error*);
  millrace_code (*request_commit)(millrace_context);
  void (*assignment)(millrace_context, void (*each)(void* argument, const millrace_position*),
                     void* argument);

  /* A bad record (Java: ErrantRecordReporter). Offsets are not committed past it until it is
   * handled. The record is (batch, index), or `own` when the task changed it or made it.
   * MILLRACE_FATAL: errors are not tolerated: fail. */
  millrace_code (*report)(millrace_context, const millrace_batch*, uint32_t index,
                          const millrace_record* own, millrace_code, millrace_text message,
                          millrace_error*);
} millrace_host;

/* ---- What a plug-in provides
 * ------------------------------------------------------------------------------------- */

/* Java: SourceTask. Required: create, start, poll, destroy. */
typedef struct millrace_source_task {
  uint32_t size;
  void* (*create)(const millrace_host*, millrace_context, millrace_error*); /* NULL: failed */
  millrace_code (*start)(void* self, const millrace_config*, millrace_error*);
  /* Appends records. May append none; returns at the latest after timeout_ms or soon after
   * `cancel`. */
  millrace_code (*poll)(void* self, millrace_builder*, int64_t timeout_ms, millrace_error*);
  /* Delivered before a poll, in the order of acknowledgement. Optional. */
  millrace_code (*acknowledged)(void* self, const millrace_acknowledgement*, size_t count,
                                size_t stride, millrace_error*);
  millrace_code (*commit)(void* self,
                          millrace_error*); /* after offsets were committed. Optional. */
  void (*cancel)(void* self);               /* any thread: stop soon. Optional. */
  void (*stop)(void* self); /* on the task's thread, after the last poll. Optional. */
  void (*destroy)(void* self);
} millrace_source_task;

/* Java: SinkTask. Required: create, start, put, destroy. */
typedef struct millrace_sink_task {
  uint32_t size;
  void* (*create)(const millrace_host*, millrace_context, millrace_error*);
  millrace_code (*start)(void* self, const millrace_config*, millrace_error*);
  millrace_code (*open)(void* self, const millrace_position*, size_t count, size_t stride,
                        millrace_error*); /* Optional. */
  /* Also called with an empty batch, so that a buffering task can keep time. MILLRACE_RETRIABLE:
   * the same batch comes again; MILLRACE_BAD_DATA without a report: the task fails. */
  millrace_code (*put)(void* self, const millrace_batch*, millrace_error*);
  /* In: what was put so far. The task makes everything durable, or lowers offsets to what is; an
   * offset set to MILLRACE_NONE is not committed. Not provided: everything put is durable when put
   * returns. */
  millrace_code (*pre_commit)(void* self, millrace_position*, size_t count, size_t stride,
                              millrace_error*);
  millrace_code (*close)(void* self, const millrace_position*, size_t count, size_t stride,
                         millrace_error*); /* Optional. */
  void (*cancel)(void* self);
  void (*stop)(void* self);
  void (*destroy)(void* self);
} millrace_sink_task;

enum {
  MILLRACE_EXACTLY_ONCE_UNKNOWN,
  MILLRACE_EXACTLY_ONCE_SUPPORTED,
  MILLRACE_EXACTLY_ONCE_UNSUPPORTED
};

/* One connector class. Exactly one of source and sink is set. Required: class_name, version,
 * create, destroy. */
typedef struct millrace_connector {
  uint32_t size;
  uint32_t key_count, alias_count;
  const char *class_name, *version;
  const char* const*
      aliases; /* other full class names that it answers to, with the same configuration */
  const millrace_config_key* const* keys; /* validation without creating anything */
  const millrace_source_task* source;
  const millrace_sink_task* sink;

  /* Findings beyond what the keys say, all at once, through emit_problem, emit_recommended,
   * emit_visible. Optional. */
  millrace_code (*validate)(const millrace_host*, const millrace_config*, millrace_emitter*,
                            millrace_error*);
  void* (*create)(const millrace_host*, millrace_context, millrace_error*);
  millrace_code (*start)(void* self, const millrace_config*,
                         millrace_error*); /* Optional, like the rest. */
  /* emit_config once per task. Not provided: one task with the connector's own configuration. */
  millrace_code (*task_configs)(void* self, int32_t tasks_max, millrace_emitter*, millrace_error*);
  /* Asked before a user's change of offsets is stored. partitions[i] -> offsets[i]; offset kind
   * NULL: reset. A sink's are maps as the REST API shows them: kafka_topic (STRING) and
   * kafka_partition (INT32) -> kafka_offset (INT64). *handled = 1: the connector knows how to alter
   * offsets and agrees (Java: alterOffsets returning true). A refusal is an error. */
  millrace_code (*alter_offsets)(void* self, const millrace_config*,
                                 const millrace_cell* partitions, const millrace_cell* offsets,
                                 size_t count, int32_t* handled, millrace_error*);
  int32_t (*exactly_once_support)(const millrace_host*, const millrace_config*);
  int32_t (*can_define_transaction_boundaries)(const millrace_host*, const millrace_config*);
  void (*stop)(void* self);
  void (*destroy)(void* self);
} millrace_connector;

typedef struct millrace_plugin {
  uint32_t size, connector_count;
  const millrace_connector* const* connectors;
} millrace_plugin;

/* The only exported symbol. Fills *plugin, whose `size` the host has set. A future incompatible
 * contract is millrace_plugin_v2, and a library may export both. */
typedef millrace_code (*millrace_plugin_entry)(const millrace_host*, millrace_plugin* plugin,
                                               millrace_error*);
#if defined(__GNUC__)
__attribute__((visibility("default")))
#endif
millrace_code
millrace_plugin_v1(const millrace_host*, millrace_plugin* plugin, millrace_error*);

#ifdef __cplusplus
}
static_assert(sizeof(millrace_cell) == 16, "frozen");
#endif
#endif
