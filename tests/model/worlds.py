"""Random worlds, the same for the same seed: record streams with base files, and what
people ask for, for plan."""

import random
import uuid
from datetime import datetime, timezone

from asks import Asks
from normal import checksum
from plan import Policy, plan
from scenes import DATES, DECISIONS, TIMES, TYPES, Scenes

# For what must settle first: about the time of the reading, and after it.
FRESH = ["2026-02-03T23:59:10.000000Z", "2026-02-03T23:58:59.900000Z", "2026-02-03T23:49:00.000000Z",
         "2026-02-04T00:00:20.000000Z", "2026-02-04T00:59:59.000000Z", "2026-02-04T02:00:00.000000Z"]
SINCE = ["2026-02-03T23:30:00.000000Z", "2026-02-03T22:59:59.000000Z", "2026-02-03T23:00:20.000000Z",
         "2026-02-04T03:00:00.000000Z"]
HOLDS = ["create", "update", "trash", "restore", "update:notion", "update:supabase", "trash,restore", "create:notion",
         "restore:notion", "restore:supabase,create:supabase", "create,update,trash,restore", "create:supabase"]
DATABASE = "00000000-0000-4000-8000-0000000da7a5"
SCOPE = {"supabase": "test.local/decision_vault", "notion": DATABASE}
PERSON, BOT = "00000000-0000-4000-8000-00000000fe75", "00000000-0000-4000-8000-00000000b07b"


class World(Asks, Scenes):
    """One world of plan. lines and pairs lose one by one when it is made smaller."""

    def __init__(self, seed):
        self.seed, self.rng = seed, random.Random("plan %s" % seed)
        r = self.rng
        self.rows, self.pages, self.problems, self.pairs, self.lone = [], [], [], [], []
        self.approved, self.settling, self.decisions = [], [], []
        self.now = datetime(2026, 2, 4, tzinfo=timezone.utc)  # as the heads say
        self.policy = {
            "conflict": r.choice(["newer"] * 3 + ["supabase", "notion", "stop"]),
            "orphans": r.choice(["keep", "keep", "restore", "trash"]),
            "allow": r.choice([""] * 6 + ["mass-delete", "mass-change,mass-create", "empty-side,scope"]),
            "match": r.choice(["none"] * 3 + ["decision", "decision+date"]),
            "retry": r.random() < 0.1,
            "hold": r.choice(HOLDS) if r.random() < 0.25 else "",
            "direction": r.choice(["to-notion", "to-supabase", "both"]) if r.random() < 0.12 else None,
            "settle": r.choice([60, 90, 600, 3600]) if r.random() < 0.25 else 0}
        self.with_base = r.random() < 0.7
        self.soft_delete = r.random() < 0.85
        self.props = {"Decision": "title", "Type": "t", "Date": "d",
                      "Checksum": "c" if r.random() < 0.85 else None,
                      "Synced": "s" if r.random() < 0.75 else None, "Paused": "p",
                      "Link": "l" if r.random() < 0.15 else None}
        self.options = r.sample(["Ops", "Policy", "UX", "B", "OPS"], r.randrange(5))
        self.heads = self.make_heads()
        self.base_scope = self.make_scope()
        if r.random() < 0.1:
            self.bulk()
        else:
            for _ in range(r.randrange(1, 7)):
                r.choice([self.pair] * 9 + [self.lone_row, self.lone_row, self.lone_page, self.lone_page, self.meet,
                                            self.came_back, self.unkept, self.copies, self.double_link, self.problem])()
        self.finish()

    def make_heads(self):
        r = self.rng
        at = ["2026-02-04T00:00:00.000000Z", r.choice(["2026-02-04T00:00:00.000000Z", "2026-02-04T00:00:40.000000Z"])]
        heads = {
            "supabase": {"kind": "head", "stream": "fetch", "v": 1, "source": "supabase",
                         "scope": SCOPE["supabase"], "mode": "full", "at": at[0]},
            "notion": {"kind": "head", "stream": "fetch", "v": 1, "source": "notion", "scope": DATABASE,
                       "mode": "full", "properties": self.props, "type_options": self.options,
                       "bot_user": BOT, "at": at[1]}}
        if r.random() < 0.2:
            heads["notion"]["type_kind"] = r.choice(["select", "status", "rich_text"])
        if self.props["Link"]:
            heads["notion"]["link"] = {"url": True, "template": r.choice([None, "https://x.example/{id}?{id}"])}
        if r.random() < 0.1:
            heads["supabase"]["columns"] = r.choice([{"decision": "title"}, {"updated_at": "moved"}])
        if r.random() < 0.1:
            heads["notion"]["mode"] = "snapshot"
        elif r.random() < 0.05:
            heads["notion"]["reading"] = {"why": "few"}
        return heads

    def make_scope(self):
        r, columns = self.rng, self.heads["supabase"].get("columns", {})
        scope = dict(SCOPE, properties={"Type": "t", "Date": "d"})
        if "decision" in columns:
            scope["columns"] = dict(columns)
        if r.random() < 0.08:
            scope.update(r.choice([{"supabase": "elsewhere/decision_vault"}, {"properties": {"Type": "t", "Date": "e"}},
                                   {"columns": {"decision": "name"}}, {"columns": {"id": "key"}}]))
        if r.random() < 0.2:
            del scope["properties"]  # of an earlier version
        return scope

    def edited_at(self):
        r = self.rng
        return r.choice(FRESH if self.policy["settle"] and r.random() < 0.6 else TIMES)

    def id(self):
        return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))

    def content(self):
        r = self.rng
        return {"decision": r.choice(DECISIONS), "type": r.choice(TYPES), "date": r.choice(DATES)}

    def edited(self, v):
        """A copy in which some fields were changed, or none."""
        out, fresh = dict(v), self.content()
        for f in out:
            if self.rng.random() < 0.35:
                out[f] = fresh[f]
        return out

    def row(self, v, **more):
        r = self.rng
        row = {"kind": "record", "source": "supabase", "row_id": self.id(), "page_id": None, **v,
               "stored_checksum": None, "synced": False, "deleted": False,
               "created_at": r.choice(TIMES), "edited_at": self.edited_at(), **more}
        self.rows.append(row)
        return row

    def page(self, v, **more):
        r = self.rng
        page = {"kind": "record", "source": "notion", "page_id": self.id(), **v,
                "extra_types": r.choice([[], [], [], ["Extra"]]) if v["type"] and
                "type_kind" not in self.heads["notion"] else [],
                "date_detail": None, "stored_checksum": None, "synced": False,
                "own": r.random() < 0.5, "deleted": False,
                "created_at": r.choice(TIMES), "edited_at": self.edited_at(), **more}
        if v["date"] and r.random() < 0.2:
            page["date_detail"] = {"start": v["date"] + "T09:00:00.000+01:00", "end": None}
        if r.random() < 0.08:
            page["archived"] = True
        if r.random() < 0.05:
            page["paused"] = True
        if self.heads["notion"]["mode"] == "snapshot" and r.random() < 0.4:
            page["kept"] = True
        self.pages.append(page)
        return page

    def finish(self):
        if any(x["deleted"] for x in self.rows):
            self.soft_delete = True
        for name, x in (("Checksum", "stored_checksum"), ("Synced", "synced")):
            if self.props[name] is None:
                for p in self.pages:
                    if "state" not in p:
                        p[x] = None if x != "synced" else False
        r, ids = self.rng, {x["page_id"]: x["row_id"] for x in self.rows}
        for p in self.pages:
            if self.props["Link"] and "state" not in p:
                shown = (self.heads["notion"]["link"]["template"] or "{id}").replace("{id}", ids.get(p["page_id"], "?"))
                p["shows"] = r.choice([shown, shown, None, "else"])
        self.heads["supabase"]["soft_delete"] = self.soft_delete
        if self.policy["settle"]:
            for x in r.sample(self.rows + self.pages, min(3, len(self.rows + self.pages))):
                self.settling.append({"kind": "settling", "row_id": x.get("row_id"),
                                      "page_id": x.get("page_id"), "since": r.choice(SINCE)})
        if r.random() < (0.4 if len(self.rows) > 4 else 0.17):
            self.approve()
        for x in self.rows + self.pages:
            if "state" not in x:
                x["checksum"] = checksum(x)
        self.records = self.rows + self.pages + self.problems
        self.rng.shuffle(self.records)

    def asked(self):
        return {"approved": self.approved, "settling": self.settling, "resolve": self.decisions}

    def policy_of(self):
        p = self.policy
        return Policy(p["conflict"], p["orphans"], frozenset(p["allow"].split(",")),
                      None if p["match"] == "none" else p["match"], p["retry"], self.now.timestamp(),
                      p["hold"], p["direction"], p["settle"])

    def change(self, r):
        """What may happen between two plans: nothing of weight, or something."""
        what, half = r.choice(["order", "order", "times", "value", "case", "more", "rule"]), None
        there = [x for x in self.records if x["kind"] == "record" and "state" not in x]
        if there:
            half = r.choice(there)
        if what == "order":
            r.shuffle(self.records)
            r.shuffle(self.pairs)
        elif what == "times" and half and half["edited_at"]:
            half["edited_at"] = half["edited_at"][:17] + "%02d.000000Z" % r.randrange(60)
        elif what == "value" and half:
            half["decision"] = r.choice(DECISIONS)
        elif what == "case" and half and half["decision"]:
            half["decision"] = half["decision"].swapcase()
        elif what == "more":
            self.records.append(self.row({**self.content(), "decision": "one more"}))
        elif what == "rule":
            self.policy["conflict"] = r.choice(["newer", "supabase", "notion", "stop"])
        for x in self.records:
            if x["kind"] == "record" and "state" not in x:
                x["checksum"] = checksum(x)

    def planned(self):
        for x in self.rows + self.pages:
            if "state" not in x:
                x["checksum"] = checksum(x)
        return plan(*self.streams(), self.policy_of(), self.asked()).ops

    def streams(self):
        """The record stream and the base file, as objects."""
        records = [{"kind": "head", "stream": "records", "v": 1, "sources": self.heads}, *self.records,
                   {"kind": "end", "count": len(self.records), "complete": True}]
        lines = self.pairs + self.lone
        base = [{"kind": "head", "stream": "base", "v": 1, "scope": self.base_scope}, *lines,
                {"kind": "end", "count": len(lines), "complete": True}]
        return records, base if self.with_base else None
