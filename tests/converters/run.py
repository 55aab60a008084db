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


# What Jackson says of text that is not ASCII and of numbers beyond all measure, and the JVM of modules.
ODD = re.compile("as `java.math.BigDecimal`|getMaxNumberLength|surrogate|end-of-input in null|[^\\x00-\\x7f]")
MODULES = re.compile(r"(cannot be cast to class [\w.$]+) \(.*?\)")


def plain(text):
    head, mark, tail = text.partition("serialization error: ")
    if "com.fasterxml." in tail or "can not be deserialized as" in tail:
        return head + mark
    return MODULES.sub(r"\1", re.sub(r" <- com\.fasterxml\..*", "", text))


def accepted(case, ours, java):
    if MODULES.sub(r"\1", ours) == MODULES.sub(r"\1", java):
        return True
    texts = b"".join(bytes.fromhex(each) for each in case.split("\t")[3:] if re.fullmatch("(?:[0-9a-f]{2})+", each))
    return plain(ours) == plain(java) and (not texts.isascii() or ODD.search(java) is not None)


if __name__ == "__main__":
    compare(__doc__, HERE / "ConverterCases.java", "converter_cases", Corpus, accepted)
