"""Bad input: each case shows its message or state, and that nothing beside it was disturbed."""

import os
import subprocess

import pytest

from harness.connectors import blackhole, file_sink, file_source, write_json, write_properties
from harness.records import account, lines, read_lines, write_lines
from harness.rest import RestError
from harness.wait import wait_until
from harness.worker import JSON

pytestmark = pytest.mark.system


class Neighbour:
    """A source in the same worker, which must not notice anything."""

    def __init__(self, worker, client, topic, path):
        self.worker, self.client, self.topic, self.path = worker, client, topic, path
        self.written = 0
        write_lines(path, [])
        worker.rest.create("neighbour", file_source(path, topic))
        worker.rest.wait_state("neighbour", "RUNNING")
        self.check()

    def check(self):
        write_lines(self.path, lines(10, first=self.written), "a")
        self.written += 10
        wait_until(lambda: self.client.end_offset(self.topic) >= self.written, 30,
                   lambda: f"the neighbour's records; {self.worker.rest.status('neighbour')}",
                   self.worker.process.check_alive)
        account([value.decode() for value in self.client.values(self.topic)], lines(self.written))
        assert self.worker.rest.task_states("neighbour") == ["RUNNING"]


@pytest.fixture
def worker(millrace):
    return millrace().start()


@pytest.fixture
def neighbour(worker, broker, topic, tmp_path):
    beside = Neighbour(worker, broker.client, topic + "-beside", tmp_path / "beside.txt")
    yield beside
    beside.check()


def failed_trace(worker, name):
    worker.rest.wait_state(name, "FAILED")
    return worker.rest.trace(name)


# Records

def test_malformed_json_on_a_topic(worker, neighbour, broker, topic):
    broker.client.create_topic(topic)
    broker.client.produce(topic, ['{"schema":null,"payload":1}', '{"schema":{"type":"int32"'])
    worker.rest.create("sink", blackhole(topic, **{"value.converter": JSON}))
    trace = failed_trace(worker, "sink")
    assert "Tolerance exceeded in error handler" in trace
    assert "DataException" in trace
    assert f"converting message value in topic '{topic}' partition 0 at offset 1" in worker.log()


def test_malformed_json_is_skipped_where_errors_are_tolerated(worker, neighbour, broker, topic,
                                                              tmp_path):
    broker.client.create_topic(topic)
    good = '{"schema":{"type":"string","optional":false},"payload":"%s"}'
    broker.client.produce(topic, [good % "one", "{", good % "two", "[}", good % "three"])
    worker.rest.create("sink", file_sink(tmp_path / "out.txt", topic, **{
        "value.converter": JSON, "errors.tolerance": "all", "errors.log.enable": "true"}))
    wait_until(lambda: len(read_lines(tmp_path / "out.txt")) >= 3, 30, "the good records")
    assert read_lines(tmp_path / "out.txt") == ["one", "two", "three"]
    assert worker.log().count("Error encountered in task sink-0") == 2


def test_malformed_json_goes_to_the_dead_letters(worker, neighbour, broker, topic, tmp_path):
    broker.client.create_topic(topic)
    good = '{"schema":{"type":"string","optional":false},"payload":"%s"}'
    broker.client.produce(topic, [good % "one", "{", good % "two", "[}", good % "three"])
    worker.rest.create("sink", file_sink(tmp_path / "out.txt", topic, **{
        "value.converter": JSON, "errors.tolerance": "all",
        "errors.deadletterqueue.topic.name": topic + "-dead",
        "errors.deadletterqueue.topic.replication.factor": "1",
        "errors.deadletterqueue.context.headers.enable": "true"}))
    wait_until(lambda: len(read_lines(tmp_path / "out.txt")) >= 3, 30, "the good records")
    assert read_lines(tmp_path / "out.txt") == ["one", "two", "three"]
    wait_until(lambda: broker.client.count(topic + "-dead") == 2, 30, "the bad records")
    dead = broker.client.read(topic + "-dead")
    assert [message.value() for message in dead] == [b"{", b"[}"]
    headers = dict(dead[0].headers())
    assert headers["__connect.errors.topic"] == topic.encode()
    assert headers["__connect.errors.offset"] == b"1"
    assert headers["__connect.errors.stage"] == b"VALUE_CONVERTER"
    assert headers["__connect.errors.connector.name"] == b"sink"


def test_a_schema_that_contradicts_its_payload(worker, neighbour, broker, topic, tmp_path):
    broker.client.create_topic(topic)
    record = '{"schema":{"type":"struct","fields":[{"field":"id","type":"int32"}]},"payload":%s}'
    broker.client.produce(topic, [record % '{"id":1}', record % '[1]'])
    worker.rest.create("sink", file_sink(tmp_path / "out.txt", topic, **{"value.converter": JSON}))
    assert "DataException" in failed_trace(worker, "sink")
    assert read_lines(tmp_path / "out.txt") == ["Struct{id=1}"]  # what came before it was delivered
    # One more task beside it, one less record: the offset of the bad record is not passed over.
    assert broker.client.committed("connect-sink", topic) in ([1], [-1001])


# Configurations

def refused(worker, name, config, status=400):
    with pytest.raises(RestError) as error:
        worker.rest.create(name, config)
    assert error.value.status == status
    return error.value.body


def test_a_connector_that_does_not_exist(worker, neighbour):
    body = refused(worker, "none", {"connector.class": "com.example.NoSuchConnector"})
    assert "Failed to find any class that implements Connector" in body
    assert "com.example.NoSuchConnector" in body
    assert worker.rest.get("/connectors") == ["neighbour"]


def test_tasks_max_of_zero(worker, neighbour, topic, tmp_path):
    body = refused(worker, "zero", file_source(tmp_path / "in.txt", topic, **{"tasks.max": "0"}))
    assert "Invalid value 0 for configuration tasks.max: Value must be at least 1" in body
    assert worker.rest.get("/connectors") == ["neighbour"]


def test_a_control_character_in_the_name(worker, neighbour, topic, tmp_path):
    body = refused(worker, "a\u0001b", file_source(tmp_path / "in.txt", topic))
    assert "String may not contain control sequences but had the following ASCII chars: 1" in body
    assert worker.rest.get("/connectors") == ["neighbour"]


def test_a_sink_without_topics(worker, neighbour, tmp_path):
    body = refused(worker, "sink", {"connector.class": "FileStreamSink", "file": str(tmp_path / "o")})
    assert "Must configure one of topics or topics.regex" in body


@pytest.mark.parametrize("key, value", [("offset.flush.interval.ms", "soon"),
                                        ("listeners", ""),
                                        ("value.converter", "com.example.NoConverter")])
def test_a_worker_file_with_a_bad_value_names_the_key(key, value, millrace):
    worker = millrace(config={key: value}).start(wait=False)
    assert worker.process.wait_exit() == 2
    assert key in worker.log()
    assert value in worker.log()
    assert "worker.properties" in worker.log()


def test_a_worker_file_that_is_missing(millrace, tmp_path):
    worker = millrace().start_with([str(tmp_path / "none.properties")], wait=False)
    assert worker.process.wait_exit() != 0
    assert "none.properties" in worker.log()
    assert "No such file" in worker.log() or "not found" in worker.log().lower()


def test_connector_files_that_are_wrong_stop_the_start(millrace, topic, tmp_path):
    for content, expected in (
            ({"connector.class": "FileStreamSource", "topic": topic},
             "is missing the mandatory 'name' configuration"),
            ({"name": "a", "config": {"name": "b", "connector.class": "FileStreamSource"}},
             "Connector name configuration in 'config' doesn't match the one specified in 'name'")):
        path = write_json(tmp_path / "bad.json", content)
        worker = millrace().start(path, wait=False)
        assert worker.process.wait_exit() == 3
        assert expected in worker.log()
        assert "bad.json" in worker.log()


def test_no_arguments_and_unknown_commands(build):
    for arguments in ([], ["standalone"], ["no-such-command"]):
        done = subprocess.run([build.binary, *arguments], capture_output=True, text=True, timeout=30)
        assert done.returncode == 1, arguments
        assert "millrace" in (done.stdout + done.stderr).lower()


# Files

def test_a_source_file_that_is_missing(worker, neighbour, broker, topic, tmp_path):
    """As in Java: the task waits for the file, and says so."""
    worker.rest.create("missing", file_source(tmp_path / "none.txt", topic))
    worker.rest.wait_state("missing", "RUNNING")
    worker.process.wait_log("none.txt")
    write_lines(tmp_path / "none.txt", lines(3))
    wait_until(lambda: broker.client.end_offset(topic) == 3, 30, "the records of the late file")


def test_a_sink_file_in_a_folder_that_is_missing(worker, neighbour, broker, topic, tmp_path):
    broker.client.create_topic(topic)
    worker.rest.create("sink", file_sink(tmp_path / "no" / "folder" / "out.txt", topic))
    trace = failed_trace(worker, "sink")
    assert "ConnectException" in trace
    assert str(tmp_path / "no" / "folder" / "out.txt") in trace


def test_a_full_disk_under_a_sink(worker, neighbour, broker, topic):
    broker.client.create_topic(topic)
    broker.client.produce(topic, lines(10))
    worker.rest.create("sink", file_sink("/dev/full", topic))
    trace = failed_trace(worker, "sink")
    assert "No space left on device" in trace
    assert broker.client.committed("connect-sink", topic) == [-1001]  # nothing was claimed


def test_a_full_disk_under_the_offsets_file(millrace, broker, topic, tmp_path):
    """Records go on moving; the log says that offsets cannot be kept, and why; the old file is not
    harmed; when there is room again, offsets are kept."""
    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(small)],
                      capture_output=True).returncode != 0:
        pytest.skip("mounting a small file system needs root")
    try:
        worker = millrace(config={"offset.storage.file.filename": str(small / "connect.offsets")})
        worker.start()
        write_lines(tmp_path / "in.txt", lines(10))
        worker.rest.create("source", file_source(tmp_path / "in.txt", topic))
        wait_until(lambda: (small / "connect.offsets").exists()
                   and (small / "connect.offsets").stat().st_size > 0, 30, "an offsets file")
        kept = (small / "connect.offsets").read_bytes()
        with open(small / "filler", "wb", buffering=0) as filler:
            try:
                while filler.write(b"x" * 4096):
                    pass
            except OSError:
                pass
        write_lines(tmp_path / "in.txt", lines(10, first=10), "a")
        worker.process.wait_log("No space left on device")
        assert (small / "connect.offsets").read_bytes() == kept
        wait_until(lambda: broker.client.end_offset(topic) == 20, 30, "the records")
        assert worker.rest.task_states("source") == ["RUNNING"]
        os.remove(small / "filler")
        wait_until(lambda: (small / "connect.offsets").read_bytes() != kept, 30, "new offsets")
        assert worker.stop() == 0
        worker.start()
        worker.rest.create("source", file_source(tmp_path / "in.txt", topic))
        write_lines(tmp_path / "in.txt", lines(1, first=20), "a")
        wait_until(lambda: broker.client.end_offset(topic) >= 21, 30, "one more")
        account([value.decode() for value in broker.client.values(topic)], lines(21))
    finally:
        worker.close()
        subprocess.run(["umount", "-l", str(small)], check=True)


def test_an_offsets_file_that_cannot_be_written(millrace, broker, topic, tmp_path):
    path = str(tmp_path / "no" / "folder" / "connect.offsets")
    worker = millrace(config={"offset.storage.file.filename": path}).start(wait=False)
    source = write_lines(tmp_path / "in.txt", lines(10))
    del source
    wait_until(lambda: worker.rest.answers() or not worker.process.running(), 30, "a decision")
    if worker.process.running():
        worker.rest.create("source", file_source(tmp_path / "in.txt", topic))
        wait_until(lambda: broker.client.end_offset(topic) == 10, 30, "the records")
    worker.process.wait_log("No such file or directory")
    assert "connect.offsets" in worker.log()


def test_an_offsets_file_that_is_no_offsets_file(millrace, broker, tmp_path):
    """Never read as 'no offsets': that would send everything again, and overwrite the evidence."""
    worker = millrace()
    with open(worker.offsets_path, "wb") as file:
        file.write(b"this is no offsets file")
    worker.start(wait=False)
    assert worker.process.wait_exit() != 0
    assert "connect.offsets" in worker.log()
    with open(worker.offsets_path, "rb") as file:
        assert file.read() == b"this is no offsets file"


# Plug-ins

def test_a_plug_in_without_the_symbol(millrace, broker, topic, build, tmp_path):
    folder = tmp_path / "plugins"
    folder.mkdir()
    (tmp_path / "empty.c").write_text("int nothing_to_see_here(void) { return 1; }\n")
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", folder / "empty.so", tmp_path / "empty.c"],
                   check=True)
    (folder / "text.so").write_text("not a library\n")
    worker = millrace(config={"plugin.path": f"{folder},{build.folder}/connectors"}).start()
    assert "empty.so" in worker.log()
    assert "text.so" in worker.log()
    Neighbour(worker, broker.client, topic, tmp_path / "beside.txt").check()


def broken_plug_in(folder, flaw):
    """The plug-in of the unit tests that breaks the contract in one way; see bad_plugin.cc."""
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    subprocess.run(["g++", "-std=c++20", "-shared", "-fPIC", "-w", f"-DBAD_{flaw}",
                    "-I", f"{root}/include", "-o", folder / f"{flaw.lower()}.so",
                    f"{root}/src/plugin/native/testdata/bad_plugin.cc"], check=True)


@pytest.mark.parametrize("flaw, reason", [("OTHER_VERSION", "built against contract version 2"),
                                          ("ENTRY_THROWS", "out of the entry"),
                                          ("ENTRY_FAILS", "no licence")])
def test_a_plug_in_that_cannot_be_used(flaw, reason, millrace, broker, topic, tmp_path):
    """Built for another major version of the contract, or failing as it is loaded."""
    broken_plug_in(tmp_path, flaw)
    worker = millrace(config={"plugin.path": str(tmp_path)}).start()
    logged = [text for text in worker.log().splitlines() if f"{flaw.lower()}.so" in text]
    assert len(logged) == 1 and "ERROR" in logged[0] and reason in logged[0], logged
    Neighbour(worker, broker.client, topic, tmp_path / "beside.txt").check()
    body = refused(worker, "bad", {"connector.class": "org.example.Bad"}, status=400)
    assert "Failed to find any class" in body


def test_a_plug_in_that_throws(millrace, broker, topic, tmp_path):
    broken_plug_in(tmp_path, "THROWS")
    worker = millrace(config={"plugin.path": str(tmp_path)}).start()
    beside = Neighbour(worker, broker.client, topic, tmp_path / "beside.txt")
    worker.rest.create("bad", {"connector.class": "org.example.Bad"})
    assert "out of start" in failed_trace(worker, "bad")
    beside.check()
    worker.rest.delete("bad")
    assert worker.stop() == 0


# The broker

def test_a_broker_that_is_down_at_the_start(millrace, own_broker, tmp_path):
    broker = own_broker()
    worker = millrace(bootstrap=broker.bootstrap)
    write_lines(tmp_path / "in.txt", lines(10))
    source = write_properties(tmp_path / "source.properties", "source",
                              file_source(tmp_path / "in.txt", "late"))
    sink = write_properties(tmp_path / "sink.properties", "sink",
                            file_sink(tmp_path / "out.txt", "late"))
    worker.start(source, sink)
    worker.process.wait_log(f"No Kafka broker can be reached at bootstrap.servers={broker.bootstrap}")
    for name in ("source", "sink"):
        assert worker.rest.task_states(name) == ["RUNNING"]
    broker.start()
    wait_until(lambda: broker.client.end_offset("late") >= 10 or not worker.process.running(), 60,
               lambda: f"records, or an end with a message:\n{worker.log()[-2000:]}")
    assert worker.process.running(), worker.log()[-2000:]
    account([value.decode() for value in broker.client.values("late")], lines(10))
    # The sink's topic was not there when it subscribed; the client looks again by and by.
    wait_until(lambda: len(read_lines(tmp_path / "out.txt")) >= 10, 60, "the lines",
               worker.process.check_alive)
    account(read_lines(tmp_path / "out.txt"), lines(10))
    assert worker.stop() == 0


@pytest.mark.slow
def test_a_broker_that_goes_away_for_a_while(millrace, own_broker, tmp_path):
    broker = own_broker().start()
    worker = millrace(bootstrap=broker.bootstrap).start()
    source, out = tmp_path / "in.txt", tmp_path / "out.txt"
    write_lines(source, lines(1000))
    worker.rest.create("source", file_source(source, "road"))
    worker.rest.wait_state("source", "RUNNING")
    wait_until(lambda: broker.client.end_offset("road") == 1000, 30, "the first records")
    worker.rest.create("sink", file_sink(out, "road"))
    wait_until(lambda: len(read_lines(out)) == 1000, 30, "the first lines")
    broker.stop()
    write_lines(source, lines(1000, first=1000), "a")
    worker.process.wait_log(broker.bootstrap, 30)
    assert worker.rest.answers()
    assert worker.rest.task_states("source") == ["RUNNING"]
    assert worker.rest.task_states("sink") == ["RUNNING"]
    broker.start()
    wait_until(lambda: len(read_lines(out)) >= 2000, 90,
               lambda: f"the rest; {worker.rest.status('source')}, {worker.rest.status('sink')}")
    account(read_lines(out), lines(2000))
    assert worker.stop() == 0


def test_a_topic_deleted_under_running_tasks(worker, neighbour, broker, topic, tmp_path):
    """The worker and the tasks live; when the topic comes again, so do the records."""
    broker.client.create_topic(topic)
    write_lines(tmp_path / "in.txt", lines(10))
    worker.rest.create("source", file_source(tmp_path / "in.txt", topic))
    worker.rest.create("sink", file_sink(tmp_path / "out.txt", topic, **{
        "consumer.override.metadata.max.age.ms": "1000"}))
    wait_until(lambda: len(read_lines(tmp_path / "out.txt")) == 10, 30, "the first records")
    broker.client.delete_topic(topic)
    neighbour.check()
    worker.process.check_alive()
    written = 10

    def moved_or_failed():
        # What is sent while the topic goes, goes with it; and a consumer that stands at 10 reads the
        # new topic from there on, or from its beginning. So lines go on until one has arrived.
        nonlocal written
        write_lines(tmp_path / "in.txt", lines(1, first=written), "a")
        written += 1
        states = worker.rest.task_states("source") + worker.rest.task_states("sink")
        return "FAILED" in states or set(read_lines(tmp_path / "out.txt")) - set(lines(10))
    wait_until(moved_or_failed, 90, lambda: f"records or a state; {worker.rest.status('source')}, "
                                            f"{worker.rest.status('sink')}")
    for name in ("source", "sink"):
        for task in worker.rest.status(name)["tasks"]:
            if task["state"] == "FAILED":
                assert topic in task["trace"], task["trace"]
