#!/usr/bin/env python3
"""Compares the transforms that follow Aiven's package with that package, whose jar lies beside Kafka's.

  tests/transforms/aiven.py --kafka-libs DIR --build DIR [--cases N] [--seed S]
"""

import re

import run
from comparison import compare
from corpus import LITERALS, Corpus

PACKAGE = "io.aiven.kafka.connect.transforms."
SIDES = ["ExtractTopic", "Hash", "CaseTransform", "ConcatFields", "ExtractTimestamp", "FilterByFieldValue"]
NAMES = [side + place for side in SIDES for place in ("$Key", "$Value", "$Value")] + ["TombstoneHandler", "MakeTombstone", "KeyToValue", "KeyToValue", "ExtractTopicFromSchemaName$Value"]


class AivenCorpus(Corpus):
    def config(self, name=None):
        self.format = None
        name = self.pick(NAMES)
        config = {"transforms": "t", "transforms.t.type": PACKAGE + name}
        if name == "TombstoneHandler":
            config["transforms.t.behavior"] = self.pick(["drop_silent", "drop_warn", "fail", "FAIL", "ignore", ""])
        if name.startswith("ExtractTopic"):
            if self.maybe(0.7):
                config["transforms.t.field.name"] = self.pick([self.field(), ""])
            if self.maybe(0.5):
                config["transforms.t.skip.missing.or.null"] = self.pick(["true", "false", "maybe"])
        if name.startswith(("CaseTransform", "ConcatFields")):
            config["transforms.t.field.names"] = ",".join(self.field() for _ in range(self.random.randint(0, 3)))
        if name.startswith("CaseTransform"):
            config["transforms.t.case"] = self.pick(["upper", "lower", "upper", "lower", "Upper", ""])
        if name.startswith("ConcatFields"):
            config["transforms.t.output.field.name"] = self.pick(["joined", "all", self.field(), ""])
            if self.maybe(0.5):
                config["transforms.t.delimiter"] = self.pick(["-", ",", "", "ä"])
            if self.maybe(0.5):
                config["transforms.t.field.replace.missing"] = self.pick(["*", "", "none"])
        if name.startswith("Hash"):
            if self.maybe(0.7):
                config["transforms.t.field.name"] = self.pick([self.field(), "name", "name", ""])
            if self.maybe(0.5):
                config["transforms.t.skip.missing.or.null"] = self.pick(["true", "false"])
            config["transforms.t.function"] = self.pick(["md5", "sha1", "sha256", "md5", "sha1", "sha256", "SHA1", "sha512"])
        if name.startswith("ExtractTimestamp"):
            config["transforms.t.field.name"] = self.pick(["ts", "ts", "id", self.field(), ""])
            if self.maybe(0.5):
                config["transforms.t.timestamp.resolution"] = self.pick(["seconds", "milliseconds", "SECONDS"])
        if name.startswith("FilterByFieldValue"):
            if self.maybe(0.9):
                config["transforms.t.field.name"] = self.pick([self.field(), self.field(), "name", "flag", ""])
            if self.maybe(0.5):
                config["transforms.t.field.value"] = self.pick(LITERALS + ["x", "true", "0", "1.5"])
            if self.maybe(0.5):
                config["transforms.t.field.value.pattern"] = self.pick(["", ".*", "^x$", "[0-9]+", "true|false", "e", "\\d{2}"])
            if self.maybe(0.5):
                config["transforms.t.field.value.matches"] = self.pick(["true", "false"])
        if name.startswith("ExtractTopicFromSchemaName"):
            if self.maybe(0.5):
                config["transforms.t.schema.name.topic-map"] = self.pick(["row:rows,com.x.Row:x", "other:o", "row", "row:a:b", "row:", ":row", "row:a,row:b", "row:a,", ",row:a", ":", "row:a,,x:y"])
            if self.maybe(0.5):
                config["transforms.t.schema.name.regex"] = self.pick(["(?:[.\\t]|^)([^.\\t]*)$", "(r)(o)", "row", "com\\.(.*)", "", "x\\.(R)"])
        if name == "KeyToValue":
            pick = lambda: ",".join(self.pick([self.field(), self.field(), "*"]) for _ in range(self.random.randint(0, 3)))
            config["transforms.t.key.fields"] = pick()
            if self.maybe(0.5):
                config["transforms.t.value.fields"] = pick()
        return "\n".join("%s=%s" % item for item in sorted(config.items())).encode().hex()


WHOLE_RECORD = re.compile(r": (topic='|SinkRecord\{|SourceRecord\{).*", re.DOTALL)
IDENTITY = re.compile(r"\[B@[0-9a-f]+")
LOADERS = re.compile(r" \((java|\[B).*")


def accepted(case, ours, java):
    """Java prints the whole record, ours names its topic and partition; the identity of an array and the names of class
    loaders mean nothing; a time of -1 is none here."""
    def plain(text):
        text = WHOLE_RECORD.sub("", text) if "DataException" in text else text
        return IDENTITY.sub("[B@", LOADERS.sub("", text) if "ClassCastException" in text else text)

    if java.startswith("OK "):
        java = java.replace(" -1 ", " null ", 1)
    return plain(ours) == plain(java) or run.accepted(case, ours, java)


if __name__ == "__main__":
    compare(__doc__, run.HERE / "TransformCases.java", "transform_cases", AivenCorpus, accepted)
