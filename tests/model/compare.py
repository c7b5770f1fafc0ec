#!/usr/bin/env python3
"""compare.py [--worlds N] [--seed S] [--only normalize|plan] [--counts] [--bin DIR]

Runs bin/normalize and bin/plan on random worlds, beside the model in this folder, and
compares every record and every op. The first world in which they differ is made as
small as possible, and kept in a file. Exits with 1 if there is one, and with --counts
where the worlds have not made plan say all that it can say."""

import argparse
import copy
import json
import multiprocessing
import os
import random
import subprocess
import sys
import tempfile
from collections import Counter

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
from fetches import fetch_world  # noqa: E402
from normal import equal, normalize  # noqa: E402
from waits import seconds  # noqa: E402
from plan import plan  # noqa: E402
from seen import as_text, missing, seen  # noqa: E402
from worlds import World  # noqa: E402

PER_FETCH = 40  # the records of normalize don't depend on each other
SHARED = ""  # a folder for the streams, of all worker processes
ASKED_AGAIN = 12  # every so many worlds are planned again, under the id of the first plan
FOUND = Counter()  # what plan has said in this process


def run(program, args):
    p = subprocess.run([program, "-q", *args], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False,
                       env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "UTC", "OPENSSL_CONF": "/dev/null"})
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

KEYS = ("code", "set", "was", "checksum", "agreed", "conflict", "match", "approved", "since")


def op_key(o, unread=()):
    ids = o.get("row_id"), o.get("page_id")
    if o.get("code") == "problem" and all(ids):
        # Of a record that can't be read. Which half it may be is told as far as known.
        ids = (ids[0], None) if ids[0] in unread else (None, ids[1])
    would = o.get("would") or {}
    return o["op"], o["target"], *ids, would.get("op"), would.get("target"), o["code"] if o["op"] == "skip" else None


def plain(o):
    """What of an op is compared."""
    return {k: o[k] for k in KEYS if o.get(k) is not None}


def stream(name, lines):
    """What people asked for as a file of its own; decisions are bare lines."""
    if name == "resolve":
        return lines
    return [{"kind": "head", "stream": name, "v": 1}, *lines, {"kind": "end", "count": len(lines), "complete": True}]


def run_plan(bin_dir, world, folder, more=()):
    records, base = world.streams()
    p = world.policy
    args = ["--conflict", p["conflict"], "--orphans", p["orphans"], "--match", p["match"], *more]
    args += [a for name in ("allow", "hold", "direction") if p[name] for a in ("--" + name, p[name])]
    args += ["--settle", "%ds" % p["settle"]] if p["settle"] else []
    args += ["--retry"] if p["retry"] else []
    path = os.path.join(folder, "records.ndjson")
    write(path, records)
    for name, lines in (("base", base), *((k, stream(k, v)) for k, v in world.asked().items() if v)):
        if lines is not None:
            args += ["--" + name, os.path.join(folder, name)]
            write(args[-1], lines)
    code, out = run(os.path.join(bin_dir, "plan"), [*args, path])
    FOUND.update(seen(code, out))
    return code, out


def differ_plan(bin_dir, world, folder):
    code, out = run_plan(bin_dir, world, folder)
    want = plan(*world.streams(), world.policy_of(), world.asked())
    found = differ_verdict(code, out, want, world.policy_of().allow)
    if not out:
        return found
    got = [o for o in out if o["kind"] == "op"]
    unread = {p["row_id"] for p in world.problems if p["source"] == "supabase"}
    found += differ_ops(got, want.ops, unread) + wrong_order(got)
    if want.ops and world.seed % ASKED_AGAIN == 0 and not found:
        found += differ_by_id(bin_dir, world, folder, out[0]["plan_id"], want)
    return found


def differ_verdict(code, out, want, allow):
    found = []
    if code != want.code:
        found.append("plan exits with %d, the model with %d" % (code, want.code))
    if out and set(out[0]["blocked"]) - allow != want.blocked:
        found.append("plan is blocked by %s, the model by %s" % (out[0]["blocked"], sorted(want.blocked)))
    return found


def differ_by_id(bin_dir, world, folder, plan_id, first):
    """Section 6: --allow-plan and --only-plan let just the plan pass that was seen."""
    r = random.Random("again %s" % world.seed)
    option = "--allow-plan" if first.blocked or r.random() < 0.3 else "--only-plan"
    world.change(r)
    code, out = run_plan(bin_dir, world, folder, (option, plan_id))
    want = plan(*world.streams(), world.policy_of(), world.asked())
    if want.code == 65:
        return differ_verdict(code, out, want, frozenset())
    same = want.substance == first.substance
    FOUND[("passed by its id",) if same else ("another plan by now",)] += 1
    if option == "--allow-plan" and same and want.code == 3:
        want = want._replace(code=0, blocked=set())
    elif option == "--only-plan" and not same:
        want = want._replace(code=3, blocked=want.blocked | {"other-plan"})
    return ["%s, %s: %s" % (option, "the same plan" if same else "another one", f)
            for f in differ_verdict(code, out, want, world.policy_of().allow)]


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
    if key == "since" and a and b:
        return seconds(a) == b
    if key == "agreed" and op == "stamp" and not (a and b):
        return True  # it is in the op that made the halves agree, and may be in the stamp too
    if key == "agreed" and a and b:
        # What both sides hold may be written in two ways.
        return a["deleted"] == b["deleted"] and a["checksum"] == b["checksum"] and equal(a, b)
    if key == "conflict" and a and b and "base" in b:
        # Where the two halves were known to differ, the base is what either held.
        return {**a, "base": 0} == {**b, "base": 0} and \
            all(a["base"].get(f) in both for f, both in b["base"].items())
    return (bare(a) if isinstance(a, dict) else a or None) == (bare(b) if isinstance(b, dict) else b or None)


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
        for name in ("records", "pairs", "lone", "approved", "settling", "decisions"):
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
    a.add_argument("--counts", action="store_true", help="print what plan has said, and what it never said")
    o = a.parse_args()
    seeds = range(o.seed, o.seed + o.worlds)
    jobs = [(o.bin, kind, seed) for seed in seeds for kind in ("plan", "normalize")
            if o.only in (None, kind) and (kind == "plan" or (seed - o.seed) % PER_FETCH == 0)]
    bad, found = 0, Counter()
    with tempfile.TemporaryDirectory() as shared, multiprocessing.Pool(initializer=share, initargs=(shared,)) as pool:
        for job, (differs, said) in zip(jobs, pool.imap(differ, jobs, chunksize=8)):
            found += said
            if differs:
                bad += 1
                explain(*job, o.keep)
                if not o.all:
                    pool.terminate()
                    return 1
    print("%d worlds from seed %d: %d differ" % (o.worlds, o.seed, bad))
    never = missing(found) if o.counts else []
    if o.counts:
        print("\n".join("%7d  %s" % (n, as_text(what)) for what, n in sorted(found.items(), key=lambda i: as_text(i[0]))))
        print("\n".join("never: " + as_text(what) for what in never))
    return 1 if bad or never else 0


def share(folder):
    global SHARED
    SHARED = folder


def differ(job):
    bin_dir, kind, seed = job
    FOUND.clear()
    folder = os.path.join(SHARED, str(os.getpid()))
    os.makedirs(folder, exist_ok=True)
    if kind == "plan":
        return differ_plan(bin_dir, World(seed), folder), Counter(FOUND)
    return differ_normalize(bin_dir, fetch_world(seed, PER_FETCH), folder), Counter()


def explain(bin_dir, kind, seed, keep):
    with tempfile.TemporaryDirectory() as folder:
        if kind == "plan":
            world = smaller(World(seed), lambda w: differ_plan(bin_dir, copy.deepcopy(w), folder))
            records, base = world.streams()
            print("policy %s, soft_delete %s, properties %s" % (world.policy, world.soft_delete, world.props))
            for line in records[1:-1] + (base[1:-1] if base else []):
                print("   ", json.dumps(bare(line)))
            report(seed, differ_plan(bin_dir, copy.deepcopy(world), folder), records + (base or []), keep)
        else:
            streams = fetch_world(seed, PER_FETCH)
            report(seed, differ_normalize(bin_dir, streams, folder), streams[0] + streams[1], keep)


if __name__ == "__main__":
    sys.exit(main())
