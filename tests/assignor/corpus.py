"""Histories of a Connect group: members come, go and come back, connectors are made and deleted, assignments are lost."""

import random


class Corpus:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def cases(self, count):
        return [self.history() for _ in range(count)]

    def name(self, prefix):
        style = self.random.random()
        if style < 0.7:
            text = prefix + str(self.random.randrange(40))
        elif style < 0.9:
            text = prefix + "-" + "".join(self.random.choice("abcXYZ019.-_ ") for _ in range(self.random.randrange(1, 12)))
        else:
            text = prefix + "".join(self.random.choice("é€\U0001f600\ufb01Ωß日") for _ in range(self.random.randrange(1, 4)))
        return text.encode().hex()

    def history(self):
        pick = self.random
        protocol = pick.choices((0, 1, 2), (1, 4, 10))[0]
        delay = pick.choices((0, 1, 39, 40, 41, 5000, 60000, 300000), (3, 1, 1, 1, 1, 3, 3, 12))[0]
        members, gone, clock, rounds = [self.name("m")], [], 1000, []
        connectors = {self.name("c"): pick.randrange(0, 9) for _ in range(pick.randrange(0, 12))}
        for _ in range(pick.randrange(1, 16)):
            event = pick.random()
            if event < 0.3:
                for _ in range(pick.choice((1, 1, 1, 2, 5))):
                    members.append(gone.pop() if gone and pick.random() < 0.5 else self.name("m"))
            elif event < 0.5 and len(members) > 1:
                gone.append(members.pop(pick.randrange(len(members))))
            elif event < 0.65:
                for _ in range(pick.choice((1, 1, 4))):
                    connectors[self.name("c")] = pick.randrange(0, 9)
            elif event < 0.75 and connectors:
                connectors.pop(pick.choice(sorted(connectors)))
            elif event < 0.8 and connectors:
                connectors[pick.choice(sorted(connectors))] = pick.randrange(0, 9)
            members = list(dict.fromkeys(members))
            clock += pick.choice((0, 1, 10, 40, 1000, 1600, 5000, 30000, 64000, 300000, pick.randrange(400000)))
            flags = "f" if pick.random() < 0.05 else ""
            flags += "m" if pick.random() < 0.05 else ""
            flags += "c" if pick.random() < 0.05 else ""
            if pick.random() < 0.1:
                flags += "x" + pick.choice(members)
            configured = ",".join("%s:%d" % entry for entry in connectors.items())
            rounds.append("%d|%s|%s|%s" % (clock, flags, configured, ",".join(members)))
        return "\t".join([str(protocol), str(delay)] + rounds)
