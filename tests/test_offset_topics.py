"""Offset topics of connectors' own (offsets.storage.topic), on a real Kafka, also with Java workers."""

import confluent_kafka
import pytest

from harness.connectors import file_source
from harness.rest import RestError
from harness.wait import wait_until

pytestmark = pytest.mark.system


def append(path, *texts):
    with open(path, "a") as file:
        file.write("".join(text + "\n" for text in texts))


def sent(broker, topic, *values):
    wait_until(lambda: broker.client.values(topic) == [v.encode() for v in values], 60,
               lambda: f"{values} in {topic}, not {broker.client.values(topic)}")


def position(rest, name):
    offsets = rest.get(f"/connectors/{name}/offsets")["offsets"]
    return offsets[0]["offset"]["position"] if offsets else None


def settle(rest, name, wanted):
    wait_until(lambda: position(rest, name) == wanted, 30,
               lambda: f"offset {wanted} of {name}, not {position(rest, name)}")


def latest(broker, topic):
    """{key: value} of an offsets topic."""
    return {m.key(): m.value() for m in broker.client.read(topic)}


def stop(rest, name):
    rest.call("PUT", f"/connectors/{name}/stop")
    wait_until(lambda: rest.status(name)["connector"]["state"] == "STOPPED"
               and not rest.status(name)["tasks"], 30, f"{name} to stop")


def test_offsets_lie_in_the_connectors_topic_and_in_the_workers(cluster, broker, tmp_path, topic):
    worker = cluster.millrace(**{"offset.storage.partitions": "3"}).start()
    own, source = f"{topic}-own", tmp_path / "in"
    append(source, "one")
    worker.rest.create("x", file_source(source, topic))
    settle(worker.rest, "x", 4)
    # A topic of its own later: it goes on where it was.
    worker.rest.put_config("x", file_source(source, topic, **{"offsets.storage.topic": own}))
    cluster.wait_running(["x"])
    append(source, "two")
    sent(broker, topic, "one", "two")
    settle(worker.rest, "x", 8)
    assert broker.client.partitions(own) == 3
    resource = confluent_kafka.admin.ConfigResource("topic", own)
    configs = broker.client._admin.describe_configs([resource])[resource].result(20)
    assert configs["cleanup.policy"].value == "compact"
    shared = f"{cluster.group}-offsets"
    key, = latest(broker, own)
    wait_until(lambda: latest(broker, shared).get(key) == b'{"position":8}', 20, "the worker's copy")
    assert latest(broker, own)[key] == b'{"position":8}'

    stop(worker.rest, "x")
    worker.rest.call("PATCH", "/connectors/x/offsets", {"offsets": [
        {"partition": {"filename": str(source)}, "offset": {"position": 4}}]})
    assert position(worker.rest, "x") == 4
    worker.rest.call("PUT", "/connectors/x/resume")
    sent(broker, topic, "one", "two", "two")
    settle(worker.rest, "x", 8)
    stop(worker.rest, "x")
    worker.rest.call("DELETE", "/connectors/x/offsets")
    assert position(worker.rest, "x") is None
    assert latest(broker, own)[key] is None and latest(broker, shared)[key] is None
    assert worker.stop() == 0


def test_java_reads_what_millrace_wrote_and_the_other_way_round(cluster, broker, tmp_path, topic):
    millrace, java = cluster.millrace(), cluster.java()
    own, source = f"{topic}-own", tmp_path / "in"
    append(source, "one")
    config = file_source(source, topic, **{"offsets.storage.topic": own})
    millrace.start()
    millrace.rest.create("x", config)
    sent(broker, topic, "one")
    assert millrace.stop() == 0
    append(source, "two")
    java.start()
    cluster.wait_running(["x"])
    sent(broker, topic, "one", "two")
    settle(java.rest, "x", 8)
    assert java.stop() == 0
    append(source, "three")
    millrace.start()
    cluster.wait_running(["x"])
    sent(broker, topic, "one", "two", "three")
    settle(millrace.rest, "x", 14)


def test_topics_that_cannot_be_used_fail_the_connector_as_in_java(cluster, broker, tmp_path, topic):
    broker.client.create_topic(f"{topic}-plain", config={"cleanup.policy": "delete"})
    cases = {"plain": f"{topic}-plain", "invalid": "a b!"}
    change = {"offsets": [{"partition": {"filename": "x"}, "offset": {"position": 1}}]}

    def answers_of(worker):
        worker.start()
        found = []

        def ask(*request):
            try:
                found.append(worker.rest.call(*request))
            except RestError as error:
                found.append((error.status, error.body))
        for name, own in cases.items():
            worker.rest.create(name, file_source(tmp_path / "in", topic, **{"offsets.storage.topic": own}))
        for name in cases:
            worker.rest.wait_state(name, "FAILED")
            status = worker.rest.status(name)
            found.append((status["connector"]["version"], status["connector"]["trace"].splitlines()[0],
                          status["tasks"]))
            path = f"/connectors/{name}/offsets"
            ask("GET", path)
            stop(worker.rest, name)
            ask("PATCH", path, change)
            ask("DELETE", path)
            worker.rest.call("DELETE", f"/connectors/{name}")
        worker.stop()
        return found
    ours = answers_of(cluster.millrace())
    assert "required to have 'cleanup.policy=compact'" in ours[0][1]
    assert ours == answers_of(cluster.java())
