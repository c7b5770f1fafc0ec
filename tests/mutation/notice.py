"""What should notice that something is broken: the tests that run the broken line, those
first that tell most in a second, as far as is known by then."""

import os
import re
from collections import Counter

from running import HANGS, run
from seen import COMMANDS, WORLDS, is_unit

START = 0.4  # seconds that bats takes before the first test of a file
BATCH = 5  # tests of a file that one start of bats may run


class Notice:
    def __init__(self, tree, map_, seconds):
        self.tree, self.map, self.seconds = tree, map_, seconds
        self.caught, self.asked = Counter(), Counter()

    def learn(self, test, file, caught):
        for key in ((test, file), (test, "")):
            self.asked[key] += 1
            self.caught[key] += caught

    def worth(self, test, file):
        """How probable it is that a test notices, for each second that it takes."""
        near, far = (test, file), (test, "")
        p = (2 * self.caught[near] + 0.5 * self.caught[far] + 0.4) / (2 * self.asked[near] + 0.5 * self.asked[far] + 1)
        return p / (0.05 + self.takes(test))

    def takes(self, test):
        return self.usual(test) + (0 if is_unit(test) or test in COMMANDS else START)

    def usual(self, test):
        return self.map.data["tests"].get(test, {}).get("seconds", 1.0)

    def candidates(self, place, first_line, only):
        if only:
            return list(only)
        return self.map.tests_at(place.path, first_line, place.line)

    def ask(self, place, first_line, obj, only=()):
        """(what noticed or None, how many of the tests that could have noticed were run, how many there are)"""
        left = self.candidates(place, first_line, only)
        total, ran, spent = len(left), 0, 0.0
        linked = False
        while left and spent < self.seconds:
            # Unit tests look at all that comes out, and there are few of them.
            left.sort(key=lambda t: (not t.startswith("unit/"), -self.worth(t, place.path)))
            first = left[0]
            if is_unit(first):
                tests = [first]
                self.tree.link("build/tests/" + first, place.path, obj)
                found, took = self.unit(first)
            else:
                for program in [] if linked else self.map.programs_of(place.path):
                    self.tree.link(program, place.path, obj)
                linked = True
                if first in COMMANDS:
                    tests = [first]
                    found, took = self.command(first)
                else:
                    file = first.split(": ", 1)[0]
                    tests = [t for t in left[:3 * BATCH] if t.startswith(file + ": ")][:BATCH]
                    found, took = self.bats(file, tests)
            spent += took
            ran += len(tests)
            for t in tests:
                self.learn(t, place.path, t == found or found in ("hangs", file_fails(t)))
            if found:
                if found == "hangs":
                    found = tests[0] + ", which hangs"
                return found, ran, total
            left = [t for t in left if t not in tests]
        return None, ran, total

    def environment(self):
        return self.tree.environment(os.path.join(self.tree.mutant, "bin"))

    def unit(self, test):
        program = os.path.join(self.tree.mutant, "build/tests", test)
        rc, took, _ = run([program, *(WORLDS if test.startswith("property/") else [])], self.tree.at, self.environment(),
                          self.usual(test))
        return ("hangs" if rc == HANGS else test if rc else None), took

    def command(self, test):
        if test.startswith("chaos/") and not os.path.exists(os.path.join(self.tree.at, "mixed")):
            run(COMMANDS["chaos/mixed"], self.tree.at, self.tree.environment(os.path.join(self.tree.at, "bin")), 600)
        rc, took, _ = run(COMMANDS[test], self.tree.at, self.environment(), self.usual(test))
        return ("hangs" if rc == HANGS else test if rc else None), took

    def bats(self, file, tests):
        names = [t.split(": ", 1)[1] for t in tests]
        pattern = "^(%s)$" % "|".join(re.sub(r"([][\\.^$*+?(){}|])", r"\\\1", n) for n in names)
        rc, took, out = run(["bats", "--formatter", "tap", "-f", pattern, "tests/%s.bats" % file], self.tree.at, self.environment(),
                            sum(self.takes(t) for t in tests), lambda line: line.startswith("not ok"))
        m = re.search(r"^not ok \d+ (.*?)( # .*)?$", out, re.M)
        if m:
            return next((t for t in tests if t.split(": ", 1)[1] == m.group(1)), file_fails(tests[0])), took
        if rc == HANGS:
            return "hangs", took
        if len(re.findall(r"^ok ", out, re.M)) != len(tests):
            return file_fails(tests[0]), took
        return None, took


def file_fails(test):
    return test.split(": ", 1)[0] + ": as a whole"
