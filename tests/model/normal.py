"""Section 1 and 2 of doc/semantics.md: normal forms, checksums, and what
normalize makes of rows and pages. Written from the text alone."""

import hashlib
import json
import re
import unicodedata
import uuid
from datetime import date, datetime, timezone
from functools import lru_cache
from urllib.parse import unquote

FIELDS = ("decision", "type", "date")
# Section 2: the property White_Space of Unicode. Python's str.isspace differs.
WHITE = re.compile("[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
SUM = re.compile("[0-9a-f]{64}")
UUID = re.compile("[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}", re.I)


@lru_cache(maxsize=4096)
def text_form(text):
    return WHITE.sub(" ", unicodedata.normalize("NFC", text or "")).strip(" ")


@lru_cache(maxsize=4096)
def folded(text):
    return unicodedata.normalize("NFC", text_form(text).casefold())


def checksum(v):
    text = "|".join((folded(v["decision"]), folded(v["type"]), v["date"] or ""))
    return hashlib.sha256(text.encode()).hexdigest()


def same(field, a, b):
    """Equality of one field, section 2."""
    form = {"decision": text_form, "type": folded, "date": lambda d: d or ""}[field]
    return form(a[field]) == form(b[field])


def equal(a, b):
    return all(same(f, a, b) for f in FIELDS)


def values(v):
    return {f: v.get(f) or None for f in FIELDS}


class Problem(Exception):
    """A record that can't be understood: the codes of normalize(1) that fit."""


def bad_text(text):
    return "\0" in text or any(0xD800 <= ord(c) <= 0xDFFF for c in text)


def as_id(value):
    if isinstance(value, str) and UUID.fullmatch(value) and value.count("-") in (0, 4):
        return str(uuid.UUID(value))
    return None


def as_text(value):
    if value is None:
        return None
    if not isinstance(value, str):
        raise Problem("shape")
    if bad_text(value):
        raise Problem("text")
    return value or None


def as_day(value, more=False):
    """A day; with more, the calendar day of a time as it is written (section 1)."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise Problem("shape")
    m = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)(T.*)?", value, re.S)
    try:
        if not m or m[4] and not more:
            raise ValueError
        return date(int(m[1]), int(m[2]), int(m[3])).isoformat()
    except ValueError:
        raise Problem("date") from None


def as_time(value):
    if value is None:
        return None
    if not isinstance(value, str):
        raise Problem("time")
    m = re.fullmatch(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", value)
    try:
        if not m:
            raise ValueError
        frac = (m[3] or ".").ljust(7, "0")
        when = datetime.fromisoformat(m[1] + "T" + m[2] + frac + m[4].replace("Z", "+00:00"))
        return when.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")
    except (ValueError, OverflowError):
        raise Problem("time") from None


def as_flag(value):
    if value is not None and not isinstance(value, bool):
        raise Problem("shape")
    return bool(value)


def as_sum(value):
    """What is not a checksum becomes null, and is no problem."""
    return value if isinstance(value, str) and SUM.fullmatch(value) else None


def there(record, key):
    """Section 2: what is missing may hold anything, and is no null."""
    if key not in record:
        raise Problem("shape")
    return record[key]


def gather(record, readers):
    """Fills record by the readers, and gathers the codes of all that fail."""
    codes = set()
    for key, read in readers.items():
        try:
            record[key] = read()
        except Problem as e:
            codes.add(str(e))
    return codes


def problem(source, row_id, page_id, codes):
    # A row whose link can't be read may belong to any page: that code comes first.
    return {"kind": "problem", "source": source, "row_id": row_id, "page_id": page_id,
            "codes": {"link"} if "link" in codes else codes}


def record_of_row(row, head):
    if not isinstance(row, dict):
        return problem("supabase", None, None, {"link"})
    r = {"kind": "record", "source": "supabase", "row_id": as_id(row.get("id"))}
    codes = set() if r["row_id"] else {"id"}
    link = row.get("notion_page_id")
    r["page_id"] = as_id(link)
    if "notion_page_id" not in row or link not in (None, "") and not r["page_id"]:
        codes.add("link")
    codes |= gather(r, {
        "decision": lambda: as_text(there(row, "decision")),
        "type": lambda: as_text(there(row, "type")),
        "date": lambda: as_day(there(row, "date")),
        "synced": lambda: as_flag(there(row, "notion_synced")),
        "stored_checksum": lambda: as_sum(there(row, "checksum")),
        "deleted": lambda: head["soft_delete"] and there(row, "deleted_at") is not None,
        "created_at": lambda: as_time(there(row, "created_at")),
        "edited_at": lambda: as_time(there(row, "updated_at"))})
    if codes:
        return problem("supabase", r["row_id"], r["page_id"], codes)
    r.update(checksum=checksum(r))
    return r


def rich_text(value):
    if not isinstance(value, list):
        raise Problem("shape")
    return as_text("".join(part["plain_text"] for part in value))


def options(value):
    if not isinstance(value, list):
        raise Problem("shape")
    names = [as_text(option["name"]) for option in value]
    if names and "," in (names[0] or ""):
        raise Problem("poison")
    return names


def record_of_page(page, head):
    if not isinstance(page, dict):
        return problem("notion", None, None, {"shape"})
    page_id = as_id(page.get("id"))
    if not page_id:
        return problem("notion", None, None, {"id"})
    found = {unquote(p["id"]): p for p in page["properties"].values()}

    def prop(name, kind):
        known = head["properties"].get(name)
        if known is None:
            return None  # section 1: an optional property that is missing
        p = found.get(unquote(known))
        if p and p["type"] == kind and kind in p:
            return p[kind]
        if name in ("Checksum", "Synced", "Paused", "Link"):
            return None  # section 1: optional
        raise Problem("type" if p and p["type"] != kind else "shape")

    def type_names():
        """Section 10, Names: a select or a status is one option, a text its plain text."""
        kind = head.get("type_kind") or "multi_select"
        value = prop("Type", kind)
        if kind == "rich_text":
            return [rich_text(value)]
        return options(value if kind == "multi_select" else [value] if value else [])

    def detail():
        d = prop("Date", "date")
        if not d or len(d["start"]) == 10 and not d.get("end"):
            return None
        return {"start": d["start"], "end": d.get("end")}

    def stored():
        text = prop("Checksum", "rich_text")
        return as_sum("".join(t["plain_text"] for t in text)) if text else None

    def shows():
        """Section 10, Where a decision lives: what its link property holds."""
        if (head.get("link") or {}).get("url"):
            return prop("Link", "url") or None
        return "".join(t["plain_text"] for t in prop("Link", "rich_text") or []) or None

    r = {"kind": "record", "source": "notion", "page_id": page_id}
    codes = gather(r, {
        "decision": lambda: rich_text(prop("Decision", "title")),
        "type": lambda: (type_names() or [None])[0],
        "extra_types": lambda: type_names()[1:],
        "date": lambda: as_day((prop("Date", "date") or {}).get("start"), True),
        "date_detail": detail,
        "stored_checksum": stored,
        "synced": lambda: as_flag(prop("Synced", "checkbox")),
        "created_at": lambda: as_time(there(page, "created_time")),
        "edited_at": lambda: as_time(there(page, "last_edited_time")),
        "deleted": lambda: there(page, "in_trash")})
    if codes:
        return problem("notion", None, page_id, codes)
    r.update(checksum=checksum(r), own=bool(head["bot_user"]) and page["created_by"]["id"] == head["bot_user"])
    r["archived"] = page["is_archived"]
    r["paused"] = prop("Paused", "checkbox") is True
    if head["properties"].get("Link"):
        r["shows"] = shows()
    return r


def normalize(streams):
    """Fetch streams, each a list of lines (objects): the exit code, and records."""
    out, seen = [], set()
    for stream in streams:
        head, body, end = stream[0], stream[1:-1], stream[-1]
        if head.get("kind") != "head" or head["v"] != 1 or head["source"] in seen or \
                end["kind"] != "end" or not end["complete"] or end["count"] != len(body):
            return 65, []
        seen.add(head["source"])
        for line in body:
            if line["kind"] == "row":
                out.append(record_of_row(line.get("row"), head))
            elif line["kind"] == "page":
                out.append(record_of_page(line.get("page"), head))
            elif line["kind"] == "problem":
                out.append(problem("notion", None, as_id(line["page_id"]), {line["code"]}))
            elif line["kind"] == "missing":
                page_id = as_id(line.get("page_id"))
                if not page_id:
                    out.append(problem("notion", None, None, {"id"}))
                elif line["state"] not in ("moved", "unreachable"):
                    out.append(problem("notion", None, page_id, {"shape"}))
                else:
                    out.append({"kind": "record", "source": "notion", "page_id": page_id,
                                "state": line["state"]})
            else:
                return 65, []
    return 0, out


def lines_of(text):
    return [json.loads(line) for line in text.splitlines()]
