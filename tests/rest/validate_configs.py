"""Asks two workers to validate the same generated configurations and compares the answers.

    python3 tests/rest/validate_configs.py --java URL --millrace URL [--seed N] [--count N]

Documentation texts may differ, and the versions of plug-ins; nothing else that is not named in differential.py.
"""

import argparse
import random
import sys
from urllib.parse import quote

from differential import Worker, compare, normal, parse
from requests_script import JSON, request

SOURCE = ("FileStreamSource", "FileStreamSourceConnector", "org.apache.kafka.connect.file.FileStreamSourceConnector")
SINK = ("FileStreamSink", "FileStreamSinkConnector", "org.apache.kafka.connect.file.FileStreamSinkConnector")
PACKAGE = "org.apache.kafka.connect."
STRING = PACKAGE + "storage.StringConverter"
JSON_CONVERTER = PACKAGE + "json.JsonConverter"
BYTES = PACKAGE + "converters.ByteArrayConverter"
LONG = PACKAGE + "converters.LongConverter"
HEADERS = PACKAGE + "storage.SimpleHeaderConverter"
VERSIONS = ["4.3.1", "latest", "[4.0,5)", "(,4.3.1]", "(4.3.1,)", "[4.3.1]", "9.9", "[1,2],[4,5]", "[5", "(1)", "", " 4.3.1 ",
            "4.3.1-rc1", "[4.3.1-SNAPSHOT,4.3.1.final]", "x", None]
LONG_VALUE = "v" * 5000

# Values for each key: good, bad and odd ones.
COMMON = {
    "name": ["a", "", " b ", "a\u0007b", "übung 日本", "a/b%c", None, 7],
    "tasks.max": ["1", "7", "0", "-1", "x", " 3 ", "99999999999", "", "+2", "1.0", "0x1", None, 4, True],
    "tasks.max.enforce": ["true", "FALSE", "x", "", False],
    "config.action.reload": ["none", "restart", "sometimes", "", " none "],
    "errors.tolerance": ["none", "all", "ALL", "some", "", None],
    "errors.retry.timeout": ["-1", "0", "soon", "9223372036854775808"],
    "errors.retry.delay.max.ms": ["1", "1.5", "-5"],
    "errors.log.enable": ["true", "maybe"],
    "errors.log.include.messages": ["false", "1"],
    "an.unknown.key": ["x", "", None, LONG_VALUE],
    "": ["x"],
    "file": ["/tmp/x", "", None, "ü", LONG_VALUE],
    "transforms.orphan.type": ["org.apache.kafka.connect.transforms.Filter", None],
}
OF_SOURCE = {
    "topic": ["t", "", None, " ", "a b"],
    "batch.size": ["1", "0", "-1", "many", 100],
    "exactly.once.support": ["required", "REQUESTED", "perhaps", "", None],
    "transaction.boundary": ["poll", "Interval", "never", "CONNECTOR"],
    "transaction.boundary.interval.ms": ["1", "-3", "x", None],
    "offsets.storage.topic": ["o", "", " ", None],
}
OF_SINK = {
    "topics": ["t", "t,u", "", "t,t", " t , u ", ",", "t,,u", None],
    "topics.regex": ["t.*", "", " ", "[", "(", "*a", "a)b", None],
    "errors.deadletterqueue.topic.name": ["dead", "t", "", " t ", None],
    "errors.deadletterqueue.topic.replication.factor": ["1", "many", "-1", "40000"],
    "errors.deadletterqueue.context.headers.enable": ["true", "x"],
}
CONVERTERS = [STRING, JSON_CONVERTER, BYTES, LONG, HEADERS, "JsonConverter", "Json", "no.Such", "java.lang.String",
              "org.apache.kafka.connect.transforms.Filter", "", " " + STRING + " ", None]
OF_CONVERTER = {
    "schemas.enable": ["true", "notabool", "", None],
    "schemas.cache.size": ["10", "many", "-1"],
    "schema.content": ["", '{"type":"string"}', "{"],
    "decimal.format": ["NUMERIC", "numeric", "BASE64", "ROMAN", None],
    "replace.null.with.default": ["false", "perhaps"],
    "converter.type": ["key", "header", "none"],
    "converter.encoding": ["UTF-8", "KLINGON", ""],
    "unknown": ["x", None],
    "plugin.version": VERSIONS,
}
TRANSFORMS = PACKAGE + "transforms."
OF_TRANSFORM = {
    "Cast$Value": {"spec": ["int8", "a:int32,b:string", "a:what", "", ":", "a:b:c"], "replace.null.with.default": ["x"]},
    "Cast$Key": {"spec": ["boolean"]},
    "DropHeaders": {"headers": ["a,b", ""]},
    "ExtractField$Value": {"field": ["f", ""], "field.syntax.version": ["V1", "v2", "V3"]},
    "Filter": {},
    "Flatten$Value": {"delimiter": [".", ""]},
    "HeaderFrom$Value": {"fields": ["a", ""], "headers": ["b"], "operation": ["move", "MOVE", "copy"]},
    "HoistField$Key": {"field": ["f"]},
    "InsertField$Value": {"topic.field": ["t", "t!", "t?"], "static.field": ["s"], "static.value": ["v"]},
    "InsertHeader": {"header": ["h", None], "value.literal": ["1"]},
    "MaskField$Value": {"fields": ["a", "", ","], "replacement": ["x", ""]},
    "RegexRouter": {"regex": ["(.*)", "(", "["], "replacement": ["$1"]},
    "ReplaceField$Value": {"include": ["a"], "exclude": ["b"], "renames": ["a:b", "a", "a:b,c:b", "a:"]},
    "SetSchemaMetadata$Value": {"schema.version": ["1", "one"], "schema.name": ["n"]},
    "TimestampConverter$Value": {"target.type": ["string", "unix", "what"], "field": ["f"], "format": ["yyyy", "q"],
                                 "unix.precision": ["seconds", "days"]},
    "TimestampRouter": {"topic.format": ["${topic}"], "timestamp.format": ["yyyyMMdd", "'"]},
    "ValueToKey": {"fields": ["a,b", ""]},
}
NO_TRANSFORM = ["Filter", "RegexRouter", "no.Such", "java.lang.String", "", TRANSFORMS + "Cast", TRANSFORMS + "ExtractField", STRING,
                TRANSFORMS + "predicates.HasHeaderKey", " " + TRANSFORMS + "Filter ", "Cast$Value", None,
                TRANSFORMS + "Transformation", "org.apache.kafka.connect.transforms.Transformation"]
OF_PREDICATE = {
    "HasHeaderKey": {"name": ["n", "", None]},
    "RecordIsTombstone": {},
    "TopicNameMatches": {"pattern": ["a.*", "[", "", None]},
}
NO_PREDICATE = ["HasHeaderKey", "no.Such", TRANSFORMS + "Filter", "", TRANSFORMS + "predicates.Predicate", "java.lang.Object", None]
OVERRIDES = {
    "producer.override.": {
        "acks": ["all", "9"], "linger.ms": ["5", " 7 ", "many"], "batch.size": ["1", None], "compression.type": ["zip"],
        "sasl.jaas.config": ["secret"], "key.serializer": ["org.apache.kafka.common.serialization.StringSerializer"],
        "partitioner.class": ["org.apache.kafka.clients.producer.RoundRobinPartitioner", "no.Such"],
        "interceptor.classes": ["a, b"], "max.block.ms": ["1"], "enable.idempotence": ["TRUE"], "unknown": ["x", ""],
        "bootstrap.servers": ["a:1,b:2", ""], "retries": ["1", "-1"], "client.id": ["c"], "transactional.id": ["t"], "": ["x"]},
    "consumer.override.": {
        "max.poll.records": ["1", "0"], "auto.offset.reset": ["latest", "sometimes"], "group.id": ["g"], "check.crcs": ["false"],
        "ssl.keystore.password": ["p"], "isolation.level": ["x"], "sasl.login.refresh.window.factor": ["1", "0.25", "1e10"],
        "sasl.login.refresh.buffer.seconds": ["9", "99999"], "metric.reporters": [""], "unknown": ["y", None],
        "internal.throw.on.fetch.stable.offset.unsupported": ["true"], "session.timeout.ms": ["100"], "client.rack": [" r "],
        "partition.assignment.strategy": ["org.apache.kafka.clients.consumer.RangeAssignor"], "retries": ["1"]},
    "admin.override.": {
        "retries": ["1"], "default.api.timeout.ms": ["1", "x"], "client.id": ["c"], "unknown": ["z"], "bootstrap.controllers": ["c:1"],
        "ssl.truststore.password": [None, "p"], "enable.metrics.push": ["true"], "bootstrap.servers": ["b:1"]},
}
CREATION = {
    "replication.factor": ["1", "-1", "0", "-2", "x", "", None], "partitions": ["1", "-1", "0", "many"], "include": ["a.*", "", "[", None],
    "exclude": ["b.*", "("], "cleanup.policy": ["compact"], "unknown": ["x"],
}


ALIASES = ["a", "b", "ü", "c d", "x.y", "a"]
ODD_ALIASES = ["A", " a ", "日本", "a/b", "a$b", "type", "predicate", "negate", "a.type", "transforms", "\u0000", "a\tb", "0", "-", "*",
               "${x}", "a" * 300, "default", "a=b", '"a"', "a\\", ".", "..", "a.", ".a"]


def pick(rng, table, most):
    return {key: rng.choice(table[key]) for key in rng.sample(sorted(table), rng.randint(0, min(most, len(table))))}


def prefixed(prefix, settings):
    return {prefix + key: value for key, value in settings.items()}


def converters(rng):
    config = {}
    for key in rng.sample(["key.converter", "value.converter", "header.converter"], rng.randint(1, 3)):
        if rng.random() < 0.85:
            config[key] = rng.choice(CONVERTERS[:5] if rng.random() < 0.6 else CONVERTERS)
        config.update(prefixed(key + ".", pick(rng, OF_CONVERTER, 3)))
    return config


def aliased(rng, key, classes, others, package):
    """A list of aliases, with a class and settings for most of them."""
    aliases = [rng.choice(ALIASES if rng.random() < 0.8 else ODD_ALIASES) for _ in range(rng.randint(1, 3))]
    if rng.random() < 0.1:
        aliases.append("")
    config = {key: rng.choice([",", ", "]).join(aliases)}
    for alias in aliases:
        prefix = f"{key}.{alias}."
        name = rng.choice(sorted(classes))
        if rng.random() < 0.75:
            config[prefix + "type"] = package + name
        elif rng.random() < 0.8:
            config[prefix + "type"] = rng.choice(others)
        config.update(prefixed(prefix, pick(rng, classes[name], 3)))
        if rng.random() < 0.15:
            config[prefix + "plugin.version"] = rng.choice(VERSIONS)
        if rng.random() < 0.05:
            config[prefix + "unknown"] = "x"
    return config, aliases


def transforms(rng):
    config, aliases = aliased(rng, "transforms", OF_TRANSFORM, NO_TRANSFORM, TRANSFORMS)
    named = []
    if rng.random() < 0.5:
        more, named = aliased(rng, "predicates", OF_PREDICATE, NO_PREDICATE, TRANSFORMS + "predicates.")
        config.update(more)
    for alias in aliases:
        if rng.random() < 0.3:
            config[f"transforms.{alias}.predicate"] = rng.choice(named + ["absent", "", None])
        if rng.random() < 0.2:
            config[f"transforms.{alias}.negate"] = rng.choice(["true", "no", None])
    return config


def overrides(rng, source):
    config = {}
    for prefix in rng.sample(sorted(OVERRIDES), rng.randint(1, 3)):
        config.update(prefixed(prefix, pick(rng, OVERRIDES[prefix], 5)))
    if not source and rng.random() < 0.5:
        config["errors.deadletterqueue.topic.name"] = rng.choice(["dead", " "])
    return config


def topic_creation(rng):
    groups = rng.choice([[], ["a"], ["a", "b"], ["a", "a"], ["default"], [" g ", ""]])
    config = {}
    if rng.random() < 0.7:
        config["topic.creation.groups"] = ",".join(groups)
    for group in ["default"] + groups + (["orphan"] if rng.random() < 0.2 else []):
        config.update(prefixed(f"topic.creation.{group}.", pick(rng, CREATION, 4)))
    if rng.random() < 0.5:
        config.setdefault("topic.creation.default.replication.factor", "1")
        config.setdefault("topic.creation.default.partitions", "1")
    return config


def configurations(seed, count):
    """The name of a plug-in for the URL, and a configuration."""
    rng = random.Random(seed)
    for number in range(count):
        source = number % 2 == 0
        name = rng.choice(SOURCE if source else SINK)
        own = OF_SOURCE if source else OF_SINK
        config = {"connector.class": name, "name": f"v{number}", "topic" if source else "topics": "t"}
        if rng.random() < 0.1:
            del config["topic" if source else "topics"]
        if rng.random() < 0.5:
            config.update(pick(rng, own, 3))
            config.update(pick(rng, COMMON, 4))
        if rng.random() < 0.3:
            config.update(converters(rng))
        if rng.random() < 0.35:
            config.update(transforms(rng))
        if rng.random() < 0.35:
            config.update(overrides(rng, source))
        if rng.random() < 0.3 and source:
            config.update(topic_creation(rng))
        if rng.random() < 0.1:
            config["connector.plugin.version"] = rng.choice(VERSIONS)
        if rng.random() < 0.04:
            config["connector.class"] = rng.choice(["", " " + name, "FileStream", None, name.lower(), "FileStreamSink"])
        if rng.random() < 0.02:
            del config["connector.class"]
        items = list(config.items())
        rng.shuffle(items)
        yield name, dict(items)


# ---- Differences of validations that are meant to be: what, why, and whether these answers (as compare() has them) differ so.

def java_stumbles(java, millrace):
    """An exception of the JVM's own, where Millrace answers with all that it found."""
    return java[0] == 500 and millrace[0] in (200, 500) and java[2]["message"].startswith(
        ("java.lang.NullPointerException: ", "java.lang.ArrayIndexOutOfBoundsException: ", "java.util.regex.PatternSyntaxException: "))


def map_in_a_message(java, millrace):
    """The same message, with a map whose entries come in another order, and secrets in it."""
    start = "org.apache.kafka.connect.runtime.rest.errors.BadRequestException: Connector config {"
    return java[0] == millrace[0] == 500 and all(
        answer[2]["message"].startswith(start) and answer[2]["message"].endswith("} contains no connector type")
        for answer in (java, millrace))


def list_of_connectors(java, millrace):
    """The same message but for the list, and for the exception's name that Java adds when it is asked again."""
    texts = [answer[2].get("message", "").split(", available connectors are: ")[0] for answer in (java, millrace)]
    return java[0] == millrace[0] == 500 and "Failed to find any class" in texts[0] and \
        texts[0].replace("org.apache.kafka.connect.errors.ConnectException: ", "") == texts[1]


ACCEPTED = [
    ("exceptions that Java throws by mistake: a version that is not there asked for again, null for the version of a "
     "transform, a specification `:` of Cast, a broken topics.regex beside a dead letter topic",
     "an answer with all problems instead", java_stumbles),
    ("a whole configuration in a message: the order of its entries, and its secrets",
     "Java's order depends on hashes; secrets are hidden", map_in_a_message),
    ("the list of connectors in the message about an unknown class", "other connectors are there", list_of_connectors),
]


def difference(java, millrace, name, config):
    """None, or how the two workers' answers differ."""
    step = request("PUT", f"/connector-plugins/{name}/config/validate", config, headers=JSON)
    answers = java.ask(step), millrace.ask(step)
    problem = compare(step, java, answers[0], millrace, answers[1])
    if not problem:
        return None
    parsed = [(answer[0], answer[1], parse(worker, answer[2])[0]) for worker, answer in zip((java, millrace), answers)]
    return None if any(accepts(*parsed) for _, _, accepts in ACCEPTED) else problem


PLUGINS = ["FileStreamSource", "org.apache.kafka.connect.file.FileStreamSinkConnector", "JsonConverter", "StringConverter",
           "SimpleHeaderConverter", TRANSFORMS + "Filter", "HasHeaderKey", "NoSuch"]


def definitions(java, millrace, out=sys.stdout):
    """GET .../config with versions (KIP-891)."""
    failed = 0
    for plugin in PLUGINS:
        for version in [None] + [each for each in VERSIONS if each is not None]:
            query = "" if version is None else "?version=" + quote(version, safe="")
            step = request("GET", f"/connector-plugins/{plugin}/config{query}")
            problem = compare(step, java, java.ask(step), millrace, millrace.ask(step))
            if problem:
                failed += 1
                print(f"FAIL {step.path}\n      {problem}", file=out)
    return failed


def run(java, millrace, seed, count, out=sys.stdout):
    failed = 0
    for number, (name, config) in enumerate(configurations(seed, count)):
        problem = difference(java, millrace, name, config)
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
    workers = Worker(a.java, "@"), Worker(a.millrace, "@")
    sys.exit(1 if run(*workers, a.seed, a.count) + definitions(*workers) else 0)
