"""Differences that are meant to be; each is told in docs/compatibility.md."""

import re
from collections import Counter

POSITION = re.compile(r'"position": \d+|\{position=\d+\}')
# Where and how JSON text is wrong is told in words of our own, and without the parser's own cause.
JSON_TEXT = re.compile(r"com\.fasterxml\.jackson\.(?:core|databind)\.[\w.]*Exception(?:: .*)?|java\.lang\.NumberFormatException: Value .* can not be deserialized as .*")
JSON_CAUSE = "Caused by: JSON"
# A connector of ours says in its message what Java's has as a cause.
FILE_CAUSE = re.compile(r"Caused by: java\.nio\.file\.NoSuchFileException: .*")
FILE_REASON = re.compile(r"(for FileStreamSinkTask): No such file or directory$")
# The JVM's words; ours say what is missing.
NULL = re.compile(r"(java\.lang\.NullPointerException): .*")
# Modules and loaders of classes.
CAST = re.compile(r"(java\.lang\.ClassCastException: .* cannot be cast to class [\w.$]+) \(.*\)")
# What a broker says of one record in a batch does not come through to us.
RECORD = re.compile(r"(org\.apache\.kafka\.common\.InvalidRecordException): .*")
NUMBER = re.compile(r"-?\d+\.\d+(?:E-?\d+)?")


def plain(thing):
    if isinstance(thing, bytes):
        thing = thing.decode("latin-1")
    if isinstance(thing, str):
        lines = [FILE_REASON.sub(r"\1", FILE_CAUSE.sub("", each)) for each in thing.split("\n")]
        lines = [NULL.sub(r"\1", JSON_TEXT.sub("JSON", line)) for line in lines]
        lines = [RECORD.sub(r"\1", CAST.sub(r"\1", line)) for line in lines]
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
    if case["config"].get("consumer.override.enable.auto.commit") == "true":
        return True  # refused
    if what == "states" and case["config"].get("consumer.override.partition.assignment.strategy") == "com.example.None":
        return [state for state, _ in java] == [state for state, _ in ours]
    if what == "log" and comparable_log(case, java) == comparable_log(case, ours):
        return True
    if what.startswith("offsets") and not case.get("ascii", True) and java and ours:
        # Java counts characters and goes on somewhere else; ours counts bytes.
        return without_positions(java) == without_positions(ours)
    if what.startswith("topic") and "producer.override.max.request.size" in case["config"]:
        return ours is None and java == [1, {}, []]
    if "steps" in case and "batch.size" in case["config"] and what == "log":
        return plain(java) == plain(ours)[:len(plain(java))]  # nor do the lines that Java keeps back fail
    if "steps" in case and "batch.size" in case["config"] and what.startswith(("offsets", "topic")):
        return kept_back(case, what, java, ours)
    if "steps" not in case and case["config"].get("errors.tolerance") == "none":
        return goes_on_from(case, what, java, ours)
    return False


def comparable_log(case, entries):
    """Which partition comes first is chance; of text that is not ASCII Java counts the characters."""
    texts = [str(plain(entry)) for entry in entries or []]
    if not case.get("ascii", True):
        texts = [POSITION.sub("", text) for text in texts]
    several = case.get("partitions", 1) > 1 or any(key.endswith(".partitions") for key in case["config"])
    return sorted(texts) if several else texts


def goes_on_from(case, what, java, ours):
    """With tolerance none the records before the failing one are delivered: Java's sink leaves out
    the whole batch. Java's file is the beginning of ours; neither has committed less than Java."""
    if what == "file":
        if java is None or ours is None:
            return not java and not ours or java in (None, [b""])
        if case["partitions"] > 1:  # sorted: which partition comes first is chance
            return not Counter(filter(None, java)) - Counter(ours)
        return b"\n".join(ours).startswith(b"\n".join(java))
    if what == "committed":
        mine = dict(map(tuple, ours or []))
        return all(mine.get(spot, 0) >= offset for spot, offset in java or [])
    if what == "offsets":  # which are those that were committed before
        return java[0] == ours[0] == 200
    # Of several partitions either's bad record may be the first.
    return case["partitions"] > 1 and failures(what, java) == failures(what, ours) > 0


def failures(what, outcome):
    """How many records failed, of what was noted."""
    if what.startswith("topic"):
        return len(outcome[2]) if outcome else 0
    if what == "states":
        return sum(str(state) == "FAILED" for state, _ in outcome)
    return len(outcome or []) if what == "log" else 0


def kept_back(case, what, java, ours):
    """With a small batch.size Java's file source keeps lines until the file grows again."""
    if what.startswith("offsets"):
        return without_positions(java) == without_positions(ours) or "[]" in str(java)
    if java is not None and ours is not None and (java[0] > 1 or any(kind not in ("append", None) for kind, _ in case["steps"])):
        return not Counter(map(repr, java[2])) - Counter(map(repr, ours[2]))
    return java is None or ours is not None and [repr(each) for each in java[2]] == [repr(each) for each in ours[2]][:len(java[2])]


COMMAND_LINES = {}


def accepted_command_line(case):
    return case[0] in COMMAND_LINES
