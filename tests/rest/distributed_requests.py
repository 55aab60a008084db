"""Requests of which a cluster makes more than a standalone worker does: what workers ask of each other, what is known of
connectors and tasks elsewhere, and what every worker of the cluster is to do."""

import base64

from requests_script import JSON, Request, Wait, every_get, js, request, running, source_config, state

NAME = "clustered"


def signed(algorithm="HmacSHA256", mac=b"x" * 32, encoded=None):
    return {**JSON, "X-Connect-Request-Signature-Algorithm": algorithm,
            "X-Connect-Authorization": encoded if encoded is not None else base64.b64encode(mac).decode()}


def internal_requests(name):
    """Without a signature, with one of another key, with half of one, and with bodies that are none."""
    headers = [JSON, {}, signed(), signed("hmacsha256"), signed("HmacSHA512"), signed("HmacMD5"),
               signed("NoSuchMac"), signed(encoded=""), signed(encoded="&&&"), signed(encoded="YQ"),
               {**JSON, "X-Connect-Authorization": "YWJj"},
               {**JSON, "X-Connect-Request-Signature-Algorithm": "HmacSHA256"}]
    headers.append({"Content-Type": "text/plain"})  # any is taken here, or none
    for each in headers:
        for method, tail, body in (("POST", "tasks", [{"task.class": "x"}]), ("PUT", "fence", None)):
            yield Request(method, f"/connectors/{name}/{tail}", js(body) if body else b"", dict(each))
    for body in (b"", b"{}", b"[1]", b"[]", b"[{\"a\":1}]", b"[{\"a\":null}]", b"[", b"null", b"[null]", b"[[]]"):
        yield request("POST", f"/connectors/{name}/tasks", raw=body, compare="message_of")
    for method, tail in (("GET", "fence"), ("POST", "fence"), ("PUT", "tasks"), ("DELETE", "tasks"),
                         ("GET", "tasks-config"), ("GET", "tasks/0"), ("GET", "tasks/0/config")):
        yield request(method, f"/connectors/{name}/{tail}")


def requests_of_the_absent():
    absent = "/connectors/not-there"
    for method, tail in (("PUT", "/pause"), ("PUT", "/resume"), ("PUT", "/stop"), ("POST", "/restart"), ("DELETE", ""),
                         ("POST", "/restart?includeTasks=true"), ("POST", "/restart?onlyFailed=true"),
                         ("POST", "/restart?includeTasks=true&onlyFailed=true"), ("POST", "/tasks/0/restart"),
                         ("POST", "/tasks/x/restart"), ("GET", "/offsets"), ("DELETE", "/offsets"),
                         ("PUT", "/topics/reset"), ("PUT", "/restart"), ("GET", "/stop")):
        yield request(method, absent + tail)
    yield request("PATCH", absent + "/config", {"a": "b"})
    yield request("PATCH", absent + "/offsets", {"offsets": [{"partition": {"a": 1}, "offset": {"b": 2}}]})
    yield request("PATCH", absent + "/offsets", {"offsets": []})


def requests_not_handed_on(name):
    """With forward=false a worker that does not lead refuses, and with forward=true it may ask once more."""
    for forward in ("false", "true", "FALSE", "zzz", ""):
        for method, path, body in (
                ("POST", "/connectors", {"name": name, "config": source_config("@FOLDER@", 3)}),
                ("PUT", f"/connectors/{name}/config", source_config("@FOLDER@", 3, **{"tasks.max": "x"})),
                ("PATCH", f"/connectors/{name}/config", {"tasks.max": "x"}),
                ("DELETE", "/connectors/not-there", None), ("PUT", "/connectors/not-there/stop", None),
                ("POST", "/connectors/not-there/restart", None),
                ("POST", "/connectors/not-there/restart?includeTasks=true", None),
                ("POST", "/connectors/not-there/tasks/0/restart", None),
                ("DELETE", "/connectors/not-there/offsets", None)):
            yield request(method, path + ("&" if "?" in path else "?") + f"forward={forward}", body)


def more_requests():
    steps = [*requests_of_the_absent(), *internal_requests("not-there")]
    add, extend = steps.append, steps.extend
    runs = Wait(f"/connectors/{NAME}/status", running(), f"{NAME} runs")
    add(request("POST", "/connectors", {"name": NAME, "config": source_config("@FOLDER@", 3)}))
    add(runs)
    extend(every_get(NAME))
    extend(internal_requests(NAME))
    extend(requests_not_handed_on(NAME))
    for tail in ("/restart", "/tasks/0/restart", "/restart?includeTasks=true&onlyFailed=true",
                 "/restart?onlyFailed=true"):
        add(request("POST", f"/connectors/{NAME}{tail}"))
        add(runs)
    for task in ("1", "-1", "x", "99999999999"):
        add(request("POST", f"/connectors/{NAME}/tasks/{task}/restart"))
    add(request("POST", f"/connectors/{NAME}/restart?includeTasks=true"))
    add(runs)
    for odd in ("includeTasks=zzz", "onlyFailed=zzz", "includeTasks=TRUE&onlyFailed=TRUE", "includeTasks="):
        add(request("POST", f"/connectors/{NAME}/restart?{odd}", compare="status_only"))
        add(runs)
    for tail, then in (("pause", state("PAUSED", "PAUSED")), ("stop", state("STOPPED")), ("pause", state("PAUSED")),
                       ("resume", running())):
        add(request("PUT", f"/connectors/{NAME}/{tail}"))
        add(Wait(f"/connectors/{NAME}/status", then, f"{NAME} obeys {tail}"))
        extend(every_get(NAME))
    # Consumers of a sink must not join the workers' own group.
    sink = {"connector.class": "FileStreamSink", "topics": "t", "file": "@FOLDER@/out"}
    add(request("POST", "/connectors", {"name": "s", "config": {**sink, "consumer.override.group.id": "differential"}}))
    for scope in ("cluster", "CLUSTER", "worker", "other", ""):
        add(request("PUT", f"/admin/loggers/some.logger.{scope or 'none'}?scope={scope}", {"level": "DEBUG"}, compare="logger"))
        add(request("GET", f"/admin/loggers/some.logger.{scope or 'none'}", compare="logger"))
    add(request("PUT", "/admin/loggers/some.logger?scope=cluster", {"level": "loud"}))
    add(request("PUT", "/admin/loggers/some.logger?scope=cluster", {}))
    for path in ("/", "/health", "/connectors", "/connectors?expand=status&expand=info"):
        add(request("GET", path))
    add(request("DELETE", f"/connectors/{NAME}"))
    extend(requests_of_the_absent())
    extend(every_get(NAME))
    return steps
