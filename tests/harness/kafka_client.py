"""A test's own look at topics and groups, through a client that neither worker uses."""

import confluent_kafka
from confluent_kafka.admin import AdminClient, NewTopic

from .wait import wait_until


class KafkaClient:
    def __init__(self, bootstrap):
        self.bootstrap = bootstrap
        self._config = {"bootstrap.servers": bootstrap, "log_level": 2}
        self._admin = AdminClient(self._config)
        self._reader = None
        self._known = set()

    def create_topic(self, name, partitions=1, config=None):
        future = self._admin.create_topics([NewTopic(name, partitions, 1, config=config or {})])[name]
        future.result(30)
        wait_until(lambda: self.partitions(name) == partitions, 20, f"topic {name} to appear")

    def delete_topic(self, name):
        self._admin.delete_topics([name])[name].result(30)
        self._known.discard(name)

    def partitions(self, topic):
        found = self._admin.list_topics(timeout=20).topics.get(topic)
        return 0 if found is None or found.error is not None else len(found.partitions)

    def produce(self, topic, values, keys=None, partition=None, time=None):
        """Values as bytes, str or None; spread by key, or to one partition. Waits for all acks. time: of the records, in
        milliseconds since the epoch; else now."""
        failed = []

        def delivered(error, _):
            if error is not None:
                failed.append(error)

        # Without a limit of its own the client would raise BufferError at 100,000 records.
        producer = confluent_kafka.Producer({**self._config, "linger.ms": 20, "acks": "all",
                                             "queue.buffering.max.messages": 2000000})
        extra = {} if partition is None else {"partition": partition}
        if time is not None:
            extra["timestamp"] = time
        for index, value in enumerate(values):
            key = None if keys is None else keys[index]
            producer.produce(topic, value, key, on_delivery=delivered, **extra)
            if index % 1000 == 0:
                producer.poll(0)
        left = producer.flush(60)
        assert left == 0 and not failed, f"{left} records not sent, {failed[:1]}"

    def _consumer(self):
        if self._reader is None:
            self._reader = confluent_kafka.Consumer(
                {**self._config, "group.id": "test-reader", "enable.auto.commit": False,
                 "auto.offset.reset": "earliest", "fetch.wait.max.ms": 20})
        return self._reader

    def end_offset(self, topic, partition=0):
        """The number of records ever written to a partition; 0 where there is no topic yet."""
        # A client that once asked for a topic before it was there holds on to "unknown" for half a
        # minute: so look into the list of topics first.
        if topic not in self._known:
            if partition >= self.partitions(topic):
                return 0
            self._known.add(topic)
        try:
            return self._consumer().get_watermark_offsets(
                confluent_kafka.TopicPartition(topic, partition), timeout=10)[1]
        except confluent_kafka.KafkaException:
            return 0

    def count(self, topic):
        return sum(self.end_offset(topic, partition) for partition in range(self.partitions(topic)))

    def read(self, topic):
        """Every message of a topic, partition by partition, each in order."""
        consumer = self._consumer()
        messages = []
        for partition in range(self.partitions(topic)):
            spot = confluent_kafka.TopicPartition(topic, partition, 0)
            low, high = consumer.get_watermark_offsets(spot, timeout=10)
            if high == low:
                continue
            consumer.assign([confluent_kafka.TopicPartition(topic, partition, low)])
            last = low - 1

            def more():
                nonlocal last
                for message in consumer.consume(10000, 0.2):
                    if message.error() is None:
                        messages.append(message)
                        last = message.offset()
                return last >= high - 1
            wait_until(more, 60, lambda: f"{topic}-{partition} to be read up to {high}, at {last}")
            consumer.unassign()
        return messages

    def values(self, topic):
        return [message.value() for message in self.read(topic)]

    def committed(self, group, topic, partitions=1):
        """Committed offsets of a group by partition; -1001 where there is none."""
        consumer = confluent_kafka.Consumer({**self._config, "group.id": group})
        try:
            wanted = [confluent_kafka.TopicPartition(topic, p) for p in range(partitions)]
            return [found.offset for found in consumer.committed(wanted, timeout=20)]
        finally:
            consumer.close()

    def groups(self):
        def listed():
            try:
                return [[group.id for group in self._admin.list_groups(timeout=30)]]
            except confluent_kafka.KafkaException as error:
                if error.args[0].code() != confluent_kafka.KafkaError.COORDINATOR_LOAD_IN_PROGRESS:
                    raise
                return None  # the broker has just come up
        return wait_until(listed, 30, "the broker to have read its groups")[0]

    def close(self):
        if self._reader is not None:
            self._reader.close()
            self._reader = None
