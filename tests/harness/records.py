"""Records of which every one can be accounted for."""

FILLER = "the quick brown fox jumps over the lazy dog "
WIDTH = 60


def line(index):
    """A line of WIDTH characters that begins with its index."""
    return f"{index:010d} {FILLER}{FILLER}"[:WIDTH - 1] + "."


def lines(count, first=0):
    return [line(index) for index in range(first, first + count)]


def write_lines(path, texts, mode="w"):
    with open(path, mode) as file:
        file.write("".join(text + "\n" for text in texts))


def read_lines(path):
    try:
        with open(path) as file:
            return file.read().splitlines()
    except FileNotFoundError:
        return []


def account(found, expected):
    """Every expected record there, none twice, nothing else; in order. With a message that fits on
    a screen."""
    if found == expected:
        return
    lost, foreign, repeated = differences(found, expected)
    raise AssertionError(f"{len(found)} records for {len(expected)}: lost {sample(lost)}, "
                         f"repeated {sample(repeated)}, foreign {sample(foreign)}"
                         + ("" if lost or foreign or repeated else ", out of order"))


def account_at_least_once(found, expected):
    """Every expected record there at least once, and nothing else. Gives how many came again."""
    lost, foreign, repeated = differences(found, expected)
    assert not lost and not foreign, f"lost {sample(lost)}, foreign {sample(foreign)}"
    return len(repeated)


def differences(found, expected):
    seen, wanted = set(), set(expected)
    repeated, foreign = [], []
    for text in found:
        if text not in wanted:
            foreign.append(text)
        elif text in seen:
            repeated.append(text)
        seen.add(text)
    return [text for text in expected if text not in seen], foreign, repeated


def sample(texts):
    shown = ", ".join(repr(text[:40]) for text in texts[:3])
    return f"{len(texts)} ({shown})" if texts else "none"


def begins_a_record(cut):
    head = cut[:10]
    if head and not head.isdigit():
        return False
    return len(cut) <= 10 or cut == line(int(head))[:len(cut)]


def whole_records(found):
    """The records of a sink's file after its writer was killed: a line that was cut off has the
    next record right behind it. All records are WIDTH wide; what was cut off must begin one."""
    records = []
    for text in found:
        cut, record = text[:-WIDTH], text[-WIDTH:]
        while len(cut) >= WIDTH:  # cut off exactly at the end of a line
            records.append(cut[-WIDTH:])
            cut = cut[:-WIDTH]
        if len(record) < WIDTH:  # the very last line, half written
            cut, record = record, None
        assert begins_a_record(cut), f"not a piece of a record: {cut!r}"
        if record is not None:
            records.append(record)
    return records
