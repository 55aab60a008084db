"""The REST API of a cluster beside a Java cluster's, asked through a worker that does not lead: the script of requests,
then what only a distributed worker has. Each cluster has a broker of its own, because names of connectors and topics,
and with them the groups of sinks, are the same on both sides."""

import os
import sys
import time

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import differential  # noqa: E402
from distributed_requests import more_requests  # noqa: E402
from harness.cluster import Cluster  # noqa: E402
from harness.wait import wait_until  # noqa: E402
from requests_script import Request, Wait, script  # noqa: E402
from test_differential import input_folder  # noqa: E402

pytestmark = [pytest.mark.system, pytest.mark.java, pytest.mark.slow]

# What Java answers where Millrace waits until the rebalance is over, or the config topic is read.
NOT_NOW = ("Request cannot be completed because a rebalance is expected",
           "Cannot complete request momentarily due to stale configuration",
           "Cannot complete request momentarily due to no known leader URL",
           "Cannot complete request because of a conflicting operation (e.g. worker rebalance)")
PATIENCE = 8  # seconds until both sides must have come to the same


class Side(differential.Worker):
    """A cluster, asked through its follower; the folder of input files is the same for both its workers."""

    def __init__(self, leader, follower, folder):
        super().__init__(f"http://127.0.0.1:{follower.port}", folder)
        self.leader = differential.Worker(f"http://127.0.0.1:{leader.port}", folder)

    def same_text(self, text):
        text = text.replace(self.leader.url, "@LEADER-URL@").replace(self.leader.address.netloc, "@WORKER@")
        return super().same_text(text)

    def ask(self, request, placeholder="@FOLDER@"):
        """Asks again while the answer is 409 for the moment's reason."""
        deadline = time.monotonic() + PATIENCE
        while True:
            answer = super().ask(request, placeholder)
            body = answer[2].decode("utf-8", "replace")
            if answer[0] != 409 or "forward=" in request.path or time.monotonic() > deadline or not any(
                    reason in body for reason in NOT_NOW):
                return answer
            self.repeated = getattr(self, "repeated", 0) + 1
            time.sleep(0.05)


def leads(worker):
    """A worker that may not hand a request on, and does not lead, answers 409."""
    side = differential.Worker(f"http://127.0.0.1:{worker.port}", "")
    return side.ask(Request("DELETE", "/connectors/no-such-connector?forward=false"))[0] == 404


def side_of(members):
    found = []

    def one_leads():
        found[:] = sorted(members, key=lambda member: not leads(member))
        return leads(found[0]) and not leads(found[1])
    wait_until(one_leads, 60, "one of two workers to lead")
    return Side(found[0], found[1], input_folder(found[0]))


def ghost(step, java_answer, millrace_answer):
    """Of a deleted connector's task Java may keep a status, when the task's last one comes after the deletion."""
    return (step.method == "GET" and "/tasks/" in step.path and step.path.endswith("/status")
            and java_answer[0] == 200 and b'"UNASSIGNED"' in java_answer[2] and millrace_answer[0] == 404)


def compare(step, java, millrace):
    """Reads may be behind what was written through another worker, so they are asked again until they agree."""
    deadline = time.monotonic() + (PATIENCE if step.method in ("GET", "HEAD") else 0)
    while True:
        theirs, ours = java.ask(step), millrace.ask(step)
        problem = differential.compare(step, java, theirs, millrace, ours)
        if problem and ghost(step, theirs, ours) and time.monotonic() > deadline:
            return None
        if problem is None or time.monotonic() > deadline:
            return problem
        time.sleep(0.05)


def followers_script():
    """Java's followers ask the leader for a path in which nothing is encoded: of `semi;colon` the leader sees `semi`, so
    that these can be neither changed nor deleted. Millrace hands the path on as it came."""
    return [step for step in script("@FOLDER@", 1) if "semi%3Bcolon" not in step.path and not (
        isinstance(step, Request) and step.method == "POST" and b"semi;colon" in (step.body or b""))]


def run(steps, java, millrace):
    passed = failed = 0
    for number, step in enumerate(steps):
        if isinstance(step, Wait):
            problems = [differential.wait(side, step, 30) for side in (java, millrace)]
            problem = " ".join(each for each in problems if each)
        else:
            problem = compare(step, java, millrace)
        if problem:
            failed += 1
            what = step.what if isinstance(step, Wait) else f"{step.method} {step.path} {(step.body or b'')[:200]!r}"
            print(f"FAIL step {number}: {what}\n      {problem}", flush=True)
        else:
            passed += 1
        if failed > 40:
            break
    print(f"{passed} passed, {failed} failed; Java's 409 of the moment {getattr(java, 'repeated', 0)} times, "
          f"Millrace's {getattr(millrace, 'repeated', 0)} times", flush=True)
    return failed


def test_followers_answer_as_javas_do(kafka_release, build, broker, own_broker, tmp_path):
    other = own_broker().start()
    theirs = Cluster(tmp_path / "theirs", other.bootstrap, "differential", build, kafka_release())
    ours = Cluster(tmp_path / "ours", broker.bootstrap, "differential", build, kafka_release())
    try:
        for member in [theirs.java(), theirs.java(), ours.millrace(), ours.millrace()]:
            member.start(wait=False)
        for member in theirs.members + ours.members:
            member.wait_started()
        java, millrace = side_of(theirs.members), side_of(ours.members)
        begin = time.monotonic()
        failed = run(followers_script(), java, millrace)
        failed += run(more_requests(), java, millrace)
        print(f"{time.monotonic() - begin:.0f} s")
        assert failed == 0, "see the output"
    finally:
        ours.close()
        theirs.close()
