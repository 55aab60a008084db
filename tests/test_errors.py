"""Errors of records on a real broker: dead letters beside the Java worker's, a million records with
poison, dead letters of sources, poison that only the connector knows, tasks that hang."""

import json
import os
import random
import re
import time

import confluent_kafka
import pytest

from harness.connectors import blackhole, file_sink, file_source, write_properties
from harness.records import account, account_at_least_once, line, read_lines, whole_records, write_lines
from harness.wait import wait_until
from harness.worker import JSON

pytestmark = pytest.mark.system

PACKAGE = "org.apache.kafka.connect.transforms."
# Each converter may fail, and so may a transform: a row without a field.
STAGES = {"key.converter": JSON, "key.converter.schemas.enable": "false",
          "value.converter": JSON, "value.converter.schemas.enable": "false",
          "header.converter": JSON, "header.converter.schemas.enable": "false",
          "transforms": "id", "transforms.id.type": PACKAGE + "ExtractField$Value",
          "transforms.id.field": "id"}
# Of the first record; not old, for Kafka deletes what is older than its topic keeps.
TIMESTAMP = (int(time.time()) - 2000) * 1000
# MILLRACE_FULL=1: the size that is run by hand.
FULL = os.environ.get("MILLRACE_FULL") == "1"
RECORDS, KILLS = (1_000_000, 10) if FULL else (200_000, 3)


def dead_letter_settings(topic, headers="false", **more):
    return {"errors.deadletterqueue.topic.name": topic,
            "errors.deadletterqueue.topic.replication.factor": "1",
            "errors.deadletterqueue.context.headers.enable": headers, **more}


def produce(broker, topic, records):
    """records: (key, value, headers), each of them may be None."""
    failed = []

    def delivered(error, _):
        if error is not None:
            failed.append(error)
    producer = confluent_kafka.Producer({"bootstrap.servers": broker.bootstrap, "linger.ms": 50,
                                         "queue.buffering.max.messages": 2_000_000})
    for index, (key, value, headers) in enumerate(records):
        producer.produce(topic, value, key, headers=headers or [], partition=0,
                         timestamp=TIMESTAMP + index, on_delivery=delivered)
        if index % 1000 == 0:
            producer.poll(0)
    assert producer.flush(120) == 0 and not failed, failed[:1]


def committed(broker, name, topic):
    try:
        return broker.client.committed(f"connect-{name}", topic)[0]
    except confluent_kafka.KafkaException:
        return -1  # the group's coordinator is not there yet


# ---- Beside Java

GOOD = ('"k"', '{"id":"good"}', [("h", b'"x"')])
KINDS = {
    "key": ('{"k', '{"id":"1"}', [("h", b'"x"')]),
    "value": ('"k"', '{"id":', None),
    "transform": ('"k"', '"no row"', [("h", b'"x"'), ("none", None)]),
    "header": ('"k"', '{"id":"1"}', [("h", b'"x"'), ("bad", b'{')]),
    "tombstone": ('{"k', None, None),
    "tombstone-header": (None, None, [("bad", b'['), ("", b"")]),
    "both": ('nope', 'nope', [("bad", b'{')]),
}


def run_kinds(worker, broker, topic):
    """Dead letters, traces and log lines: all kinds under tolerance, each kind without."""
    client = broker.client
    worker.start()
    rest = [(None, None, None), GOOD]
    cases = {"all-true": [GOOD, *KINDS.values(), *rest, *KINDS.values()]}
    cases["all-false"] = cases["all-true"]
    cases.update({f"none-{kind}": [GOOD, poison, *rest, poison] for kind, poison in KINDS.items()})
    letters, traces = {}, {}
    for case, records in cases.items():
        name, tolerance = f"{topic}-{case}", case.partition("-")[0]
        headers = "false" if case == "all-false" else "true"
        count = 2 * len(KINDS) if tolerance == "all" else 1
        client.create_topic(name)
        produce(broker, name, records)
        worker.rest.create(name, file_sink(
            f"{worker.folder}/{name}.txt", name, **STAGES,
            **dead_letter_settings(name + "-dead", headers), **{
                "errors.tolerance": tolerance, "errors.log.enable": headers,
                "errors.log.include.messages": headers}))
        wait_until(lambda: client.count(name + "-dead") >= count, 120,
                   lambda: f"{count} dead letters of {name}; {worker.rest.status(name)}",
                   worker.process.check_alive)
        if tolerance == "none":
            worker.rest.wait_state(name, "FAILED")
        else:
            out = f"{worker.folder}/{name}.txt"
            wait_until(lambda: read_lines(out) == ["good", "null", "good"], 30,
                       lambda: f"the good records of {name}: {read_lines(out)}")
        letters[case] = [neutral(message, topic) for message in client.read(name + "-dead")]
        # Java's frames are Java's; so is the cause beneath the worker's own exceptions.
        traces[case] = [text for text in worker.rest.trace(name).split("\n")
                        if text and not text.startswith("\t")][:2]
        worker.rest.delete(name)
    log = sorted(text.replace(topic, "TOPIC")
                 for text in re.findall(r"Error encountered in task [^\n]*?\}\.", worker.log()))
    return letters, traces, log


def neutral(message, topic):
    headers = []
    for key, value in message.headers() or []:
        if key == "__connect.errors.exception.stacktrace":
            value = value.split(b"\n")[0].strip()
        headers.append((key, value and value.replace(topic.encode(), b"TOPIC")))
    return message.key(), message.value(), message.timestamp(), headers


def test_dead_letters_log_lines_and_traces_are_those_of_java(millrace, java, broker, topic):
    found = []
    for name, make in (("m", millrace), ("j", java)):
        worker = make()
        found.append(run_kinds(worker, broker, f"{topic[:40]}-{name}"))
        worker.stop()
    (letters, traces, log), (java_letters, java_traces, java_log) = found
    assert letters.keys() == java_letters.keys()
    for case, expected in java_letters.items():
        assert letters[case] == expected, case
    assert traces == java_traces
    assert log == java_log
    assert len(log) == len(KINDS) * 3  # two under tolerance, one without


# ---- Many records, one in a hundred of them poison

def many(count, poison):
    """Records, the lines that are to be delivered, the values of those that are not."""
    records, good, bad = [], [], []
    for index in range(count):
        text = line(index)
        key, value, headers = f'"{index}"', '{"id":"%s"}' % text, [("h", b'"x"')]
        if poison and index % 100 == 99:
            kind = index // 100 % 4
            if kind == 0:
                key = '{"' + text
            elif kind == 1:
                value = '{"id":"%s"' % text
            elif kind == 2:
                value = '"%s"' % text
            else:
                headers = [("h", b"{")]
            bad.append(value)
        else:
            good.append(text)
        records.append((key, value, headers))
    return records, good, bad


def timed_run(worker, broker, name, topic, count, lines, **settings):
    """Seconds of time and of CPU from the connector's creation to its last commit."""
    begin, cpu = time.monotonic(), worker.process.cpu_seconds()
    out = f"{worker.folder}/{name}.txt"
    worker.rest.create(name, file_sink(out, topic, **STAGES, **settings))
    wait_until(lambda: committed(broker, name, topic) == count, 250,
               lambda: f"all to be committed; {worker.rest.status(name)}",
               worker.process.check_alive)
    times = time.monotonic() - begin, worker.process.cpu_seconds() - cpu
    assert len(read_lines(out)) == lines
    worker.rest.delete(name)
    return times


@pytest.mark.slow
def test_poison_in_many_records(millrace, broker, topic):
    count = RECORDS
    worker = millrace(config={"offset.flush.interval.ms": "500"}).start()
    client = broker.client
    records, good, bad = many(count, poison=True)
    for name in (topic, topic + "-clean"):
        client.create_topic(name)
    produce(broker, topic, records)
    produce(broker, topic + "-clean", many(count, poison=False)[0])
    # The first one warms up the broker.
    timed_run(worker, broker, f"warm-{topic}", topic + "-clean", count, count)
    clean = timed_run(worker, broker, f"clean-{topic}", topic + "-clean", count, count)
    dead = topic + "-dead"
    poisoned = timed_run(worker, broker, f"poisoned-{topic}", topic, count, len(good),
                         **dead_letter_settings(dead, "true"), **{"errors.tolerance": "all"})
    print(f"{count} records: clean {clean[0]:.2f} s, {clean[1]:.2f} CPU s; "
          f"1 % poison {poisoned[0]:.2f} s, {poisoned[1]:.2f} CPU s")
    account(read_lines(f"{worker.folder}/poisoned-{topic}.txt"), good)
    account([value.decode() for value in client.values(dead)], bad)

    # Without tolerance the first one fails the task, and status and log say which it is.
    name = f"strict-{topic}"
    worker.rest.create(name, file_sink(f"{worker.folder}/strict.txt", topic, **STAGES))
    worker.rest.wait_state(name, "FAILED")
    trace = worker.rest.trace(name)
    assert trace.startswith("org.apache.kafka.connect.errors.ConnectException: Tolerance exceeded "
                            "in error handler\n")
    place = f"\tat KEY_CONVERTER {JSON} {{topic='{topic}', partition=0, offset=99, "
    assert place in trace and place in worker.log()
    assert "Caused by: org.apache.kafka.connect.errors.DataException: " in trace
    account(read_lines(f"{worker.folder}/strict.txt"), good[:99])


@pytest.mark.slow
def test_kill_the_worker_among_poison(millrace, broker, topic, tmp_path):
    count, kills = RECORDS, KILLS
    seed = random.randrange(1 << 30)
    print(f"seed {seed}")
    chance = random.Random(seed)
    records, good, bad = many(count, poison=True)
    broker.client.create_topic(topic)
    produce(broker, topic, records)
    out, dead = tmp_path / "out.txt", topic + "-dead"
    sink = write_properties(tmp_path / "sink.properties", f"sink-{topic}", file_sink(
        out, topic, **STAGES, **dead_letter_settings(dead), **{
            "errors.tolerance": "all", "consumer.override.session.timeout.ms": "6000"}))
    worker = millrace(config={"offset.flush.interval.ms": "20"})

    def written():
        return out.stat().st_size // 61 if out.exists() else 0
    for _ in range(kills):
        goal = min(written() + chance.randrange(1, count // kills), len(good) - 1)
        worker.start(sink)
        wait_until(lambda: written() >= goal, 90, lambda: f"{goal} lines, not {written()}",
                   worker.process.check_alive)
        worker.kill()
    worker.start(sink)
    wait_until(lambda: committed(broker, f"sink-{topic}", topic) >= count, 200,
               lambda: f"all to be committed: {written()} lines", worker.process.check_alive)
    assert worker.stop() == 0
    again = account_at_least_once(whole_records(read_lines(out)), good)
    found = [value.decode() for value in broker.client.values(dead)]
    letters_again = account_at_least_once(found, bad)
    print(f"after {kills} kills: {again} lines and {letters_again} dead letters came again")


# ---- Dead letters of sources

def test_a_source_has_dead_letters(millrace, broker, topic, tmp_path):
    dead = topic + "-dead"
    write_lines(tmp_path / "in.txt", ["1", "two", "3", "four"])
    worker = millrace(config={"offset.flush.interval.ms": "100"})
    source = write_properties(
        tmp_path / "source.properties", f"source-{topic}",
        file_source(tmp_path / "in.txt", topic, **dead_letter_settings(dead, "true"), **{
            "transforms": "number", "transforms.number.type": PACKAGE + "Cast$Value",
            "transforms.number.spec": "int32", "errors.tolerance": "all"}))
    worker.start(source)
    client = broker.client
    wait_until(lambda: client.count(topic) == 2 and client.count(dead) == 2, 60,
               lambda: f"two records and two letters; {worker.rest.status('source-' + topic)}")
    assert client.values(topic) == [b"1", b"3"]
    # The last record is a dead letter: its offset is committed like that of any other.
    wait_until(lambda: b'"position":13' in open(worker.offsets_path, "rb").read(), 20,
               "the offset behind the last dead letter")
    assert worker.stop() == 0
    letter = client.read(dead)[1]
    assert json.loads(letter.value()) == {
        "schema": {"type": "string", "optional": False}, "payload": "four"}
    headers = {key: (value or b"").decode() for key, value in letter.headers()}
    trace = headers.pop("__connect.errors.exception.stacktrace")
    assert trace.startswith("org.apache.kafka.connect.errors.DataException")
    message = headers.pop("__connect.errors.exception.message")
    assert "four" in message
    assert headers == {
        "__connect.errors.topic": topic,
        "__connect.errors.source.partition": '{"filename":"%s"}' % (tmp_path / "in.txt"),
        "__connect.errors.source.offset": '{"position":13}',
        "__connect.errors.connector.name": "source-" + topic, "__connect.errors.task.id": "0",
        "__connect.errors.stage": "TRANSFORMATION",
        "__connect.errors.class.name": PACKAGE + "Cast$Value",
        "__connect.errors.exception.class.name": "org.apache.kafka.connect.errors.DataException"}
    # Nothing comes again.
    write_lines(tmp_path / "in.txt", ["5"], "a")
    worker.start(source)
    wait_until(lambda: client.count(topic) == 3, 30, "the fifth line")
    assert client.count(dead) == 2


# ---- Poison that only the connector knows, and connectors that hang

def test_poison_is_searched_in_what_a_sink_refuses(millrace, broker, topic):
    worker = millrace(config={"offset.flush.interval.ms": "200"}).start()
    texts = [f"poison {i}" if i % 500 == 250 else f"good {i}" for i in range(5000)]
    broker.client.create_topic(topic)
    broker.client.produce(topic, texts)
    dead, name = topic + "-dead", f"picky-{topic}"
    worker.rest.create(name, blackhole(topic, **dead_letter_settings(dead, "true"), **{
        "fail.on.text": "poison", "fail.with": "bad_data", "fail.times": "-1",
        "errors.tolerance": "all", "errors.bisect": "true"}))
    wait_until(lambda: committed(broker, name, topic) == 5000, 60,
               lambda: f"all to be committed; {worker.rest.status(name)}")
    assert [value.decode() for value in broker.client.values(dead)] == \
        [text for text in texts if text.startswith("poison")]
    assert dict(broker.client.read(dead)[0].headers())["__connect.errors.stage"] == b"TASK_PUT"
    assert "partition 0 at offset 250: fail.with=bad_data" in worker.log()
    assert worker.rest.task_states(name) == ["RUNNING"]


def test_a_sink_that_can_put_nothing_has_no_dead_letters(millrace, broker, topic):
    worker = millrace().start()
    broker.client.create_topic(topic)
    broker.client.produce(topic, ["one", "two", "three"])
    dead, name = topic + "-dead", f"broken-{topic}"
    worker.rest.create(name, blackhole(topic, **dead_letter_settings(dead), **{
        "fail.after.records": "0", "fail.with": "fatal", "fail.times": "-1",
        "errors.tolerance": "all", "errors.bisect": "true"}))
    worker.rest.wait_state(name, "FAILED")
    assert "Exiting WorkerSinkTask due to unrecoverable exception." in worker.rest.trace(name)
    assert broker.client.count(dead) == 0


def stalled(worker, name):
    for text in worker.rest.get("/metrics").splitlines():
        if text.startswith("kafka_connect_connector_task_metrics_stalled{") \
                and f'connector="{name}"' in text:
            return float(text.rpartition(" ")[2])
    return None


def test_a_task_that_hangs_in_put_says_so_and_says_when_it_is_over(millrace, broker, topic):
    worker = millrace().start()
    broker.client.create_topic(topic)
    name = f"slow-{topic}"
    worker.rest.create(name, blackhole(topic, **{"put.delay.ms": "3000",
                                                 "errors.stall.timeout.ms": "300"}))
    worker.rest.wait_state(name, "RUNNING")
    assert stalled(worker, name) == 0 and worker.rest.trace(name) == ""
    broker.client.produce(topic, ["one"])
    wait_until(lambda: "put holds task" in worker.rest.trace(name), 30,
               lambda: f"a stall; {worker.rest.status(name)}")
    assert worker.rest.task_states(name) == ["RUNNING"] and stalled(worker, name) == 1
    wait_until(lambda: worker.rest.trace(name) == "" and stalled(worker, name) == 0, 30,
               lambda: f"its end; {worker.rest.status(name)}")
    assert worker.log().count("it is stalled.") == 1
    assert worker.log().count("The task is not stalled any more") == 1
