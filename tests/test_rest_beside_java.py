"""Both workers are asked the same REST requests; answers are compared by tests/rest."""

import os
import subprocess

import pytest

pytestmark = [pytest.mark.system, pytest.mark.slow]

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "rest", "differential.py")


def test_the_same_requests_have_the_same_answers(java, millrace, tmp_path):
    workers = {"java": java().start(), "millrace": millrace().start()}
    arguments = []
    for name, worker in workers.items():
        folder = tmp_path / f"files-{name}"
        folder.mkdir()
        arguments += [f"--{name}", worker.rest.base, f"--{name}-folder", str(folder)]
    done = subprocess.run(["/usr/bin/python3", SCRIPT, *arguments], capture_output=True, text=True,
                          timeout=580)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
