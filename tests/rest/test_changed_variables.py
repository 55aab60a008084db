"""Connectors whose configuration was good when it was given and is not any more, because what a variable stands for has
changed: their states, and what becomes of their offsets, beside the Java worker."""

import json
import os
import sys
import time

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import differential  # noqa: E402
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
OF_SINKS = [("tasks.max", "1", ["x", "0"]), ("errors.retry.timeout", "1", ["z"]),
            ("errors.deadletterqueue.topic.replication.factor", "1", ["x"]),
            ("consumer.override.isolation.level", "read_committed", ["x", ""])]
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
        for key, good, bads in keys:
            for bad in bads:
                yield {**make("@FOLDER@", 1), "tasks.max": "1", key: VARIABLE}, key, good, bad, offsets


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
        write(workers, bad)
        for worker in workers:  # which stops and starts it, whatever it ran into
            worker.ask(request("POST", f"/connectors/{name}/restart?includeTasks=true"))
        problems += [agreed(workers, step) for step in life(name, config, offsets)]
        different += [f"{key}: {good!r}, then {json.dumps(bad)}: {problem}" for problem in problems if problem]
    assert not different, "\n".join(different)
