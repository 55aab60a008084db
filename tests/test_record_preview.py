"""POST /connectors/validate-records on a real broker: what would become of records, and that nothing does."""

import base64
import json

import pytest

from harness.connectors import file_sink, file_source
from harness.rest import RestError
from harness.worker import JSON

pytestmark = pytest.mark.system

PACKAGE = "org.apache.kafka.connect.transforms."
PATH = "/connectors/validate-records"
HOIST = {"transforms": "hoist,cast", "transforms.hoist.type": PACKAGE + "HoistField$Value", "transforms.hoist.field": "id",
         "transforms.cast.type": PACKAGE + "Cast$Value", "transforms.cast.spec": "id:int8", "value.converter": JSON}


def with_schema(type_name, payload):
    return json.dumps({"schema": {"type": type_name, "optional": False}, "payload": payload})


def preview(worker, config, **what):
    return worker.rest.call("POST", PATH, {"config": config, **what})


@pytest.fixture
def worker(millrace, tmp_path):
    made = millrace(config={"config.providers": "file",
                            "config.providers.file.class": "org.apache.kafka.common.config.provider.FileConfigProvider"})
    return made.start()


def test_a_sinks_records_are_read_from_a_topic_and_left_there(worker, broker, topic, tmp_path):
    client = broker.client
    client.create_topic(topic)
    client.produce(topic, [with_schema("int32", 7), "{", with_schema("int32", 300), with_schema("string", "8")])
    out = tmp_path / "out.txt"
    config = file_sink(out, topic, **HOIST)
    answer = preview(worker, config, range={"topic": topic})
    assert [record["given"]["offset"] for record in answer["records"]] == [0, 1, 2, 3]
    assert [record["outcome"] for record in answer["records"]] == ["PASSED", "FAILED", "PASSED", "PASSED"]
    assert answer["type"] == "sink" and answer["complete"]
    passed = answer["records"][0]["record"]
    assert passed["value"]["payload"] == {"id": 7}
    assert passed["value"]["type"] == "STRUCT"
    assert passed["value"]["schema"]["fields"] == [{"type": "int8", "optional": False, "field": "id"}]
    error = answer["records"][1]["error"]
    assert error["stage"] == "VALUE_CONVERTER" and error["class"] == JSON
    assert "\nCaused by: " in error["trace"]
    # A part of it.
    answer = preview(worker, config, range={"topic": topic, "partition": 0, "from": 1, "to": 3})
    assert [record["given"]["offset"] for record in answer["records"]] == [1, 2]
    answer = preview(worker, config, range={"topic": topic, "from": 2, "limit": 1})
    assert [record["given"]["offset"] for record in answer["records"]] == [2]
    assert preview(worker, config, range={"topic": topic, "from": 4})["records"] == []
    # Nothing has happened.
    assert not out.exists()
    assert worker.rest.get("/connectors") == []
    assert client.count(topic) == 4
    assert not any("preview" in group for group in client.groups())


def test_ranges_that_are_not_there_are_named(worker, broker, topic, tmp_path):
    broker.client.create_topic(topic)
    config = file_sink(tmp_path / "out.txt", topic)
    for bad, says in (({"topic": topic, "partition": 7}, f"There is no partition {topic}-7"),
                      ({"topic": topic, "from": 5}, "ends before 0"),
                      ({"topic": topic + "-not-there"}, "There is no partition")):
        with pytest.raises(RestError) as refused:
            preview(worker, config, range=bad)
        assert refused.value.status == 400 and says in refused.value.body
    # Asking for it did not make it.
    assert broker.client.partitions(topic + "-not-there") == 0


def test_records_of_the_request_in_every_form(worker, topic, tmp_path):
    config = file_sink(tmp_path / "out.txt", topic, **{"value.converter": JSON,
                                                      "value.converter.schemas.enable": "false"})
    raw = base64.b64encode(b'"bytes"').decode()
    answer = preview(worker, config, records=[
        {"value": {"json": {"a": 1.5}}, "key": "k", "timestamp": 5, "headers": [{"key": "h", "value": "true"}]},
        {"value": {"base64": raw}, "topic": "other", "partition": 3, "offset": 99},
        {"value": None}])
    assert answer["passed"] == 3
    first, second, third = (record["record"] for record in answer["records"])
    assert first["topic"] == topic and first["timestamp"] == 5
    assert first["value"] == {"type": "java.util.HashMap", "schema": None, "payload": {"a": 1.5}}
    assert first["headers"][0]["value"]["payload"] is True
    assert second["topic"] == "other" and second["partition"] == 3 and second["value"]["payload"] == "bytes"
    assert third["value"] is None


def test_a_sources_records_are_shown_as_they_would_be_produced(worker, broker, topic, tmp_path):
    config = file_source(tmp_path / "in.txt", topic, **{
        **HOIST, "transforms": "drop,hoist,cast", "transforms.drop.type": "Filter",
        "transforms.drop.predicate": "gone", "predicates": "gone", "predicates.gone.type": "RecordIsTombstone"})
    answer = preview(worker, config, records=[
        {"topic": topic, "value": {"schema": {"type": "int32", "optional": False}, "payload": 5}},
        {"topic": topic, "value": {"schema": {"type": "string", "optional": False}, "payload": "many"}},
        {"topic": topic}])
    assert [record["outcome"] for record in answer["records"]] == ["PASSED", "FAILED", "DROPPED"]
    assert answer["type"] == "source" and answer["records"][2]["transform"] == "drop"
    produced = answer["records"][0]["record"]
    assert json.loads(produced["value"]["text"])["payload"] == {"id": 5}
    assert base64.b64decode(produced["value"]["base64"]).decode() == produced["value"]["text"]
    assert produced["key"] is None and produced["partition"] is None
    assert answer["records"][1]["error"]["transform"] == "cast"
    assert broker.client.partitions(topic) == 0
    with pytest.raises(RestError) as refused:
        preview(worker, config, records=[{"topic": topic, "value": "text"}])
    assert refused.value.status == 400 and "records[0].value" in refused.value.body


def test_a_configuration_is_judged_as_when_it_were_created(worker, topic, tmp_path):
    bad = file_sink(tmp_path / "out.txt", topic, **{"tasks.max": "0", "transforms": "a"})
    with pytest.raises(RestError) as dry:
        preview(worker, {**bad, "name": "bad"}, records=[])
    with pytest.raises(RestError) as real:
        worker.rest.create("bad", {**bad, "name": "bad"})
    assert dry.value.status == real.value.status == 400
    assert dry.value.body == real.value.body


def test_what_providers_resolve_is_not_shown(worker, topic, tmp_path):
    secrets = tmp_path / "secrets.properties"
    secrets.write_text('token=hush"hush\\\\hush\n')
    config = file_sink(tmp_path / "out.txt", topic, **{
        "value.converter": JSON, "value.converter.schemas.enable": "false", "transforms": "add",
        "transforms.add.type": PACKAGE + "InsertField$Value", "transforms.add.static.field": "token",
        "transforms.add.static.value": "${file:" + str(secrets) + ":token}"})
    answer = preview(worker, config, records=[{"value": "{}"}, {"value": "[1]"}])
    assert "hush" not in json.dumps(answer)
    assert answer["records"][0]["record"]["value"]["payload"] == {"token": "[hidden]"}
    assert answer["records"][1]["outcome"] == "FAILED"


def test_a_connector_of_that_name_is_reached_as_ever(worker, topic, tmp_path):
    source = tmp_path / "in.txt"
    source.write_text("a\n")
    worker.rest.create("validate-records", file_source(source, topic))
    worker.rest.wait_state("validate-records", "RUNNING")
    assert worker.rest.get("/connectors/validate-records")["name"] == "validate-records"
    assert preview(worker, file_source(source, topic), records=[])["records"] == []
    worker.rest.delete("validate-records")
    assert worker.rest.get("/connectors") == []
