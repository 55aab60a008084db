"""The REST API beside the Java worker's: the script of requests and generated validations, each with a broker of its
own, because names of connectors and topics are the same on both sides."""

import io
import os
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import differential  # noqa: E402
import validate_configs  # noqa: E402

pytestmark = [pytest.mark.system, pytest.mark.java]


def input_folder(worker):
    folder = os.path.join(worker.folder, "files")
    os.makedirs(folder, exist_ok=True)
    for number, text in ((1, "a\nb\nc\n"), (3, ""), (4, "")):
        with open(os.path.join(folder, f"in-{number}.txt"), "w") as file:
            file.write(text)
    return folder


def side(worker):
    return differential.Worker(f"http://127.0.0.1:{worker.port}", input_folder(worker))


def test_answers_equal_the_java_workers(java, millrace, broker, own_broker):
    other = own_broker().start()
    theirs, ours = java(bootstrap=other.bootstrap).start(), millrace(bootstrap=broker.bootstrap).start()
    text = io.StringIO()
    failed = validate_configs.run(side(theirs), side(ours), seed=1, count=200, out=text)
    failed += validate_configs.definitions(side(theirs), side(ours), out=text)
    failed += differential.run(side(theirs), side(ours), seed=1, out=text)
    assert failed == 0, text.getvalue()
