"""Random java.util.regex patterns for names of topics, and replacements for them."""

CLASSES = ["\\d", "\\w", "\\s", "\\D", "\\W", "\\S", "[a-z]", "[^a-z]", "[od]", "[^-]", "[.]", "[-.]", "[\\w.]", "[a-z&&[^o]]", "[a[r-s]]", "\\p{Lower}", "\\P{Lower}", "\\p{L}", "\\p{Punct}", "\\p{javaLowerCase}",
           "\\p{IsAlphabetic}", "[\\p{L}&&[^s]]", "[^\\d\\s]", "\\h", "\\v", "\\R", "\\X", "[a-]", "[]a]", "[a&&o]", "[^a&&[^o]]", "\\p{Lu}", "\\pL", "[\\x61-\\x7a]"]
LITERALS = ["o", "r", "d", "e", "s", "-", "\\.", "_", "or", "ers", "a", "b", "1", "\\x6f", "\\u006f", "\\Qo\\E", "\\-", "\\_", "O", "\\o", "\\0157", "\\cA", "\\t", "é", "\\e", "\\a", " ", "#", "\\Qa.b", "\\E", "\\y", "\\/"]
QUANTIFIERS = ["*", "+", "?", "*?", "+?", "??", "*+", "++", "?+", "{1}", "{0,2}", "{1,}", "{,2}", "{2,1}", "{1,3}?", "{1,3}+", "**", "{", "{1"]
ANCHORS = ["^", "$", "\\b", "\\B", "\\A", "\\Z", "\\z", "\\G", "(?=o)", "(?!x)", "(?<=r)", "(?<!x)", "(?<=or|d)"]
FLAGS = ["(?i)", "(?s)", "(?m)", "(?x)", "(?u)", "(?d)", "(?U)", "(?-i)", "(?iu)", "(?z)", "(?"]


def atom(random, depth):
    choice = random.random()
    if choice < 0.4:
        return random.choice(LITERALS[:12]) if random.random() < 0.8 else random.choice(LITERALS)
    if choice < 0.6:
        return random.choice(CLASSES)
    if choice < 0.72:
        return "."
    if choice < 0.78:
        return random.choice(ANCHORS)
    if choice < 0.82:
        return random.choice(["\\1", "\\2", "\\k<n>", "\\11"])
    if depth > 1:
        return "o"
    return random.choice(["(", "(", "(", "(?:", "(?<n>", "(?>", "(?i:", "(?<m1>"]) + pattern(random, depth + 1) + (")" if random.random() < 0.97 else "")


def pattern(random, depth=0):
    parts = []
    for _ in range(random.randrange(1, 5)):
        part = atom(random, depth)
        if random.random() < 0.3:
            part += random.choice(QUANTIFIERS[:9]) if random.random() < 0.85 else random.choice(QUANTIFIERS)
        parts.append(part)
    if random.random() < 0.15:
        parts.insert(random.randrange(len(parts) + 1), "|")
    return "".join(parts)


def regex(random):
    text = pattern(random)
    if random.random() < 0.1:
        text = random.choice(FLAGS) + text
    if random.random() < 0.6:  # so that it does match some name
        text = random.choice(["%s.*", ".*%s.*", "(.*)%s(.*)", ".*%s", "(?:%s|.*)"]) % text
    return text


def replacement(random):
    parts = ["$1", "$2", "$0", "${n}", "x", "-", "$", "\\", "\\$", "\\\\", "${m1}", "$10", "$11", "${", "${1}", "é", "", "$01", "${n", "$n"]
    return "".join(random.choice(parts[:6]) if random.random() < 0.8 else random.choice(parts) for _ in range(random.randrange(0, 4)))
