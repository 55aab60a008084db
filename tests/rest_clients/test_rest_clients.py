"""Public clients of Kafka Connect's REST API run all they can do against the Java worker and against Millrace."""

import hashlib
import json
import os
import subprocess
import sys

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "rest"))

from differential import normal  # noqa: E402

pytestmark = [pytest.mark.system, pytest.mark.slow]
REQUIREMENTS = os.path.join(HERE, "requirements.txt")
CLIENTS = ("kafka-connect-py", "kafkaconnect", "kafka-connect-api")


@pytest.fixture(scope="session")
def clients_python():
    """A Python that has the clients, made once for each list of versions."""
    with open(REQUIREMENTS, "rb") as file:
        version = hashlib.sha256(file.read() + sys.version.encode()).hexdigest()[:12]
    root = os.path.dirname(os.path.dirname(HERE))
    folder = os.path.join(root, "build", "deps", f"rest-clients-{version}")
    python = os.path.join(folder, "bin", "python")
    complete = os.path.join(folder, "complete")
    if not os.path.exists(complete):
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        installed = subprocess.run([python, "-m", "pip", "install", "--quiet", "--requirement", REQUIREMENTS],
                                   stderr=subprocess.PIPE, text=True)
        if installed.returncode != 0:
            pytest.skip("the clients cannot be installed from PyPI: " + installed.stderr.strip()[-300:])
        with open(complete, "w"):
            pass
    return python


def outcomes(python, client, worker, topic, folder):
    file = os.path.join(str(folder), f"{topic}.txt")
    with open(file, "w") as out:
        out.write("one\ntwo\n")
    run = subprocess.run([python, os.path.join(HERE, "repertoire.py"), client, worker.rest.base, file, topic],
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=240)
    assert run.returncode == 0, run.stderr + worker.log()[-3000:]
    # What must differ: the ports of the workers, and the topics, which are one broker's.
    text = run.stdout.replace(file, "<file>").replace(topic, "<topic>").replace(str(worker.port), "<port>")
    return [[what, comparable(normal(outcome))] for what, outcome in json.loads(text)]


def comparable(outcome):
    """Without what is meant to differ (docs/compatibility.md): connectors that only one of the workers brings along, and
    the texts of NullPointerExceptions."""
    if isinstance(outcome, dict) and ("connProps" in str(outcome) or "Connector missing not found" in str(outcome)):
        return "500" if "500" in str(outcome) else "another status"
    if isinstance(outcome, list) and outcome and isinstance(outcome[0], dict) and "class" in outcome[0]:
        return sorted(each["class"] for each in outcome if each["class"].startswith("org.apache.kafka.connect.file."))
    return outcome


@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_sees_no_difference(client, clients_python, java, millrace, topic, tmp_path):
    theirs = java().start()
    expected = outcomes(clients_python, client, theirs, topic + "-j", tmp_path)
    theirs.stop()
    seen = outcomes(clients_python, client, millrace().start(), topic + "-m", tmp_path)
    assert [what for what, _ in seen] == [what for what, _ in expected]
    differences = [f"{what}:\n  Java     {json.dumps(a)}\n  Millrace {json.dumps(b)}"
                   for (what, a), (_, b) in zip(expected, seen) if a != b]
    assert not differences, "\n".join(differences)
    assert len(seen) > 20
