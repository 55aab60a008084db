"""A sink whose put takes longer than max.poll.interval.ms: the broker gives its partitions away."""

import os

import confluent_kafka
import pytest

from harness.connectors import file_sink
from harness.records import account_at_least_once, lines
from harness.wait import wait_until

pytestmark = [pytest.mark.system, pytest.mark.slow]

# More than a pipe holds, and more than one put.
RECORDS = 20_000
IMPATIENT = {"consumer.override.session.timeout.ms": "1000", "consumer.override.heartbeat.interval.ms": "200",
             "consumer.override.max.poll.interval.ms": "1000", "consumer.override.auto.offset.reset": "earliest"}


def members(client, group):
    try:
        found = client._admin.list_groups(group, timeout=10)
    except confluent_kafka.KafkaException:  # a broker that has just come up still reads its groups
        return 0
    return sum(len(each.members) for each in found)


def test_a_sink_that_holds_its_put_too_long_comes_back_and_loses_nothing(own_broker, millrace, tmp_path):
    """The sink writes to a pipe: its put waits until somebody reads."""
    broker = own_broker(properties=["group.min.session.timeout.ms=500"]).start()
    client, topic, group = broker.client, "slow", "connect-sink"
    client.create_topic(topic)
    client.produce(topic, lines(RECORDS))
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        worker = millrace(bootstrap=broker.bootstrap, config={
            "connector.client.config.override.policy": "All", "offset.flush.interval.ms": "200"}).start()
        worker.rest.create("sink", file_sink(pipe, topic, **IMPATIENT))
        wait_until(lambda: members(client, group) == 1, 30, "the sink to join its group")
        wait_until(lambda: members(client, group) == 0, 30, "the sink to be expelled")
        text = b""

        def received():
            nonlocal text
            try:
                text += os.read(reader, 1 << 20)
            except BlockingIOError:
                pass
            return text.count(b"\n") >= RECORDS and client.committed(group, topic) == [RECORDS]
        wait_until(received, 60, lambda: f"commits; {worker.rest.status('sink')}", worker.process.check_alive)
        account_at_least_once(text.decode().splitlines(), lines(RECORDS))
        worker.rest.wait_state("sink", "RUNNING")
        assert worker.stop() == 0
    finally:
        os.close(reader)
