"""Living with connectors over REST: pause, resume, restart, reconfigure, delete; and the worker's
own pages."""

import json

import pytest

from harness.connectors import blackhole, file_sink, file_source
from harness.records import account, lines, read_lines, write_lines
from harness.rest import RestError
from harness.wait import wait_until

pytestmark = pytest.mark.system


def append(path, texts):
    write_lines(path, texts, "a")


def test_the_worker_introduces_itself(millrace, broker):
    worker = millrace().start()
    about = worker.rest.get("/")
    assert set(about) == {"version", "commit", "kafka_cluster_id"}
    wait_until(lambda: worker.rest.get("/")["kafka_cluster_id"] == "MillraceTestCluster0AA", 20,
               lambda: f"the cluster's id in {worker.rest.get('/')}")
    assert worker.rest.get("/health")["status"] == "healthy"
    assert worker.rest.get("/connectors") == []
    classes = {plugin["class"] for plugin in worker.rest.get("/connector-plugins")}
    assert {"org.apache.kafka.connect.file.FileStreamSourceConnector",
            "org.apache.kafka.connect.file.FileStreamSinkConnector"} <= classes


def test_the_life_of_a_connector(millrace, broker, topic, tmp_path):
    worker = millrace().start()
    rest = worker.rest
    source = tmp_path / "in.txt"
    write_lines(source, lines(10))
    config = file_source(source, topic)
    made = rest.create("life", config)
    assert made["name"] == "life" and made["config"] == {**config, "name": "life"}
    assert made["type"] == "source"
    wait_until(lambda: broker.client.end_offset(topic) == 10, 30, "the first records")
    assert rest.get("/connectors") == ["life"]
    assert rest.get("/connectors/life")["tasks"] == [{"connector": "life", "task": 0}]
    assert rest.get("/connectors/life/config") == {**config, "name": "life"}
    with pytest.raises(RestError) as twice:
        rest.create("life", config)
    assert twice.value.status == 409

    rest.call("PUT", "/connectors/life/pause")
    rest.wait_state("life", "PAUSED")
    append(source, lines(5, first=10))
    rest.call("PUT", "/connectors/life/resume")
    rest.wait_state("life", "RUNNING")
    wait_until(lambda: broker.client.end_offset(topic) == 15, 30, "records after resuming")

    rest.call("POST", "/connectors/life/restart?includeTasks=true&onlyFailed=false")
    rest.wait_state("life", "RUNNING")
    append(source, lines(5, first=15))
    wait_until(lambda: broker.client.end_offset(topic) == 20, 30, "records after a restart")
    rest.call("POST", "/connectors/life/tasks/0/restart")
    rest.wait_state("life", "RUNNING")
    append(source, lines(5, first=20))
    wait_until(lambda: broker.client.end_offset(topic) == 25, 30, "records after a task's restart")

    other = topic + "-other"
    rest.put_config("life", {**config, "topic": other})
    # The old task may run a little longer than the request; the new one's configuration tells.
    wait_until(lambda: rest.get("/connectors/life/tasks")[0]["config"]["topic"] == other, 30,
               "the task's new configuration")
    rest.wait_state("life", "RUNNING")
    append(source, lines(5, first=25))
    wait_until(lambda: broker.client.end_offset(other) == 5, 30, "records in the other topic")
    account([value.decode() for value in broker.client.values(topic)], lines(25))
    account([value.decode() for value in broker.client.values(other)], lines(5, first=25))

    rest.delete("life")
    assert rest.get("/connectors") == []
    with pytest.raises(RestError) as gone:
        rest.status("life")
    assert gone.value.status == 404
    assert worker.stop() == 0


def test_a_paused_sink_keeps_what_waits_for_it(millrace, broker, topic, tmp_path):
    broker.client.create_topic(topic)
    worker = millrace().start()
    out = tmp_path / "out.txt"
    worker.rest.create("sink", file_sink(out, topic))
    broker.client.produce(topic, lines(10))
    wait_until(lambda: len(read_lines(out)) == 10, 30, "the first records")
    worker.rest.call("PUT", "/connectors/sink/pause")
    worker.rest.wait_state("sink", "PAUSED")
    broker.client.produce(topic, lines(10, first=10))
    # A second sink of the same topic proves that the records could have come by now.
    worker.rest.create("witness", file_sink(tmp_path / "witness.txt", topic))
    wait_until(lambda: len(read_lines(tmp_path / "witness.txt")) == 20, 30, "the witness")
    assert read_lines(out) == lines(10)
    worker.rest.call("PUT", "/connectors/sink/resume")
    wait_until(lambda: len(read_lines(out)) >= 20, 30, "the rest")
    account(read_lines(out), lines(20))


def test_two_tasks_share_the_partitions(millrace, broker, topic):
    broker.client.create_topic(topic, 4)
    worker = millrace().start()
    worker.rest.create("two", blackhole(topic, **{"tasks.max": "2"}))
    worker.rest.wait_state("two", "RUNNING", tasks=2)

    def of_both(name):
        return {number: metric(worker, f"kafka_connect_sink_task_metrics_{name}", connector="two",
                               task=number) for number in ("0", "1")}
    # A task runs before its group has settled who reads what.
    wait_until(lambda: set(of_both("partition_count").values()) == {2.0}, 30,
               lambda: f"two partitions for each; {of_both('partition_count')}")
    texts = lines(20_000)
    broker.client.produce(topic, texts, keys=[text[:10] for text in texts])
    wait_until(lambda: sum(broker.client.committed("connect-two", topic, 4)) == len(texts), 60,
               lambda: f"all to be committed: {broker.client.committed('connect-two', topic, 4)}")
    sent = of_both("sink_record_send_total")
    assert sum(sent.values()) == len(texts) and all(sent.values()), sent


def metric(worker, name, **labels):
    """The value of one line of GET /metrics; of the only one that has these labels."""
    found = []
    for text in worker.rest.get("/metrics").splitlines():
        if text.startswith(name + "{") or text.startswith(name + " "):
            if all(f'{key}="{value}"' in text for key, value in labels.items()):
                found.append(float(text.rpartition(" ")[2]))
    assert len(found) == 1, f"{len(found)} lines of {name} with {labels}"
    return found[0]


def test_two_workers_in_one_group_take_over_from_each_other(millrace, broker, topic, tmp_path):
    """A second worker comes and the first goes while records flow: each reaches a file, once."""
    broker.client.create_topic(topic, 4)
    name = f"pair-{topic}"
    workers = [millrace(config={"offset.flush.interval.ms": "200"}) for _ in range(2)]
    outs = [tmp_path / f"out{index}.txt" for index in range(2)]
    produced = 0

    def both():
        return read_lines(outs[0]) + read_lines(outs[1])

    def produce(count):
        nonlocal produced
        texts = lines(count, first=produced)
        broker.client.produce(topic, texts, keys=[text[:10] for text in texts])
        produced += count

    def all_there():
        return len(set(both())) >= produced
    workers[0].start().rest.create(name, file_sink(outs[0], topic))
    workers[0].rest.wait_state(name, "RUNNING")
    produce(10_000)
    wait_until(all_there, 60, "the first records")
    workers[1].start().rest.create(name, file_sink(outs[1], topic))

    def second_has_some():
        produce(200)
        return read_lines(outs[1])
    wait_until(second_has_some, 60, "the second worker to take its part")
    produce(10_000)
    wait_until(all_there, 60, lambda: f"all {produced} records; there are {len(set(both()))}")
    assert workers[0].stop() == 0
    produce(10_000)
    wait_until(all_there, 60, lambda: f"all {produced} records; there are {len(set(both()))}")
    assert workers[1].stop() == 0
    account(sorted(both()), lines(produced))  # in good order: nothing twice either


def test_metrics_are_prometheus_text(millrace, broker, topic, tmp_path):
    write_lines(tmp_path / "in.txt", lines(100))
    worker = millrace().start()
    worker.rest.create("seen", file_source(tmp_path / "in.txt", topic))
    wait_until(lambda: broker.client.end_offset(topic) == 100, 30, "the records")
    name = "kafka_connect_source_task_metrics_source_record_write_total"
    wait_until(lambda: metric(worker, name, connector="seen", task="0") == 100, 20,
               "the count of the records")
    for text in worker.rest.get("/metrics").splitlines():
        if text and not text.startswith("#"):
            float(text.rpartition(" ")[2])


def test_log_lines_can_be_json(millrace, broker, topic, tmp_path, build):
    worker = millrace(config={"millrace.log.format": "json"}).start()
    worker.rest.create("seen", file_source(tmp_path / "none.txt", topic))
    worker.rest.wait_state("seen", "RUNNING")
    assert worker.stop() == 0
    logged = [json.loads(text) for text in worker.log().splitlines()]
    assert any("seen" in json.dumps(entry) for entry in logged)
