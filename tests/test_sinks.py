"""Sinks that are slow, that fail in every way there is, or that hang: BlackholeSink plays them. What
is not theirs is not disturbed."""

import time

import pytest

from harness.connectors import blackhole, file_sink
from harness.metrics import has_read
from harness.records import account, lines, read_lines
from harness.wait import wait_until

pytestmark = pytest.mark.system

RECORDS = 5000


@pytest.fixture
def worker(millrace):
    return millrace().start()


@pytest.fixture
def filled(broker, topic):
    """A topic with records."""
    broker.client.create_topic(topic)
    broker.client.produce(topic, lines(RECORDS))
    return topic


@pytest.fixture
def beside(worker, broker, filled, tmp_path):
    """A good sink of the same topic, in the same worker: at the end it has every record, once."""
    worker.rest.create("beside", file_sink(tmp_path / "beside.txt", filled))
    yield
    broker.client.produce(filled, ["the last one"])

    def complete():
        return read_lines(tmp_path / "beside.txt")[-1:] == ["the last one"]
    wait_until(complete, 60, "the sink beside it to be complete", worker.process.check_alive)
    account(read_lines(tmp_path / "beside.txt")[:-1], lines(RECORDS))
    assert worker.rest.task_states("beside") == ["RUNNING"]


def committed(broker, name, topic):
    return broker.client.committed(f"connect-{name}", topic)[0]


def test_a_sink_that_fails_retriably_gets_the_same_records_again(worker, broker, filled, beside):
    worker.rest.create("again", blackhole(filled, **{
        "fail.after.records": "1200", "fail.with": "retriable", "fail.times": "3"}))
    wait_until(lambda: committed(broker, "again", filled) == RECORDS, 60,
               lambda: f"all to be committed; {worker.rest.status('again')}")
    assert worker.rest.task_states("again") == ["RUNNING"]
    assert "fail.with=retriable" in worker.log()


def test_offsets_of_a_sink_can_be_asked_for_before_there_is_any_group(own_broker, millrace, tmp_path):
    """The broker then makes the topic of all groups' offsets, and has no coordinator for a while."""
    worker = millrace(bootstrap=own_broker().start().bootstrap).start()
    worker.rest.call("POST", "/connectors", {
        "name": "first", "config": file_sink(tmp_path / "out.txt", "t"), "initial_state": "STOPPED"})
    assert worker.rest.get("/connectors/first/offsets") == {"offsets": []}
    assert worker.process.running()


def test_a_sink_begins_with_the_records_of_the_last_hour(worker, broker, topic, tmp_path):
    hour, now = 3600 * 1000, int(time.time() * 1000)
    broker.client.create_topic(topic, 2)
    for value, partition, age in (("old", 0, 2), ("recent", 0, 0.5), ("new", 0, 0), ("old too", 1, 3)):
        broker.client.produce(topic, [value], partition=partition, time=now - int(age * hour))
    path = tmp_path / "sink.txt"
    worker.rest.create("sink", file_sink(path, topic, **{"consumer.override.auto.offset.reset": "by_duration:PT1H"}))
    wait_until(lambda: read_lines(path) == ["recent", "new"], 30, lambda: f"{read_lines(path)} {worker.rest.status('sink')}")
    # Where nothing is recent enough it begins at the end.
    broker.client.produce(topic, ["next"], partition=1)
    wait_until(lambda: read_lines(path) == ["recent", "new", "next"], 60, lambda: f"{read_lines(path)}")


def test_a_sink_takes_in_topics_that_are_made_later(worker, broker, topic, tmp_path):
    client, path = broker.client, tmp_path / "sink.txt"
    client.create_topic(f"{topic}-1")
    client.create_topic(f"x{topic}-1")
    client.produce(f"{topic}-1", ["first"])
    client.produce(f"x{topic}-1", ["another's"])  # the whole name must match
    config = file_sink(path, topic, **{"topics.regex": f"{topic}-[0-9]", "consumer.override.metadata.max.age.ms": "500"})
    del config["topics"]
    worker.rest.create("sink", config)
    wait_until(lambda: read_lines(path) == ["first"], 60, lambda: f"{read_lines(path)} {worker.rest.status('sink')}")
    client.create_topic(f"{topic}-2", 2)
    client.create_topic(f"{topic}-x")
    client.produce(f"{topic}-x", ["another's"])
    client.produce(f"{topic}-2", ["second"])
    wait_until(lambda: read_lines(path) == ["first", "second"], 60, lambda: f"{read_lines(path)} {worker.rest.status('sink')}")
    assert worker.rest.task_states("sink") == ["RUNNING"]
    wait_until(lambda: sorted(worker.rest.get("/connectors/sink/topics")["sink"]["topics"]) == [f"{topic}-1", f"{topic}-2"], 30,
               "both topics to be told")


@pytest.mark.parametrize("failure", ["fatal", "bad_data", "throw"])
def test_a_sink_that_fails_is_failed_and_can_be_restarted(failure, worker, broker, filled, beside):
    worker.rest.create("bad", blackhole(filled, **{
        "fail.after.records": "700", "fail.with": failure, "fail.times": "1"}))
    worker.rest.wait_state("bad", "FAILED")
    trace = worker.rest.trace("bad")
    assert "Exiting WorkerSinkTask due to unrecoverable exception." in trace
    assert f"fail.with={failure} after 700 records" in trace
    # What was put in full may be committed, the rest must not be.
    assert committed(broker, "bad", filled) <= 700
    worker.rest.put_config("bad", blackhole(filled))
    wait_until(lambda: committed(broker, "bad", filled) == RECORDS, 60,
               lambda: f"all to be committed; {worker.rest.status('bad')}")


def test_a_sink_that_hangs_does_not_hold_up_the_worker(worker, broker, filled, beside):
    worker.rest.create("stuck", blackhole(filled, **{
        "fail.after.records": "10", "fail.with": "hang"}))
    wait_until(lambda: has_read(worker, "stuck"), 60, "the sink to have records",
               worker.process.check_alive)
    wait_until(lambda: committed(broker, "beside", filled) >= 1, 30, "the sink beside it")
    worker.rest.delete("stuck")  # takes the graceful time-out, and comes back
    assert worker.rest.get("/connectors") == ["beside"]


def test_stopping_a_worker_with_a_hanging_sink(millrace, broker, filled):
    worker = millrace(config={"task.shutdown.graceful.timeout.ms": "1000"}).start()
    worker.rest.create("stuck", blackhole(filled, **{
        "fail.after.records": "10", "fail.with": "hang"}))
    wait_until(lambda: has_read(worker, "stuck"), 60, "the sink to have records",
               worker.process.check_alive)
    worker.stop()
    assert "Graceful stop of task stuck-0 failed." in worker.log()


def test_a_record_that_a_sink_reports_goes_to_the_dead_letters(worker, broker, filled, beside):
    worker.rest.create("picky", blackhole(filled, **{
        "fail.after.records": "100", "fail.with": "report", "fail.times": "1",
        "errors.tolerance": "all", "errors.deadletterqueue.topic.name": filled + "-dead",
        "errors.deadletterqueue.topic.replication.factor": "1"}))
    wait_until(lambda: committed(broker, "picky", filled) == RECORDS, 60,
               lambda: f"all to be committed; {worker.rest.status('picky')}")
    dead = broker.client.values(filled + "-dead")
    assert dead == [lines(1, first=100)[0].encode()]


@pytest.mark.slow
def test_a_slow_sink_loses_nothing_and_stays_in_its_group(millrace, broker, filled):
    """Each put takes long enough that a sink which did not poll meanwhile would be evicted."""
    worker = millrace().start()
    worker.rest.create("slow", blackhole(filled, **{
        "put.delay.ms": "300", "consumer.override.max.poll.records": "500"}))
    wait_until(lambda: committed(broker, "slow", filled) == RECORDS, 90,
               lambda: f"all to be committed, at {committed(broker, 'slow', filled)}; "
                       f"{worker.rest.status('slow')}")
    assert worker.rest.task_states("slow") == ["RUNNING"]
    assert worker.stop() == 0
