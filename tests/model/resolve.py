"""Section 10 of doc/semantics.md, Deciding a conflict: what a person has decided of a
pair, and whether that is still about what both halves hold."""

from normal import same


def decision_of(decisions, row_id, page_id):
    """Of several on one pair the last one counts (plan(1))."""
    found = [d for d in decisions if (d["row_id"], d["page_id"]) == (row_id, page_id)]
    return found[-1] if found else None


def was_carried_out(f, taken, line):
    """The base line has the value as agreed: what differs now is a later edit."""
    return line and line.trusted and all(same(f, h, taken) for h in line.held.values())


def fits(f, of, taken, halves):
    """Each half holds what the conflict left there, or what is taken already; after a
    decided conflict both may also hold the same one of the two values."""
    left = {side: {f: of[of["winner"] or side]} for side in halves}
    if all(same(f, half, left[side]) or same(f, half, taken) for side, half in halves.items()):
        return True
    row, page = halves.values()
    return of["winner"] and same(f, row, page) and any(same(f, row, {f: of[side]}) for side in halves)


def resolve(decision, merge, line):
    """Puts the decision into the merge of two live halves; False: it doesn't fit, and
    nothing of the pair is written."""
    take, halves = decision["take"], {"supabase": merge.row, "notion": merge.page}
    todo = {}
    for f, of in decision["fields"].items():
        taken = {f: of[take]}
        if was_carried_out(f, taken, line):
            continue
        if not fits(f, of, taken, halves):
            return False
        if f == "type" and not taken[f] and merge.page["type"] and merge.page["extra_types"]:
            return False
        # To the letter as its side has it, where it has it.
        todo[f] = halves[take][f] if same(f, halves[take], taken) else of[take]
    for f, value in todo.items():
        differs = [side for side, half in halves.items() if not same(f, half, {f: value})]
        merge.row_to[f] = merge.row[f] if "supabase" not in differs else value or None
        merge.page_to[f] = merge.page[f] if "notion" not in differs else value or None
        merge.won.pop(f, None)
        merge.left = [x for x in merge.left if x != f]
        merge.open = [x for x in merge.open if x != f]
        if differs:
            merge.won[f] = take
            merge.resolved.append(f)
        if f == "date" and take == "notion":
            merge.date_detail = decision["fields"][f].get("date_detail")
    merge.stop = False
    return True
