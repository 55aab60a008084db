"""Brokers that want a login and TLS, with Java's client properties."""

import subprocess

import pytest

from harness.connectors import file_sink, file_source
from harness.kafka_broker import PASSWORD, USER
from harness.records import account, lines, read_lines, write_lines
from harness.rules import allow
from harness.wait import wait_until

pytestmark = [pytest.mark.system, pytest.mark.slow]


def login(mechanism, trust, password=PASSWORD):
    module = "org.apache.kafka.common.security.scram.ScramLoginModule"
    return {"security.protocol": "SASL_SSL", "sasl.mechanism": mechanism,
            "sasl.jaas.config": f'{module} required username="{USER}" password="{password}";', **trust}


def for_all_clients(settings):
    return {prefix + key: value for prefix in ("", "producer.", "consumer.", "admin.")
            for key, value in settings.items()}


@pytest.fixture
def secure_broker(own_broker):
    return own_broker(secure=True).start()


def trust_pem(broker):
    return {"ssl.truststore.type": "PEM", "ssl.truststore.location": f"{broker.folder}/ca.pem"}


def trust_pkcs12(broker):
    return {"ssl.truststore.type": "PKCS12", "ssl.truststore.password": "changeit",
            "ssl.truststore.location": f"{broker.folder}/truststore.p12"}


@pytest.mark.parametrize("mechanism, trust", [("SCRAM-SHA-512", trust_pkcs12),
                                              ("SCRAM-SHA-256", trust_pem)])
def test_scram_over_tls(mechanism, trust, secure_broker, millrace, tmp_path):
    settings = login(mechanism, trust(secure_broker))
    worker = millrace(bootstrap=f"127.0.0.1:{secure_broker.secure_port}",
                      config=for_all_clients(settings)).start()
    write_lines(tmp_path / "in.txt", lines(1000))
    worker.rest.create("source", file_source(tmp_path / "in.txt", "guarded"))
    wait_until(lambda: secure_broker.client.end_offset("guarded") >= 1000, 60,
               lambda: f"records; {worker.rest.status('source')}", worker.process.check_alive)
    worker.rest.create("sink", file_sink(tmp_path / "out.txt", "guarded"))
    wait_until(lambda: len(read_lines(tmp_path / "out.txt")) >= 1000, 60,
               lambda: f"lines; {worker.rest.status('sink')}", worker.process.check_alive)
    account(read_lines(tmp_path / "out.txt"), lines(1000))
    assert PASSWORD not in worker.log()
    assert worker.stop() == 0


def test_a_wrong_password_fails_the_tasks_and_is_never_shown(secure_broker, millrace, tmp_path):
    """Tasks that can never log in are FAILED with the reason; the worker lives."""
    settings = login("SCRAM-SHA-512", trust_pem(secure_broker), password="not-the-password")
    worker = millrace(bootstrap=f"127.0.0.1:{secure_broker.secure_port}",
                      config=for_all_clients(settings)).start()
    write_lines(tmp_path / "in.txt", lines(10))
    worker.rest.create("source", file_source(tmp_path / "in.txt", "guarded"))
    worker.rest.create("sink", file_sink(tmp_path / "out.txt", "guarded"))
    for name in ("source", "sink"):
        worker.rest.wait_state(name, "FAILED", timeout=60)
        assert "SaslAuthenticationException" in worker.rest.trace(name)
        assert "not-the-password" not in worker.rest.trace(name)
    assert "uthentication" in worker.log()
    assert "not-the-password" not in worker.log()
    assert worker.stop() == 0


def test_a_certificate_that_is_not_trusted_fails_the_tasks(secure_broker, millrace, tmp_path):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout",
                    tmp_path / "other.key", "-out", tmp_path / "other.pem", "-days", "30", "-subj",
                    "/CN=other"], check=True, capture_output=True)
    settings = login("SCRAM-SHA-512", {"ssl.truststore.type": "PEM",
                                       "ssl.truststore.location": str(tmp_path / "other.pem")})
    worker = millrace(bootstrap=f"127.0.0.1:{secure_broker.secure_port}",
                      config=for_all_clients(settings)).start()
    write_lines(tmp_path / "in.txt", lines(10))
    worker.rest.create("source", file_source(tmp_path / "in.txt", "guarded"))
    worker.rest.wait_state("source", "FAILED", timeout=60)
    assert "certificate verify failed" in worker.rest.trace("source")
    assert worker.stop() == 0


@pytest.fixture
def guarded_broker(own_broker):
    return own_broker(guarded=True).start()


def token_login(user):
    module = "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule"
    return {"security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "OAUTHBEARER",
            "sasl.jaas.config": f'{module} required unsecuredLoginStringClaim_sub="{user}";'}


def worker_of(make, broker, user, **more):
    return make(bootstrap=f"127.0.0.1:{broker.guarded_port}",
                config={**for_all_clients(token_login(user)), **more})


def test_oauthbearer_login(guarded_broker, millrace, tmp_path):
    client = guarded_broker.client
    client.create_topic("open")
    allow(guarded_broker.bootstrap, "alice", [("TOPIC", "open", "READ", "WRITE"),
                                              ("GROUP", "connect-sink", "READ")])
    worker = worker_of(millrace, guarded_broker, "alice").start()
    write_lines(tmp_path / "in.txt", lines(1000))
    worker.rest.create("source", file_source(tmp_path / "in.txt", "open"))
    worker.rest.create("sink", file_sink(tmp_path / "out.txt", "open"))
    wait_until(lambda: len(read_lines(tmp_path / "out.txt")) >= 1000, 60,
               lambda: f"lines; {worker.rest.status('source')} {worker.rest.status('sink')}",
               worker.process.check_alive)
    account(read_lines(tmp_path / "out.txt"), lines(1000))
    assert worker.stop() == 0


def test_a_jks_trust_store_is_refused_with_the_way_out(secure_broker, millrace, tmp_path):
    store = tmp_path / "trust.jks"
    subprocess.run(["keytool", "-importcert", "-noprompt", "-alias", "ca", "-file",
                    f"{secure_broker.folder}/ca.pem", "-keystore", store, "-storetype", "JKS",
                    "-storepass", "changeit"], check=True, capture_output=True)
    settings = login("SCRAM-SHA-512", {"ssl.truststore.location": str(store),
                                       "ssl.truststore.password": "changeit"})
    # The worker itself has a good store: only the connector's clients have the other.
    worker = millrace(bootstrap=f"127.0.0.1:{secure_broker.secure_port}", config={
        **login("SCRAM-SHA-512", trust_pem(secure_broker)),
        "connector.client.config.override.policy": "All"}).start()
    write_lines(tmp_path / "in.txt", lines(10))
    worker.rest.create("source", file_source(tmp_path / "in.txt", "guarded", **{
        "producer.override." + key: value for key, value in settings.items()}))
    worker.rest.wait_state("source", "FAILED", timeout=60)
    trace = worker.rest.trace("source")
    assert str(store) in trace and "keytool -importkeystore" in trace
    assert PASSWORD not in trace and "changeit" not in trace
    assert worker.stop() == 0
