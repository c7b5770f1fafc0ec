"""What people ask for in a random world (section 10 of doc/semantics.md): approvals and
decisions, as they were given, and as an edit has overtaken them."""

from guards import would
from normal import values


class Asks:
    """Of a World."""

    def decide(self, row, page):
        """A person decides a conflict that was left alone, or decided earlier; and
        perhaps somebody has edited since."""
        r, fields = self.rng, {}
        for f in r.sample(["decision", "type", "date"], r.choice([1, 1, 2, 3])):
            two = [row[f], page[f]]
            if values(row)[f] == values(page)[f] or r.random() < 0.1:
                two[r.randrange(2)] = self.content()[f]
            fields[f] = {"supabase": two[0], "notion": two[1], "winner": r.choice([None, "supabase", "notion"])}
            if fields[f]["winner"] and r.random() < 0.7:
                row[f] = page[f] = fields[f][r.choice(["supabase", "notion"])]
            if f == "date" and two[1] and r.random() < 0.4:
                fields[f]["date_detail"] = {"start": two[1] + "T10:00:00.000+01:00", "end": None}
        if page["extra_types"] and r.random() < 0.3:
            fields["type"] = {"supabase": None, "notion": page["type"], "winner": "notion"}
            row["type"] = page["type"]
        page["date_detail"] = None
        if not page["type"]:
            page["extra_types"] = []
        pair = row["row_id"], page["page_id"]
        if r.random() < 0.05:
            pair = pair[0], self.id()
        self.decisions.append({"kind": "resolve", "row_id": pair[0], "page_id": pair[1],
                               "take": r.choice(["supabase", "notion"]), "fields": fields})

    def approve(self):
        """Some of what the model plans is approved; and perhaps it changes then."""
        r = self.rng
        self.records = self.rows + self.pages + self.problems
        rows, pages = ({x[k]: x for x in xs} for k, xs in (("row_id", self.rows), ("page_id", self.pages)))
        share = r.choice([0.3, 0.7, 1])
        ops = [o for o in self.planned() if would(o)["op"] in ("create", "update", "trash", "restore")]
        for o in ops:
            if r.random() > share:
                continue
            row, page = rows.get(o["row_id"]), pages.get(o["page_id"])
            seen = {"row": row and {**values(row), "link": row["page_id"], "deleted": row["deleted"]},
                    "page": page and {**values(page), "link": None, "deleted": page["deleted"]},
                    "updated_at": row and row["edited_at"], "page_edited_at": page and page["edited_at"]}
            line = {"kind": "approved", "plan_id": "x", "at": "2026-02-03T00:00:%02d.000000Z" % (len(self.approved) % 60),
                    "op": would(o)["op"], "target": would(o)["target"], "row_id": o["row_id"], "page_id": o["page_id"],
                    "seen": seen, "set": o.get("set")}
            self.approved.append(line)
            if r.random() < 0.4:
                self.changes(line, row, page)
        for o in ops if r.random() < 0.3 else []:
            if r.random() < 0.3:
                guard = {"create": "mass-create", "update": "mass-change", "trash": "mass-delete"}
                self.approved.append({"kind": "guard", "guard": guard.get(would(o)["op"], "mass-delete"), "plan_id": "x",
                                      "at": "2026-02-03T00:01:00.000000Z", "op": would(o)["op"],
                                      "target": would(o)["target"], "records": None})

    def changes(self, line, row, page):
        """Somebody edits what was approved, or a run has carried out a part of it."""
        r = self.rng
        half = r.choice([h for h in (row, page) if h])
        what = r.choice(["field", "time", "deleted", "link", "set", "back"])
        if what == "field":
            f = r.choice(["decision", "type", "date"])
            half[f] = self.content()[f]
            half.update({"date_detail": None, "extra_types": []} if half is page else {})
        elif what == "time":
            half["edited_at"] = self.edited_at()
        elif what == "deleted" or what == "back" and line["op"] == "restore":
            half["deleted"] = not half["deleted"] and what == "deleted"
        elif what == "link" and line["seen"]["row"]:
            line["seen"]["row"]["link"] = None
        elif what == "set" and line["set"]:
            line["set"] = {f: v for f, v in line["set"].items() if r.random() < 0.6}
