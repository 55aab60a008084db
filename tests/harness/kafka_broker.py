"""A real Apache Kafka broker (KRaft, one node) on loopback, in a folder of its own."""

import os
import shutil
import subprocess

from .kafka_client import KafkaClient
from .ports import accepts, free_port
from .process import Process
from .wait import wait_until

CLUSTER_ID = "MillraceTestCluster0AA"
USER, PASSWORD = "millrace", "millrace-secret"


class KafkaBroker:
    """secure: also opens a SASL_SSL listener (SCRAM, user and password above) at secure_port, with
    a certificate of its own authority: ca.pem, truststore.p12 (password changeit) in `folder`.
    guarded: also opens a SASL_PLAINTEXT listener at guarded_port, where OAUTHBEARER's unsecured
    tokens name the user; such a user may do what harness/rules.py allows, no more."""

    def __init__(self, kafka, folder, secure=False, guarded=False, port=None, properties=(),
                 flags=None):
        self.kafka = kafka
        self.flags = flags
        self.folder = str(folder)
        self.port = port or free_port()
        self.secure_port = free_port() if secure else None
        self.guarded_port = free_port() if guarded else None
        self.bootstrap = f"127.0.0.1:{self.port}"
        self.client = KafkaClient(self.bootstrap)
        self.process = None
        os.makedirs(self.folder, exist_ok=True)
        self._configure(secure, properties)
        self._format(secure)

    def _configure(self, secure, properties):
        controller = free_port()
        listeners = [f"PLAINTEXT://127.0.0.1:{self.port}"]
        protocols = ["CONTROLLER:PLAINTEXT", "PLAINTEXT:PLAINTEXT"]
        more = list(properties)
        if secure:
            self._make_certificates()
            listeners.append(f"SASL_SSL://127.0.0.1:{self.secure_port}")
            protocols.append("SASL_SSL:SASL_SSL")
            module = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
            more += ["sasl.enabled.mechanisms=SCRAM-SHA-256,SCRAM-SHA-512",
                     f"listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config={module}",
                     f"listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config={module}",
                     "ssl.keystore.type=PKCS12", f"ssl.keystore.location={self.folder}/broker.p12",
                     "ssl.keystore.password=changeit", "ssl.key.password=changeit"]
        if self.guarded_port:
            listeners.append(f"SASL_PLAINTEXT://127.0.0.1:{self.guarded_port}")
            protocols.append("SASL_PLAINTEXT:SASL_PLAINTEXT")
            module = "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule"
            more += ["sasl.enabled.mechanisms=OAUTHBEARER",
                     f"listener.name.sasl_plaintext.oauthbearer.sasl.jaas.config={module} required;",
                     "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                     "super.users=User:ANONYMOUS"]  # whoever comes without a login
        lines = [
            "process.roles=broker,controller", "node.id=1",
            f"controller.quorum.voters=1@127.0.0.1:{controller}",
            f"listeners={','.join(listeners)},CONTROLLER://127.0.0.1:{controller}",
            f"advertised.listeners={','.join(listeners)}",
            f"listener.security.protocol.map={','.join(protocols)}",
            "controller.listener.names=CONTROLLER", "inter.broker.listener.name=PLAINTEXT",
            f"log.dirs={self.folder}/logs", "num.network.threads=2", "num.io.threads=4",
            "num.recovery.threads.per.data.dir=1", "default.replication.factor=1",
            "min.insync.replicas=1", "offsets.topic.replication.factor=1",
            "offsets.topic.num.partitions=4", "transaction.state.log.replication.factor=1",
            "transaction.state.log.min.isr=1", "transaction.state.log.num.partitions=4",
            "group.initial.rebalance.delay.ms=0", "auto.create.topics.enable=true",
            "log.retention.ms=-1",  # many tests write records of long ago
            "log.cleaner.dedupe.buffer.size=8388608", "broker.heartbeat.interval.ms=500",
            "broker.session.timeout.ms=6000", *more]
        with open(f"{self.folder}/server.properties", "w") as file:
            file.write("\n".join(lines) + "\n")

    def _make_certificates(self):
        def openssl(*arguments):
            subprocess.run(["openssl", *arguments], cwd=self.folder, check=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "broker.key", "-out",
                "ca.pem", "-days", "30", "-subj", "/CN=localhost", "-addext",
                "subjectAltName=DNS:localhost,IP:127.0.0.1")
        openssl("pkcs12", "-export", "-in", "ca.pem", "-inkey", "broker.key", "-out", "broker.p12",
                "-passout", "pass:changeit")
        # Java's keytool marks the entry as trusted, which a trust store needs.
        subprocess.run(["keytool", "-importcert", "-noprompt", "-alias", "ca", "-file", "ca.pem",
                        "-keystore", "truststore.p12", "-storetype", "PKCS12", "-storepass",
                        "changeit"], cwd=self.folder, check=True, capture_output=True)

    def _format(self, secure):
        # Formatting costs a JVM; an empty formatted folder is the same for every broker.
        template = os.path.join(self.kafka.folder, "formatted")
        if not secure and os.path.isdir(template):
            shutil.copytree(template, f"{self.folder}/logs")
            return
        arguments = ["format", "-t", CLUSTER_ID, "-c", f"{self.folder}/server.properties"]
        if secure:
            for mechanism in ("SCRAM-SHA-256", "SCRAM-SHA-512"):
                arguments += ["--add-scram", f"{mechanism}=[name={USER},password={PASSWORD}]"]
        done = subprocess.run(
            self.kafka.command("kafka.tools.StorageTool", arguments, self.folder),
            capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        if not secure:
            shutil.copytree(f"{self.folder}/logs", template + f".{os.getpid()}")
            os.rename(template + f".{os.getpid()}", template)

    def start(self, wait=True):
        self.process = Process(
            self.kafka.command("kafka.Kafka", [f"{self.folder}/server.properties"], self.folder,
                               flags=self.flags, archive="broker" if self.flags is None else None),
            f"{self.folder}/broker.log", cwd=self.folder)
        if wait:
            self.wait_ready()
        return self

    def wait_ready(self):
        wait_until(lambda: accepts(self.port) and self._answers(), 60,
                   lambda: f"the broker:\n{self.process.log()[-2000:]}", self.process.check_alive)

    def _answers(self):
        try:
            return len(self.client._admin.list_topics(timeout=2).brokers) == 1
        except Exception:  # the client's exception, which says only "not yet"
            return False

    def stop(self):
        if self.process is not None:
            self.process.terminate(40)
            self.kafka.keep_archive("broker", self.folder)
            self.process = None

    def kill(self):
        self.process.kill()
        self.process = None

    def close(self):
        self.client.close()
        if self.process is not None:
            self.process.kill()
            self.process = None
