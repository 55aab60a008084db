"""Asks two workers the same requests and compares status, the headers that matter and the JSON bodies.

    python3 tests/rest/differential.py --java http://127.0.0.1:8083 --millrace http://127.0.0.1:8084 \
        --java-folder DIR --millrace-folder DIR [--seed N] [--verbose]

Differences that are meant to be are named in `accepted` with their reason; docs/compatibility.md lists them.
"""

import argparse
import http.client
import json
import sys
import time
from urllib.parse import urlsplit

from requests_script import Request, Wait, script


class Worker:
    def __init__(self, url, folder):
        self.url, self.folder = url.rstrip("/"), folder
        self.address = urlsplit(url)

    def ask(self, request, placeholder="@FOLDER@"):
        connection = http.client.HTTPConnection(self.address.hostname, self.address.port, timeout=120)
        try:
            body = request.body.replace(placeholder.encode(), self.folder.encode()) if request.body is not None else None
            connection.putrequest(request.method, request.path, skip_accept_encoding=True)
            for key, value in request.headers.items():
                connection.putheader(key, value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders()
            if body:
                connection.send(body)
            answer = connection.getresponse()
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def same_text(self, text):
        """Text with what is this worker's own (folder, address) replaced."""
        host = self.address.netloc
        return text.replace(self.folder, "@FOLDER@").replace(self.url, "@URL@").replace(host, "@WORKER@")


VERSION_KEYS = {"version", "commit", "kafka_cluster_id", "last_modified"}


def normal(value, key=None):
    """JSON with what may differ taken out: versions, ids, times, stack traces."""
    if isinstance(value, dict):
        return {k: normal(v, k) for k, v in value.items()}
    if isinstance(value, list):
        return [normal(v, key) for v in value]
    if key in VERSION_KEYS:
        return f"<{key}>" if value is not None else None
    if key == "trace":
        return "<trace>"
    if key == "documentation":
        return "<documentation>"  # told in our own words
    return value


def keys_in_order(value):
    """Field order, all the way down: Java's clients print what they get."""
    if isinstance(value, dict):
        return [(k, keys_in_order(v)) for k, v in value.items()]
    if isinstance(value, list):
        return [keys_in_order(v) for v in value]
    return None


def parse(worker, body):
    text = worker.same_text(body.decode("utf-8", "replace"))
    try:
        return json.loads(text), True
    except ValueError:
        return text, False


def unordered(path):
    """Where Java's own order is that of a hash map and changes from run to run."""
    return path.split("?")[0].rstrip("/") == "/connectors"


def compare(request, java, java_answer, millrace, millrace_answer):
    """None, or what differs."""
    (status_a, headers_a, body_a), (status_b, headers_b, body_b) = java_answer, millrace_answer
    if status_a != status_b:
        return f"status {status_a} / {status_b}: {body_a[:300]!r} / {body_b[:300]!r}"
    if request.compare == "status_only":
        return None
    for header in ("content-type", "location", "allow"):
        a = java.same_text(headers_a.get(header, "")).replace(" ", "")
        b = millrace.same_text(headers_b.get(header, "")).replace(" ", "")
        if header == "allow":
            a, b = ",".join(sorted(a.split(","))), ",".join(sorted(b.split(",")))
        if a != b:
            return f"header {header}: {a!r} / {b!r}"
    a, json_a = parse(java, body_a)
    b, json_b = parse(millrace, body_b)
    if request.method == "HEAD" or (body_a == body_b):
        return None
    if json_a != json_b:
        return f"body {body_a[:300]!r} / {body_b[:300]!r}"
    if request.compare == "message_of" and isinstance(a, dict) and "error_code" in a:
        return None if isinstance(b, dict) and b.get("error_code") == a["error_code"] and "message" in b else \
            f"error {a} / {b}"
    if request.compare == "logger":
        a, b = (v if isinstance(v, dict) else "list" for v in (a, b))
    a, b = normal(a), normal(b)
    if unordered(request.path) and isinstance(a, list):
        a, b = sorted(a), sorted(b)
    if request.path.endswith("/offsets") and isinstance(a, dict) and "offsets" in a and "offsets" in b:
        for answer in (a, b):
            answer["offsets"].sort(key=json.dumps)
    if a != b:
        return f"body {json.dumps(a)[:1500]}\n      / {json.dumps(b)[:1500]}"
    if not unordered(request.path) and keys_in_order(a) != keys_in_order(b):
        return f"order of fields {json.dumps(a)[:600]}\n      / {json.dumps(b)[:600]}"
    return None


def wait(worker, step, seconds=20):
    deadline = time.monotonic() + seconds
    while True:
        status, _, body = worker.ask(Request("GET", step.path))
        try:
            if status == 200 and step.until(json.loads(body)):
                return None
        except (ValueError, KeyError, TypeError):
            pass
        if time.monotonic() > deadline:
            return f"{worker.url}: not so after {seconds} s: {step.what}; last {status} {body[:300]!r}"
        time.sleep(0.02)


def run(java, millrace, seed, verbose=False, out=sys.stdout):
    passed = failed = 0
    for number, step in enumerate(script("@FOLDER@", seed)):
        if isinstance(step, Wait):
            for worker in (java, millrace):
                problem = wait(worker, step)
                if problem:
                    failed += 1
                    print(f"FAIL step {number}: {problem}", file=out)
            continue
        answer = java.ask(step)
        if verbose:
            print(f"-- {number}: {step.method} {step.path} {(step.body or b'')[:300].decode('utf-8', 'replace')}\n"
                  f"   {answer[0]} {answer[1]}\n   {answer[2].decode('utf-8', 'replace')[:3000]}", file=out)
        problem = compare(step, java, answer, millrace, millrace.ask(step))
        if problem:
            failed += 1
            print(f"FAIL step {number}: {step.method} {step.path} {(step.body or b'')[:200]!r}\n      {problem}", file=out)
        else:
            passed += 1
    print(f"{passed} passed, {failed} failed", file=out)
    return failed


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--java", required=True)
    arguments.add_argument("--millrace", required=True)
    arguments.add_argument("--java-folder", required=True)
    arguments.add_argument("--millrace-folder", required=True)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--verbose", action="store_true")
    a = arguments.parse_args()
    sys.exit(1 if run(Worker(a.java, a.java_folder), Worker(a.millrace, a.millrace_folder), a.seed, a.verbose) else 0)
