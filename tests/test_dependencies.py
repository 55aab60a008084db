"""The check of the dependency order finds what it is there to find."""

import os
import subprocess

import pytest

CHECK = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "tools",
                     "check_dependencies")


@pytest.mark.parametrize("path, text, expected", [
    ("src/base/a.cc", '#include "data/cell.h"', "src/base must not know src/data"),
    ("src/kafka/a.h", '#include "runtime/task.h"', "src/kafka must not know src/runtime"),
    ("src/runtime/a.cc", '#include <librdkafka/rdkafka.h>', "src/kafka/librdkafka"),
    ("src/herder/a.cc", '#include "kafka/librdkafka/x.h"', "only app may know"),
    ("connectors/file/a.cc", '#include "base/result.h"', "only include/millrace"),
    ("src/data/CMakeLists.txt", "millrace_folder(data DEPENDS base kafka)", "must not know src/kafka"),
    ("docs/a.md", "see /" + "work/main", "a machine's path"),
])
def test_a_breach_is_found(path, text, expected, tmp_path):
    file = tmp_path / path
    file.parent.mkdir(parents=True)
    file.write_text(text + "\n")
    done = subprocess.run([CHECK, tmp_path], capture_output=True, text=True)
    assert done.returncode == 1 and expected in done.stdout and f"{path}:1:" in done.stdout


def test_what_is_allowed_passes(tmp_path):
    (tmp_path / "src" / "data").mkdir(parents=True)
    (tmp_path / "src" / "data" / "a.cc").write_text('#include "base/arena.h"\n#include <vector>\n')
    assert subprocess.run([CHECK, tmp_path]).returncode == 0
