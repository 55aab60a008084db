"""Generated cases of both roads, on Millrace and on the Java worker: what came of each is the same.

A quick part runs always; --road-cases and --road-seed ask for more and for others.
"""

import os
import random
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "comparison"))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "converters"))

import roads_command_lines  # noqa: E402
from roads_accepted import accepted, accepted_command_line  # noqa: E402
from roads_command_lines_run import difference, run  # noqa: E402
from roads_pair import SIDES, Side, Topics  # noqa: E402
from roads_run import SinkRun, SourceRun, shown  # noqa: E402
from roads_sinks import Sinks  # noqa: E402
from roads_sources import Sources  # noqa: E402

pytestmark = [pytest.mark.system, pytest.mark.slow]

AT_A_TIME = 40
SETTINGS = {"offset.flush.interval.ms": "500", "connector.client.config.override.policy": "All"}


@pytest.fixture
def amount(request):
    return request.config.getoption("--road-cases"), request.config.getoption("--road-seed")


JSON = "org.apache.kafka.connect.json.JsonConverter"
# Workers of some seeds are set up otherwise; the key is the seed's last digit.
OTHERS = {3: {"connector.client.config.override.policy": "None"}, 5: {"topic.creation.enable": "false"},
          7: {"connector.client.config.override.policy": "Principal"},
          9: {"value.converter": JSON, "value.converter.schemas.enable": "false", "key.converter": JSON,
              "header.converter": JSON, "producer.linger.ms": "3", "consumer.max.poll.records": "2"}}


@pytest.fixture
def pair(java, millrace, broker, tmp_path, amount):
    settings = {**SETTINGS, **OTHERS.get(amount[1] % 10, {})}
    workers = [java(config=settings), millrace(config=settings)]
    for worker in workers:
        worker.start(wait=False)
    for worker in workers:
        worker.wait_started()
    topics = Topics(broker.client)
    yield [Side(tag, worker, broker.client, tmp_path) for tag, worker in zip(SIDES, workers)], topics
    topics.close()


def test_sources(pair, amount):
    sides, topics = pair
    count, seed = amount
    generator, differences = Sources(seed), []
    for first in range(0, count, AT_A_TIME):
        cases = generator.cases(min(AT_A_TIME, count - first), first)
        differences += SourceRun(sides, topics, cases).run().differences(accepted)
    assert not differences, shown(differences, 40)


def test_sinks(pair, amount, broker):
    sides, topics = pair
    count, seed = amount
    generator, differences = Sinks(seed, broker.client), []
    for first in range(0, count, AT_A_TIME):
        cases = generator.cases(min(AT_A_TIME, count - first), first)
        differences += SinkRun(sides, topics, cases).run().differences(accepted)
    assert not differences, shown(differences, 40)


def test_command_lines(java, millrace, amount):
    """A few of the cases, others with each seed; with --road-cases=0 all."""
    count, seed = amount
    cases = roads_command_lines.cases()
    if count:
        cases = random.Random(seed).sample(cases, min(len(cases), count // 2))
    with ThreadPoolExecutor(2) as pool:
        found = []
        for case in cases:
            outcomes = [each.result() for each in [pool.submit(run, make(), tag, case)
                                                   for tag, make in zip(SIDES, (java, millrace))]]
            text = difference(*outcomes)
            if text and not accepted_command_line(case):
                found.append(f"{case[0]}\n   {text}")
    assert not found, f"{len(found)} of {len(cases)} differ\n" + "\n".join(found)
