"""Three workers on three brokers, under load, while workers and brokers are lost: every record is
delivered at least once, and everything runs again soon."""

import os
import re
import signal
import threading
import uuid

import pytest

from harness.cluster import Cluster
from harness.connectors import file_sink, file_source
from harness.kafka_brokers import KafkaBrokers
from harness.rest import RestError
from harness.wait import wait_until

pytestmark = [pytest.mark.system, pytest.mark.slow]

SOURCES = 19
FINDINGS = ("ERROR: AddressSanitizer", "runtime error:", "WARNING: ThreadSanitizer")


class Load:
    """Appends a line to each file, round after round, until it is stopped."""

    def __init__(self, files):
        self.files, self.written = files, []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self):
        number = 0
        while not self._stop.wait(0.05):
            for name, path in self.files.items():
                line = f"{name} {number}"
                with open(path, "a") as file:
                    file.write(line + "\n")
                self.written.append(line)
            number += 1

    def stop(self):
        self._stop.set()
        self._thread.join()


class Scene:
    """20 connectors under load on three workers: file sources to one topic, a file sink from it."""

    def __init__(self, brokers, cluster, folder):
        self.brokers, self.cluster = brokers, cluster
        self.topic = f"lines-{uuid.uuid4().hex[:8]}"
        self.out = os.path.join(folder, "out.txt")
        self.files = {f"source-{i:02d}": os.path.join(folder, f"in-{i:02d}") for i in range(SOURCES)}
        self.names = [*self.files, f"sink-{self.topic}"]
        self.workers = [cluster.millrace() for _ in range(3)]
        self.load = None

    def start(self):
        self.start_workers(*self.workers)
        self.brokers.client._admin.list_topics(timeout=20)
        rest = self.workers[0].rest
        for name, path in self.files.items():
            open(path, "w").close()
            rest.create(name, file_source(path, self.topic, **{
                "topic.creation.default.replication.factor": "3",
                "topic.creation.default.partitions": "3"}))
        rest.create(self.names[-1], file_sink(self.out, self.topic, **{
            "consumer.override.auto.offset.reset": "earliest",
            "consumer.override.session.timeout.ms": "6000"}))
        self.cluster.wait_running(self.names)
        self.load = Load(self.files)
        self.wait_delivered()

    @staticmethod
    def start_workers(*workers):
        for worker in workers:
            worker.start(wait=False)
        for worker in workers:
            worker.wait_started()

    def leader(self):
        """The worker that leads, by its metrics."""
        def find():
            for worker in self.cluster.running():
                try:
                    text = worker.rest.get("/metrics")
                except (OSError, RestError):
                    continue
                found = re.search(r'leader_name[^\n]*"http://127\.0\.0\.1:(\d+)/', str(text))
                if found:
                    leading = [w for w in self.cluster.running() if w.port == int(found[1])]
                    if leading:
                        return leading[0]
            return None
        return wait_until(find, 30, "a worker to name the leader")

    def delivered(self):
        if not os.path.exists(self.out):
            return set()
        with open(self.out) as file:
            return set(file.read().splitlines())

    def wait_delivered(self):
        """All that was written up to now reaches the sink's file."""
        wanted = set(self.load.written)
        wait_until(lambda: wanted <= self.delivered(), 60,
                   lambda: f"{sorted(wanted - self.delivered())[:10]} of {len(wanted)} lines to arrive")

    def wait_well(self):
        self.cluster.wait_running(self.names, timeout=45)
        self.wait_delivered()

    def close(self):
        if self.load is not None:
            self.load.stop()
        self.cluster.close()


@pytest.fixture(scope="module")
def scene(build, kafka_release, tmp_path_factory):
    folder = tmp_path_factory.mktemp("failures")
    brokers = KafkaBrokers(kafka_release(), folder / "brokers").start()
    cluster = Cluster(folder, brokers.bootstrap, f"failures-{uuid.uuid4().hex[:8]}", build, None, {
        f"{kind}.storage.replication.factor": "3" for kind in ("config", "offset", "status")})
    made = Scene(brokers, cluster, folder)
    try:
        made.start()
        yield made
        for worker in made.workers:
            for finding in FINDINGS:
                assert finding not in worker.log(), worker.log()[worker.log().index(finding):][:4000]
    finally:
        made.close()
        brokers.close()


def test_a_worker_is_killed(scene):
    victim = next(w for w in scene.workers if w is not scene.leader())
    victim.kill()
    scene.wait_well()
    victim.start()
    scene.wait_well()
    wait_until(lambda: victim.id in scene.cluster.owners(scene.names).values(), 30,
               "the worker that came back to get a share")


def test_the_leader_is_killed(scene):
    victim = scene.leader()
    victim.kill()
    scene.wait_well()
    assert scene.leader() is not victim
    victim.start()
    scene.wait_well()


def test_a_worker_stands_still_and_wakes(scene):
    leader = scene.leader()
    victim = next(w for w in scene.workers if w is not leader)
    others = [w for w in scene.workers if w is not victim]
    os.kill(victim.process.pid, signal.SIGSTOP)
    try:
        wait_until(lambda: victim.id not in scene.cluster.owners(scene.names, leader).values(), 30,
                   lambda: f"{[w.id for w in others]} to take over")
        scene.wait_delivered()
    finally:
        os.kill(victim.process.pid, signal.SIGCONT)
    scene.wait_well()
    wait_until(lambda: victim.id in scene.cluster.owners(scene.names).values(), 30,
               "the worker that woke up to get a share")
    scene.wait_well()


def test_the_coordinators_broker_is_killed(scene):
    scene.brokers.wait_in_sync()
    node = scene.brokers.coordinator(scene.cluster.group)
    scene.brokers.kill(node)
    wait_until(lambda: scene.brokers.coordinator(scene.cluster.group) not in (-1, node), 30,
               "another broker to coordinate the group")
    scene.wait_well()
    scene.brokers.start(node)
    scene.brokers.wait_in_sync()
    scene.wait_well()


def test_everything_is_restarted(scene):
    scene.brokers.wait_in_sync()
    for worker in scene.workers:
        worker.kill()
    scene.brokers.kill()
    scene.brokers.start()
    scene.start_workers(*scene.workers)
    scene.wait_well()
    scene.load.stop()
    scene.wait_delivered()
    assert scene.delivered() == set(scene.load.written), "nothing but what was written"
