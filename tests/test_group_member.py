"""The client of group membership (src/kafka/wire) at real brokers: members are processes of
group_member_check, which print what happens to them."""

import os
import signal
import subprocess

import pytest

from harness.java import NEWEST, OLDEST
from harness.kafka_broker import PASSWORD, USER
from harness.wait import wait_until

pytestmark = [pytest.mark.system]

QUICK = ("session=3000", "rebalance=8000", "heartbeat=300")
# Sessions shorter than Kafka's default of 6 s.
SHORT_SESSIONS = ("group.min.session.timeout.ms=1000",)


class Member:
    def __init__(self, binary, folder, name, bootstrap, group, *settings):
        self.name = name
        self.log_path = folder / f"{name}.log"
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen([binary, name, bootstrap, group, *settings], text=True,
                                            stdin=subprocess.PIPE, stdout=log, stderr=log)

    def log(self):
        return self.log_path.read_text()

    def events(self, *kinds):
        return [line for line in self.log().splitlines() if line.split(" ")[0] in kinds]

    def wait(self, kind, condition, count=1, timeout=40):
        """Until `count` events of that kind fulfil the condition; gives the last."""
        def found():
            return [event for event in self.events(kind) if condition(event)]
        wait_until(lambda: len(found()) >= count, timeout,
                   lambda: f"{kind} at member {self.name}:\n{self.log()[-4000:]}")
        return found()[-1]

    def wait_with(self, *names, since=0, timeout=40):
        """Until the last assignment names exactly these members; it is the since-th at least."""
        def there():
            joined = self.events("joined")
            return len(joined) > since and joined[-1].split(" ")[4] == ",".join(sorted(names))
        wait_until(there, timeout, lambda: f"{names} at member {self.name}:\n{self.log()[-4000:]}")
        return self.events("joined")[-1].split(" ")

    def tell(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def close(self):
        self.tell("close")
        assert self.process.wait(20) == 0

    def end(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()


@pytest.fixture
def member(build, tmp_path):
    """member(name, bootstrap, group, ...): a member of a group, ended after the test."""
    binary = os.path.join(build.folder, "bin", "group_member_check")
    assert os.access(binary, os.X_OK), f"{binary} is missing: build the target group_member_check"
    started = []

    def make(name, bootstrap, group="members", *settings):
        started.append(Member(binary, tmp_path, name, bootstrap, group, *(settings or QUICK)))
        return started[-1]
    yield make
    for one in started:
        one.end()
    for one in started:
        for finding in ("ERROR: AddressSanitizer", "runtime error:", "WARNING: ThreadSanitizer"):
            assert finding not in one.log(), one.log()[-6000:]


@pytest.mark.slow
@pytest.mark.parametrize("version", [OLDEST, NEWEST])
def test_members_come_and_go(version, own_broker, member):
    broker = own_broker(version, properties=SHORT_SESSIONS).start()
    a = member("a", broker.bootstrap)
    a.wait_with("a")
    b, c = member("b", broker.bootstrap), member("c", broker.bootstrap)
    ids = {one.wait_with("a", "b", "c")[2] for one in (a, b, c)}
    assert len(ids) == 3
    generations = {one.events("joined")[-1].split(" ")[1] for one in (a, b, c)}
    assert len(generations) == 1, generations
    # One leads: only it was asked.
    asked = [one for one in (a, b, c)
             if any(line.endswith(" check a,b,c") for line in one.events("assign"))]
    assert len(asked) == 1

    before = len(a.events("joined"))
    b.close()  # says goodbye: no session has to end first
    a.wait_with("a", "c", since=before)
    c.process.kill()  # does not
    a.wait_with("a", since=before + 1)

    a.tell("rejoin")
    a.wait_with("a", since=before + 2)
    a.tell("leave")
    joined = a.wait_with("a", since=before + 3)
    assert joined[2] not in ids  # a new member
    a.close()
    assert not a.events("lost", "expelled", "failed")


@pytest.mark.slow
def test_a_broker_that_restarts(own_broker, member):
    broker = own_broker(properties=SHORT_SESSIONS).start()
    a, b = member("a", broker.bootstrap), member("b", broker.bootstrap)
    a.wait_with("a", "b")
    b.wait_with("a", "b")
    before = [len(one.events("joined")) for one in (a, b)]
    broker.kill()
    for one in (a, b):
        one.wait("lost", lambda line: line == "lost Broker coordinator was unreachable for 300ms")
    broker.start()
    for one, count in zip((a, b), before):
        one.wait_with("a", "b", since=count)
        assert len(one.events("lost")) == 1
        assert not one.events("failed")


@pytest.mark.slow
def test_a_member_that_slept_learns_that_it_was_expelled(own_broker, member):
    broker = own_broker(properties=SHORT_SESSIONS).start()
    a, b = member("a", broker.bootstrap), member("b", broker.bootstrap)
    a.wait_with("a", "b")
    b.wait_with("a", "b")
    b.process.send_signal(signal.SIGSTOP)
    a.wait_with("a", since=len(a.events("joined")))
    before = len(a.events("joined"))
    b.process.send_signal(signal.SIGCONT)
    b.wait("expelled", lambda line: "UNKNOWN_MEMBER_ID" in line)
    a.wait_with("a", "b", since=before)
    b.wait_with("a", "b", since=1)


@pytest.mark.slow
def test_a_caller_that_does_not_poll_leaves_the_group(own_broker, member):
    broker = own_broker(properties=SHORT_SESSIONS).start()
    a, b = member("a", broker.bootstrap), member("b", broker.bootstrap)
    a.wait_with("a", "b")
    b.wait_with("a", "b")
    before = len(a.events("joined"))
    b.tell("stall 12000")  # rebalance timeout: 8 s
    a.wait_with("a", since=before)
    a.wait_with("a", "b", since=before + 1)
    assert b.events("expelled") == ["expelled worker poll timeout has expired."]


PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule"
SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule"
OAUTH = "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule"


@pytest.fixture
def secure_broker(own_broker):
    """All mechanisms, and sessions of three seconds (KIP-368)."""
    listener = "listener.name.sasl_ssl"
    return own_broker(secure=True, properties=SHORT_SESSIONS + (
        f"{listener}.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER",
        f'{listener}.plain.sasl.jaas.config={PLAIN} required user_{USER}="{PASSWORD}";',
        f"{listener}.oauthbearer.sasl.jaas.config={OAUTH} required;",
        "connections.max.reauth.ms=3000")).start()


def trust_pem(broker):
    return ("ssl.truststore.type=PEM", f"ssl.truststore.location={broker.folder}/ca.pem")


def trust_pkcs12(broker):
    return ("ssl.truststore.type=PKCS12", f"ssl.truststore.location={broker.folder}/truststore.p12",
            "ssl.truststore.password=changeit")


def login(mechanism, password=PASSWORD):
    if mechanism == "OAUTHBEARER":
        jaas = f'{OAUTH} required unsecuredLoginStringClaim_sub="{USER}";'
    else:
        module = PLAIN if mechanism == "PLAIN" else SCRAM
        jaas = f'{module} required username="{USER}" password="{password}";'
    return ("security.protocol=SASL_SSL", f"sasl.mechanism={mechanism}", f"sasl.jaas.config={jaas}")


@pytest.mark.slow
def test_tls_and_every_mechanism(secure_broker, member):
    bootstrap = f"127.0.0.1:{secure_broker.secure_port}"
    members = [
        member("plain", bootstrap, "secure", *QUICK, *login("PLAIN"), *trust_pem(secure_broker)),
        member("scram256", bootstrap, "secure", *QUICK, *login("SCRAM-SHA-256"),
               *trust_pkcs12(secure_broker)),
        member("scram512", bootstrap, "secure", *QUICK, *login("SCRAM-SHA-512"),
               *trust_pem(secure_broker)),
        member("oauth", bootstrap, "secure", *QUICK, *login("OAUTHBEARER"),
               *trust_pem(secure_broker)),
    ]
    for one in members:
        one.wait_with("oauth", "plain", "scram256", "scram512")
    before = [(len(one.events("joined")), len(one.log())) for one in members]
    # Logged in anew, over the same connections, before their sessions end.
    for one in members:
        wait_until(lambda: one.log().count("Logged in again") >= 2, 40,
                   lambda: f"two more logins:\n{one.log()[-3000:]}")
    for one, (count, end) in zip(members, before):
        assert len(one.events("joined")) == count
        assert "Rediscovery" not in one.log()[end:]  # of the group's coordinator
        assert PASSWORD not in one.log()


@pytest.mark.slow
def test_who_must_not_come_in_is_told_why(secure_broker, member):
    bootstrap = f"127.0.0.1:{secure_broker.secure_port}"
    trust = trust_pem(secure_broker)
    for mechanism in ("PLAIN", "SCRAM-SHA-512"):
        one = member("wrong-" + mechanism, bootstrap, "secure",
                     *login(mechanism, "not-the-password"), *trust)
        one.wait("failed", lambda line: "SaslAuthenticationException: Authentication failed" in line,
                 count=2)  # tried again, too
        assert "not-the-password" not in one.log()
    stranger = member("stranger", bootstrap, "secure", *login("PLAIN"))
    stranger.wait("failed", lambda line: "SslAuthenticationException: SSL handshake failed" in line)
    plain = member("plain-to-tls", bootstrap, "secure")
    wait_until(lambda: "Invalid receive" in plain.log(), 20, plain.log)
    tls = member("tls-to-plain", secure_broker.bootstrap, "secure", "security.protocol=SSL", *trust)
    wait_until(lambda: "ended the TLS handshake" in tls.log(), 20, tls.log)


def test_a_group_of_consumers_is_no_place_for_a_worker(broker, member, topic):
    import confluent_kafka

    broker.client.create_topic(topic)
    consumer = confluent_kafka.Consumer({"bootstrap.servers": broker.bootstrap, "group.id": topic})
    consumer.subscribe([topic])
    try:
        wait_until(lambda: consumer.poll(0.1) or consumer.assignment(), 40, "an assignment")
        worker = member("worker", broker.bootstrap, topic, "session=10000")
        worker.wait("failed", lambda line: line.startswith(
            "failed org.apache.kafka.common.errors.InconsistentGroupProtocolException: "
            "The group member's supported protocols are incompatible"))
    finally:
        consumer.close()


def test_a_session_that_the_broker_does_not_allow(broker, member, topic):
    worker = member("worker", broker.bootstrap, topic, "session=100")
    worker.wait("failed", lambda line: "InvalidSessionTimeoutException: The session timeout is not "
                "within the range allowed by the broker" in line)
