"""What a user installs: the tree of `cmake --install`, a connector built against it elsewhere, the
Debian package."""

import os
import shutil
import subprocess

import pytest

from harness.worker import MillraceWorker

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FILE_SOURCE = "org.apache.kafka.connect.file.FileStreamSourceConnector"


def run(*command, **options):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def prefix(build, tmp_path_factory):
    folder = tmp_path_factory.mktemp("installed")
    run("cmake", "--install", build.folder, "--prefix", folder)
    return folder


def test_the_installed_tree(prefix):
    for path in ("bin/millrace", "lib/millrace/connectors/millrace-file.so", "include/millrace/abi.h",
                 "include/millrace/sdk.h", "share/doc/millrace/config/connect-standalone.properties",
                 "share/doc/millrace/config/connect-distributed.properties"):
        assert (prefix / path).is_file(), path
    for name in ("connect-standalone", "connect-distributed"):
        assert os.readlink(prefix / "lib/millrace/bin" / name).endswith("bin/millrace")
    # Called by the Java script's name it wants the Java script's arguments.
    called = subprocess.run([prefix / "lib/millrace/bin/connect-standalone"], capture_output=True, text=True)
    assert called.returncode == 1 and "WORKER.properties" in called.stderr, called


def test_installed_connectors_are_found_without_a_plugin_path(prefix):
    assert FILE_SOURCE in run(prefix / "bin/millrace", "plugins", cwd="/")


def test_nothing_installed_names_the_build_tree(prefix, build):
    for path in list(prefix.rglob("*.cmake")) + list(prefix.rglob("*.h")):
        assert ROOT not in path.read_text(), path


def examples():
    folder = os.path.join(ROOT, "examples")
    if not os.path.isdir(folder):
        return []
    return sorted(name for name in os.listdir(folder)
                  if os.path.exists(os.path.join(folder, name, "CMakeLists.txt")))


@pytest.fixture(scope="module")
def built_examples(prefix, tmp_path_factory):
    """examples/ copied away from the repository and built with find_package(Millrace) alone."""
    folder = tmp_path_factory.mktemp("outside")
    source = shutil.copytree(os.path.join(ROOT, "examples"), folder / "examples")
    trees = [source] if (source / "CMakeLists.txt").exists() else [source / name for name in examples()]
    assert trees
    libraries = []
    for index, tree in enumerate(trees):
        target = folder / f"build{index}"
        run("cmake", "-S", tree, "-B", target, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={prefix}",
            "-DCMAKE_BUILD_TYPE=Release")
        run("cmake", "--build", target)
        libraries += target.rglob("*.so")
    plugins = folder / "plugins"
    plugins.mkdir()
    for library in libraries:
        shutil.copy(library, plugins)
    assert libraries
    return plugins


def test_examples_built_outside_run_in_the_installed_worker(prefix, built_examples, tmp_path, build):
    """The installed worker lists the examples beside its own connectors."""
    installed = type("Build", (), {"binary": str(prefix / "bin/millrace")})
    # No broker is needed to list what there is.
    worker = MillraceWorker(tmp_path / "worker", "127.0.0.1:9", installed,
                            {"plugin.path": str(built_examples)})
    try:
        worker.start(wait=False)
        from harness.wait import wait_until
        wait_until(worker.rest.answers, 30, "the worker", worker.process.check_alive)
        classes = {plugin["class"] for plugin in worker.rest.get("/connector-plugins")}
        assert FILE_SOURCE in classes
        own = [name for name in classes if not name.startswith(("org.apache.", "org.millrace."))
               or "xample" in name]
        assert len(own) >= len(list(built_examples.glob("*.so"))), classes
    finally:
        worker.close()


def test_example_sources_are_short():
    for folder, _, names in os.walk(os.path.join(ROOT, "examples")):
        for name in names:
            if name.endswith((".c", ".cc", ".cpp")):
                with open(os.path.join(folder, name)) as file:
                    assert len(file.readlines()) < 80, name


def test_the_debian_package(build, tmp_path):
    run("cpack", "--config", os.path.join(build.folder, "CPackConfig.cmake"), "-B", tmp_path)
    package, = tmp_path.glob("*.deb")
    content = run("dpkg-deb", "-c", package)
    for path in ("./usr/bin/millrace", "./usr/lib/millrace/connectors/millrace-file.so",
                 "./usr/include/millrace/abi.h", "./usr/lib/cmake/Millrace/"):
        assert path in content, content
    needs = run("dpkg-deb", "-f", package, "Depends")
    assert "libc6" in needs and "librdkafka" not in needs, needs  # librdkafka is linked in
    unpacked = tmp_path / "unpacked"
    run("dpkg-deb", "-x", package, unpacked)
    assert FILE_SOURCE in run(unpacked / "usr/bin/millrace", "plugins", cwd="/")
