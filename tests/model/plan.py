"""The plan of doc/semantics.md, sections 2 to 6 and 9: from records and the base file to
ops. Written from the text alone; bin/plan is compared with it."""

import json
from collections import namedtuple

from content import EMPTY, Line, Merge, base_sum, send_again
from guards import tripped, verdict
from normal import FIELDS, checksum, equal, folded, values
from pairing import Pairing, derived, live_page, live_row
from presence import deletion_agreed, read_page, read_pair, read_row
from reading import rests_on_absence
from resolve import decision_of, resolve
from waits import Waits, seconds, waiting

Policy = namedtuple("Policy", "conflict orphans allow match retry now hold direction settle",
                    defaults=("newer", "keep", frozenset(), None, False, 0, "", None, 0))


def utf16(text):
    return len((text or "").encode("utf-16-le")) // 2


def standing(half, line):
    """Without agreement a half keeps its checksum, or gets that of the last agreement."""
    return half["stored_checksum"] or line and line.checksum or half["checksum"]


class Planner:
    def __init__(self, records, problems, head, base, policy, asked):
        self.head, self.policy, self.ops = head, policy, []
        self.rows = {r["row_id"]: r for r in records if r["source"] == "supabase"}
        self.pages = {r["page_id"]: r for r in records if r["source"] == "notion"}
        self.problems, self.base = problems, base
        self.listed = set(self.rows) | {p["row_id"] for p in problems if p["source"] == "supabase"}
        self.notion = head["sources"]["notion"]
        self.props = self.notion["properties"]
        self.scope_differs = base is not None and scope_differs(base["scope"], head["sources"])
        pairs = base["pairs"] if base and not self.scope_differs else []
        self.lines = pairs
        self.lone = base["lone"] if pairs or base and not self.scope_differs else {}
        self.by_row = {l["row_id"]: l for l in pairs}
        self.decisions, self.undone = asked.get("resolve") or [], set()
        self.waits = Waits(policy.hold, policy.direction, policy.settle,
                           {s: seconds(head["sources"][s]["at"]) for s in head["sources"]},
                           asked.get("settling") or [], asked.get("approved") or [], policy.allow)
        self.plan()

    def plan(self):
        p = self.pairing = Pairing(self.rows, self.pages, self.problems, self.lines, self.policy.match)
        for code, row_id, page_id in p.skips:
            self.skip(code, row_id, page_id)
        for row, page, step in p.pairs:
            self.pair(row, page, step)
        for row, page in p.waiting:
            self.skip("problem", row["row_id"], None)
            self.skip("problem", None, page["page_id"])
        for row in p.rest()[0]:
            self.lone_row(row)
        for page in p.rest()[1]:
            self.lone_page(page)
        for d in self.decisions:
            ids = d["row_id"], d["page_id"]
            if ids not in self.undone:  # section 10: they are no longer a pair
                self.undone.add(ids)
                self.skip("not-resolved", *ids)
        live_pairs = sum(live_row(r) and live_page(q) and step != 5 for r, q, step in p.pairs)
        names, empty = tripped(self.ops, self.rows.values(), self.pages.values(), self.lines,
                               live_pairs, self.scope_differs)
        self.tripped, self.blocked, self.code = verdict(names, empty, self.ops, self.policy.allow)

    # --- ops -----------------------------------------------------------------

    def op(self, op, target, row_id, page_id, **more):
        self.ops.append({"op": op, "target": target, "row_id": row_id, "page_id": page_id, **more})

    def skip(self, code, row_id, page_id):
        self.op("skip", "none", row_id, page_id, code=code)

    def wait(self, op, row, page):
        """Adds the op, or the skip that stands for it while it waits (section 10)."""
        verdict = self.waits.judge(op, row, page)
        self.ops.append(waiting(op, verdict) if verdict[0] else {**op, "approved": verdict[2]})
        return not verdict[0]

    def spelled(self, to):
        """Section 4: a type takes the spelling of the option that equals it."""
        options = [o for o in self.notion["type_options"] if folded(o) == folded(to.get("type"))]
        if to.get("type") and options and to["type"] not in options:
            return {**to, "type": options[0]}
        return to

    def poison(self, to):
        """Section 7: a value that Notion can't hold; section 10, by what Type is there."""
        kind, type_is = self.notion.get("type_kind"), to.get("type") or ""
        if kind == "status" and type_is and not any(folded(o) == folded(type_is) for o in self.notion["type_options"]):
            return True
        return kind != "rich_text" and ("," in type_is or utf16(type_is) > 100) or \
            utf16(to.get("decision")) > 200000 or len((to.get("decision") or "").encode()) > 500000

    def row_stale(self, row, page, total, flags, synced=True):
        return row["page_id"] != page["page_id"] or \
            row["stored_checksum"] != total and not flags.get("rewrites_checksum") or \
            row["synced"] != synced and not flags.get("resets_synced")

    def page_stale(self, page, row, total, flags):
        if page.get("archived"):
            return False
        text = (self.notion.get("link") or {}).get("template") or "{id}"
        # A row that is to be made has no id yet that a page could show.
        shows = row and page.get("shows") == text.replace("{id}", row["row_id"])
        return self.props.get("Link") is not None and not shows and not flags.get("page_rewrites_link") or \
            self.props.get("Checksum") is not None and page["stored_checksum"] != total and \
            not flags.get("page_rewrites_checksum") or \
            self.props.get("Synced") is not None and not page["synced"] and not flags.get("page_resets_synced")

    def agree(self, before, agreed):
        """The op after which both halves agree says so: the last but for a stamp."""
        mine = self.ops[before:]
        rest = [o for o in mine if o["op"] != "stamp"] or mine
        if rest:
            rest[-1]["agreed"] = agreed

    # --- a pair --------------------------------------------------------------

    def line_of(self, row, page):
        raw = self.by_row.get(row["row_id"])
        if raw and raw["page_id"] == page["page_id"]:
            return Line(raw, row, page)
        return None

    def other_partner(self, row, page):
        return any((l["row_id"] == row["row_id"]) != (l["page_id"] == page["page_id"])
                   for l in self.lines)

    def pair(self, row, page, step):
        ids, more = (row["row_id"], page["page_id"]), {"match": self.policy.match} if step == 5 else {}
        if page.get("paused"):  # section 10
            self.undone.add(ids)
            if step == 4 and equal(row, page) and self.base is not None:
                self.op("adopt", "base", *ids,
                        agreed={**values(row), "deleted": False, "checksum": row["checksum"]})
            if live_row(row) or live_page(page):
                self.op("skip", "none", *ids, code="paused", **more)
            return
        line = self.line_of(row, page) if step != 5 else None
        other = self.other_partner(row, page)
        merge = Merge(row, page, line, other, self.policy, step == 5)
        decision = decision_of(self.decisions, *ids)
        if decision:
            self.undone.add(ids)
            if not (live_row(row) and live_page(page)) or not resolve(decision, merge, line):
                if merge.stop and live_row(row) and live_page(page):
                    self.op("skip", "none", *ids, code="conflict", conflict=merge.conflict(merge.open, None), **more)
                else:
                    self.op("skip", "none", *ids, code="not-resolved", **more)
                return
        soft = self.head["sources"]["supabase"]["soft_delete"]
        what = read_pair(row, page, line, base_sum(row, page, line, other), soft, self.policy)
        if what == "content":
            self.content(row, page, line, merge, more)
        elif what in ("back-row", "back-page"):
            self.content(row, page, line, merge, more, "notion" if what == "back-row" else "supabase")
        elif what in ("restore-page", "restore-row"):
            merge.take_all("supabase" if what == "restore-page" else "notion")
            self.content(row, page, line, merge, more, "notion" if what == "restore-page" else "supabase")
        elif what in ("trash-row", "trash-page"):
            side, half = ("supabase", row) if what == "trash-row" else ("notion", page)
            before = len(self.ops)
            op = {"op": "trash", "target": side, "row_id": ids[0], "page_id": ids[1]}
            if not self.wait(op, row, page):
                return
            if what == "trash-page" and self.row_stale(row, page, page["checksum"], line.raw if line else {}, False):
                self.op("link", "supabase", *ids, checksum=page["checksum"])
            self.agree(before, {**values(half), "deleted": True, "checksum": half["checksum"]})
        elif what == "both-deleted":
            self.both_deleted(row, page, line)
        else:
            self.skip(what, *ids)

    def both_deleted(self, row, page, line):
        """Only the mark and the base line are written, with what the two last agreed
        on, as far as it is known: where nothing tells, nothing is written."""
        ids = row["row_id"], page["page_id"]
        stored, content = row["stored_checksum"] or page["stored_checksum"], None
        if equal(row, page):
            content = values(row)
        elif line and line.trusted:
            content = values(line.held["notion"])
        agreed = {**content, "deleted": True, "checksum": checksum(content)} if content else None
        noted = line and not line.open and line.checksum == (agreed or {}).get("checksum") and \
            all(h["deleted"] and equal(h, agreed) for h in line.held.values())
        if row["synced"] and (agreed or stored) and not (line and line.raw.get("resets_synced")):
            self.op("link", "supabase", *ids, agreed=agreed, checksum=(agreed or {"checksum": stored})["checksum"])
        elif self.base is not None and agreed and not noted:
            self.op("adopt", "base", *ids, agreed=agreed)

    def link(self, merge, line, waits, more):
        """Section 3: a pair that was found gets its link, and keeps its checksum."""
        row, page = merge.row, merge.page
        total = standing(row, line)
        if more:  # section 10: the checksum of neither half
            total = (row["stored_checksum"] or page["stored_checksum"]) and EMPTY
        elif waits and not (row["stored_checksum"] or line and line.checksum):
            total = None  # section 10: they have never agreed
        self.op("link", "supabase", row["row_id"], page["page_id"], checksum=total, **more)

    def write(self, merge, target, more, restore):
        """The op that brings one half to what the merge has for it, or None."""
        half, to = (merge.row if target == "supabase" else merge.page), merge.set_for(target)
        if not to and not restore:
            return None
        op = {"op": "restore" if restore else "update", "target": target, "row_id": merge.row["row_id"],
              "page_id": merge.page["page_id"], **more, **merge.lost_by(target, to)}
        if to:
            was = {f: half[f] or None for f in to}
            if "date" in to and half.get("date_detail"):
                was["date_detail"] = half["date_detail"]
            if target == "notion":
                to = self.spelled(to)
                if "date" in to and merge.date_detail:
                    to["date_detail"] = merge.date_detail
            op.update(set=to, was=was)
        return op

    def content(self, row, page, line, merge, more, restore=None):
        """Section 4, of two halves that are live, or will be. more has the rule of
        a pair that its decision joined."""
        ids, flags = (row["row_id"], page["page_id"]), line.raw if line else {}
        if merge.stop:
            if more:
                self.link(merge, line, False, more)
            self.op("skip", "none", *ids, code="conflict", conflict=merge.conflict(merge.open, None), **more)
            return
        ops = [o for o in (self.write(merge, t, more, restore == t) for t in ("notion", "supabase")) if o]
        found = self.waits.judge_pair(ops, row, page, line and line.trusted)
        if any(self.poison(o.get("set", {})) for o, v in zip(ops, found) if o["target"] == "notion" and not v[0]):
            self.op("skip", "none", *ids, code="poison", **more)
            return
        wrote, waits = {o["target"] for o, v in zip(ops, found) if not v[0]}, any(v[0] for v in found)
        agrees, before = merge.agrees() and not waits, len(self.ops)
        total = checksum(merge.row_to)
        for o, v in zip(ops, found):
            # Without agreement the half that is written keeps the checksum that it had.
            own = total if agrees else standing(page if o["target"] == "notion" else row, line)
            self.ops.append(waiting(o, v) if v[0] else {**o, "checksum": own, "approved": v[2]})
        if not agrees:
            back = restore == "notion" and "notion" in wrote and not row["synced"] and not flags.get("resets_synced")
            if "supabase" not in wrote and (row["page_id"] != page["page_id"] or back):
                self.link(merge, line, waits, more)
            if merge.left:
                self.op("skip", "none", *ids, code="not-kept", **more)
            if merge.open:
                self.op("skip", "none", *ids, code="conflict", conflict=merge.conflict(merge.open, None), **more)
            return
        stale = "supabase" not in wrote and self.row_stale(row, page, total, flags)
        if stale and not wrote and line and line.trusted and line.refused and not line.refused["fields"] and \
                not line.again(row, page, self.policy):
            self.skip("not-kept", *ids)  # the table has kept neither link nor mark
            return
        if stale:
            self.op("link", "supabase", *ids, checksum=total, **more)
        if "notion" not in wrote and self.page_stale(page, row, total, flags):
            self.op("stamp", "notion", *ids, checksum=total, **more)
        if len(self.ops) == before and self.base is not None and not self.noted(line, row, page, total):
            self.op("adopt", "base", *ids)
        self.agree(before, {**merge.row_to, "deleted": False, "checksum": total})

    def noted(self, line, row, page, total):
        """Whether the base line holds what both halves are."""
        return line and not line.open and line.checksum == total and \
            not any(h["deleted"] for h in line.held.values()) and \
            equal(row, line.held["supabase"]) and equal(page, line.held["notion"])

    # --- without a partner ---------------------------------------------------

    def refused(self, page):
        """Section 7: an insert that was not kept is not sent again yet."""
        line = self.lone.get(page["page_id"])
        return line and line.get("refused") and equal(page, line["is"]) and \
            not send_again(line["refused"], self.policy)

    def lone_row(self, row):
        what = read_row(row, self.pages, self.policy)
        if what == "none":
            return
        if self.pairing.unread_link and row["page_id"]:
            self.skip("problem", row["row_id"], None)
        elif what == "orphan":
            self.skip("orphan", row["row_id"], row["page_id"])
        else:
            to = self.spelled(values(row))
            total = checksum(to)
            op = {"op": "create", "target": "notion", "row_id": row["row_id"], "page_id": None, "set": to}
            if self.poison(to) and not self.waits.judge(op, row, None)[0]:
                self.skip("poison", row["row_id"], None)
            else:
                self.wait({**op, "checksum": total, "agreed": {**to, "deleted": False, "checksum": total}}, row, None)

    def is_left(self, row_id):
        """A row that is soft-deleted and has no link any more."""
        row = self.rows.get(row_id)
        return row and row["deleted"] and not row["page_id"]

    def lone_page(self, page):
        if self.pairing.unread_link:
            self.skip("problem", None, page["page_id"])
            return
        if page.get("paused"):
            self.skip("paused", None, page["page_id"])
            return
        what, row_id = read_page(page, self.listed, self.lines, self.policy)
        left = [l for l in self.lines if l["page_id"] == page["page_id"] and self.is_left(l["row_id"])]
        if left or self.is_left(derived(page["page_id"], self.pairing.links)):
            if not (page.get("kept") and any(deletion_agreed(l) for l in left)):
                self.skip("orphan", None, page["page_id"])
        elif what == "orphan":
            self.skip("orphan", None, page["page_id"])
        elif what == "none":
            pass
        elif what == "trash":
            self.wait({"op": "trash", "target": "notion", "row_id": row_id, "page_id": page["page_id"],
                       "agreed": {**values(page), "deleted": True, "checksum": page["checksum"]}}, None, page)
        elif self.refused(page):
            self.skip("not-kept", None, page["page_id"])
        else:
            to, total = values(page), page["checksum"]
            op = {"op": "create", "target": "supabase", "row_id": None, "page_id": page["page_id"], "set": to,
                  "checksum": total, "agreed": {**to, "deleted": False, "checksum": total}}
            if self.wait(op, None, page) and self.page_stale(page, None, total, {}):
                self.op("stamp", "notion", None, page["page_id"], checksum=total)


Plan = namedtuple("Plan", "code ops blocked substance")
REFUSED = Plan(65, [], set(), None)


def substance(p):
    """Section 6: what a plan would do, to which records, and what these hold; not of
    times, and not of the order in which the services list them."""
    def half(r):
        return r and [r.get(f) or None for f in (*FIELDS, "deleted", "date_detail")] + \
            [r["page_id"] if r["source"] == "supabase" else None]

    def core(op):
        c = op.get("conflict")
        if op.get("code") == "problem" and op["row_id"] and op["page_id"]:
            return op  # what it holds is not looked at
        page = None if op.get("code") == "double-link" else p.pages.get(op["page_id"])
        return [half(p.rows.get(op["row_id"])), half(page), c and [c["fields"], c.get("winner")],
                {k: v for k, v in op.items() if k not in ("conflict", "since", "approved")}]

    rules = [p.policy.conflict, p.policy.orphans, p.policy.match, sorted(p.tripped)]
    return rules, sorted(json.dumps(core(op), sort_keys=True) for op in p.ops)


def scope_differs(was, sources):
    """Section 10, Names: the base belongs to the columns of the content, and to the
    properties Type and Date; one of an earlier version says nothing of these."""
    columns = sources["supabase"].get("columns") or {}
    props = {f: sources["notion"]["properties"][f] for f in ("Type", "Date")}
    mine = {side: sources[side]["scope"] for side in ("supabase", "notion")}
    mine["columns"] = {f: columns[f] for f in ("id", *FIELDS, "deleted_at") if f in columns} or None
    return any(was.get(k) != v for k, v in mine.items()) or was.get("properties") not in (None, props)


def plan(lines, base_lines, policy, asked=None):
    """A record stream, a base file (or None) and what people asked for (approved,
    settling, resolve), as objects. Returns the exit code, the ops in no order but that
    of a pair, the guards that block, and what makes it this plan and no other."""
    head, body = lines[0], lines[1:-1]
    sources = head["sources"]
    if lines[-1]["kind"] != "end" or not lines[-1]["complete"] or lines[-1]["count"] != len(body) or \
            not all(sources.get(s) for s in ("supabase", "notion")) or \
            any(sources[s]["mode"] == "since" for s in sources):
        return REFUSED
    base = None
    if base_lines is not None:
        base = {"scope": base_lines[0]["scope"],
                "pairs": [l for l in base_lines if l["kind"] == "pair"],
                "lone": {l.get("row_id") or l.get("page_id"): l for l in base_lines if l["kind"] == "lone"}}
    p = Planner([r for r in body if r["kind"] == "record"],
                [r for r in body if r["kind"] == "problem"], head, base, policy, asked or {})
    if rests_on_absence(p.ops, p.rows, p.pages, sources["notion"]):
        return REFUSED
    return Plan(p.code, p.ops, p.blocked, substance(p))
