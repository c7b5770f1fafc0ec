"""Section 3 of doc/semantics.md: which row belongs to which page, and what a
record that can't be read holds (section 5)."""

import uuid
from collections import Counter, defaultdict

from normal import folded, text_form

SPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://app.notion.com/")  # section 7
GONE = ("moved", "unreachable")


def live_row(row):
    return not row["deleted"]


def live_page(page):
    """Archived pages are present (section 5)."""
    return not page.get("state") and not page["deleted"]


def derived(page_id, links):
    """The id of the row that is made for a page (section 7, Creates). links has the
    page of each row."""
    n = 1
    while True:
        row_id = str(uuid.uuid5(SPACE, page_id + ("" if n == 1 else "/%d" % n)))
        if links.get(row_id) in (None, page_id):
            return row_id
        n += 1


class Pairing:
    """rows and pages are maps by id, problems and lines are lists."""

    def __init__(self, rows, pages, problems, lines, match):
        self.rows, self.pages, self.problems, self.lines = rows, pages, problems, lines
        self.pairs = []     # (row or None, page or None, step)
        self.skips = []     # (code, row_id, page_id)
        self.waiting = []   # pairs of step 4 and 5 that an unread link stops
        self.done_rows, self.done_pages, self.held = set(), set(), set()
        self.unread_link = any(p["code"] == "link" and p["source"] == "supabase" for p in problems)
        self.links = {r["row_id"]: r["page_id"] for r in [*rows.values(), *problems] if r["row_id"]}
        self.claims = defaultdict(list)
        for row in rows.values():
            if row["page_id"]:
                self.claims[row["page_id"]].append(row)
        self.hold()
        self.by_link()
        self.by_base()
        self.by_id()
        self.by_checksum()
        if match:
            self.by_decision(match)

    def settle(self, row, page, step):
        self.pairs.append((row, page, step))
        if row:
            self.done_rows.add(row["row_id"])
        if page:
            self.done_pages.add(page["page_id"])

    def leave(self, code, row_id, page_id):
        self.skips.append((code, row_id, page_id))
        self.done_rows.add(row_id)
        self.done_pages.add(page_id)

    # Section 5: a problem holds what it names; where it names no other half, the half
    # that a link, the base, or the derived id pairs with it; not a row with another link.
    def hold(self):
        for p in self.problems:
            row_id, page_id = p["row_id"], p["page_id"]
            rows, pages = [row_id], [page_id]
            if page_id and not row_id:
                known = [l["row_id"] for l in self.lines if l["page_id"] == page_id]
                known.append(derived(page_id, self.links))
                rows = [r["row_id"] for r in self.claims[page_id]] or \
                    [i for i in known if i in self.rows and not self.rows[i]["page_id"]]
            elif row_id and not page_id:
                pages = [l["page_id"] for l in self.lines if l["row_id"] == row_id] + \
                    [q for q in self.pages if derived(q, self.links) == row_id]
            self.skips.append(("problem", row_id or next((i for i in rows if i in self.rows), None),
                               page_id or next((i for i in pages if i in self.pages), None)))
            self.done_rows.update(rows)
            self.done_pages.update(pages)
            self.held.update(pages)
            if row_id and page_id:
                self.claims[page_id].append({"row_id": row_id})

    def by_link(self):
        for page_id, rows in self.claims.items():
            page = self.pages.get(page_id)
            rows = [r for r in rows if r["row_id"] in self.rows and r["row_id"] not in self.done_rows]
            alive = [r for r in rows if live_row(r)]
            if page_id in self.done_pages:
                self.done_rows.update(r["row_id"] for r in rows)
            elif alive and not page:
                for row in alive:
                    self.leave("unknown-page", row["row_id"], page_id)
            elif len(alive) > 1:
                for row in alive:
                    self.leave("double-link", row["row_id"], page_id)
            elif alive and page.get("state"):
                pass  # a candidate of step 4; if nothing is found, an orphan
            elif alive:
                self.settle(alive[0], page, 1)
            elif len(rows) > 1 and page and live_page(page):
                for row in rows:
                    self.leave("double-link", row["row_id"], page_id)
            elif len(rows) == 1 and page and not page.get("state"):
                self.settle(rows[0], page, 1)

    def free_row(self, row, linked=False):
        """Live, in no pair, and not linked; or linked to a page that is gone."""
        gone = linked and row["page_id"] and (self.pages.get(row["page_id"]) or {}).get("state") in GONE
        return live_row(row) and row["row_id"] not in self.done_rows and (not row["page_id"] or gone)

    def free_page(self, page):
        return live_page(page) and page["page_id"] not in self.done_pages and \
            not self.claims[page["page_id"]]

    def by_base(self):
        for line in self.lines:
            row, page = self.rows.get(line["row_id"]), self.pages.get(line["page_id"])
            if row and page and self.free_row(row) and self.free_page(page):
                self.settle(row, page, 2)

    def by_id(self):
        for page in self.pages.values():
            if self.free_page(page):
                row = self.rows.get(derived(page["page_id"], self.links))
                if row and self.free_row(row):
                    self.settle(row, page, 3)

    def by_checksum(self):
        def all_fields(r):
            return text_form(r["decision"]), folded(r["type"]), r["date"]

        def sum_and_type(r):
            return r["checksum"], folded(r["type"])

        def stored(p):
            return p["stored_checksum"] if p["own"] and p["stored_checksum"] not in had else None

        self.meet(all_fields, all_fields)
        self.meet(sum_and_type, sum_and_type)
        had = self.had({p["page_id"] for p in self.pages.values() if self.claims[p["page_id"]]} | self.held)
        self.meet(lambda row: row["checksum"], stored)

    def had(self, page_ids):
        """The checksums on pages that have a row: Notion's Duplicate copies them."""
        return {p["stored_checksum"] for p in self.pages.values()
                if not p.get("state") and p["page_id"] in page_ids} - {None}

    def meet(self, row_key, page_key):
        """Among equal candidates the oldest row meets the oldest page."""
        found = defaultdict(lambda: ([], []))
        for row in self.rows.values():
            if self.free_row(row, linked=True):
                found[row_key(row)][0].append(row)
        for page in self.pages.values():
            if self.free_page(page) and page_key(page) is not None:
                found[page_key(page)][1].append(page)
        for rows, pages in found.values():
            rows.sort(key=lambda r: (r["created_at"] is None, r["created_at"], r["row_id"]))
            pages.sort(key=lambda p: (p["created_at"] is None, p["created_at"], p["page_id"]))
            for row, page in zip(rows, pages):
                self.join(row, page, 4)

    def join(self, row, page, step):
        if not self.unread_link:
            self.settle(row, page, step)
        else:
            self.waiting.append((row, page))
            self.done_rows.add(row["row_id"])
            self.done_pages.add(page["page_id"])

    def by_decision(self, match):
        """Section 10, Meeting by decision: one to one, among records never linked."""
        known = {l["row_id"] for l in self.lines} | {l["page_id"] for l in self.lines}
        had = self.had(self.done_pages)

        def key(r):
            return folded(r["decision"]), r["date"] if match == "decision+date" else None

        rows = [r for r in self.rows.values() if self.free_row(r) and r["row_id"] not in known]
        pages = [p for p in self.pages.values() if self.free_page(p) and
                 p["page_id"] not in known and p["stored_checksum"] not in had]
        times = Counter(map(key, rows)), Counter(map(key, pages))
        by_key = {key(p): p for p in pages}
        for row in rows:
            if key(row)[0] and times[0][key(row)] == times[1][key(row)] == 1:
                self.join(row, by_key[key(row)], 5)

    def rest(self):
        """The rows and the pages that have no partner."""
        rows = [r for r in self.rows.values() if r["row_id"] not in self.done_rows]
        pages = [p for p in self.pages.values() if p["page_id"] not in self.done_pages and
                 live_page(p) and not self.claims[p["page_id"]]]
        return rows, pages
