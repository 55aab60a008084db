"""Connectors whose configuration was good when it was given and is not any more, because what a variable stands for has
changed: their states, and what becomes of their offsets, beside the Java worker."""

import json
import os
import sys
import time

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import differential  # noqa: E402
from harness.wait import wait_until  # noqa: E402
from requests_script import request, sink_config, source_config  # noqa: E402
from test_differential import side  # noqa: E402

pytestmark = [pytest.mark.system, pytest.mark.java, pytest.mark.slow]

PROVIDER = {"config.providers": "file",
            "config.providers.file.class": "org.apache.kafka.common.config.provider.FileConfigProvider"}
VARIABLE = "${file:@FOLDER@/variables.properties:v}"
SETTLED = 15  # seconds until both must show the same states
# Key, value when the connector is made, values later. Those have at most three letters: longer ones are hidden.
OF_SOURCES = [("tasks.max", "1", ["x", "0", ""]), ("errors.tolerance", "all", ["odd", ""]), ("topic", "t", ["", " "]),
              ("batch.size", "1", ["x", "1.5"]), ("transaction.boundary", "poll", ["odd"]),
              ("transaction.boundary.interval.ms", "1", ["x", "-1"]), ("producer.override.acks", "all", ["9", ""]),
              ("producer.override.transactional.id", "t", ["", "u"]), ("producer.override.linger.ms", "1", [""])]
TRANSFORM = {"transforms": "a", "transforms.a.type": "org.apache.kafka.connect.transforms.InsertField$Value",
             "transforms.a.static.field": "f", "transforms.a.static.value": "v", "transforms.a.predicate": "p",
             "predicates": "p", "predicates.p.type": "org.apache.kafka.connect.transforms.predicates.TopicNameMatches",
             "predicates.p.pattern": "t"}
DEAD_LETTERS = {"errors.deadletterqueue.topic.name": "d", "errors.deadletterqueue.topic.replication.factor": "1"}
OF_BOTH = [("key.converter", "org.apache.kafka.connect.storage.StringConverter", ["x", ""]),
           ("value.converter", "org.apache.kafka.connect.converters.ByteArrayConverter", ["x"]),
           ("header.converter", "org.apache.kafka.connect.storage.SimpleHeaderConverter", ["x"]),
           ("transforms", "a", ["b", "a,b", "a,a", ""]), ("transforms.a.type", TRANSFORM["transforms.a.type"], ["x", ""]),
           ("transforms.a.static.field", "f", [""]), ("transforms.a.negate", "true", ["x"]),
           ("transforms.a.predicate", "p", ["q", ""]), ("predicates", "p", ["q", ""]),
           ("predicates.p.type", TRANSFORM["predicates.p.type"], ["x"]), ("predicates.p.pattern", "t", ["(", ""])]
OF_SINKS = [("tasks.max", "1", ["x", "0"]), ("errors.retry.timeout", "1", ["z"]),
            ("errors.deadletterqueue.topic.replication.factor", "1", ["x"]),
            ("consumer.override.isolation.level", "read_committed", ["x", ""]),
            ("topics", "t", ["", "d"]), ("errors.deadletterqueue.topic.name", "d", ["t"])]
SOURCE_OFFSETS = {"offsets": [{"partition": {"filename": "x"}, "offset": {"position": 1}}]}
SINK_OFFSETS = {"offsets": [{"partition": {"kafka_topic": "changed", "kafka_partition": 0}, "offset": None}]}


def write(workers, value):
    for worker in workers:
        with open(os.path.join(worker.folder, "variables.properties"), "w") as file:
            file.write("v=" + value.replace(" ", "\\ ") + "\n")


def agreed(workers, step):
    """None, or how the answers differ even after a while. Positions depend on time, and are taken out."""
    end = time.monotonic() + SETTLED
    while True:
        answers = [worker.ask(step) for worker in workers]
        problem = differential.compare(step, workers[0], answers[0], workers[1], answers[1])
        listed = step.method == "GET" and step.path.endswith("/offsets") and answers[0][0] == answers[1][0] == 200
        if problem is None or listed or step.method != "GET" or time.monotonic() > end:
            return None if listed else problem
        time.sleep(0.1)


def has_its_task(worker, name):
    status = json.loads(worker.ask(request("GET", f"/connectors/{name}/status"))[2])
    parts = [status["connector"], *status["tasks"]] if "connector" in status else []
    return len(parts) == 2 and all(part["state"] != "UNASSIGNED" for part in parts)


def life(name, config, offsets):
    path = f"/connectors/{name}"
    yield request("GET", path + "/status")
    yield request("GET", path + "/offsets")
    yield request("PUT", path + "/stop")
    yield request("GET", path + "/status")
    yield request("GET", path + "/offsets")
    yield request("PATCH", path + "/offsets", offsets)
    yield request("DELETE", path + "/offsets")
    yield request("PUT", path + "/config", config)
    yield request("DELETE", path)


def cases():
    for make, keys, offsets in ((source_config, OF_SOURCES, SOURCE_OFFSETS), (sink_config, OF_SINKS, SINK_OFFSETS)):
        for key, good, bads in keys + OF_BOTH:
            more = TRANSFORM if key.startswith(("transforms", "predicates")) else {}
            more = DEAD_LETTERS if key in ("topics", "errors.deadletterqueue.topic.name") else more
            for bad in bads:
                yield {**make("@FOLDER@", 1), "tasks.max": "1", **more, key: VARIABLE}, key, good, bad, offsets


def test_a_variable_that_changes_fails_what_it_fails_in_java(java, millrace, broker, own_broker):
    other = own_broker().start()
    workers = [side(java(bootstrap=other.bootstrap, config=PROVIDER).start()),
               side(millrace(bootstrap=broker.bootstrap, config=PROVIDER).start())]
    different = []
    for number, (config, key, good, bad, offsets) in enumerate(cases()):
        name = f"changed-{number}"
        write(workers, good)
        steps = [request("POST", "/connectors", {"name": name, "config": config})]
        problems = [agreed(workers, step) for step in steps]
        for worker in workers:  # a task that is yet to be made would not be restarted
            wait_until(lambda worker=worker: has_its_task(worker, name), 60, f"the task of {name}")
        write(workers, bad)
        for worker in workers:  # which stops and starts it, whatever it ran into
            worker.ask(request("POST", f"/connectors/{name}/restart?includeTasks=true"))
        problems += [agreed(workers, step) for step in life(name, config, offsets)]
        different += [f"{key}: {good!r}, then {json.dumps(bad)}: {problem}" for problem in problems if problem]
    assert not different, "\n".join(different)
