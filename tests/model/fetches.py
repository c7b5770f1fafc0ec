"""Random fetch streams for normalize, the same for the same seed: texts, days, times and
properties as they may come, and as they should not."""

import random
import uuid

from worlds import BOT, DATABASE, PERSON, SCOPE
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
    if r.random() < 0.06:
        del row[r.choice(list(row))]
    line = {"kind": "row", "row": row}
    if r.random() < 0.02:
        line["row"] = r.choice([None, 12, []])
    return line


def rich(s):
    """Rich text of one or several parts."""
    parts = [s[:len(s) // 2], s[len(s) // 2:]] if len(s) > 3 and s.isascii() else [s] if s else []
    return [{"type": "text", "text": {"content": p, "link": None}, "plain_text": p, "href": None} for p in parts]


def fetch_page(r, head):
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
    kind = head.get("type_kind")
    if kind in ("select", "status"):
        props["Type"] = {"id": ":ty", "type": kind, kind: {"id": "o", "name": names[0], "color": "red"} if names else None}
    elif kind:
        props["Type"] = {"id": ":ty", "type": kind, kind: rich(text(r, 0.03) + r.choice(["", "a, b"]))}
    if head["properties"].get("Link"):
        shown = r.choice([None, "https://x.example/1", "https://x.example/1"])
        props["Link"] = {"id": "lnk", "type": "url", "url": shown} if head["link"]["url"] else \
            {"id": "lnk", "type": "rich_text", "rich_text": rich(shown or "")}
    if r.random() < 0.08:
        del props[r.choice(list(props))]
    if r.random() < 0.05:
        p = props[r.choice(list(props))]
        p["type"] = "select"
        p["select"] = None
    if r.random() < 0.04:
        p = props[r.choice(list(props))]
        p.pop(p["type"], None)
    page = {"object": "page", "id": any_id(r), "created_time": when(r), "last_edited_time": when(r),
            "created_by": {"object": "user", "id": r.choice([PERSON, BOT])},
            "parent": {"type": "data_source_id", "data_source_id": DATABASE},
            "in_trash": r.random() < 0.2, "is_archived": r.random() < 0.2, "properties": props}
    if r.random() < 0.04:
        page["last_edited_time"] = r.choice(BAD_TIMES)
    if r.random() < 0.04:
        del page[r.choice(["created_time", "last_edited_time", "in_trash"])]
    if r.random() < 0.03:
        page["id"] = r.choice(["12", None, 12])
    return {"kind": "page", "page": page if r.random() > 0.01 else r.choice([None, []])}


def fetch_world(seed, many):
    """Two fetch streams of many records."""
    r = random.Random("normalize %s" % seed)
    ids = {"Decision": "title", "Type": "%3Aty", "Date": "d~te",
           "Paused": r.choice(["pau", None]), "Checksum": r.choice(["csum", "csum", None]), "Synced": r.choice(["sync", "sync", None])}
    heads = ({"kind": "head", "stream": "fetch", "v": 1, "source": "supabase", "scope": SCOPE["supabase"],
              "mode": "full", "soft_delete": r.random() < 0.8, "at": "2026-02-04T00:00:00.000000Z"},
             {"kind": "head", "stream": "fetch", "v": 1, "source": "notion", "scope": DATABASE, "mode": "full",
              "properties": {**ids, "Link": r.choice([None, "lnk"])}, "link": {"url": r.random() < 0.5},
              "type_kind": r.choice([None, None, "select", "status", "rich_text"]), "type_options": [], "bot_user": r.choice([BOT, BOT, None]),
              "at": "2026-02-04T00:00:00.000000Z"})
    out = []
    for head in heads:
        body = []
        for _ in range(many):
            if head["source"] == "supabase":
                body.append(fetch_row(r))
                if not head["soft_delete"] and isinstance(body[-1]["row"], dict):
                    body[-1]["row"].pop("deleted_at", None)
            elif r.random() < 0.9:
                body.append(fetch_page(r, head))
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
