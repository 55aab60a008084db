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

if __name__ == "__main__":
    compare(__doc__, HERE / "ConverterCases.java", "converter_cases", Corpus)
