#!/usr/bin/python3
"""bench/distributed_scale.py: many small connectors on three distributed workers, Millrace and Java.

For each kind of worker, on a broker of its own: creates file sources over REST through all workers,
kills one worker, starts all three anew; prints times, memory, threads and CPU. A connector runs when
it and its task are RUNNING on a worker that is alive and, after the cold start, when a line that was
appended before has reached the topic.
"""

import argparse
import concurrent.futures
import json
import os
import shutil
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [os.path.join(ROOT, "tests"), os.path.join(ROOT, "bench")]

from harness.cluster import Cluster  # noqa: E402
from harness.connectors import file_source  # noqa: E402
from harness.java import JavaKafka  # noqa: E402
from harness.kafka_broker import KafkaBroker  # noqa: E402
from harness.rest import RestError  # noqa: E402
from harness.wait import wait_until  # noqa: E402
from measure.contestants import JAVA_FLAGS, settled  # noqa: E402

VERSION = "4.3.1"
TOPIC = "scale"
# The time in which the group notices that a member is gone is the same for both.
WORKER = {"scheduled.rebalance.max.delay.ms": "0", "session.timeout.ms": "6000",
          "heartbeat.interval.ms": "500", "rebalance.timeout.ms": "60000"}


def options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--connectors", type=int, default=1000, help="on three Millrace workers")
    parser.add_argument("--java-connectors", type=int, default=200, help="on three Java workers")
    parser.add_argument("--kinds", default="millrace,java")
    parser.add_argument("--clients", type=int, default=6, help="threads that create connectors")
    parser.add_argument("--build", default="release", help="preset whose build is measured")
    parser.add_argument("--limit", type=int, default=600, help="seconds for each step")
    parser.add_argument("--keep", help="folder in which logs are kept")
    parser.add_argument("--output", default=f"{ROOT}/build/bench/distributed_scale.json")
    return parser.parse_args()


class Scale:
    """One run: `count` connectors on three workers of one kind."""

    def __init__(self, chosen, kind, kafka, folder):
        self.chosen, self.kind, self.folder = chosen, kind, folder
        self.count = chosen.connectors if kind == "millrace" else chosen.java_connectors
        self.names = [f"source-{index:05d}" for index in range(self.count)]
        self.broker = KafkaBroker(kafka, f"{folder}/broker", flags=["-Xms512m", "-Xmx1g"]).start()
        self.broker.client.create_topic(TOPIC, 4)
        build = type("Build", (), {"binary": f"{ROOT}/build/{chosen.build}/bin/millrace"})
        self.cluster = Cluster(folder, self.broker.bootstrap, f"scale-{kind}", build, kafka, WORKER)
        self.figures = {"connectors": self.count}
        for _ in range(3):
            worker = getattr(self.cluster, kind)()
            if kind == "java":
                worker.flags = JAVA_FLAGS
        os.makedirs(f"{folder}/in")

    def file(self, name):
        return f"{self.folder}/in/{name}"

    def note(self, **figures):
        self.figures.update(figures)
        shown = ", ".join(f"{key} {value:.2f}" if isinstance(value, float) else f"{key} {value}"
                          for key, value in figures.items())
        print(f"{self.kind:8} {shown}", flush=True)

    def start_workers(self):
        for worker in self.cluster.members:
            worker.start(wait=False)
        for worker in self.cluster.members:
            worker.wait_started()

    def running(self, worker, alive):
        """How many connectors run, with one task, as one worker sees it."""
        try:
            states = worker.rest.get("/connectors?expand=status")
        except (OSError, RestError):
            return 0
        count = 0
        for state in states.values():
            parts = [state["status"]["connector"], *state["status"]["tasks"]]
            count += len(parts) == 2 and all(
                part["state"] == "RUNNING" and part["worker_id"] in alive for part in parts)
        return count

    def wait_running(self, worker, since):
        alive = {member.id for member in self.cluster.running()}
        seen, next_look = 0, 0.0

        def all_run():
            # Looking costs the worker something: no more than a tenth of the time.
            nonlocal seen, next_look
            begin = time.monotonic()
            if begin < next_look:
                return False
            seen = self.running(worker, alive)
            next_look = time.monotonic() + 9 * (time.monotonic() - begin)
            return seen == self.count
        wait_until(all_run, self.chosen.limit, lambda: f"{self.count} connectors to run; {seen} do")
        return time.monotonic() - since

    def create(self):
        def create_share(index):
            rest = self.cluster.members[index % 3].rest
            retries, slowest = 0, 0.0
            for name in self.names[index::self.chosen.clients]:
                while True:
                    begin = time.monotonic()
                    try:
                        rest.create(name, file_source(self.file(name), TOPIC))
                    except RestError as error:
                        # Java refuses while a rebalance is under way.
                        if error.status not in (409, 500) or "already exists" in str(error):
                            raise
                        retries += 1
                        time.sleep(0.02)
                        continue
                    slowest = max(slowest, time.monotonic() - begin)
                    break
            return retries, slowest

        for name in self.names:
            with open(self.file(name), "w") as file:
                file.write(f"{name} 0\n")
        cpu = self.cpu()
        begin = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(self.chosen.clients) as pool:
            shares = list(pool.map(create_share, range(self.chosen.clients)))
        self.note(create=time.monotonic() - begin, retries=sum(s[0] for s in shares),
                  slowest=max(s[1] for s in shares))
        self.note(created_and_running=self.wait_running(self.cluster.members[0], begin),
                  create_cpu=self.cpu() - cpu)

    def cpu(self):
        return sum(worker.process.cpu_seconds() for worker in self.cluster.running())

    def rest_a_while(self):
        """Memory, threads, and the CPU that idle connectors take."""
        for worker in self.cluster.running():
            settled(worker.process, limit=60) if self.kind == "millrace" else None
        before, begin = self.cpu(), time.monotonic()
        time.sleep(5)
        idle = (self.cpu() - before) / (time.monotonic() - begin)
        processes = [worker.process for worker in self.cluster.running()]
        owners = list(self.cluster.owners(self.names[:60]).values())
        self.note(share_of_first=[owners.count(worker.id) for worker in self.cluster.running()])
        self.note(rss_mib=[round(p.resident_kib() / 1024) for p in processes],
                  peak_mib=[round(p.peak_kib() / 1024) for p in processes],
                  threads=[p.threads() for p in processes], idle_cpu=idle)

    def lose_one(self):
        victim = self.cluster.members[2]
        begin = time.monotonic()
        victim.kill()
        self.note(loss=self.wait_running(self.cluster.members[0], begin))
        begin = time.monotonic()
        victim.start()
        self.note(back=self.wait_running(self.cluster.members[0], begin))

    def start_cold(self):
        begin = time.monotonic()
        for worker in self.cluster.members:
            worker.process._child.terminate()
        for worker in self.cluster.members:
            worker.process.wait_exit(120)
        self.note(stop=time.monotonic() - begin)
        for name in self.names:
            with open(self.file(name), "a") as file:
                file.write(f"{name} 1\n")
        begin = time.monotonic()
        for worker in self.cluster.members:
            worker.start(wait=False)
        self.note(cold_start=self.wait_running(self.cluster.members[0], begin), cold_cpu=self.cpu())
        wanted = {f"{name} 1".encode() for name in self.names}
        wait_until(lambda: wanted <= set(self.broker.client.values(TOPIC)), self.chosen.limit,
                   "all new lines to reach the topic")
        self.note(cold_start_to_records=time.monotonic() - begin)

    def run(self):
        try:
            self.start_workers()
            self.create()
            self.rest_a_while()
            self.lose_one()
            self.start_cold()
            self.rest_a_while()
        finally:
            for worker in self.cluster.members:
                if worker.process is not None:
                    worker.kill()
                    if self.chosen.keep:
                        os.makedirs(self.chosen.keep, exist_ok=True)
                        shutil.copy(worker.process.log_path,
                                    f"{self.chosen.keep}/{os.path.basename(worker.folder)}.log")
            self.broker.close()
        return self.figures


def main():
    chosen = options()
    kafka = JavaKafka(f"{ROOT}/build/deps/kafka-{VERSION}", VERSION)
    results = {}
    for kind in chosen.kinds.split(","):
        with tempfile.TemporaryDirectory(prefix="millrace-scale-") as folder:
            results[kind] = Scale(chosen, kind, kafka, folder).run()
    os.makedirs(os.path.dirname(chosen.output), exist_ok=True)
    with open(chosen.output, "w") as file:
        json.dump(results, file, indent=1)


if __name__ == "__main__":
    main()
