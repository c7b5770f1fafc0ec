"""Section 4 of doc/semantics.md: who changed what, and what both halves shall hold."""

from datetime import datetime

from normal import FIELDS, checksum, equal, same, values

DAY = 24 * 3600


def held(raw):
    return {**values(raw), "deleted": bool(raw.get("deleted"))}


class Line:
    """What a line of the base file says of one row and one page."""

    def __init__(self, raw, row, page):
        halves = {"supabase": row, "notion": page}
        self.held = {"supabase": held(raw.get("row_is") or raw), "notion": held(raw.get("page_is") or raw)}
        self.checksum, self.refused = raw.get("checksum"), raw.get("refused")
        self.found = {"supabase": raw.get("row_sum"), "notion": raw.get("page_sum")}
        self.open = bool(raw.get("sent") or self.refused or raw.get("failed"))
        sent = raw.get("sent")
        sums = {self.checksum} | {checksum(h) for h in self.held.values()}
        if sent:
            brought = {"supabase": held(sent["row_is"]), "notion": held(sent["page_is"])}
            sums |= {sent["checksum"]} | {checksum(h) for h in brought.values()}
            if self.arrived(sent, brought[sent["to"]], halves[sent["to"]]):
                self.held = brought
        # Trusted: it explains each stored checksum that is there.
        self.trusted = all(halves[s]["stored_checksum"] in sums | {None, self.found[s]} for s in halves)

    def arrived(self, sent, then, half):
        """Whether a write whose answer was not noted has arrived."""
        side, was, stored = sent["to"], self.held[sent["to"]], half["stored_checksum"]
        if half["deleted"] == then["deleted"] and \
                all(same(f, half, then) for f in FIELDS if not same(f, was, then)):
            return True
        if then["deleted"] and half["deleted"]:
            return True
        if then["deleted"]:  # a person took it back: the mark was cleared, or the time moved
            return not half["synced"] if side == "supabase" else \
                (half["edited_at"] or "")[:16] > sent["at"][:16]
        return stored == sent["checksum"] and stored not in (None, self.found[side], self.checksum)


def send_again(refused, policy):
    """Section 7: what was refused is sent again after a day, or when it is asked for."""
    at = datetime.fromisoformat(refused["at"].replace("Z", "+00:00")).timestamp()
    return policy.retry or policy.now - at >= DAY


class Merge:
    """What each half shall hold: row_to and page_to. how is "equal", "merge",
    "stop" (an undecided conflict) or "not-kept" (nothing changed, and still they differ)."""

    def __init__(self, row, page, line, other_partner, policy, met=False):
        self.row, self.page, self.policy = row, page, policy
        self.row_to, self.page_to = values(row), values(page)
        self.fields, self.winner, self.lost, self.base = [], None, {}, None
        self.left = []  # the fields of writes that were not kept
        differ = [f for f in FIELDS if not same(f, row, page)]
        if not differ:
            self.how = "equal"
            return
        self.how = "merge"
        if line and line.trusted and not met:
            self.by_fields(line, differ)
        else:
            self.by_checksum(None if met else self.base_sum(line, other_partner), differ)
        if self.how == "merge" and self.left and len(self.left) == len(differ):
            self.how = "not-kept"
        if self.how == "merge":
            self.keep_further_types()

    def take(self, field, side):
        to, source = (self.page_to, self.row) if side == "supabase" else (self.row_to, self.page)
        to[field] = source[field] or None

    def by_fields(self, line, differ):
        row_changed = {f for f in FIELDS if not same(f, self.row, line.held["supabase"])}
        page_changed = {f for f in FIELDS if not same(f, self.page, line.held["notion"])}
        refused = line.refused or {}
        again = refused and (row_changed or page_changed or send_again(refused, self.policy))
        if again:  # the write that was refused is a change of its own side
            (page_changed if refused["to"] == "supabase" else row_changed).update(refused["fields"])
        conflict = []
        for f in differ:
            if f in row_changed and f in page_changed:
                conflict.append(f)
            elif f in row_changed:
                self.take(f, "supabase")
            elif f in page_changed:
                self.take(f, "notion")
            else:
                self.left.append(f)
        self.decide(conflict, line)

    def base_sum(self, line, other_partner):
        """The checksum base: a checksum, "apart" (S = Bs and N = Bn), or None: a conflict."""
        bs, bn = self.row["stored_checksum"], self.page["stored_checksum"]
        s, n = self.row["checksum"], self.page["checksum"]
        if other_partner:
            return None
        if bs and bn and bs != bn:
            return "apart" if s == bs and n == bn else bn if bn == s else bs if bs == n else None
        return None if line and not (bs and bn) else bs or bn

    def by_checksum(self, base, differ):
        s, n = self.row["checksum"], self.page["checksum"]
        if base == "apart":
            self.how = "not-kept"
        elif s == n or base not in (s, n):
            self.decide(differ, None)
        else:
            for f in differ:
                self.take(f, "notion" if base == s else "supabase")

    def decide(self, fields, line):
        """A conflict in these fields."""
        if self.row["type"] is None and self.page["extra_types"] and "type" in fields:
            fields = [f for f in fields if f != "type"]  # keep_further_types
            self.take("type", "notion")
        if not fields:
            return
        self.fields, rule = fields, self.policy.conflict
        if rule == "newer":
            row_at, page_at = ((r["edited_at"] or "")[:16] for r in (self.row, self.page))
            rule = "notion" if page_at > row_at else "supabase"
        if line:
            self.base = {f: [line.held[s][f] for s in ("supabase", "notion")] for f in fields}
        if rule == "stop":
            self.how = "stop"
            self.row_to, self.page_to = values(self.row), values(self.page)
            return
        self.winner = rule
        loser = self.page if rule == "supabase" else self.row
        for f in fields:
            self.lost[f] = loser[f] or None
            self.take(f, rule)
        if "date" in fields and loser.get("date_detail"):
            self.lost["date_detail"] = loser["date_detail"]

    def keep_further_types(self):
        """A row whose type became null does not clear a page with further types."""
        if not self.page_to["type"] and self.page["type"] and self.page["extra_types"]:
            self.page_to["type"] = self.row_to["type"] = self.page["type"]

    def set_for(self, target):
        """The fields that a write to this side has."""
        half, to = (self.row, self.row_to) if target == "supabase" else (self.page, self.page_to)
        return {f: to[f] for f in FIELDS if not same(f, half, to)}


def changed(half, other, half_is, base):
    """Whether the live half of a pair changed since the base (section 5). Where section
    4 knows no base, or finds that the stored checksums contradict each other, it did."""
    if equal(half, other):
        return False
    if half_is:
        return not equal(half, half_is)
    return half["checksum"] != base
