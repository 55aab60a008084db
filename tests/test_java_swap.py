"""A worker can be swapped in place: the Java worker and Millrace go on with each other's files."""

import os
import shutil

import pytest

from harness.connectors import file_sink, file_source, write_properties
from harness.ports import is_free
from harness.records import account, lines, read_lines, write_lines
from harness.wait import wait_until

pytestmark = [pytest.mark.system, pytest.mark.slow]


@pytest.mark.parametrize("order", ["java first", "millrace first"])
def test_the_offsets_file_goes_from_worker_to_worker(order, java, millrace, broker, topic, tmp_path):
    """Source by the offsets file, sink by its group's offsets: both go on exactly where the other
    worker stopped; three changes, so each worker reads what the other has written."""
    source, out = tmp_path / "in.txt", tmp_path / "out.txt"
    broker.client.create_topic(topic)
    name = f"swap-{topic}"
    files = [write_properties(tmp_path / "source.properties", name, file_source(source, topic)),
             write_properties(tmp_path / "sink.properties", f"{name}-sink", file_sink(out, topic))]
    workers = [java(), millrace()]
    if order == "millrace first":
        workers.reverse()
    done = 0
    for turn in range(4):
        worker = workers[turn % 2]
        worker.config["offset.storage.file.filename"] = str(tmp_path / "connect.offsets")
        write_lines(source, lines(1000, first=done), "a")
        done += 1000
        worker.start(*files)
        wait_until(lambda: len(read_lines(out)) >= done, 60,
                   lambda: f"{done} lines; there are {len(read_lines(out))}",
                   worker.process.check_alive)
        worker.stop()
        account([value.decode() for value in broker.client.values(topic)], lines(done))
        account(read_lines(out), lines(done))


@pytest.fixture
def standard_addresses(own_broker):
    """A broker where Apache's sample files expect it, and a free port for REST; skipped where
    something else listens there. The sample's offsets file is put aside."""
    if not (is_free(9092) and is_free(8083)):
        pytest.skip("ports 9092 and 8083 are not both free")
    offsets = "/tmp/connect.offsets"  # as the sample says
    aside = offsets + ".aside"
    if os.path.exists(offsets):
        shutil.move(offsets, aside)
    yield own_broker(port=9092).start()
    if os.path.exists(offsets):
        os.remove(offsets)
    if os.path.exists(aside):
        shutil.move(aside, offsets)


def test_the_sample_files_of_apache_kafka_run_unchanged(standard_addresses, millrace, tmp_path):
    """config/ has the keys and values of the files that Apache ships."""
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    folder = tmp_path / "kafka"
    shutil.copytree(os.path.join(root, "config"), folder / "config")
    write_lines(folder / "test.txt", ["foo", "bar"])
    worker = millrace()
    worker.rest.base = "http://127.0.0.1:8083"
    worker.start_with([f"config/connect-{name}.properties" for name in
                       ("standalone", "file-source", "file-sink")], cwd=folder)
    wait_until(lambda: len(read_lines(folder / "test.sink.txt")) >= 2, 60,
               lambda: f"two lines; the log says\n{worker.log()[-2000:]}")
    assert read_lines(folder / "test.sink.txt") == ["foo", "bar"]
    assert standard_addresses.client.values("connect-test") == [
        b'{"schema":{"type":"string","optional":false},"payload":"foo"}',
        b'{"schema":{"type":"string","optional":false},"payload":"bar"}']
    assert worker.stop() == 0
