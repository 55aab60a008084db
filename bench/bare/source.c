/* source BOOTSTRAP TOPIC FILE: each line of a file to a topic with librdkafka alone, acknowledged by
 * all, in order: the least that a file source could cost. */
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

static long failed;

static void delivered(rd_kafka_t *client, const rd_kafka_message_t *message, void *opaque) {
  (void)client;
  (void)opaque;
  if (message->err) failed++;
}

static void set(rd_kafka_conf_t *conf, const char *key, const char *value) {
  char reason[256];
  if (rd_kafka_conf_set(conf, key, value, reason, sizeof reason) != RD_KAFKA_CONF_OK) {
    fprintf(stderr, "%s\n", reason);
    exit(1);
  }
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  rd_kafka_conf_t *conf = rd_kafka_conf_new();
  set(conf, "bootstrap.servers", argv[1]);
  set(conf, "acks", "all");
  set(conf, "enable.idempotence", "true");
  set(conf, "linger.ms", "5");
  set(conf, "queue.buffering.max.messages", "100000");
  rd_kafka_conf_set_dr_msg_cb(conf, delivered);
  char reason[256];
  rd_kafka_t *producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof reason);
  FILE *file = fopen(argv[3], "r");
  if (!producer || !file) return 1;
  rd_kafka_topic_t *topic = rd_kafka_topic_new(producer, argv[2], NULL);
  char *line = NULL;
  size_t capacity = 0;
  ssize_t size;
  long count = 0;
  while ((size = getline(&line, &capacity, file)) > 0) {
    if (line[size - 1] == '\n') size--;
    while (rd_kafka_produce(topic, 0, RD_KAFKA_MSG_F_COPY, line, (size_t)size, NULL, 0, NULL) == -1) {
      if (rd_kafka_last_error() != RD_KAFKA_RESP_ERR__QUEUE_FULL) return 1;
      rd_kafka_poll(producer, 100);
    }
    if (++count % 1000 == 0) rd_kafka_poll(producer, 0);
  }
  if (rd_kafka_flush(producer, 60000) || failed) return 1;
  rd_kafka_topic_destroy(topic);
  rd_kafka_destroy(producer);
  printf("%ld\n", count);
  return 0;
}
