"""What plan may say, and whether the random worlds have made it say so: ops, codes of
skips, ops that wait, guards, exit codes, and every reason."""

from collections import Counter

SIDES = ("notion", "supabase")
WAITING = ("create", "update", "trash", "restore")
KNOWN = [
    *((op, side) for op in WAITING for side in SIDES),
    *((op, side, "approved") for op in WAITING for side in SIDES),
    ("link", "supabase"), ("stamp", "notion"), ("adopt", "base"),
    *(("update", side, more) for side in SIDES for more in ("conflict", "resolved", "match")),
    ("link", "supabase", "match"),
    *(("skip", code) for code in ("conflict", "double-link", "not-kept", "not-resolved", "orphan", "paused", "poison",
                                  "problem", "trashed", "unknown-page")),
    *(("skip", code, op, side) for code in ("held", "settling") for op in WAITING for side in SIDES),
    *(("blocked by", guard) for guard in ("empty-side", "mass-delete", "mass-create", "mass-change", "scope", "other-plan")),
    *(("exit", code) for code in (0, 1, 3, 65)),
    ("passed by its id",), ("another plan by now",)]
# A part of each reason, and of each thing that may be added to one.
REASONS = """
only in Notion
only in Supabase
its page is gone: made again
its row is gone: made again
Notion changed
Supabase changed
both changed, in different fields
conflict: Notion wins
conflict: Supabase wins
resolved: Notion's value is taken
resolved: Supabase's value is taken
a cleared type
the page has further types, so its type is kept
the page changed, and a change beats the row's deletion
the row changed, and a change beats the page's deletion
the page came back
the row came back
its page was moved to the trash
its row was deleted
its row was erased
is deleted and has lost its link, so the page is kept
the pair agrees
the pair was found, its link is missing
the pair was found, its link leads elsewhere
the two have the same decision
the row's checksum or mark is missing or stale
both are deleted
both are equal
the deletion is complete
the page's checksum or mark is missing or stale
the page doesn't show its row yet
; held
waits for approval, because a guard has blocked such ops
; waits for approval
it was approved, but has changed since
edited a moment ago, waits to be left alone
waits with the other half
both sides changed; make them equal
not known: neither side has a stored checksum
not known: the two stored checksums differ
not known: the local base pairs one of them with another record
not known: the stored checksum is not that of the local base
not known: they were never linked
not resolved: edited since
not resolved: the page has further types, so its type is not cleared
not resolved: the page is in the trash now
not resolved: the row is deleted now
not resolved: the row and the page are not a pair
nobody has edited either since; edit the one that is wrong
nobody has edited either since: what was sent was not kept
the row's link, checksum or mark is not what was sent
the row is deleted and the page is live
the row is live and the page is in the trash
answered with success and kept nothing
its page is erased or not shared with us
its page is in another place
was erased, so the page is kept
another row links to this page too
its page is not in the listing
its page is paused
the page is paused: it gets no row
Notion can't hold this: the decision is longer
Notion can't hold this: the decision is larger
Notion can't hold this: the status has no option
Notion can't hold this: the type has a comma
Notion can't hold this: the type is longer
the page can't be read
the row can't be read
can't be read, so its page is not known
the table has no deleted_at
""".strip().split("\n")


def seen(code, out):
    """What one plan has said, as in KNOWN and REASONS."""
    found = Counter({("exit", code): 1})
    found.update(("blocked by", guard) for guard in (out[0]["blocked"] if out else []))
    for o in out:
        if o["kind"] != "op":
            continue
        would = o.get("would")
        key = ("skip", o["code"]) if o["op"] == "skip" else (o["op"], o["target"])
        found[key + ((would["op"], would["target"]) if would else ())] += 1
        found.update(key + (more,) for more in ("approved", "match") if o.get(more))
        if o.get("conflict") and o["op"] != "skip":
            found[key + ("resolved" if o["conflict"].get("resolved") else "conflict",)] += 1
        parts = [part for part in REASONS if part in o["reason"]]
        found.update(parts or ["UNKNOWN: " + o["reason"]])
    return found


def missing(found):
    return [what for what in [*KNOWN, *REASONS] if not found[what]] + \
        [what for what in found if str(what).startswith("UNKNOWN")]


def as_text(what):
    return what if isinstance(what, str) else " ".join(map(str, what))
