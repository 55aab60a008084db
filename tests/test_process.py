"""The worker as a process: how it is called, how it ends, what it says on the way out."""

import os
import signal
import subprocess

import pytest

from harness.connectors import blackhole, file_sink, file_source, write_properties
from harness.metrics import has_read
from harness.ports import free_port
from harness.records import account, line, lines, write_lines
from harness.wait import wait_until

pytestmark = pytest.mark.system


@pytest.mark.parametrize("link", ["connect-standalone", "connect-standalone.sh"])
def test_a_link_takes_the_arguments_of_the_java_script(link, millrace, broker, topic, build, tmp_path):
    os.symlink(build.binary, tmp_path / link)
    worker = millrace()
    worker._command = lambda arguments: [tmp_path / link, "-loggc", "-name", "mine", *arguments]
    write_lines(tmp_path / "in.txt", lines(10))
    worker.start(write_properties(tmp_path / "source.properties", "source",
                                  file_source(tmp_path / "in.txt", topic)))
    wait_until(lambda: broker.client.end_offset(topic) == 10, 30, "the records",
               worker.process.check_alive)
    assert worker.stop() == 0


def test_the_exit_codes_are_those_of_the_java_script(millrace, build, tmp_path):
    def ends(code, *arguments):
        done = subprocess.run([build.binary, *arguments], capture_output=True, text=True, timeout=60)
        assert done.returncode == code, (arguments, done.stdout[-500:], done.stderr[-500:])
        return done.stderr

    assert "Usage" in ends(1)
    assert "Usage" in ends(1, "standalone")
    assert "none.properties" in ends(2, "standalone", str(tmp_path / "none.properties"))
    (tmp_path / "bad.properties").write_text("bootstrap.servers=localhost:9092\n")
    message = ends(2, "standalone", str(tmp_path / "bad.properties"))
    assert "key.converter" in message and "bad.properties" in message
    worker = millrace().start(str(tmp_path / "none.json"), wait=False)
    assert worker.process.wait_exit() == 3
    assert "none.json" in worker.log()


def test_a_port_that_is_taken(millrace, broker, tmp_path):
    first = millrace().start()
    second = millrace(config={"listeners": f"http://127.0.0.1:{first.port}"}).start(wait=False)
    assert second.process.wait_exit() == 2
    assert str(first.port) in second.log()
    assert first.rest.answers()


def test_a_worker_that_waits_for_brokers_at_its_start_can_be_stopped(cluster, tmp_path):
    worker = cluster.millrace(**{"bootstrap.servers": f"127.0.0.1:{free_port()}"}).start(wait=False)
    worker.process.wait_log("Kafka Connect worker initializing")
    assert worker.process.terminate(10) == 128 + signal.SIGTERM  # the JVM's exit code


def test_a_worker_ends_at_once_while_the_broker_is_down(millrace, tmp_path):
    """Nothing that it has to say to Kafka is lost by not waiting: the sink has read nothing, the
    source has sent nothing that it could wait for within its time."""
    worker = millrace(bootstrap=f"127.0.0.1:{free_port()}",
                      config={"task.shutdown.graceful.timeout.ms": "1000"})
    write_lines(tmp_path / "in.txt", lines(10))
    worker.start(
        write_properties(tmp_path / "a.properties", "source", file_source(tmp_path / "in.txt", "t")),
        write_properties(tmp_path / "b.properties", "sink", file_sink(tmp_path / "out.txt", "t")))
    worker.rest.wait_state("source", "RUNNING")
    worker.rest.wait_state("sink", "RUNNING")
    os.kill(worker.process.pid, signal.SIGTERM)
    # Not at the mercy of a client's time-outs, which are of half a minute and more.
    assert worker.process.wait_exit(20) == 0
    assert "Kafka Connect stopped" in worker.log()


def test_a_second_signal_ends_a_worker_that_waits_for_a_hanging_sink(millrace, broker, topic):
    broker.client.create_topic(topic)
    broker.client.produce(topic, lines(100))
    worker = millrace(config={"task.shutdown.graceful.timeout.ms": "600000"}).start()
    worker.rest.create(f"stuck-{topic}", blackhole(topic, **{
        "fail.after.records": "10", "fail.with": "hang"}))
    worker.rest.wait_state(f"stuck-{topic}", "RUNNING")
    wait_until(lambda: has_read(worker, f"stuck-{topic}"), 30, "the sink to hang",
               worker.process.check_alive)
    os.kill(worker.process.pid, signal.SIGTERM)
    worker.process.wait_log("Stopping task")
    os.kill(worker.process.pid, signal.SIGTERM)
    assert worker.process.wait_exit() == 128 + signal.SIGTERM


def test_source_offsets_can_be_read_over_rest(millrace, broker, topic, tmp_path):
    path = tmp_path / "in.txt"
    write_lines(path, lines(10))
    worker = millrace(config={"offset.flush.interval.ms": "100"}).start()
    worker.rest.create("source", file_source(path, topic))
    wanted = {"offsets": [{"partition": {"filename": str(path)},
                           "offset": {"position": os.path.getsize(path)}}]}
    wait_until(lambda: worker.rest.get("/connectors/source/offsets") == wanted, 30,
               lambda: f"{wanted}; it is {worker.rest.get('/connectors/source/offsets')}")


def test_a_topic_that_does_not_exist_is_made_with_its_first_record(millrace, broker, topic, tmp_path):
    """By the broker, as the producer asks for it; with one partition unless the broker says else."""
    worker = millrace().start()
    write_lines(tmp_path / "in.txt", [line(0)])
    worker.rest.create("source", file_source(tmp_path / "in.txt", topic))
    wait_until(lambda: broker.client.end_offset(topic) == 1, 30, "the record",
               worker.process.check_alive)
    account([value.decode() for value in broker.client.values(topic)], [line(0)])
    assert worker.rest.task_states("source") == ["RUNNING"]


def test_connectors_are_counted_in_the_metrics(millrace, broker, topic, tmp_path):
    worker = millrace().start()
    worker.rest.create("one", file_source(tmp_path / "one.txt", topic))
    worker.rest.create("two", file_source(tmp_path / "two.txt", topic))
    for name in ("one", "two"):
        worker.rest.wait_state(name, "RUNNING")
    worker.rest.call("PUT", "/connectors/two/pause")
    worker.rest.wait_state("two", "PAUSED")
    text = worker.rest.get("/metrics")
    for expected in ("kafka_connect_connect_worker_metrics_connector_count 2",
                     "kafka_connect_connect_worker_metrics_task_count 2",
                     'kafka_connect_connect_worker_metrics_connector_running_task_count'
                     '{connector="one"} 1',
                     'kafka_connect_connect_worker_metrics_connector_paused_task_count'
                     '{connector="two"} 1'):
        assert expected in text.splitlines(), expected
    for name, status in (("one", "running"), ("two", "paused")):
        assert any(each.startswith("kafka_connect_connector_metrics_status{")
                   and f'connector="{name}"' in each and f'"{status}"' in each
                   for each in text.splitlines()), name
    worker.rest.delete("two")
    assert 'connector="two"' not in worker.rest.get("/metrics")


def test_the_sample_configurations_of_this_repository_are_valid(millrace, broker, tmp_path):
    """What config/ has beside Apache's samples; those are run in test_java_swap."""
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    worker = millrace().start(os.path.join(root, "config", "connect-datagen-source.json"))
    worker.rest.wait_state("generated", "RUNNING")
    wait_until(lambda: broker.client.end_offset("generated") > 0, 30, "generated records",
               worker.process.check_alive)
    assert worker.stop() == 0
