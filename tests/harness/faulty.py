"""The connector of tests/faulty, built once for a run of the tests."""

import os
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FAULTY = "org.example.FaultySource"


def build_faulty(folder):
    """Gives the folder for plugin.path."""
    os.makedirs(folder, exist_ok=True)
    subprocess.run([os.environ.get("CXX", "c++"), "-std=c++20", "-O1", "-fPIC", "-shared", "-fvisibility=hidden",
                    "-I", os.path.join(ROOT, "include"), "-o", os.path.join(folder, "libfaulty-source.so"),
                    os.path.join(ROOT, "tests", "faulty", "faulty_source.cc"), "-pthread"], check=True)
    return folder


def faulty(release, **settings):
    """hang, fail, kind: see faulty_source.cc; release: the path of the file that ends it."""
    return {"connector.class": FAULTY, "tasks.max": "1", "release": str(release), **settings}
