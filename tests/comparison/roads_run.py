"""Runs cases of roads_sources.py and roads_sinks.py on both workers and tells the differences."""

import json
import os
import re
from concurrent.futures import ThreadPoolExecutor

import confluent_kafka

from roads_accepted import plain
from roads_pair import essence, settle

OWNER = re.compile(r"(\d+)-(?:xja|xmi)")
LOGGED = re.compile(r"(Error encountered in task (?:(?!^\[).)*)", re.M | re.S)
KINDS = {confluent_kafka.TIMESTAMP_CREATE_TIME: "create", confluent_kafka.TIMESTAMP_LOG_APPEND_TIME: "append"}


def records(side, messages, partitions, times=False):
    """Comparable forms of a topic's messages; without a key the partition is chance, and so is the
    order where there (or where they come from) are several partitions."""
    found = []
    for message in messages:
        key = message.key()
        spot = message.partition() if partitions == 1 or key is not None else None
        headers = [(name, header(side, name, value)) for name, value in message.headers() or []]
        kind, time = message.timestamp()
        found.append((spot, key and side.displaced(key), message.value() and side.displaced(message.value()), headers,
                      KINDS.get(kind), time if times else None))
    return sorted(found, key=repr) if partitions > 1 else found


def header(side, name, value):
    if value is None:
        return None
    value = side.displaced(value)
    if name.endswith("exception.stacktrace"):
        return "\n".join(essence(value.decode())).encode()
    return value


def logged(side, begin=0):
    """case number -> what the log says of its failing records."""
    found = {}
    for entry in re.split(r"^(?=\[)", side.worker.log()[begin:], flags=re.M):
        text = re.search(r"Error encountered in task .*", entry, re.S)
        if text is None:
            continue
        lines = essence(side.displaced(text[0]))
        if lines[-1] == " (org.apache.kafka.connect.runtime.errors.LogReporter)":  # ours follows the trace
            lines.pop()
        lines[0] = re.sub(r" \(org\.apache\.kafka\.[\w.$]+(:\d+)?\)$", "", re.sub(r"imestamp=\d+", "imestamp=T", lines[0]))
        owner = re.search(r"(\d+)-SIDE", lines[0])
        found.setdefault(owner and int(owner[1]), []).append(lines)
    return found


class Lockstep:
    """What both roads have in common: connectors made, looked at, and taken away on both sides."""

    def __init__(self, sides, topics, cases):
        self.sides, self.topics, self.cases = sides, topics, cases
        self.outcomes = {side.tag: {case["name"]: {} for case in cases} for side in sides}
        self.pool = ThreadPoolExecutor(4)

    def note(self, side, case, what, value):
        self.outcomes[side.tag][case["name"]][what] = value

    def all(self, act):
        """act(side, case) for all, both sides at a time."""
        def row(side):
            return [act(side, case) for case in self.cases]
        return [future.result() for future in [self.pool.submit(row, side) for side in self.sides]]

    def create(self):
        def act(side, case):
            answer = side.request("POST", "/connectors", {"name": case["name"], "config": case["config"]})
            self.note(side, case, "created", answer if answer[0] != 201 and answer[0] != 200 else "made")
        self.all(act)

    def mine(self, name):
        return any(side.tag in name for side in self.sides)

    def activity(self):
        return self.topics.ends(self.mine)

    def delete(self):
        self.all(lambda side, case: side.request("DELETE", f"/connectors/{case['name']}"))

    def note_states(self):
        self.all(lambda side, case: self.note(side, case, "states", side.states(case["name"])))

    def note_topics(self):
        names = {name: count for name, count in self.topics.names().items() if self.mine(name)}
        numbers = {int(OWNER.search(case["name"].replace("SIDE", "xja"))[1]): case for case in self.cases}
        messages, settings = self.topics.read(self.mine), self.topics.settings(list(names))
        for name, partitions in sorted(names.items()):
            owner = OWNER.search(name)
            case = numbers.get(owner and int(owner[1]))
            side = next(side for side in self.sides if side.tag in name)
            if case is not None:
                self.note(side, case, "topic " + side.displaced(name),
                          [partitions, settings.get(name),
                           records(side, messages.get(name, []), max(partitions, case.get("partitions", 1)))])

    def note_log(self):
        for side in self.sides:
            found = logged(side)
            for case in self.cases:
                number = int(re.search(r"\d+", case["name"])[0])
                self.note(side, case, "log", found.get(number, []))

    def differences(self, accepted):
        """(case, what, Java's, ours) where accepted(case, what, java, ours) does not hold."""
        java, ours = (self.outcomes[side.tag] for side in self.sides)
        found = []
        for case in self.cases:
            left, right = java[case["name"]], ours[case["name"]]
            for what in sorted({*left, *right}):
                if left.get(what) != right.get(what) and not accepted(case, what, left.get(what), right.get(what)):
                    found.append((case, what, left.get(what), right.get(what)))
        return found


class SourceRun(Lockstep):
    def run(self):
        self.create()
        for index in range(4):
            self.step(index)
            settle(lambda: (self.activity(), self.offsets()))
            for side, row in zip(self.sides, self.offsets()):
                for case, offsets in zip(self.cases, row):
                    self.note(side, case, f"offsets {index}", offsets)
        self.note_states()
        self.note_topics()
        self.note_log()
        self.delete()
        return self

    def offsets(self):
        return self.all(lambda side, case: side.request("GET", f"/connectors/{case['name']}/offsets"))

    def write(self, side, case, content, mode="ab"):
        with open(side.path(side.place(case["name"]) + ".txt"), mode) as file:
            file.write(content)

    def step(self, index):
        steps = [(case, *case["steps"][index]) for case in self.cases]
        self.all(lambda side, case: self.begin(side, case, *case["steps"][index]))
        if any(kind in ("patch", "reset", "pause") for _, kind, _ in steps):
            settle(lambda: self.all(lambda side, case: side.states(case["name"]) if case["steps"][index][0] in ("patch", "reset", "pause") else None))
        self.all(lambda side, case: self.finish(side, case, index, *case["steps"][index]))

    def begin(self, side, case, kind, argument):
        path = f"/connectors/{case['name']}"
        if kind in ("append", "restart", "recreate"):
            self.write(side, case, argument)
        if kind == "restart":
            side.request("POST", path + "/restart?includeTasks=true")
        elif kind == "recreate":
            side.request("DELETE", path)
            side.request("POST", "/connectors", {"name": case["name"], "config": case["config"]})
            side.wait_for_tasks(case["name"])
        elif kind == "replace":
            file = side.path(side.place(case["name"]) + ".txt")
            if os.path.exists(file):
                os.remove(file)
            self.write(side, case, argument)
        elif kind == "truncate":
            self.write(side, case, argument, "wb")
        elif kind in ("patch", "reset"):
            side.request("PUT", path + "/stop")
        elif kind == "pause":
            side.request("PUT", path + "/pause")

    def finish(self, side, case, index, kind, argument):
        path = f"/connectors/{case['name']}"
        if kind == "patch":
            position, content = argument
            self.note(side, case, f"patched {index}", side.request("PATCH", path + "/offsets", {"offsets": [
                {"partition": {"filename": side.place(case["config"].get("file", "x"))}, "offset": {"position": position}}]}))
            self.write(side, case, content)
        elif kind == "reset":
            self.note(side, case, f"reset {index}", side.request("DELETE", path + "/offsets"))
            self.write(side, case, argument)
        elif kind == "pause":
            self.write(side, case, argument)
        if kind in ("patch", "reset", "pause"):
            side.request("PUT", path + "/resume")
            side.wait_for_tasks(case["name"])


class SinkRun(Lockstep):
    def mine(self, name):
        return name.startswith("dead") and super().mine(name)

    def run(self):
        self.create()
        settle(lambda: (self.activity(), self.sizes(), self.all(lambda side, case: side.states(case["name"]))), 150)
        self.all(self.change_offsets)
        settle(lambda: (self.activity(), self.sizes(), self.all(lambda side, case: side.states(case["name"]))), 150)
        self.note_states()
        self.delete()
        self.note_files()
        self.note_topics()
        self.note_log()
        self.note_groups()
        return self

    def change_offsets(self, side, case):
        if case.get("offsets") is None:
            return
        path, (partition, offset) = f"/connectors/{case['name']}", case["offsets"]
        side.request("PUT", path + "/stop")
        side.wait_for_tasks(case["name"], stopped=True)
        if partition is None and offset is None:
            answer = side.request("DELETE", path + "/offsets")
        else:
            answer = side.request("PATCH", path + "/offsets", {"offsets": [{"partition": partition, "offset": offset}]})
        self.note(side, case, "changed", answer)
        self.note(side, case, "offsets", side.request("GET", path + "/offsets"))
        side.request("PUT", path + "/resume")
        side.wait_for_tasks(case["name"])

    def sizes(self):
        return [sorted((entry.name, entry.stat().st_size) for entry in os.scandir(side.folder)) for side in self.sides]

    def note_files(self):
        for side in self.sides:
            for case in self.cases:
                try:
                    with open(side.path(side.place(case["name"]) + ".txt"), "rb") as file:
                        content = IDENTITY.sub(rb"[B@ID", side.displaced(file.read())).split(b"\n")
                except FileNotFoundError:
                    content = None
                self.note(side, case, "file", sorted(content) if content and case["partitions"] > 1 else content)

    def note_groups(self):
        spots = [(name, partition) for name, count in self.topics.names().items()
                 if name.startswith("data") for partition in range(count)]

        def act(side, case):
            group = case["config"].get("consumer.override.group.id", f"connect-{case['name']}")
            self.note(side, case, "committed", sorted(self.topics.committed(side.place(group), spots).items()))
        self.all(act)


IDENTITY = re.compile(rb"\[B@[0-9a-f]+")


def shown(differences, limit):
    """Some of the differences: of each case the first, and which others there are."""
    cases = {}
    for case, what, java, ours in differences:
        cases.setdefault(case["name"], (case, []))[1].append((what, java, ours))
    lines = [f"{len(differences)} differences in {len(cases)} cases"]
    for case, found in list(cases.values())[:limit]:
        what, java, ours = found[0]
        java, ours = clipped(str(plain(java)), str(plain(ours)))
        more = {key: value for key, value in case.items() if key not in ("config", "name")}
        lines.append(f"{case['name']} {[each[0] for each in found]}\n  {json.dumps(case['config'])}\n"
                     f"  {str(more)[:300]}\n  java {java}\n  ours {ours}")
    return "\n".join(lines)


def clipped(java, ours, width=500):
    """Where the two part."""
    same = os.path.commonprefix([java, ours])
    begin = max(0, len(same) - 150)
    return java[begin:begin + width], ours[begin:begin + width]
