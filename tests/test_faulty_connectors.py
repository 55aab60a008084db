"""Connectors that hang or fail: REST answers, others live, and what fails for a while comes back by itself."""

import concurrent.futures
import threading
import time

import pytest

from harness.faulty import build_faulty, faulty
from harness.wait import wait_until

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def plugins(tmp_path_factory):
    return build_faulty(str(tmp_path_factory.mktemp("faulty")))


@pytest.fixture
def worker(millrace, plugins, tmp_path):
    made = millrace(config={"plugin.path": plugins, "task.shutdown.graceful.timeout.ms": "1000"}).start()
    yield made
    open(tmp_path / "release", "w").close()  # whatever hangs may go


def every_page(rest, name):
    """All that can be read, and a connector that comes and goes."""
    for path in ("/", "/health", "/connectors", "/connectors?expand=info&expand=status&expand=metrics&expand=lag",
                 f"/connectors/{name}", f"/connectors/{name}/config",
                 f"/connectors/{name}/tasks", f"/connectors/{name}/topics", f"/connectors/{name}/logs",
                 f"/connectors/{name}/offsets", "/connector-plugins", "/connector-plugins?connectorsOnly=false",
                 "/connector-plugins/FaultySource/config", "/admin/loggers", "/admin/loggers/root", "/metrics",
                 "/openapi.json"):
        rest.call("GET", path, timeout=10)
    rest.call("PUT", "/connector-plugins/FaultySource/config/validate", {"connector.class": "FaultySource"}, timeout=10)
    rest.create("beside", faulty(""))
    rest.wait_state("beside", "RUNNING")
    rest.delete("beside")


@pytest.mark.parametrize("place", ["start", "task.start"])
def test_rest_answers_while_a_start_hangs(worker, tmp_path, place):
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        made = pool.submit(worker.rest.create, "hangs", faulty(tmp_path / "release", hang=place))
        wait_until(lambda: "hangs" in worker.rest.get("/connectors"), 20, "the connector to be there")
        every_page(worker.rest, "hangs")
        assert made.done() == (place == "task.start")
        open(tmp_path / "release", "w").close()
        assert made.result(60)["name"] == "hangs"
    worker.rest.wait_state("hangs", "RUNNING")


@pytest.mark.parametrize("place", ["stop", "task.stop"])
def test_rest_answers_while_a_stop_hangs(worker, tmp_path, place):
    worker.rest.create("hangs", faulty(tmp_path / "release", hang=place))
    worker.rest.wait_state("hangs", "RUNNING")
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        stopped = pool.submit(worker.rest.delete, "hangs")
        every_page_without(worker.rest)
        stopped.result(60)
    assert worker.rest.get("/connectors") == []
    # Its name is free again, whatever its old self still does.
    worker.rest.create("hangs", faulty(tmp_path / "release"))
    worker.rest.wait_state("hangs", "RUNNING")


def every_page_without(rest):
    rest.create("other", faulty(""))
    rest.wait_state("other", "RUNNING")
    every_page(rest, "other")
    rest.delete("other")


@pytest.mark.slow
def test_rest_answers_while_a_thousand_connectors_are_created(worker, tmp_path):
    done = threading.Event()
    slowest = 0.0

    def read():
        nonlocal slowest
        while not done.is_set():
            for path in ("/", "/connectors", "/connectors?expand=status", "/connector-plugins", "/health"):
                began = time.monotonic()
                worker.rest.call("GET", path, timeout=20)
                slowest = max(slowest, time.monotonic() - began)

    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        reader = pool.submit(read)
        try:
            made = list(pool.map(lambda i: worker.rest.create(f"c{i}", faulty("")), range(1000)))
        finally:
            done.set()
        reader.result(60)
    assert len(made) == 1000 and len(worker.rest.get("/connectors")) == 1000
    for name in ("c0", "c999"):
        worker.rest.wait_state(name, "RUNNING")
    print(f"slowest answer meanwhile: {slowest * 1000:.0f} ms")


def restarting(release, **settings):
    return faulty(release, **{"errors.restart.max.attempts": "-1", "errors.restart.delay.initial.ms": "20",
                              "errors.restart.delay.max.ms": "100", **settings})


def attempts(worker, name):
    wanted = "kafka_connect_connector_task_metrics_task_restart_attempts_total"
    return sum(float(line.rpartition(" ")[2]) for line in worker.rest.get("/metrics").splitlines()
               if line.startswith(wanted) and f'connector="{name}"' in line)


def test_a_failed_task_is_restarted_until_it_runs(worker, tmp_path):
    release = tmp_path / "release"
    worker.rest.create("again", restarting(release, fail="task.start"))
    wait_until(lambda: attempts(worker, "again") >= 3, 30, "three restarts", worker.process.check_alive)
    wait_until(lambda: worker.rest.trace("again").rpartition("\n")[2].startswith("Restart "), 20,
               "the next restart to be told in the trace")
    open(release, "w").close()
    worker.rest.wait_state("again", "RUNNING")


def test_a_failed_connector_is_restarted(worker, tmp_path):
    release = tmp_path / "release"
    with pytest.raises(Exception):
        worker.rest.create("again", restarting(release, fail="start"))
    open(release, "w").close()
    worker.rest.wait_state("again", "RUNNING")


@pytest.mark.parametrize("kind", ["fatal", "data", "config"])
def test_what_will_not_pass_is_not_restarted(worker, tmp_path, kind):
    worker.rest.create("broken", restarting(tmp_path / "release", fail="task.start", kind=kind))
    worker.rest.wait_state("broken", "FAILED")
    wait_until(lambda: worker.rest.trace("broken").endswith("No restart: the failure is not transient"), 20,
               lambda: worker.rest.trace("broken"))
    assert attempts(worker, "broken") == 0
    worker.rest.put_config("broken", restarting(tmp_path / "release", fail="task.start", kind=kind,
                                                **{"errors.restart.on": "all"}))
    wait_until(lambda: attempts(worker, "broken") >= 2, 20, "restarts of any failure")
    worker.rest.call("PUT", "/connectors/broken/stop")
    assert worker.rest.status("broken")["tasks"] == []


def test_it_stays_failed_without_the_setting(worker, tmp_path):
    worker.rest.create("plain", faulty(tmp_path / "release", fail="task.start"))
    worker.rest.wait_state("plain", "FAILED")
    assert "estart" not in worker.rest.trace("plain").splitlines()[-1]
