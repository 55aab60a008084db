"""Differences that are meant to be; each is told in docs/compatibility.md."""

import re

POSITION = re.compile(r'"position": \d+|\{position=\d+\}')
# Where and how JSON text is wrong is told in words of our own, and without the parser's own cause.
JSON_TEXT = re.compile(r"com\.fasterxml\.jackson\.core\.[\w.]*Exception(?:: .*)?")
JSON_CAUSE = "Caused by: JSON"
NUMBER = re.compile(r"-?\d+\.\d+(?:E-?\d+)?")


def plain(thing):
    if isinstance(thing, bytes):
        thing = thing.decode("latin-1")
    if isinstance(thing, str):
        lines = [JSON_TEXT.sub("JSON", line) for line in thing.split("\n")]
        # JDKs before 19 print some floating-point numbers with a digit more.
        return NUMBER.sub(lambda found: f"{float(found[0]):.5g}", "\n".join(line for line in lines if line != JSON_CAUSE))
    if isinstance(thing, (list, tuple)):
        return [each for each in map(plain, thing) if each not in (JSON_CAUSE, "")]
    return thing


def without_positions(answer):
    return [POSITION.sub("", str(part)) for part in answer]


def accepted(case, what, java, ours):
    if plain(java) == plain(ours):
        return True
    if what == "log" and case.get("partitions", 1) > 1 and sorted(map(str, plain(java))) == sorted(map(str, plain(ours))):
        return True  # which partition comes first is chance
    if what == "log" and not case.get("ascii", True):
        return POSITION.sub("", str(plain(java))) == POSITION.sub("", str(plain(ours)))
    if what.startswith("offsets") and not case.get("ascii", True) and java and ours:
        # Java counts characters and goes on somewhere else; ours counts bytes.
        return without_positions(java) == without_positions(ours)
    if "steps" in case and "batch.size" in case["config"] and what.startswith(("offsets", "topic")):
        return kept_back(what, java, ours)
    if what == "states" and "Could not initialize dead letter queue" in str(java) and "Could not initialize dead letter queue" in str(ours):
        return True  # the client's words for the cause
    if "steps" not in case and case["config"].get("errors.tolerance") == "none" and what in ("file", "committed"):
        return True  # the records before the failing one are delivered: see stopped_early
    return False


def kept_back(what, java, ours):
    """With a small batch.size Java's file source keeps lines until the file grows again."""
    if what.startswith("offsets"):
        return without_positions(java) == without_positions(ours) or "[]" in str(java)
    return java is None or ours is not None and [repr(each) for each in java[2]] == [repr(each) for each in ours[2]][:len(java[2])]


COMMAND_LINES = {}


def accepted_command_line(case):
    return case[0] in COMMAND_LINES
