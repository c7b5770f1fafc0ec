"""Section 10 of doc/semantics.md: Holds, Approval and Settle time. Which ops wait
although they are decided."""

from datetime import datetime

from normal import FIELDS

HOUR = 3600
WRITTEN = (*FIELDS, "date_detail")
DIRECTION = {"to-notion": "supabase", "to-supabase": "notion"}  # what is held


def seconds(time):
    return datetime.fromisoformat(time.replace("Z", "+00:00")).timestamp()


def held_ops(hold, direction):
    """The (op, side) that are held."""
    out = set()
    for word in filter(None, hold.split(",")):
        op, _, side = word.partition(":")
        out |= {(op, s) for s in ([side] if side else ["notion", "supabase"])}
    if direction in DIRECTION:
        out |= {(op, DIRECTION[direction]) for op in ("create", "update", "trash", "restore")}
    return out


def bare(v, keys):
    return {k: v.get(k) or None for k in keys}


class Waits:
    def __init__(self, hold, direction, settle, clocks, settling, approved, allow):
        self.held, self.settle, self.clocks = held_ops(hold, direction), settle, clocks
        self.settling, self.allow = settling, allow
        self.approved = {(a["op"], a["target"], a.get("row_id"), a.get("page_id")): a
                         for a in approved if a["kind"] == "approved"}
        self.guards = [a for a in approved if a["kind"] == "guard"]

    # --- Approval ------------------------------------------------------------

    def as_seen(self, seen, op, row, page, fields, back=None):
        """The same values, presence and link; back: this half was deleted when it was
        seen, and is live now."""
        for key, half in (("row", row), ("page", page)):
            then = seen.get(key)
            if not half or not then:
                if half or then:
                    return False
                continue
            now = {**half, "link": half["page_id"] if key == "row" else None,
                   "deleted": half["deleted"] or key == back}
            if bare(now, (*fields, "link", "deleted")) != bare(then, (*fields, "link", "deleted")):
                return False
        if op in ("trash", "restore"):
            # The times of the last edits too: more is at stake than three values.
            return all(not half or (seen.get(key) or None) == half["edited_at"]
                       for key, half in (("updated_at", row), ("page_edited_at", page)))
        return True

    def passes(self, op, row, page):
        """Whether the op was approved; None: it was, and no longer fits."""
        ids = op["target"], op["row_id"], op["page_id"]
        to = op.get("set") or {}
        a = self.approved.get((op["op"], *ids))
        if a:
            fields = FIELDS if op["op"] != "update" else [f for f in FIELDS if f in to]
            if bare(a.get("set") or {}, WRITTEN) == bare(to, WRITTEN) and set(to) == set(a.get("set") or {}) and \
                    self.as_seen(a["seen"], op["op"], row, page, fields):
                return True
        # A restore with content is two requests on a page: a run that was cut between
        # them has left an update, of nothing but what was approved.
        cut = self.approved.get(("restore", *ids))
        if cut and op["op"] == "update":
            was = cut.get("set") or {}
            if all(f in was and (was[f] or None) == (to[f] or None) for f in to) and self.as_seen(
                    cut["seen"], "update", row, page, FIELDS, "page" if op["target"] == "notion" else "row"):
                return True
        return None if a else False

    def by_guard(self, op, allow=frozenset()):
        return any(g["op"] == op["op"] and g["target"] == op["target"] and g["guard"] not in allow
                   for g in self.guards)

    # --- Settle time ---------------------------------------------------------

    def fresh(self, half, side):
        """Edited less than the settle time ago, counted from the end of its minute."""
        if not half or not half["edited_at"]:
            return False
        at, now = seconds(half["edited_at"]), self.clocks[side]
        return at // 60 * 60 + 60 + self.settle > now and at < now + HOUR

    def since(self, op, row, page):
        """Since when the op waits to settle, or None."""
        fresh = {"supabase": self.fresh(row, "supabase"), "notion": self.fresh(page, "notion")}
        source = "supabase" if op["target"] == "notion" else "notion"
        if not self.settle or not (fresh[source] or op.get("conflict") and any(fresh.values())):
            return None
        now = max(self.clocks.values())
        noted = [seconds(s["since"]) for s in self.settling
                 if row and s.get("row_id") == row["row_id"] or page and s.get("page_id") == page["page_id"]]
        since = min([now, *noted])
        return since if now - since < HOUR else None

    # --- one op, and both of a pair -------------------------------------------

    def judge(self, op, row, page):
        """(code, since, approved): the code None where the op doesn't wait."""
        passes = self.passes(op, row, page)
        if passes:
            return None, None, True
        guard_allowed = self.by_guard(op) and not self.by_guard(op, self.allow)
        if (op["op"], op["target"]) in self.held or self.by_guard(op, self.allow) or \
                passes is None and not guard_allowed:
            return "held", None, False
        since = self.since(op, row, page)
        return "settling" if since is not None else None, since, False

    def judge_pair(self, ops, row, page, by_fields):
        """Of the writes of a pair. If one waits, the other one is carried out where the
        base says field by field what each half held; all of it waits where it does not,
        or where a restore waits."""
        found = [self.judge(op, row, page) for op in ops]
        waiting = [(op, v) for op, v in zip(ops, found) if v[0]]
        if waiting and (not by_fields or any(op["op"] == "restore" for op, _ in waiting)):
            found = [v if v[0] else (waiting[0][1][0], waiting[0][1][1], False) for v in found]
        return found


def waiting(op, verdict):
    """A skip that still says what it would do."""
    code, since, _ = verdict
    kept = {k: op[k] for k in ("row_id", "page_id", "set", "was", "match") if k in op}
    return {"op": "skip", "target": "none", "code": code, "since": since,
            "would": {"op": op["op"], "target": op["target"]}, **kept}
