"""Who is measured: both workers on the same files, and the bare client loops."""

import os
import subprocess
import time

from harness.wait import wait_until
from harness.worker import JSON, JavaWorker, MillraceWorker

# The defaults of connect-standalone.sh.
JAVA_FLAGS = ["-Xms256M", "-Xmx2G", "-server", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20",
              "-XX:InitiatingHeapOccupancyPercent=35", "-XX:+ExplicitGCInvokesConcurrent",
              "-Djava.awt.headless=true"]
COUNTING_SINK = "org.millrace.bench.CountingSinkConnector"


class Contestant:
    """Makes workers, each in a folder of its own, so that nothing is carried over."""

    def __init__(self, bench):
        self.bench = bench
        self._made = 0

    def folder(self):
        self._made += 1
        return os.path.join(self.bench.folder, f"{self.name}-{self._made}")


class Millrace(Contestant):
    name = "Millrace"

    def worker(self, config=None):
        return MillraceWorker(self.folder(), self.bench.bootstrap, self.bench.build, config)

    def counting_sink(self, topic, worker):
        """Configuration of a sink that only counts, and a condition: it has all records."""
        config = {"connector.class": "org.millrace.BlackholeSinkConnector", "tasks.max": "1",
                  "topics": topic, "value.converter": JSON}

        def seen():
            for text in worker.rest.get("/metrics").splitlines():
                if text.startswith("kafka_connect_sink_task_metrics_sink_record_send_total{"):
                    return float(text.rpartition(" ")[2]) >= self.bench.records
            return False
        return config, seen


class Java(Contestant):
    name = "Java worker"

    def worker(self, config=None):
        plugins = f"{self.bench.kafka.plugins},{self.bench.java_plugins}"
        return JavaWorker(self.folder(), self.bench.bootstrap, self.bench.kafka,
                          {"plugin.path": plugins, **(config or {})}, flags=JAVA_FLAGS)

    def counting_sink(self, topic, worker):
        done = os.path.join(worker.folder, "done")
        config = {"connector.class": COUNTING_SINK, "tasks.max": "1", "topics": topic,
                  "value.converter": JSON, "expect": str(self.bench.records), "done.file": done}
        return config, lambda: os.path.exists(done)


class Bare:
    """A loop of librdkafka alone; see bench/bare."""
    name = "bare librdkafka"

    def __init__(self, bench):
        self.bench = bench

    def run(self, program, *arguments):
        binary = os.path.join(self.bench.programs, program)
        if not os.path.exists(binary):
            return None
        begin = time.monotonic()
        process = subprocess.Popen([binary, self.bench.bootstrap, *arguments],
                                   stdout=subprocess.PIPE)
        counted = process.stdout.read().split()
        # wait4 gives this child's own peak, which getrusage keeps only for the largest child ever.
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0 and int(counted[0]) == self.bench.records, program
        return {"cpu": usage.ru_utime + usage.ru_stime, "wall": time.monotonic() - begin,
                "peak": usage.ru_maxrss / 1024}


def settled(process, wanted=1.0, limit=60):
    """Waits until a process has used next to no CPU for `wanted` seconds: start-up is over."""
    begin, last = time.monotonic(), process.cpu_seconds()

    def quiet():
        nonlocal begin, last
        now = process.cpu_seconds()
        if now - last > 0.02:
            begin, last = time.monotonic(), now
        return time.monotonic() - begin >= wanted
    wait_until(quiet, limit, "the worker to become quiet", process.check_alive)
