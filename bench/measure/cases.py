"""The work that is measured. Each case runs one contestant once and gives its figures: cpu (seconds),
wall (seconds), peak, idle (MiB), threads, rest (seconds)."""

import filecmp
import os
import time

from harness.connectors import file_sink, file_source
from harness.wait import wait_until

from .contestants import settled


def measured(worker, name, config, done):
    """CPU and wall time from the connector's creation to the last record, start-up apart."""
    process = worker.process
    settled(process)
    cpu, begin = process.cpu_seconds(), time.monotonic()
    worker.rest.put_config(name, config)

    look = begin + 2

    def healthy():
        nonlocal look
        process.check_alive()
        if time.monotonic() < look:
            return
        look += 2
        states = [task["state"] for task in worker.rest.status(name)["tasks"]]
        assert "FAILED" not in states, worker.rest.trace(name)
    wait_until(done, 600, f"{name} to be done", healthy)
    return {"cpu": process.cpu_seconds() - cpu, "wall": time.monotonic() - begin,
            "peak": process.peak_kib() / 1024}


def with_worker(contestant, work):
    worker = contestant.worker()
    try:
        worker.start()
        return work(worker)
    finally:
        worker.close()


def source(bench, contestant, run):
    """File to topic: FileStreamSource, StringConverter."""
    topic = f"out-{contestant.name.split()[0].lower()}-{run}"
    bench.client.create_topic(topic)

    def work(worker):
        return measured(worker, "source", file_source(bench.lines, topic),
                        lambda: bench.client.end_offset(topic) >= bench.records)
    try:
        figures = contestant.run("source", topic, bench.lines) if contestant is bench.bare \
            else with_worker(contestant, work)
        assert bench.client.end_offset(topic) == bench.records, topic
        return figures
    finally:
        bench.client.delete_topic(topic)


def sink(bench, contestant, run):
    """Topic to file: FileStreamSink, StringConverter; the file is compared with the original."""
    out = os.path.join(bench.folder, "out.txt")
    size = os.path.getsize(bench.lines)

    def work(worker):
        return measured(worker, f"sink-{worker.port}-{run}", file_sink(out, "lines"),
                        lambda: os.path.exists(out) and os.path.getsize(out) >= size)
    try:
        figures = contestant.run("sink", "lines", out) if contestant is bench.bare \
            else with_worker(contestant, work)
        assert filecmp.cmp(out, bench.lines, shallow=False), "the output is not the same"
        return figures
    finally:
        if os.path.exists(out):
            os.remove(out)


def json(bench, contestant, run):
    """JSON with schema to a sink that counts."""
    if contestant is bench.bare:
        return contestant.run("json", "json")

    def work(worker):
        config, done = contestant.counting_sink("json", worker)
        return measured(worker, f"count-{worker.port}-{run}", config, done)
    return with_worker(contestant, work)


TRANSFORMS = {
    "transforms": "insert,drop,time",
    "transforms.insert.type": "org.apache.kafka.connect.transforms.InsertField$Value",
    "transforms.insert.static.field": "origin", "transforms.insert.static.value": "bench",
    "transforms.drop.type": "org.apache.kafka.connect.transforms.ReplaceField$Value",
    "transforms.drop.exclude": "note",
    "transforms.time.type": "org.apache.kafka.connect.transforms.TimestampConverter$Value",
    "transforms.time.field": "ts", "transforms.time.target.type": "Timestamp"}


def smt(bench, contestant, run):
    """The same through three transforms on the way."""
    if contestant is bench.bare:
        return None

    def work(worker):
        config, done = contestant.counting_sink("json", worker)
        return measured(worker, f"smt-{worker.port}-{run}", {**config, **TRANSFORMS}, done)
    return with_worker(contestant, work)


def start(bench, contestant, run):
    """Start to GET / answering; then memory and threads at rest."""
    if contestant is bench.bare:
        return None

    def work(worker):
        settled(worker.process, wanted=2.0)
        return {"rest": worker.started_in, "idle": worker.process.resident_kib() / 1024,
                "threads": worker.process.threads(), "cpu": worker.process.cpu_seconds()}
    return with_worker(contestant, work)


def thousand(bench, contestant, run):
    """Many idle file sources, created over REST: what each costs in memory (KiB) and threads."""
    if contestant is bench.bare:
        return None
    count = 1000 if contestant is bench.millrace else bench.java_connectors
    empty = os.path.join(bench.folder, "empty.txt")
    open(empty, "w").close()

    def work(worker):
        settled(worker.process)
        memory, threads = worker.process.resident_kib(), worker.process.threads()
        begin = time.monotonic()
        for index in range(count):
            worker.rest.create(f"idle-{index}", file_source(empty, "idle"))
        created = time.monotonic() - begin
        for index in (0, count // 2, count - 1):
            worker.rest.wait_state(f"idle-{index}", "RUNNING", timeout=60)
        before, then = worker.process.cpu_seconds(), time.monotonic()
        settled_memory = worker.process.resident_kib()
        wait_until(lambda: time.monotonic() - then > 2, 10, "two seconds to pass")
        return {"connectors": count, "wall": created,
                "kib each": (settled_memory - memory) / count,
                "threads each": (worker.process.threads() - threads) / count,
                "idle cpu %": (worker.process.cpu_seconds() - before) / 2 * 100}
    return with_worker(contestant, work)


CASES = {"source": source, "sink": sink, "json": json, "smt": smt, "start": start, "thousand": thousand}
