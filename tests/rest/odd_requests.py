"""Odd REST requests by the thousand, from a seed: methods, paths, queries, headers and bodies broken in every way that
clients break them. Both workers are asked the same, and the answers compared as in differential.py.

    python3 tests/rest/odd_requests.py --java URL --millrace URL --java-folder DIR --millrace-folder DIR \
        [--seed N] [--count 1000] [--verbose]
"""

import argparse
import json
import random
import socket
import sys

from differential import Worker, compare, wait
from requests_script import Request, Wait, sink_config, source_config, state

METHODS = ["GET"] * 8 + ["POST", "PUT", "PATCH", "DELETE"] * 3 + ["HEAD", "HEAD", "OPTIONS"]
NAMES = ["odd-source", "odd-sink", "odd-stopped", "odd-stopped-sink", "odd-paused", "absent"]
# What changes nothing, or the same on both sides, in a connector that stands still.
TAILS = ["", "/", "/config", "/status", "/tasks", "/tasks/0/status", "/tasks/1/status", "/tasks-config", "/topics",
         "/topics/reset", "/offsets", "/restart", "/pause", "/resume", "/stop", "/tasks/0/restart", "/tasks/0", "/active",
         "/tasks/-1/status", "/tasks/00/status", "/tasks/99999999999/status", "/tasks/0x1/status", "/tasks/1.0/restart"]
ROOTS = ["/", "/connectors", "/connectors/", "/connector-plugins", "/connector-plugins/", "/admin/loggers",
         "/admin/loggers/", "/admin/loggers/root", "/admin/loggers/org.apache.kafka.connect",
         "/connector-plugins/FileStreamSource/config", "/connector-plugins/FileStreamSinkConnector/config",
         "/connector-plugins/Nothing/config", "/connector-plugins/FileStreamSource/config/validate",
         "/connector-plugins/org.apache.kafka.connect.transforms.Flatten$Key/config",
         "/connector-plugins/JsonConverter/config", "/health", "/nowhere"]
CONTENT_TYPES = ["application/json"] * 8 + [
    "application/json; charset=utf-8", "application/json;charset=UTF-8", "application/json; charset=iso-8859-1",
    "application/JSON", "text/plain", "text/json", "application/x-www-form-urlencoded", "application/vnd.api+json",
    "application/*", "*/*", "json", "", ";", "application/", "/json", "application/json,text/plain",
    "multipart/form-data; boundary=x", "application/json; q=0.5", "application/xml"]
ACCEPTS = ["*/*"] * 4 + ["application/json", "application/json;q=0", "text/html", "text/*", "application/*",
                         "*/*;q=0.1", "text/html, application/json;q=0.9", "application/xml, */*;q=0.01", "json",
                         "application/json; charset=utf-16", "application/vnd.kafka+json", "text/plain, text/html"]
SCALARS = ["1", "-1", "0", "1.5", "1e400", "true", "null", '""', '"x"', '"\\u0000"', '"\\ud800"', "[]", "{}", '"1"',
           "[1,2]", '{"a":1}', '[{"a":null}]', "12345678901234567890123", "NaN", "'x'", "nul", "01", ".5", "+1"]
BROKEN = ["", " ", "{", "}", "[", "{]", '{"a"}', '{"a":}', '{"a":1,}', '{"a":1}}', '{"a":1} x', '{"a":1}{"b":2}', "{a:1}",
          "{'a':1}", '{"a":"\n"}', '{"a":"\\x"}', '{"a":"b', "\ufeff{}", "/* c */ {}", "// x\n{}", '{"a":1,"a":2}', "null",
          "true", '"text"', "17", "[]", "[[]]", "[" * 600 + "]" * 600, "[" * 2000, '{"a":' * 300 + "1" + "}" * 300, "{}", "{} ",
          "\x00", "<xml/>", "a=b&c=d"]


def pick_json(rng, depth=0):
    """A JSON text; now and then one that is none inside."""
    if depth > 2 or rng.random() < 0.5:
        return rng.choice(SCALARS)
    if rng.random() < 0.3:
        return "[" + ",".join(pick_json(rng, depth + 1) for _ in range(rng.randint(0, 3))) + "]"
    keys = ["name", "config", "initial_state", "offsets", "partition", "offset", "level", "connector.class", "filename",
            "position", "kafka_topic", "kafka_partition", "kafka_offset", "x", ""]
    return "{" + ",".join(f'"{rng.choice(keys)}":{pick_json(rng, depth + 1)}' for _ in range(rng.randint(0, 4))) + "}"


def creation(rng):
    """A body of POST /connectors that creates nothing."""
    fields = {"name": rng.choice(['"odd-source"', "null", "1", '""', '" "', '"a/b"', '"a\\u0000"', "[]", "{}", "true"]),
              "config": rng.choice(["null", "[]", "{}", '"x"', '{"name":"other"}', '{"connector.class":"Nobody"}', '{"a":1}',
                                    '{"a":null}', '{"a":{}}', '{"a":[]}', '{"name":null}', '{"tasks.max":true}', '{"":""}',
                                    '{"connector.class":"FileStreamSource","topic":""}', "1"])}
    if rng.random() < 0.4:
        fields["initial_state"] = rng.choice(['"RUNNING"', '"running"', '"x"', "null", "1", "[]", '""', '"STOPPED"', "0", "-1",
                                              "2", "3", "1.0", '" PAUSED"', "true", "{}"])
    if rng.random() < 0.2:
        fields[rng.choice(["x", "Name", "CONFIG", "tasks", "type"])] = rng.choice(SCALARS)
    keys = [key for key in fields if rng.random() < 0.85]
    rng.shuffle(keys)
    return "{" + ",".join(f'"{key}":{fields[key]}' for key in keys) + "}"


def offsets(rng):
    """A body of PATCH .../offsets."""
    partition = rng.choice(['{"filename":"/nowhere"}', '{"filename":1}', '{"filename":null}', "{}", "null", "[]", '"x"', "1",
                            '{"kafka_topic":"t","kafka_partition":0}', '{"kafka_topic":"t","kafka_partition":"0"}',
                            '{"kafka_topic":"t","kafka_partition":"x"}', '{"kafka_topic":"t","kafka_partition":-1}',
                            '{"kafka_topic":"t"}', '{"kafka_partition":1}', '{"kafka_topic":null,"kafka_partition":1}',
                            '{"kafka_topic":7,"kafka_partition":1}', '{"kafka_topic":"t","kafka_partition":1.5}',
                            '{"kafka_topic":"t","kafka_partition":99999999999}', '{"kafka_topic":"t","kafka_partition":null}',
                            '{"kafka_topic":"t","kafka_partition":0,"more":1}', '{"a":{"b":[1]}}', '{"kafka_topic":[],"kafka_partition":{}}'])
    offset = rng.choice(['{"position":1}', '{"position":"1"}', '{"position":-1}', '{"position":null}', '{"position":1.5}', "{}",
                         "null", "[]", "1", '{"kafka_offset":1}', '{"kafka_offset":"1"}', '{"kafka_offset":"x"}',
                         '{"kafka_offset":-1}', '{"kafka_offset":1.5}', '{"kafka_offset":null}', '{"kafka_offset":true}',
                         '{"kafka_offset":99999999999999999999}', '{"kafka_offset":1,"more":2}', '{"kafka_offset":[]}', '"x"'])
    one = rng.choice([f'{{"partition":{partition},"offset":{offset}}}'] * 8 + [
        f'{{"partition":{partition}}}', f'{{"offset":{offset}}}', "null", "{}", "[]", "1",
        f'{{"partition":{partition},"offset":{offset},"x":1}}', f'{{"Partition":{partition},"offset":{offset}}}'])
    many = rng.choice([f"[{one}]"] * 8 + ["[]", "null", "{}", one, f"[{one},{one}]", "[null]", '"x"', f"[[{one}]]"])
    return rng.choice([f'{{"offsets":{many}}}'] * 8 + [f'{{"offsets":{many},"x":1}}', many, "{}", f'{{"Offsets":{many}}}'])


def level(rng):
    return rng.choice(['{"level":"INFO"}', '{"level":"info"}', '{"level":"Warn"}', '{"level":null}', '{"level":1}', '{"level":""}',
                       '{"level":"LOUD"}', '{"level":" INFO"}', '{"level":[]}', "{}", "null", "[]", '"INFO"', '{"Level":"INFO"}',
                       '{"level":"INFO","x":1}', '{"level":true}', '{"level":{}}', '{"level":"INFO","level":"WARN"}'])


def query(rng, path):
    """Mostly none."""
    if rng.random() < 0.6:
        return ""
    known = ["expand", "includeTasks", "onlyFailed", "forward", "connectorsOnly", "reset", "scope", "initial_state", "x", ""]
    values = ["true", "false", "TRUE", "1", "0", "", "info", "status", "info,status", "cluster", "worker", "x", "%20true",
              "tr%75e", "%zz", "%", "a+b", "null", "-1", "%00", "é"]
    parts = []
    for _ in range(rng.randint(1, 3)):
        key = rng.choice(known)
        parts.append(rng.choice([f"{key}={rng.choice(values)}"] * 6 + [key, f"{key}=", f"={rng.choice(values)}", "&"]))
    return "?" + "&".join(parts)


def mutated(rng, path):
    """The path with something odd in it; mostly as it is."""
    if rng.random() < 0.75:
        return path
    at = rng.randint(0, len(path))
    return rng.choice([
        lambda: path[:at] + "/" + path[at:], lambda: path[:at] + "%20" + path[at:], lambda: path[:at] + ";a=b" + path[at:],
        lambda: path + "/", lambda: path + "//", lambda: path + "/..", lambda: path + "/x/..", lambda: path.upper(),
        lambda: path[:at] + "%" + path[at:], lambda: path[:at] + "%C3%A9" + path[at:], lambda: path[:at] + "%FF" + path[at:],
        lambda: path[:at] + "\u00e9" + path[at:], lambda: path[:at] + "+" + path[at:], lambda: path[:at] + "%0A" + path[at:],
        lambda: path[:at] + "x" * rng.choice([10, 300, 3000]) + path[at:], lambda: path[:at] + "." + path[at:],
        lambda: path[:at] + "?" + path[at:], lambda: path[:at] + "%2e" + path[at:], lambda: path[:at] + ":" + path[at:],
        lambda: path[:at] + "*" + path[at:], lambda: path[:at] + "|" + path[at:], lambda: path[:at] + "[" + path[at:],
        lambda: path[:at] + "\"" + path[at:], lambda: path[:at] + "{}" + path[at:], lambda: path[:at] + "%7B" + path[at:],
        lambda: path[:at] + "@" + path[at:], lambda: path[:at] + "%3F" + path[at:], lambda: path[:at] + "$" + path[at:],
    ])()


def headers(rng, has_body):
    given = {}
    if has_body or rng.random() < 0.1:
        if rng.random() < 0.95:
            given["Content-Type"] = rng.choice(CONTENT_TYPES)
    if rng.random() < 0.3:
        given["Accept"] = rng.choice(ACCEPTS)
    if rng.random() < 0.1:
        given[rng.choice(["Origin", "X-Forwarded-For", "Accept-Encoding", "Authorization", "Cookie", "Range", "If-None-Match",
                          "Accept-Language", "X-HTTP-Method-Override", "Accept-Charset", "If-Modified-Since"])] = rng.choice(
            ["x", "*", "gzip", "identity;q=0", "bytes=0-1", "Basic Og==", "a=b", "http://x", "de", "DELETE"])
    return given


def odd(rng):
    """One request that leaves both workers' connectors as they are, or changes them alike."""
    kind = rng.random()
    if kind < 0.12:
        return "POST", rng.choice(["/connectors"] * 8 + ["/connectors/"]), creation(rng)
    if kind < 0.27:
        name = rng.choice(["odd-stopped", "odd-stopped-sink", "odd-source", "odd-sink", "odd-paused", "absent"])
        return "PATCH", f"/connectors/{name}/offsets", offsets(rng)
    if kind < 0.35:
        logger = rng.choice(["org.example.odd", "org.example", "odd", "a.b.c", "A%20b", "x..y", ".", "org.example.odd."])
        return "PUT", f"/admin/loggers/{logger}", level(rng)
    if kind < 0.45:
        name = rng.choice(["FileStreamSource", "org.apache.kafka.connect.file.FileStreamSinkConnector", "Nobody", "%20"])
        return "PUT", f"/connector-plugins/{name}/config/validate", rng.choice(
            [pick_json(rng), rng.choice(BROKEN), f'{{"connector.class":{rng.choice(SCALARS)}}}',
             f'{{"connector.class":"{name}","tasks.max":{rng.choice(SCALARS)}}}',
             f'{{"connector.class":"{name}","transforms":{rng.choice(SCALARS)},"name":{rng.choice(SCALARS)}}}'])
    if kind < 0.52:
        return "PUT", f"/connectors/{rng.choice(['odd-x', 'odd-source', '%20', 'absent'])}/config", rng.choice(
            ["{}", '{"connector.class":"Nobody"}', '{"name":"other"}', '{"a":1}', '{"a":null}', "null", "[]", '{"a":{}}',
             '{"connector.class":1}', '{"connector.class":null}', '{"connector.class":"FileStreamSource"}', rng.choice(BROKEN)])
    if kind < 0.57:
        return "PATCH", f"/connectors/{rng.choice(['odd-source', 'absent'])}/config", rng.choice(
            ['{"tasks.max":"x"}', '{"tasks.max":0}', '{"connector.class":null}', '{"name":"other"}', "null", "[]", '{"a":{}}',
             '{"connector.class":"Nobody"}', '{"topic":null}', rng.choice(BROKEN)])
    method = rng.choice(METHODS)
    path = rng.choice(ROOTS) if rng.random() < 0.5 else f"/connectors/{rng.choice(NAMES)}{rng.choice(TAILS)}"
    path = mutated(rng, path) + query(rng, path)
    body = None
    if method in ("POST", "PUT", "PATCH") and rng.random() < 0.85 or rng.random() < 0.05:
        body = rng.choice([pick_json(rng), rng.choice(BROKEN)])
    return method, path, body


def changes_much(method, path):
    """What would change the connectors, whose states then depend on time; and what asks for such states."""
    if "odd-" not in path and "absent" not in path:
        return False
    tail = path.split("?")[0].rstrip("/")
    return method in ("PUT", "POST", "DELETE", "PATCH") and (
        any(word in tail for word in ("restart", "pause", "resume", "stop", "reset")) and "absent" not in path
        or method == "DELETE" and "absent" not in path)


def requests(seed, count):
    rng = random.Random(seed)
    made = 0
    while made < count:
        method, path, body = odd(rng)
        if changes_much(method, path):
            continue
        raw = None if body is None else body.encode("utf-8", "surrogatepass")
        if raw is not None and rng.random() < 0.03:
            raw = rng.choice([raw[:-1], raw + b"\xff", b"\xc3" + raw, body.encode("utf-16", "surrogatepass"), raw * 2])
        levels = method == "GET" and path.startswith("/admin/loggers")  # as each worker was started
        yield Request(method, path, raw, headers(rng, raw is not None), "status_only" if levels else "json")
        made += 1


def prepare(folder):
    def create(name, config, initial):
        return Request("POST", "/connectors", json.dumps({"name": name, "config": config, "initial_state": initial}).encode(),
                       {"Content-Type": "application/json"})
    yield Request("PUT", "/admin/loggers/root", b'{"level":"INFO"}', {"Content-Type": "application/json"})
    yield create("odd-source", source_config(folder, 3), "RUNNING")
    yield create("odd-sink", sink_config(folder, 3), "RUNNING")
    yield create("odd-stopped", source_config(folder, 4), "STOPPED")
    yield create("odd-stopped-sink", sink_config(folder, 4), "STOPPED")
    yield create("odd-paused", source_config(folder, 4), "PAUSED")
    for name, states in (("odd-source", ("RUNNING", "RUNNING")), ("odd-sink", ("RUNNING", "RUNNING")), ("odd-stopped", ("STOPPED",)),
                         ("odd-stopped-sink", ("STOPPED",)), ("odd-paused", ("PAUSED",))):
        yield Wait(f"/connectors/{name}/status", state(*states), f"{name} {states}")


class RawWorker(Worker):
    """Sends what no HTTP library would."""

    def ask(self, request, placeholder="@FOLDER@"):
        body = request.body.replace(placeholder.encode(), self.folder.encode()) if request.body is not None else None
        lines = [f"{request.method} {request.path} HTTP/1.1".encode("utf-8"), f"Host: {self.address.netloc}".encode()]
        lines += [f"{key}: {value}".encode() for key, value in request.headers.items()]
        if body is not None:
            lines.append(f"Content-Length: {len(body)}".encode())
        lines.append(b"Connection: close")
        with socket.create_connection((self.address.hostname, self.address.port), timeout=100) as connection:
            connection.sendall(b"\r\n".join(lines) + b"\r\n\r\n" + (body or b""))
            answer = b""
            while chunk := connection.recv(65536):
                answer += chunk
        head, _, rest = answer.partition(b"\r\n\r\n")
        first, *fields = head.decode("latin-1").split("\r\n")
        named = {key.strip().lower(): value.strip() for key, _, value in (field.partition(":") for field in fields)}
        if named.get("transfer-encoding") == "chunked":
            rest = unchunked(rest)
        return int(first.split()[1]), named, rest


def unchunked(text):
    whole = b""
    while text:
        size, _, text = text.partition(b"\r\n")
        whole, text = whole + text[:int(size, 16)], text[int(size, 16) + 2:]
    return whole


def run(java, millrace, seed, count, verbose=False, out=sys.stdout):
    for step in prepare("@FOLDER@"):
        for worker in (java, millrace):
            if isinstance(step, Wait):
                problem = wait(worker, step)
                assert problem is None, problem
            else:
                worker.ask(step)
    passed = failed = 0
    for number, request in enumerate(requests(seed, count)):
        try:
            theirs, ours = java.ask(request), millrace.ask(request)
            problem = compare(request, java, theirs, millrace, ours)
        except (OSError, ValueError, IndexError) as error:
            problem = f"{type(error).__name__}: {error}"
        if verbose:
            print(f"-- {number}: {request}\n   {theirs}", file=out)
        if problem is None:
            passed += 1
            continue
        failed += 1
        print(f"FAIL {number}: {request.method} {request.path[:200]} {request.headers} {(request.body or b'')[:200]!r}\n"
              f"      {problem}", file=out)
        out.flush()
    print(f"{passed} passed, {failed} failed", file=out)
    return failed


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    for option in ("--java", "--millrace", "--java-folder", "--millrace-folder"):
        arguments.add_argument(option, required=True)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--count", type=int, default=1000)
    arguments.add_argument("--verbose", action="store_true")
    a = arguments.parse_args()
    sys.exit(1 if run(RawWorker(a.java, a.java_folder), RawWorker(a.millrace, a.millrace_folder), a.seed, a.count,
                      a.verbose) else 0)
