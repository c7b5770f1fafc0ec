"""Section 6 of doc/semantics.md."""

from pairing import live_page, live_row

WRITES = ("create", "update", "link", "stamp", "trash", "restore")


def would(op):
    """What an op does, or what one that waits would do."""
    return op.get("would") or op


def tripped(ops, rows, pages, lines, live_pairs, scope_differs):
    """The names of the guards that trip, and whether one side has nothing live."""
    live = {"supabase": sum(map(live_row, rows)), "notion": sum(map(live_page, pages))}

    def count(op, target, held=False):
        """What is meant for a side, but what was approved by itself (section 10)."""
        return sum((would(o)["op"], would(o)["target"]) == (op, target) and not o.get("approved") and
                   o.get("match") is None and (o.get("code") == "held") == held for o in ops)

    names = set()
    linked = sum(live_row(r) and bool(r["page_id"]) for r in rows)
    agreed = sum(not l.get("met") and bool(l.get("row_is") or not l.get("sent")) and
                 not (l.get("row_is") or l).get("deleted") and
                 not (l.get("page_is") or l).get("deleted") for l in lines)
    many = linked >= 5 or agreed >= 5
    waits = any(o.get("code") in ("held", "settling") for o in ops)
    empty = 0 in live.values() and (many or (linked or agreed) and not waits)
    if empty and many:
        names.add("empty-side")
    sides = ("supabase", "notion")
    for side in sides:
        n = count("trash", side)
        if n > max(5, live[side] / 10) or n >= 3 and n > live[side] / 2:
            names.add("mass-delete")
        n = count("update", side)
        if n > max(20, live_pairs / 2) or n >= 5 and n >= live_pairs:
            names.add("mass-change")
    # Held creates count for one of the two ways.
    made = [count("create", side) > max(20, live[side] / 5) for side in sides]
    meant = [count("create", side) + count("create", side, True) > max(20, live[side] / 5) for side in sides]
    if any(made) and all(meant):
        names.add("mass-create")
    if scope_differs:
        names.add("scope")
    return names, empty


def verdict(names, empty, ops, allow):
    """The guards that count, those that block, and the exit code."""
    if not any(o["op"] in WRITES for o in ops):
        # An adopt writes nothing but the base file, which may belong to others.
        names &= {"scope"} if any(o["op"] == "adopt" for o in ops) else set()
        if not names - allow:
            return names, set(), 1 if empty else 0
    return names, names - allow, 3 if names - allow else 0
