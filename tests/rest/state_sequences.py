"""Connectors led through generated lives: made in each initial state, some so that they or their tasks fail, then
paused, resumed, stopped, restarted, reconfigured, patched, deleted and made again in any order, with their offsets and
topics asked for and changed between. Both workers are asked the same; after each change both must come to the same
states.

    python3 tests/rest/state_sequences.py --java URL --millrace URL --java-folder DIR --millrace-folder DIR \
        [--seed N] [--count 20]

What connectors there are is deleted first. Of workers in a cluster a URL is that of a follower and, behind a comma, those of the others.
"""

import argparse
import json
import random
import sys
import time
from urllib.parse import quote

from differential import Worker, compare
from requests_script import Request, request, sink_config, source_config

SETTLED = 15  # seconds until both sides must show the same states
NAMES = ["life", "with space", "ümlaut", "日本", "a.b-c_d", "life-7", "x" * 200]
STRING = "org.apache.kafka.connect.storage.StringConverter"
JSON_CONVERTER = "org.apache.kafka.connect.json.JsonConverter"
# What makes a connector or its tasks fail, or changes how many there are.
VARIANTS = [{}, {}, {}, {"tasks.max": "3"}, {"errors.tolerance": "all"}, {"value.converter": JSON_CONVERTER}]
OF_SOURCE = [{}, {}, {"batch.size": "2"}, {"file": "@FOLDER@/in-3.txt"},
             {"transforms": "c", "transforms.c.type": "org.apache.kafka.connect.transforms.Cast$Value",
              "transforms.c.spec": "int8"}]
OF_SINK = [{}, {}, {"file": "@FOLDER@/nowhere/out.txt"}, {"topics": "t-1,t-2"}, {"value.converter": JSON_CONVERTER}]
BAD = [{"tasks.max": "0"}, {"tasks.max": "x"}, {"connector.class": "Nobody"}, {"errors.tolerance": "some"},
       {"name": "another"}, {"connector.class": None}, {"value.converter": "Nobody"}]


class Life:
    """One connector's steps, decided before they are taken."""

    def __init__(self, rng, number):
        """number: of no other life on these brokers; offsets and groups stay when a connector goes."""
        self.rng = rng
        self.name = f"{rng.choice(NAMES)}-{number}"
        self.path = "/connectors/" + quote(self.name, safe="")
        self.sink = rng.random() < 0.4

    def config(self):
        make, own = (sink_config, OF_SINK) if self.sink else (source_config, OF_SOURCE)
        config = make("@FOLDER@", 1 if not self.sink else self.rng.choice([1, 9]))
        if self.sink:
            config["file"] = "@FOLDER@/out.txt"
        for variants in (VARIANTS, own):
            config.update(self.rng.choice(variants))
        return config

    def creation(self):
        body = {"name": self.name, "config": self.config()}
        if self.rng.random() < 0.6:
            body["initial_state"] = self.rng.choice(["RUNNING", "PAUSED", "STOPPED", "stopped", None])
        if self.rng.random() < 0.25:
            return request("PUT", self.path + "/config", body["config"])
        return request("POST", "/connectors", body)

    def offsets(self):
        if self.sink:
            partition = {"kafka_topic": self.rng.choice(["topic-1", "t", "no-such-topic"]),
                         "kafka_partition": self.rng.choice([0, "0", 0, 7])}
            offset = self.rng.choice([{"kafka_offset": 1}, {"kafka_offset": "2"}, None, {"kafka_offset": 0}])
        else:
            partition = {"filename": self.rng.choice(["@FOLDER@/in-1.txt", "@FOLDER@/in-3.txt", "elsewhere"])}
            offset = self.rng.choice([{"position": 0}, {"position": 2}, None, {"position": 5000}, {"position": -1}])
        return {"offsets": [{"partition": partition, "offset": offset}]}

    def step(self):
        rng, path = self.rng, self.path
        return rng.choice([
            lambda: request("PUT", path + "/pause"), lambda: request("PUT", path + "/resume"),
            lambda: request("PUT", path + "/stop"), lambda: request("PUT", path + "/stop"),
            lambda: request("POST", path + "/restart" + rng.choice(
                ["", "?includeTasks=true", "?onlyFailed=true", "?includeTasks=true&onlyFailed=true", "?includeTasks=TRUE",
                 "?onlyFailed=false"])),
            lambda: request("POST", f"{path}/tasks/{rng.choice(['0', '0', '+0', '-0', '00', 'x'])}/restart"),
            lambda: request("PUT", path + "/config", {**self.config(), **rng.choice([{}, {"name": self.name}])}),
            lambda: request("PUT", path + "/config", {**self.config(), **rng.choice(BAD)}),
            lambda: request("PATCH", path + "/config", rng.choice(
                [{}, {"tasks.max": 2}, {"tasks.max": None}, {"extra": "é"}, {"extra": None}, {"file": "@FOLDER@/in-3.txt"},
                 *BAD])),
            lambda: request("GET", path + "/offsets"), lambda: request("GET", path + "/offsets"),
            lambda: request("PATCH", path + "/offsets", self.offsets()),
            lambda: request("PATCH", path + "/offsets", self.offsets()),
            lambda: request("DELETE", path + "/offsets"), lambda: request("PUT", path + "/topics/reset"),
            lambda: request("DELETE", path), lambda: self.creation(), lambda: self.creation(),
        ])()

    def looks(self):
        tails = ["", "/config", "/tasks", "/tasks/0/status", "/tasks/2/status", "/status"]
        yield request("GET", self.path + self.rng.choice(tails))
        if self.rng.random() < 0.3:
            yield request("GET", "/connectors?" + self.rng.choice(
                ["expand=status", "expand=info", "expand=info&expand=status", "expand=status&expand=status", "expand"]))


def states(worker, path):
    status, _, body = worker.ask(Request("GET", path + "/status"))
    if status != 200:
        return [status]
    answer = json.loads(body)
    return [answer["connector"]["state"]] + [(task["id"], task["state"]) for task in answer["tasks"]]


def settle(workers, path):
    """None when both show the same states for a while, else what they show."""
    since, last, begin = time.monotonic(), None, time.monotonic()
    while time.monotonic() - begin < SETTLED:
        seen = [states(worker, path) for worker in workers]
        if seen != last or seen[0] != seen[1]:
            last, since = seen, time.monotonic()
        elif time.monotonic() - since > 0.4:
            return None
        time.sleep(0.05)
    return f"states {last[0]} / {last[1]}"


def ask(workers, step):
    """What differs, and the answers. Reads are repeated until they agree: what was asked before may take a while."""
    end = time.monotonic() + (SETTLED if step.method == "GET" and not step.path.endswith("/offsets") else 0)
    while True:
        answers = [worker.ask(step) for worker in workers]
        problem = compare(step, workers[0], answers[0], workers[1], answers[1])
        if problem is None or time.monotonic() > end:
            return problem, answers
        time.sleep(0.1)


def positions_depend_on_time(life, step, answers):
    """How far a source has read and a sink has committed."""
    return step.method == "GET" and step.path.endswith("/offsets") and all(answer[0] == 200 for answer in answers)


def ghost(step, java, millrace):
    """A task that does not exist leaves one in Java's status."""
    return "/tasks/" in step.path and "restart" in step.path and java[0] == millrace[0] == 404


def lead(workers, life, steps, out):
    java, millrace = workers
    taken, failed = [], 0
    for number in range(steps):
        step = life.creation() if number == 0 else life.step()
        for each in [step, *life.looks()]:
            problem, answers = ask(workers, each)
            taken.append(f"{each.method} {each.path} {(each.body or b'').decode()[:300]} -> {answers[0][0]}")
            if problem and positions_depend_on_time(life, each, answers):
                problem = None
            if not problem and each is step and each.method not in ("GET", "HEAD"):
                problem = settle(workers, life.path)
                if problem and ghost(step, *answers):
                    return failed
            if problem:
                failed += 1
                print("FAIL " + "\n     ".join(taken[-8:]) + f"\n      {problem}", file=out)
                out.flush()
                if problem.startswith(("states", "status")):
                    return failed
    return failed


def delete_all(worker):
    for name in json.loads(worker.ask(Request("GET", "/connectors"))[2]):
        worker.ask(Request("DELETE", "/connectors/" + quote(name, safe="")))


def run(java, millrace, seed, count, steps=10, out=sys.stdout):
    rng = random.Random(seed)
    delete_all(java)
    delete_all(millrace)
    failed = lives = 0
    for number in range(count):
        life = Life(rng, f"{seed}-{number}")
        failed += lead((java, millrace), life, steps, out)
        lives += 1
        for worker in (java, millrace):
            worker.ask(Request("DELETE", life.path))
    print(f"{lives} lives of {steps} steps, {failed} differences", file=out)
    return failed


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    for option in ("--java", "--millrace", "--java-folder", "--millrace-folder"):
        arguments.add_argument(option, required=True)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--count", type=int, default=20)
    a = arguments.parse_args()
    sys.exit(1 if run(Worker(a.java, a.java_folder), Worker(a.millrace, a.millrace_folder), a.seed, a.count) else 0)
