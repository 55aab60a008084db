#!/usr/bin/env python3
"""Compares this worker's converters with the Java ones on a generated corpus.

  tests/converters/run.py --kafka-libs DIR --build DIR [--cases N] [--seed S]
"""

import pathlib
import re
import sys

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "comparison")]
from comparison import compare  # noqa: E402
from corpus import Corpus  # noqa: E402


# What Jackson says of the text beneath, and the JVM of modules.
MODULES = re.compile(r"(cannot be cast to class [\w.$]+) \(.*?\)")


def plain(text):
    head, mark, tail = text.partition("serialization error: ")
    if "com.fasterxml." in tail or "can not be deserialized as" in tail:
        return head + mark
    return MODULES.sub(r"\1", re.sub(r" <- com\.fasterxml\..*", "", text))


def accepted(case, ours, java):
    return plain(ours) == plain(java)


if __name__ == "__main__":
    compare(__doc__, HERE / "ConverterCases.java", "converter_cases", Corpus, accepted)
