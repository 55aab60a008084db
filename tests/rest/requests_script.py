"""The script of REST requests that both workers are asked, in order. A step is a Request or a Wait.

Names and texts are generated from a seed, so that a run with another seed asks other things in the same shapes.
"""

import json
import random
from dataclasses import dataclass, field
from typing import Optional
from urllib.parse import quote

JSON = {"Content-Type": "application/json"}


@dataclass
class Request:
    method: str
    path: str
    body: Optional[bytes] = None
    headers: dict = field(default_factory=dict)
    # How bodies are compared: "json", "names" (a set), "status_only" (the message is another program's words),
    # "message_of" (error_code equal, message not), "offsets_shape" (positions depend on time), "logger".
    compare: str = "json"
    after_delete: bool = False


@dataclass
class Wait:
    """Until GET path, on each worker, gives a body for which `until(body)` holds."""

    path: str
    until: callable
    what: str


def js(value):
    return json.dumps(value).encode()


def request(method, path, value=None, compare="json", headers=None, raw=None):
    body = raw if raw is not None else (js(value) if value is not None else None)
    return Request(method, path, body, headers if headers is not None else (dict(JSON) if body is not None else {}),
                   compare)


def source_config(folder, n, **more):
    config = {"connector.class": "FileStreamSource", "tasks.max": "1", "file": f"{folder}/in-{n}.txt",
              "topic": f"topic-{n}"}
    config.update(more)
    return config


def sink_config(folder, n, **more):
    config = {"connector.class": "org.apache.kafka.connect.file.FileStreamSinkConnector", "tasks.max": "1",
              "file": f"{folder}/out-{n}.txt", "topics": f"topic-{n}"}
    config.update(more)
    return config


def running(tasks=1):
    def check(body):
        return (body["connector"]["state"] == "RUNNING" and len(body["tasks"]) == tasks
                and all(t["state"] == "RUNNING" for t in body["tasks"]))

    return check


def has_topics(name):
    """Records have come as far as the sink's put or the broker."""
    return lambda body: body[name]["topics"] != []


def state(connector, *tasks):
    def check(body):
        return body["connector"]["state"] == connector and [t["state"] for t in body["tasks"]] == list(tasks)

    return check


def every_get(name):
    quoted = quote(name, safe="")
    return [request("GET", f"/connectors/{quoted}{tail}") for tail in
            ("", "/", "/config", "/status", "/tasks", "/tasks/0/status", "/tasks/1/status", "/tasks/x/status", "/topics",
             "/nothing")]


def script(folder, seed=1):
    rng = random.Random(seed)
    word = lambda: "".join(rng.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(rng.randint(3, 9)))
    steps = []
    add = steps.append
    extend = steps.extend

    # -- Nothing there yet
    for path in ("/", "/health", "/connectors", "/connectors/", "/connectors?expand=status", "/connectors?expand=info",
                 "/connectors?expand=status&expand=info", "/connectors?expand", "/connectors?expand=zzz",
                 "/nowhere", "/connectors/a/b/c", "/connector", "/connector-plugins/", "/favicon.ico",
                 "/connectors/absent/status?x=%zz"):
        add(request("GET", path, compare="status_only" if path.endswith("%zz") else "json"))
    absent = word() + "-absent"
    extend(every_get(absent))
    for method, tail in (("PUT", "/pause"), ("PUT", "/resume"), ("PUT", "/stop"), ("POST", "/restart"),
                         ("POST", "/restart?includeTasks=true"), ("POST", "/restart?onlyFailed=true&includeTasks=true"),
                         ("POST", "/tasks/0/restart"), ("DELETE", ""), ("GET", "/offsets"), ("DELETE", "/offsets"),
                         ("PUT", "/topics/reset"), ("GET", "/topics")):
        add(request(method, f"/connectors/{absent}{tail}"))
    add(request("PATCH", f"/connectors/{absent}/offsets", {"offsets": [{"partition": {"a": 1}, "offset": {"b": 2}}]}))
    add(request("PATCH", f"/connectors/{absent}/config", {"a": "b"}))

    # -- Methods, content types, accept headers
    for method in ("PUT", "DELETE", "PATCH"):
        add(request(method, "/connectors", {} if method != "DELETE" else None))
    for method in ("POST", "PUT", "DELETE"):
        add(request(method, "/", {} if method != "DELETE" else None))
    for path in ("/", "/connectors", "/connector-plugins", "/health", "/admin/loggers"):
        add(request("HEAD", path))
        add(request("OPTIONS", path, compare="status_only"))
    add(request("GET", "/connectors", headers={"Accept": "text/html"}))
    add(request("GET", "/connectors", headers={"Accept": "text/html, */*;q=0.1"}))
    add(request("GET", "/connectors", headers={"Accept": "application/*"}))
    add(request("GET", "/connectors", headers={"Accept": "application/xml"}))
    add(request("POST", "/connectors", raw=b"{}", headers={}))
    add(request("POST", "/connectors", raw=b"{}", headers={"Content-Type": "text/plain"}))
    add(request("POST", "/connectors", raw=b"{}", headers={"Content-Type": "application/xml"}))
    add(request("PUT", "/connectors/x/config", raw=b"{}", headers={"Content-Type": "text/plain"}))
    add(request("PUT", "/connectors/x/pause", {"a": 1}))

    # -- Bodies that cannot be
    for raw in (b"", b"{", b"[]", b"null", b'"text"', b"1", b'{"name": "x"}', b'{"config": {}}', b'{"name":"x","config":[]}',
                b'{"name":"x","config":"y"}', b'{"name":"x","config":{},"unknown":1}', b'{"name":{},"config":{}}',
                b'{"name":"x","config":{"a":{"b":1}}}', b'{"name":"x","config":{"a":[1]}}', b"{'name':'x'}", b"\xff\xfe",
                b'{"name":"x","config":{"connector.class":"FileStreamSource"},"initial_state":"FLYING"}'):
        add(request("POST", "/connectors", raw=raw, compare="message_of"))
        add(request("PUT", f"/connectors/{word()}/config", raw=raw, compare="message_of"))
    add(request("POST", "/connectors", {"name": "x", "config": {}}))
    add(request("POST", "/connectors", {"name": "", "config": {"connector.class": "FileStreamSource", "topic": "t"}}))
    add(request("POST", "/connectors", {"name": "   ", "config": {"connector.class": "FileStreamSource", "topic": "t"}}))
    add(request("POST", "/connectors", {"name": "a\u0007b", "config": {"connector.class": "FileStreamSource", "topic": "t"}}))
    add(request("POST", "/connectors", {"name": "a", "config": {"name": "b", "connector.class": "FileStreamSource"}}))
    add(request("POST", "/connectors", {"name": "x", "config": {"tasks.max": "1"}}))
    add(request("POST", "/connectors", {"name": "x", "config": {"connector.class": "no.such.Connector"}},
                compare="message_of"))
    add(request("POST", "/connectors", {"name": "x", "config": {"connector.class": ""}}, compare="message_of"))
    add(request("POST", "/connectors", {"name": "x", "config": {"connector.class": "FileStreamSource"}}))
    add(request("POST", "/connectors", {"name": "x", "config": {"connector.class": "FileStreamSink"}}))
    for bad in ({"tasks.max": "0"}, {"tasks.max": "-1"}, {"tasks.max": "x"}, {"tasks.max": "99999999999"},
                {"errors.tolerance": "some"}, {"errors.retry.timeout": "soon"}, {"errors.log.enable": "maybe"},
                {"config.action.reload": "sometimes"}, {"key.converter": "no.such.Converter"},
                {"value.converter": "java.lang.String"}, {"tasks.max": None}, {"topic": None}, {"file": None},
                {"topic": ""}, {"batch.size": "0"}, {"batch.size": "many"}, {"transaction.boundary": "never"},
                {"exactly.once.support": "perhaps"}, {"offsets.storage.topic": ""}, {"topic.creation.groups": "a,a"},
                {"tasks.max.enforce": "x"}, {"header.converter": "nothing"}, {"tasks.max": "x", "errors.tolerance": "y"},
                {"transaction.boundary.interval.ms": "-3"}):
        add(request("POST", "/connectors", {"name": word(), "config": source_config(folder, 1, **bad)}))
    for bad in ({"topics": ""}, {"topics": "a", "topics.regex": "b"}, {"topics": None, "topics.regex": "["},
                {"topics": "", "topics.regex": ""}, {"errors.deadletterqueue.topic.name": "topic-2"},
                {"topics": "", "topics.regex": "topic-.*", "errors.deadletterqueue.topic.name": "topic-9"},
                {"errors.deadletterqueue.topic.replication.factor": "many"},
                {"errors.deadletterqueue.context.headers.enable": "perhaps"}, {"topics": None}):
        add(request("POST", "/connectors", {"name": word(), "config": sink_config(folder, 2, **bad)}))

    # -- A source, all its life
    name = "source-" + word()
    add(request("POST", "/connectors", {"name": name, "config": source_config(folder, 1)}))
    add(Wait(f"/connectors/{name}/status", running(), f"{name} runs"))
    add(Wait(f"/connectors/{name}/topics", has_topics(name), f"{name} has sent records"))
    add(request("POST", "/connectors", {"name": name, "config": source_config(folder, 1)}))
    extend(every_get(name))
    for path in ("/connectors", "/connectors?expand=status", "/connectors?expand=info",
                 "/connectors?expand=info&expand=status", "/connectors?expand", "/connectors?expand=zzz"):
        add(request("GET", path))
    add(request("PUT", f"/connectors/{name}/config", source_config(folder, 1)))
    add(request("PUT", f"/connectors/{name}/config", source_config(folder, 1, **{"batch.size": "10", "extra.key": "é"})))
    add(Wait(f"/connectors/{name}/status", running(), f"{name} runs"))
    add(request("GET", f"/connectors/{name}"))
    add(request("PUT", f"/connectors/{name}/config", source_config(folder, 1, name="other")))
    add(request("PUT", f"/connectors/{name}/config", source_config(folder, 1, name=name)))
    add(Wait(f"/connectors/{name}/status", running(), f"{name} runs"))
    for patch in ({"extra.key": "new"}, {"extra.key": None}, {"batch.size": "x"}, {"batch.size": 100}, {"flag": True}, {}):
        add(request("PATCH", f"/connectors/{name}/config", patch))
        add(Wait(f"/connectors/{name}/status", running(), f"{name} runs"))
        add(request("GET", f"/connectors/{name}/config"))
    add(request("PATCH", f"/connectors/{name}/config", raw=b"[]", compare="message_of"))
    add(request("PUT", f"/connectors/{name}/pause"))
    add(Wait(f"/connectors/{name}/status", state("PAUSED", "PAUSED"), f"{name} is paused"))
    extend(every_get(name))
    add(request("PUT", f"/connectors/{name}/pause"))
    add(request("PUT", f"/connectors/{name}/resume"))
    add(Wait(f"/connectors/{name}/status", running(), f"{name} runs"))
    add(request("PUT", f"/connectors/{name}/resume"))
    for tail in ("/restart", "/restart?includeTasks=false", "/restart?includeTasks=zzz", "/tasks/0/restart"):
        add(request("POST", f"/connectors/{name}{tail}"))
        add(Wait(f"/connectors/{name}/status", running(), f"{name} runs"))
    # Restarting a task that does not exist leaves a ghost in the Java worker's status: docs/compatibility.md.
    for tail in ("/tasks/x/restart", "/tasks/99999999999/restart"):
        add(request("POST", f"/connectors/{name}{tail}"))
    add(request("POST", f"/connectors/{name}/restart?includeTasks=true", compare="status_only"))
    add(Wait(f"/connectors/{name}/status", running(), f"{name} runs"))
    add(request("POST", f"/connectors/{name}/restart?onlyFailed=true&includeTasks=true"))
    add(request("POST", f"/connectors/{name}/restart?onlyFailed=true"))
    add(request("GET", f"/connectors/{name}/offsets"))
    add(request("DELETE", f"/connectors/{name}/offsets"))
    file_partition = {"filename": f"{folder}/in-1.txt"}
    add(request("PATCH", f"/connectors/{name}/offsets",
                {"offsets": [{"partition": file_partition, "offset": {"position": 3}}]}))
    add(request("PUT", f"/connectors/{name}/stop"))
    add(Wait(f"/connectors/{name}/status", state("STOPPED"), f"{name} is stopped"))
    extend(every_get(name))
    add(request("PUT", f"/connectors/{name}/stop"))
    for offsets in ([], None, [{"partition": file_partition, "offset": {"position": 3}}],
                    [{"partition": file_partition, "offset": {"position": -3}}],
                    [{"partition": file_partition, "offset": {"position": "3"}}],
                    [{"partition": file_partition, "offset": {}}],
                    [{"partition": {}, "offset": {"position": 3}}],
                    [{"partition": {"other": "x"}, "offset": {"position": 3}}],
                    [{"partition": {"filename": "other-file"}, "offset": {"position": 3}}],
                    [{"partition": None, "offset": {"position": 3}}],
                    [{"partition": file_partition, "offset": None}],
                    [{"partition": file_partition, "offset": {"position": 2.5}}],
                    [{"partition": file_partition, "offset": {"position": 5}}]):
        add(request("PATCH", f"/connectors/{name}/offsets", {"offsets": offsets}))
        add(request("GET", f"/connectors/{name}/offsets"))
    for raw in (b"{}", b"[]", b'{"offsets":{}}', b'{"offsets":[1]}', b'{"offset":[]}', b""):
        add(request("PATCH", f"/connectors/{name}/offsets", raw=raw, compare="message_of"))
    add(request("DELETE", f"/connectors/{name}/offsets"))
    add(request("GET", f"/connectors/{name}/offsets"))
    add(request("PUT", f"/connectors/{name}/resume"))
    add(Wait(f"/connectors/{name}/status", running(), f"{name} runs"))
    extend(every_get(name))

    # -- Initial states
    for initial in ("STOPPED", "PAUSED", "RUNNING", "stopped", "Paused"):
        other = f"initial-{initial}-{word()}"
        add(request("POST", "/connectors", {"name": other, "config": source_config(folder, 3), "initial_state": initial}))
        expected = {"STOPPED": state("STOPPED"), "PAUSED": state("PAUSED"), "RUNNING": running()}[initial.upper()]
        add(Wait(f"/connectors/{other}/status", expected, f"{other} is {initial}"))
        add(request("GET", f"/connectors/{other}/status"))
        add(request("DELETE", f"/connectors/{other}"))
        add(request("GET", f"/connectors/{other}"))
    add(request("POST", "/connectors", {"name": "s", "config": source_config(folder, 3), "initial_state": None}))
    add(Wait("/connectors/s/status", running(), "s runs"))
    add(request("DELETE", "/connectors/s"))

    # -- A sink
    sink = "sink-" + word()
    add(request("PUT", f"/connectors/{sink}/config", sink_config(folder, 1, **{"tasks.max": "2"})))
    add(Wait(f"/connectors/{sink}/status", running(2), f"{sink} runs"))
    add(Wait(f"/connectors/{sink}/topics", has_topics(sink), f"{sink} was given records"))
    extend(every_get(sink))
    add(request("PUT", f"/connectors/{sink}/stop"))
    add(Wait(f"/connectors/{sink}/status", state("STOPPED"), f"{sink} is stopped"))
    add(request("GET", f"/connectors/{sink}/offsets", compare="offsets_shape"))
    topic = {"kafka_topic": "topic-1", "kafka_partition": 0}
    for offsets in ([{"partition": topic, "offset": {"kafka_offset": 1}}], [],
                    [{"partition": {"kafka_topic": "topic-1", "kafka_partition": "0"}, "offset": {"kafka_offset": "2"}}],
                    [{"partition": None, "offset": {"kafka_offset": 1}}],
                    [{"partition": {"kafka_topic": "topic-1"}, "offset": {"kafka_offset": 1}}],
                    [{"partition": {"kafka_topic": None, "kafka_partition": 0}, "offset": {"kafka_offset": 1}}],
                    [{"partition": {"kafka_topic": "topic-1", "kafka_partition": "x"}, "offset": {"kafka_offset": 1}}],
                    [{"partition": topic, "offset": {"kafka_offset": "x"}}],
                    [{"partition": topic, "offset": {"other": 1}}]):
        add(request("PATCH", f"/connectors/{sink}/offsets", {"offsets": offsets}))
        add(request("GET", f"/connectors/{sink}/offsets"))
    add(request("PATCH", f"/connectors/{sink}/offsets", {"offsets": [{"partition": topic, "offset": None}]}))
    add(request("GET", f"/connectors/{sink}/offsets"))
    add(request("DELETE", f"/connectors/{sink}/offsets"))
    add(request("GET", f"/connectors/{sink}/offsets"))

    # -- Names that need encoding
    for odd in ("with space", "pl+us", "ümlaut", "a.b-c_d", "semi;colon", "ques?tion", "ha#sh", "colon:", "日本"):
        quoted = quote(odd, safe="")
        add(request("PUT", f"/connectors/{quoted}/config", source_config(folder, 4)))
        add(Wait(f"/connectors/{quoted}/status", running(), f"{odd} runs"))
        add(request("GET", f"/connectors/{quoted}"))
        add(request("GET", f"/connectors/{quoted}/status"))
        add(request("DELETE", f"/connectors/{quoted}"))
        add(request("POST", "/connectors", {"name": odd, "config": source_config(folder, 4)}))
        add(Wait(f"/connectors/{quoted}/status", running(), f"{odd} runs"))
        add(request("DELETE", f"/connectors/{quoted}"))
    for path in ("/connectors//status", "//connectors", "/;a=b/connectors", "/connectors/;/status", "/connectors/%2F",
                 "/connectors/a%2Fb/status", "/connectors/%25", "/connectors/a%5Cb", "/%63onnectors",
                 "/connectors/../connectors", "/connectors/./"):
        add(request("GET", path, compare="status_only"))

    # -- Plug-ins
    for path in ("/connector-plugins/FileStreamSource/config", "/connector-plugins/FileStreamSink/config",
                 "/connector-plugins/org.apache.kafka.connect.file.FileStreamSinkConnector/config",
                 "/connector-plugins/NoSuch/config", "/connector-plugins/JsonConverter/config",
                 "/connector-plugins/org.apache.kafka.connect.storage.StringConverter/config",
                 "/connector-plugins/SimpleHeaderConverter/config", "/connector-plugins/Json/config"):
        add(request("GET", path))
    for plugin in ("FileStreamSource", "FileStreamSink", "org.apache.kafka.connect.file.FileStreamSourceConnector", "NoSuch"):
        for config in ({}, {"connector.class": plugin}, {"connector.class": "FileStreamSource"},
                       {"connector.class": plugin, "name": "v", "tasks.max": "x"}, None):
            add(request("PUT", f"/connector-plugins/{plugin}/config/validate", config,
                        compare="message_of" if config is None or plugin == "NoSuch" else "json",
                        headers=JSON))

    # -- Loggers
    for method, path, body in (("GET", "/admin/loggers/root", None), ("GET", "/admin/loggers/no.such.logger", None),
                               ("PUT", "/admin/loggers/some.logger", {"level": "DEBUG"}),
                               ("PUT", "/admin/loggers/some.logger", {"level": "loud"}),
                               ("PUT", "/admin/loggers/some.logger", {}),
                               ("PUT", "/admin/loggers/some.logger", {"level": None}),
                               ("PUT", "/admin/loggers/some.logger?scope=cluster", {"level": "INFO"}),
                               ("PUT", "/admin/loggers/some.logger?scope=worker", {"level": "warn"}),
                               ("PUT", "/admin/loggers/some.logger?scope=other", {"level": "info"}),
                               ("DELETE", "/admin/loggers/some.logger", None)):
        add(request(method, path, body, compare="logger"))

    # -- And away
    for gone in (name, sink):
        add(request("DELETE", f"/connectors/{gone}"))
        add(request("DELETE", f"/connectors/{gone}"))
        for each in every_get(gone):
            each.after_delete = True
            add(each)
    add(request("GET", "/connectors"))
    return steps
