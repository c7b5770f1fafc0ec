"""The plan of doc/semantics.md, sections 2 to 6: from records and the base file to
ops. Written from the text alone; bin/plan is compared with it."""

from collections import namedtuple

from content import Line, Merge, send_again
from guards import tripped, verdict
from normal import FIELDS, checksum, equal, folded, same, values
from pairing import Pairing, live_page, live_row
from presence import read_page, read_pair, read_row

Policy = namedtuple("Policy", "conflict orphans allow match retry now",
                    defaults=("newer", "keep", frozenset(), None, False, 0))


def utf16(text):
    return len((text or "").encode("utf-16-le")) // 2


def poison(target, to):
    """Section 7: a value that the other side can't hold."""
    kind = to.get("type") or ""
    return target == "notion" and ("," in kind or utf16(kind) > 100 or
                                   utf16(to.get("decision")) > 200000)


EMPTY = checksum({"decision": None, "type": None, "date": None})


def standing(half, line):
    """Without agreement a half keeps its checksum, or gets that of the last agreement."""
    return half["stored_checksum"] or line and line.checksum or half["checksum"]


class Planner:
    def __init__(self, records, problems, head, base, policy):
        self.head, self.policy, self.ops = head, policy, []
        self.rows = {r["row_id"]: r for r in records if r["source"] == "supabase"}
        self.pages = {r["page_id"]: r for r in records if r["source"] == "notion"}
        self.problems, self.base = problems, base
        self.listed = set(self.rows) | {p["row_id"] for p in problems if p["source"] == "supabase"}
        mine = {side: head["sources"][side]["scope"] for side in ("supabase", "notion")}
        self.scope_differs = base is not None and base["scope"] != mine
        pairs = base["pairs"] if base and not self.scope_differs else []
        self.lines = pairs
        self.lone = base["lone"] if pairs or base and not self.scope_differs else {}
        self.by_row = {l["row_id"]: l for l in pairs}
        self.props = head["sources"]["notion"]["properties"]
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
        live_pairs = sum(live_row(r) and live_page(q) for r, q, _ in p.pairs)
        names, empty = tripped(self.ops, self.rows.values(), self.pages.values(), self.lines,
                               live_pairs, self.scope_differs)
        self.blocked, self.code = verdict(names, empty, self.ops, self.policy.allow)

    # --- ops -----------------------------------------------------------------

    def op(self, op, target, row_id, page_id, **more):
        self.ops.append({"op": op, "target": target, "row_id": row_id, "page_id": page_id, **more})

    def skip(self, code, row_id, page_id):
        self.op("skip", "none", row_id, page_id, code=code)

    def write(self, op, target, row, page, to, **more):
        """An op with values: to of this side, and what they replace."""
        half = row if target == "supabase" else page
        was = {f: half[f] or None for f in to}
        if "date" in to and half.get("date_detail"):
            was["date_detail"] = half["date_detail"]
        self.op(op, target, row["row_id"], page["page_id"], set=to, was=was, **more)

    def spelled(self, to):
        """Section 4: a type takes the spelling of the option that equals it."""
        for option in self.head["sources"]["notion"]["type_options"]:
            if to.get("type") and folded(option) == folded(to["type"]):
                return {**to, "type": option}
        return to

    def row_stale(self, row, page, total):
        return row["page_id"] != page["page_id"] or row["stored_checksum"] != total or not row["synced"]

    def page_stale(self, page, total):
        return not page.get("archived") and (
            self.props.get("Checksum") is not None and page["stored_checksum"] != total or
            self.props.get("Synced") is not None and not page["synced"])

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
        if page.get("paused"):  # section 10
            ids, more = (row["row_id"], page["page_id"]), {"match": self.policy.match} if step == 5 else {}
            if step == 4 and equal(row, page) and self.base is not None:
                self.op("adopt", "base", *ids,
                        agreed={**values(row), "deleted": False, "checksum": row["checksum"]})
            if live_row(row) or live_page(page):
                self.op("skip", "none", *ids, code="paused", **more)
            return
        line = self.line_of(row, page)
        other = self.other_partner(row, page)
        merge = Merge(row, page, line, other, self.policy, step == 5)
        soft = self.head["sources"]["supabase"]["soft_delete"]
        what = read_pair(row, page, line, merge.base_sum(line, other), soft)
        if what == "content":
            self.content(row, page, line, merge, step)
        elif what in ("back-row", "back-page"):
            self.content(row, page, line, merge, step, "notion" if what == "back-row" else "supabase")
        elif what in ("restore-page", "restore-row"):
            # The change wins: the other half gets the content of the live one.
            merge.how, merge.winner, merge.left = "merge", None, []
            merge.row_to = merge.page_to = values(row if what == "restore-page" else page)
            merge.keep_further_types()
            self.content(row, page, line, merge, step, "notion" if what == "restore-page" else "supabase")
        elif what in ("trash-row", "trash-page"):
            side, half = ("supabase", row) if what == "trash-row" else ("notion", page)
            before = len(self.ops)
            self.op("trash", side, row["row_id"], page["page_id"])
            if what == "trash-page" and (row["synced"] or row["stored_checksum"] != page["checksum"]):
                self.op("link", "supabase", row["row_id"], page["page_id"], checksum=page["checksum"])
            self.agree(before, {**values(half), "deleted": True, "checksum": half["checksum"]})
        elif what == "both-deleted":
            self.both_deleted(row, page, line)
        else:
            self.skip(what, row["row_id"], page["page_id"])

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
        if row["synced"] and (agreed or stored):
            self.op("link", "supabase", *ids, agreed=agreed, checksum=(agreed or {"checksum": stored})["checksum"])
        elif self.base is not None and agreed and not noted:
            self.op("adopt", "base", *ids, agreed=agreed)

    def bare_link(self, row, page, line, step):
        """Section 3: a pair that was found gets its link, and keeps its checksum."""
        if row["page_id"] != page["page_id"]:
            more = {"checksum": standing(row, line)}
            if step == 5:  # section 10: the checksum of neither half
                more = {"match": self.policy.match, "checksum":
                        (row["stored_checksum"] or page["stored_checksum"]) and EMPTY}
            self.op("link", "supabase", row["row_id"], page["page_id"], **more)

    def conflict(self, merge):
        row, page, fields = merge.row, merge.page, merge.fields
        c = {"fields": fields, "supabase_at": row["edited_at"], "notion_at": page["edited_at"]}
        if merge.base:
            c["base"] = merge.base
        if merge.winner:
            return {**c, "winner": merge.winner, "lost": merge.lost}
        return {**c, "supabase": {f: row[f] or None for f in fields},
                "notion": {f: page[f] or None for f in fields}}

    def content(self, row, page, line, merge, step, restore=None):
        ids = row["row_id"], page["page_id"]
        more = {"match": self.policy.match} if step == 5 else {}
        if merge.how == "stop" or merge.how == "not-kept" and not restore:
            if step == 5 or merge.how == "not-kept":
                self.bare_link(row, page, line, step)
            if merge.how == "stop":
                self.op("skip", "none", *ids, code="conflict", conflict=self.conflict(merge), **more)
            else:
                self.op("skip", "none", *ids, code="not-kept", **more)
            return
        sets = {"notion": self.spelled(merge.set_for("notion")), "supabase": merge.set_for("supabase")}
        if poison("notion", sets["notion"]):
            self.op("skip", "none", *ids, code="poison", **more)
            return
        # What both sides hold afterwards, if they then agree.
        after = {**merge.row_to, **sets.get("supabase", {})}
        agrees = all(same(f, merge.row_to, merge.page_to) for f in FIELDS) and sets != {}
        total = checksum(after)
        before = len(self.ops)
        for target, half_is in (("notion", page), ("supabase", row)):
            # Without agreement the half that is written keeps the checksum that it had.
            own = {**more, "checksum": total if agrees else standing(half_is, line)}
            if merge.winner and merge.winner != target and target in sets:
                own["conflict"] = self.conflict(merge)
            if restore == target:
                if sets.get(target):
                    self.write("restore", target, row, page, sets[target], **own)
                else:
                    self.op("restore", target, *ids, **own)
            elif sets.get(target):
                self.write("update", target, row, page, sets[target], **own)
        wrote = {o["target"] for o in self.ops[before:] if o["op"] != "skip"}
        if not agrees:  # a write that was not kept
            if restore == "notion" and "supabase" not in wrote and not row["synced"]:
                self.op("link", "supabase", *ids, checksum=standing(row, line))
            self.skip("not-kept", *ids)
        if agrees:
            more["checksum"] = total
            if "supabase" not in wrote and self.row_stale(row, page, total):
                self.op("link", "supabase", *ids, **more)
            if "notion" not in wrote and self.page_stale(page, total):
                self.op("stamp", "notion", *ids, **more)
            if len(self.ops) == before and self.base is not None and not self.noted(line, row, page):
                self.op("adopt", "base", *ids)
            self.agree(before, {**after, "deleted": False, "checksum": total})

    def noted(self, line, row, page):
        """Whether the base line holds what both halves are."""
        return line and not line.open and \
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
            if poison("notion", to):
                self.skip("poison", row["row_id"], None)
            else:
                self.op("create", "notion", row["row_id"], None, set=to, checksum=checksum(to),
                        agreed={**to, "deleted": False, "checksum": checksum(to)})

    def lone_page(self, page):
        if self.pairing.unread_link:
            self.skip("problem", None, page["page_id"])
            return
        if page.get("paused"):
            self.skip("paused", None, page["page_id"])
            return
        what, row_id = read_page(page, self.listed, self.lines, self.policy)
        if what == "orphan":
            self.skip("orphan", None, page["page_id"])
        elif what == "trash":
            self.op("trash", "notion", row_id, page["page_id"],
                    agreed={**values(page), "deleted": True, "checksum": page["checksum"]})
        elif self.refused(page):
            self.skip("not-kept", None, page["page_id"])
        else:
            to = values(page)
            more = {"checksum": checksum(to)}
            self.op("create", "supabase", None, page["page_id"], set=to, **more,
                    agreed={**to, "deleted": False, **more})
            if self.page_stale(page, checksum(to)):
                self.op("stamp", "notion", None, page["page_id"], **more)


def plan(lines, base_lines, policy):
    """A record stream and a base file (or None), as objects. Returns the exit code,
    the ops in no order but that of a pair, and the guards that block."""
    head, body = lines[0], lines[1:-1]
    sources = head["sources"]
    if lines[-1]["kind"] != "end" or not lines[-1]["complete"] or lines[-1]["count"] != len(body) or \
            not all(sources.get(s) for s in ("supabase", "notion")) or \
            any(sources[s]["mode"] == "since" for s in sources):
        return 65, [], set()
    base = None
    if base_lines is not None:
        base = {"scope": base_lines[0]["scope"],
                "pairs": [l for l in base_lines if l["kind"] == "pair"],
                "lone": {l.get("row_id") or l.get("page_id"): l for l in base_lines if l["kind"] == "lone"}}
    p = Planner([r for r in body if r["kind"] == "record"],
                [r for r in body if r["kind"] == "problem"], head, base, policy)
    return p.code, p.ops, p.blocked
