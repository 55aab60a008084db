"""The REST API's guards, and secrets that come from configuration providers."""

import json
import os
import socket
import ssl
import subprocess
import urllib.error
import urllib.request
from base64 import b64encode

import pytest

from harness.connectors import file_source
from harness.ports import free_port
from harness.records import lines, write_lines
from harness.rest import RestError
from harness.wait import wait_until

pytestmark = pytest.mark.system

EXTENSION = "org.apache.kafka.connect.rest.basic.auth.extension.BasicAuthSecurityRestExtension"
MODULE = "org.apache.kafka.connect.rest.basic.auth.extension.PropertyFileLoginModule"
PROVIDERS = "org.apache.kafka.common.config.provider."


def openssl(*arguments, cwd):
    subprocess.run(["openssl", *arguments], cwd=cwd, check=True, capture_output=True)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """ca.pem; server and client: .key, .crt, .pem (both), .p12 (password store-pass)."""
    folder = tmp_path_factory.mktemp("certificates")
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost")
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem",
            "-subj", "/CN=ca", "-days", "2", cwd=folder)
    for name in ("server", "client"):
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out",
                f"{name}.csr", "-subj", f"/CN={name}", cwd=folder)
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
                "-CAcreateserial", "-days", "2", "-out", f"{name}.crt", "-extfile", "names",
                cwd=folder)
        (folder / f"{name}.pem").write_text((folder / f"{name}.key").read_text()
                                            + (folder / f"{name}.crt").read_text())
        openssl("pkcs12", "-export", "-in", f"{name}.crt", "-inkey", f"{name}.key", "-out",
                f"{name}.p12", "-passout", "pass:store-pass", cwd=folder)
    return folder


def get(url, certificates=None, client=False, user=None):
    """Status and body; 0 where the connection was refused or broken."""
    context = None
    if url.startswith("https"):
        context = ssl.create_default_context(cafile=certificates / "ca.pem")
        if client:
            context.load_cert_chain(certificates / "client.pem")
    headers = {}
    if user:
        headers["Authorization"] = "Basic " + b64encode(user.encode()).decode()
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10,
                                    context=context) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


def wait_answer(worker, *arguments, **more):
    wait_until(lambda: get(*arguments, **more)[0] == 200, 60, "an answer",
               worker.process.check_alive)


@pytest.mark.parametrize("store", ["server.pem", "server.p12"])
def test_https_beside_http(store, certificates, millrace):
    port = free_port()
    worker = millrace(config={"listeners.https.ssl.keystore.location": certificates / store,
                              "listeners.https.ssl.keystore.password": "store-pass",
                              "ssl.client.auth": "required"})  # not of the prefix: not used
    worker.config["listeners"] += f",https://127.0.0.1:{port}"
    worker.start()
    status, body = get(f"https://127.0.0.1:{port}/connectors", certificates)
    assert (status, body) == (200, "[]")
    assert get(worker.rest.base + "/connectors") == (200, "[]")
    assert "store-pass" not in worker.log()
    assert worker.stop() == 0


def test_clients_must_show_their_certificate(certificates, millrace):
    port = free_port()
    worker = millrace(config={"listeners": f"https://127.0.0.1:{port}",
                              "ssl.keystore.location": certificates / "server.pem",
                              "ssl.truststore.location": certificates / "ca.pem",
                              "ssl.client.auth": "required"}).start(wait=False)
    url = f"https://127.0.0.1:{port}/"
    wait_answer(worker, url, certificates, client=True)
    assert get(url, certificates)[0] == 0
    assert get(f"http://127.0.0.1:{port}/")[0] == 0
    assert worker.stop() == 0


def test_clients_that_stop_half_way_hold_up_nobody(certificates, millrace):
    port = free_port()
    worker = millrace(config={"listeners.https.ssl.keystore.location": certificates / "server.pem"})
    worker.config["listeners"] += f",https://127.0.0.1:{port}"
    worker.start()
    held = []
    for number in range(150):
        for one, beginning in ((port, [b"", b"\x16\x03\x01", b"GET / HTTP/1.1\r\n\r\n"]),
                               (worker.port, [b"", b"GET /co", b"GET / HTTP/1.1\r\nX: "])):
            held.append(socket.create_connection(("127.0.0.1", one)))
            held[-1].sendall(beginning[number % 3])
    assert get(f"https://127.0.0.1:{port}/connectors", certificates) == (200, "[]")
    assert get(worker.rest.base + "/connectors") == (200, "[]")
    assert worker.stop() == 0  # neither does its end wait for them
    for one in held:
        one.close()


def test_admin_has_listeners_of_its_own(certificates, millrace):
    port = free_port()
    worker = millrace(config={"admin.listeners": f"https://127.0.0.1:{port}",
                              "admin.listeners.https.ssl.keystore.location":
                                  certificates / "server.pem"}).start()
    assert get(f"https://127.0.0.1:{port}/admin/loggers", certificates)[0] == 200
    assert get(f"https://127.0.0.1:{port}/connectors", certificates)[0] == 404
    assert get(worker.rest.base + "/admin/loggers")[0] == 404
    assert worker.stop() == 0


def test_an_https_listener_without_a_key_is_refused(millrace):
    worker = millrace(config={"listeners": f"https://127.0.0.1:{free_port()}"}).start(wait=False)
    wait_until(lambda: not worker.process.running(), 30, "the worker to end")
    assert "ssl.keystore.location" in worker.log()


def test_names_and_passwords(millrace, tmp_path):
    (tmp_path / "users.properties").write_text("alice=wonder:land\n")
    (tmp_path / "jaas.conf").write_text(
        f'KafkaConnect {{ {MODULE} required file="{tmp_path}/users.properties"; }};')
    worker = millrace(config={"rest.extension.classes": EXTENSION,
                              "millrace.rest.jaas.config": tmp_path / "jaas.conf"})
    worker.start(wait=False)
    url = worker.rest.base + "/connectors"
    wait_answer(worker, url, user="alice:wonder:land")
    refused = (401, "User cannot access the resource.")
    assert get(url) == get(url, user="alice:x") == get(url, user="bob:wonder:land") == refused
    assert get(worker.rest.base + "/nowhere")[0] == 404
    assert "wonder:land" not in worker.log()
    assert worker.stop() == 0


@pytest.mark.parametrize("listener, extension, loud", [("http://:{}", None, True),
                                                       ("http://127.0.0.1:{}", None, False)])
def test_an_open_listener_is_said_loudly(listener, extension, loud, millrace):
    worker = millrace()
    worker.config["listeners"] = listener.format(worker.port)
    worker.start()
    assert ("ASKS NOBODY" in worker.log()) == loud
    assert worker.stop() == 0


SECRET = "the-very-secret-value"


@pytest.fixture
def secrets(tmp_path):
    folder = tmp_path / "secrets"
    folder.mkdir()
    write_lines(tmp_path / f"{SECRET}.txt", lines(10))
    (folder / "some.properties").write_text(f"file={tmp_path}/{SECRET}.txt\ntasks=1\nbad={SECRET}\n")
    return folder


def provider(name, kind, **parameters):
    return {f"config.providers.{name}.class": f"{PROVIDERS}{kind}ConfigProvider",
            **{f"config.providers.{name}.param.{key}": value for key, value in parameters.items()}}


def test_variables_are_resolved_and_never_shown(secrets, millrace, broker, topic):
    worker = millrace(config={"config.providers": "file",
                              **provider("file", "File", **{"allowed.paths": secrets})}).start()
    variable = f"${{file:{secrets}/some.properties:%s}}"
    config = {**file_source(variable % "file", topic), "tasks.max": variable % "tasks"}
    worker.rest.create("source", config)
    wait_until(lambda: broker.client.end_offset(topic) >= 10, 60,
               lambda: f"records; {worker.rest.status('source')}", worker.process.check_alive)
    assert worker.rest.get("/connectors/source")["config"]["file"] == variable % "file"
    assert worker.rest.get("/connectors/source/tasks")[0]["config"]["file"] == variable % "file"

    kind = config["connector.class"]
    answer = worker.rest.call("PUT", f"/connector-plugins/{kind}/config/validate",
                              {**config, "name": "other", "tasks.max": variable % "bad"})
    found = {one["value"]["name"]: one["value"] for one in answer["configs"]}
    assert found["file"]["value"] == variable % "file"
    assert found["tasks.max"]["errors"] and SECRET not in json.dumps(answer)
    with pytest.raises(RestError) as refused:
        worker.rest.create("bad", {**config, "name": "bad", "tasks.max": variable % "bad"})
    assert refused.value.status == 400 and SECRET not in refused.value.body

    os.remove(secrets / "some.properties")
    with pytest.raises(RestError) as failed:
        worker.rest.create("late", {**config, "name": "late"})
    assert "Could not read properties from file" in failed.value.body
    assert SECRET not in worker.log()
    assert worker.stop() == 0


def test_traces_do_not_tell_what_was_resolved(secrets, millrace, topic):
    worker = millrace(config={"config.providers": "dir", **provider("dir", "Directory")}).start()
    (secrets / "folder").write_text(f"/no/such/{SECRET}")
    worker.rest.create("sink", {
        "connector.class": "org.apache.kafka.connect.file.FileStreamSinkConnector",
        "topics": topic, "file": f"${{dir:{secrets}:folder}}"})
    worker.rest.wait_state("sink", "FAILED")
    assert "[hidden]" in worker.rest.trace("sink")
    assert SECRET not in json.dumps(worker.rest.status("sink")) + worker.log()
    logs = worker.rest.get("/connectors/sink/logs?tail=50")
    assert logs["lines"] and SECRET not in json.dumps(logs)
    assert worker.stop() == 0


def test_the_worker_s_own_settings_are_resolved(secrets, millrace):
    worker = millrace(config={"config.providers": "dir", **provider("dir", "Directory")})
    (secrets / "flush").write_text("not-a-number-but-secret")
    worker.config["offset.flush.interval.ms"] = f"${{dir:{secrets}:flush}}"
    worker.start(wait=False)
    wait_until(lambda: not worker.process.running(), 30, "the worker to end")
    assert "offset.flush.interval.ms" in worker.log()
    assert "not-a-number-but-secret" not in worker.log()
