"""Section 5 of doc/semantics.md: what exists, what was deleted, and what follows."""

from content import changed
from pairing import live_page, live_row


def read_pair(row, page, line, base, soft_delete, policy):
    """What one pair needs: "content", "none", "both-deleted", "trash-row",
    "trash-page", "restore-page", "restore-row" (with the live half's content),
    "back-row", "back-page" (restore the other half, then section 4), "trashed"
    (no deleted_at) or "not-kept"."""
    if live_row(row) and live_page(page):
        return "content"
    if not live_row(row) and not live_page(page):
        return "both-deleted"
    row_lives = live_row(row)
    half, other = (row, page) if row_lives else (page, row)
    half_is = None
    if line and line.trusted:
        sides = ("supabase", "notion") if row_lives else ("notion", "supabase")
        half_is, other_is = (line.held[side] for side in sides)
    if row_lives and not soft_delete and (half_is["deleted"] if half_is else not row["synced"]):
        return "trashed"
    if half_is:
        back = half_is["deleted"]
        if not back and other_is["deleted"] and not changed(half, other, half_is, base):
            # Section 7: a refused write is sent again, to the half that it was for.
            refused = line.refused
            if not refused or "deleted" not in refused["fields"] or not line.again(row, page, policy):
                return "not-kept"
            back = refused["to"] != sides[0]
    else:
        back = not row["synced"]
    if back:
        return "back-row" if row_lives else "back-page"
    if changed(half, other, half_is, base):
        return "restore-page" if row_lives else "restore-row"
    if row_lives and not soft_delete:
        return "trashed"
    return "trash-row" if row_lives else "trash-page"


def read_row(row, pages, policy):
    """A row without a page: "create", "orphan" or "none"."""
    if not live_row(row):
        return "none"
    if not row["page_id"]:
        return "create"
    return "create" if policy.orphans == "restore" else "orphan"


def read_page(page, rows, lines, policy):
    """A live page without a row: "create", "orphan", "trash" or "none", and its erased row."""
    known = [l for l in lines if l["page_id"] == page["page_id"] and l["row_id"] not in rows]
    if not known or policy.orphans == "restore":
        return "create", None
    if policy.orphans == "trash" and not any(deletion_agreed(l) for l in known):
        return "trash", known[0]["row_id"]
    if page.get("kept") and any(deletion_agreed(l) for l in known):
        return "none", known[0]["row_id"]
    return "orphan", known[0]["row_id"]


def deletion_agreed(line):
    """A page that came back after an agreed deletion is never moved to the trash."""
    if line.get("row_is"):
        return bool(line["row_is"].get("deleted") and line["page_is"].get("deleted"))
    return bool(line.get("deleted"))
