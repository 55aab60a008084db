"""Seeded cases of the source road: FileStreamSource with files of every kind, converters, chains of
transforms, topic.creation, and what users do to files and offsets meanwhile."""

import random

from roads_chains import Chains

CONVERTERS = "org.apache.kafka.connect.converters."
STRING = "org.apache.kafka.connect.storage.StringConverter"
JSON = "org.apache.kafka.connect.json.JsonConverter"
SIMPLE = "org.apache.kafka.connect.storage.SimpleHeaderConverter"
ASCII_LINES = [b"", b" ", b"one", b"a,b;c", b'{"a":1}', b"12", b"-7", b"1.5", b"true", b"2020-01-02", b"null",
               b"\\n", b'"quoted"', b"\ttab", b"x" * 1023, b"y" * 1024, b"z" * 1025, b"long " * 3000,
               b"1577934245006", b"2020-01-02 03:04:05", b"NaN", b"\x00", b"a\x00b", b"\x7f", b"\x0b\x0c\x1c"]
OTHER_LINES = ["ä".encode(), "€uro".encode(), "𝄞 clef".encode(), b"\xff\xfe", b"\xc3", b"caf\xc3\xa9", b"\xe2\x82", b"\xed\xa0\x80",
               b"\xc0\x80", b"\xf0\x9d\x84", b"a\xffb", "\u2028".encode(), "\u0085".encode(), "日本語".encode() * 500,
               b"\xf5\x80\x80\x80", b"\x80\x80", b"\xe2\x28\xa1", ("é" * 1024).encode()]
ENDS = [b"\n"] * 6 + [b"\r\n"] * 3 + [b"\r"]
TOPIC_SETTINGS = [("cleanup.policy", ["compact", "delete", "compact,delete", "nonsense"]), ("retention.ms", ["1000000", "-1", "x"]),
                  ("compression.type", ["lz4", "producer", "none"]), ("min.insync.replicas", ["1"]), ("max.message.bytes", ["2000000"])]


# What users set beside the connector's own: each with the values that it takes, or should not.
COMMON = [("errors.retry.timeout", ["0", "300", "-1", "x", "-2"]), ("errors.retry.delay.max.ms", ["1", "60000", "0", "-1", "x"]),
          ("config.action.reload", ["none", "restart", "RESTART", "x"]), ("tasks.max.enforce", ["false", "true", "x"]), ("tasks.max", ["2", " 1 ", "1.0", "0", "2147483648"]),
          ("key.converter", ["com.example.None", "org.apache.kafka.connect.transforms.HoistField$Value", "", " " + STRING + " "]), ("value.converter", ["com.example.None", ""]),
          ("header.converter", ["com.example.None", CONVERTERS + "IntegerConverter", CONVERTERS + "BooleanConverter", "SimpleHeaderConverter", ""]),
          ("transforms", ["t0,t0", "t0, ,t1", " ", "x", "t0,"]), ("transforms.t0.type", ["com.example.None", "", STRING, "InsertField", "org.apache.kafka.connect.transforms.InsertField"]),
          ("transforms.t0.predicate", ["unknown", "", "named,marked"]), ("transforms.t0.negate", ["x", "TRUE", ""]), ("predicates", ["", "named,named", "other", "named"]),
          ("predicates.named.type", ["com.example.None", "", "TopicNameMatches", "HasHeaderKey"]), ("predicates.named.pattern", ["[", "", "(?i)ROAD.*", "data\\d+-.*"]),
          ("predicates.marked.name", ["", " h "]), ("transforms.t0.unknown", ["x"]), ("name", ["other", "", "SIDE/x"]), ("errors.tolerance", ["ALL", "All", "some", ""]),
          ("errors.log.enable", ["TRUE", "yes", ""]), ("errors.log.include.messages", ["true", "x"]), ("connector.plugin.version", ["4.3.1", "1.0.0", "[4.0.0,5.0.0)", "x", ""]),
          ("transforms.t0.plugin.version", ["4.3.1", "9.9", "[4.0.0,5.0.0)"]), ("value.converter.plugin.version", ["4.3.1", "9.9", "x"]), ("predicates.named.plugin.version", ["9.9"]),
          ("admin.override.retries", ["x", "1"]), ("header.converter.schemas.enable", ["true", "x"]), ("key.converter.schemas.enable", ["x", "false", "true"])]
PRODUCER = [("acks", ["0", "1", "all", "-1", "2", "x"]), ("compression.type", ["gzip", "snappy", "lz4", "zstd", "bogus", "LZ4"]), ("linger.ms", ["5", "-1", "x"]),
            ("max.request.size", ["100", "1100", "-1", "x"]), ("batch.size", ["0", "1000", "-1"]), ("buffer.memory", ["200000", "-1"]), ("client.id", ["mine", ""]),
            ("enable.idempotence", ["false", "true", "x"]), ("max.in.flight.requests.per.connection", ["1", "9", "0"]), ("delivery.timeout.ms", ["1", "400000", "x"]),
            ("retries", ["0", "-1"]), ("nonsense", ["x"]), ("max.block.ms", ["x", "-1"]),
            ("partitioner.class", ["com.example.None"]), ("security.protocol", ["NONE"]), ("metadata.max.age.ms", ["1000", "-1"])]


class Sources:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.chains = Chains(self.random)

    def pick(self, items):
        return self.random.choice(items)

    def maybe(self, probability):
        return self.random.random() < probability

    def content(self, ascii_only, lines=None):
        """Bytes of some lines; at times the last has no end."""
        pool = ASCII_LINES if ascii_only else ASCII_LINES + OTHER_LINES * 2
        text = b""
        for _ in range(self.pick([0, 1, 2, 3, 5, 8]) if lines is None else lines):
            text += self.pick(pool) + self.pick(ENDS)
        if not ascii_only and self.maybe(0.15):
            text = b"\xef\xbb\xbf" + text
        if self.maybe(0.2):
            text += self.pick(pool)
        return text

    def converters(self):
        value = self.pick([{"": STRING}] * 4 + [{"": JSON}] * 4 + [{"": JSON, "schemas.enable": "false"}] * 3 + [
            {"": STRING, "converter.encoding": "ISO-8859-1"}, {"": STRING, "converter.encoding": "UTF-16"},
            {"": STRING, "converter.encoding": "bogus"}, {"": CONVERTERS + "ByteArrayConverter"},
            {"": CONVERTERS + self.pick(["Integer", "Long", "Short", "Float", "Double", "Boolean"]) + "Converter"},
            {"": JSON, "decimal.format": "NUMERIC"}, {"": JSON, "decimal.format": "nonsense"}, {"": "JsonConverter"},
            {"": JSON, "schemas.enable": "perhaps"}, {"": JSON, "schemas.cache.size": "0"}])
        config = {"value.converter" + ("." + key if key else ""): text for key, text in value.items()}
        if self.maybe(0.4):
            config["key.converter"] = self.pick([JSON, STRING, CONVERTERS + "ByteArrayConverter", CONVERTERS + "LongConverter"])
            if config["key.converter"] == JSON and self.maybe(0.5):
                config["key.converter.schemas.enable"] = "false"
        if self.maybe(0.3):
            config["header.converter"] = self.pick([SIMPLE, STRING, JSON, CONVERTERS + "ByteArrayConverter"])
        return config

    def topic_creation(self):
        config = {"topic.creation.default.replication.factor": self.pick(["1", "1", "1", "1", "-1", "0", "2"]),
                  "topic.creation.default.partitions": self.pick(["1", "1", "3", "-1", "0"])}
        if self.maybe(0.1):
            config.pop(self.pick(list(config)))
        for group in self.pick([[], [], ["one"], ["one", "two"], ["one", "one"]]):
            prefix = f"topic.creation.{group}."
            config[prefix + "include"] = self.pick([".*SIDE.*", "road.*", "none", "["])
            if self.maybe(0.3):
                config[prefix + "exclude"] = self.pick([".*SIDE", "none"])
            if self.maybe(0.7):
                config[prefix + "replication.factor"] = "1"
                config[prefix + "partitions"] = self.pick(["2", "4"])
            config["topic.creation.groups"] = self.pick(["one", "one,two", "two,one"])
            self.topic_settings(config, prefix)
        self.topic_settings(config, "topic.creation.default.")
        return config

    def topic_settings(self, config, prefix):
        for key, values in self.random.sample(TOPIC_SETTINGS, self.pick([0, 0, 1, 2])):
            config[prefix + key] = self.pick(values)

    def steps(self, ascii_only):
        """What happens to a connector; each entry is done to all cases, then all wait for quiet."""
        steps = [("append", self.content(ascii_only))]
        for _ in range(3):
            step = self.pick(["append", "append", "append", None, "restart", "recreate", "replace", "truncate", "patch", "reset", "pause"])
            if step in ("restart", "recreate", "patch", "truncate") and not ascii_only:
                step = "append"  # Java counts characters, and goes on somewhere else
            argument = self.content(ascii_only)
            if step == "patch":
                argument = [self.pick([0, 0, 1, 3, 7, 5000, -1, "x", None, 1.5]), argument]
            steps.append((step, argument))
        return steps

    def unusual(self, config, settings, prefix, probability):
        while self.maybe(probability):
            key, values = self.pick(settings)
            config[prefix + key] = self.pick(values)

    def case(self, number):
        ascii_only = self.maybe(0.5)
        name = f"road{number}-SIDE"
        config = {"connector.class": self.pick(["org.apache.kafka.connect.file.FileStreamSourceConnector", "FileStreamSource",
                                                "FileStreamSourceConnector"]),
                  "tasks.max": self.pick(["1", "1", "3"]), "file": f"FOLDER/{name}.txt", "topic": name, **self.converters()}
        if self.maybe(0.15):
            config["batch.size"] = self.pick(["1", "2", "3", "7", "0", "-1", "1000000", "x"])
        if self.maybe(0.6):
            config.update(self.chains.chain(self.pick([1, 2, 3, 4])))
        if self.maybe(0.25):
            config.update(self.topic_creation())
        if self.maybe(0.5):
            config["errors.tolerance"] = self.pick(["all", "all", "none"])
            config["errors.log.enable"] = "true"
            config["errors.log.include.messages"] = self.pick(["true", "false"])
        self.unusual(config, COMMON, "", 0.35)
        self.unusual(config, PRODUCER, "producer.override.", 0.15)
        self.unusual(config, [("exactly.once.support", ["required", "requested", "x"]), ("transaction.boundary", ["poll", "connector", "INTERVAL", "x"]),
                              ("transaction.boundary.interval.ms", ["0", "1000", "x"]), ("offsets.storage.topic", ["", " "]), ("topic", ["bad topic", ".", "t" * 250, "..", "SIDE-é"])], "", 0.07)
        if self.maybe(0.05):
            config.pop(self.pick(["file", "topic", "connector.class", "tasks.max"]))
        if self.maybe(0.05):
            config[self.pick(["topic", "tasks.max", "errors.tolerance", "unknown.key", "errors.retry.timeout"])] = self.pick(["", "nonsense", "-5"])
        return {"name": name, "config": config, "ascii": ascii_only, "steps": self.steps(ascii_only)}

    def cases(self, count, first=0):
        return [self.case(first + index) for index in range(count)]
