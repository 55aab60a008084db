"""Load whose every line can be accounted for: who delivered it, and when."""

import collections
import os
import threading
import time

ROUND = 0.1  # seconds between the lines of one file


class Load:
    """Appends a line to each file, round after round, until it is stopped.

    written: {line: when it was written, seconds since the epoch}.
    """

    def __init__(self, files):
        self.files, self.written = files, {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self):
        number = 0
        while not self._stop.wait(ROUND):
            for name, path in self.files.items():
                line = f"{name} {number}"
                self.written[line] = time.time()  # before it can be read
                with open(path, "a") as file:
                    file.write(line + "\n")
            number += 1

    def stop(self):
        self._stop.set()
        self._thread.join()


class LineFile:
    """What a file sink has written, read on from where the last look ended."""

    def __init__(self, path):
        self.path = path
        self.lines = set()
        self._position = 0
        self._rest = b""

    def read(self):
        if os.path.exists(self.path):
            with open(self.path, "rb") as file:
                file.seek(self._position)
                text = self._rest + file.read()
                self._position = file.tell()
            *whole, self._rest = text.split(b"\n")
            self.lines.update(line.decode() for line in whole)
        return self.lines


def foreign(found, written):
    """Lines that nobody wrote. A writer that was killed may have left the beginning of a line, and
    the next line right behind it."""
    wrong = []
    for line in found:
        if line in written:
            continue
        cut, begin, rest = line.rpartition("source-")
        if not (begin + rest in written and any(w.startswith(cut) for w in written)):
            wrong.append(line)
    return wrong


Delivery = collections.namedtuple("Delivery", "line worker time")


class Deliveries:
    """The records of a topic: each with the worker that sent it, as its header says, and when the
    broker appended it, seconds since the epoch."""

    def __init__(self, messages, header):
        self.all = []
        for message in messages:
            worker = dict(message.headers() or []).get(header, b"").decode()
            self.all.append(Delivery(message.value().decode(), worker,
                                     message.timestamp()[1] / 1000))
        self.all.sort(key=lambda each: each.time)

    def workers(self):
        return {each.worker for each in self.all}

    def doubled(self, written, since, until=float("inf")):
        """Lines of that time that more than one worker delivered: {line: [Delivery, ...]}."""
        found = collections.defaultdict(list)
        for each in self.all:
            if since <= written.get(each.line, 0) < until:
                found[each.line].append(each)
        return {line: sent for line, sent in found.items()
                if len({each.worker for each in sent}) > 1}

    def longest_silence(self, since):
        """Of any source, from that time on: (seconds, source)."""
        last, longest = {}, (0, None)
        for each in self.all:
            source = each.line.partition(" ")[0]
            if each.time >= since:
                longest = max(longest, (each.time - max(last.get(source, since), since), source))
            last[source] = each.time
        return longest
