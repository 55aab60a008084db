"""The two roads that data takes, end to end on a real broker, every record accounted for."""

import threading

import pytest

from harness.connectors import file_sink, file_source, write_json, write_properties
from harness.records import account, line, lines, read_lines, write_lines
from harness.wait import wait_until

pytestmark = pytest.mark.system

RECORDS = 100_000


def texts(values):
    return [value.decode() for value in values]


def test_a_file_to_a_topic(millrace, broker, topic, tmp_path):
    expected = lines(RECORDS)
    write_lines(tmp_path / "in.txt", expected)
    worker = millrace().start()
    worker.rest.create("source", file_source(tmp_path / "in.txt", topic))
    wait_until(lambda: broker.client.end_offset(topic) >= RECORDS, 60, "all records in the topic",
               worker.process.check_alive)
    account(texts(broker.client.values(topic)), expected)
    assert worker.stop() == 0
    assert broker.client.end_offset(topic) == RECORDS


def test_a_topic_of_four_partitions_to_a_file(millrace, broker, topic, tmp_path):
    broker.client.create_topic(topic, 4)
    expected = lines(RECORDS)
    broker.client.produce(topic, expected, keys=[text[:10] for text in expected])
    worker = millrace().start()
    worker.rest.create("sink", file_sink(tmp_path / "out.txt", topic))
    wait_until(lambda: len(read_lines(tmp_path / "out.txt")) >= RECORDS, 60,
               lambda: f"{RECORDS} lines; there are {len(read_lines(tmp_path / 'out.txt'))}",
               worker.process.check_alive)
    assert worker.stop() == 0
    found = read_lines(tmp_path / "out.txt")
    account(sorted(found), expected)
    # Order holds within each partition.
    place = {text: index for index, text in enumerate(found)}
    by_partition = {}
    for message in broker.client.read(topic):
        by_partition.setdefault(message.partition(), []).append(place[message.value().decode()])
    assert len(by_partition) == 4
    assert all(places == sorted(places) for places in by_partition.values())
    assert sum(broker.client.committed("connect-sink", topic, 4)) == RECORDS


def test_a_growing_file_through_a_topic_to_a_file(millrace, broker, topic, tmp_path):
    """As `connect-standalone worker.properties source.properties sink.json`, with a writer that
    cuts its writes anywhere."""
    expected = lines(20_000)
    content = "".join(text + "\n" for text in expected).encode()
    source = write_properties(tmp_path / "source.properties", "source",
                              file_source(tmp_path / "in.txt", topic))
    sink = write_json(tmp_path / "sink.json",
                      {"name": "sink", "config": file_sink(tmp_path / "out.txt", topic)})
    worker = millrace().start(source, sink)

    def write():
        with open(tmp_path / "in.txt", "wb", buffering=0) as file:
            for begin in range(0, len(content), 7919):
                file.write(content[begin:begin + 7919])
    writer = threading.Thread(target=write)
    writer.start()
    writer.join()
    wait_until(lambda: len(read_lines(tmp_path / "out.txt")) >= len(expected), 60,
               lambda: f"{len(expected)} lines; there are {len(read_lines(tmp_path / 'out.txt'))}",
               worker.process.check_alive)
    account(read_lines(tmp_path / "out.txt"), expected)
    # A half line stays where it is until its end comes.
    with open(tmp_path / "in.txt", "ab", buffering=0) as file:
        file.write(b"half ")
        file.write(line(0).encode() + b"\nwhole\n")
    wait_until(lambda: len(read_lines(tmp_path / "out.txt")) >= len(expected) + 2, 30, "two more")
    assert read_lines(tmp_path / "out.txt")[-2:] == ["half " + line(0), "whole"]


def test_a_flat_json_connector_file_and_a_late_source_file(millrace, broker, topic, tmp_path):
    flat = write_json(tmp_path / "source.json",
                      {"name": "flat", **file_source(tmp_path / "later.txt", topic)})
    worker = millrace().start(flat)
    worker.rest.wait_state("flat", "RUNNING")
    write_lines(tmp_path / "later.txt", lines(10))
    wait_until(lambda: broker.client.end_offset(topic) >= 10, 30, "records of the late file",
               worker.process.check_alive)
    account(texts(broker.client.values(topic)), lines(10))


def test_sigterm_in_the_middle_loses_and_repeats_nothing(millrace, broker, topic, tmp_path):
    """A worker that is stopped in good order and started again, several times, goes on exactly
    where it was: source and sink."""
    expected = lines(RECORDS)
    write_lines(tmp_path / "in.txt", expected)
    files = [write_properties(tmp_path / "source.properties", "source",
                              file_source(tmp_path / "in.txt", topic)),
             write_properties(tmp_path / "sink.properties", "sink",
                              file_sink(tmp_path / "out.txt", topic))]
    worker = millrace(config={"task.shutdown.graceful.timeout.ms": "20000"})
    for goal in (1, RECORDS // 4, RECORDS // 2):
        worker.start(*files)
        wait_until(lambda: broker.client.end_offset(topic) >= goal, 60, f"{goal} records",
                   worker.process.check_alive)
        assert worker.stop() == 0
    worker.start(*files)
    wait_until(lambda: len(read_lines(tmp_path / "out.txt")) >= RECORDS, 60,
               lambda: f"{RECORDS} lines; there are {len(read_lines(tmp_path / 'out.txt'))}",
               worker.process.check_alive)
    assert worker.stop() == 0
    account(texts(broker.client.values(topic)), expected)
    account(read_lines(tmp_path / "out.txt"), expected)


@pytest.mark.slow
@pytest.mark.parametrize("version", ["3.5.2", "4.3.1"])
def test_both_roads_on_the_oldest_and_the_newest_kafka(version, millrace, own_broker, tmp_path):
    broker = own_broker(version).start()
    expected = lines(10_000)
    write_lines(tmp_path / "in.txt", expected)
    worker = millrace(bootstrap=broker.bootstrap).start()
    worker.rest.create("source", file_source(tmp_path / "in.txt", "road"))
    worker.rest.wait_state("source", "RUNNING")
    wait_until(lambda: broker.client.end_offset("road") >= len(expected), 60, "all in the topic",
               worker.process.check_alive)
    worker.rest.create("sink", file_sink(tmp_path / "out.txt", "road"))
    wait_until(lambda: len(read_lines(tmp_path / "out.txt")) >= len(expected), 60, "all in the file",
               worker.process.check_alive)
    account(read_lines(tmp_path / "out.txt"), expected)
    assert worker.stop() == 0
