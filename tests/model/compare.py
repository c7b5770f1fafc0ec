#!/usr/bin/env python3
"""compare.py [--worlds N] [--seed S] [--only normalize|plan] [--bin DIR]

Runs bin/normalize and bin/plan on random worlds, beside the model in this folder, and
compares every record and every op. The first world in which they differ is made as
small as possible, and kept in a file. Exits with 1 if there is one."""

import argparse
import copy
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections import Counter

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
from normal import equal, normalize  # noqa: E402
from plan import Policy, plan  # noqa: E402
from worlds import World, fetch_world  # noqa: E402

PER_FETCH = 40  # the records of normalize don't depend on each other


def run(program, args, stdin=None):
    p = subprocess.run([program, "-q", *args], input=stdin, capture_output=True, check=False,
                       env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "UTC"})
    lines = p.stdout.decode("utf-8", "surrogatepass").split("\n") if p.stdout else []
    return p.returncode, [json.loads(line) for line in lines if line]


def write(path, lines):
    with open(path, "w", encoding="utf-8", errors="surrogatepass") as f:
        for line in lines:
            # A lone surrogate stays the escape that it is in JSON.
            f.write(json.dumps(line, ensure_ascii=True) + "\n")


def bare(d):
    """Absent and null are the same (vaultsync-streams(5))."""
    return {k: v for k, v in d.items() if v not in (None, [], False)}


# --- normalize -------------------------------------------------------------------

def differ_normalize(bin_dir, streams, folder):
    paths = [os.path.join(folder, n) for n in ("sb.ndjson", "notion.ndjson")]
    for path, lines in zip(paths, streams):
        write(path, lines)
    code, out = run(os.path.join(bin_dir, "normalize"), paths)
    want_code, want = normalize(streams)
    if code != want_code:
        return ["normalize exits with %d, the model with %d" % (code, want_code)]
    if code:
        return []
    got = [r for r in out if r["kind"] in ("record", "problem")]
    if len(got) != len(want):
        return ["%d lines, the model has %d" % (len(got), len(want))]
    found = []
    for g, w in zip(got, want):
        g, w = dict(g), dict(w)
        if w["kind"] == g["kind"] == "problem":
            w["code"] = g["code"] if g["code"] in w["codes"] else None
            if {**bare(g), "detail": 0, "codes": 0} == {**bare(w), "detail": 0, "codes": 0}:
                continue
        if bare(g) != bare(w):
            found.append("normalize: %s\nthe model: %s" % (json.dumps(g, sort_keys=True),
                                                           json.dumps(w, sort_keys=True, default=sorted)))
    return found


# --- plan ------------------------------------------------------------------------

KEYS = ("code", "set", "was", "checksum", "agreed", "conflict", "match")


def op_key(o, unread=()):
    ids = o.get("row_id"), o.get("page_id")
    if o.get("code") == "problem" and all(ids):
        # Of a record that can't be read. Which half it may be is told as far as known.
        ids = (ids[0], None) if ids[0] in unread else (None, ids[1])
    return o["op"], o["target"], *ids


def plain(o):
    """What of an op is compared."""
    return {k: o[k] for k in KEYS if o.get(k) is not None}


def differ_plan(bin_dir, world, folder):
    records, base = world.streams()
    p = world.policy
    args = ["--conflict", p["conflict"], "--orphans", p["orphans"], "--match", p["match"]]
    args += ["--allow", p["allow"]] if p["allow"] else []
    args += ["--retry"] if p["retry"] else []
    paths = [os.path.join(folder, n) for n in ("records.ndjson", "base.ndjson")]
    write(paths[0], records)
    if base is not None:
        write(paths[1], base)
        args += ["--base", paths[1]]
    code, out = run(os.path.join(bin_dir, "plan"), [*args, paths[0]])
    policy = Policy(p["conflict"], p["orphans"], frozenset(p["allow"].split(",")),
                    None if p["match"] == "none" else p["match"], p["retry"], world.now.timestamp())
    want_code, want, blocked = plan(records, base, policy)
    found = []
    if code != want_code:
        found.append("plan exits with %d, the model with %d" % (code, want_code))
    if not out:
        return found
    if set(out[0]["blocked"]) - policy.allow != blocked:
        found.append("plan is blocked by %s, the model by %s" % (out[0]["blocked"], sorted(blocked)))
    got = [o for o in out if o["kind"] == "op"]
    unread = {p["row_id"] for p in world.problems if p["source"] == "supabase"}
    found += differ_ops(got, want, unread)
    return found + wrong_order(got)


def differ_ops(got, want, unread):
    found = []

    def key_of(o):
        return op_key(o, unread)

    have, need = Counter(map(key_of, got)), Counter(map(key_of, want))
    for key in (have - need):
        o = next(o for o in got if key_of(o) == key)
        found.append("only plan: " + json.dumps({k: v for k, v in o.items() if k not in ("expect", "kind")}))
    for key in (need - have):
        found.append("only the model: " + json.dumps(next(o for o in want if key_of(o) == key)))
    by_key = {key_of(o): o for o in want}
    for o in got:
        w = by_key.get(key_of(o))
        if w is None or have[key_of(o)] != 1:
            continue
        for k in KEYS:
            if k == "checksum" and o["op"] == "trash":
                continue
            if not alike(o["op"], k, o.get(k), w.get(k)):
                found.append("%s of %s: plan %s, the model %s (%s)" % (
                    k, list(key_of(o)), json.dumps(o.get(k)), json.dumps(w.get(k)), o.get("reason")))
    return found


def alike(op, key, a, b):
    if key == "agreed" and op == "stamp" and not (a and b):
        return True  # it is in the op that made the halves agree, and may be in the stamp too
    if key == "agreed" and a and b:
        # What both sides hold may be written in two ways.
        return a["deleted"] == b["deleted"] and a["checksum"] == b["checksum"] and equal(a, b)
    if key == "conflict" and a and b and "base" in b:
        # Where the two halves were known to differ, the base is what either held.
        return {**a, "base": 0} == {**b, "base": 0} and \
            all(a["base"].get(f) in both for f, both in b["base"].items())
    return (a or None) == (b or None)


def wrong_order(ops):
    """The page of a pair before its row, stamps last of all (plan(1)), and behind them
    only what fails run after run (section 7)."""
    found, pairs = [], {}
    rank = [2 if o.get("failures") else 1 if o["op"] == "stamp" else 0
            for o in ops if o["op"] not in ("skip", "adopt")]
    if rank != sorted(rank):
        found.append("stamps and what fails are not last: %s" % rank)
    for n, o in enumerate(ops):
        if o["op"] not in ("skip", "adopt", "stamp"):
            pairs.setdefault((o.get("row_id"), o.get("page_id")), {})[o["target"]] = n
    for at in pairs.values():
        if at.get("notion", -1) > at.get("supabase", len(ops)):
            found.append("a page is written behind its row: op %d" % (at["notion"] + 1))
    return found


def smaller(world, fails):
    """Drops whatever is not needed to fail."""
    changed = True
    while changed:
        changed = False
        for name in ("records", "pairs", "lone"):
            for i in reversed(range(len(getattr(world, name)))):
                less = copy.copy(world)
                setattr(less, name, [x for n, x in enumerate(getattr(world, name)) if n != i])
                if fails(less):
                    world, changed = less, True
    return world


def report(seed, found, lines, keep):
    print("seed %s differs:" % seed)
    print("\n".join("  " + f for f in found))
    with open(keep, "w", encoding="utf-8") as f:
        f.writelines(json.dumps(line) + "\n" for line in lines)
    print("the world is in %s" % keep)


def main():
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--worlds", type=int, default=1000)
    a.add_argument("--seed", type=int, default=1, help="of the first world")
    a.add_argument("--only", choices=("normalize", "plan"))
    a.add_argument("--bin", default=os.path.join(root, "bin"))
    a.add_argument("--keep", default="model-differs.ndjson", help="where a world that differs is kept")
    a.add_argument("--all", action="store_true", help="go on after the first that differs")
    o = a.parse_args()
    seeds = range(o.seed, o.seed + o.worlds)
    jobs = [(o.bin, kind, seed) for seed in seeds for kind in ("plan", "normalize")
            if o.only in (None, kind) and (kind == "plan" or (seed - o.seed) % PER_FETCH == 0)]
    bad = 0
    with multiprocessing.Pool() as pool:
        for job, differs in zip(jobs, pool.imap(differ, jobs, chunksize=8)):
            if differs:
                bad += 1
                explain(*job, o.keep)
                if not o.all:
                    pool.terminate()
                    return 1
    print("%d worlds from seed %d: %d differ" % (o.worlds, o.seed, bad))
    return 1 if bad else 0


def differ(job):
    bin_dir, kind, seed = job
    with tempfile.TemporaryDirectory() as folder:
        if kind == "plan":
            return differ_plan(bin_dir, World(seed), folder)
        return differ_normalize(bin_dir, fetch_world(seed, PER_FETCH), folder)


def explain(bin_dir, kind, seed, keep):
    with tempfile.TemporaryDirectory() as folder:
        if kind == "plan":
            world = smaller(World(seed), lambda w: differ_plan(bin_dir, w, folder))
            records, base = world.streams()
            print("policy %s, soft_delete %s, properties %s" % (world.policy, world.soft_delete, world.props))
            for line in records[1:-1] + (base[1:-1] if base else []):
                print("   ", json.dumps(bare(line)))
            report(seed, differ_plan(bin_dir, world, folder), records + (base or []), keep)
        else:
            streams = fetch_world(seed, PER_FETCH)
            report(seed, differ_normalize(bin_dir, streams, folder), streams[0] + streams[1], keep)


if __name__ == "__main__":
    sys.exit(main())
