"""Nothing is lost when the worker or the broker dies at any moment: at-least-once."""

import random

import pytest

from harness.connectors import file_sink, file_source, write_properties
from harness.records import (account_at_least_once, lines, read_lines, whole_records, write_lines)
from harness.wait import wait_until

pytestmark = [pytest.mark.system, pytest.mark.slow]

RECORDS = 100_000


@pytest.fixture
def chance():
    """Random moments; the seed is in the failure's output."""
    seed = random.randrange(1 << 30)
    print(f"seed {seed}")
    return random.Random(seed)


def in_order_but_for_rewinds(found, expected):
    """Each run of a killed source begins at a committed offset at or before its predecessor's end:
    no record is skipped, ever."""
    place = {text: index for index, text in enumerate(expected)}
    next_new = 0
    for text in found:
        index = place[text]
        assert index <= next_new, f"record {index} before record {next_new}"
        next_new = max(next_new, index + 1)
    assert next_new == len(expected)


def test_kill_the_worker_while_a_source_runs(millrace, broker, topic, tmp_path, chance):
    expected = lines(RECORDS)
    write_lines(tmp_path / "in.txt", expected)
    source = write_properties(tmp_path / "source.properties", "source",
                              file_source(tmp_path / "in.txt", topic))
    worker = millrace(config={"offset.flush.interval.ms": "50"})
    for _ in range(5):
        goal = min(broker.client.end_offset(topic) + chance.randrange(1, RECORDS // 6), RECORDS)
        worker.start(source)
        wait_until(lambda: broker.client.end_offset(topic) >= goal, 60, f"{goal} records",
                   worker.process.check_alive)
        worker.kill()
    worker.start(source)

    def all_there():
        return broker.client.end_offset(topic) >= RECORDS and \
            broker.client.values(topic)[-1].decode() == expected[-1]
    wait_until(all_there, 90, "the last record", worker.process.check_alive)
    found = [value.decode() for value in broker.client.values(topic)]
    account_at_least_once(found, expected)
    in_order_but_for_rewinds(found, expected)


def test_kill_the_worker_while_a_sink_runs(millrace, broker, topic, tmp_path, chance):
    broker.client.create_topic(topic, 3)
    expected = lines(RECORDS)
    broker.client.produce(topic, expected, keys=[text[:10] for text in expected])
    out = tmp_path / "out.txt"
    # A killed member's group waits for its session to end: short here, as a user might set it.
    sink = write_properties(tmp_path / "sink.properties", f"sink-{topic}", file_sink(
        out, topic, **{"consumer.override.session.timeout.ms": "6000"}))
    worker = millrace(config={"offset.flush.interval.ms": "50"})
    for _ in range(4):
        goal = min(len(read_lines(out)) + chance.randrange(1, RECORDS // 6), RECORDS - 1)
        worker.start(sink)
        wait_until(lambda: len(read_lines(out)) >= goal, 90, f"{goal} lines",
                   worker.process.check_alive)
        worker.kill()
    worker.start(sink)
    wait_until(lambda: sum(broker.client.committed(f"connect-sink-{topic}", topic, 3)) >= RECORDS,
               120, lambda: f"all to be committed: {len(read_lines(out))} lines",
               worker.process.check_alive)
    assert worker.stop() == 0
    account_at_least_once(whole_records(read_lines(out)), expected)


def test_kill_the_broker_while_records_move(millrace, own_broker, tmp_path, chance):
    """The broker is killed and started again under a running source and a running sink; neither
    fails, nothing is lost, and, as the source's producer is idempotent, the topic has nothing
    twice."""
    broker = own_broker().start()
    broker.client.create_topic("road")
    expected = lines(RECORDS)
    source, out = tmp_path / "in.txt", tmp_path / "out.txt"
    write_lines(source, expected[:1])
    worker = millrace(bootstrap=broker.bootstrap, config={"offset.flush.interval.ms": "200"}).start()
    worker.rest.create("source", file_source(source, "road"))
    worker.rest.create("sink", file_sink(out, "road"))
    worker.rest.wait_state("source", "RUNNING")
    worker.rest.wait_state("sink", "RUNNING")
    written = 1
    for round_number in range(3):
        goal = written + chance.randrange(1, 5000)
        last = written + RECORDS // 3 + (1 if round_number == 2 else 0)
        write_lines(source, expected[written:last], "a")
        written = min(last, RECORDS)
        wait_until(lambda: len(read_lines(out)) >= goal, 60, f"{goal} lines",
                   worker.process.check_alive)
        broker.kill()
        broker.start()
    write_lines(source, expected[written:], "a")
    wait_until(lambda: len(set(read_lines(out))) >= RECORDS, 120,
               lambda: f"{RECORDS} lines; there are {len(set(read_lines(out)))}; "
                       f"{worker.rest.status('source')}, {worker.rest.status('sink')}",
               worker.process.check_alive)
    assert worker.rest.task_states("source") == ["RUNNING"]
    assert worker.rest.task_states("sink") == ["RUNNING"]
    found = [value.decode() for value in broker.client.values("road")]
    assert found == expected, f"{len(found)} records in the topic for {len(expected)}"
    account_at_least_once(read_lines(out), expected)
    assert worker.stop() == 0
