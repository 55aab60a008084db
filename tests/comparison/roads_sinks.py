"""Seeded cases of the sink road: topics with records of every kind, read by FileStreamSink with
converters, chains of transforms, tolerance and dead letters."""

import json
import os
import random

import confluent_kafka

from corpus import HEADERS, NUMBER_TEXTS, Corpus, envelope
from roads_chains import Chains
from roads_sources import COMMON, CONVERTERS, JSON, PRODUCER, SIMPLE, STRING

START = 1577934245006
CONSUMER = [("auto.offset.reset", ["earliest", "latest", "none", "x", "EARLIEST", "by_duration:x"]), ("max.poll.records", ["1", "3", "0", "x"]), ("isolation.level", ["read_committed", "x"]),
            ("enable.auto.commit", ["true", "x"]), ("fetch.min.bytes", ["1", "-1"]), ("fetch.max.wait.ms", ["100"]), ("max.partition.fetch.bytes", ["100", "-1"]), ("nonsense", ["x"]),
            ("group.instance.id", ["static-SIDE"]), ("client.id", ["mine"]), ("heartbeat.interval.ms", ["100000", "x"]), ("session.timeout.ms", ["1", "6000"]), ("max.poll.interval.ms", ["0", "10000"]),
            ("partition.assignment.strategy", ["org.apache.kafka.clients.consumer.RangeAssignor", "org.apache.kafka.clients.consumer.RoundRobinAssignor", "com.example.None"]),
            ("group.protocol", ["classic", "x"]), ("check.crcs", ["false", "x"]), ("group.id", [""])]
DEAD_LETTERS = [("topic.name", ["bad name", ".", "", "dead" + "x" * 260]), ("topic.replication.factor", ["2", "0", "-1", "x"]), ("context.headers.enable", ["x", "TRUE"])]


class Sinks:
    def __init__(self, seed, client):
        self.random = random.Random(seed)
        self.corpus = Corpus(seed)
        self.chains = Chains(self.random)
        self.client, self.seed, self.made = client, seed, 0

    def pick(self, items):
        return self.random.choice(items)

    def maybe(self, probability):
        return self.random.random() < probability

    # What is in the topics.

    def rows(self):
        """Envelopes of a struct that has the fields of the chains; its schema changes at times."""
        def schema():
            fields = [dict(self.corpus.schema(2), field=name) for name in ("line", "id", "name", "origin") if self.maybe(0.7)]
            fields += [{"field": "line", "type": self.pick(["string", "int32", "int64"]), "optional": self.maybe(0.5)}]
            unique = {field["field"]: field for field in fields if "field" in field and field.get("type")}
            return {"type": "struct", "fields": list(unique.values()), "optional": self.maybe(0.2)}
        current = schema()

        def value():
            nonlocal current
            if self.maybe(0.1):
                current = schema()
            return envelope(current, self.corpus.payload(current, 0)).encode("utf-8", "surrogatepass")
        return value

    def maker(self, kind):
        corpus = self.corpus
        if kind == "rows":
            return self.rows()
        if kind == "envelopes":
            def value():
                schema = corpus.schema()
                return envelope(schema, corpus.payload(schema, self.pick([0, 0, 0.05]))).encode("utf-8", "surrogatepass")
            return value
        if kind == "plain":
            return lambda: corpus.plain().encode("utf-8", "surrogatepass")
        if kind == "objects":
            return lambda: json.dumps({name: self.pick(["x", 1, 1.5, None, True, [1, 2], {"a": 1}, "12", 2 ** 70])
                                       for name in ("line", "id", "name", "origin", "a.b") if self.maybe(0.7)}).encode()
        if kind == "numbers":
            return lambda: self.pick([b"\0\0\0\1", b"\xff\xff\xff\xff", b"\0" * 8, b"\x7f\xc0\0\0", b"\x40\x09\x21\xfb\x54\x44\x2d\x18", b"\1", b"", b"\0\1", b"abc"])
        return lambda: self.pick([corpus.text().encode("utf-8", "surrogatepass"), self.pick(NUMBER_TEXTS).encode(), b"\xff\xfe", b"", b"two\nlines", "ä€𝄞".encode()])

    def topic(self, number):
        kind = self.pick(["rows"] * 3 + ["envelopes", "envelopes", "plain", "plain", "objects", "objects", "texts", "texts", "numbers"])
        name = f"data{number}-{self.seed}-{os.getpid()}"
        partitions = self.pick([1, 1, 1, 2])
        self.client.create_topic(name, partitions)
        make, make_key = self.maker(kind), self.maker(self.pick(["texts", "texts", "plain", "numbers"]))
        damage = self.pick([0, 0, 0.1])
        producer = confluent_kafka.Producer({"bootstrap.servers": self.client.bootstrap, "log_level": 2})
        for index in range(self.pick([0, 1, 5, 20, 20, 40])):
            value = None if self.maybe(0.05) else make()
            if value is not None and self.maybe(damage):
                value = self.corpus.damaged(value)
            headers = [(self.pick(["h", "g", "ü", ""]), None if self.maybe(0.1) else self.pick(HEADERS).encode()) for _ in range(self.pick([0, 0, 0, 1, 3]))]
            producer.produce(name, value, None if self.maybe(0.4) else make_key(), partition=index % partitions, headers=headers, timestamp=START + index * 1000)
        producer.flush(30)
        return {"name": name, "kind": kind, "partitions": partitions}

    # Who reads them, and how.

    def converter(self, prefix, kind):
        fitting = {"rows": JSON, "envelopes": JSON, "plain": JSON, "objects": JSON, "texts": STRING}.get(kind)
        converter = fitting if fitting and self.maybe(0.85) else self.pick(
            [STRING, JSON, CONVERTERS + "ByteArrayConverter"] + [CONVERTERS + name + "Converter" for name in ("Integer", "Long", "Short", "Float", "Double", "Boolean")])
        config = {prefix: converter}
        if converter == JSON:
            if kind in ("plain", "objects") or self.maybe(0.1):
                config[prefix + ".schemas.enable"] = "false"
            if self.maybe(0.2):
                config[prefix + ".replace.null.with.default"] = self.pick(["false", "true"])
            if self.maybe(0.1):
                config[prefix + ".decimal.format"] = self.pick(["NUMERIC", "base64"])
            if self.maybe(0.05):
                config[prefix + ".schema.content"] = '{"type":"int32"}'
        elif converter == STRING and self.maybe(0.2):
            config[prefix + "." + self.pick(["encoding", "converter.encoding"])] = self.pick(["ISO-8859-1", "UTF-16", "US-ASCII"])
        return config

    def case(self, number, topics):
        name = f"sink{number}-SIDE"
        topic = self.pick(topics)
        partitions = topic["partitions"]
        config = {"connector.class": self.pick(["org.apache.kafka.connect.file.FileStreamSinkConnector", "FileStreamSink"]), "tasks.max": "1",
                  "file": f"FOLDER/{name}.txt", **self.converter("value.converter", topic["kind"])}
        if self.maybe(0.8):
            config.update(self.converter("key.converter", self.pick(["texts"] * 4 + ["plain"])))
        else:
            config["key.converter"] = CONVERTERS + "ByteArrayConverter"
        if self.maybe(0.3):
            config["header.converter"] = self.pick([SIMPLE, STRING, JSON, CONVERTERS + "ByteArrayConverter"])
        if self.maybe(0.1):
            config["topics.regex"] = topic["name"].split("-")[0] + "-.*"
        elif self.maybe(0.15):
            other = self.pick(topics)
            config["topics"], partitions = topic["name"] + " , " + other["name"], 2
        else:
            config["topics"] = topic["name"]
        if self.maybe(0.5):
            config.update(self.chains.chain(self.pick([1, 1, 2, 3])))
        config["errors.tolerance"] = self.pick(["all"] * 4 + ["none"])
        if self.maybe(0.6):
            config.update({"errors.deadletterqueue.topic.name": f"dead{number}-SIDE", "errors.deadletterqueue.topic.replication.factor": "1",
                           "errors.deadletterqueue.context.headers.enable": self.pick(["true", "true", "false"])})
        if self.maybe(0.5):
            config.update({"errors.log.enable": "true", "errors.log.include.messages": self.pick(["true", "false"])})
        for key, values in (("consumer.override.auto.offset.reset", ["earliest", "latest", "none", "x"]), ("consumer.override.max.poll.records", ["1", "3", "0"]),
                            ("consumer.override.group.id", [f"group{number}-SIDE"]), ("consumer.override.isolation.level", ["read_committed"]),
                            ("file", [f"FOLDER/none/{name}.txt"]), ("topics", ["", ","]), ("consumer.override.nonsense", ["x"]),
                            ("errors.deadletterqueue.topic.replication.factor", ["2"]), ("topics.regex", ["["]), ("producer.override.acks", ["1"])):
            if self.maybe(0.03):
                config[key] = self.pick(values)
        self.unusual(config, COMMON, "", 0.25)
        self.unusual(config, CONSUMER, "consumer.override.", 0.15)
        self.unusual(config, PRODUCER, "producer.override.", 0.07)
        self.unusual(config, DEAD_LETTERS, "errors.deadletterqueue.", 0.05)
        if self.maybe(0.03):
            config["errors.deadletterqueue.topic.name"] = topic["name"]
        return {"name": name, "config": config, "partitions": partitions, "kind": topic["kind"], "offsets": self.offsets(topic) if self.maybe(0.2) else None}

    def unusual(self, config, settings, prefix, probability):
        while self.maybe(probability):
            key, values = self.pick(settings)
            config[prefix + key] = self.pick(values)

    def offsets(self, topic):
        """What is asked of a stopped sink: its offsets reset (None), or moved."""
        if self.maybe(0.3):
            return None, None
        partition = {"kafka_topic": self.pick([topic["name"]] * 6 + ["none such", 1]), "kafka_partition": self.pick([0, 0, 0, "0", 1, 7, -1, "x", None])}
        offset = self.pick([{"kafka_offset": self.pick([0, 0, 2, "1", 1000, -1, "x", 1.5, None])}] * 6 + [None, {}, {"offset": 1}])
        return self.pick([partition] * 8 + [{}, None]), offset

    def cases(self, count, first=0):
        topics = []
        for _ in range(12):
            topics.append(self.topic(self.made))
            self.made += 1
        return [self.case(first + index, topics) for index in range(count)]
