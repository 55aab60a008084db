"""Distributed mode on a real Kafka: Millrace workers alone, and in one cluster with Java workers."""

import os
import signal

import pytest

from harness.connectors import file_sink, file_source
from harness.rest import RestError
from harness.wait import wait_until

pytestmark = pytest.mark.system


def lines(path):
    if not os.path.exists(path):
        return []
    with open(path) as file:
        return file.read().splitlines()


def append(path, texts):
    with open(path, "a") as file:
        file.write("".join(text + "\n" for text in texts))


def start_road(cluster, tmp_path, topic, rest):
    """A source and a sink with a topic between them; gives the two files."""
    cluster_files = tmp_path / "in.txt", tmp_path / "out.txt"
    append(cluster_files[0], ["first"])
    rest.create("road-in", file_source(cluster_files[0], topic))
    rest.create("road-out", file_sink(cluster_files[1], topic,
                                      **{"consumer.override.auto.offset.reset": "earliest"}))
    return cluster_files


def arrives(path, wanted, timeout=60):
    wait_until(lambda: set(wanted) <= set(lines(path)), timeout,
               lambda: f"{set(wanted) - set(lines(path))} to arrive in {path}")


def test_one_worker_runs_a_road_and_takes_it_up_again(cluster, tmp_path, topic):
    worker = cluster.millrace().start()
    assert worker.rest.get("/")["kafka_cluster_id"]
    source, sink = start_road(cluster, tmp_path, topic, worker.rest)
    cluster.wait_running(["road-in", "road-out"])
    arrives(sink, ["first"])
    append(source, ["second"])
    arrives(sink, ["second"])
    assert worker.stop() == 0
    append(source, ["third"])
    worker.start()
    cluster.wait_running(["road-in", "road-out"])
    arrives(sink, ["third"])
    assert lines(sink) == ["first", "second", "third"], "offsets were kept"
    assert sorted(worker.rest.get("/connectors")) == ["road-in", "road-out"]
    worker.rest.delete("road-in")
    wait_until(lambda: worker.rest.get("/connectors") == ["road-out"], 20, "the connector to go")


def test_three_workers_share_and_take_over(cluster, tmp_path, topic):
    workers = [cluster.millrace().start() for _ in range(3)]
    names = [f"source-{i}" for i in range(9)]
    for i, name in enumerate(names):
        append(tmp_path / name, [f"{name} 0"])
        workers[i % 3].rest.create(name, file_source(tmp_path / name, topic))
    workers[0].rest.create("sink", file_sink(tmp_path / "out", topic, **{
        "consumer.override.auto.offset.reset": "earliest"}))
    cluster.wait_running([*names, "sink"])
    owners = cluster.owners([*names, "sink"])
    counts = [sum(owner == worker.id for owner in owners.values()) for worker in workers]
    assert sum(counts) == 20 and max(counts) - min(counts) <= 2, owners
    workers[1].kill()
    cluster.wait_running([*names, "sink"])
    for name in names:
        append(tmp_path / name, [f"{name} 1"])
    arrives(tmp_path / "out", [f"{name} {i}" for name in names for i in (0, 1)])
    workers[1].start()
    cluster.wait_running([*names, "sink"])
    wait_until(lambda: workers[1].id in cluster.owners([*names, "sink"]).values(), 60,
               "the worker that came back to get its share")


def test_a_worker_that_stood_still_gives_up_its_share(cluster, tmp_path, topic):
    workers = [cluster.millrace().start() for _ in range(2)]
    names = [f"source-{i}" for i in range(4)]
    for name in names:
        append(tmp_path / name, [name])
        workers[0].rest.create(name, file_source(tmp_path / name, topic))
    cluster.wait_running(names)
    os.kill(workers[1].process.pid, signal.SIGSTOP)
    try:
        wait_until(lambda: set(cluster.owners(names, workers[0]).values()) == {workers[0].id}, 60,
                   "the other worker to take over")
    finally:
        os.kill(workers[1].process.pid, signal.SIGCONT)
    cluster.wait_running(names)
    wait_until(lambda: len(set(cluster.owners(names).values())) == 2, 60, "the work to be shared")


def test_requests_reach_the_leader_through_any_worker(cluster, tmp_path, topic):
    workers = [cluster.millrace().start() for _ in range(2)]
    for i, worker in enumerate(workers):
        made = worker.rest.create(f"by-{i}", file_source(tmp_path / "none", topic))
        assert made["name"] == f"by-{i}"
    cluster.wait_running(["by-0", "by-1"])
    for worker in workers:
        with pytest.raises(RestError) as conflict:
            worker.rest.create("by-0", file_source(tmp_path / "none", topic))
        assert conflict.value.status == 409 and "already exists" in str(conflict.value)
        with pytest.raises(RestError) as missing:
            worker.rest.delete("nobody")
        assert missing.value.status == 404
        worker.rest.call("PATCH", "/connectors/by-1/config", {"batch.size": str(7 + worker.port % 2)})
        worker.rest.call("PUT", "/connectors/by-0/stop")
        wait_until(lambda: worker.rest.status("by-0")["connector"]["state"] == "STOPPED", 30, "STOPPED")
        worker.rest.call("PUT", "/connectors/by-0/resume")
        cluster.wait_running(["by-0", "by-1"])
        worker.rest.call("POST", "/connectors/by-1/restart?includeTasks=true")
        worker.rest.call("POST", "/connectors/by-0/tasks/0/restart")
        cluster.wait_running(["by-0", "by-1"])


@pytest.mark.slow
@pytest.mark.parametrize("leader", ["java", "millrace"])
def test_one_cluster_with_java_workers(cluster, tmp_path, topic, leader):
    """Each kind leads once: create, reconfigure, pause, stop, alter offsets and delete through either."""
    kinds = ["java", "millrace"] if leader == "java" else ["millrace", "java"]
    first, second = [getattr(cluster, kind)().start() for kind in kinds]
    source, sink = start_road(cluster, tmp_path, topic, second.rest)
    cluster.wait_running(["road-in", "road-out"])
    arrives(sink, ["first"])
    owners = cluster.owners(["road-in", "road-out"])
    assert set(owners.values()) == {first.id, second.id}, "both kinds have a share"
    for worker in (first, second):
        worker.rest.put_config("road-in", file_source(source, topic, **{"batch.size": str(worker.port)}))
        wait_until(lambda: all(m.rest.get("/connectors/road-in")["config"]["batch.size"] == str(worker.port)
                               for m in (first, second)), 30, "both to know the configuration")
        cluster.wait_running(["road-in", "road-out"])
        worker.rest.call("PUT", "/connectors/road-in/pause")
        wait_until(lambda: all(m.rest.task_states("road-in") == ["PAUSED"] for m in (first, second)), 30, "PAUSED")
        worker.rest.call("PUT", "/connectors/road-in/resume")
        cluster.wait_running(["road-in", "road-out"])
        worker.rest.call("PUT", "/connectors/road-in/stop")
        wait_until(lambda: all(m.rest.status("road-in")["connector"]["state"] == "STOPPED"
                               and not m.rest.status("road-in")["tasks"] for m in (first, second)), 30, "STOPPED")
        offsets = worker.rest.get("/connectors/road-in/offsets")["offsets"]
        assert offsets[0]["offset"]["position"] > 0
        worker.rest.call("PATCH", "/connectors/road-in/offsets",
                         {"offsets": [{"partition": {"filename": str(source)}, "offset": {"position": 0}}]})
        worker.rest.call("PUT", "/connectors/road-in/resume")
        cluster.wait_running(["road-in", "road-out"])
        logger = f"org.example.of{worker.port}"
        worker.rest.call("PUT", f"/admin/loggers/{logger}?scope=cluster", {"level": "DEBUG"})
        wait_until(lambda: all(m.rest.get("/admin/loggers").get(logger, {}).get("level") == "DEBUG" for m in (first, second)),
                   30, "both to have the logger's level")
        before = lines(sink).count("first")
        wait_until(lambda: lines(sink).count("first") >= 2, 30, lambda: f"the file to be read again: {before}")
    append(source, ["second"])
    arrives(sink, ["second"])
    # Either kind takes over from the other.
    first.stop()
    cluster.wait_running(["road-in", "road-out"])
    append(source, ["third"])
    arrives(sink, ["third"])
    first.start()
    cluster.wait_running(["road-in", "road-out"])
    second.kill()
    cluster.wait_running(["road-in", "road-out"], timeout=90)
    append(source, ["fourth"])
    arrives(sink, ["fourth"])
    first.rest.delete("road-in")
    first.rest.delete("road-out")
    wait_until(lambda: first.rest.get("/connectors") == [], 30, "the connectors to go")


@pytest.mark.slow
def test_a_java_cluster_moves_over_worker_by_worker_and_back(cluster, tmp_path, topic):
    old = [cluster.java().start() for _ in range(2)]
    source, sink = start_road(cluster, tmp_path, topic, old[0].rest)
    cluster.wait_running(["road-in", "road-out"])
    written = ["first"]

    def step(text):
        append(source, [text])
        written.append(text)
        arrives(sink, [text])

    step("java alone")
    new = []
    for index, leaving in enumerate(old):
        new.append(cluster.millrace().start())
        leaving.stop()
        cluster.wait_running(["road-in", "road-out"], timeout=90)
        step(f"millrace {index}")
    for index, leaving in enumerate(new):
        old[index].start()
        leaving.stop()
        cluster.wait_running(["road-in", "road-out"], timeout=90)
        step(f"java again {index}")
    assert [text for text in lines(sink) if text in written][0] == "first"
    assert set(lines(sink)) == set(written)
    config = old[0].rest.get("/connectors/road-in")["config"]
    assert config["topic"] == topic
