#!/usr/bin/env python3
"""Plays generated histories of a Connect group through Java's assignors and ours: all bytes must be equal.

  tests/assignor/run.py --kafka-libs DIR --build DIR [--cases N] [--seed S]
"""

import pathlib
import sys

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "comparison")]
from comparison import compare  # noqa: E402
from corpus import Corpus  # noqa: E402

if __name__ == "__main__":
    compare(__doc__, HERE / "AssignorCases.java", "assignor_cases", Corpus)
