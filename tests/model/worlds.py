"""Random worlds, the same for the same seed: fetch streams for normalize, and record
streams with base files for plan."""

import random
import uuid
from datetime import datetime, timedelta, timezone

from normal import as_time, checksum, values
from pairing import derived

DECISIONS = ["Adopt PostgreSQL", "adopt postgresql", "Adopt  PostgreSQL", "Adopt PostgreSQL ",
             "Use Kafka", "USE KAFKA", "Stra\xdfe", "STRASSE", "Caf\xe9", "Cafe\u0301", "a|b", "a", "x\u3000y",
             "No \ufb01sh", None]
TYPES = ["Ops", "ops", "OPS", "Policy", "b", "b|a", "UX", None]
DATES = ["2026-01-02", "2026-01-03", "2025-12-31", None]
TIMES = ["2026-02-01T10:00:00.000000Z", "2026-02-01T10:00:31.500000Z", "2026-02-01T10:01:00.000000Z",
         "2026-02-03T00:00:00.000000Z", None]
DATABASE = "00000000-0000-4000-8000-0000000da7a5"
SCOPE = {"supabase": "test.local/decision_vault", "notion": DATABASE}
PERSON, BOT = "00000000-0000-4000-8000-00000000fe75", "00000000-0000-4000-8000-00000000b07b"


class World:
    """One world of plan. lines and pairs lose one by one when it is made smaller."""

    def __init__(self, seed):
        self.rng = random.Random("plan %s" % seed)
        r = self.rng
        self.rows, self.pages, self.problems, self.pairs, self.lone = [], [], [], [], []
        self.now = datetime(2026, 2, 4, tzinfo=timezone.utc)  # as the heads say
        self.policy = {
            "conflict": r.choice(["newer"] * 3 + ["supabase", "notion", "stop"]),
            "orphans": r.choice(["keep", "keep", "restore", "trash"]),
            "allow": r.choice([""] * 6 + ["mass-delete", "mass-change,mass-create", "empty-side,scope"]),
            "match": r.choice(["none"] * 4 + ["decision", "decision+date"]),
            "retry": r.random() < 0.1}
        self.with_base = r.random() < 0.7
        self.base_scope = dict(SCOPE, supabase="elsewhere/decision_vault") if r.random() < 0.04 else SCOPE
        self.soft_delete = r.random() < 0.85
        self.props = {"Decision": "title", "Type": "t", "Date": "d",
                      "Checksum": "c" if r.random() < 0.85 else None,
                      "Synced": "s" if r.random() < 0.75 else None, "Paused": "p"}
        self.options = r.sample(["Ops", "Policy", "UX", "B"], r.randrange(4))
        if r.random() < 0.08:
            self.bulk()
        else:
            for _ in range(r.randrange(1, 7)):
                r.choice([self.pair] * 6 + [self.lone_row, self.lone_page, self.copies,
                                            self.double_link, self.problem])()
        self.finish()

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
               "created_at": r.choice(TIMES), "edited_at": r.choice(TIMES), **more}
        self.rows.append(row)
        return row

    def page(self, v, **more):
        r = self.rng
        page = {"kind": "record", "source": "notion", "page_id": self.id(), **v,
                "extra_types": r.choice([[], [], [], ["Extra"]]) if v["type"] else [],
                "date_detail": None, "stored_checksum": None, "synced": False,
                "own": r.random() < 0.5, "deleted": False,
                "created_at": r.choice(TIMES), "edited_at": r.choice(TIMES), **more}
        if v["date"] and r.random() < 0.2:
            page["date_detail"] = {"start": v["date"] + "T09:00:00.000+01:00", "end": None}
        if r.random() < 0.08:
            page["archived"] = True
        if r.random() < 0.05:
            page["paused"] = True
        self.pages.append(page)
        return page

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
            old = timedelta(days=10) if r.random() < 0.3 else timedelta(hours=1)
            line["refused"] = {"to": to, "fields": [], "set": values(half), "times": 1,
                               "at": (self.now - old).strftime("%Y-%m-%dT%H:%M:%S.%fZ")}
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

    def line(self, row_id, page_id, row_is, page_is):
        """A line of the base file: both halves as they were last known."""
        r = self.rng
        if any(l["row_id"] == row_id for l in self.pairs):
            return
        line = {"kind": "pair", "row_id": row_id, "page_id": page_id, "at": "2026-01-30T00:00:00.000000Z"}
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
        if r.random() < 0.6:
            line = self.line(row["row_id"], page["page_id"], known,
                             known if r.random() < 0.8 else self.edited(known))
            self.decorate(line, row, page)
        elif r.random() < 0.1:
            self.line(self.id(), page["page_id"], known, known)
        elif r.random() < 0.1:
            self.line(row["row_id"], self.id(), known, known)
        if r.random() < 0.05:
            self.pages.remove(page)
            if r.random() < 0.7:
                self.gone(page["page_id"])

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
        elif r.random() < 0.2:
            to = r.choice(["supabase", "notion"])
            fields = [f for f in ("decision", "type", "date") if line["row_is"][f] != line["page_is"][f]]
            source = line["row_is"] if to == "notion" else line["page_is"]
            if fields:
                old = timedelta(days=10) if r.random() < 0.4 else timedelta(hours=1)
                line["refused"] = {"to": to, "fields": fields, "set": values(source),
                                   "at": (self.now - old).strftime("%Y-%m-%dT%H:%M:%S.%fZ"), "times": 1}
        if r.random() < 0.1:
            line["failed"] = r.randrange(1, 4)

    def bulk(self):
        """Many records of one kind, for the guards."""
        r = self.rng
        kinds = [r.choice(["row", "page", "both", "update", "trash-row", "trash-page", "linked", "agreed"])
                 for _ in range(r.choice([1, 2, 2, 3]))]
        for kind in kinds:
            for i in range(r.choice([2, 3, 4, 5, 6, 10, 20, 21, 30])):
                v = {"decision": "%s %d" % (kind, i), "type": "Ops", "date": None}
                total = checksum(v)
                if kind in ("row", "both"):
                    self.row({**v, "decision": "row %d" % i})
                if kind in ("page", "both"):
                    self.page({**v, "decision": "page %d" % i})
                if kind in ("update", "trash-row", "trash-page", "agreed"):
                    page = self.page(dict(v), stored_checksum=total, synced=True)
                    row = self.row(dict(v), page_id=page["page_id"], stored_checksum=total, synced=True)
                    if kind == "update":
                        r.choice([row, row, page])["date"] = "2026-01-09"
                    if kind == "trash-row":
                        page["deleted"] = True
                    if kind == "trash-page":
                        row["deleted"] = True
                if kind == "linked":
                    self.row(dict(v), page_id=self.id(), stored_checksum=total, synced=True)
        side = r.choice([None] * 3 + ["supabase", "notion"])
        if side:
            for x in self.rows if side == "supabase" else self.pages:
                x["deleted"] = True

    def finish(self):
        for x in self.rows + self.pages:
            if "state" not in x:
                x["checksum"] = checksum(x)
        if any(x["deleted"] for x in self.rows):
            self.soft_delete = True
        for name, x in (("Checksum", "stored_checksum"), ("Synced", "synced")):
            if self.props[name] is None:
                for p in self.pages:
                    if "state" not in p:
                        p[x] = None if x != "synced" else False
        self.records = self.rows + self.pages + self.problems
        self.rng.shuffle(self.records)

    def streams(self):
        """The record stream and the base file, as objects."""
        at = "2026-02-04T00:00:00.000000Z"
        heads = {
            "supabase": {"kind": "head", "stream": "fetch", "v": 1, "source": "supabase",
                         "scope": SCOPE["supabase"], "mode": "full", "soft_delete": self.soft_delete, "at": at},
            "notion": {"kind": "head", "stream": "fetch", "v": 1, "source": "notion", "scope": DATABASE,
                       "mode": "full", "properties": self.props, "type_options": self.options,
                       "bot_user": BOT, "at": at}}
        records = [{"kind": "head", "stream": "records", "v": 1, "sources": heads}, *self.records,
                   {"kind": "end", "count": len(self.records), "complete": True}]
        lines = self.pairs + self.lone
        base = [{"kind": "head", "stream": "base", "v": 1, "scope": self.base_scope}, *lines,
                {"kind": "end", "count": len(lines), "complete": True}]
        return records, base if self.with_base else None


# --- fetch streams, for normalize ------------------------------------------------

SPACES = ["\t", "\n", "\r\n", "\x0b", "\x0c", "\x1c", "\x1f", "\x85", "\xa0", "\u1680", "\u2000", "\u2007",
          "\u200a", "\u200b", "\u2028", "\u2029", "\u202f", "\u205f", "\u2060", "\u3000", "\ufeff", " ", "  "]
LETTERS = ["a", "B", "\xdf", "\u1e9e", "\u0130", "\u0131", "\u017f", "\u03c3", "\u03c2", "\u03a3", "e\u0301", "\xe9", "\u0301", "\ufb01",
           "\u1e9b\u0323", "\u0345", "\u1fb3", "\u1f80", "\u0390", "\u1fd3", "\uac00", "\u1100\u1161", "\u212b", "\xc5", "A\u030a", "q\u0307\u0323",
           "q\u0323\u0307", "\U0001f600", "\U00010400", "\u13a0", "\uab70", "\u10a0", "\u01c5", "|", "%", '"', "\\", "\x01", "\x7f",
           "\u2126", "\u0958", "\ufb2c", "\u0149", "\u01f0", "\u0587", "\ufb13", "\U0001e900", "\U000118a0", "\ua64a", "\u1c88"]
BAD_TEXTS = ["a\0b", "a\ud800b", "\udc00"]


def text(r, bad=0.0):
    if r.random() < bad:
        return r.choice(BAD_TEXTS)
    return "".join(r.choice(LETTERS if r.random() < 0.7 else SPACES) for _ in range(r.randrange(0, 8)))


def day(r):
    return r.choice(["2026-01-02", "0001-01-01", "9999-12-31", "2024-02-29", None])


BAD_DAYS = ["2026-02-30", "2023-02-29", "0000-01-01", "12345-01-01", "0044-03-15 BC", "tomorrow", "2026-1-2",
            "2026-01-02 ", "2026-13-01", "2026-01-00"]
BAD_TIMES = ["now", "infinity", "2026-01-02", "2026-01-02T25:00:00Z", "2026-02-30T00:00:00Z", "2026-01-02T03:04:05"]


def when(r):
    return r.choice(["2026-01-02T03:04:05.6+00:00", "2026-01-02T03:04:05+05:30", "2026-01-02T23:59:59.999999-11:00",
                     "2026-01-02T03:04:00.000Z", None])


def any_id(r):
    x = str(uuid.UUID(int=r.getrandbits(128), version=4))
    return r.choice([x, x, x, x.upper(), x.replace("-", "")])


def some_sum(r):
    x = "%064x" % r.getrandbits(256)
    return r.choice([x, x, None, "", x.upper(), x[:-1], x + "0", "not one", " " + x])


def fetch_row(r):
    row = {"id": any_id(r), "decision": text(r, 0.03), "type": text(r, 0.03), "date": day(r),
           "created_at": when(r), "updated_at": when(r), "notion_page_id": r.choice([None, any_id(r)]),
           "notion_synced": r.choice([True, False, None]), "checksum": some_sum(r),
           "deleted_at": r.choice([None, None, "2026-01-05T00:00:00+00:00"])}
    broken = {"id": ["twelve", None, 12, ""], "decision": [12, [], True], "type": [1.5, {}], "date": BAD_DAYS + [20260102],
              "created_at": BAD_TIMES, "updated_at": BAD_TIMES + [1], "checksum": [7, "a\0"],
              "notion_page_id": ["x", "https://www.notion.so/x", 12, "\0", True], "notion_synced": ["yes", 1]}
    for _ in range(r.choice([0, 0, 0, 1, 1, 2])):
        key = r.choice(list(broken))
        row[key] = r.choice(broken[key])
    line = {"kind": "row", "row": row}
    if r.random() < 0.02:
        line["row"] = r.choice([None, 12, []])
    return line


def rich(s):
    """Rich text of one or several parts."""
    parts = [s[:len(s) // 2], s[len(s) // 2:]] if len(s) > 3 and s.isascii() else [s] if s else []
    return [{"type": "text", "text": {"content": p, "link": None}, "plain_text": p, "href": None} for p in parts]


def fetch_page(r):
    names = [n for n in (text(r, 0.02) for _ in range(r.randrange(4))) if n.strip()]
    if r.random() < 0.05:
        names.append("a, b")
    start = day(r)
    date = None
    if start:
        clock = r.choice(["", "T09:00:00.000+01:00", "T00:30:00.000+14:00", "T23:30:00.000-10:00", "T12:00:00.000Z"])
        date = {"start": start + clock, "end": r.choice([None, None, "2026-12-31" + clock]), "time_zone": None}
    if r.random() < 0.05:
        date = {"start": r.choice(BAD_DAYS[:7] + ["2026-01-02T99:00:00.000Z"]), "end": None, "time_zone": None}
    props = {
        "Decision": {"id": "title", "type": "title", "title": rich(text(r, 0.03))},
        "Type": {"id": ":ty", "type": "multi_select",
                 "multi_select": [{"id": "o", "name": n, "color": "default"} for n in names]},
        "Renamed": {"id": "d~te", "type": "date", "date": date},
        "Checksum": {"id": "csum", "type": "rich_text", "rich_text": rich(some_sum(r) or "")},
        "Synced": {"id": "sync", "type": "checkbox", "checkbox": r.random() < 0.5},
        "Paused": {"id": "pau", "type": "checkbox", "checkbox": r.random() < 0.2},
        "Owner": {"id": "ow", "type": "rich_text", "rich_text": rich("not ours")}}
    if r.random() < 0.08:
        del props[r.choice(list(props))]
    if r.random() < 0.05:
        p = props[r.choice(list(props))]
        p["type"] = "select"
        p["select"] = None
    page = {"object": "page", "id": any_id(r), "created_time": when(r), "last_edited_time": when(r),
            "created_by": {"object": "user", "id": r.choice([PERSON, BOT])},
            "parent": {"type": "data_source_id", "data_source_id": DATABASE},
            "in_trash": r.random() < 0.2, "is_archived": r.random() < 0.2, "properties": props}
    if r.random() < 0.04:
        page["last_edited_time"] = r.choice(BAD_TIMES)
    if r.random() < 0.03:
        page["id"] = r.choice(["12", None, 12])
    return {"kind": "page", "page": page if r.random() > 0.01 else r.choice([None, []])}


def fetch_world(seed, many):
    """Two fetch streams of many records."""
    r = random.Random("normalize %s" % seed)
    ids = {"Decision": "title", "Type": "%3Aty", "Date": "d~te",
           "Paused": r.choice(["pau", None]), "Checksum": r.choice(["csum", "csum", None]), "Synced": r.choice(["sync", "sync", None])}
    heads = ({"kind": "head", "stream": "fetch", "v": 1, "source": "supabase", "scope": SCOPE["supabase"],
              "mode": "full", "soft_delete": True, "at": "2026-02-04T00:00:00.000000Z"},
             {"kind": "head", "stream": "fetch", "v": 1, "source": "notion", "scope": DATABASE, "mode": "full",
              "properties": ids, "type_options": [], "bot_user": r.choice([BOT, BOT, None]),
              "at": "2026-02-04T00:00:00.000000Z"})
    out = []
    for head in heads:
        body = []
        for _ in range(many):
            if head["source"] == "supabase":
                body.append(fetch_row(r))
            elif r.random() < 0.9:
                body.append(fetch_page(r))
            elif r.random() < 0.5:
                body.append({"kind": "problem", "page_id": any_id(r), "code": r.choice(["unread", "poison"]), "detail": "x"})
            else:
                body.append({"kind": "missing", "page_id": r.choice([any_id(r)] * 5 + [None, "x"]),
                             "state": r.choice(["moved", "unreachable"] * 3 + ["lost"])})
        out.append([head, *body, {"kind": "end", "source": head["source"], "count": len(body), "complete": True}])
    fault = r.random()
    if fault < 0.01:
        out[1][-1]["count"] += 1
    elif fault < 0.02:
        out[0][-1]["complete"] = False
    elif fault < 0.03:
        out[1][0]["v"] = 2
    elif fault < 0.04:
        out[0].insert(1, {"kind": "surprise"})
        out[0][-1]["count"] += 1
    return out
