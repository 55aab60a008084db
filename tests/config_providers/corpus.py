"""Configurations with variables, the files that these name, and the providers of a worker."""

import os
import random

PACKAGE = "org.apache.kafka.common.config.provider."
ENVIRONMENT = {"MILLRACE_CASE_A": "first", "MILLRACE_CASE_B": " blanks\tand é ", "MILLRACE_CASE_EMPTY": "", "MILLRACE.CASE.DOT": "${file:FOLDER/a:key}",
               "MILLRACE_CASE_LINES": "one\ntwo"}
KEYS = ["key", "password", "a.b", "with blank", "with=equals", "with:colon", "é", "日本", "\U0001f600", "", "tab\tkey", "back\\slash", "#hash", "!mark", "x" * 60]
VALUES = ["value", "", " leading", "trailing  ", "a=b:c", "${file:FOLDER/a:key}", "é日\U0001f600", "line\nbreak", "\\", "\\\\server\\share", "$1 $0 {}", "a,b", "tab\t",
          "#no comment", "\u0000nul", "1e9", "true", "a\fb", "\u2028", "x" * 300]
NAMES = ["a", "b.properties", "secret", "é", "with blank", "sub/", "sub/inner", "..data/", "..data/token", "empty", "dots..", "colon:name"]


def escaped(text):
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\f", "\\f")


class Corpus:
    def __init__(self, seed):
        self.random = random.Random(seed)
        os.environ.update(ENVIRONMENT, LC_ALL="C.UTF-8")

    def cases(self, count):
        return [self.case() for _ in range(count)]

    def chance(self, probability):
        return self.random.random() < probability

    def case(self):
        names = [name for name in NAMES if self.chance(0.85)]
        files = {}
        for name in names:
            if "/" in name[:-1] and name.split("/")[0] + "/" not in names:
                continue
            files[name.encode()] = b"" if name.endswith("/") else self.content()
        if self.chance(0.15) and files:
            files[b"@link"] = self.random.choice(sorted(files)).rstrip(b"/")
        return "\t".join(self.listed(entries) for entries in (files, self.providers(), self.config()))

    @staticmethod
    def listed(entries):
        def hexed(text):
            return (text if isinstance(text, bytes) else text.encode()).hex()
        return ",".join(f"{hexed(key)}={hexed(value)}" for key, value in entries.items()) or "-"

    def content(self):
        pick = self.random
        if self.chance(0.15):
            return pick.choice([b"", b"\xff\xfe", b"plain text\n", b"\xef\xbb\xbfkey=bom\n", b"caf\xc3", b"key=\xe9\n", b"\x00", b"secret", b"key=\xed\xa0\x80\n",
                                b"key=\xc0\x80", b"=\n:\n", b"\\", b"key\\"])
        return b"".join(self.line() for _ in range(pick.randrange(0, 7)))

    def line(self):
        pick = self.random
        end = pick.choice([b"\n", b"\n", b"\n", b"\r\n", b"\r", b"\n\n", b""])
        kind = pick.random()
        if kind < 0.1:
            return pick.choice(["# comment key=no", "! comment\\", "", "   ", "\t# late", "\f"]).encode() + end
        if kind < 0.2:  # anything
            return "".join(pick.choice("key=: \\\t#!u0041nrtfé\f\r\n\"'") for _ in range(pick.randrange(1, 16))).encode() + end
        key, value = pick.choice(KEYS), pick.choice(VALUES)
        text = escaped(key)
        if self.chance(0.8):
            text = "".join("\\" + c if c in "=: #!" else c for c in text)
        value = escaped(value) if self.chance(0.8) else value
        if self.chance(0.2):
            value = "".join(f"\\u{ord(c):04x}" if ord(c) < 0x10000 and self.chance(0.5) else c for c in value)
        if self.chance(0.05):
            value += pick.choice(["\\u12", "\\u12g4", "\\ud83d\\ude00", "\\U0041", "\\u", "\\x41", "\\'"])
        if self.chance(0.15):
            at = pick.randrange(len(value) + 1)
            value = value[:at] + "\\" + pick.choice(["\n", "\r\n", "\r", "\n   ", "\n\t#", "\n\n", "\n!"]) + value[at:]
        blanks = pick.choice(["", "", " ", "\t ", "\f"])
        return (blanks + text + pick.choice(["=", ":", " ", " = ", "\t:", "=="]) + value).encode() + end

    def providers(self):
        pick = self.random
        made = {}
        for name, kind in (("file", "File"), ("dir", "Directory"), ("env", "EnvVar")):
            if self.chance(0.15):
                continue
            made[f"config.providers.{name}.class"] = f"{PACKAGE}{kind}ConfigProvider"
            if kind == "EnvVar":
                if self.chance(0.3):
                    made[f"config.providers.{name}.param.allowlist.pattern"] = pick.choice(
                        ["MILLRACE_CASE_.*", "MILLRACE_CASE_A", "CASE", "", ".*B|.*EMPTY", "(?i)millrace.case.dot", "[A-Z_]+", "[", "(", "*a"])
            elif self.chance(0.3):
                made[f"config.providers.{name}.param.allowed.paths"] = ",".join(
                    pick.choice(["FOLDER", "FOLDER/", "FOLDER/sub", "FOLDER/./sub/..", "FOLDER/sub/", "/", "relative", "", "FOLDER/none", "FOLDER//sub", " FOLDER", "FOLDER/a"])
                    for _ in range(pick.choice([1, 1, 2])))
        names = [key.split(".")[2] for key in made if key.endswith(".class")]
        return {"config.providers": ",".join(names), **made}

    def config(self):
        return {f"k{index}": self.value() for index in range(self.random.randrange(1, 4))}

    def value(self):
        return "".join(self.variable() if self.chance(0.6) else self.random.choice(["", "text", " ", "$", "{", "}", "${", "\\", "é", "a:b", "\n", "$$"])
                       for _ in range(self.random.randrange(1, 5)))

    def variable(self):
        pick = self.random
        provider = pick.choice(["file", "file", "file", "dir", "dir", "env", "none", "", "FILE", " file", "${file"])
        if self.chance(0.1):
            return pick.choice(["${}", "${:}", "${::}", "${:::}", "${file}", "${file:}", "${file::}", "${file::key}", "${file:FOLDER/a:}", "${env:PATH:x}", "$ {file:FOLDER/a:key}",
                                "${file:FOLDER/a:key", "${dir:FOLDER:a:b}", "${file:\nFOLDER/a:key}", "${env::MILLRACE_CASE_A}"])
        if "env" in provider or provider == "none":
            return "${%s:%s}" % (provider, pick.choice([*ENVIRONMENT, "MILLRACE_CASE_NONE", "", "MILLRACE_CASE_A=first", "millrace_case_a"]))
        if "dir" in provider:
            path = pick.choice([*["FOLDER"] * 4, "FOLDER/", "FOLDER/sub", "FOLDER/none", "FOLDER/a", "FOLDER/./sub/", "FOLDER/sub/..", "FOLDER/link", "", "FOLDER/..data"])
            return "${%s:%s:%s}" % (provider, path, pick.choice(["a", "secret", "é", "inner", "token", "sub", "none", "../a", "", ".", "empty", "with blank", "link"]))
        path = pick.choice([*["FOLDER/a"] * 8, *["FOLDER/b.properties"] * 4, "FOLDER/secret", "FOLDER/é", "FOLDER/none", "FOLDER/sub/inner", "FOLDER/sub", "FOLDER/sub/../a",
                            "FOLDER//a", "FOLDER/a/", "FOLDER/link", "FOLDER", "", "a", "FOLDER/a/b", "FOLDER/with blank"])
        return "${%s:%s:%s}" % (provider, path, pick.choice(KEYS))
