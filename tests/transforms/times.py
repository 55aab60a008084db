"""Random java.text.SimpleDateFormat patterns, and texts that match them, or nearly."""

LETTERS = "GyYMLwWDdFEuaHkKhmsSzZX"
SEPARATORS = ["", "", "-", "/", " ", ":", ".", ", ", "'T'", "''", "' at '", "_", "  "]
MONTHS = ["January", "Feb", "MAR", "april", "May", "June", "Jul", "Aug", "Sept", "Octob", "Nov", "december"]
DAYS = ["Sun", "Monday", "TUE", "wed", "Thur", "Friday", "Saturday"]
ZONES = ["UTC", "GMT", "GMT+01:00", "GMT-3", "Z", "+0000", "+02:00", "-0730", "+5", "utc", "+01", "+1:00", "GMT+0130", "-08:00", "+24:00", "+0160", "X", "UT", "Coordinated Universal Time"]
COMMON = ["yyyy-MM-dd", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss.SSSZ", "yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "yyyyMMdd", "yyyyMMddHHmmss", "yyyyMMddHHmmssSSS",
          "EEE, d MMM yyyy HH:mm:ss z", "yy/M/d h:mm a", "MM/dd/yyyy", "dd.MM.yy", "d MMMM yyyy", "YYYY-'W'ww-u", "yyyy-DDD", "HH:mm:ss", "HHmm", "K:mm a", "kk:mm", "MMM d, yyyy h:mm:ss a",
          "yyyy-MM-dd'T'HH:mm:ss'Z'", "EEE MMM dd HH:mm:ss zzz yyyy", "yyyy.MM.dd G", "yyMMdd", "W F MM yyyy", "MMM yy", "dMy", "Hmmss", "SSS", "yyyyyy", "M"]
WRONG = ["bogus", "yyyy-MM-dd'T", "'", "XXXX", "yyyyQ", "b", "é", "", " ", "yyyy-MM-ddTHH", "U", "N", "V", "e", "''", "#", "12"]


def pattern(random):
    choice = random.random()
    if choice < 0.45:
        return random.choice(COMMON)
    if choice < 0.5:
        return random.choice(WRONG)
    text = ""
    for i in range(random.randrange(1, 7)):
        letter = random.choice(LETTERS if random.random() < 0.6 else "yMdHms")
        text += letter * random.choice([1, 1, 2, 2, 3, 4, 5 if letter != "X" else 3]) + random.choice(SEPARATORS)
    return text


def number(random, low, high, width):
    choice = random.random()
    if choice < 0.05:
        return random.choice(["", "x", "-1", "0", "99", "+3", "007", "123456789012", "١", " 4", "-"])
    value = str(random.randrange(low, high + 1)) if choice < 0.9 else str(random.randrange(0, 2 * high))
    return value.zfill(width) if random.random() < 0.8 else value


RANGES = {"M": (1, 12), "L": (1, 12), "w": (1, 53), "W": (0, 5), "D": (1, 366), "d": (1, 31), "F": (1, 5), "u": (1, 7), "H": (0, 23), "k": (1, 24), "K": (0, 11), "h": (1, 12),
          "m": (0, 59), "s": (0, 59), "S": (0, 999)}


def part(random, letter, count):
    if letter in "yY":
        return number(random, 0, 99, 2) if count == 2 and random.random() < 0.8 else number(random, 1, 2300, count)
    if letter in "ML" and count >= 3 and random.random() < 0.9:
        return random.choice(MONTHS)
    if letter == "E":
        return random.choice(DAYS)
    if letter == "G":
        return random.choice(["AD", "BC", "ad", "CE"])
    if letter == "a":
        return random.choice(["AM", "PM", "am", "pM", "a"])
    if letter in "zZX":
        return random.choice(ZONES)
    low, high = RANGES[letter]
    return number(random, low, high, count)


def text(random, pattern):
    """A text by the pattern; now and then with something else in it."""
    out, i = "", 0
    while i < len(pattern):
        letter = pattern[i]
        if letter == "'":
            end = pattern.find("'", i + 1)
            out += pattern[i + 1: end] if end > i + 1 else "'"
            i = (end if end > 0 else len(pattern)) + 1
            continue
        count = 1
        while i + count < len(pattern) and pattern[i + count] == letter:
            count += 1
        out += part(random, letter, count) if letter in LETTERS else letter * count
        i += count
    if random.random() < 0.06:
        at = random.randrange(len(out) + 1)
        out = out[:at] + random.choice([" ", "x", "1", "-", "\t", "é"]) + out[at + random.randrange(2):]
    return out + random.choice(["", "", "", "", "", " ", "x", "Z"])
