#!/usr/bin/env python3
"""Compares this worker's transforms and predicates with the Java ones on generated configurations and records.

  tests/transforms/run.py --kafka-libs DIR --build DIR [--cases N] [--seed S]
"""

import pathlib
import sys

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "comparison")]
from comparison import compare  # noqa: E402
from corpus import Corpus  # noqa: E402
NULL_POINTER = "FAIL java.lang.NullPointerException"
MISSING_TIMESTAMP = "FAIL org.apache.kafka.connect.errors.DataException: Timestamp missing on record: "


CONFIG = "FAIL org.apache.kafka.common.config.ConfigException: Invalid value "
NO_STATIC_VALUE = CONFIG + "null for configuration static.value: No value specified for static field: "


def accepted(case, ours, java):
    """The JVM words what was null; a record is named by its topic and partition, not printed whole; Java prints an
    object's identity for a static field without a value; the words about a wrong regular expression are PCRE2's."""
    if ours.startswith(CONFIG) and java.startswith(CONFIG) and "Invalid regex: " in java:
        return ours.split("Invalid regex: ")[0] == java.split("Invalid regex: ")[0]
    return any(ours.startswith(text) and java.startswith(text) for text in (NULL_POINTER, MISSING_TIMESTAMP, NO_STATIC_VALUE))


if __name__ == "__main__":
    compare(__doc__, HERE / "TransformCases.java", "transform_cases", Corpus, accepted)
