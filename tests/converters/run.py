#!/usr/bin/env python3
"""Compares this worker's converters with the Java ones on a generated corpus.

  tests/converters/run.py --kafka-libs DIR --build DIR [--cases N] [--seed S]
"""

import pathlib
import sys

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "comparison")]
from comparison import compare  # noqa: E402
from corpus import Corpus  # noqa: E402


def accepted(case, ours, java):
    """What Jackson says of the text beneath."""
    parts = [text.partition("serialization error: ") for text in (ours, java)]
    return parts[0][:2] == parts[1][:2] and all("com.fasterxml." in part[2] for part in parts)


if __name__ == "__main__":
    compare(__doc__, HERE / "ConverterCases.java", "converter_cases", Corpus, accepted)
