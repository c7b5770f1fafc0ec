"""What random worlds are made of: pairs in all the states that section 3 to 5 of
doc/semantics.md tell of, records without a partner, and many of one kind."""

from datetime import timedelta

from normal import checksum, values
from pairing import derived

DECISIONS = ["Adopt PostgreSQL", "adopt postgresql", "Adopt  PostgreSQL", "Adopt PostgreSQL ",
             "Use Kafka", "USE KAFKA", "Stra\xdfe", "STRASSE", "Caf\xe9", "Cafe\u0301", "a|b", "a", "x\u3000y",
             "No \ufb01sh", None]
TYPES = ["Ops", "ops", "OPS", "Policy", "b", "b|a", "UX", None]
DATES = ["2026-01-02", "2026-01-03", "2025-12-31", None]
TIMES = ["2026-02-01T10:00:00.000000Z", "2026-02-01T10:00:31.500000Z", "2026-02-01T10:01:00.000000Z",
         "2026-02-03T00:00:00.000000Z", None]


class Scenes:
    """Of a World."""

    def lone_row(self):
        r = self.rng
        row = self.row(self.content(), deleted=r.random() < 0.2, synced=r.random() < 0.3)
        if r.random() < 0.15:
            row["type"] = r.choice(["a, b", "t" * 101])
        if r.random() < 0.3:
            row["page_id"] = self.id()
            if r.random() < 0.7:
                self.gone(row["page_id"])
        elif r.random() < 0.3:
            self.lone_line("row_id", row, "notion")

    def lone_line(self, key, half, to):
        """The create of its other half was refused, or has failed."""
        r = self.rng
        line = {"kind": "lone", key: half[key], "is": {**values(half), "deleted": False}, "failed": r.randrange(1, 4)}
        if to == "supabase" and r.random() < 0.7:
            line["refused"] = {"to": to, "fields": [], "set": values(half), "times": 1,
                               "at": self.before(240 if r.random() < 0.3 else 1)}
        if r.random() < 0.3:
            half["date"] = r.choice(DATES)
        self.lone.append(line)

    def gone(self, page_id):
        self.pages.append({"kind": "record", "source": "notion", "page_id": page_id,
                           "state": self.rng.choice(["moved", "unreachable"])})

    def lone_page(self):
        r = self.rng
        page = self.page(self.content(), deleted=r.random() < 0.2)
        if r.random() < 0.5:  # the row was erased, or lives with another page
            other = r.choice(self.rows)["row_id"] if self.rows and r.random() < 0.3 else self.id()
            self.line(other, page["page_id"], page, page)
        elif r.random() < 0.3:
            self.lone_line("page_id", page, "supabase")
        if r.random() < 0.2:
            self.row(self.edited(values(page)), row_id=derived(page["page_id"], {}))

    def copies(self):
        """Records of one content on both sides, which nothing links."""
        v, r = self.content(), self.rng
        for _ in range(r.randrange(1, 4)):
            row = self.row(dict(v) if r.random() < 0.7 else self.edited(v))
            if r.random() < 0.2:
                row["page_id"] = self.id()
                self.gone(row["page_id"])
        for _ in range(r.randrange(1, 4)):
            page = self.page(dict(v) if r.random() < 0.7 else self.edited(v))
            if r.random() < 0.5:
                page["stored_checksum"] = checksum(r.choice([v, v, r.choice(self.rows)]))
            if r.random() < 0.3 and row["page_id"] is None and not any(
                    x["page_id"] == page["page_id"] for x in self.rows):
                row["page_id"] = page["page_id"]

    def double_link(self):
        page = self.page(self.content())
        if self.rng.random() < 0.2:
            page["deleted"] = True
        for _ in range(self.rng.randrange(2, 4)):
            self.row(self.content(), page_id=page["page_id"], deleted=self.rng.random() < 0.5,
                     synced=self.rng.random() < 0.5)

    def problem(self):
        r = self.rng
        p = {"kind": "problem", "source": r.choice(["supabase", "notion"]), "row_id": None,
             "page_id": None, "code": r.choice(["text", "date", "shape", "link"]), "detail": "x"}
        row_ids = [x["row_id"] for x in self.rows] + [l["row_id"] for l in self.pairs]
        page_ids = [x["page_id"] for x in self.pages] + [l["page_id"] for l in self.pairs]
        if p["source"] == "supabase":
            p["row_id"] = r.choice(row_ids + [self.id()])
            if r.random() < 0.4 and p["code"] != "link":
                p["page_id"] = r.choice(page_ids + [self.id()])
        else:
            p["page_id"] = r.choice(page_ids + [self.id()])
            p["code"] = "unread" if p["code"] == "link" else p["code"]
        # A record is either there or a problem.
        self.rows = [x for x in self.rows if p["source"] != "supabase" or x["row_id"] != p["row_id"]]
        self.pages = [x for x in self.pages if p["source"] != "notion" or x["page_id"] != p["page_id"]]
        if not any((q["row_id"], q["page_id"]) == (p["row_id"], p["page_id"]) for q in self.problems):
            self.problems.append(p)

    def line(self, row_id, page_id, row_is, page_is, says=None):
        """A line of the base file: both halves as they were last known."""
        r = self.rng
        if any(l["row_id"] == row_id for l in self.pairs):
            return
        line = {"kind": "pair", "row_id": row_id, "page_id": page_id, "at": "2026-01-30T00:00:00.000000Z"}
        if says:
            line.update(says)
            self.pairs.append(line)
            return line
        row_dead, page_dead = r.choice([(False, False)] * 6 + [(True, True)] * 2 + [(True, False), (False, True)])
        row_is, page_is = values(row_is), values(page_is)
        if r.random() < 0.15 and row_dead == page_dead:
            line.update(row_is, deleted=row_dead, checksum=checksum(row_is))
        else:
            line.update(row_is={**row_is, "deleted": row_dead}, page_is={**page_is, "deleted": page_dead},
                        checksum=checksum(row_is))
        self.pairs.append(line)
        return line

    def pair(self, kind=None):
        r = self.rng
        known = self.content()
        row_v = known if r.random() < 0.5 else self.edited(known)
        page_v = known if r.random() < 0.5 else row_v if r.random() < 0.2 else self.edited(known)
        row, page = self.row(dict(row_v)), self.page(dict(page_v))

        def stored():
            return r.choice([checksum(known)] * 6 + [None, checksum(row), checksum(page), "f" * 64])

        row["page_id"] = page["page_id"] if r.random() < 0.85 else None
        row["stored_checksum"], page["stored_checksum"] = stored(), stored()
        row["synced"], page["synced"] = r.random() < 0.8, r.random() < 0.8
        if self.soft_delete and r.random() < 0.15:
            row["deleted"] = True
        if r.random() < 0.15:
            page["deleted"] = True
        if r.random() < 0.06:
            row["type"] = r.choice(["a, b", "t" * 101])
        elif r.random() < 0.04 and "type_kind" not in self.heads["notion"]:
            row["type"], page["extra_types"], page["type"] = None, ["Extra"], page["type"] or "Ops"
        elif r.random() < 0.005:
            row["decision"] = r.choice(["x" * 200001, "\u20ac" * 190000])
        if r.random() < 0.6:
            line = self.line(row["row_id"], page["page_id"], known,
                             known if r.random() < 0.8 else self.edited(known))
            self.decorate(line, row, page)
            if r.random() < 0.1:
                row["stored_checksum"], page["stored_checksum"] = r.sample([None, "f" * 64], 2)
        elif r.random() < 0.2:
            line = self.line(row["row_id"], page["page_id"], known, known, {"met": True})
        elif r.random() < 0.1:
            self.line(self.id(), page["page_id"], known, known)
        elif r.random() < 0.1:
            self.line(row["row_id"], self.id(), known, known)
        if r.random() < 0.2:
            self.decide(row, page)
        if r.random() < 0.05:
            self.pages.remove(page)
            if r.random() < 0.7:
                self.gone(page["page_id"])

    def meet(self):
        """Two sides filled by hand: the same decision, and other types or dates."""
        r, v = self.rng, self.content()
        for make in [self.row] * r.choice([1, 1, 1, 2]) + [self.page] * r.choice([1, 1, 1, 2]):
            x = make({**v, **r.choice([{}, {"decision": (v["decision"] or "").upper()}]),
                      "type": r.choice(TYPES), "date": r.choice([v["date"]] * 3 + DATES)})
            x["stored_checksum"] = r.choice([None, None, None, checksum(v)])
            if not x["type"] and "extra_types" in x:
                x["extra_types"] = []
            if not x["date"]:
                x["date_detail"] = None

    def came_back(self):
        """Both were deleted, and one is live again; both may have been edited."""
        r = self.rng
        v = {"decision": r.choice(DECISIONS), "type": "Ops", "date": "2026-01-02"}
        row, page = self.row(dict(v)), self.page(dict(v))
        row["page_id"], row["synced"] = page["page_id"], r.random() < 0.2
        row["stored_checksum"] = page["stored_checksum"] = checksum(v)
        r.choice([row, page] if self.soft_delete else [page])["deleted"] = True
        both = {**v, "deleted": True}
        self.line(row["row_id"], page["page_id"], v, v, {"row_is": both, "page_is": both, "checksum": checksum(v)})
        if r.random() < 0.6:
            row["type"] = r.choice(["UX", "UX", "a, b"])
        if r.random() < 0.6:
            page["date"], page["date_detail"] = "2026-01-03", None

    def unkept(self):
        """A service answered with success, and kept nothing of it."""
        r, v = self.rng, self.content()
        row, page = self.row(dict(v)), self.page(dict(v))
        to = r.choice(["supabase", "supabase", "notion"])
        refused = {"to": to, "fields": [], "set": {**v, "deleted": False}, "times": 1,
                   "at": self.before(r.choice([1, 1, 1, 240]))}
        if r.random() < 0.4:  # nor an insert
            row["page_id"] = None
            self.rows.remove(row)
            self.lone.append({"kind": "lone", "page_id": page["page_id"], "is": {**v, "deleted": False},
                              "refused": {**refused, "to": "supabase"}})
            return
        row["page_id"] = page["page_id"] if r.random() < 0.6 else None
        row["stored_checksum"] = page["stored_checksum"] = checksum(v)
        page["synced"], row["synced"] = True, r.random() < 0.3
        row_is, page_is = {**v, "deleted": False}, {**v, "deleted": False}
        if r.random() < 0.4 and row["page_id"] and self.soft_delete:
            half, half_is = r.choice([(row, row_is), (page, page_is)])
            half["deleted"] = half_is["deleted"] = True
            refused["fields"] = ["deleted"]
        self.line(row["row_id"], page["page_id"], v, v, {
            "row_is": row_is, "page_is": page_is, "checksum": checksum(v), "refused": refused})

    def before(self, hours):
        return (self.now - timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def decorate(self, line, row, page):
        r = self.rng
        if line is None or "row_is" not in line:
            return
        if r.random() < 0.2:
            line["row_sum"] = row["stored_checksum"]
        if r.random() < 0.2:
            line["page_sum"] = page["stored_checksum"]
        if r.random() < 0.15:
            to = r.choice(["supabase", "notion"])
            then = {**values(r.choice([row, page])), "deleted": r.choice([row, page])["deleted"]}
            name = "row_is" if to == "supabase" else "page_is"
            line["sent"] = {"to": to, "row_is": line["row_is"], "page_is": line["page_is"], name: then,
                            "checksum": checksum(then), "at": line["at"]}
            if r.random() < 0.2:  # nothing else is known of the two
                del line["row_is"], line["page_is"], line["checksum"]
                return
        elif r.random() < 0.2:
            to = r.choice(["supabase", "notion"])
            fields = [f for f in ("decision", "type", "date") if line["row_is"][f] != line["page_is"][f]]
            source = line["row_is"] if to == "notion" else line["page_is"]
            if r.random() < 0.3:  # the link and the mark, or presence
                fields = r.choice([[], ["deleted"], fields + ["deleted"]])
            if fields or r.random() < 0.3:
                line["refused"] = {"to": to, "fields": fields, "set": values(source),
                                   "at": self.before(240 if r.random() < 0.4 else 1), "times": 1}
        if r.random() < 0.1:
            line["failed"] = r.randrange(1, 4)
        for flag in ("rewrites_checksum", "resets_synced", "page_rewrites_checksum", "page_resets_synced",
                     "page_rewrites_link"):
            if r.random() < 0.05:
                line[flag] = True

    def bulk(self):
        """Many records of one kind, for the guards."""
        r = self.rng
        any_kind = ["row", "page", "both", "update", "trash-row", "trash-page", "linked", "agreed", "meet"]
        kinds, sizes = r.choice([
            (r.choices(any_kind, k=r.choice([1, 2, 2, 3])), [2, 3, 4, 5, 6, 10, 21]),
            (["row", "page"], [21]),  # two filled sides
            (["update"], [4, 5, 6]), (["update", "agreed"], [21]), (["linked"], [4, 5, 6]), (["trash-row"], [3, 6, 10]), (["trash-page"], [3, 6, 10]),
            (["meet"], [5, 21])])
        for kind in kinds:
            halves = r.choice([[0, 0, 1], [0], [1]])
            for i in range(r.choice(sizes)):
                v = {"decision": "%s %d" % (kind, i), "type": "Ops", "date": None}
                total = checksum(v)
                if kind in ("row", "both"):
                    self.row({**v, "decision": "%s %d" % (kind, i)})
                if kind in ("page", "both"):
                    self.page({**v, "decision": "%s %d" % (kind, i)})
                if kind == "meet":
                    self.row(dict(v))
                    self.page({**v, "type": r.choice(["Ops", "UX", "UX"])})
                if kind in ("update", "trash-row", "trash-page", "agreed"):
                    page = self.page(dict(v), stored_checksum=total, synced=True)
                    row = self.row(dict(v), page_id=page["page_id"], stored_checksum=total, synced=True)
                    if kind == "update":
                        (row, page)[r.choice(halves)]["date"] = "2026-01-09"
                    if kind == "trash-row":
                        page["deleted"] = True
                    if kind == "trash-page":
                        row["deleted"] = True
                if kind == "linked":
                    self.row(dict(v), page_id=self.id(), stored_checksum=total, synced=True)
        side = r.choice([None] * 5 + ["supabase", "notion"])
        if side:
            for x in self.rows if side == "supabase" else self.pages:
                x["deleted"] = True
