/* What waits for a person, most urgent first, with a button each. */
const kinds = {
  blocked: "Blocked", conflict: "Conflict", "not-resolved": "Edited since it was decided", held: "Held back", failed: "Refused",
  unclear: "Unclear", "not-kept": "Not kept", poison: "Can’t be stored on the other side", problem: "Can’t be read",
  "double-link": "Claimed twice", "unknown-page": "Page not found", trashed: "Can’t be deleted", orphan: "Missing on the other side",
};
/* These go on by themselves. */
const passing = { waits: "Looked for again", changed: "Edited meanwhile", settling: "Settling", paused: "Paused",
  decided: "Decided", approved: "Approved" };
const kindName = (k) => kinds[k] || passing[k] || upper(k || "");
const inBrief = { create: "create", update: "edit", trash: "delete", restore: "restore" };
const asNoun = { create: "creation", update: "edit", trash: "deletion", restore: "restoration" };
const canApprove = (p) => !p.guard && !!idOf(p) && p.acts?.includes("approve");
const group = (p) => p.guard ? "guard-" + p.guard : p.kind + (canApprove(p) ? `-${p.op}-${p.target}` : "");

function groupsOf(pending) {
  const found = new Map();
  for (const p of pending) {
    if (!found.has(group(p))) found.set(group(p), []);
    found.get(group(p)).push(p);
  }
  const order = [...Object.keys(kinds), ...Object.keys(passing)];
  const rank = ([, list]) => list[0].guard ? -1 : (order.indexOf(list[0].kind) + 99) % 99;
  return [...found].sort((a, b) => rank(a) - rank(b));
}
/* The one thing to do where no record waits but the sync itself does. */
function firstThing(s) {
  if (!s.next?.text || ["healthy", "attention", "blocked"].includes(s.condition)) return null;
  const text = s.next.text.replace(/ To try now and see more$/, "");
  return { text: upper(text.replace(/^Nothing yet: /, "")), command: s.next.command, urgent: !text.startsWith("Nothing yet") };
}
/* What a person has decided of a conflict since: that waits for a run, not for a person. */
const chosen = (p, f) => store.pending?.pending.find((d) => d.take && idOf(d) === idOf(p) && d.fields.some((x) => x.name === f.name));
const isDecided = (p) => !!p.conflict?.fields.length && p.conflict.fields.every((f) => chosen(p, f));
function showWaits(s) {
  const w = store.pending, first = firstThing(s);
  if (!w) return;
  const open = w.pending.filter((p) => !isDecided(p)), counts = { ...s.waiting?.counts };
  for (const p of w.pending.filter(isDecided)) counts[p.kind]--;
  const needs = sum(Object.entries(counts).map(([kind, n]) => kind in passing ? 0 : n))
    + open.filter((p) => p.guard).length + (first?.urgent ? 1 : 0);
  write($("n-waits"), needs ? number(needs) : "");
  $("s-waits").className = needs ? "some" : "";
  const all = groupsOf(open).map(([name, list]) => ({ name, list, plan: w.plan_id, act: canAct(),
    total: w.totals?.[list[0].kind]?.[list[0].op + ":" + list[0].target]
      ?? (!w.left_out || list[0].guard ? list.length : canApprove(list[0]) ? null : counts[list[0].kind] ?? list.length) }));
  const urgent = all.filter((g) => !(g.list[0].kind in passing)), rest = all.filter((g) => g.list[0].kind in passing);
  part($("waits"), [all, w.left_out, first], () => [
    first ? make("div", { class: "group" }, make("div", {}, make("h3", {}, first.urgent ? "Do this first" : "Nothing to do for now"),
      make("p", {}, first.text), first.urgent && first.command ? make("code", { class: "command" }, first.command) : [])) : [],
    urgent.map((g, i) => showGroup(g, isWide.matches && i < 4)),
    urgent.length || first ? [] : make("p", { class: "empty" }, "Nothing needs you. Conflicts, changes that are held back, and "
      + "records that one side refuses will be listed here, each with what to do."),
    w.left_out ? make("p", { class: "soft" }, "and " + number(w.left_out) + " more: bin/report --run last lists them") : [],
    rest.length ? make("details", { class: "passing", "data-fold": "passing" },
      make("summary", {}, "Needs nothing from you", make("span", { class: "count" }, number(sum(rest.map((g) => g.total ?? g.list.length))))),
      rest.map((g) => showGroup(g, false))) : [],
  ]);
}
const FIRST = 3; /* of a group; the others are behind a fold, and made when it opens */
const isWide = matchMedia("(min-width: 56rem)");
function showGroup(g, open) {
  const p = g.list[0], n = g.list.length;
  const what = p.guard ? "" : canApprove(p) && inBrief[p.op] ? ": " + inBrief[p.op] + " in " + sides[p.target] : "";
  const item = (q) => showPending(q, g);
  const more = make("ul", {});
  return make("div", { class: "group", "data-group": g.name },
    make("details", { "data-fold": g.name, open },
      make("summary", {}, make("h3", {}, kindName(p.kind) + what, n > 1 ? make("span", { class: "count" }, number(g.total ?? n)) : []),
        make("span", { class: "first title" }, p.guard ? p.reason : n > 1 ? titleOf(p) + ", …" : titleOf(p))),
      make("ul", {}, g.list.slice(0, FIRST).map(item)),
      n > FIRST ? make("details", { "data-fold": "rest-" + g.name,
        toggle: () => { if (!more.firstChild) { more.append(...g.list.slice(FIRST).map(item)); disable(); } } },
      make("summary", {}, "and " + number(n - FIRST) + " more"), more) : []),
    make("div", { class: "buttons" }, groupButtons(g)));
}
function button(label, what, name, body, main) {
  const whole = what ? label + ": " + what : label;
  return make("button", { type: "button", class: main ? "main" : undefined, "data-focus": name + JSON.stringify(body),
    "aria-label": what ? whole : undefined, click: () => act(name, body, whole) }, label);
}
/* Opens its group, where that is closed. */
const opener = (label) => make("button", { type: "button", class: "opens", click: (e) => {
  const fold = e.target.closest(".group").querySelector("details");
  fold.open = true;
  (fold.querySelector("button") || fold.querySelector("summary")).focus();
} }, label);
function groupButtons(g) {
  const p = g.list[0], n = g.list.length, acts = p.acts || [], in_ = sides[p.target] ? " in " + sides[p.target] : "";
  const look = p.guard && p.run_id ? make("a", { class: g.act ? "button main" : "button", href: "#run/" + p.run_id, "data-focus": "look-" + g.name }, "Look at the plan") : [];
  if (!g.act) return [look, p.guard ? [] : (p.commands || []).map((c) => make("code", { class: "command" },
    n > 1 && c.includes(" approve ") ? `scripts/controls.sh approve --all ${p.op}:${p.target}` : c))];
  return [
    look,
    canApprove(p) && g.plan ? n > 1 ? button("Approve " + (g.total === null ? "all " + asNoun[p.op] + "s" : several(g.total, asNoun[p.op])),
      g.total === null ? "also those that are not listed" + in_ : "all" + in_, "approve", { plan: g.plan, all: [p.op + ":" + p.target] })
      : button("Approve", asNoun[p.op] + in_ + ", " + titleOf(p), "approve", { plan: g.plan, ids: [idOf(p)] }) : [],
    acts.includes("restore-orphans") ? button(n > 1 ? "Restore them …" : "Restore it …", "", "dry-run", { orphans: "restore" }) : [],
    acts.includes("retry") ? button("Send again", "", "sync-now", { retry: true }) : [],
    acts.includes("full") ? button("Check again", "", "sync-now", { full: true }) : [],
    acts.includes("sync") && !canApprove(p) ? button(p.kind in passing ? "Sync now" : "Try again", "", "sync-now", {}) : [],
    p.conflict && acts.includes("resolve") ? opener("Decide") : p.guard || acts.some((a) => a !== "resolve" && a !== "allow") ? [] : opener("See why"),
  ];
}
/* `seen` goes with each choice: what has changed since it was shown is not decided. */
const keeper = (id, conflict, seen) => (f, s) => button("Keep this one", f.name + " from " + sides[s], "resolve",
  { id, take: s, seen, ...(conflict.fields.length > 1 ? { fields: [f.name] } : {}) });
function choices(p) {
  const id = idOf(p);
  return [versus(p.conflict, keeper(id, p.conflict, p.seen)), p.conflict.fields.length > 1 ? make("div", { class: "buttons" },
    Object.keys(sides).map((s) => button("Keep all of " + sides[s], titleOf(p), "resolve", { id, take: s, seen: p.seen }))) : []];
}
const choose = (p) => !p.conflict.fields.some((f) => chosen(p, f)) ? choices(p) : versus(p.conflict, (f, s) => {
  const d = chosen(p, f);
  return !d ? keeper(idOf(p), p.conflict, p.seen)(f, s) : d.take === s ? badge("good", "✓", "decided: " + f.name + " from " + sides[s]) : [];
});
/* The reason, and the way out where the reason doesn't name it. */
function reasons(p) {
  const reason = p.conflict && !/not resolved/.test(p.reason || "") ? "" : p.reason || "";
  return [reason ? make("p", { class: p.guard ? "" : "reason" }, upper(reason), p.failures > 1 ? "; failed " + number(p.failures) + " times in a row" : "") : [],
    p.means && !p.guard && !p.conflict && !(reason && ["held", "settling", "approved", "decided"].includes(p.kind)) ? make("p", { class: "reason" }, upper(p.means)) : []];
}
function showPending(p, g) {
  const id = idOf(p), mayDecide = g.act && p.acts?.includes("resolve");
  return make("li", {},
    id ? make("p", {}, make("a", { href: "#record/" + id, "data-focus": "waits-" + id }, make("b", { class: "title" }, titleOf(p))),
      " ", inNotion(p)) : [],
    p.conflict ? mayDecide ? choose(p) : versus(p.conflict) : [],
    (p.fields || []).length && !p.conflict ? diff(p) : [],
    p.take ? make("p", { class: "reason" }, "Decided: " + p.fields.map((f) => f.name).join(", ") + " from " + sides[p.take]) : [],
    reasons(p),
    g.act && g.plan && canApprove(p) && g.list.length > 1 ? make("div", { class: "buttons" },
      button("Approve", asNoun[p.op] + ", " + titleOf(p), "approve", { plan: g.plan, ids: [id] })) : []);
}
/* Conflicts that were decided: the value that lost can be brought back. */
function showDecided(list) {
  return list.map((c) => {
    const fields = Object.entries(c.fields).map(([name, f]) => ({ name, supabase: f.supabase, notion: f.notion, winner: f.winner }));
    return make("div", { class: "group" },
      make("h3", {}, make("a", { href: "#record/" + c.row_id, "data-focus": "decided-" + c.row_id + c.run_id }, titleOf(c)), " ", at(c.at)),
      fields.map((f) => versus({ winner: f.winner, fields: [f] }, (x, s) => !canAct() || s === f.winner ? []
        : button("Bring this one back", f.name + " from " + sides[s], "resolve", { id: c.row_id, take: s, fields: [f.name], seen: c.seen }))));
  });
}
