/* Every record of partition 0 of a topic, from the first to the last that is there now, with
 * librdkafka alone: the loop of the bare sinks. */
#pragma once
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>

static inline void consume_set(rd_kafka_conf_t* conf, const char* key, const char* value) {
  char reason[256];
  if (rd_kafka_conf_set(conf, key, value, reason, sizeof reason) != RD_KAFKA_CONF_OK) {
    fprintf(stderr, "%s\n", reason);
    exit(1);
  }
}

typedef void (*consume_record)(const rd_kafka_message_t* message, void* context);

static inline long consume_all(const char* bootstrap, const char* name, consume_record record,
                               void* context) {
  enum { kBatch = 500 };
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  consume_set(conf, "bootstrap.servers", bootstrap);
  consume_set(conf, "group.id", "bare");
  consume_set(conf, "enable.auto.commit", "false");
  /* A larger queue halves the wall time: the client backs off for a second when it is full. */
  consume_set(conf, "queued.min.messages", "1000000");
  char reason[256];
  rd_kafka_t* consumer = rd_kafka_new(RD_KAFKA_CONSUMER, conf, reason, sizeof reason);
  if (!consumer) exit(1);
  rd_kafka_poll_set_consumer(consumer);
  int64_t low, high;
  if (rd_kafka_query_watermark_offsets(consumer, name, 0, &low, &high, 10000)) exit(1);
  rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(list, name, 0)->offset = low;
  rd_kafka_assign(consumer, list);
  rd_kafka_queue_t* queue = rd_kafka_queue_get_consumer(consumer);
  rd_kafka_message_t* messages[kBatch];
  int64_t next = low;
  long count = 0;
  while (next < high) {
    ssize_t got = rd_kafka_consume_batch_queue(queue, 10, messages, kBatch);
    for (ssize_t i = 0; i < got; i++) {
      if (!messages[i]->err) {
        record(messages[i], context);
        next = messages[i]->offset + 1;
        count++;
      }
      rd_kafka_message_destroy(messages[i]);
    }
  }
  rd_kafka_queue_destroy(queue);
  rd_kafka_topic_partition_list_destroy(list);
  rd_kafka_consumer_close(consumer);
  rd_kafka_destroy(consumer);
  return count;
}
