"""Breaks the deciding code (cmd/plan, lib/sync, cmd/apply) at one place at a time, and runs
what should notice: the unit and property tests, the model beside plan (tests/model), and
the tests of bats that run the broken line, until one fails.

A place that makes no other object code is no place, and neither is one that isn't C. One
line is printed for each place: file:line:kind, the function, what was changed, what has
noticed, after how many seconds. Exits with 1 if a place was survived that survivors.txt
doesn't know of, or if fewer than 95 of 100 were noticed."""

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import time

sys.dont_write_bytecode = True
from build import SOURCES, Tree  # noqa: E402
from notice import Notice  # noqa: E402
from places import KINDS, Source, places  # noqa: E402
from running import adopt_orphans  # noqa: E402
from seen import Map, is_unit  # noqa: E402

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
SURVIVED = "SURVIVED"
GOAL = 95


def arguments():
    kinds = "\n".join("  %-6s %s" % k for k in KINDS.items())
    a = argparse.ArgumentParser(prog="tests/mutation.sh", description=__doc__, epilog="kinds of places:\n" + kinds,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("files", nargs="*", metavar="FILE", help="of these folders (all)")
    a.add_argument("--sample", type=int, default=400, metavar="N", help="so many places: half of cmd/apply (400)")
    a.add_argument("--seed", type=int, default=1, metavar="S", help="which ones (1)")
    a.add_argument("--one", action="append", metavar="FILE:LINE:KIND", help="this place only; may be repeated")
    a.add_argument("--by", action="append", metavar="TEST", help="ask this test only, such as unit/plan_cases_test; may be repeated")
    a.add_argument("--list", action="store_true", help="print the places of FILE, and try none")
    a.add_argument("--resume", action="store_true", help="go on with what --results has of the same sample")
    a.add_argument("--again", action="store_true", help="with --resume: try once more what nothing has noticed")
    a.add_argument("--results", default=os.path.join(ROOT, "build/mutation/results"), metavar="FILE", help="(build/mutation/results)")
    a.add_argument("--seconds", type=float, default=60, metavar="T", help="for a place that nothing notices (60)")
    return a.parse_args()


def say(text):
    print(text, file=sys.stderr, flush=True)


def sources(at):
    return ["%s/%s" % (folder, name) for folder in SOURCES
            for name in sorted(os.listdir(os.path.join(at, folder))) if name.endswith(".c")]


def shares(n, sizes):
    """n divided among keys in proportion to their sizes; what is left over goes to the largest remainders."""
    total = sum(sizes.values())
    n = min(n, total)
    got = {k: n * s // total for k, s in sizes.items()}
    by_rest = sorted(sizes, key=lambda k: (-(n * sizes[k] % total), k))
    for k in by_rest[:n - sum(got.values())]:
        got[k] += 1
    return got


def sample(found, n, seed):
    """{file: (how many, its places in the order in which they are drawn)}"""
    groups = [[f for f in found if f.startswith("cmd/apply/")], [f for f in found if not f.startswith("cmd/apply/")]]
    groups = [g for g in groups if g]
    out = {}
    for i, group in enumerate(groups):
        part = n // len(groups) + (i < n % len(groups))
        for f, k in shares(part, {f: len(found[f]) for f in group}).items():
            drawn = list(found[f])
            random.Random("%d %s" % (seed, f)).shuffle(drawn)
            out[f] = k, drawn
    return out


def known_survivors():
    """The lines of survivors.txt: (file, function, what)"""
    out = set()
    with open(os.path.join(ROOT, "tests/mutation/survivors.txt"), encoding="utf-8") as f:
        for line in f:
            parts = [p.strip() for p in line.split(" :: ")]
            if len(parts) >= 3 and not line.startswith("#"):
                out.add(tuple(parts[:3]))
    return out


class Trial:
    def __init__(self, options, tree, map_):
        self.o, self.tree = options, tree
        self.notice = Notice(tree, map_, options.seconds)
        self.right, self.first_lines = {}, {}
        self.known = known_survivors()
        self.done, self.lines = {}, []

    def resume(self):
        """What was found before; each line begins with the place."""
        with open(self.o.results, encoding="utf-8") as f:
            for line in f:
                parts = line.rstrip("\n").split("\t")
                if len(parts) == 5:
                    self.done[parts[0]] = parts
        for place, _, _, noticed, _ in list(self.done.values()):
            if not noticed.startswith(SURVIVED):
                self.notice.learn(noticed.removesuffix(", which hangs"), place.split(":")[0], True)
            elif self.o.again:
                del self.done[place]

    def first_line(self, place):
        if place.path not in self.first_lines:
            s = Source(self.tree.read(place.path))
            self.first_lines[place.path] = {name: s.t[first].line for name, _, first, _ in s.functions()}
        return self.first_lines[place.path][place.function]

    def try_place(self, place):
        """False where it is none."""
        text = self.tree.read(place.path)
        if place.path not in self.right:
            self.right[place.path] = self.tree.compile(place.path, text, "mutant/right.o")
        broken = self.tree.compile(place.path, text[:place.start] + place.text + text[place.end:], "mutant/broken.o")
        if broken is None or broken == self.right[place.path]:
            return False
        began = time.monotonic()
        noticed, ran, total = self.notice.ask(place, self.first_line(place), "mutant/broken.o", self.o.by or ())
        self.tree.undo()
        if not noticed:
            why = "no test runs it" if total == 0 else "%d tests of %d" % (ran, total)
            noticed = "%s: %s" % (SURVIVED, why)
            if self.is_known(place):
                noticed += ", known"
        self.note([place.id, place.function, place.what, noticed, "%.1f" % (time.monotonic() - began)])
        return True

    def is_known(self, place):
        return (place.path, place.function, place.what) in self.known

    def note(self, parts, again=False):
        self.lines.append(parts)
        print("\t".join(parts), flush=True)
        if not self.o.one and not again:
            with open(self.o.results, "a", encoding="utf-8") as f:
                f.write("\t".join(parts) + "\n")

    def run_sample(self, drawn):
        """One place of each file in turn, so that what is known early is of all."""
        left = {f: [k, iter(p)] for f, (k, p) in drawn.items()}
        while any(k for k, _ in left.values()):
            for pair in left.values():
                while pair[0] > 0:
                    place = next(pair[1], None)
                    if place is None:
                        pair[0] = 0
                    elif place.id in self.done:
                        self.note(self.done[place.id], again=True)
                        pair[0] -= 1
                        break
                    elif self.try_place(place):
                        pair[0] -= 1
                        break

    def verdict(self):
        n = len(self.lines)
        survived = [p for p in self.lines if p[3].startswith(SURVIVED)]
        new = [p for p in survived if not p[3].endswith(", known")]
        print("%d places, seed %d: %d noticed, %.1f of 100; %d survived, %d of them known" %
              (n, self.o.seed, n - len(survived), 100 * (n - len(survived)) / max(n, 1), len(survived), len(survived) - len(new)))
        if self.o.one:
            return 1 if new else 0
        return 1 if new or 100 * (n - len(survived)) < GOAL * n else 0


def main():
    o = arguments()
    if o.list:
        for f in o.files or sources(ROOT):
            with open(os.path.join(ROOT, f), encoding="utf-8") as source:
                for p in places(f, source.read()):
                    print("%s\t%s\t%s" % (p.id, p.function, p.what))
        return 0
    adopt_orphans()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    at = tempfile.mkdtemp(prefix="mutation.")
    try:
        return mutate(o, at)
    finally:
        shutil.rmtree(at, ignore_errors=True)


def mutate(o, at):
    began = time.monotonic()
    tree = Tree(ROOT, at)
    only_units = o.by and all(is_unit(t) for t in o.by)
    tree.build(["build/tests/" + t for t in o.by] if only_units else ())
    say("built after %.0f s" % (time.monotonic() - began))
    map_ = Map(tree, os.path.join(ROOT, "build/mutation/map.json"))
    if not o.by:
        map_.make(say)
    files = o.files or sorted({i.split(":")[0] for i in o.one or ()}) or sources(at)
    found = {f: places(f, tree.read(f)) for f in files}
    trial = Trial(o, tree, map_)
    if o.one:
        by_id = {p.id: p for all_ in found.values() for p in all_}
        for i in o.one:
            if i not in by_id:
                say("%s: no such place; %s --list %s" % (i, "tests/mutation.sh", i.split(":")[0]))
                return 2
            if not trial.try_place(by_id[i]):
                print("%s\tmakes no difference, or is not C" % i)
    else:
        os.makedirs(os.path.dirname(o.results), exist_ok=True)
        if o.resume and os.path.exists(o.results):
            trial.resume()
        else:
            open(o.results, "w", encoding="utf-8").close()
        trial.run_sample(sample(found, o.sample, o.seed))
    return trial.verdict()


if __name__ == "__main__":
    sys.exit(main())
