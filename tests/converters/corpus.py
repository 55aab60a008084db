"""A seeded corpus of converter cases; the form of the lines is told in ConverterCases.java."""

import base64
import json
import random

JSON = "org.apache.kafka.connect.json.JsonConverter"
STRING = "org.apache.kafka.connect.storage.StringConverter"
HEADER = "org.apache.kafka.connect.storage.SimpleHeaderConverter"
PLAIN = "org.apache.kafka.connect.converters."
LOGICAL = "org.apache.kafka.connect.data."
NUMBERS = ["Short", "Integer", "Long", "Float", "Double"]
PRIMITIVES = ["boolean", "int8", "int16", "int32", "int64", "float", "double", "string", "bytes"]

STRINGS = ["", "x", "a\"b\\c", "tab\tnl\n\r\b\f\x01\x1f", "\x7f", "äöü", "日本語", "𝄞 clef", "/</>", "\u2028",
           "null", "true", "1.5", " lead", "x" * 70, "é" * 33, "key", "Struct{a=1}", "AAEC", "aGVsbG8="]
NUMBER_TEXTS = ["0", "-0", "1", "-1", "127", "128", "-128", "-129", "255", "300", "32767", "32768", "65536",
                "2147483647", "2147483648", "-2147483648", "-2147483649", "4294967296", "9007199254740993",
                "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809",
                "18446744073709551616", "123456789012345678901234567890", "007", "-007", "00", "-00.50", "0.5", "1.50",
                "100.0", "1e3", "1E+3", "1e-3", "1.5e10", "0.001", "0.00099", "12345678.9", "1e7", "9999999.0",
                "1e400", "-1e400", "1e-400", "-1e-400", "-0.0", "0e5", "0.1", "0.30000000000000004", "1e22", "1e23",
                "3.4028235e38", "3.5e38", "1.4e-45", "4.9e-324", "2.2250738585072014e-308", "1e2147483647",
                "1e2147483648", "1e99999999999", "1e-2147483647", "1e0000000000000001", "16777217", "0.1e1",
                "9" * 19, "9" * 100, "1" * 999, "1" * 1000, "1" * 1001, "0" * 1500 + "7", "0." + "3" * 998,
                "0." + "3" * 999, "0." + "3" * 1000, "1.", ".5", "+1", "1e", "1e+", "-", "--1", "1.5.5", "0x10", "1_0",
                "12.9", "-12.9", "1e19", "1e20", "123456789.123456789e5"]
HEADERS = ["", " ", "  ", "null", " null ", "nulll", "true", "false", " true", "True", "true}", "1", "12", "+5", "-7",
           "0012", "1.0", "1e3", "1.50", "3:", "1,2", "1 2", "NaN", "0x1F", "1_000", "1.0f", "-", "+", "1e400",
           "1e39", "1e-400", "9223372036854775808", "99999999999999999999999999", "[", "]", "{", "}", "[]", "[,]",
           "[1]", "[1,]", "[1,2.5]", "[1,300]", "[1,\"a\"]", "[\"a\",1]", "[null]", "[1,null]", "[null,1]", "[1 2]", "[ 1 , 2 ]",
           "[a]", "[true,false]", "[true,1]", "[[1],[2,300]]", "[[1],[\"a\"]]", "[{\"a\":1}]", "[1,1.5,null]", "{}",
           "{\"a\":1}", "{\"a\":1,}", "{\"a\":1 \"b\":2}", "{6:9 4:20}", "{6:9,4:20}", "{null:1}", "{a:1}", "{\"a\":null}",
           "{\"a\":1,\"b\":\"x\"}", "{\"a\":1,\"a\":2}", "{1:\"x\",\"b\":2}", "{\"b\":[1,2],\"a\":[3]}", "{,}", "{\"a\"}",
           "{\"a\":}", "[1,2", "{\"a\":1", "\"quoted\"", "[\"a\\\"b\"]", "[\"a\\\\b\"]", "[\"a: :b\"]", "[\" x \"]",
           "[\"\"]", "2020-01-02", "2020-1-2", "2020-99-99", "0001-01-01", "1582-10-04", "1582-10-15", "12:34:56.789Z", "25:61:61.000Z",
           "2020-01-02T03:04:05.006Z", "2020-01-02T03:04:05.006", "2020-01-02T03\\:04\\:05.006Z", "[\"2020-01-02\"]",
           "[\"2020-01-02\",\"12:34:56.789Z\"]", "[\"2020-01-02\",1]", "[1,\"2020-01-02\"]", "[2020-01-02]",
           "{\"2020-01-02\":1}", "[12:34:56.789Z]", "a,b", "a:b", "text with blanks", "\\", "a\\,b", "[\"a\\,b\"]", "1\\", "é",
           "[\"é\"]", "12:34", "2020-01-02 tail", "1-1-1aaaaa", "[1e400]", "[1e20,1]", "[127,128,32768,2147483648]",
           "[1.5,1e300]", "[9223372036854775807,1.5]", "[99999999999999999999,1]", "{1:1.5,2:2}", "[[],[1]]", "[" * 40 + "]" * 40,
           "{\"k\":{\"k\":{\"k\":1}}}", "+-1", "1+", "-.5", "-a", "[-a]", "[+1,-1]", "\t12\t", "[1]x", "{\"a\":1}x", "[true]]", "null,",
           "\"a\\nb\"", "\"\\\\\"", "\"\\\"", "\"a\"b\"", "'q'", "[\"a\",\"b\",null]", "[null]", "[null,1]", "{null:1}", "{\"a\":null}", "{\"a\":[1,{\"b\":[]}]}", "[[1],[\"a\"]]",
           "[[1,2],[3.5]]", "[{\"a\":1},{\"b\":\"x\"}]", "{\"a\":1,\"a\":2}", "{\"a\":1,\"b\":\"x\"}", "{1:\"a\",\"b\":2}", "{true:false}", "{[1]:2}", "{\"a\" : 1 , \"b\" : 2 }", "[ ]", "{ }", "[1 , 2]",
           "[1\n,2]", "[\t]", "2020-02-30", "2020-13-01", "10000-01-01", "-0001-01-01", "+2020-01-01", "24:00:00.000Z", "00:00:00.000Z", "23:59:59.999Z", "12:34:56Z", "12:34:56.7Z",
           "12:34:56.789+01:00", "2020-01-02T25:00:00.000Z", "2020-01-02T03:04:05.006+0100", "2020-01-02T03:04:05.006+01:00", "2020-01-02T03:04:05Z", "2020-12-31T23:59:60.000Z",
           "[12:34:56.789Z,2020-01-02]", "{\"t\":12:34:56.789Z}", "127", "128", "-128", "-129", "32767", "32768", "-32769", "2147483648", "-2147483649", "9223372036854775808", "-9223372036854775809",
           "3.4028235e38", "3.4028236e38", "1e309", "-1e309", "4.9e-324", "1e-400", "0.1", "0.10", "00.1", "0x1p3", "0x10", "1_000", "1d", "1f", "1.0f", "1L", "Infinity", "-Infinity", "+NaN", "-NaN", "INF",
           "TRUE", "True", "tRuE", "false ", " true", "NULL", "Null", "\u00a01", "1\u00a0", "\u2028", "١٢", "[١]", "\ufeff1", "a" * 5000, "[" + "1," * 500 + "1]", "\\,", "\\:", "\\[", "[\\]]", "a\\", "[a\\,b]",
           "[\"2020-01-02T03:04:05.006Z\"]", "[\"12:34:56.789Z\",\"x\"]", "{\"2020-01-02\":\"2020-01-03\"}"]
MALFORMED = [b"", b" ", b"{", b"}", b"[", b"]", b"[1", b"[1,", b"[1,]", b"{\"a\"", b"{\"a\":", b"{\"a\":1", b"{\"a\":1,}", b"{a:1}",
             b"{'a':1}", b"\"abc", b"\"a\\x\"", b"\"a\\u12\"", b"\"a\\u12G4\"", b"\"\x01\"", b"tru", b"truex", b"true1", b"true ",
             b"nul", b"NaN", b"Infinity", b"[NaN]", b"1 2", b"1,2", b"1]", b"[1]]", b"{}{}", b"{} x", b"\"a\"x", b"/*c*/1", b"#1", b"\x00",
             b"\x001", b"1\x00", b"\"\\ud834\\udd1e\"", b"\"\\ud834\"", b"\"\\udd1e\"", b"\"\\ud834x\"", b"{\"\\ud834\":1}",
             b"{\"\\udd1e\":1}", b"{\"\\ud834\\udd1e\":1}", b"\"\xc0\x80\"", b"\"\xe0\x80\x80\"", b"\"\xed\xa0\x80\"", b"\"\xf5\x80\x80\x80\"",
             b"\"\xf8\"", b"\"\x80\"", b"\"\xc3\"", b"\"\xe2\x82\"", b"\"\xf0\x9d\x84\x9e\"", b"\"\xff\"", b"{\"\xc3\":1}", b"{\"\xc3\xa4\":1}",
             b"\xef\xbb\xbf1", b"\xef\xbb\xbf{\"a\":1}", b"\xef\xbb\xbf", b"[[[]]]", b"[" * 999 + b"]" * 999, b"[" * 1000 + b"]" * 1000, b"[" * 1001 + b"]" * 1001,
             b"{\"a\":" * 999 + b"1" + b"}" * 999, b"{\"a\":" * 1001 + b"1" + b"}" * 1001, b"{\"a\":1,\"a\":2}", b"{\"b\":1,\"a\":2,\"b\":3}",
             b"{\"a\" : 1 , \"b\" : [ 1 , 2 ] }", b"\n\t\r {\"a\":1}", b"[1 2]", b"{\"a\":1 \"b\":2}", b"{\"a\" 1}", b"{1:2}", b"[,1]", b"{,}"]

# What is no part of a schema, in its place: member of the schema and JSON texts.
ODD_MEMBERS = [("type", ["null", "5", "true", '"Int32"', '"float32"', '"float64"', '"INT8"', '""', '" int8"', '["int32"]', '"null"', '"struct"', '"map"', '"array"']),
               ("optional", ["null", "1", '"true"', '"false"', "[]", "0"]), ("name", ["null", "5", '""', "{}", '"%sDecimal"' % LOGICAL, '"%sDate"' % LOGICAL]),
               ("version", ["null", '"1"', "1.5", "1.0", "-1", "4294967297", "123456789012345678901", "1e1", "true", "0"]), ("doc", ["null", "5", '""', "[]"]),
               ("parameters", ["null", "{}", "[]", '"x"', '{"a":1}', '{"a":null}', '{"a":"b","a":"c"}', '{"z":"1","a":"2"}', '{"scale":"2"}', '{"scale":2}', '{"scale":"9999999999"}', '{"scale":" 2"}', '{"scale":"+2"}', '{"scale":"٢"}']),
               ("default", ["null", "1", '"x"', "[]", "{}", "true", "1.5", "[null]", '{"id":1}', '[["a",1]]', "300", "1e400", '"AAE="', '"AAE"']),
               ("items", ["null", "{}", "5", '"int8"', '{"type":"int8"}', "[]", '{"type":"int8","optional":true}']), ("keys", ["null", "{}", "5", '{"type":"string","optional":true}', '{"type":"string","default":"d"}']),
               ("values", ["null", "{}", "5", '{"type":"int8"}', '{"type":"int8","optional":true,"default":7}']),
               ("fields", ["null", "{}", "5", "[]", "[5]", "[null]", "[[]]", '[{"type":"int8"}]', '[{"field":"a"}]', '[{"type":"int8","field":5}]', '[{"type":"int8","field":null}]', '[{"type":"int8","field":""}]',
                           '[{"type":"int8","field":"a"},{"type":"int8","field":"a"}]', '[{"type":"int8","field":"a","optional":true},{"type":"x","field":"b"}]']), ("unknown", ["1", "{}"]),
               ("field", ["5", '"f"'])]
ENVELOPES = ['{"schema":%(s)s}', '{"payload":%(p)s}', '{"schema":%(s)s,"payload":%(p)s,"extra":1}', '{"payload":%(p)s,"schema":%(s)s}', '{"schema":%(s)s,"schema":%(s)s}', '{"schema":{"type":"int8"},"schema":%(s)s,"payload":%(p)s}',
             '{"schema":%(s)s,"payload":1,"payload":%(p)s}', '{"schema":%(s)s,"payload":%(p)s,"payload":%(p)s}', '{"Schema":%(s)s,"payload":%(p)s}', '{"schema":%(s)s,"payloads":%(p)s}', '[%(s)s,%(p)s]', '%(p)s', '%(s)s',
             ' {\n "schema" :\t%(s)s , "payload" : %(p)s } ', '{"schema":[%(s)s],"payload":%(p)s}', '{"schema":"x","payload":%(p)s}', '{"schema":5,"payload":%(p)s}', '{"schema":{},"payload":%(p)s}', '{"schema":[],"payload":%(p)s}',
             '{"schema":true,"payload":%(p)s}', '{"schema":%(s)s,"payload":{"schema":%(s)s,"payload":%(p)s}}', '{"schema":%(s)s,"payload":%(p)s}{', '{"schema":%(s)s,"payload":%(p)s} x', '{"\\u0073chema":%(s)s,"payload":%(p)s}',
             '{"schema":%(s)s,"payload":null}', '{"schema":null,"payload":%(p)s}', '{"schema":null,"payload":null}', '{"schema":null}', '{"payload":null}', '{"schema":%(s)s,"":%(p)s}', '{"schema":%(s)s,"payload":%(p)s,}']


def envelope(schema, payload_text):
    return '{"schema":%s,"payload":%s}' % (json.dumps(schema, ensure_ascii=False, separators=(",", ":")), payload_text)


class Corpus:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def text(self):
        if self.random.random() < 0.7:
            return self.random.choice(STRINGS)
        return "".join(self.random.choice("abcXYZ019 _-äß€𝄞\"\\\n") for _ in range(self.random.randrange(1, 40)))

    def number(self):
        pick = self.random.random()
        if pick < 0.4:
            return self.random.choice(NUMBER_TEXTS)
        if pick < 0.7:
            return str(self.random.randrange(-2 ** self.random.randrange(1, 70), 2 ** self.random.randrange(1, 70)))
        return repr(round(self.random.uniform(-1e6, 1e6), self.random.randrange(0, 5)))

    def schema(self, depth=0):
        kinds = PRIMITIVES + ["logical"] * 4 + (["array", "map", "struct", "struct"] if depth < 3 else [])
        kind = self.random.choice(kinds)
        schema = {"type": kind}
        if kind == "logical":
            name = self.random.choice(["Decimal", "Date", "Time", "Timestamp"])
            schema = {"type": {"Decimal": "bytes", "Timestamp": "int64"}.get(name, "int32"), "name": LOGICAL + name, "version": 1}
            if name == "Decimal" and self.random.random() < 0.95:
                schema["parameters"] = {"scale": self.random.choice(["0", "2", "2", "10", "-3", "x"])}
        elif kind == "array":
            schema["items"] = self.schema(depth + 1)
        elif kind == "map":
            schema["keys"] = {"type": "string"} if self.random.random() < 0.6 else self.random.choice([
                {"type": self.random.choice(PRIMITIVES[:8])}, {"type": self.random.choice(PRIMITIVES[:8]), "optional": True}, {"type": "array", "items": {"type": "int32"}},
                {"type": "int64", "name": LOGICAL + "Timestamp"}, {"type": "bytes", "name": LOGICAL + "Decimal", "parameters": {"scale": "1"}}])
            schema["values"] = self.schema(depth + 1)
        elif kind == "struct":
            schema["fields"] = []
            for i in range(self.random.randrange(0, 6)):
                schema["fields"].append(dict(self.schema(depth + 1), field=self.random.choice(["id", "f%d" % i, "ä%d" % i, "g%d" % i])))
        schema["optional"] = self.random.random() < 0.4
        if "name" not in schema and self.random.random() < 0.15:
            schema["name"] = self.random.choice(["row", "a.b", "ü"])
        if self.random.random() < 0.1:
            schema["version"] = self.random.choice([1, 7, 2 ** 33, "x"])
        if self.random.random() < 0.1:
            schema["doc"] = self.text()
        if self.random.random() < 0.05:
            schema["parameters"] = {"p": "1", "q": self.text(), "scale": "2"}
        if self.random.random() < 0.1:
            try:
                schema["default"] = json.loads(self.payload(schema, 0.02), parse_float=lambda t: 1.5, parse_int=lambda t: int(t) % 1000)
            except ValueError:  # the payload is wrong on purpose
                schema["default"] = 1
        if self.random.random() < 0.01:
            schema.pop(self.random.choice(list(schema)))
        return schema

    def odd_schema(self, depth=0):
        """JSON text of a schema of which something is not as it should be."""
        schema = self.schema(2)
        while depth == 0 and self.random.random() < 0.4:
            schema = self.random.choice([{"type": "array", "items": schema}, {"type": "struct", "fields": [dict(schema, field="id")]}, {"type": "map", "keys": {"type": "string"}, "values": schema},
                                         {"type": "map", "keys": schema, "values": {"type": "string"}}])
        member, texts = self.random.choice(ODD_MEMBERS)
        target = schema
        while self.random.random() < 0.5 and target["type"] in ("array", "struct", "map") if "type" in target else False:
            inner = target.get("items") or (target.get("fields") or [None])[0] or target.get("values")
            if not isinstance(inner, dict):
                break
            target = inner
        if self.random.random() < 0.15:
            target.pop(self.random.choice(list(target)))
            return json.dumps(schema)
        target[member] = "@@"
        text = json.dumps(schema, ensure_ascii=False)
        odd = '"%s": %s' % (member, self.random.choice(texts))
        return text.replace('"%s": "@@"' % member, odd if self.random.random() < 0.9 else odd + "," + '"%s": %s' % (member, self.random.choice(texts)))

    def leaf(self):
        """A schema of one level and a payload that fits: for pairs that do not fit each other."""
        schema = {"type": self.random.choice(PRIMITIVES + ["array", "map", "struct"])}
        if self.random.random() < 0.3:
            name = self.random.choice(["Decimal", "Date", "Time", "Timestamp"])
            schema = {"type": {"Decimal": "bytes", "Timestamp": "int64"}.get(name, "int32"), "name": LOGICAL + name, "version": 1}
            if name == "Decimal":
                schema["parameters"] = {"scale": self.random.choice(["0", "2", "-2"])}
        if schema["type"] == "array":
            schema["items"] = {"type": self.random.choice(PRIMITIVES)}
        if schema["type"] == "map":
            schema["keys"], schema["values"] = {"type": self.random.choice(PRIMITIVES[:8])}, {"type": self.random.choice(PRIMITIVES)}
        if schema["type"] == "struct":
            schema["fields"] = [{"type": self.random.choice(PRIMITIVES), "field": "id", "optional": True}]
        schema["optional"] = self.random.random() < 0.4
        return schema, self.payload(schema, 0)

    def datum(self):
        """A reader and its bytes, of any kind."""
        pick = self.random.random()
        if pick < 0.5:
            return ["J", envelope(*self.leaf()).encode("utf-8", "surrogatepass").hex()]
        if pick < 0.7:
            return ["P", self.random.choice([self.plain(), "{}", "[]", "null", "1.5", '"x"']).encode("utf-8", "surrogatepass").hex()]
        if pick < 0.9:
            return ["H", self.random.choice(HEADERS).encode().hex()]
        reader, size = self.random.choice([("S", 3), ("B", 3), ("s", 2), ("i", 4), ("l", 8), ("f", 4), ("d", 8), ("z", 1)])
        data = bytes(self.random.choice([0, 1, 127, 255, 65]) for _ in range(size)) if reader != "z" else bytes([self.random.randrange(2)])
        return [reader, self.random.choice([data.hex(), data.hex(), data.hex(), "-"])]

    def shuffled(self, thing):
        """Equal JSON with members in another order: one schema to Java's cache."""
        if isinstance(thing, list):
            return [self.shuffled(each) for each in thing]
        if not isinstance(thing, dict):
            return thing
        members = [(key, value if key in ("parameters", "default") else self.shuffled(value)) for key, value in thing.items()]
        self.random.shuffle(members)
        return dict(members)

    def oddities(self):
        pick = self.random.random()
        config = self.json_config()
        if self.random.random() < 0.15:
            config.append("schemas.enable=false")
        settings = ";".join(config) or "-"
        if pick < 0.4:
            schema = self.odd_schema()
            payload = self.random.choice(["null", "1", '"AAE="', '{"id":1}', "[]", "[1,null]", "{}", '[["a",1]]', '{"id":null}', "[[null,1]]", '{"a":null}', "true"])
            yield "R", JSON, settings, ('{"schema":%s,"payload":%s}' % (schema, payload)).encode("utf-8", "surrogatepass").hex()
        elif pick < 0.6:
            schema = self.schema(1)
            text = self.random.choice(ENVELOPES) % {"s": json.dumps(schema), "p": self.payload(schema, 0.05)}
            yield "R", JSON, settings, text.encode("utf-8", "surrogatepass").hex()
        elif pick < 0.75:
            schema = self.schema(1)
            content = self.odd_schema() if self.random.random() < 0.3 else json.dumps(schema)
            if not set(content) & set(";\n\t\r"):
                for _ in range(3):
                    data = self.payload(schema, 0.1)
                    if self.random.random() < 0.2:
                        data = envelope(schema, data)
                    yield "R", JSON, ";".join(config + ["schema.content=" + content]), data.encode("utf-8", "surrogatepass").hex()
        elif pick < 0.93:
            first, second = self.datum(), self.datum()
            if self.random.random() < 0.3:
                second = first
            names = [JSON, STRING, HEADER] + [PLAIN + each + "Converter" for each in NUMBERS + ["Boolean", "ByteArray"]]
            for name in self.random.sample(names, 4):
                yield "W", name, settings if name == JSON else "-", *first, *second
        else:
            schema = self.schema(0)
            payload = self.payload(schema, 0)
            for each in (schema, self.shuffled(schema)):
                yield "R", JSON, settings, envelope(each, payload).encode("utf-8", "surrogatepass").hex()

    def payload(self, schema, wild):
        """JSON text that fits the schema, or with probability `wild` something else."""
        if self.random.random() < wild:
            return self.random.choice(["null", "true", "1", "1.5", '"x"', "[]", "{}", '[["a",1]]', '"AAE="', "[1,2]", '{"id":1}'])
        if schema.get("optional") and self.random.random() < 0.2:
            return "null"
        kind, name = schema.get("type"), schema.get("name", "")
        if name == LOGICAL + "Decimal" and self.random.random() < 0.5:
            return self.random.choice(["1", "12.34", "1e3", "-0.00", "1E-8", "123456789012345678901234567890.12", "1" * 400, "0." + "0" * 60 + "1", "1e40", "1E+2", "-7.50", "0e10"])
        if name == LOGICAL + "Date":
            return str(self.random.choice([0, 1, -1, 18262, -719162, 2 ** 31 - 1]))
        if name == LOGICAL + "Time":
            return str(self.random.choice([0, 1, 86399999, 86400000, 86400001, -1]))
        if name == LOGICAL + "Timestamp":
            return str(self.random.choice([0, 1577934245006, -1, -62135596800000, 2 ** 62]))
        if kind == "boolean":
            return self.random.choice(["true", "false"])
        if kind == "string":
            return json.dumps(self.text(), ensure_ascii=self.random.random() < 0.3)
        if kind == "bytes":
            raw = bytes(self.random.randrange(256) for _ in range(self.random.randrange(0, 12)))
            text = base64.b64encode(raw).decode()
            return json.dumps(text if self.random.random() < 0.9 else self.random.choice([text + "=", text[:-1], " " + text + "\n", "a b c d", "AA==AA=="]))
        if kind == "array":
            return "[" + ",".join(self.payload(schema.get("items", {}), wild) for _ in range(self.random.randrange(0, 4))) + "]"
        if kind == "map":
            count = self.random.randrange(0, 14)
            if schema.get("keys", {}).get("type") == "string":
                return "{" + ",".join("%s:%s" % (json.dumps(self.text()), self.payload(schema.get("values", {}), wild)) for _ in range(count)) + "}"
            return "[" + ",".join("[%s,%s]" % (self.payload(schema.get("keys", {}), wild), self.payload(schema.get("values", {}), wild)) for _ in range(count)) + "]"
        if kind == "struct":
            members = ["%s:%s" % (json.dumps(f.get("field", "?")), self.payload(f, wild)) for f in schema.get("fields", []) if self.random.random() < 0.95]
            if self.random.random() < 0.1:
                members.append('"extra":' + self.plain())
            if self.random.random() < 0.2:
                self.random.shuffle(members)
            return "{" + self.random.choice([",", ",", " , "]).join(members) + "}"
        if kind in ("int8", "int16", "int32", "int64") and self.random.random() < 0.6:
            return str(self.random.randrange(-1000, 100000))
        return self.number() if self.random.random() < 0.5 else repr(round(self.random.uniform(-1000, 1000), 2))

    def plain(self, depth=0):
        pick = self.random.random()
        if depth < 3 and pick < 0.25:
            return "{" + ",".join("%s:%s" % (json.dumps(self.text() if self.random.random() < 0.5 else "key%d" % self.random.randrange(100)), self.plain(depth + 1))
                                  for _ in range(self.random.choice([0, 1, 2, 3, 5, 13, 30]))) + "}"
        if depth < 3 and pick < 0.4:
            return "[" + ",".join(self.plain(depth + 1) for _ in range(self.random.randrange(0, 5))) + "]"
        if pick < 0.65:
            return json.dumps(self.text(), ensure_ascii=self.random.random() < 0.3)
        if pick < 0.9:
            return str(self.random.randrange(-10 ** 12, 10 ** 12)) if self.random.random() < 0.6 else self.number()
        return self.random.choice(["true", "false", "null"])

    def damaged(self, data):
        data = bytearray(data)
        for _ in range(self.random.randrange(1, 3)):
            if not data:
                break
            at = self.random.randrange(len(data))
            pick = self.random.random()
            if pick < 0.3:
                del data[at:]
            elif pick < 0.6:
                data[at] = self.random.randrange(256)
            elif pick < 0.8:
                del data[at]
            else:
                data.insert(at, self.random.choice(b'{}[]",:\\ 019-ntf\x00\xc3\xff'))
        return bytes(data)

    def json_config(self):
        settings = []
        if self.random.random() < 0.3:
            settings.append("replace.null.with.default=false")
        if self.random.random() < 0.3:
            settings.append("decimal.format=" + self.random.choice(["NUMERIC", "numeric", "BASE64", "base64", "Numeric"]))
        return settings

    def fixed(self):
        for text in MALFORMED + [n.encode() for n in NUMBER_TEXTS] + [("[%s]" % n).encode() for n in NUMBER_TEXTS]:
            yield "R", JSON, "schemas.enable=false", text.hex()
            yield "R", JSON, "-", text.hex()
            yield "R", JSON, "-", (b'{"schema":null,"payload":' + text + b"}").hex()
            for kind in PRIMITIVES:
                yield "R", JSON, "-", (b'{"schema":{"type":"' + kind.encode() + b'"},"payload":' + text + b"}").hex()
            yield "R", JSON, "schema.content={\"type\":\"int32\"}", text.hex()
        for text in ["1", '{"a":"x"}', "12:30", "äö"]:
            for encoding in ["utf-16-be", "utf-16-le", "utf-16", "utf-32-be", "utf-32-le"]:
                yield "R", JSON, "schemas.enable=false", text.encode(encoding).hex()
        for text in HEADERS:
            yield "R", HEADER, "-", text.encode().hex()
            yield "R", HEADER, "-", ("[%s]" % text).encode().hex()
            yield "R", HEADER, "-", ('{"k":%s}' % text).encode().hex()
            hex_text = text.encode().hex()
            for name in (HEADER, STRING, JSON):
                yield "W", name, "-", "H", hex_text, "H", hex_text
            yield "W", JSON, "schemas.enable=false", "H", "-", "H", hex_text
        for name in ["JsonConverter"] + [n + "Converter" for n in NUMBERS + ["Boolean", "ByteArray"]]:
            full = JSON if name == "JsonConverter" else PLAIN + name
            for data in ["-", "", "00", "01", "02", "ff", "0001", "ffff", "00000001", "7fc00000", "80000000", "0000000000000001",
                         "7ff8000000000000", "4009 21fb54442d18".replace(" ", ""), "000000000000000000"]:
                yield "R", full, "-", data

    def generated(self):
        if self.random.random() < 0.35:
            yield from self.oddities()
            return
        pick = self.random.random()
        if pick < 0.35:
            schema = self.schema()
            data = envelope(schema, self.payload(schema, self.random.choice([0, 0, 0.05]))).encode("utf-8", "surrogatepass")
            if self.random.random() < 0.15:
                data = self.damaged(data)
            yield "R", JSON, ";".join(self.json_config()) or "-", data.hex()
            other = self.schema()
            second = data if self.random.random() < 0.8 else envelope(other, self.payload(other, 0)).encode()
            for name in [JSON, JSON, STRING, HEADER, PLAIN + self.random.choice(NUMBERS + ["Boolean", "ByteArray"]) + "Converter"]:
                settings = self.json_config() if name == JSON else []
                if name == JSON and self.random.random() < 0.3:
                    settings.append("schemas.enable=false")
                yield "W", name, ";".join(settings) or "-", "J", data.hex(), "J", second.hex()
        elif pick < 0.6:
            data = self.plain().encode("utf-8", "surrogatepass")
            if self.random.random() < 0.2:
                data = self.damaged(data)
            yield "R", JSON, "schemas.enable=false", data.hex()
            yield "W", self.random.choice([JSON, STRING, HEADER]), "-", "P", data.hex(), "P", data.hex()
        elif pick < 0.75:
            text = self.random.choice(HEADERS)
            for _ in range(self.random.randrange(0, 4)):
                at = self.random.randrange(len(text) + 1)
                text = text[:at] + self.random.choice(HEADERS + list('[]{}:,"\\ 1-.eT')) + text[at:]
            yield "R", HEADER, "-", text.encode().hex()
            yield "W", self.random.choice([JSON, STRING, HEADER]), "-", "H", text.encode().hex(), "H", text.encode().hex()
        elif pick < 0.9:
            data = bytes(self.random.choice([0x41, 0x20, 0x80, 0xBF, 0xC0, 0xC3, 0xA4, 0xE0, 0xE2, 0xED, 0xA0, 0xF0, 0x90, 0xF4, 0x8F, 0xFF, 0xFE, 0xD8, 0xDC, 0x00])
                         for _ in range(self.random.randrange(0, 12)))
            encoding = self.random.choice(["UTF-8", "utf8", "ISO-8859-1", "US-ASCII", "UTF-16", "UTF-16BE", "UTF-16LE", "latin1"])
            yield "R", STRING, "converter.encoding=" + encoding, data.hex()
            text = json.dumps(self.random.choice(STRINGS) + self.random.choice(["", "\ud834", "\udd1e", "𝄞", "ÿ"])).encode().hex()
            yield "W", STRING, "converter.encoding=" + encoding, "P", text, "P", text
        else:
            name = PLAIN + self.random.choice(NUMBERS + ["Boolean", "ByteArray"]) + "Converter"
            data = bytes(self.random.choice([0, 1, 255, self.random.randrange(256)]) for _ in range(self.random.choice([0, 1, 1, 2, 4, 4, 8, 8, 9])))
            yield "R", name, "-", data.hex()

    def cases(self, count):
        lines = ["\t".join(case) for case in self.fixed()]
        while len(lines) < count:
            lines += ["\t".join(case) for case in self.generated()]
        return lines
