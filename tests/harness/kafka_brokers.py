"""A Kafka cluster of three brokers (KRaft, each also a controller) on loopback, which loses one of
them without losing a record."""

import os
import subprocess

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from .kafka_broker import CLUSTER_ID
from .ports import accepts, free_port
from .process import Process
from .wait import wait_until

NODES = (1, 2, 3)
OFFSETS_PARTITIONS = 4


def java_hash(text):
    """String.hashCode() of ASCII text."""
    value = 0
    for character in text:
        value = (31 * value + ord(character)) & 0xFFFFFFFF
    return value - (1 << 32) if value >= 1 << 31 else value


class KafkaBrokers:
    """Brokers 1 to 3. bootstrap names all of them."""

    def __init__(self, kafka, folder):
        self.kafka, self.folder = kafka, str(folder)
        self.ports = {node: free_port() for node in NODES}
        self._controllers = {node: free_port() for node in NODES}
        self.bootstrap = ",".join(f"127.0.0.1:{port}" for port in self.ports.values())
        self.processes = {}
        for node in NODES:
            self._configure(node)
            self._format(node)

    def _path(self, node, name):
        return os.path.join(self.folder, f"node{node}", name)

    def _configure(self, node):
        os.makedirs(self._path(node, ""), exist_ok=True)
        voters = ",".join(f"{n}@127.0.0.1:{port}" for n, port in self._controllers.items())
        listener = f"PLAINTEXT://127.0.0.1:{self.ports[node]}"
        lines = [
            "process.roles=broker,controller", f"node.id={node}",
            f"controller.quorum.voters={voters}",
            f"listeners={listener},CONTROLLER://127.0.0.1:{self._controllers[node]}",
            f"advertised.listeners={listener}",
            "listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
            "controller.listener.names=CONTROLLER", "inter.broker.listener.name=PLAINTEXT",
            f"log.dirs={self._path(node, 'logs')}", "num.network.threads=2", "num.io.threads=4",
            "num.recovery.threads.per.data.dir=1", "default.replication.factor=3",
            "min.insync.replicas=2", "offsets.topic.replication.factor=3",
            f"offsets.topic.num.partitions={OFFSETS_PARTITIONS}",
            "transaction.state.log.replication.factor=3", "transaction.state.log.min.isr=2",
            "transaction.state.log.num.partitions=4", "group.initial.rebalance.delay.ms=0",
            "auto.create.topics.enable=true", "log.cleaner.dedupe.buffer.size=8388608",
            # A broker that is gone is noticed soon. The controllers keep their own patience: with
            # less of it they elect one another in turn where the machine is busy, for many seconds.
            "broker.heartbeat.interval.ms=500", "broker.session.timeout.ms=3000",
            "replica.lag.time.max.ms=5000"]
        with open(self._path(node, "server.properties"), "w") as file:
            file.write("\n".join(lines) + "\n")

    def _format(self, node):
        done = subprocess.run(
            self.kafka.command("kafka.tools.StorageTool", [
                "format", "-t", CLUSTER_ID, "-c", self._path(node, "server.properties")],
                self._path(node, "")), capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr

    def start(self, *nodes):
        """All of them, or the given ones; waits until the cluster knows them."""
        for node in nodes or NODES:
            folder = self._path(node, "")
            self.processes[node] = Process(
                self.kafka.command("kafka.Kafka", [self._path(node, "server.properties")], folder,
                                   archive="broker"),
                self._path(node, "broker.log"), cwd=folder)
        wait_until(self._complete, 90, lambda: f"brokers {sorted(self.processes)} to be there",
                   self._check_alive)
        return self

    def _check_alive(self):
        for process in self.processes.values():
            process.check_alive()

    def _metadata(self, topic=None):
        """What the cluster says now. Asked by a new client: one that was connected to a broker which
        has just been killed may put its question to that broker, and wait for it to come back."""
        client = AdminClient({"bootstrap.servers": self.bootstrap, "log_level": 2})
        return client.list_topics(topic, timeout=10)

    def _complete(self):
        try:
            seen = set(self._metadata().brokers)
        except KafkaException:  # which says only "not yet"
            return False
        return seen == set(self.processes) and all(
            accepts(self.ports[node]) for node in self.processes)

    def kill(self, *nodes):
        """SIGKILL, of all or the given ones."""
        for node in nodes or list(self.processes):
            self.processes.pop(node).kill()

    def coordinator(self, group):
        """The broker that coordinates a group: the leader of the group's partition."""
        partition = (java_hash(group) & 0x7FFFFFFF) % OFFSETS_PARTITIONS
        topics = self._metadata("__consumer_offsets").topics
        return topics["__consumer_offsets"].partitions[partition].leader

    def wait_in_sync(self):
        """Until every partition has all its replicas: the next broker may go."""
        def lagging():
            return [f"{topic.topic}-{p.id} (leader {p.leader}, in sync {p.isrs} of {p.replicas})"
                    for topic in self._metadata().topics.values() for p in topic.partitions.values()
                    if len(p.isrs) < len(p.replicas) or p.leader < 1]
        wait_until(lambda: not lagging(), 60, lambda: f"all replicas to be in sync: {lagging()}")

    def close(self):
        self.kill()
