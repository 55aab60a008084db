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
        """url: of the worker that is asked; behind commas, of the others of its cluster."""
        self.url, *others = [each.rstrip("/") for each in url.split(",")]
        self.folder, self.address = folder, urlsplit(self.url)
        self.others = [urlsplit(each).netloc for each in others]

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
        text = text.replace(self.folder, "@FOLDER@").replace(self.url, "@URL@").replace(host, "@WORKER@")
        for other in self.others:
            text = text.replace(other, "@WORKER@")
        return text


VERSION_KEYS = {"version", "commit", "kafka_cluster_id", "last_modified"}


def normal(value, key=None):
    """JSON with what may differ taken out: versions, ids, times, stack traces."""
    if isinstance(value, dict):
        if str(value.get("name")).endswith("plugin.version"):
            # The version of a connector is Millrace's own, not Kafka's.
            value = dict(value)
            for field in ("default_value", "value"):
                if value.get(field) is not None:
                    value[field] = "<version>"
            if value.get("recommended_values"):
                value["recommended_values"] = ["<version>"]
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


# ---- Differences that are meant to be. Each: what, why, and a function that says whether a difference is that one.
# Answers are (status, headers, parsed body). docs/compatibility.md lists them for users.

def only_own_plugins(step, java, millrace):
    if step.path.split("?")[0].rstrip("/") != "/connector-plugins" or not isinstance(millrace[2], list):
        return False
    return normal(java[2]) == normal([each for each in millrace[2] if not each["class"].startswith("org.millrace.")])


def java_null_pointer(step, java, millrace):
    return (java[0] == millrace[0] == 500 and isinstance(java[2], dict) and isinstance(millrace[2], dict)
            and java[2]["message"].startswith("Cannot invoke ") and bool(millrace[2]["message"]))


def allow_on_405(step, java, millrace):
    return java[0] == millrace[0] == 405 and java[2] == millrace[2] and "allow" not in java[1]


def addressable_name(step, java, millrace):
    return java[0] == 400 and millrace[0] == 404 and any(
        code in step.path.upper() for code in ("%2F", "%25", "%5C"))


def encoded_letter(step, java, millrace):
    return java[0] == 404 and millrace[0] == 200 and step.path in ("/%63onnectors", "/connectors/./")


def topics_of_the_deleted(step, java, millrace):
    return step.path.endswith("/topics") and java[0] == millrace[0] == 200 and \
        list(millrace[2].values()) == [{"topics": []}] and step.after_delete


def no_type_of_error(step, java, millrace):
    return java[0] == millrace[0] == 415 and java[2] == millrace[2]


def broken_pattern(step, java, millrace):
    return (java[0] == 500 and millrace[0] in (200, 400) and "Invalid regex" in str(millrace[2])
            and "PatternSyntaxException" in java[2]["message"]
            and "errors.deadletterqueue.topic.name" in (step.body or b"").decode())


def server_page(step, java, millrace):
    """Refused before Connect sees it, or by its framework: the status is what counts."""
    return java[0] == millrace[0] >= 400 and (
        "html" in java[1].get("content-type", "") or java[2] == "" or "HTTP ERROR" in str(java[2])
        or isinstance(java[2], dict) and set(java[2]) == {"message", "url", "status"})


def jackson_words(step, java, millrace):
    """What Java's JSON library says of a text that it does not take."""
    return java[0] == millrace[0] == 500 and "at [Source:" in str(java[2]) and isinstance(millrace[2], dict) and \
        millrace[2].get("error_code") == 500 and bool(millrace[2].get("message"))


def media_type_parameters(step, java, millrace):
    given, ours = (answer[1].get("content-type", "") for answer in (java, millrace))
    return java[0] == millrace[0] and java[2] == millrace[2] and ";" in given and given.split(";")[0] == ours


def available_connectors(step, java, millrace):
    words = "which name matches"
    return java[0] == millrace[0] and words in str(java[2]) and words in str(millrace[2])


ACCEPTED = [
    ("the list of connectors where a class is unknown", "there are others here", available_connectors),
    ("pages of Java's HTTP server", "an HTML page where a client of Kafka Connect expects JSON", server_page),
    ("words of Java's JSON library", "with names of its classes and settings", jackson_words),
    ("parameters of an Accept header in Content-Type", "the answer is UTF-8, whatever was asked for",
     media_type_parameters),
    ("topics.regex that is none, beside a dead letter topic", "all problems are told, not an exception",
     broken_pattern),
    ("plug-ins of Millrace's own are listed", "they are there to be used", only_own_plugins),
    ("a NullPointerException's text", "a message that says what is wrong instead", java_null_pointer),
    ("Allow with 405", "RFC 9110 demands it", allow_on_405),
    ("connector names with %2F, %25 and %5C", "served; Java's server refuses them with an HTML page", addressable_name),
    ("percent-encoded letters and dot segments in a path", "the same resource by RFC 3986", encoded_letter),
    ("topics of a deleted connector", "gone with it, as in Java's distributed worker", topics_of_the_deleted),
    ("content type of 415", "Java's own differs from request to request", no_type_of_error),
]


def unordered(path):
    """Where Java's own order is that of a hash map and changes from run to run."""
    return path.split("?")[0].rstrip("/") == "/connectors"


def compare(request, java, java_answer, millrace, millrace_answer):
    """None, or what differs and is not accepted."""
    problem = difference(request, java, java_answer, millrace, millrace_answer)
    if problem:
        parsed = [(answer[0], answer[1], parse(worker, answer[2])[0])
                  for worker, answer in ((java, java_answer), (millrace, millrace_answer))]
        if any(accepts(request, *parsed) for _, _, accepts in ACCEPTED):
            return None
    return problem


def difference(request, java, java_answer, millrace, millrace_answer):
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
    if request.compare == "logger" and request.path.endswith("/root"):
        a, b = (dict(v, level="<level>") for v in (a, b))  # as each worker was started
    a, b = normal(a), normal(b)
    if unordered(request.path) and isinstance(a, list):
        a, b = sorted(a), sorted(b)
    if request.compare == "offsets_shape":
        for answer in (a, b):
            for each in answer["offsets"]:
                each["offset"] = {key: "<number>" for key in each["offset"]}
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
    passed = failed = failed_waits = 0
    for number, step in enumerate(script("@FOLDER@", seed)):
        if isinstance(step, Wait):
            for worker in (java, millrace):
                problem = wait(worker, step)
                if problem:
                    failed += 1
                    print(f"FAIL step {number}: {problem}", file=out)
                    if failed_waits > 3:
                        print("given up", file=out)
                        return failed
                    failed_waits += 1
            continue
        answer = java.ask(step)
        if verbose:
            print(f"-- {number}: {step.method} {step.path} {(step.body or b'')[:300].decode('utf-8', 'replace')}\n"
                  f"   {answer[0]} {answer[1]}\n   {answer[2].decode('utf-8', 'replace')[:3000]}", file=out)
        problem = compare(step, java, answer, millrace, millrace.ask(step))
        if problem:
            failed += 1
            print(f"FAIL step {number}: {step.method} {step.path} {(step.body or b'')[:200]!r}\n      {problem}", file=out)
            out.flush()
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
