"""Runs the cases of roads_command_lines.py: exit codes, whether REST comes up, what is said."""

import os
import re
import time

from harness.rest import RestError
from roads_pair import essence

EXCEPTION = re.compile(r"^(?:Caused by: )?(?:Exception in thread \"\w+\" )?[\w.$]+(?:Exception|Error): (.*)$")


def run(worker, tag, case):
    """{"exit": code or None, "connectors": their states, "log": all that was said}; ended after."""
    _, changes, files, odd = case

    def place(text):
        for key, value in (("SIDE", tag), ("FOLDER", worker.folder), ("REST", str(worker.port)),
                           ("BROKER", worker.config["bootstrap.servers"])):
            text = text.replace(key, value)
        return text
    broker = worker.config["bootstrap.servers"]
    for key, value in changes.items():
        worker.config[key] = place(value) if value is not None else None
    worker.config = {key: value for key, value in worker.config.items() if value is not None}
    paths = []
    for name, text in files:
        worker_broker, worker.config["bootstrap.servers"] = worker.config.get("bootstrap.servers"), broker
        paths.append(os.path.join(worker.folder, name))
        with open(paths[-1], "w", encoding="latin-1" if name.startswith("latin") else "utf-8", newline="") as file:
            file.write(place(text))
        worker.config["bootstrap.servers"] = worker_broker
    worker.config = {key: value for key, value in worker.config.items() if value is not None}
    with open(os.path.join(worker.folder, "garbage"), "w") as file:
        file.write("garbage\n")
    worker.start(*paths, *[place(text) for text in odd or []], wait=False)
    outcome = watch(worker, len(paths) + len(odd or []))
    worker.close()
    outcome["log"] = worker.log().replace(worker.folder, "FOLDER").replace(tag, "SIDE").replace(str(worker.port), "REST")
    return outcome


def watch(worker, wanted, limit=25):
    """Until the process has ended, or its connectors are there and have stood still for a while."""
    end, seen, since, answered = time.monotonic() + limit, None, time.monotonic(), False
    while time.monotonic() < end and worker.process.running():
        now = connectors(worker)
        answered = answered or now is not None
        if now != seen:
            seen, since = now, time.monotonic()
        settled = now is not None and len(now) >= min(wanted, 1) and not any("UNASSIGNED" in str(each) for each in now)
        if settled and time.monotonic() - since > 2:
            break
        time.sleep(0.1)
    if worker.process.running():
        return {"exit": None, "connectors": seen}
    return {"exit": worker.process.exit_code(), "connectors": None}


def connectors(worker):
    try:
        found = worker.rest.call("GET", "/connectors?expand=status", timeout=5)
        return sorted((name, about["status"]["connector"]["state"], sorted(task["state"] for task in about["status"]["tasks"]))
                      for name, about in found.items())
    except (OSError, RestError, ValueError, AttributeError):
        return None


def said(log):
    """What the exceptions of a log say, deepest last."""
    found = []
    for line in essence(log):
        match = EXCEPTION.match(line)
        if match and match[1] not in found:
            found.append(match[1])
    return found


def difference(java, ours):
    """Text of what differs, or None."""
    for what in ("exit", "connectors"):
        if java[what] != ours[what]:
            return f"{what}: java {java[what]}, ours {ours[what]}\n   java says {said(java['log'])[:4]}\n   ours ends {ours['log'][-600:]}"
    messages = [text for text in said(java["log"]) if len(text) > 10]
    if java["exit"] and messages and not any(innermost(text) in ours["log"] for text in messages):
        return f"java says {messages[:4]}\n   ours ends {ours['log'][-400:]}"
    return None


def innermost(message):
    """Without the classes of wrapped exceptions in front."""
    return re.sub(r"^(?:[\w.$]+(?:Exception|Error): )+", "", message)
