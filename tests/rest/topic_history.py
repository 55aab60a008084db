"""Histories of connectors in a cluster of one worker, and what they leave in its topics.

A history is generated from a seed: connectors are made in each initial state, reconfigured, patched, paused, stopped,
resumed, restarted, deleted and made again, their offsets changed, some of them so that they fail. After each request
the worker is given time to come to rest. Then the topics for configurations, offsets and statuses are read from the
beginning, and the groups of the sinks: a Java worker and Millrace with the same address, files and names must leave
the same, record by record.
"""

import json
import random
import re
import time
from urllib.parse import quote

import confluent_kafka
from confluent_kafka.admin import ConfigResource

from differential import Worker
from requests_script import JSON, Request, js

SOURCE = "org.apache.kafka.connect.file.FileStreamSourceConnector"
SINK = "org.apache.kafka.connect.file.FileStreamSinkConnector"
STRING = "org.apache.kafka.connect.storage.StringConverter"
NAMES = ["life", "a b", "a/b", "ümlaut-日本", "😀", "dash-7", "q\"uote\\", "-", "c:d", "tab\there", "p%c"]
AT_REST = 0.6  # seconds without a new record


def compact(body):
    try:
        return json.dumps(json.loads(body), ensure_ascii=False)  # Java's server escapes what is beyond 16 bits
    except ValueError:
        return body


class Step:
    def __init__(self, method, path, value=None, raw=None):
        self.method, self.path = method, path
        self.body = raw if raw is not None else js(value) if value is not None else None

    def __str__(self):
        return f"{self.method} {self.path} {(self.body or b'').decode()[:400]}"


def value_of(rng):
    return rng.choice(["x", "", " two words ", "é日😀", "a\"b\\c\n\t\x01", "1", "true", "</script>", "\u2028\x7f"])


class Life:
    def __init__(self, rng, name, sink, folder):
        self.rng, self.name, self.sink, self.folder = rng, name, sink, folder
        self.path = "/connectors/" + quote(name, safe="")
        self.there = False
        # Java's server refuses these in a path.
        self.addressable = not any(c in name for c in "/\\%\t")

    def config(self):
        rng = self.rng
        config = [("connector.class", rng.choice([SOURCE, "FileStreamSource", SOURCE] if not self.sink
                                                  else [SINK, "FileStreamSinkConnector", SINK])),
                  ("tasks.max", rng.choice(["1", "1", "2", "3"]))]
        if self.sink:
            config += [("file", rng.choice([f"{self.folder}/out.txt"] * 3 + [f"{self.folder}/nowhere/out.txt"])),
                       rng.choice([("topics", "t-1"), ("topics", "t-1,t-2"), ("topics.regex", "t-[12]")]),
                       ("consumer.override.auto.offset.reset", "earliest")]
        else:
            config += [("file", rng.choice([f"{self.folder}/in.txt"] * 2 + [f"{self.folder}/ö ü.txt", f"{self.folder}/none"])),
                       ("topic", rng.choice(["t-1", "t-2"]))]
            if rng.random() < 0.2:  # fails at its first record
                config += [("transforms", "c"), ("transforms.c.type", "org.apache.kafka.connect.transforms.Cast$Value"),
                           ("transforms.c.spec", "int8")]
            if rng.random() < 0.2:
                config += [("topic.creation.groups", ""), ("topic.creation.default.partitions", "1"),
                           ("topic.creation.default.replication.factor", "1")]
        if rng.random() < 0.3:
            config.append(("extra." + rng.choice(["a", "ß", "x y", "\"q"]), value_of(rng)))
        if rng.random() < 0.3:
            config.append(("name", self.name))
        if rng.random() < 0.3:
            config.append(("null.value", None))
        rng.shuffle(config)
        return dict(config)

    def create(self):
        self.there = True
        body = {"name": self.name, "config": self.config()}
        if not self.addressable:
            return Step("POST", "/connectors", body)
        if self.rng.random() < 0.5:
            body["initial_state"] = self.rng.choice(["RUNNING", "PAUSED", "STOPPED"])
            return Step("POST", "/connectors", body)
        return self.rng.choice([Step("POST", "/connectors", body), Step("PUT", self.path + "/config", body["config"])])

    def offsets(self):
        if self.sink:
            partition = {"kafka_topic": "t-1", "kafka_partition": 0}
            return {"offsets": [{"partition": partition, "offset": self.rng.choice([{"kafka_offset": 1}, None])}]}
        partition = {"filename": self.folder + self.rng.choice(["/in.txt", "/ö ü.txt"])}
        return {"offsets": [{"partition": partition, "offset": self.rng.choice([{"position": 0}, {"position": 4}, None])}]}

    def next(self):
        """One step or a few that belong together."""
        rng = self.rng
        if not self.addressable:
            return [] if self.there else [self.create()]
        if not self.there:
            return [self.create()]
        stop = Step("PUT", self.path + "/stop")
        return rng.choice([
            lambda: [Step("PUT", self.path + "/pause")], lambda: [Step("PUT", self.path + "/resume")],
            lambda: [Step("PUT", self.path + "/resume")], lambda: [stop],
            lambda: [Step("POST", self.path + "/restart")],
            lambda: [Step("POST", self.path + "/restart?includeTasks=true")],
            lambda: [Step("POST", self.path + "/restart?includeTasks=true&onlyFailed=true")],
            lambda: [Step("POST", self.path + "/restart?onlyFailed=true")],
            lambda: [Step("POST", self.path + "/tasks/0/restart")],
            lambda: [Step("PUT", self.path + "/config", self.config())],
            lambda: [Step("PUT", self.path + "/config", self.config())],
            lambda: [Step("PATCH", self.path + "/config", {"tasks.max": rng.choice(["1", "2", "3"])})],
            lambda: [Step("PATCH", self.path + "/config", {"extra.a": rng.choice([None, value_of(rng)]), "new": "1"})],
            lambda: [Step("PATCH", self.path + "/config", {})],
            lambda: [stop, Step("PATCH", self.path + "/offsets", self.offsets()), Step("PUT", self.path + "/resume")],
            lambda: [stop, Step("PATCH", self.path + "/offsets", self.offsets())],
            lambda: [stop, Step("DELETE", self.path + "/offsets")],
            lambda: [Step("PUT", self.path + "/topics/reset")],
            lambda: [Step("PUT", "/admin/loggers/" + rng.choice(["a.b", "org.example.X", "root"]) + "?scope=cluster",
                          {"level": rng.choice(["INFO", "WARN", "debug"])})],
            lambda: self.delete()])()

    def delete(self):
        self.there = False
        return [Step("DELETE", self.path)]


def history(seed, steps, folder):
    rng = random.Random(seed)
    lives = [Life(rng, name, number % 3 == 2, folder) for number, name in enumerate(rng.sample(NAMES, 4))]
    taken = []
    for number in range(steps):
        taken += lives[number if number < len(lives) else rng.randrange(len(lives))].next()
    return taken


# ---- Taking a history's steps

class Driver:
    """Asks a cluster's only worker, and waits until its topics are at rest."""

    def __init__(self, client, group, port):
        self.client, self.group, self.worker = client, group, Worker(f"http://127.0.0.1:{port}", "@none@")

    def ask(self, step):
        end = time.monotonic() + 30
        while True:
            headers = dict(JSON) if step.body is not None else {}
            status, _, body = self.worker.ask(Request(step.method, step.path, step.body, headers))
            if status != 409 or b"rebalance" not in body or time.monotonic() > end:
                return status, compact(body.decode())
            time.sleep(0.05)

    def ends(self):
        return [self.client.end_offset(f"{self.group}-{kind}", partition)
                for kind, partitions in (("configs", 1), ("statuss", 5)) for partition in range(partitions)]

    def at_rest(self, seconds=AT_REST, wanted=True):
        """Nothing more is written, and what is shown is what is wanted."""
        last, since, end = None, 0, time.monotonic() + 40
        while time.monotonic() < end:
            now = (self.ends(), not wanted or self.wanted())
            if now != last or not now[1]:
                last, since = now, time.monotonic()
            elif time.monotonic() - since > seconds:
                return True
            time.sleep(0.05)
        return False

    def wanted(self):
        status, body = self.ask(Step("GET", "/connectors?expand=status&expand=info"))
        if status != 200:
            return False
        for name, each in json.loads(body).items():
            state, tasks = each["status"]["connector"]["state"], each["status"]["tasks"]
            if state in ("UNASSIGNED", "RESTARTING") or any(t["state"] in ("UNASSIGNED", "RESTARTING") for t in tasks):
                return False
            if len(each["info"]["tasks"]) != len(tasks) or state != "FAILED" and any(
                    t["state"] not in (state, "FAILED") for t in tasks) or state == "STOPPED" and tasks:
                return False
        return True

    def take(self, steps):
        answers = []
        for step in steps:
            status, body = self.ask(step)
            rested = self.at_rest()
            answers.append(f"{step} -> {status}" + (f" {body}" if status >= 400 else "") + ("" if rested else " NO REST"))
        return answers


# ---- What is left

def text(data):
    return None if data is None else data.decode("utf-8", "backslashreplace")


def normal(value):
    """Without times, keys, generations and stack traces."""
    if value is None:
        return None
    value = re.sub(r'"(key)":"[A-Za-z0-9+/=]{44}"', r'"\1":"<key>"', value)
    value = re.sub(r'"(creation-timestamp|discoverTimestamp)":\d+', r'"\1":<time>', value)
    value = re.sub(r'"generation":\d+', '"generation":<generation>', value)
    value = re.sub(r'"trace":"(?:[^"\\]|\\.)*"', '"trace":"<trace>"', value)
    if '"state":"UNASSIGNED"' in value:  # whether Java still knows the version depends on time
        value = re.sub(r'"version":"[^"]*"', '"version":null', value)
    if value.startswith('{"properties":'):  # in the order of the request or of a HashMap
        return json.dumps(json.loads(value), sort_keys=True)
    return value


def committed_messages(client, topic):
    """Of a topic whose partitions may end with the marks of transactions."""
    consumer = confluent_kafka.Consumer({"bootstrap.servers": client.bootstrap, "group.id": "test-reader",
                                         "enable.auto.commit": False, "enable.partition.eof": True})
    try:
        for partition in range(client.partitions(topic)):
            consumer.assign([confluent_kafka.TopicPartition(topic, partition, 0)])
            while True:
                message = consumer.poll(30)
                assert message is not None, f"{topic} is not read to its end"
                if message.error() is None:
                    yield message
                elif message.error().code() == confluent_kafka.KafkaError._PARTITION_EOF:
                    break
    finally:
        consumer.close()


def records(client, topic):
    """[(partition, key, value, headers)], each partition in order; what is repeated is there once."""
    found = []
    for message in committed_messages(client, topic):
        record = (message.partition(), text(message.key()), normal(text(message.value())), message.headers())
        if not found or found[-1] != record:
            found.append(record)
    return found


def by_key(found):
    keys = {}
    for partition, key, value, headers in found:
        said = keys.setdefault((partition, key), [])
        if not said or said[-1] != (value, headers):
            said.append((value, headers))
    return keys


def settings(client, topic):
    future = list(client._admin.describe_configs([ConfigResource(ConfigResource.Type.TOPIC, topic)]).values())[0]
    return {name: entry.value for name, entry in future.result(20).items() if not entry.is_default}


def left_behind(client, group):
    left = {}
    for kind in ("configs", "offsets", "statuss"):
        topic = f"{group}-{kind}"
        left[kind] = records(client, topic)
        left[f"settings of {kind}"] = (client.partitions(topic), settings(client, topic))
    groups = [name for name in client.groups() if name.startswith("connect-")]
    left["groups"] = {name: [client.committed(name, topic, 1) for topic in ("t-1", "t-2")] for name in groups}
    return left


def differences(theirs, ours):
    found = []
    for what in theirs:
        a, b = theirs[what], ours[what]
        if what in ("offsets", "statuss"):
            a, b = by_key(a), by_key(b)
            for key in sorted({*a, *b}, key=str):
                if a.get(key) != b.get(key):
                    found.append(f"{what} {key}:\n   " + "\n   ".join(map(str, a.get(key, []))) + "\n / " +
                                 "\n   ".join(map(str, b.get(key, []))))
        elif what == "configs":
            at = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
            if a != b:
                found.append(f"configs from record {at}:\n   " + "\n   ".join(map(str, a[at - 2 if at > 2 else 0:at + 6])) +
                             "\n / " + "\n   ".join(map(str, b[at - 2 if at > 2 else 0:at + 6])))
        elif a != b:
            found.append(f"{what}:\n   {a}\n / {b}")
    return found
