"""64 clients change the same four connectors at once. What a request gets depends on who came first; what it may get
does not: the statuses that the Java worker has for it, whatever the state of the connector.

The Java worker itself is not asked here: its StandaloneHerder and its MemoryConfigBackingStore take each other's locks in
both orders, and a pause beside a new configuration locks it up for good.
"""

import collections
import concurrent.futures
import os
import random
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from harness.connectors import file_source  # noqa: E402
from harness.wait import wait_until  # noqa: E402

pytestmark = pytest.mark.system

NAMES = ["busy-1", "busy-2", "busy-3", "busy-4"]
# Method, path behind the connector's, statuses. 500 is Java's answer to a restart and a stop of what is not there.
KINDS = {
    "create": ("POST", None, {201, 409}), "put": ("PUT", "/config", {200, 201}), "patch": ("PATCH", "/config", {200, 404}),
    "pause": ("PUT", "/pause", {202, 404}), "resume": ("PUT", "/resume", {202, 404}), "stop": ("PUT", "/stop", {204, 500}),
    "delete": ("DELETE", "", {204, 404}), "restart": ("POST", "/restart", {204, 500}),
    "restart with tasks": ("POST", "/restart?includeTasks=true", {202, 404}),
    "restart a task": ("POST", "/tasks/0/restart", {204, 404, 500}), "status": ("GET", "/status", {200, 404}),
    "info": ("GET", "", {200, 404}), "tasks": ("GET", "/tasks", {200, 404}), "task status": ("GET", "/tasks/0/status", {200, 404}),
    "offsets": ("GET", "/offsets", {200, 404}), "topics": ("GET", "/topics", {200}),
    "reset offsets": ("DELETE", "/offsets", {200, 400, 404}), "list": ("GET", None, {200})}


# What Java says to whoever wanted one state and was overtaken by who wanted another.
OVERTAKEN = "Could not begin changing connector state to "


def allowed(kind, status, answer):
    if status == 500 and str(answer).startswith(OVERTAKEN):
        return True
    return status is None or status in KINDS[kind][2] or status == 204 and 202 in KINDS[kind][2]


def one(chance, folder, topic):
    kind = chance.choice(sorted(KINDS) + ["create", "put"])
    method, tail, _ = KINDS[kind]
    name = chance.choice(NAMES)
    config = file_source(os.path.join(folder, name), topic, marker=str(chance.randrange(4)))
    if kind == "create":
        return kind, method, "/connectors", {"name": name, "config": config}
    if kind == "list":
        return kind, method, "/connectors?expand=status", None
    body = config if kind == "put" else {"marker": "patched"} if kind == "patch" else None
    return kind, method, f"/connectors/{name}{tail}", body


def test_many_clients_at_once(millrace, tmp_path, topic, build):
    from harness.rest import RestError
    worker = millrace().start()
    for name in NAMES:
        (tmp_path / name).write_text("line\n")

    def client(number):
        chance, seen = random.Random(number), []
        for _ in range(5 if build.sanitized else 20):
            kind, method, path, body = one(chance, tmp_path, topic)
            try:
                answer = worker.rest.call(method, path, body, timeout=60)
                status = 204 if answer is None else None
            except RestError as error:
                answer, status = error.body, error.status
            seen.append((kind, status, answer))
        return seen

    statuses = collections.defaultdict(dict)
    with concurrent.futures.ThreadPoolExecutor(64) as pool:
        for seen in pool.map(client, range(64)):
            for kind, status, answer in seen:
                if status not in statuses[kind] or not allowed(kind, status, answer):
                    statuses[kind][status] = answer
    assert set(statuses) == set(KINDS), "every kind was asked"
    wrong = [(kind, status, answer) for kind, seen in statuses.items() for status, answer in seen.items()
             if not allowed(kind, status, answer)]
    assert not wrong, wrong
    # And when all is quiet again the worker is what it is told to be.
    for name in NAMES:
        worker.rest.put_config(name, file_source(tmp_path / name, topic, marker="last"))
        worker.rest.call("PUT", f"/connectors/{name}/resume")
    for name in NAMES:
        worker.rest.wait_state(name, "RUNNING", tasks=1)
        assert worker.rest.get(f"/connectors/{name}")["config"]["marker"] == "last"
    wait_until(lambda: sorted(worker.rest.get("/connectors")) == NAMES, 10, "the four connectors")
