"""Asks two workers to validate the same generated configurations and compares the answers.

    python3 tests/rest/validate_configs.py --java URL --millrace URL [--seed N] [--count N]

Documentation texts may differ, and the versions of plug-ins; nothing else that is not named in differential.py.
"""

import argparse
import random
import sys

from differential import Worker, compare
from requests_script import JSON, request

SOURCE = ("FileStreamSource", "FileStreamSourceConnector", "org.apache.kafka.connect.file.FileStreamSourceConnector")
SINK = ("FileStreamSink", "FileStreamSinkConnector", "org.apache.kafka.connect.file.FileStreamSinkConnector")
STRING = "org.apache.kafka.connect.storage.StringConverter"
JSON_CONVERTER = "org.apache.kafka.connect.json.JsonConverter"
BYTES = "org.apache.kafka.connect.converters.ByteArrayConverter"
HEADERS = "org.apache.kafka.connect.storage.SimpleHeaderConverter"

# Values for each key: good, bad and odd ones.
COMMON = {
    "name": ["a", "", " b ", "a\u0007b", None],
    "tasks.max": ["1", "7", "0", "-1", "x", " 3 ", "99999999999", "", None],
    "tasks.max.enforce": ["true", "FALSE", "x"],
    "key.converter": [STRING, JSON_CONVERTER, BYTES, HEADERS, "no.Such", "java.lang.String"],
    "key.converter.schemas.enable": ["true", "perhaps"],
    "key.converter.converter.encoding": ["UTF-8"],
    "value.converter": [STRING, JSON_CONVERTER, BYTES, "java.lang.String", "no.Such"],
    "value.converter.schemas.enable": ["false", "x"],
    "value.converter.schemas.cache.size": ["10", "many"],
    "value.converter.decimal.format": ["NUMERIC", "numeric", "ROMAN"],
    "header.converter": [HEADERS, STRING, JSON_CONVERTER, "nothing"],
    "config.action.reload": ["none", "restart", "sometimes"],
    "errors.tolerance": ["none", "all", "ALL", "some"],
    "errors.retry.timeout": ["-1", "0", "soon"],
    "errors.retry.delay.max.ms": ["1", "1.5"],
    "errors.log.enable": ["true", "maybe"],
    "errors.log.include.messages": ["false", "1"],
    "an.unknown.key": ["x", ""],
    "file": ["/tmp/x", "", None],
}
OF_SOURCE = {
    "topic": ["t", "", None, " "],
    "batch.size": ["1", "0", "-1", "many"],
    "topic.creation.groups": ["", "a", "a,b", "a,a"],
    "exactly.once.support": ["required", "REQUESTED", "perhaps"],
    "transaction.boundary": ["poll", "Interval", "never"],
    "transaction.boundary.interval.ms": ["1", "-3", "x"],
    "offsets.storage.topic": ["o", ""],
}
OF_SINK = {
    "topics": ["t", "t,u", "", "t,t", " t , u ", None],
    "topics.regex": ["t.*", "", "[", "(", "*a", "a)b"],
    "errors.deadletterqueue.topic.name": ["dead", "t", ""],
    "errors.deadletterqueue.topic.replication.factor": ["1", "many", "-1"],
    "errors.deadletterqueue.context.headers.enable": ["true", "x"],
}


def configurations(seed, count):
    rng = random.Random(seed)
    for number in range(count):
        source = number % 2 == 0
        name = rng.choice(SOURCE if source else SINK)
        own = OF_SOURCE if source else OF_SINK
        config = {"connector.class": name, "name": f"v{number}", "topic" if source else "topics": "t"}
        if rng.random() < 0.1:
            del config["topic" if source else "topics"]
        for table, most in ((own, 3), (COMMON, 5)):
            for key in rng.sample(sorted(table), rng.randint(0, min(most, len(table)))):
                config[key] = rng.choice(table[key])
        items = list(config.items())
        rng.shuffle(items)
        yield name, dict(items)


def run(java, millrace, seed, count, out=sys.stdout):
    failed = 0
    for number, (name, config) in enumerate(configurations(seed, count)):
        step = request("PUT", f"/connector-plugins/{name}/config/validate", config, headers=JSON)
        problem = compare(step, java, java.ask(step), millrace, millrace.ask(step))
        if problem:
            failed += 1
            print(f"FAIL configuration {number}: {config}\n      {problem}", file=out)
    print(f"{count - failed} validations equal, {failed} not", file=out)
    return failed


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--java", required=True)
    arguments.add_argument("--millrace", required=True)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--count", type=int, default=100)
    a = arguments.parse_args()
    sys.exit(1 if run(Worker(a.java, "@"), Worker(a.millrace, "@"), a.seed, a.count) else 0)
