"""Both workers on one broker, fed the same cases; what came of them, in a form that can be compared.

A case says SIDE where the two must differ: in names of connectors, topics and files. What comes out
has SIDE put back. Cases run in lockstep, many at a time: starting a Java worker is what costs.
"""

import json
import os
import re
import time

import confluent_kafka
from confluent_kafka.admin import ConfigResource

from harness.rest import RestError

SIDES = ("xja", "xmi")  # of one length: lengths of names may matter
QUIET = 4.0  # seconds without a change: Java's file source sleeps for one second, and machines are busy


class Side:
    def __init__(self, tag, worker, client, folder):
        self.tag, self.worker, self.client = tag, worker, client
        self.folder = os.path.join(str(folder), tag)
        os.makedirs(self.folder)

    def place(self, thing):
        """`thing` with SIDE replaced: text, or dictionaries and lists of it."""
        if isinstance(thing, str):
            return thing.replace("SIDE", self.tag).replace("FOLDER", self.folder)
        if isinstance(thing, dict):
            return {self.place(key): self.place(value) for key, value in thing.items()}
        if isinstance(thing, list):
            return [self.place(value) for value in thing]
        return thing

    def displaced(self, text):
        if isinstance(text, bytes):
            return text.replace(self.folder.encode(), b"FOLDER").replace(self.tag.encode(), b"SIDE")
        return text.replace(self.folder, "FOLDER").replace(self.tag, "SIDE")

    def request(self, method, path, body=None):
        """Status and body as text; errors of REST are results like others."""
        try:
            answer = self.worker.rest.call(method, self.place(path), self.place(body), timeout=40)
            return (200, self.displaced(json.dumps(answer, sort_keys=True)))
        except TimeoutError:
            print(f"{self.tag} gave no answer to {method} {path}")
            return (0, "no answer")
        except RestError as error:
            return (error.status, self.displaced(str(error.body)))

    def wait_for_tasks(self, name, limit=5, stopped=False):
        """After a resume or the like, or a stop. Java's standalone worker locks up for good where its REST
        thread sets a target state while its herder's thread brings up another connector's tasks."""
        end = time.monotonic() + limit
        while time.monotonic() < end:
            status, text = self.request("GET", f"/connectors/{name}/status")
            found = json.loads(text) if status == 200 else None
            if found is None or bool(found["tasks"]) != stopped or found["connector"]["state"] == "FAILED":
                return
            time.sleep(0.02)

    def path(self, name):
        return os.path.join(self.folder, name)

    def states(self, name):
        """States of the connector and its tasks, and of each trace what the exceptions say."""
        status, text = self.request("GET", f"/connectors/{name}/status")
        if status != 200:
            return [status, text]
        found = json.loads(text)
        return [[part["state"], essence(part.get("trace", ""))]
                for part in [found["connector"], *found["tasks"]]]


def essence(trace):
    """The exceptions of a trace, without frames."""
    lines = []
    for line in trace.split("\n"):
        if re.match(r"\s+at |\s+\.\.\. \d+ more", line) or not line.strip():
            continue
        lines.append(IDENTITY.sub("@ID", line.rstrip()))
    return lines


IDENTITY = re.compile(r"@[0-9a-f]{3,8}\b")


def settle(look, limit=90):
    """Calls look() until what it gives has not changed for QUIET seconds."""
    end = time.monotonic() + limit
    last, since = look(), time.monotonic()
    while time.monotonic() - since < QUIET and time.monotonic() < end:
        time.sleep(0.1)
        seen = look()
        if seen != last:
            last, since = seen, time.monotonic()
    return last


class Topics:
    """Bulk looks at many topics."""

    def __init__(self, client):
        self.client = client
        self.consumer = confluent_kafka.Consumer({
            "bootstrap.servers": client.bootstrap, "group.id": "comparison", "log_level": 2})

    def names(self):
        return {name: len(found.partitions)
                for name, found in self.client._admin.list_topics(timeout=20).topics.items()}

    def ends(self, wanted):
        """End offsets of all partitions of the topics that wanted(name) accepts."""
        ends = {}
        for name, partitions in self.names().items():
            for partition in range(partitions if wanted(name) else 0):
                try:
                    ends[name, partition] = self.consumer.get_watermark_offsets(
                        confluent_kafka.TopicPartition(name, partition), timeout=10)[1]
                except confluent_kafka.KafkaException:
                    ends[name, partition] = 0  # so new that nobody leads it yet
        return ends

    def read(self, wanted):
        """topic -> messages, in the order of partitions and offsets."""
        return {name: self.client.read(name) for name in self.names() if wanted(name)}

    def settings(self, names):
        """topic -> what was set for the topic itself."""
        if not names:
            return {}
        asked = [ConfigResource(ConfigResource.Type.TOPIC, name) for name in names]
        dynamic_topic_config = 1
        result = {}
        for resource, future in self.client._admin.describe_configs(asked).items():
            result[resource.name] = {key: entry.value for key, entry in future.result(20).items()
                                     if entry.source == dynamic_topic_config}
        return result

    def committed(self, group, spots):
        """What a group has committed: {(topic, partition): offset}"""
        if not group:
            return {}
        consumer = confluent_kafka.Consumer({"bootstrap.servers": self.client.bootstrap,
                                             "group.id": group, "log_level": 2})
        try:
            found = consumer.committed([confluent_kafka.TopicPartition(*spot) for spot in spots],
                                       timeout=20)
            return {(each.topic, each.partition): each.offset for each in found if each.offset >= 0}
        finally:
            consumer.close()

    def close(self):
        self.consumer.close()
