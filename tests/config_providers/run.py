#!/usr/bin/env python3
"""Resolves generated configurations with Java's config providers and ours: the same texts or the same failure.

  tests/config_providers/run.py --kafka-libs DIR --build DIR [--cases N] [--seed S]
"""

import pathlib
import re
import sys

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "comparison")]
from comparison import compare  # noqa: E402
from corpus import Corpus  # noqa: E402

SET_UP = re.compile(r"Invalid value \S+ for configuration config\.providers\.\w+\.class: (Invalid value .* for configuration allowlist\.pattern: )?")
READING = re.compile(r"FAIL \S+: (Could not read (properties from )?file |Malformed |Path is not supported )")


def accepted(case, ours, java):
    """Ours tells which provider cannot be set up, in PCRE2's words for a wrong pattern. Where several places cannot be read it is
    chance in Java which one is told."""
    if SET_UP.search(ours):
        if "java.util.regex.PatternSyntaxException" in java:
            return "allowlist.pattern" in ours
        return SET_UP.sub("", ours) == java
    return bool(READING.match(ours) and READING.match(java))


if __name__ == "__main__":
    compare(__doc__, HERE / "ProviderCases.java", "provider_cases", Corpus, accepted)
