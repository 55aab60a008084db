"""A seeded corpus of transform cases; the form of the lines is told in TransformCases.java."""

import json
import random
import struct

import regexes
import times

PACKAGE = "org.apache.kafka.connect.transforms."
LOGICAL = "org.apache.kafka.connect.data."
PRIMITIVES = {"boolean": ["true", "false"], "int8": ["0", "-128", "7"], "int16": ["300", "-1", "32767"], "int32": ["0", "70000", "-5", "2147483647", "-2147483648"],
              "int64": ["0", "1600000000123", "-1600000000001", "9223372036854775807", "-9223372036854775808", "4294967296", "253402300799999", "-62135596800001", "-12219292800001", "1582934400000"], "float": ["0.5", "-300.75", "1e20", "100.0", "-0.0", "3.4e38", "1e-40", "4294967296.0"],
              "double": ["0.1", "-0.0", "1e300", "12.9", "42.0", "1e19", "-2147483649.5", "1e-320", "0.9999999999999999", "4294967297.0", "9007199254740993.0"], "string": ['""', '"x"', '"12"', '"+5"', '"true"', '"TRUE"', '"1.5"', '"300"',
              '"2020-01-02"', '"2020-01-02 03:04:05"', '"äöü"', '" 1"', '"1e3"', '"9999999999"', '"NaN"', '"0x10"', '"Infinity"', '"-Infinity"', '"1d"', '"1.5f"', '"0x1p3"',
              '"-128"', '"128"', '"-0"', '"2147483648"', '"9223372036854775808"', '"-9223372036854775808"', '"١٢"', '"１"', '" 1.5 "', '"tRue"', '"1L"', '"+"', '"-"', '"."', '".5"', '"5."',
              '"1e400"', '"-1e-400"', '"1 "', '"+-1"', '"0x1.8p1f"', '"1e"', '"3.4028236e38"', '"16777217"', '"0.1"', '"NaNd"', '"1dd"', '"false"', '"1_0"', '"\\u00a01"', '"\\u001f1"'], "bytes": ['""', '"AAEC"']}
LOGICALS = {"Decimal": ("bytes", ['"AMg="', '"AA=="', '"/w=="', '"MDk="', '"f////////////w=="', '"AIAAAAAAAAAA"', '"Wg=="']), "Date": ("int32", ["0", "18262", "-1", "-719163", "2932896"]),
            "Time": ("int32", ["0", "86399999", "1"]), "Timestamp": ("int64", ["0", "1577934245006", "-1", "1600000000123", "-62135596800000", "253402300799999", "-86400000", "1582934399999"])}
FIELDS = ["id", "name", "ts", "flag", "price", "inner", "tags", "attrs", "a.b", "a"]
ABSENT = ["missing", "id.x"]
PLAIN = ["null", "true", "1", "-7", "1600000000123", "1.5", "12.9", '"x"', '"12"', '"2020-01-02"', '""', "[]", "[1,2]", "{}", '{"a":1}', "9223372036854775808"]
REGEXES = [("orders", "x"), ("(.*)", "$1-copy"), ("o(.*)s", "${1}"), ("(?<a>o)rders", "${a}!"), ("[", "x"), ("ord", "y"), ("(.*)-(.*)", "$2-$1"), (".*?", "p"),
           ("orders", "\\$x"), ("orders", "$2"), ("o(\\w+)", "a\\\\$1"), ("", "x"), ("(o|p)rders.*", ""), ("(?i)ORDERS", "up"), ("(?<first>o)(?<rest>.*)", "${rest}${first}"), ("(o)(r)?(x)?.*", "$1$2$3-"), ("(.*)", "$0$0"),
           ("(.*)", "$10"), ("(.)(.)(.)(.)(.)(.)(.)(.)?(.)?(.)?", "$10$1"), ("(.*)", "a$"), ("(.*)", "a\\"), ("(.*)", "${none}"), ("(.*)", "${1a}"), ("(.*)", "$x"), ("(.*)", "${"), ("o.*?", "q"),
           ("[a-z&&[^aeiou]]+.*", "cons"), ("\\p{Alpha}+", "alpha"), ("\\w+(?=s)s", "look"), ("(?:or|de)+rs", "x"), ("a\\-b", "dash"), ("\\Qorders\\E", "quoted"), ("o++r.*", "possessive"),
           ("(\\w)\\w*", "$1$1"), ("^orders$", "anchored"), (".*(?<!x)", "behind"), ("(*)", "x"), ("a{2,1}", "x"), ("(?<1a>x)", "x"), ("\\p{IsLatin}+", "latin"), ("[[:alpha:]]+", "posix"),
           ("\\R?orders", "r"), ("orders|a-b", "either"), (".", "one"), ("\\h*orders", "h"), ("(?s).*", "s"), ("(?x) orders # comment", "x"), ("\\bo.*", "b"), ("(a)|(o).*", "$1|$2")]
RENAMES = ["id:key", "id:name", "name:n,ts:t", "missing:x", "id", "a:b:c", "a.b:ab", "inner:outer", "price:id,id:price", "id:name,name:id", "id:x,name:x", "id:", ":x", "id:key,id:other", "name:ts,ts:name,flag:f",
           " id : key ", "a:a", "id:name,name:ts,ts:id", "id:price", ":", "id:k,", "tags:attrs,attrs:tags"]
LITERALS = ["1", "true", "x", "null", "1.5", "[1,2]", '{"a":1}', "2020-01-02", "300", "", "12:30:00.000Z", "-0", "+1", "0x1", "1f", "TRUE", "tru", "  1", "1 ", "'x'", '"x"', '"x', '"a\\"b"', "[", "[]", "{}",
            "[1,a]", '[1,"a"]', "[null]", "[1,null]", "[1,[2,3]]", '{"a":[1]}', '{"a":1,"b":2.5}', "{a:1}", '{"a":}', "{1:2}", "[1,2.5]", "[300,70000]", "2019-08-23T14:34:54.346Z", "14:34:54.346Z",
            "2019-08-23T14:34:54.346", "9223372036854775808", "1e500", "1E3", ".5", "5.", "NaN", "null ", "NULL", "[true,false]", "[true,1]", "99999", "3000000000", "a,b", "a:b", "\\", "ä", "[2020-01-02]",
            '{"a":{"b":null}}', "2020-13-45", "0.1", "123456789.123456789", "-128", "-129", "[1,]", "[,1]", '{"a":1,}', '{"a" : 1 , "b" : 2}', "12:30:00", "2020-1-2", "--1", "1-1"]
PATHS = ["inner.b", "a.b", "`a.b`", "inner.c", "a.c.x", "`a", "a.", "inner", "inner.id", "attrs.k", "", "a..b", "`a.b`.c", "a`b", "`a`b`", "`a\\`.b`", "`inner`.`b`", ".", "..", "inner.a.b", "a.a", "inner.a.c", "inner.b.c",
         "tags.b", "id.x", "``", "`", "`.`", "a.`b`", "a.`b", "inner.`b`.", "`inner.b`", "a.b.", ".a", "inner.a.a.a", "\\`a", "`a\\`"]
REPLACEMENTS = ["*", "7", "12.9", "-1", "", "300", "1e5", " 7", "7 ", "1e400", "0x10", "+7", "NaN", "true", "99999999999999999999", "1e-5", "-0", "٣", "1E+3", ".5", "5.", "70000", "-129", "1e10", "x", "ä", "3000000000", "1.7976931348623157e309", "-0.0", "2020-01-02"]


# What the other converters make of bytes: reader (see CaseText.java), how the number is packed, some values.
OTHER_READERS = [("S", None, ["", "x", "12", "ä", "2020-01-02", "true", " 7 ", "1e3", "NaN"]), ("B", None, ["", "\0", "bytes"]), ("s", ">h", [0, -1, 32767, 300]), ("i", ">i", [0, -1, 2 ** 31 - 1, 70000]),
                 ("l", ">q", [0, -1, 2 ** 63 - 1, -2 ** 63, 1600000000123, -62135596800001]), ("f", ">f", [0.0, -0.0, 1.5, float("nan"), float("inf"), -1e30, 3.4e38, 1e-45]),
                 ("d", ">d", [0.0, -0.0, 12.9, float("nan"), float("-inf"), 1e300, 5e-324, 9007199254740993.0]), ("z", ">?", [True, False]),
                 ("H", None, ["null", "true", "12", "-129", "1.5", "1e300", "2020-01-02", "12:30:00.000Z", "2020-01-02T03:04:05.006Z", "1960-05-06T03:04:05.006Z", "[1,2]", '["a"]', '{"a":1}',
                              '{"a":1,"b":2}', "x", '{"a":{"b":1}}', '[[1],[2]]'])]


def kind_of_default(schema):
    """Java's JSON converter does not take defaults of structs, but of what holds them."""
    return schema["type"] != "struct"


class Corpus:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.format = None  # of the configuration at hand: texts are made to match it
        self.whole = False  # it is for whole keys and values rather than for fields
        self.shared = []  # schemas that records of the configuration at hand share
        self.focus = FIELDS  # fields that it is about

    def maybe(self, probability):
        return self.random.random() < probability

    def pick(self, items):
        return self.random.choice(items)

    # Schemas and payloads of the JSON converter's envelope.

    def leaf(self):
        if self.maybe(0.25):
            name = self.pick(list(LOGICALS))
            schema = {"type": LOGICALS[name][0], "name": LOGICAL + name, "version": 1}
            if name == "Decimal":
                schema["parameters"] = {"scale": self.pick(["0", "2", "2", "-3", "30"])}
            return schema
        return {"type": self.pick(list(PRIMITIVES))}

    def schema(self, depth=0, field=None):
        kind = self.random.random()
        if field == "ts" and self.format is not None and self.maybe(0.5):
            schema = {"type": "string"}
        elif field == "ts":
            schema = self.pick([{"type": "int64"}, {"type": "int64"}, {"type": "string"}] + [{"type": LOGICALS[n][0], "name": LOGICAL + n, "version": 1} for n in ("Date", "Time", "Timestamp")])
        elif depth == 0 and kind < (0.4 if self.whole else 0.85) or depth in (1, 2) and (kind < 0.12 or field in ("inner", "a")):
            schema = {"type": "struct", "fields": []}
            for name in FIELDS if depth == 0 else ["b", "c", "id", "a"]:
                if self.maybe(0.85 if name in self.focus and self.focus is not FIELDS else 0.55):
                    schema["fields"].append(dict(self.schema(depth + 1, name), field=name))
        elif kind < 0.2 and depth or field == "tags":
            schema = {"type": "array", "items": self.schema(self.pick([2, 3, 3]))}
        elif kind < 0.25 and depth or field == "attrs":
            keys = {"type": "string"} if self.maybe(0.85) else {"type": self.pick(["int32", "int64", "boolean", "string"]), "optional": self.maybe(0.5)}
            schema = {"type": "map", "keys": keys, "values": self.schema(self.pick([2, 3, 3]))}
        else:
            schema = self.leaf()
        schema = dict(schema)
        schema["optional"] = self.maybe(0.4)
        if "name" not in schema and self.maybe(0.2):
            schema["name"] = self.pick(["row", "com.x.Row", "row", ""])
        if self.maybe(0.15):
            schema["version"] = self.pick([1, 7, 0, -2147483648])
        if self.maybe(0.1):
            schema["doc"] = self.pick(["some doc", ""])
        if "parameters" not in schema and self.maybe(0.1):
            schema["parameters"] = self.pick([{"p": "1"}, {"b": "1", "a": ""}, {}])
        if kind_of_default(schema) and self.maybe(0.25):
            schema["default"] = json.loads(self.payload(schema, nulls=False))
        return schema

    def payload(self, schema, nulls=True):
        if nulls and (schema.get("optional") or "default" in schema) and self.maybe(0.25):
            return "null"
        kind, name = schema["type"], schema.get("name", "").removeprefix(LOGICAL)
        if name in LOGICALS:
            return self.pick(LOGICALS[name][1])
        if kind == "struct":
            return "{" + ",".join("%s:%s" % (json.dumps(f["field"]), self.payload(f, nulls)) for f in schema["fields"]) + "}"
        if kind == "array":
            return "[" + ",".join(self.payload(schema["items"], nulls) for _ in range(self.random.randrange(3))) + "]"
        if kind == "map" and schema["keys"]["type"] != "string":
            keys = self.random.sample([k for k in ["0", "1", "-1", "2147483647", "70000", "null" if schema["keys"]["optional"] else "5"]], self.random.randrange(3))
            if schema["keys"]["type"] == "boolean":
                keys = ["true", "false"][: self.random.randrange(3)]
            return "[" + ",".join("[%s,%s]" % (k, self.payload(schema["values"], nulls)) for k in keys) + "]"
        if kind == "map":
            return "{" + ",".join('"%s":%s' % (k, self.payload(schema["values"], nulls)) for k in "kl"[: self.random.randrange(3)]) + "}"
        if kind == "string" and self.format is not None and self.maybe(0.7):
            return json.dumps(times.text(self.random, self.format), ensure_ascii=False)
        return self.pick(PRIMITIVES[kind])

    def plain(self, depth=0):
        if self.maybe(0.85 if depth == 0 else 0.2 if depth < 3 else 0):
            names = FIELDS if depth == 0 else ["b", "c", "id", "a", "k1", "k2"]
            members = []
            for name in names:
                if self.maybe(0.55):
                    value = self.plain(depth + 1) if name not in ("ts",) or self.maybe(0.2) else self.time()
                    if name in ("a", "inner") and self.maybe(0.6):
                        value = "{" + ",".join('"%s":%s' % (k, self.plain(3)) for k in "bc"[: self.random.randrange(3)]) + "}"
                    members.append("%s:%s" % (json.dumps(name), value))
            return "{" + ",".join(members) + "}"
        return self.pick(PLAIN)

    def time(self):
        if self.format is not None and self.maybe(0.6):
            return json.dumps(times.text(self.random, self.format), ensure_ascii=False)
        return self.pick(PRIMITIVES["int64"] + ['"2020-01-02"', "null", "-5"])

    def other(self):
        reader, packed, values = self.pick(OTHER_READERS)
        value = self.pick(values)
        if self.maybe(0.1):
            return reader, "-"
        return reader, (struct.pack(packed, value) if packed else value.encode()).hex()

    def datum(self):
        """reader and bytes"""
        choice = self.random.random()
        if choice < 0.04:
            return "P", "-"
        if choice > 0.95 or self.whole and choice > 0.8:
            return self.other()
        if choice < 0.6:
            if not self.shared or self.maybe(0.5):
                self.shared.append(self.schema())
            schema = self.pick(self.shared)
            text = '{"schema":%s,"payload":%s}' % (json.dumps(schema), self.payload(schema))
            return "J", text.encode().hex()
        return "P", self.plain().encode().hex()

    # Configurations.

    def field(self):
        return self.pick(self.focus) if self.maybe(0.93) else self.pick(ABSENT)

    def fields(self, least=1):
        names = [self.field() for _ in range(self.random.randrange(least, 4))]
        return ",".join(names if self.maybe(0.1) else dict.fromkeys(names))

    def cast(self):
        kinds = ["int8", "int16", "int32", "int64", "float32", "float64", "boolean", "string", "STRING"]
        if self.maybe(0.25):
            self.whole = True
            return {"spec": self.pick(kinds * 3 + ["bytes", "foo", "int8,int16", "", " int8 ", "Int8", ",", "int8,", ":int8", "struct", "int32:", "a:int8,"])}
        items = ["%s:%s" % (self.field(), self.pick(kinds)) for _ in range(self.random.randrange(1, 4))]
        if self.maybe(0.05):
            items.append(self.pick(["a:b:c", "id:array", " id : int8 ", "string"]))
        return {"spec": ",".join(items)}

    def insert_field(self):
        config = {}
        for key in ["topic", "partition", "offset", "timestamp", "static"]:
            if self.maybe(0.15 if key == "offset" else 0.4):
                config[key + ".field"] = self.pick(["new_" + key, "new_" + key + "?", "new_" + key + "!", "id" if self.maybe(0.2) else "z", "", "?", "!", "a?!", "ts"])
        if "static.field" in config and self.maybe(0.95):
            config["static.value"] = self.pick(["v", "", "ä"])
        return config

    def timestamp_converter(self):
        config = {"target.type": self.pick(["string", "unix", "Date", "Time", "Timestamp"]) if self.maybe(0.97) else "date"}
        if self.maybe(0.8):
            config["field"] = self.pick(["ts", "ts", "ts", "id", "name", "missing", self.field()])
        else:
            self.whole = True
        if self.maybe(0.75):
            config["format"] = self.format = times.pattern(self.random)
        if self.maybe(0.4):
            config["unix.precision"] = self.pick(["seconds", "milliseconds", "microseconds", "nanoseconds"] * 4 + ["days", "Seconds", ""])
        return config

    def path(self):
        if self.maybe(0.4):
            return "".join(self.pick("ab.`\\c") for _ in range(self.random.randrange(1, 9)))
        return ".".join(self.pick(FIELDS[:8] + ["a", "b", "c", "`a.b`", "k", "`a`", "`"]) for _ in range(self.random.randrange(1, 4)))

    def settings(self, name):
        if name == "Cast":
            return self.cast()
        if name == "DropHeaders":
            return {"headers": self.pick(["h", "h,k", "none", "", "k"])}
        if name == "ExtractField":
            path = self.field() if self.maybe(0.5) else self.pick(PATHS) if self.maybe(0.6) else self.path()
            return {"field": path, **({"field.syntax.version": self.pick(["V1", "V2", "v2", "V2", "V3"])} if self.maybe(0.6) else {})}
        if name == "Flatten":
            return {"delimiter": self.pick(["_", "", "::"])} if self.maybe(0.5) else {}
        if name == "HeaderFrom":
            names = self.fields().split(",")
            headers = ["h%d" % i for i in range(len(names) if self.maybe(0.95) else 1)]
            return {"fields": ",".join(names), "headers": ",".join(headers), "operation": self.pick(["move", "copy", "copy", "MOVE"])}
        if name == "HoistField":
            return {"field": self.pick(["hoisted", "id", "", self.field(), "a.b", "ä"])}
        if name == "InsertField":
            return self.insert_field()
        if name == "InsertHeader":
            return {"header": self.pick(["h", "new"]), "value.literal": self.pick(LITERALS)}
        if name == "MaskField":
            return {"fields": self.fields(), **({"replacement": self.pick(REPLACEMENTS)} if self.maybe(0.5) else {})}
        if name == "RegexRouter":
            regex, replacement = self.pick(REGEXES) if self.maybe(0.4) else (regexes.regex(self.random), regexes.replacement(self.random))
            return {"regex": regex, "replacement": replacement}
        if name == "ReplaceField":
            config = {}
            if self.maybe(0.4):
                config["exclude"] = self.fields(0)
            if self.maybe(0.3):
                config["include"] = self.fields(0)
            if self.maybe(0.6):
                config["renames"] = self.pick(RENAMES)
            return config
        if name == "SetSchemaMetadata":
            config = {}
            if self.maybe(0.8):
                config["schema.name"] = self.pick(["new.Name", "row", "", LOGICAL + "Timestamp"])
            if self.maybe(0.5):
                config["schema.version"] = self.pick(["2", "0", "x", "2147483648", "-1", " 3 ", "1.5", ""])
            return config
        if name == "TimestampConverter":
            return self.timestamp_converter()
        if name == "TimestampRouter":
            config = {}
            if self.maybe(0.6):
                config["topic.format"] = self.pick(["", "${TOPIC}-${timestamp", "$${topic}", "${${topic}}", "${timestamp}-${timestamp}", "${topic}-${timestamp}", "${timestamp}", "x", "${topic}${topic}", "$1${timestamp}\\"])
            if self.maybe(0.6):
                config["timestamp.format"] = times.pattern(self.random)
            return config
        if name == "ValueToKey":
            return {"fields": self.fields()}
        return {}

    SIDES = ["Cast", "ExtractField", "Flatten", "HeaderFrom", "HoistField", "InsertField", "MaskField", "ReplaceField", "SetSchemaMetadata", "TimestampConverter"]
    WHOLE = ["DropHeaders", "Filter", "InsertHeader", "RegexRouter", "TimestampRouter", "ValueToKey"]
    NULLS = ["Cast", "ExtractField", "HeaderFrom", "InsertField", "MaskField", "ReplaceField", "SetSchemaMetadata", "TimestampConverter", "ValueToKey"]

    def transform(self, alias, name):
        settings = self.settings(name)
        if name in self.NULLS and self.maybe(0.4):
            settings["replace.null.with.default"] = self.pick(["true", "false"] * 6 + ["TRUE", " false ", "yes", ""])
        if settings and self.maybe(0.04):  # something missing, empty or wrong
            key = self.pick(sorted(settings))
            wrong = self.pick([None, "", " ", "x", "-1", ",", "true", "ä"])
            settings.pop(key)
            if wrong is not None:
                settings[key] = wrong
        settings["type"] = PACKAGE + name + (self.pick(["$Value", "$Value", "$Key"]) if name in self.SIDES else "")
        return {"transforms.%s.%s" % (alias, key): value for key, value in settings.items()}

    def predicate(self, alias, name):
        kind = self.pick(["HasHeaderKey", "RecordIsTombstone", "TopicNameMatches"])
        config = {"predicates.%s.type" % name: PACKAGE + "predicates." + kind, "transforms.%s.predicate" % alias: name}
        if kind == "HasHeaderKey":
            config["predicates.%s.name" % name] = self.pick(["h", "k", "none", ""])
        if kind == "TopicNameMatches":
            config["predicates.%s.pattern" % name] = self.pick(["orders", "ord", "o.*", "", "[", "orders|x"]) if self.maybe(0.5) else regexes.regex(self.random)
        if self.maybe(0.4):
            config["transforms.%s.negate" % alias] = self.pick(["true", "false", "TRUE"])
        return config

    def config(self, name=None):
        self.format, self.whole, self.shared, self.focus = None, False, [], FIELDS
        names = [name or self.pick(self.SIDES + self.WHOLE)]
        chain = self.random.random()
        if chain < 0.3:
            names += [self.pick(self.SIDES + self.WHOLE) for _ in range(self.random.randrange(1, 3))]
        elif chain < 0.6:  # transforms that meet each other's fields
            self.focus = self.random.sample(FIELDS, 3)
            names += [self.pick(self.SIDES * 2 + self.WHOLE) for _ in range(self.random.randrange(1, 6))]
        config = {"transforms": ",".join("t%d" % i for i in range(len(names)))}
        for i, each in enumerate(names):
            config.update(self.transform("t%d" % i, each))
            if self.maybe(0.15):
                config.update(self.predicate("t%d" % i, "p%d" % i))
                config["predicates"] = ",".join(filter(None, [config.get("predicates"), "p%d" % i]))
        return "\n".join("%s=%s" % item for item in sorted(config.items())).encode().hex()

    def headers(self):
        if self.maybe(0.6):
            return "-"
        texts = ["1", '"x"', "null", "1.5", "[1]", "-"]
        headers = []
        for _ in range(self.random.randrange(1, 4)):
            text = self.pick(texts)
            reader, data = self.datum() if self.maybe(0.2) else ("H", text if text == "-" else text.encode().hex())
            headers.append("%s %s %s" % (self.pick(["h", "k", "h0"]), reader, data))
        return ";".join(headers)

    def case(self, config, sink):
        key = self.datum() if self.maybe(0.5) else ("P", self.pick(["null", '"k"', "1"]).encode().hex())
        value = self.datum()
        timestamp = self.pick(["-", "0", "1600000000123", "-1000", "253402300800000", "-62135596800001", "-12219292800001", "1582934399999", "951782400000"]) if self.maybe(0.3) else "1600000000123"
        partition, offset = self.pick([("0", "17"), ("3", "18")] if sink else [("-", "-"), ("3", "-")])
        return "\t".join([config, self.pick(["orders", "orders", "a-b", "a.b_c-1"]), partition, timestamp, offset, *key, *value, self.headers()])

    def cases(self, count):
        lines, names = [], self.SIDES + self.WHOLE
        while len(lines) < count:
            config, sink = self.config(names[len(lines) // 6 % len(names)]), self.maybe(0.5)
            lines += [self.case(config, sink) for _ in range(6)]
        return lines[:count]
