"""Fixtures of the system tests: pytest tests [--build release|debug|tsan] [-m 'not slow']."""

import os
import subprocess
import sys
import uuid

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tests"))

from harness.cluster import Cluster  # noqa: E402
from harness.java import NEWEST, OLDEST, JavaKafka  # noqa: E402,F401
from harness.kafka_broker import KafkaBroker  # noqa: E402
from harness.worker import JavaWorker, MillraceWorker  # noqa: E402


def pytest_addoption(parser):
    parser.addoption("--build", default="release", help="preset whose build is tested")
    parser.addoption("--road-cases", type=int, default=12, help="generated cases of each road")
    parser.addoption("--road-seed", type=int, default=1)
    # To see that a test's expectation is Java's; what is Millrace's own fails or is skipped.
    parser.addoption("--worker", default="millrace", choices=["millrace", "java"])


def pytest_configure(config):
    config.addinivalue_line("markers", "system: needs real servers")
    config.addinivalue_line("markers", "slow: takes more than about ten seconds")


class Build:
    def __init__(self, preset):
        self.preset = preset
        self.folder = os.path.join(ROOT, "build", preset)
        self.binary = os.path.join(self.folder, "bin", "millrace")
        # Sanitizers make everything slower; tests may ask for less work.
        self.sanitized = preset in ("debug", "tsan")


@pytest.fixture(scope="session")
def build(request):
    found = Build(request.config.getoption("--build"))
    if request.config.getoption("--worker") == "java":
        return found
    assert os.access(found.binary, os.X_OK), f"{found.binary} is missing: cmake --build --preset {found.preset}"
    return found


@pytest.fixture(scope="session")
def kafka_release():
    """kafka_release(version): the release, fetched at its first use."""
    releases = {}

    def get(version=NEWEST):
        if version not in releases:
            folder = os.path.join(ROOT, "build", "deps", f"kafka-{version}")
            subprocess.run([os.path.join(ROOT, "tools", "fetch_kafka"), version, folder], check=True)
            releases[version] = JavaKafka(folder, version)
        return releases[version]
    return get


@pytest.fixture(scope="session")
def broker(kafka_release, tmp_path_factory):
    """The newest Kafka, shared by the tests that leave it alone."""
    started = KafkaBroker(kafka_release(), tmp_path_factory.mktemp("broker")).start()
    yield started
    started.client.close()
    started.stop()


@pytest.fixture
def own_broker(kafka_release, tmp_path):
    """own_broker(...): a broker that the test may kill; see KafkaBroker."""
    started = []

    def make(version=NEWEST, **options):
        folder = tmp_path / f"broker{len(started)}"
        started.append(KafkaBroker(kafka_release(version), folder, **options))
        return started[-1]
    yield make
    for one in started:
        one.close()


@pytest.fixture
def millrace(build, kafka_release, broker, tmp_path, request):
    """millrace(bootstrap=..., config=...): a worker, not yet started; killed after the test. A
    sanitizer's finding in its log fails the test."""
    made = []

    def make(bootstrap=None, config=None):
        folder = tmp_path / f"millrace{len(made)}"
        bootstrap = bootstrap or broker.bootstrap
        if request.config.getoption("--worker") == "java":
            made.append(JavaWorker(folder, bootstrap, kafka_release(), config, level="INFO"))
        else:
            made.append(MillraceWorker(folder, bootstrap, build, config))
        return made[-1]
    yield make
    for worker in made:
        worker.close()
    for worker in made:
        worker.assert_no_findings()


@pytest.fixture
def cluster_config():
    """Settings of all workers of `cluster`; for a module to override."""
    return {}


@pytest.fixture
def cluster(build, kafka_release, broker, tmp_path, cluster_config):
    """A cluster without members yet; a sanitizer's finding in a log fails the test."""
    made = Cluster(tmp_path, broker.bootstrap, f"cluster-{uuid.uuid4().hex[:8]}", build,
                   kafka_release(), config=cluster_config)
    yield made
    made.close()
    for member in made.members:
        member.assert_no_findings()


@pytest.fixture
def java(kafka_release, broker, tmp_path):
    """java(bootstrap=..., config=...): the Java worker, not yet started."""
    made = []

    def make(bootstrap=None, config=None):
        folder = tmp_path / f"java{len(made)}"
        made.append(JavaWorker(folder, bootstrap or broker.bootstrap, kafka_release(), config))
        return made[-1]
    yield make
    for worker in made:
        worker.close()


@pytest.fixture
def topic(broker, request):
    """A name of this test's own."""
    text = "".join(c if c.isalnum() else "-" for c in request.node.name)
    return text[:80].strip("-") + f"-{os.getpid()}"
