"""Chains of transforms with predicates, for records whose value is a line, a row or anything."""

PACKAGE = "org.apache.kafka.connect.transforms."
FIELDS = ["line", "id", "name", "origin", "a.b", "missing"]


class Chains:
    def __init__(self, random):
        self.random = random

    def pick(self, items):
        return self.random.choice(items)

    def field(self):
        return self.pick(FIELDS[:2] * 3 + FIELDS)

    def one(self):
        """Settings of a transform, its type under ""."""
        side = self.pick(["$Value"] * 4 + ["$Key"])
        kind = self.pick(["hoist"] * 3 + ["insert"] * 2 + ["cast"] * 2 + ["replace", "mask", "extract", "key", "key", "from", "header", "header", "drop",
                          "meta", "flatten", "regex", "time", "filter", "filter", "convert", "tombstone"])
        make = {
            "hoist": lambda: {"": "HoistField" + side, "field": self.field()},
            "insert": lambda: {"": "InsertField" + side, "static.field": self.field(), "static.value": self.pick(["here", "", "ä", "12"]),
                               **({"topic.field": self.pick(["t", "t!", "t?"])} if self.random.random() < 0.3 else {})},
            "cast": lambda: {"": "Cast" + side, "spec": self.pick(["int32", "string", "int8", "float64", "boolean", "line:int64", "line:string,id:float32",
                                                                   "line:boolean", "bogus", "int32,string", "line:array"]),
                             **({"replace.null.with.default": "false"} if self.random.random() < 0.2 else {})},
            "replace": lambda: {"": "ReplaceField" + side, self.pick(["include", "exclude", "renames"]): self.pick(["line", "id", "line:text", "missing", ""])},
            "mask": lambda: {"": "MaskField" + side, "fields": self.pick(["line", "id,line", "missing"]),
                             **({"replacement": self.pick(["***", "0", "x"])} if self.random.random() < 0.5 else {})},
            "extract": lambda: {"": "ExtractField" + side, "field": self.field()},
            "key": lambda: {"": "ValueToKey", "fields": self.pick(["line", "line,origin", "id", "missing"])},
            "from": lambda: {"": "HeaderFrom" + side, "fields": self.pick(["line", "id", "line,origin"]), "headers": self.pick(["h", "h,g"]),
                             "operation": self.pick(["move", "copy"])},
            "header": lambda: {"": "InsertHeader", "header": self.pick(["h", "g", "ü"]),
                               "value.literal": self.pick(["1", "true", "text", "1.50", "2020-01-02", "[1,2]", '{"a":1}', "null", "99999999999999999999",
                                                           "12:30:00.000Z", "2020-01-02T03:04:05.006Z", '"q"', "NaN", "1e5", "[1,\"a\"]", "{}", "[]", " x "])},
            "drop": lambda: {"": "DropHeaders", "headers": self.pick(["h", "h,g", ""])},
            "meta": lambda: {"": "SetSchemaMetadata" + side, "schema.name": self.pick(["row", "a.b", ""]), "schema.version": self.pick(["1", "7", "x"])},
            "flatten": lambda: {"": "Flatten" + side, "delimiter": self.pick([".", "_", ""])},
            "regex": lambda: {"": "RegexRouter", "regex": self.pick(["(.*)", "road(.*)", "none", "["]), "replacement": self.pick(["$1-out", "$1", "routed-$0", "$2", "x y"])},
            "time": lambda: {"": "TimestampRouter", "topic.format": self.pick(["${topic}-${timestamp}", "${topic}"]), "timestamp.format": self.pick(["yyyy", "'x'"])},
            "filter": lambda: {"": "Filter"},
            "convert": lambda: {"": "TimestampConverter" + side, "target.type": self.pick(["string", "unix", "Date", "Time", "Timestamp", "bogus"]),
                                "format": self.pick(["yyyy-MM-dd", "yyyy-MM-dd HH:mm:ss", ""]), **({"field": self.field()} if self.random.random() < 0.4 else {})},
            "tombstone": lambda: {"": "Filter", "predicate": "empty"},
        }
        settings = make[kind]()
        settings[""] = PACKAGE + settings[""] if settings[""] != "Filter" or self.random.random() < 0.8 else settings[""]
        return settings

    def chain(self, length):
        config, names = {}, []
        for index in range(length):
            name = f"t{index}"
            names.append(name)
            settings = self.one()
            if settings[""].endswith("Filter") or self.random.random() < 0.25:
                settings.setdefault("predicate", self.pick(["named", "named", "marked", "empty", "unknown"] if self.random.random() < 0.2 else ["named", "marked", "empty"]))
                if self.random.random() < 0.4:
                    settings["negate"] = "true"
            for key, value in settings.items():
                config[f"transforms.{name}." + (key or "type")] = value
        config["transforms"] = ",".join(names)
        if any(key.endswith(".predicate") for key in config) or self.random.random() < 0.1:
            config.update({"predicates": "named,marked,empty",
                           "predicates.named.type": PACKAGE + "predicates.TopicNameMatches", "predicates.named.pattern": self.pick([".*", "road.*", ".*out", "none"]),
                           "predicates.marked.type": PACKAGE + "predicates.HasHeaderKey", "predicates.marked.name": self.pick(["h", "g"]),
                           "predicates.empty.type": PACKAGE + "predicates.RecordIsTombstone"})
        return config
