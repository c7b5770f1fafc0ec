"""Section 4 of doc/semantics.md: who changed what, and what both halves shall hold."""

from datetime import datetime

from normal import FIELDS, checksum, equal, same, values

DAY = 24 * 3600
EMPTY = checksum({"decision": None, "type": None, "date": None})


def held(raw):
    return {**values(raw), "deleted": bool(raw.get("deleted"))}


FLAGS = {"supabase": "rewrites_checksum", "notion": "page_rewrites_checksum"}


class Line:
    """What a line of the base file says of one row and one page."""

    def __init__(self, raw, row, page):
        halves = {"supabase": row, "notion": page}
        sent, self.refused, self.met = raw.get("sent"), raw.get("refused"), bool(raw.get("met"))
        # Joined by their decision, or sent and never answered: it says what neither held.
        self.known = not self.met and (bool(raw.get("row_is")) or not sent)
        self.held = {"supabase": held(raw.get("row_is") or raw), "notion": held(raw.get("page_is") or raw)}
        self.checksum, self.raw = raw.get("checksum"), raw
        self.found = {"supabase": raw.get("row_sum"), "notion": raw.get("page_sum")}
        self.open = bool(sent or self.refused or raw.get("failed") or not self.known)
        # Section 7: what a trigger or an automation rewrites says nothing.
        self.stored = {s: None if raw.get(FLAGS[s]) else half["stored_checksum"] for s, half in halves.items()}
        sums, arrived = {self.checksum}, False
        if self.known:
            sums |= {checksum(h) for h in self.held.values()}
        if sent:
            brought = {"supabase": held(sent["row_is"]), "notion": held(sent["page_is"])}
            sums |= {sent["checksum"]} | {checksum(h) for h in brought.values()}
            arrived = self.arrived(sent, brought[sent["to"]], halves[sent["to"]])
            if arrived:
                self.held = brought
        self.explained = {s: self.stored[s] in sums | {None, self.found[s]} for s in halves}
        # Trusted: it explains each stored checksum that is there.
        self.trusted = all(self.explained.values()) and (self.known or arrived)

    def arrived(self, sent, then, half):
        """Whether a write whose answer was not noted has arrived."""
        side, was, stored = sent["to"], self.held[sent["to"]], self.stored[sent["to"]]
        if half["deleted"] == then["deleted"] and \
                all(same(f, half, then) for f in FIELDS if not self.known or not same(f, was, then)):
            return True
        if then["deleted"] and half["deleted"]:
            return True
        if then["deleted"]:  # a person took it back: the mark was cleared, or the time moved
            return not half["synced"] and not self.raw.get("resets_synced") if side == "supabase" else \
                (half["edited_at"] or "")[:16] > sent["at"][:16]
        return stored == sent["checksum"] and stored not in (None, self.found[side], self.checksum)

    def again(self, row, page, policy):
        """Whether the write that was refused is sent again: a half has changed, or
        its time has come."""
        return any(half["deleted"] != self.held[s]["deleted"] or not equal(half, self.held[s])
                   for s, half in (("supabase", row), ("notion", page))) or send_again(self.refused, policy)


def send_again(refused, policy):
    """Section 7: what was refused is sent again after a day, or when it is asked for."""
    at = datetime.fromisoformat(refused["at"].replace("Z", "+00:00")).timestamp()
    return policy.retry or policy.now - at >= DAY


class Merge:
    """What each half shall hold, row_to and page_to. won has the side that wins each
    field in conflict; left the fields of writes that were not kept; open, under stop,
    those in a conflict that nobody decides. stop: nothing of the pair is written."""

    def __init__(self, row, page, line, other_partner, policy, met=False):
        self.row, self.page, self.policy, self.line = row, page, policy, None
        self.row_to, self.page_to = values(row), values(page)
        self.won, self.left, self.open, self.stop, self.resolved = {}, [], [], False, []
        self.date_detail = None
        differ = [f for f in FIELDS if not same(f, row, page)]
        if line and line.trusted and not met:
            self.line = line
            self.by_fields(line, differ)
        else:
            self.by_checksum(None if met else base_sum(row, page, line, other_partner), differ)
        self.keep_further_types()

    def take(self, field, side):
        to, source = (self.page_to, self.row) if side == "supabase" else (self.row_to, self.page)
        to[field] = source[field] or None

    def take_all(self, side):
        """Section 5: the change of this side wins, whatever else is known."""
        self.won, self.left, self.open, self.stop = {}, [], [], False
        self.row_to, self.page_to = (values(self.row if side == "supabase" else self.page) for _ in (0, 1))
        self.keep_further_types()

    def by_fields(self, line, differ):
        row_changed = {f for f in FIELDS if not same(f, self.row, line.held["supabase"])}
        page_changed = {f for f in FIELDS if not same(f, self.page, line.held["notion"])}
        if line.refused and line.again(self.row, self.page, self.policy):
            # The write that was refused is a change of its own side.
            (page_changed if line.refused["to"] == "supabase" else row_changed).update(line.refused["fields"])
        for f in differ:
            if f not in row_changed and f not in page_changed:
                self.left.append(f)
            elif f not in row_changed or f not in page_changed:
                self.take(f, "supabase" if f in row_changed else "notion")
        self.decide([f for f in differ if f in row_changed and f in page_changed])

    def by_checksum(self, base, differ):
        s, n = self.row["checksum"], self.page["checksum"]
        if base == "apart":
            self.left = differ
        elif s == n or base not in (s, n):
            self.decide(differ)
        else:
            for f in differ:
                self.take(f, "notion" if base == s else "supabase")

    def decide(self, fields):
        """A conflict in these fields."""
        if self.row["type"] is None and self.page["extra_types"] and "type" in fields:
            fields = [f for f in fields if f != "type"]  # keep_further_types
            self.take("type", "notion")
        rule = self.policy.conflict
        if rule == "newer":
            row_at, page_at = ((r["edited_at"] or "")[:16] for r in (self.row, self.page))
            rule = "notion" if page_at > row_at else "supabase"
        if rule == "stop":
            self.open, self.stop = fields, bool(fields)
            return
        for f in fields:
            self.won[f] = rule
            self.take(f, rule)

    def keep_further_types(self):
        """A row whose type became null does not clear a page with further types."""
        if not self.page_to["type"] and self.page["type"] and self.page["extra_types"] and "type" not in self.open:
            self.page_to["type"] = self.row_to["type"] = self.page["type"]

    def agrees(self):
        return not self.left and not self.open

    def conflict(self, fields, winner):
        c = {"fields": fields, "supabase_at": self.row["edited_at"], "notion_at": self.page["edited_at"]}
        if self.line:
            c["base"] = {f: [self.line.held[s][f] for s in ("supabase", "notion")] for f in fields}
        if not winner:
            return {**c, "supabase": {f: self.row[f] or None for f in fields},
                    "notion": {f: self.page[f] or None for f in fields}}
        loser = self.page if winner == "supabase" else self.row
        lost = {f: loser[f] or None for f in fields}
        if "date" in fields and loser.get("date_detail"):
            lost["date_detail"] = loser["date_detail"]
        if not set(fields) - set(self.resolved):
            c["resolved"] = True
        return {**c, "winner": winner, "lost": lost}

    def lost_by(self, target, fields):
        """The conflict that a write of these fields to this side decides."""
        fields = [f for f in FIELDS if f in fields and self.won.get(f, target) != target]
        return {"conflict": self.conflict(fields, self.won[fields[0]])} if fields else {}

    def set_for(self, target):
        """The fields that a write to this side has."""
        half, to = (self.row, self.row_to) if target == "supabase" else (self.page, self.page_to)
        return {f: to[f] for f in FIELDS if not same(f, half, to)}


def base_sum(row, page, line, other_partner):
    """The checksum base: a checksum, "apart" (S = Bs and N = Bn), or None: a conflict."""
    bs, bn = (line.stored["supabase"], line.stored["notion"]) if line else \
        (row["stored_checksum"], page["stored_checksum"])
    s, n = row["checksum"], page["checksum"]
    if other_partner or line and line.met:
        return None
    if bs and bn and bs != bn:
        if s == bs and n == bn:
            return "apart"
        # Section 10: a pair was linked by the checksum of three empty fields.
        return None if bs == EMPTY else bn if bn == s else bs if bs == n else None
    if line and line.known and not (bs and bn) and not line.explained["supabase" if bs else "notion"]:
        return None
    return bs or bn


def changed(half, other, half_is, base):
    """Whether the live half of a pair changed since the base (section 5). Where section
    4 knows no base, or finds that the stored checksums contradict each other, it did."""
    if equal(half, other):
        return False
    if half_is:
        return not equal(half, half_is)
    return half["checksum"] != base
