"""Exactly-once sources (exactly.once.source.support) on a real Kafka, alone and with Java workers."""

import json
import os
import signal
import uuid

import confluent_kafka
import pytest

from harness.cluster import Cluster
from harness.connectors import file_source
from harness.rest import RestError
from harness.wait import wait_until
from harness.worker import FILE_SOURCE

pytestmark = pytest.mark.system

SUPPORT = "exactly.once.source.support"


@pytest.fixture
def cluster_config():
    return {SUPPORT: "enabled"}


def append(path, begin, end):
    with open(path, "a") as file:
        file.write("".join(f"line {i}\n" for i in range(begin, end)))


def committed(broker, topic, level="read_committed"):
    """(key, value) of all that a consumer reads, partition by partition."""
    partitions = broker.client.partitions(topic)
    if partitions == 0:
        return []
    consumer = confluent_kafka.Consumer({
        "bootstrap.servers": broker.bootstrap, "group.id": "test-reader", "log_level": 2,
        "enable.auto.commit": False, "isolation.level": level, "enable.partition.eof": True})
    records, left = [], set(range(partitions))
    try:
        consumer.assign([confluent_kafka.TopicPartition(topic, p, 0) for p in left])

        def read():
            for message in consumer.consume(10000, 0.2):
                if message.error() is None:
                    records.append((message.key(), message.value()))
                elif message.error().code() == confluent_kafka.KafkaError._PARTITION_EOF:
                    left.discard(message.partition())
            return not left
        wait_until(read, 60, f"{topic} to be read")
    finally:
        consumer.close()
    return records


def values(broker, topic):
    return [value.decode() for _, value in committed(broker, topic)]


def each_line_once(broker, topic, count, timeout=60):
    """All lines up to `count`, each once, in order; and no other ever comes."""
    seen = []

    def there():
        seen[:] = values(broker, topic)
        return len(seen) >= count
    wait_until(there, timeout, lambda: f"{count} lines in {topic}, not {len(seen)}")
    assert seen == [f"line {i}" for i in range(count)]


def count_records(broker, cluster):
    return [(key.decode(), json.loads(value)) for key, value
            in committed(broker, f"{cluster.group}-configs") if key.startswith(b"tasks-fencing-")]


def runner_and_stand_in(cluster, source, topic):
    """Two workers with the connector x on them: the one that has its task, and the other one."""
    workers = [cluster.millrace().start() for _ in range(2)]
    workers[0].rest.create("x", file_source(source, topic))
    cluster.wait_running(["x"])
    owner = cluster.owners(["x"])["x-0"]
    return sorted(workers, key=lambda worker: worker.id != owner)


def wait_taken_over(cluster, by):
    wait_until(lambda: cluster.owners(["x"], by)["x-0"] == by.id
               and by.rest.status("x")["tasks"][0]["state"] == "RUNNING", 60,
               "the other worker to take over")


def test_each_line_is_there_once_whatever_dies(cluster, broker, tmp_path, topic):
    source = tmp_path / "in"
    append(source, 0, 100000)
    worker = cluster.millrace().start()
    worker.rest.create("x", file_source(source, topic, **{"exactly.once.support": "required"}))
    wait_until(lambda: broker.client.count(topic) > 2000, 30, "the stream to run")
    worker.kill()
    worker.start()
    wait_until(lambda: broker.client.count(topic) > 30000, 30, "the stream to run again")
    worker.kill()
    worker.start()
    each_line_once(broker, topic, 100000)
    append(source, 100000, 100010)
    each_line_once(broker, topic, 100010)
    assert [record for record in count_records(broker, cluster)] == [
        ("tasks-fencing-x", {"task-count": 1})]
    offsets = worker.rest.get("/connectors/x/offsets")["offsets"]
    assert offsets[0]["offset"] == {"position": os.path.getsize(source)}

    # Offsets are changed in a transaction, too.
    worker.rest.call("PUT", "/connectors/x/stop")
    wait_until(lambda: worker.rest.status("x")["connector"]["state"] == "STOPPED"
               and not worker.rest.status("x")["tasks"], 30, "the connector to stop")
    worker.rest.call("PATCH", "/connectors/x/offsets", {"offsets": [
        {"partition": offsets[0]["partition"],
         "offset": {"position": os.path.getsize(source) - len("line 100009\n")}}]})
    worker.rest.call("PUT", "/connectors/x/resume")
    wait_until(lambda: values(broker, topic)[-2:] == ["line 100009"] * 2, 30, "the line to come again")
    assert worker.stop() == 0


def test_a_worker_starts_while_a_dead_task_holds_a_transaction_open(cluster, broker, tmp_path, topic):
    """Java waits for its end, for a minute and more."""
    source = tmp_path / "in"
    append(source, 0, 10)
    offset_topic, key = f"{cluster.group}-offsets", json.dumps(["y", {"filename": "f"}])
    worker = cluster.millrace().start()
    assert worker.stop() == 0
    dead = confluent_kafka.Producer({"bootstrap.servers": broker.bootstrap, "log_level": 2,
                                     "transactional.id": f"{cluster.group}-x-0",
                                     "transaction.timeout.ms": 600000})
    dead.init_transactions(30)
    dead.begin_transaction()
    for partition in range(broker.client.partitions(offset_topic)):
        dead.produce(offset_topic, '{"position":5}', key, partition)
    assert dead.flush(30) == 0

    worker.start()  # within a minute
    worker.rest.create("x", file_source(source, topic))
    each_line_once(broker, topic, 10)
    assert worker.rest.get("/connectors/x/offsets")["offsets"][0]["offset"] == {
        "position": os.path.getsize(source)}
    with pytest.raises(confluent_kafka.KafkaException) as shut_out:
        dead.commit_transaction(30)
    assert shut_out.value.args[0].code() == confluent_kafka.KafkaError._FENCED


def test_a_worker_that_wakes_up_late_is_shut_out(cluster, broker, tmp_path, topic):
    source = tmp_path / "in"
    late, other = runner_and_stand_in(cluster, source, topic)
    append(source, 0, 50000)
    wait_until(lambda: broker.client.count(topic) > 1000, 30, "the stream to run")
    os.kill(late.process.pid, signal.SIGSTOP)
    try:
        wait_taken_over(cluster, other)
        append(source, 50000, 50100)
        each_line_once(broker, topic, 50100)
    finally:
        os.kill(late.process.pid, signal.SIGCONT)
    append(source, 50100, 50200)
    cluster.wait_running(["x"])
    each_line_once(broker, topic, 50200)


def test_a_worker_that_wakes_up_alone_gets_its_task_back(cluster, broker, tmp_path, topic):
    """The group never tells it that another one had the task, and shut its producer out."""
    source = tmp_path / "in"
    late, other = runner_and_stand_in(cluster, source, topic)
    append(source, 0, 100)
    each_line_once(broker, topic, 100)
    os.kill(late.process.pid, signal.SIGSTOP)
    try:
        wait_taken_over(cluster, other)
        append(source, 100, 200)
        each_line_once(broker, topic, 200)
        other.kill()
    finally:
        os.kill(late.process.pid, signal.SIGCONT)
    append(source, 200, 300)
    each_line_once(broker, topic, 300)
    cluster.wait_running(["x"], on=[late])


def test_the_tasks_before_are_shut_out_by_the_leader_for_its_followers(cluster, broker, topic):
    workers = [cluster.millrace().start() for _ in range(2)]

    def config(tasks):
        return {"connector.class": "org.millrace.DatagenSourceConnector", "tasks.max": str(tasks),
                "topic": topic, "rate.per.second": "50"}
    workers[0].rest.create("x", config(3))
    cluster.wait_running(["x"], tasks=3)
    assert len(set(cluster.owners(["x"]).values())) == 2
    workers[1].rest.put_config("x", config(2))
    cluster.wait_running(["x"], tasks=2)
    wait_until(lambda: count_records(broker, cluster) == [
        ("tasks-fencing-x", {"task-count": 3}), ("tasks-fencing-x", {"task-count": 2})], 30,
        lambda: f"a record of each set of tasks: {count_records(broker, cluster)}")


def test_java_and_millrace_hand_over_to_each_other(cluster, broker, tmp_path, topic):
    java, millrace = cluster.java(), cluster.millrace()
    roads = {name: (tmp_path / name, f"{topic}-{name}") for name in ("x", "y")}

    def reconfigure(rest, batch):
        """A new set of tasks for each, which are on either worker: the leader fences for both."""
        for name, (source, to) in roads.items():
            rest.put_config(name, file_source(source, to, **{"batch.size": batch}))
        cluster.wait_running(roads)

    def go_on(begin, end, victim, other):
        for source, _ in roads.values():
            append(source, begin, end)
        for _, to in roads.values():
            wait_until(lambda: broker.client.count(to) > begin + 1000, 30, "the stream to run")
        victim.kill()
        cluster.wait_running(roads, on=[other])
        for _, to in roads.values():
            each_line_once(broker, to, end)

    java.start()
    reconfigure(java.rest, "400")
    millrace.start()
    cluster.wait_running(roads)
    wait_until(lambda: len(set(cluster.owners(roads).values())) == 2, 30, "both to have a share")
    reconfigure(millrace.rest, "500")
    go_on(0, 30000, java, millrace)
    reconfigure(millrace.rest, "600")
    java.start()
    wait_until(lambda: len(set(cluster.owners(roads).values())) == 2, 30, "both to have a share")
    reconfigure(java.rest, "700")
    go_on(30000, 60000, millrace, java)


def test_a_cluster_prepares_first(cluster, broker, tmp_path, topic):
    source = tmp_path / "in"
    append(source, 0, 10)
    workers = [cluster.millrace(**{SUPPORT: "disabled"}).start() for _ in range(2)]
    workers[0].rest.create("x", file_source(source, topic))
    cluster.wait_running(["x"])
    for support in ("preparing", "enabled"):
        for worker in workers:
            assert worker.stop() == 0
            worker.config[SUPPORT] = support
            worker.start()
        cluster.wait_running(["x"])
        worker.rest.create(f"by-{support}", file_source(tmp_path / "none", topic))
        cluster.wait_running(["x", f"by-{support}"])
    append(source, 10, 20)
    each_line_once(broker, topic, 20)
    keys = {key for key, _ in count_records(broker, cluster)}
    assert keys == {"tasks-fencing-x", "tasks-fencing-by-preparing", "tasks-fencing-by-enabled"}


CASES = [
    {"exactly.once.support": "required"}, {"exactly.once.support": "REQUIRED", "file": "/x"},
    {"exactly.once.support": "requested"}, {"exactly.once.support": "never"},
    {"transaction.boundary": "connector"}, {"transaction.boundary": "Interval"},
    {"transaction.boundary": "CONNECTOR", "exactly.once.support": "required", "file": "/x"},
    {"consumer.override.max.poll.records": "5", "admin.override.retries": "3"},
    {"offsets.storage.topic": "o", "consumer.override.max.poll.records": "5"},
]


def test_validation_answers_as_javas(build, kafka_release, broker, tmp_path):
    answers = {}
    for support in ("disabled", "enabled"):
        cluster = Cluster(tmp_path / support, broker.bootstrap, f"cluster-{uuid.uuid4().hex[:8]}",
                          build, kafka_release(), config={SUPPORT: support})
        try:
            for worker in (cluster.millrace(), cluster.java()):
                worker.start()
                for index, case in enumerate(CASES):
                    config = {"connector.class": FILE_SOURCE, "name": "x", "tasks.max": "1",
                              "topic": "t", **case}
                    infos = worker.rest.call(
                        "PUT", f"/connector-plugins/{FILE_SOURCE}/config/validate", config)
                    found = {i["value"]["name"]: i["value"]["errors"] for i in infos["configs"]
                             if i["value"]["errors"]}
                    sections = sorted(i["value"]["name"] for i in infos["configs"]
                                      if ".override." in i["value"]["name"])
                    answers.setdefault((support, index), []).append(
                        (infos["error_count"], found, sections))
        finally:
            cluster.close()
    for (support, index), (ours, javas) in answers.items():
        assert ours == javas, (support, CASES[index])


def test_a_required_connector_is_refused_where_it_cannot_be_had(cluster, tmp_path):
    worker = cluster.millrace(**{SUPPORT: "disabled"}).start()
    with pytest.raises(RestError) as refused:
        worker.rest.create("x", file_source(tmp_path / "in", "t",
                                            **{"exactly.once.support": "required"}))
    assert refused.value.status == 400
    assert "This worker does not have exactly-once source support enabled." in refused.value.body
