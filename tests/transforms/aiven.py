#!/usr/bin/env python3
"""Compares the transforms that follow Aiven's package with that package, whose jar lies beside Kafka's.

  tests/transforms/aiven.py --kafka-libs DIR --build DIR [--cases N] [--seed S]
"""

import run
from comparison import compare
from corpus import Corpus

PACKAGE = "io.aiven.kafka.connect.transforms."


class AivenCorpus(Corpus):
    def config(self, name=None):
        self.format = None
        name = self.pick(["ExtractTopic$Key", "ExtractTopic$Value", "ExtractTopic$Value", "TombstoneHandler", "MakeTombstone"])
        config = {"transforms": "t", "transforms.t.type": PACKAGE + name}
        if name == "TombstoneHandler":
            config["transforms.t.behavior"] = self.pick(["drop_silent", "drop_warn", "fail", "FAIL", "ignore", ""])
        if name.startswith("ExtractTopic"):
            if self.maybe(0.7):
                config["transforms.t.field.name"] = self.pick([self.field(), ""])
            if self.maybe(0.5):
                config["transforms.t.skip.missing.or.null"] = self.pick(["true", "false", "maybe"])
        return "\n".join("%s=%s" % item for item in sorted(config.items())).encode().hex()


def accepted(case, ours, java):
    """Java prints the whole record, ours names its topic and partition."""
    return ours.split(": topic='")[0] == java.split(": SinkRecord{")[0].split(": SourceRecord{")[0] or run.accepted(case, ours, java)


if __name__ == "__main__":
    compare(__doc__, run.HERE / "TransformCases.java", "transform_cases", AivenCorpus, accepted)
