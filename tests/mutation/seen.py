"""Which test runs which lines of the deciding code, and how long it takes.

The map is made once for a state of the tree, by a build that notes what is run
(Tree.build_seen), and kept as JSON:
  files   what was run: a hash of its source
  tests   name: {seconds, seen: {file: lines}, programs: {file: programs that ran it}}
  sites   file: the first line of each of its basic blocks
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections import defaultdict

from build import SOURCES
from running import run

# What tells of plan, of apply and of lib/sync as programs; the unit tests and the property
# tests come by themselves.
BATS = ["program/" + n for n in "apply plan creates inserts looks not_kept workers guards one_record presence plan_undo probes "
        "answers".split()] + \
       ["run/" + n for n in "care holds undo resolve meet row_link paused idle".split()]
WORLDS = ["300", "1"]  # of each property test
# Others, as commands; the programs are in BIN.
COMMANDS = {
    "model/worlds": [sys.executable, "tests/mutation/beside_model.py"],
    "chaos/mixed": ["tests/chaos/kill.sh", "--step", "1000000"],  # no kill: the run that is compared with
    "chaos/worlds": ["tests/chaos/worlds.sh", "--worlds", "2", "--seed", "2"],
    "chaos/kill": ["tests/chaos/kill.sh", "--step", "31"],
    "chaos/kill-wipe": ["tests/chaos/kill.sh", "--wipe", "--step", "61"],
}


def hash_of(at, *names):
    h = hashlib.sha256()
    for name in names:
        with open(os.path.join(at, name), "rb") as f:
            h.update(name.encode() + b"\0" + f.read() + b"\0")
    return h.hexdigest()


def state_of(at):
    """A hash of the code whose lines are in the map."""
    return hash_of(at, *("%s/%s" % (d, n) for d in SOURCES for n in sorted(os.listdir(os.path.join(at, d)))
                         if n.endswith((".c", ".h"))))


def sites_of(program):
    """Each place in it that is noted: {offset: (file, line)}"""
    text = subprocess.run(["objdump", "-d", "--no-show-raw-insn", program], stdout=subprocess.PIPE, text=True, check=True).stdout
    at = [int(m.group(1), 16) for m in
          re.finditer(r"call\s+\w+ <__sanitizer_cov_trace_pc>\n\s*([0-9a-f]+):", text)]
    if not at:
        return {}
    out = subprocess.run(["addr2line", "-e", program], input="".join("%x\n" % (a - 1) for a in at),
                         stdout=subprocess.PIPE, text=True, check=True).stdout
    found = {}
    for a, line in zip(at, out.split("\n")):
        m = re.search(r"((?:lib|cmd)/\w+/\w+\.[ch]):(\d+)", line)
        if m:
            found[a] = m.group(1), int(m.group(2))
    return found


def is_unit(test):
    return test.startswith(("unit/", "property/"))


class Map:
    def __init__(self, tree, path):
        self.tree, self.path = tree, path
        self.data = {"state": state_of(tree.at), "tests": {}, "sites": {}, "files": {}}
        self.sites = {}
        self.ready = False

    def load(self):
        try:
            with open(self.path, encoding="utf-8") as f:
                data = json.load(f)
        except (OSError, ValueError):
            return
        if data["state"] == self.data["state"]:
            self.data = data

    def save(self):
        os.makedirs(os.path.dirname(self.path), exist_ok=True)
        with open(self.path + ".new", "w", encoding="utf-8") as f:
            json.dump(self.data, f)
        os.rename(self.path + ".new", self.path)

    def make(self, say):
        """What is missing of it."""
        self.load()
        sources = {t[len("build/"):]: t[len("build/"):] + ".c" for t in self.tree.tests()}
        sources.update((name, next(a for a in command if a.startswith("tests/"))) for name, command in COMMANDS.items())
        sources.update(("tests/%s.bats" % b, "tests/%s.bats" % b) for b in BATS)
        hashes = {name: hash_of(self.tree.at, source) for name, source in sources.items()}
        new = [name for name, h in hashes.items() if self.data["files"].get(name) != h]
        if not new:
            return
        say("the map of what each test runs (kept in %s)" % self.path)
        self.tree.build_seen([n for n in new if is_unit(n[len("tests/"):])])
        for name in new:
            began = time.monotonic()
            short = re.sub(r"^tests/|\.bats$", "", name)
            for test in [t for t in self.data["tests"] if t == short or t.startswith(short + ": ")]:
                del self.data["tests"][test]
            n = self.bats(short) if name.endswith(".bats") else self.command(name) if name in COMMANDS else self.unit(short)
            self.data["files"][name] = hashes[name]
            self.save()
            if not is_unit(short):
                say("  %5.1f s  %3d tests  %s" % (time.monotonic() - began, n, short))

    def unit(self, name):
        program = os.path.join(self.tree.at, "build/seen/tests", name)
        rc, seconds, _ = run([program, *(WORLDS if name.startswith("property/") else [])], self.tree.at,
                             {"SEEN_IN": self.folder(), "T": "unit"}, 600)
        self.take(name, seconds, "unit", rc == 0)
        return 1

    def folder(self):
        at = os.path.join(self.tree.at, "build/seen/noted")
        os.makedirs(at, exist_ok=True)
        return at

    def environment(self):
        programs = os.path.join(self.tree.at, "build/seen/bin")
        return {**self.tree.environment(programs), "SEEN_IN": self.folder()}

    def command(self, name):
        rc, seconds, _ = run(COMMANDS[name], self.tree.at, {**self.environment(), "T": "command"}, 600)
        self.take(name, seconds, "command", rc == 0)
        return 1

    def bats(self, name):
        env = self.environment()
        _, took, out = run(["bats", "--timing", "--formatter", "tap", "tests/%s.bats" % name], self.tree.at, env, 600)
        said = list(re.finditer(r"^(not )?ok (\d+) (.*?) (?:# )?in (\d+) ?ms( # skip.*)?$", out, re.M))
        total = sum(int(m.group(4)) for m in said) or 1
        n = 0
        for m in said:
            ok = not m.group(1) and not m.group(5)
            self.take("%s: %s" % (name, m.group(3)), took * int(m.group(4)) / total, m.group(2), ok)
            n += 1
        shutil.rmtree(self.folder())
        return n

    def take(self, name, seconds, noted, ok):
        """What was noted of a test."""
        seen, programs = defaultdict(set), defaultdict(set)
        folder = os.path.join(self.folder(), noted)
        for program in os.listdir(folder) if ok and os.path.isdir(folder) else []:
            with open(os.path.join(folder, program), "rb") as f:
                noted_at = f.read()
            for at, (file, line) in self.sites_in(name, program).items():
                if noted_at[at]:
                    seen[file].add(line)
                    programs[file].add(program)
        shutil.rmtree(folder, ignore_errors=True)
        if ok and seen:
            self.data["tests"][name] = {"seconds": round(seconds, 3), "seen": {f: sorted(l) for f, l in seen.items()},
                                        "programs": {f: sorted(p) for f, p in programs.items()}}
        elif not ok:
            self.data["tests"][name] = {"seconds": round(seconds, 3), "seen": {}, "programs": {}, "failed": True}

    def sites_in(self, name, program):
        place = "build/seen/tests/" + name if is_unit(name) else "build/seen/bin/" + program
        if place not in self.sites:
            self.sites[place] = sites_of(os.path.join(self.tree.at, place))
            for file, line in self.sites[place].values():
                lines = self.data["sites"].setdefault(file, [])
                if line not in lines:
                    lines.append(line)
        return self.sites[place]

    def tests_at(self, file, first_line, line):
        """The tests that run that line of a function which begins at first_line."""
        before = [s for s in self.data["sites"].get(file, []) if first_line <= s <= line]
        if not before:
            return []
        site = max(before)
        return [n for n, t in self.data["tests"].items() if site in t["seen"].get(file, ())]

    def programs_of(self, file):
        """The programs in which some test runs that file; all that may, where there is no map."""
        if not self.data["tests"]:
            return ["bin/" + file.split("/")[1]] if file.startswith("cmd/") else \
                [t for t in self.tree.commands if t.startswith("bin/") and t != "bin/sandbox"]
        found = set()
        for name, t in self.data["tests"].items():
            if not is_unit(name):
                found |= set(t["programs"].get(file, ()))
        return sorted("bin/" + p for p in found)
