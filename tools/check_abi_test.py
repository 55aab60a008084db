#!/usr/bin/env python3
"""check_abi must let the contract grow and must notice everything that breaks it."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
CHECK = ROOT / "tools/check_abi"
HEADER = (ROOT / "include/millrace/abi.h").read_text()


class CheckAbi(unittest.TestCase):
    def run_on(self, header):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "abi.h")
            path.write_text(header)
            done = subprocess.run(
                [sys.executable, CHECK, "--header", path], capture_output=True, text=True
            )
            return done.returncode, done.stderr

    def changed(self, old, new):
        self.assertIn(old, HEADER)
        return self.run_on(HEADER.replace(old, new, 1))

    def test_the_header_keeps_its_promises(self):
        self.assertEqual(self.run_on(HEADER), (0, ""))

    def test_growth_at_the_end_is_fine(self):
        for old, new in [
            ("} millrace_batch;", "  int32_t added;\n} millrace_batch;"),
            ("MILLRACE_CANCELLED = 5", "MILLRACE_CANCELLED = 5, MILLRACE_NEW = 6"),
            ("#define MILLRACE_ABI_MINOR 0", "#define MILLRACE_ABI_MINOR 1"),
        ]:
            self.assertEqual(self.changed(old, new), (0, ""))

    def test_comments_do_not_matter(self):
        self.assertEqual(self.changed("/* Errors, log, metrics */", "/* ; { */")[0], 0)

    def assert_noticed(self, old, new, words):
        code, output = self.changed(old, new)
        self.assertEqual(code, 1)
        self.assertIn(words, output)

    def test_removal(self):
        self.assert_noticed("  int64_t timestamp; /* ms", "  /* ms", "struct millrace_record: member")

    def test_reordering(self):
        self.assert_noticed("uint32_t begin, end;", "uint32_t end, begin;", "member 0 was")

    def test_insertion_in_the_middle(self):
        self.assert_noticed("  void (*log)(", "  int32_t more;\n  void (*log)(", "struct millrace_host")

    def test_another_type(self):
        self.assert_noticed("double f64;", "float f64;", "struct millrace_cell")

    def test_another_signature(self):
        self.assert_noticed("(*commit)(void* self,", "(*commit)(void* self, int more,", "commit")

    def test_another_value(self):
        self.assert_noticed("MILLRACE_BAD_DATA = 2", "MILLRACE_BAD_DATA = 7", "MILLRACE_BAD_DATA = 2")

    def test_an_enumerator_in_between(self):
        self.assert_noticed("MILLRACE_CONFIG_INT,", "MILLRACE_CONFIG_X, MILLRACE_CONFIG_INT,",
                            "MILLRACE_CONFIG_INT = 2")

    def test_a_frozen_structure_does_not_grow(self):
        self.assert_noticed("uint8_t reserved[3]; /* zero when you make a cell; not for reading */",
                            "uint8_t reserved[3];\n  int64_t more;", "frozen")


if __name__ == "__main__":
    unittest.main()
