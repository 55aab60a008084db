"""Cases of the command line: worker files and connector files of which something is wrong or odd.

A case: (name, changes of the worker's properties (None: left out), [(file name, text)], odd arguments).
"""

import json

SOURCE = {"name": "lines", "connector.class": "FileStreamSource", "tasks.max": "1", "file": "FOLDER/in.txt", "topic": "cl-SIDE"}


def properties(entries):
    return "".join(f"{key}={value}\n" for key, value in entries.items())


def connector(**changes):
    changed = {**SOURCE, **{key.replace("__", "."): value for key, value in changes.items()}}
    return {key: value for key, value in changed.items() if value is not None}


def worker_cases():
    changes = [{key: None} for key in ("bootstrap.servers", "key.converter", "value.converter", "offset.storage.file.filename")]
    changes += [
        {"bootstrap.servers": ""}, {"bootstrap.servers": "localhost"}, {"bootstrap.servers": "localhost:abc"}, {"bootstrap.servers": "no.such.host.invalid:9092"},
        {"bootstrap.servers": "127.0.0.1:1"}, {"bootstrap.servers": "127.0.0.1:99999"}, {"bootstrap.servers": "PLAINTEXT://BROKER"}, {"bootstrap.servers": "BROKER,BROKER"},
        {"bootstrap.servers": " BROKER , 127.0.0.1:1"},
        {"key.converter": "com.example.None"}, {"value.converter": "java.lang.String"}, {"value.converter": "JsonConverter"}, {"value.converter": ""},
        {"header.converter": "com.example.None"}, {"header.converter": "org.apache.kafka.connect.storage.StringConverter"},
        {"value.converter": "org.apache.kafka.connect.json.JsonConverter", "value.converter.schemas.enable": "maybe"},
        {"value.converter": "org.apache.kafka.connect.json.JsonConverter", "value.converter.decimal.format": "x"},
        {"listeners": "nonsense"}, {"listeners": ""}, {"listeners": "ftp://127.0.0.1:REST"}, {"listeners": "HTTP://127.0.0.1:REST"}, {"listeners": "http://:REST"},
        {"listeners": "http://127.0.0.1:REST,http://127.0.0.1:REST"}, {"listeners": "http://127.0.0.1:notaport"}, {"listeners": "http://127.0.0.1"},
        {"listeners": "http://256.1.1.1:REST"}, {"listeners": "http://127.0.0.1:REST/path"}, {"listeners": "https://127.0.0.1:REST"}, {"listeners": " http://127.0.0.1:REST "},
        {"listeners": "http://127.0.0.1:REST,"}, {"listeners": "http://127.0.0.1:70000"},
        {"admin.listeners": ""}, {"admin.listeners": "nonsense"}, {"admin.listeners": "http://127.0.0.1:REST"},
        {"rest.advertised.port": "x"}, {"rest.advertised.listener": "ftp"}, {"rest.advertised.listener": "https"}, {"rest.advertised.host.name": ""}, {"rest.port": "8083"}, {"rest.host.name": "x"},
        {"plugin.path": "FOLDER/none"}, {"plugin.path": ""}, {"plugin.path": ","}, {"plugin.path": "FOLDER, FOLDER"}, {"plugin.discovery": "nonsense"},
        {"offset.flush.interval.ms": "x"}, {"offset.flush.interval.ms": "-1"}, {"offset.flush.interval.ms": "0"}, {"offset.flush.timeout.ms": "99999999999999999999"},
        {"offset.flush.interval.ms": ""}, {"offset.flush.interval.ms": " 1000 "}, {"offset.flush.timeout.ms": "1e3"},
        {"task.shutdown.graceful.timeout.ms": "abc"}, {"task.shutdown.graceful.timeout.ms": "-5"}, {"topic.creation.enable": "perhaps"}, {"topic.creation.enable": "TRUE"},
        {"offset.storage.file.filename": ""}, {"offset.storage.file.filename": "FOLDER"}, {"offset.storage.file.filename": "FOLDER/none/offsets"}, {"offset.storage.file.filename": "FOLDER/garbage"},
        {"connector.client.config.override.policy": "Nobody"}, {"connector.client.config.override.policy": "None"}, {"connector.client.config.override.policy": ""},
        {"security.protocol": "NONSENSE"}, {"security.protocol": "SSL"}, {"security.protocol": "SASL_PLAINTEXT"}, {"security.protocol": "plaintext"},
        {"security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "PLAIN"}, {"security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "PLAIN", "sasl.jaas.config": "garbage"},
        {"security.protocol": "SSL", "ssl.truststore.location": "FOLDER/none.jks"}, {"security.protocol": "SSL", "ssl.truststore.location": "FOLDER/garbage", "ssl.truststore.password": "x"},
        {"ssl.enabled.protocols": "x"}, {"ssl.client.auth": "x"}, {"ssl.keystore.type": "x"},
        {"metrics.num.samples": "0"}, {"metrics.sample.window.ms": "-1"}, {"metrics.recording.level": "x"}, {"metrics.recording.level": "debug"}, {"metric.reporters": "com.example.None"}, {"metric.reporters": ""},
        {"config.providers": "file"}, {"config.providers": "file", "config.providers.file.class": "com.example.None"},
        {"config.providers": "file", "config.providers.file.class": "org.apache.kafka.common.config.provider.FileConfigProvider", "key.converter": "${file:FOLDER/none:key}"},
        {"config.providers": "file", "config.providers.file.class": "org.apache.kafka.common.config.provider.FileConfigProvider", "key.converter": "${file:FOLDER/garbage:nokey}"},
        {"key.converter": "${none:x:y}"}, {"rest.extension.classes": "com.example.None"}, {"rest.extension.classes": ""}, {"response.http.headers.config": "nonsense"},
        {"response.http.headers.config": "add X-A: b"}, {"access.control.allow.origin": "*"}, {"access.control.allow.methods": "GET,NONE"},
        {"unknown.key": "x"}, {"client.dns.lookup": "x"}, {"client.dns.lookup": "default"}, {"internal.key.converter": "org.apache.kafka.connect.json.JsonConverter"},
        {"producer.acks": "2"}, {"producer.nonsense": "x"}, {"consumer.max.poll.records": "0"}, {"producer.compression.type": "none such"},
        {"group.id": "x"}, {"offset.storage.topic": "x"}, {"task.shutdown.graceful.timeout.ms": "10", "offset.flush.timeout.ms": "0"},
    ]
    for index, change in enumerate(changes):
        yield f"worker {index} {json.dumps(change)}", change, [("lines.properties", properties(connector()))], None


def connector_cases():
    texts = [
        ("flat.json", json.dumps(connector())), ("request.json", json.dumps({"name": "lines", "config": connector(name=None)})),
        ("both.json", json.dumps({"name": "lines", "config": connector()})), ("other.json", json.dumps({"name": "other", "config": connector()})),
        ("state.json", json.dumps({"name": "lines", "config": connector(name=None), "initial_state": "paused"})),
        ("badstate.json", json.dumps({"name": "lines", "config": connector(name=None), "initial_state": "dancing"})),
        ("extra.json", json.dumps({"name": "lines", "config": connector(name=None), "extra": 1})), ("noname.json", json.dumps({"config": connector()})),
        ("nameless.json", json.dumps({"config": connector(name=None)})), ("noconfig.json", json.dumps({"name": "lines"})), ("empty.json", ""), ("braces.json", "{}"),
        ("list.json", "[]"), ("broken.json", '{"name": "lines", '), ("number.json", json.dumps({**connector(), "tasks.max": 1})), ("null.json", json.dumps({**connector(), "batch.size": None})),
        ("nested.json", json.dumps({**connector(), "more": {"a": 1}})), ("boolean.json", json.dumps({"name": "lines", "config": {**connector(), "errors.log.enable": True}})),
        ("twice.json", '{"name":"lines","name":"lines",' + json.dumps(connector())[1:]), ("props.txt", properties(connector())), ("json.properties", json.dumps(connector())),
        ("noname.properties", properties(connector(name=None))), ("emptyname.properties", properties(connector(name=""))), ("empty.properties", ""),
        ("comment.properties", "# only this\n"), ("noclass.properties", properties(connector(connector__class=None))), ("badclass.properties", properties(connector(connector__class="com.example.None"))),
        ("badtasks.properties", properties(connector(tasks__max="x"))), ("zero.properties", properties(connector(tasks__max="0"))), ("notopic.properties", properties(connector(topic=None))),
        ("badconverter.properties", properties(connector(value__converter="com.example.None"))), ("transform.properties", properties(connector(transforms="a"))),
        ("escapes.properties", "name = lines\nconnector.class : FileStreamSource\ntasks.max 1\nfile=FOLDER/in\\u002etxt\ntopic=cl-\\\n  SIDE\n! bang\n"),
        ("latin.properties", properties(connector(x="\u00e4"))), ("badescape.properties", properties(connector()) + "k=\\u12\n"), ("crlf.properties", properties(connector()).replace("\n", "\r\n")),
        ("bom.properties", "\ufeff" + properties(connector())), ("bom.json", "\ufeff" + json.dumps(connector())), ("provider.properties", properties(connector(topic="${file:FOLDER/none:x}"))),
        ("slash.properties", properties(connector(name="a/b"))), ("control.properties", properties(connector(name="a\\u0001b"))), ("blank.properties", properties(connector(name="a b"))),
        ("string.json", '"text"'), ("trailing.json", json.dumps(connector()) + " x"), ("comment.json", "/* c */" + json.dumps(connector())), ("upper.json", json.dumps({"NAME": "lines", "CONFIG": {}})),
    ]
    for name, text in texts:
        yield f"connector {name}", {}, [(name, text)], None
    good = ("lines.properties", properties(connector()))
    yield "twice the same", {}, [good, good], None
    yield "two of one name", {}, [good, ("second.json", json.dumps(connector(topic="other-SIDE")))], None
    yield "good, then bad", {}, [good, ("bad.properties", properties(connector(name="bad", connector__class="com.example.None")))], None
    yield "bad, then good", {}, [("bad.properties", properties(connector(name="bad", connector__class="com.example.None"))), good], None
    yield "none there", {}, [], ["FOLDER/none.properties"]
    yield "a folder", {}, [], ["FOLDER"]
    yield "no connector", {}, [], None


def cases():
    return [*worker_cases(), *connector_cases()]
