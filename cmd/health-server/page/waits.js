/* What waits for a person, most urgent first, with a button each. */
const kinds = {
  blocked: "Blocked", conflict: "Conflict", "not-resolved": "Overtaken by an edit", held: "Held back", failed: "Refused",
  unclear: "Unclear", "not-kept": "Not kept", poison: "Doesn’t fit", problem: "Can’t be read",
  "double-link": "Claimed twice", "unknown-page": "Page not found", trashed: "Can’t be deleted", orphan: "Other half is gone",
};
/* These go on by themselves. */
const passing = { waits: "Looked for again", changed: "Edited meanwhile", settling: "Settling", paused: "Paused",
  decided: "Decided", approved: "Approved" };
const group = (p) => p.guard ? "guard-" + p.guard : p.kind + (p.op && p.acts?.includes("approve") ? `-${p.op}-${p.target}` : "");

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
function showWaits() {
  const w = store.pending;
  if (!w) return;
  const needs = w.pending.filter((p) => !(p.kind in passing)).length + (w.left_out || 0);
  write($("n-waits"), needs ? number(needs) : "");
  $("s-waits").className = needs ? "some" : "";
  const all = groupsOf(w.pending).map(([name, list]) => ({ name, list, plan: w.plan_id, act: canAct(), run: w.plan_run_id }));
  const urgent = all.filter((g) => !(g.list[0].kind in passing)), rest = all.filter((g) => g.list[0].kind in passing);
  part($("waits"), [all, w.left_out], () => [
    urgent.length ? urgent.map((g, i) => showGroup(g, isWide.matches && i < 4)) : make("p", { class: "empty" }, "Nothing waits. Conflicts, changes that are held back, and "
      + "records that one side refuses will be listed here, each with what to do."),
    w.left_out ? make("p", { class: "soft" }, "and " + number(w.left_out) + " more") : [],
    rest.length ? make("details", { class: "passing", "data-fold": "passing" },
      make("summary", {}, "Goes on by itself", make("span", { class: "count" }, number(sum(rest.map((g) => g.list.length))))),
      rest.map((g) => showGroup(g, false))) : [],
  ]);
}
const FIRST = 3; /* of a group; the others are behind a fold */
const inBrief = { create: "create", update: "edit", trash: "delete", restore: "restore" };
const isWide = matchMedia("(min-width: 56rem)");
function showGroup(g, open) {
  const p = g.list[0], n = g.list.length, name = (kinds[p.kind] || passing[p.kind] || p.kind);
  const what = p.guard ? " by " + p.guard : p.op && p.acts?.includes("approve") ? ": " + inBrief[p.op] + " in " + sides[p.target] : "";
  const item = (q) => showPending(q, g);
  return make("div", { class: "group", "data-group": g.name },
    make("details", { "data-fold": g.name, open },
      make("summary", {}, make("h3", {}, name + what, n > 1 ? make("span", { class: "count" }, number(n)) : []),
        make("span", { class: "first title" }, p.guard ? p.reason : n > 1 ? titleOf(p) + ", …" : titleOf(p))),
      make("ul", {}, g.list.slice(0, FIRST).map(item)),
      n > FIRST ? make("details", { "data-fold": "rest-" + g.name }, make("summary", {}, "and " + number(n - FIRST) + " more"),
        make("ul", {}, g.list.slice(FIRST).map(item))) : []),
    make("div", { class: "buttons" }, groupButtons(g)));
}
function button(label, what, name, body, main) {
  return make("button", { type: "button", class: main ? "main" : undefined, "data-focus": name + JSON.stringify(body),
    "aria-label": what ? label + ": " + what : undefined, click: () => act(name, body) }, label);
}
/* Opens its group, where that is closed. */
const opener = (label) => make("button", { type: "button", class: "opens", click: (e) => {
  const fold = e.target.closest(".group").querySelector("details");
  fold.open = true;
  (fold.querySelector("button") || fold.querySelector("summary")).focus();
} }, label);
const approvable = (op, target) => target === "notion" || target === "supabase" ? op + ":" + target : op;
function groupButtons(g) {
  const p = g.list[0], n = g.list.length, acts = p.acts || [];
  if (!g.act) return acts.length || p.guard ? (p.commands || []).slice(0, 1).map((c) => make("code", { class: "command" }, n > 1 && c.includes("approve")
    ? "scripts/controls.sh approve --all " + approvable(p.op, p.target) : c)) : [];
  return [
    p.guard && acts.includes("allow") && g.plan ? button("Allow this once", p.guard, "allow", { plan: g.plan }, true) : [],
    p.guard && p.run_id ? make("a", { class: "button", href: "#run/" + p.run_id, "data-focus": "look-" + g.name }, "Look at the plan") : [],
    acts.includes("approve") && g.plan ? n > 1 ? button("Approve all " + number(n), "", "approve",
      { plan: g.plan, all: [approvable(p.op, p.target)] }, true) : button("Approve", titleOf(p), "approve", { plan: g.plan, ids: [idOf(p)] }, true) : [],
    acts.includes("resolve") ? opener("Decide") : acts.length || p.guard ? [] : opener("See why"),
    acts.includes("restore-orphans") ? button(n > 1 ? "Restore all " + number(n) : "Restore it", "", "sync-now", { orphans: "restore" }) : [],
    acts.includes("retry") ? button("Send again", "", "sync-now", { retry: true }) : [],
    acts.includes("full") ? button("Read again", "", "sync-now", { full: true }) : [],
    acts.includes("sync") && !acts.includes("approve") ? button(p.kind in passing ? "Sync now" : "Try again", "", "sync-now", {}) : [],
  ];
}
function showPending(p, g) {
  const id = idOf(p), acts = p.acts || [];
  const keep = (f, s) => !g.act ? [] : button("Keep this one", f.name + " from " + sides[s], "resolve",
    { id, take: s, ...(p.conflict.fields.length > 1 ? { fields: [f.name] } : {}) });
  const reason = p.reason || p.means;
  return make("li", {},
    id ? make("p", {}, make("a", { href: "#record/" + id, "data-focus": "waits-" + id }, make("b", { class: "title" }, titleOf(p))),
      " ", inNotion(p)) : [],
    p.conflict ? versus(p.conflict, acts.includes("resolve") ? keep : null) : [],
    p.conflict && g.act && acts.includes("resolve") && p.conflict.fields.length > 1 ? make("div", { class: "buttons" },
      Object.keys(sides).map((s) => button("Keep all of " + sides[s], titleOf(p), "resolve", { id, take: s }))) : [],
    (p.fields || []).length && !p.conflict ? diff(p) : [],
    reason && !p.conflict ? make("p", { class: "reason" }, upper(reason), p.failures > 1 ? "; failed " + number(p.failures) + " times in a row" : "") : [],
    g.act && id && g.plan && acts.includes("approve") && g.list.length > 1 ? make("div", { class: "buttons" },
      button("Approve", titleOf(p), "approve", { plan: g.plan, ids: [id] })) : []);
}
/* Conflicts that were decided: the value that lost can be brought back. */
function showDecided(list) {
  return list.map((c) => {
    const fields = Object.entries(c.fields).map(([name, f]) => ({ name, supabase: f.supabase, notion: f.notion, winner: f.winner }));
    return make("div", { class: "group" },
      make("h3", {}, make("a", { href: "#record/" + c.row_id, "data-focus": "decided-" + c.row_id + c.run_id }, titleOf(c)), " ", at(c.at)),
      fields.map((f) => versus({ winner: f.winner, fields: [f] }, (x, s) => !canAct() || s === f.winner ? []
        : button("Bring this one back", f.name + " from " + sides[s], "resolve", { id: c.row_id, take: s, fields: [f.name] }))));
  });
}
