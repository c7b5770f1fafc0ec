#!/usr/bin/env python3
"""report.py BUILD LIST

Adds up what gcov counted in the build folder BUILD, by folder, and compares the lines of
the deciding code that no test has run with those in LIST, each of which stands there with
the reason. Exits with 1 if a folder is below its floor, a line is missing in LIST,
or LIST has one that is run by now."""

import json
import os
import subprocess
import sys
from collections import Counter, defaultdict

# Percent of lines that must be run.
FLOORS = {"lib/sync": 95, "cmd/plan": 95, "cmd/apply": 85}
# Where each line that isn't must be in LIST, with the reason.
LISTED = {"lib/sync", "cmd/plan", "cmd/apply"}


def counted(build):
    """{(file, line): (function, times)} of every file of ours in lib and cmd."""
    lines = {}
    notes = sorted(os.path.join(folder, name)
                   for top in ("lib", "cmd") for folder, _, names in os.walk(os.path.join(build, top))
                   for name in names if name.endswith(".gcno"))
    if not notes:
        sys.exit(f"report.py: no .gcno below {build}: run make coverage")
    # It warns of each program that never ran.
    gcov = subprocess.run([os.environ.get("GCOV", "gcov"), "--json-format", "--stdout", *notes],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True, text=True)
    for unit in gcov.stdout.splitlines():
        for file in json.loads(unit)["files"]:
            name = os.path.normpath(file["file"])
            if not name.startswith(("lib/", "cmd/")):
                continue
            for line in file["lines"]:
                at = (name, line["line_number"])
                times = lines.get(at, ("", 0))[1]
                lines[at] = (line.get("function_name", ""), max(times, line["count"]))
    return lines


def left_lines(lines):
    """What LIST would say of each line that was not run, and where it is."""
    left = defaultdict(list)
    for (name, number), (function, times) in sorted(lines.items()):
        if times == 0 and os.path.dirname(name) in LISTED:
            with open(name, encoding="utf-8") as f:
                text = f.read().splitlines()[number - 1].strip()
            left[f"{name} {function}: {text}"].append(f"{name}:{number}")
    return left


def listed(path):
    """The lines of LIST, and those of them that a run may or may not reach (~)."""
    fixed, maybe = Counter(), Counter()
    with open(path, encoding="utf-8") as f:
        for entry in f.read().splitlines():
            if entry.startswith("~ "):
                maybe[entry[2:]] += 1
            elif entry and not entry.startswith("#"):
                fixed[entry] += 1
    return fixed, maybe


def compare(left, path):
    fixed, maybe = listed(path)
    bad = 0
    for entry, places in left.items():
        if len(places) > fixed[entry] + maybe[entry]:
            bad += 1
            print(f"not run, and not in {path}: {' '.join(places)}\n{entry}")
    for entry, times in fixed.items():
        if times > len(left.get(entry, [])):
            bad += 1
            print(f"in {path}, but it is run, or no more there:\n{entry}")
    return bad


def table(lines):
    bad, folders = 0, defaultdict(lambda: [0, 0])
    for (name, _), (_, times) in lines.items():
        folders[os.path.dirname(name)][0] += 1
        folders[os.path.dirname(name)][1] += times > 0
    print(f"{'folder':20} {'lines':>6} {'run':>6} {'left':>5} {'%':>6}")
    for folder, (all_, run) in sorted(folders.items()):
        percent, floor = 100 * run / all_, FLOORS.get(folder, 0)
        low = f"  below {floor} %" if percent < floor else ""
        bad += bool(low)
        print(f"{folder:20} {all_:6} {run:6} {all_ - run:5} {percent:6.1f}{low}")
    return bad


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    lines = counted(sys.argv[1])
    faults = compare(left_lines(lines), sys.argv[2])
    faults += table(lines)
    sys.exit(1 if faults else 0)


main()
