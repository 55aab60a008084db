"""Differences that are meant to be; each is told in docs/compatibility.md."""

import re

POSITION = re.compile(r'"position": \d+|\{position=\d+\}')
# Where and how JSON text is wrong is told in words of our own.
JSON_TEXT = re.compile(r"(JsonParseException|JsonEOFException|StreamConstraintsException|JsonProcessingException|exc.InputCoercionException).*?(?=\\n|', '|\"|'$)")


def plain(thing):
    text = JSON_TEXT.sub("JsonParseException", repr(thing))
    # A cause that is the same as the one before, which Java's parser adds.
    text = text.replace(", 'Caused by: com.fasterxml.jackson.core.JsonParseException'", "")
    text = text.replace("com.fasterxml.jackson.core.io.JsonParseException", "com.fasterxml.jackson.core.JsonParseException")
    return text.replace("\\nCaused by: com.fasterxml.jackson.core.JsonParseException", "")


def without_positions(answer):
    return [POSITION.sub("", str(part)) for part in answer]


def accepted(case, what, java, ours):
    if plain(java) == plain(ours):
        return True
    if what == "log" and not case.get("ascii", True):
        return POSITION.sub("", plain(java)) == POSITION.sub("", plain(ours))
    if what.startswith("offsets") and not case.get("ascii", True) and java and ours:
        # Java counts characters and goes on somewhere else; ours counts bytes.
        return without_positions(java) == without_positions(ours)
    if "steps" in case and "batch.size" in case["config"] and what.startswith(("offsets", "topic")):
        return kept_back(what, java, ours)
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
