"""Workers under test: Millrace, and the Java worker as its measure. Both take the same files."""

import os
import time

from .ports import free_port
from .process import Process
from .rest import Rest
from .wait import wait_until

FILE_SOURCE = "org.apache.kafka.connect.file.FileStreamSourceConnector"
FILE_SINK = "org.apache.kafka.connect.file.FileStreamSinkConnector"
BLACKHOLE = "org.millrace.BlackholeSinkConnector"
STRING = "org.apache.kafka.connect.storage.StringConverter"
JSON = "org.apache.kafka.connect.json.JsonConverter"


def properties(entries):
    """Text of a properties file; keys and values without blanks at their ends."""
    def escape(text):
        return str(text).replace("\\", "\\\\").replace("\n", "\\n")
    return "".join(f"{key}={escape(value)}\n" for key, value in entries.items())


class Worker:
    """A standalone worker. Stopped and started again it is the same worker: same files, same port.

    folder: where its files lie. config: worker properties beside or in place of the usual ones.
    """

    def __init__(self, folder, bootstrap, config=None):
        self.folder = str(folder)
        os.makedirs(self.folder, exist_ok=True)
        self.port = free_port()
        self.rest = Rest(self.port)
        self.offsets_path = os.path.join(self.folder, "connect.offsets")
        self.config = {
            "bootstrap.servers": bootstrap, "listeners": f"http://127.0.0.1:{self.port}",
            "key.converter": STRING, "value.converter": STRING,
            "offset.storage.file.filename": self.offsets_path, "offset.flush.interval.ms": "1000",
            **(config or {})}
        self.process = None
        self.started_in = None
        self.environment = {}  # beside that of the tests

    def _command(self, arguments):
        raise NotImplementedError

    def start(self, *connector_files, wait=True):
        path = os.path.join(self.folder, "worker.properties")
        with open(path, "w") as file:
            file.write(properties(self.config))
        return self.start_with([path, *connector_files], wait)

    def start_with(self, arguments, wait=True, cwd=None):
        assert self.process is None or not self.process.running(), "the worker runs already"
        begin = time.monotonic()
        self.process = Process(self._command(arguments), os.path.join(self.folder, "worker.log"),
                               cwd=cwd, env={**os.environ, **self.environment})
        if wait:
            self.wait_started()
            self.started_in = time.monotonic() - begin
        return self

    def wait_started(self):
        wait_until(self.rest.answers, 60, "GET / to answer", self.process.check_alive)

    def stop(self):
        """SIGTERM; gives the exit code."""
        return self.process.terminate(45)

    def kill(self):
        self.process.kill()

    def close(self):
        """In good order where that works: a member that is killed holds up its group, and with it
        the next test whose connector has the same name, until its session is over."""
        if self.process is not None:
            try:
                self.process.terminate(15)
            except AssertionError:
                pass  # it was killed then

    def log(self):
        return self.process.log()

    def assert_no_findings(self):
        """Of a sanitizer, in its log."""
        log = self.log() if self.process is not None else ""
        for finding in ("ERROR: AddressSanitizer", "runtime error:", "WARNING: ThreadSanitizer",
                        "ERROR: LeakSanitizer"):
            assert finding not in log, log[log.index(finding):][:4000]


class MillraceWorker(Worker):
    def __init__(self, folder, bootstrap, build, config=None):
        super().__init__(folder, bootstrap, config)
        self.build = build

    def _command(self, arguments):
        return [self.build.binary, "standalone", *arguments]


class JavaWorker(Worker):
    def __init__(self, folder, bootstrap, kafka, config=None, flags=None, level="WARN"):
        super().__init__(folder, bootstrap, {"plugin.path": kafka.plugins,
                                             "plugin.discovery": "service_load", **(config or {})})
        self.kafka = kafka
        self.flags = flags
        self.level = level

    def stop(self):
        try:
            code = super().stop()
        except AssertionError:
            # Jetty's shutdown hook runs beside Connect's; now and then the two wait for each other
            # for ever. It was killed then, which is not what is tested of a Java worker.
            if "Unable to destroy" not in self.log():
                raise
            return 0
        return 0 if code == 143 else code  # the JVM's way to say that SIGTERM ended it in good order

    def _command(self, arguments):
        return self.kafka.command("org.apache.kafka.connect.cli.ConnectStandalone", arguments,
                                  self.folder, flags=self.flags, level=self.level)
