"""A child process with a log file, and what /proc says of it."""

import os
import signal
import subprocess

from .wait import wait_until

_TICKS = os.sysconf("SC_CLK_TCK")


class Process:
    """Started in a session of its own, so that a Ctrl-C at the tests does not reach it first."""

    def __init__(self, command, log_path, cwd=None, env=None):
        self.command = [str(part) for part in command]
        self.log_path = str(log_path)
        with open(self.log_path, "ab") as log:
            self._child = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                cwd=cwd, env=env, start_new_session=True)
        self.pid = self._child.pid

    def running(self):
        return self._child.poll() is None

    def check_alive(self):
        if not self.running():
            raise AssertionError(
                f"{self.command[0]} ended with {self.exit_code()}:\n{self.log()[-3000:]}")

    def exit_code(self):
        return self._child.poll()

    def log(self):
        with open(self.log_path, errors="replace") as log:
            return log.read()

    def wait_log(self, text, timeout=20):
        wait_until(lambda: text in self.log(), timeout,
                   lambda: f"{text!r} in the log, which ends with:\n{self.log()[-3000:]}")

    def wait_exit(self, timeout=30):
        wait_until(lambda: not self.running(), timeout, f"process {self.pid} to end")
        return self.exit_code()

    def terminate(self, timeout=30):
        """SIGTERM; gives the exit code. Kills what does not end in time, and fails."""
        if self.running():
            self._child.send_signal(signal.SIGTERM)
        try:
            return self.wait_exit(timeout)
        except AssertionError:
            self.kill()
            raise

    def kill(self):
        """SIGKILL."""
        if self.running():
            self._child.kill()
        self._child.wait()

    # From /proc; of a running process.

    def cpu_seconds(self):
        """User and system time of all threads."""
        with open(f"/proc/{self.pid}/stat") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def _status(self, key):
        with open(f"/proc/{self.pid}/status") as status:
            for line in status:
                if line.startswith(key + ":"):
                    return int(line.split()[1])
        raise AssertionError(f"no {key} of process {self.pid}")

    def resident_kib(self):
        return self._status("VmRSS")

    def peak_kib(self):
        return self._status("VmHWM")

    def threads(self):
        return self._status("Threads")
