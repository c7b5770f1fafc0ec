"""Section 9 of doc/semantics.md: what must not be planned from a snapshot."""

from guards import WRITES


def makes_option(op, notion):
    kind = (op.get("set") or {}).get("type")
    return op["target"] == "notion" and notion.get("type_kind") != "rich_text" and \
        kind and kind not in notion["type_options"]


def like_a_kept_one(page, rows, pages):
    """A row of the same content is linked to a page that was not listed."""
    return any(not r["deleted"] and r["page_id"] and r["checksum"] == page["checksum"] and
               pages.get(r["page_id"], {}).get("kept") for r in rows.values())


def rests_on_absence(ops, rows, pages, notion):
    """Whether an op rests on presence or absence, which only a full reading shows."""
    few = (notion.get("reading") or {}).get("why") == "few"
    for before, op in zip([None, *ops], ops):
        if op["op"] not in (*WRITES, "adopt"):
            continue
        if (notion["mode"] == "snapshot" or few) and makes_option(op, notion):
            return True
        if notion["mode"] != "snapshot":
            continue
        row, page = rows.get(op["row_id"]), pages.get(op["page_id"])
        kept = page and page.get("kept")
        looked = before and before["op"] == "update" and before["target"] == "notion" and \
            before["page_id"] == op["page_id"]
        if op["op"] == "create" and (op["target"] == "notion" or kept or like_a_kept_one(page, rows, pages)) or \
                op["op"] in ("trash", "restore") and kept or \
                op["op"] in ("link", "adopt") and kept and not looked or \
                row and page and row["page_id"] != op["page_id"]:
            return True
    return False
