"""Transforms, predicates and dead letters on a real broker, beside the Java worker."""

import json

import pytest

from harness.connectors import file_sink, file_source
from harness.records import read_lines, write_lines
from harness.rest import RestError
from harness.wait import wait_until
from harness.worker import JSON

pytestmark = pytest.mark.system

PACKAGE = "org.apache.kafka.connect.transforms."
CHAIN = {
    "transforms": "hoist,stamp,route",
    "transforms.hoist.type": PACKAGE + "HoistField$Value",
    "transforms.hoist.field": "line",
    "transforms.stamp.type": PACKAGE + "InsertField$Value",
    "transforms.stamp.static.field": "origin",
    "transforms.stamp.static.value": "here",
    "transforms.route.type": "RegexRouter",
    "transforms.route.regex": "(.*)-in",
    "transforms.route.replacement": "$1-out",
    "transforms.route.predicate": "in",
    "predicates": "in",
    "predicates.in.type": "TopicNameMatches",
    "predicates.in.pattern": ".*-in",
}
# A row without the field, text that is no JSON, a header that no converter minds, a tombstone.
POISON = ['{"schema":null,"payload":{"id":1}}', '{"schema":{"type":"int32"', '{"schema":null,"payload":7}',
          '{"schema":{"type":"string","optional":false},"payload":"good"}']


def run_source(worker, client, topic, folder):
    write_lines(folder / "in.txt", ["one", "two", "three"])
    worker.start()
    worker.rest.create("source", file_source(folder / "in.txt", topic + "-in", **CHAIN,
                                             **{"value.converter": JSON}))
    wait_until(lambda: client.count(topic + "-out") == 3, 30,
               lambda: f"three records; {worker.rest.status('source')}")
    return [json.loads(value) for value in client.values(topic + "-out")]


def test_a_chain_gives_what_java_gives(millrace, java, broker, topic, tmp_path):
    results = []
    for name, make in (("millrace", millrace), ("java", java)):
        folder = tmp_path / f"files-{name}"
        folder.mkdir()
        worker = make()
        results.append(run_source(worker, broker.client, f"{topic}-{name}", folder))
        worker.stop()
    assert results[0] == results[1]
    assert results[0][0]["payload"] == {"line": "one", "origin": "here"}


def dead_letters(worker, client, topic, folder, tolerance):
    """Key, value and headers of all dead letters; stack traces without their frames."""
    dead = topic + "-dead"
    worker.start()
    worker.rest.create("sink", file_sink(folder / "out.txt", topic, **{
        "value.converter": JSON, "errors.tolerance": tolerance,
        "errors.deadletterqueue.topic.name": dead,
        "errors.deadletterqueue.topic.replication.factor": "1",
        "errors.deadletterqueue.context.headers.enable": "true",
        "transforms": "cast",
        "transforms.cast.type": PACKAGE + "ExtractField$Value",
        "transforms.cast.field": "id"}))
    expected = 3 if tolerance == "all" else 1
    wait_until(lambda: client.count(dead) >= expected, 40,
               lambda: f"dead letters; {worker.rest.status('sink')}")
    if tolerance == "none":
        worker.rest.wait_state("sink", "FAILED")
        assert "Tolerance exceeded in error handler" in worker.rest.trace("sink")
    letters = []
    for message in client.read(dead):
        headers = []
        for key, value in message.headers():
            if key == "__connect.errors.exception.stacktrace":
                value = value.split(b"\n")[0].strip()
            headers.append((key, value.replace(topic.encode(), b"TOPIC") if value is not None else None))
        letters.append((message.key(), message.value(), headers))
    return letters


@pytest.mark.parametrize("tolerance", ["all", "none"])
def test_dead_letters_are_those_of_java(tolerance, millrace, java, broker, topic, tmp_path):
    results = []
    for name, make in (("millrace", millrace), ("java", java)):
        folder = tmp_path / f"files-{name}"
        folder.mkdir()
        own = f"{topic}-{name}"
        broker.client.create_topic(own)
        broker.client.produce(own, POISON, keys=["k0", "k1", "k2", "k3"])
        worker = make()
        results.append(dead_letters(worker, broker.client, own, folder, tolerance))
        if tolerance == "all":
            assert read_lines(folder / "out.txt") == ["1"]
        worker.stop()
    assert len(results[0]) == (3 if tolerance == "all" else 1)
    assert results[0] == results[1]


def test_a_bad_transform_is_refused(millrace, topic, tmp_path):
    worker = millrace().start()

    def refused(**config):
        with pytest.raises(RestError) as error:
            worker.rest.create("sink", file_sink(tmp_path / "out.txt", topic, **config))
        return error.value.body

    assert "Class com.example.None could not be found." in refused(
        **{"transforms": "a", "transforms.a.type": "com.example.None"})
    assert "Did you mean org.apache.kafka.connect.transforms.Cast$Key" in refused(
        **{"transforms": "a", "transforms.a.type": PACKAGE + "Cast"})
    assert "Missing required configuration" in refused(**{"transforms": "a"})
    assert "defining a predicate to be negated" in refused(
        **{"transforms": "a", "transforms.a.type": PACKAGE + "Filter", "transforms.a.negate": "true"})


def test_a_source_makes_its_topics_by_their_groups(millrace, broker, topic, tmp_path):
    write_lines(tmp_path / "in.txt", ["one", "two"])
    worker = millrace().start()
    groups = {"topic.creation.groups": "wide", "topic.creation.default.replication.factor": "1",
              "topic.creation.default.partitions": "2", "topic.creation.wide.include": ".*-wide",
              "topic.creation.wide.partitions": "3", "topic.creation.wide.retention.ms": "-1"}
    for name in (topic + "-wide", topic + "-plain"):
        worker.rest.create(name, file_source(tmp_path / "in.txt", name, **groups))
        wait_until(lambda: broker.client.count(name) == 2, 30,
                   lambda: f"two records; {worker.rest.status(name)}")
    assert broker.client.partitions(topic + "-wide") == 3
    assert broker.client.partitions(topic + "-plain") == 2


def definitions(worker, topic):
    worker.start()
    answer = worker.rest.call("PUT", "/connector-plugins/FileStreamSink/config/validate", {
        "connector.class": "FileStreamSink", "name": "sink", "topics": topic, "file": "x",
        "transforms": "a,b,c,d", "transforms.a.type": PACKAGE + "ReplaceField$Value",
        "transforms.a.include": "x", "transforms.a.predicate": "p", "transforms.b.type": PACKAGE + "Cast",
        "transforms.c.type": PACKAGE + "MaskField$Key", "transforms.d.type": PACKAGE + "TimestampConverter$Value",
        "transforms.d.target.type": "never", "predicates": "p", "predicates.p.type": "TopicNameMatches",
        "predicates.p.pattern": "x+"})
    found = {}
    for info in answer["configs"]:
        name = info["value"]["name"]
        if name.startswith(("transforms.", "predicates.")):
            definition = {key: value for key, value in info["definition"].items() if key != "documentation"}
            value = {key: value for key, value in info["value"].items() if key != "recommended_values"}
            found[name] = (definition, value)
    return found


def test_validation_shows_the_keys_of_transforms_as_java_does(millrace, java, topic):
    ours, theirs = definitions(millrace(), topic), definitions(java(), topic)
    assert ours.keys() == theirs.keys()
    for name in theirs:
        assert ours[name] == theirs[name], name


def test_transforms_of_other_packages(millrace, broker, topic, tmp_path):
    """A condition on records and a topic from a field; both are validated and stand in no listing."""
    confluent, aiven = "io.confluent.connect.transforms.", "io.aiven.kafka.connect.transforms."
    chain = {"transforms": "keep,case", "value.converter": JSON, "value.converter.schemas.enable": "false",
             "transforms.keep.type": confluent + "Filter$Value", "transforms.keep.filter.type": "include",
             "transforms.keep.filter.condition": "$[?(@.shop in ['a', 'b'] && !(@.total < 10))]",
             "transforms.case.type": aiven + "CaseTransform$Value", "transforms.case.field.names": "shop",
             "transforms.case.case": "upper"}
    worker = millrace().start()
    listed = worker.rest.call("GET", "/connector-plugins?connectorsOnly=false")
    assert not any(plugin["class"].startswith((confluent, aiven)) for plugin in listed)

    answer = worker.rest.call("PUT", "/connector-plugins/FileStreamSink/config/validate",
                              {"name": "sink", **file_sink("x", topic, **chain),
                               "transforms.keep.filter.condition": "$..shop"})
    errors = {info["value"]["name"]: info["value"]["errors"] for info in answer["configs"]}
    assert "a deep scan is not supported" in errors.pop("transforms.keep.filter.condition")[0]
    assert not any(errors.values())
    assert errors.keys() >= {"transforms.keep.filter.type", "transforms.case.case",
                             "transforms.keep.missing.or.null.behavior"}

    broker.client.create_topic(topic)
    broker.client.produce(topic, ['{"shop":"a","total":10}', '{"shop":"a","total":9}',
                                  '{"shop":"c","total":99}', '{"shop":"b","total":11.5}'])
    worker.rest.create("sink", file_sink(tmp_path / "out.txt", topic, **chain))
    wait_until(lambda: len(read_lines(tmp_path / "out.txt")) >= 2, 30,
               lambda: f"two lines; {worker.rest.status('sink')}")
    assert read_lines(tmp_path / "out.txt") == ["{total=10, shop=A}", "{total=11.5, shop=B}"]
