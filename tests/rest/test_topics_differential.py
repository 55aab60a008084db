"""What a history of requests leaves in a cluster's topics, a Java worker's beside Millrace's; and what both make of
topics that were written by hand. The workers come one after the other, with the same address, files and names."""

import os
import shutil
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import odd_topics  # noqa: E402
import topic_history  # noqa: E402
from harness.cluster import Cluster  # noqa: E402
from harness.ports import free_port  # noqa: E402
from harness.rest import Rest  # noqa: E402

pytestmark = [pytest.mark.system, pytest.mark.java, pytest.mark.slow]
KINDS = ("java", "millrace")
GROUP = "cluster"
ODD_REST = 3  # seconds: there are many connectors, and many fail
# What is left also depends on when a worker gets to something, on either side: a task may fail before or after the
# next request. A difference that counts is there each time.
ATTEMPTS = 3


class Sides:
    """One worker after the other, each over a broker of its own."""

    def __init__(self, make_broker, build, release, folder):
        self.make_broker, self.build, self.release, self.folder = make_broker, build, release, folder
        self.port, self.started = free_port(), 0
        self.files = folder / "files"

    def each(self, work, before=lambda client: None, config=None):
        """{kind: what `work(driver)` gives} of a worker of each kind. before(client): ahead of its start."""
        return {kind: self._one(kind, work, before, config) for kind in KINDS}

    def _one(self, kind, work, before, config):
        shutil.rmtree(self.files, ignore_errors=True)
        self.files.mkdir()
        (self.files / "in.txt").write_text("one\ntwo\nthree\n")
        (self.files / "ö ü.txt").write_text("a\nb\n")
        broker = self.make_broker().start()
        for topic in ("t-1", "t-2"):
            broker.client.create_topic(topic)
        before(broker.client)
        self.started += 1
        cluster = Cluster(self.folder / f"{kind}-{self.started}", broker.bootstrap, GROUP, self.build, self.release, config)
        try:
            worker = getattr(cluster, kind)(listeners=f"http://127.0.0.1:{self.port}")
            worker.rest, worker.port = Rest(self.port), self.port
            worker.start()
            return work(topic_history.Driver(broker.client, GROUP, self.port))
        finally:
            cluster.close()
            broker.close()


def assert_alike(compare):
    """compare(): the differences, of workers that are started anew each time."""
    for _ in range(ATTEMPTS):
        different = compare()
        if not different:
            return
    assert not different, "\n".join(different)


@pytest.fixture
def sides(own_broker, build, kafka_release, tmp_path):
    return Sides(own_broker, build, kafka_release(), tmp_path)


@pytest.mark.parametrize("seed, support", [(3, "disabled"), (4, "enabled")])
def test_a_history_leaves_the_same_records(sides, seed, support):
    def live(driver):
        answers = driver.take(topic_history.history(seed, 12, str(sides.files)))
        return answers, topic_history.left_behind(driver.client, driver.group)

    def compare():
        done = sides.each(live, config={"exactly.once.source.support": support})
        answers = [f"{theirs}\n / {ours}" for theirs, ours in zip(done["java"][0], done["millrace"][0]) if theirs != ours]
        return answers + topic_history.differences(done["java"][1], done["millrace"][1])
    assert_alike(compare)


def test_topics_written_by_hand_are_read_alike(sides):
    def write(client):
        for kind, partitions, records in (("configs", 1, odd_topics.early()), ("statuss", 5, odd_topics.statuses()),
                                          ("offsets", 5, odd_topics.offsets())):
            client.create_topic(f"{GROUP}-{kind}", partitions, {"cleanup.policy": "compact"})
            odd_topics.produce(client, f"{GROUP}-{kind}", records)

    def look(driver):
        driver.at_rest(ODD_REST, wanted=False)
        seen = odd_topics.answers(driver, "early")
        odd_topics.produce(driver.client, f"{driver.group}-configs", odd_topics.late())
        driver.at_rest(ODD_REST, wanted=False)
        return {**seen, **odd_topics.answers(driver, "late")}

    def compare():
        seen = sides.each(look, write)
        return [f"{path}:\n   {answer}\n / {seen['millrace'][path]}" for path, answer in seen["java"].items()
                if answer != seen["millrace"][path] and not odd_topics.accepted(path, answer, seen["millrace"][path])]
    assert_alike(compare)

