"""What may stand in a cluster's topics, in order and out of it: written by hand, for workers that have to make of it
what a Java worker makes. `early` is there when a worker starts, `late` comes while it runs."""

import json
import re
from urllib.parse import quote

import confluent_kafka

from topic_history import Step

SOURCE = "org.apache.kafka.connect.file.FileStreamSourceConnector"


def js(value):
    return json.dumps(value, ensure_ascii=False)


def source(name, /, **more):
    return {**{"name": name, "connector.class": SOURCE, "tasks.max": "1", "file": "/nowhere/none", "topic": "t-1"}, **more}


def connector(name, /, **more):
    return f"connector-{name}", js({"properties": source(name, **more)})


def task(name, number=0, /, **more):
    own = {**source(name), "task.class": "org.apache.kafka.connect.file.FileStreamSourceTask", **more}
    return f"task-{name}-{number}", js({"properties": own})


def commit(name, tasks=1):
    return f"commit-{name}", js({"tasks": tasks})


def target(name, state, v2=None):
    return f"target-state-{name}", js({"state": state, **({"state.v2": v2} if v2 is not None else {})})


def whole(name, /, **more):
    return [connector(name, **more), task(name), commit(name)]


# Values that are not what a key announces; "NAME" stands for the connector.
ODD_VALUES = ["", " ", "null", "[]", "{}", "1", "1.5", "true", '"text"', "{", "[1", "nonsense", '{"properties":null}',
              '{"properties":[]}', '{"properties":"x"}', '{"properties":{}}', '{"x":1}', "\ufeff{}", "{} {}", "{}x",
              '{"properties":{},"properties":1}', "NaN", "'single'", "{a:1}", "/*c*/{}", '{"a":1,}', "01"]
ODD_TARGETS = [{"state": "RUNNING"}, {"state": "started"}, {"state": "STOPPED"}, {"state": "PAUSED", "state.v2": None},
               {"state": "PAUSED", "state.v2": 1}, {"state": "PAUSED", "state.v2": "NOPE"}, {"state.v2": "STOPPED"},
               {"state": 1, "state.v2": "PAUSED"}, {"state": "PAUSED", "state.v2": ""}, {"state": None}, {},
               {"state": "STARTED", "state.v2": "PAUSED"}, {"state": "PAUSED", "state.v2": "STARTED"},
               {"state": "PAUSED", "more": {"a": [1]}}, {"state": "PAUSED", "state.v2": ["STOPPED"]}]
ODD_PROPERTIES = [{"extra": None}, {"extra": ""}, {"tasks.max": "x"}, {"tasks.max": "0"}, {"connector.class": "Nobody"},
                  {"connector.class": ""}, {"topic": ""}, {"name": "another"}, {"tasks.max": None},
                  {"extra.é😀": "ü\u2028\u0000"}, {"unknown.provider": "${nobody:a:b}"}, {"errors.tolerance": "odd"}]
ODD_KEYS = ["", "x", "connector", "connector-", "target-state-", "task-", "task-a", "task-a-", "task-a-x", "task--1",
            "task-a--1", "task-a-+1", "task-a-01", "task-a-99999999999", "task-a-1-", "commit-", "commit", "session-keys",
            "restart-connector-", "restart-connector-nobody", "tasks-fencing-", "logger-cluster-", "logger-cluster-x",
            "Connector-x", "tasks-fencing", "status-connector-x"]


def odd_values():
    for number, value in enumerate(ODD_VALUES):
        name = f"value-{number}"
        yield from [connector(name), task(name), (f"target-state-{name}", value)]
        yield commit(name)
        yield from whole(f"{name}-again")
        yield f"connector-{name}-again", value
        yield from [connector(f"{name}-task"), (f"task-{name}-task-0", value), commit(f"{name}-task")]
        yield f"restart-connector-{name}", value
        yield f"logger-cluster-{name}", value
        if value not in ("{}", '{"x":1}', '{"properties":null}', '{"properties":[]}', '{"properties":"x"}',
                         '{"properties":{}}', '{"properties":{},"properties":1}', "\ufeff{}", "{} {}", "{}x", "/*c*/{}"):
            # Java's worker ends where a count is missing.
            yield from [connector(f"{name}-commit"), task(f"{name}-commit"), (f"commit-{name}-commit", value)]
            yield f"tasks-fencing-{name}", value
        yield "session-key", value


def odd_targets():
    for number, value in enumerate(ODD_TARGETS):
        name = f"target-{number}"
        yield from whole(name)
        yield f"target-state-{name}", js(value)
        yield f"target-state-{name}-early", js(value)
        yield from whole(f"{name}-early")
        yield from [*whole(f"{name}-paused"), target(f"{name}-paused", "PAUSED", "STOPPED"),
                    (f"target-state-{name}-paused", js(value))]


def odd_properties():
    for number, more in enumerate(ODD_PROPERTIES):
        name = f"properties-{number}"
        yield from whole(name, **more)
        yield from [connector(f"{name}-task"), task(f"{name}-task", **more), commit(f"{name}-task")]
        yield connector(f"{name}-alone", **more)


def odd_orders():
    yield from [connector("twice"), task("twice"), commit("twice"), commit("twice"), connector("twice", extra="1")]
    yield from [connector("half"), task("half", 1), commit("half", 2)]
    yield from [connector("half-then"), task("half-then", 0), task("half-then", 1), commit("half-then", 2),
                task("half-then", 0), commit("half-then", 2)]
    yield from [connector("more"), task("more", 0), task("more", 1), task("more", 2), commit("more", 2)]
    yield from [connector("fewer", **{"tasks.max": "3"}), task("fewer", 0), task("fewer", 1), commit("fewer", 2),
                task("fewer", 0), commit("fewer", 1)]
    yield from [connector("none"), commit("none", 0)]
    yield from [connector("unsaid"), task("unsaid")]
    yield from [*whole("gone"), ("connector-gone", None)]
    yield from [*whole("gone-with-state"), target("gone-with-state", "PAUSED"), ("connector-gone-with-state", None),
                *whole("gone-with-state")]
    yield from [*whole("gone-wholly"), target("gone-wholly", "PAUSED"), ("connector-gone-wholly", None),
                ("target-state-gone-wholly", None), *whole("gone-wholly")]
    yield from [*whole("unstated"), target("unstated", "PAUSED", "PAUSED"), ("target-state-unstated", None)]
    yield from [*whole("untasked"), ("task-untasked-0", None), ("commit-tasks", None), commit("untasked")]
    yield from [target("stopped-with-tasks", "PAUSED", "STOPPED"), *whole("stopped-with-tasks")]
    yield from [*whole("dash-1"), *whole("dash"), *whole("dash-1-2"), *whole("-"), *whole("--")]
    yield from [*whole("late-target"), target("late-target", "STARTED", "STARTED")]
    yield from [*whole("fenced"), ("tasks-fencing-fenced", js({"task-count": 3})),
                ("tasks-fencing-nobody", js({"task-count": 3}))]
    yield from [("logger-cluster-org.example.Early", js({"level": "DEBUG"})), ("logger-cluster-a", js({"level": "odd"})),
                ("logger-cluster-b", js({"level": 1}))]
    yield from [("restart-connector-twice", js({"include-tasks": "yes", "only-failed": 1}))]


def early():
    yield from odd_orders()
    yield from odd_targets()
    yield from odd_properties()
    for key in ODD_KEYS:
        yield key, js({"properties": source("odd"), "tasks": 1, "task-count": 1, "state": "PAUSED", "level": "INFO"})
    yield from odd_values()
    yield "session-key", js({"key": "YWJj", "algorithm": 1, "creation-timestamp": 1})
    yield "session-key", js({"key": 1, "algorithm": "HmacSHA256", "creation-timestamp": 1})
    yield "session-key", js({"key": "YWJj", "algorithm": "HmacSHA256", "creation-timestamp": "1"})
    yield from whole("last")


def late():
    """While the worker runs."""
    yield from [*whole("late"), *whole("late-paused"), target("late-paused", "PAUSED", "PAUSED")]
    yield from [target("late-early", "PAUSED", "STOPPED"), *whole("late-early")]
    yield from [target("twice", "PAUSED", "PAUSED"), target("last", "NOPE"), target("last", "PAUSED", "NOPE")]
    yield from [("connector-more", None), ("connector-nobody", None), ("target-state-nobody", None)]
    yield from [connector("fewer", extra="late"), task("dash", 0, extra="late"), commit("dash")]
    yield from [("restart-connector-late", js({})), ("restart-connector-dash", js({"include-tasks": True})),
                ("restart-connector-twice", "[]"), ("restart-connector-gone", js({"include-tasks": True}))]
    yield from [("logger-cluster-org.example.Late", js({"level": "DEBUG"})), ("logger-cluster-c.d", js({"level": "odd"})),
                ("logger-cluster-e", js({"level": None})), ("logger-cluster-f", "[]"), ("logger-cluster-g", None),
                ("logger-cluster-root", js({"level": "INFO"}))]
    for key in ODD_KEYS[:13]:
        yield key, js({"properties": 1})
    for value in ODD_VALUES[:12]:
        yield "connector-dash-1", value
        yield "target-state-dash-1-2", value
        yield "task-dash-1-0", value
        yield "session-key", value


def status(state="RUNNING", **more):
    return js({"state": state, "trace": None, "worker_id": "other:1", "generation": 1, "version": None, **more})


def statuses():
    """None of connectors that are there: their owner would say something else at once."""
    for state in ("RUNNING", "UNASSIGNED", "odd", None, 1):
        yield f"status-connector-half-{state}", status(state)
        yield "status-task-half-0", status(state)
        yield "status-task-half-1", status(state, generation="x")
    for value in ODD_VALUES:
        yield "status-connector-twice", value
        yield "status-task-twice-0", value
        yield "status-topic-odd:connector-last", value
    for key in ODD_KEYS + ["status-connector-", "status-task-", "status-task-a", "status-task-a-x", "status-task--1",
                           "status-topic-", "status-topic-a", "status-topic-:connector-a", "status-topic-a:connector-",
                           "status-topic-a:b", "status-topic-a:con", "status-topic-a:xxxxxxxxxx-last"]:
        yield key, status()
    for name, value in (("a", {"name": "a", "connector": "last", "task": 0, "discoverTimestamp": 1}),
                        ("b", {"name": "other", "connector": "twice", "task": 7, "discoverTimestamp": 1}),
                        ("c", {"name": None, "connector": None, "task": 0, "discoverTimestamp": 1}),
                        ("d", {"name": "d"}), ("e", {"name": "e", "connector": "last", "task": "0"}), ("f", [])):
        yield f"status-topic-{name}:connector-last", js({"topic": value})
    yield "status-topic-g:x:connector-last", js({"topic": {"name": "g", "connector": "l", "task": 0, "discoverTimestamp": 1}})
    yield "status-topic-h:connector-last", None


def offsets():
    """Of connectors in the configurations, whole and odd."""
    for name in ("last", "twice"):
        for partition in ({"filename": "x"}, {"b": 1, "a": None, "c": True, "d": 1.5}, {}, None, [1], "x", {"n": {"m": [1]}}):
            for offset in ("{\"position\":1}", "null", "[]", "{}", "1", "{", "", None, "{\"position\":\"x\",\"z\":{\"y\":[1,2.5]}}"):
                yield json.dumps([name, partition], separators=(",", ":")), offset
                partition = partition if not isinstance(partition, dict) else {**partition, "more": str(offset)}
    for key in ('["last"]', '["last",{},1]', '{"last":1}', '"last"', "last", "", "[", '[1,{"a":1}]', '[null,{"a":1}]',
                '[ "last" , {"spaced":1} ]', '["last",{"double":1,"double":2}]', '["last",{"é":"\\u00e9"}]', '["la\\u0073t",{"escaped":1}]'):
        yield key, '{"position":9}'


# ---- Writing it, and what workers say of it

def produce(client, topic, entries):
    producer = confluent_kafka.Producer({"bootstrap.servers": client.bootstrap, "partitioner": "murmur2_random"})
    for key, value in entries:
        producer.produce(topic, None if value is None else value.encode(), key.encode())
    assert producer.flush(30) == 0


TAILS = ("", "/config", "/status", "/tasks", "/topics", "/offsets", "/tasks/0/status", "/tasks/1/status")


def answers(driver, when):
    """{"early /connectors/x/status": (status, what counts of the body)}"""
    names = {key[len("connector-"):] for key, _ in [*early(), *late()] if key.startswith("connector-")} - {""}
    paths = ["/connectors"] + [f"/connectors/{quote(name, safe='')}{tail}" for name in sorted(names) for tail in TAILS]
    return {f"{when} {path}": plain(*driver.ask(Step("GET", path))) for path in paths}


def plain(status, body):
    try:
        return status, json.dumps(normal(json.loads(body)), ensure_ascii=False)
    except ValueError:
        return status, body


def normal(value, key=None):
    """Without order, frames of traces, lists of the classes that there are, and the version of what is FAILED: Java
    knows none where the connector could not even be made."""
    if isinstance(value, dict):
        failed = value.get("state") in ("FAILED", "UNASSIGNED")
        return {k: normal(v, k) for k, v in sorted(value.items()) if not (failed and k == "version")}
    if isinstance(value, list):
        return sorted((normal(each) for each in value), key=json.dumps)
    if key in ("trace", "message") and value:
        return re.sub("available connectors are.*", "", value.split("\n")[0])
    return value


def accepted(path, java, millrace):
    """docs/compatibility.md lists these."""
    name, _, tail = path.partition("/connectors/")[2].partition("/")
    if name == "untasked":  # a commit that was sent twice
        return True
    if tail == "offsets":
        # Of a null among the settings: theirs is 500. Where a partition's keys have another order than a HashMap's, or a
        # form that Java would not write, Java does not find the offset.
        return java[0] == 500 and (name.startswith("properties-8") or "Cannot invoke" in java[1]) or (
            name in ("last", "twice") and millrace[1].startswith('{"offsets": ['))  # it is JSON
    if name.startswith("properties-8") or name == "value-15-again":  # the words; see NullPointerExceptions
        return '"FAILED"' in java[1] and '"FAILED"' in millrace[1] or java[0] == 500
    # A stopped connector has no tasks, whatever a former leader wrote.
    stopped = '"STOPPED"' in millrace[1] or tail in ("", "tasks", "tasks/0/status")
    return stopped and ("target" in name or name == "stopped-with-tasks" or name == "late-early") and (
        millrace[1] == "[]" or '"tasks": []' in millrace[1] or millrace[0] == 404)
