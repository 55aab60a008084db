"""Runs the cases of a corpus through the Java classes and through ours, and compares what comes out."""

import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
NUMBER = re.compile(r"-?\d+\.\d+(?:E-?\d+)?")


def same_but_for_digits(ours, java):
    """JDKs before 19 print some floating-point numbers with a digit more: equal where both read alike."""
    if not (ours.startswith("OK ") and java.startswith("OK ")):
        return False
    try:
        texts = [bytes.fromhex(text[3:]).decode() for text in (ours, java)]
    except ValueError:
        return False
    return NUMBER.sub("#", texts[0]) == NUMBER.sub("#", texts[1]) and all(
        float(a) == float(b) or abs(float(a) - float(b)) < 1e-6 * abs(float(b)) for a, b in zip(NUMBER.findall(texts[0]), NUMBER.findall(texts[1])))


# byte[] has an identity text in Java; nobody can compare those.
IDENTITY = re.compile("5b4240(?:3[0-9]|6[1-6])+")


def same(ours, java):
    if "5b4240" in java:
        ours, java = (IDENTITY.sub("5b4240", text) for text in (ours, java))
    return ours == java or same_but_for_digits(ours, java)


def compare(description, java_program, our_program, corpus, accepted=lambda case, ours, java: False):
    """corpus(seed).cases(count) gives the lines; accepted tells differences that are meant to be. Ends the program."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--kafka-libs", default=os.environ.get("KAFKA_LIBS"))
    parser.add_argument("--build", required=True)
    parser.add_argument("--cases", type=int, default=6000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=20, help="differences to print")
    options = parser.parse_args()
    if not options.kafka_libs:
        parser.error("--kafka-libs or KAFKA_LIBS: the directory of Kafka's jars")

    lines = corpus(options.seed).cases(options.cases)
    sent = ("\n".join(lines) + "\n").encode()
    with tempfile.TemporaryDirectory() as work:
        class_path = options.kafka_libs + "/*"
        subprocess.run(["javac", "-cp", class_path, "-d", work, str(HERE / "CaseText.java"), str(java_program)], check=True)
        package = re.search(r"^package (.+);", java_program.read_text(), re.MULTILINE)
        main_class = (package[1] + "." if package else "") + java_program.stem
        java = subprocess.run(["java", "-Xss4m", "-XX:TieredStopAtLevel=1", "-Dorg.apache.logging.log4j.level=OFF", "-cp", work + ":" + class_path, main_class],
                              input=sent, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    ours = subprocess.run([options.build + "/bin/" + our_program], input=sent, stdout=subprocess.PIPE, check=True)
    java_lines = java.stdout.decode("utf-8", "replace").split("\n")[:-1]
    our_lines = ours.stdout.decode("utf-8", "replace").split("\n")[:-1]
    if not len(java_lines) == len(our_lines) == len(lines):
        sys.exit("%d cases, %d answers of Java, %d of ours" % (len(lines), len(java_lines), len(our_lines)))

    failed = [i for i in range(len(lines)) if not same(our_lines[i], java_lines[i]) and not accepted(lines[i], our_lines[i], java_lines[i])]
    for i in failed[: options.show]:
        fields = lines[i].split("\t")
        readable = [bytes.fromhex(f)[:600] if re.fullmatch("(?:[0-9a-f]{2})+", f) else f for f in fields]
        print("case %d: %s\n  java: %s\n  ours: %s" % (i, readable, java_lines[i][:600], our_lines[i][:600]))
    refused = sum(line.startswith("FAIL") for line in java_lines)
    print("%d passed, %d failed (%d of the cases are refused)" % (len(lines) - len(failed), len(failed), refused))
    sys.exit(1 if failed else 0)
