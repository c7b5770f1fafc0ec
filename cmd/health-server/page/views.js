/* What is behind a link: #run/ID, #record/ID, #plan. */
let view = { hash: "", data: null, error: "" };

const isQuiet = (list) => ["link", "stamp", "adopt"].includes(list[0].op);
const isLeft = (list) => list[0].op === "skip" || list[0].status === "skipped";
const writesTo = (c) => ["create", "update", "trash", "restore"].includes(c.op) && c.status !== "skipped";
/* By what was done, the heaviest first, and what was left alone last. */
function grouped(list) {
  const found = new Map(), order = ["trash", "create", "update", "restore"];
  for (const c of list) {
    const name = isLeft([c]) ? "Left alone" + (c.code ? ": " + kindName(c.code).toLowerCase() : "")
      : (c.status === "planned" ? future[c.op] || c.op
        : c.status === "done" ? upper(past[c.op] || c.op) : "Not " + (past[c.op] || c.op)) + (sides[c.target] ? " in " + sides[c.target] : "");
    if (!found.has(name)) found.set(name, []);
    found.get(name).push(c);
  }
  const rank = ([, of]) => isLeft(of) ? 9 : isQuiet(of) ? 8 : order.indexOf(of[0].op);
  return [...found].sort((a, b) => rank(a) - rank(b));
}
/* Changes as a pull request shows them. */
function showDiffs(list, left, approve) {
  return [grouped(list).map(([name, of]) =>
    make("details", { class: "diffs", "data-fold": name, open: !isQuiet(of) && !isLeft(of) && of.length <= 200 },
      make("summary", {}, name, " ", make("span", { class: "count" }, number(of.length))),
      make("ul", {}, of.map((c) => make("li", { class: "change-diff " + c.op },
        make("div", { class: "row" }, make("p", {}, title(c), " ", inNotion(c)), approve ? approve(c) : []),
        c.conflict ? versus(c.conflict) : diff(c),
        c.reason ? make("p", { class: "reason" }, upper(c.reason)) : []))))),
  left ? make("p", { class: "warn" }, "and " + number(left) + " more that are not shown here") : []];
}
const back = () => make("p", {}, make("a", { href: "#", class: "back", "data-focus": "back" }, "← Overview"));
const facts = (...list) => make("dl", { class: "times" }, list.filter((f) => f).map(([name, ...v]) =>
  make("div", {}, make("dt", {}, name), make("dd", {}, v))));

function didWhat(ops) {
  const lines = Object.entries(ops || {}).filter(([op]) => inBrief[op]).map(([op, to]) => {
    const done = (side) => (to[side] || {}).done || 0;
    const made = sum(Object.values(to).map((t) => t.done || 0));
    return [past[op], number(done("supabase")), number(done("notion")), number(sum(to) - made)];
  });
  return lines.length ? table("What it did, by side", ["records", "Supabase", "Notion", "not done"], lines, 1) : [];
}
/* Why a plan was not carried out, and what lets just that plan pass. */
function guards(blocked, head, allow) {
  if (!blocked?.length) return [];
  return make("div", { class: "callout bad" }, make("h3", {}, head),
    blocked.map((b) => make("p", {}, upper(b.reason || b.guard), b.reason ? make("span", { class: "soft" }, " (" + b.guard + ")") : "")),
    allow && canAct() ? [make("div", { class: "buttons" }, button("Allow this once", blocked.map((b) => b.guard).join(", "), "allow", { plan: allow })),
      make("p", { class: "soft" }, "A run carries out just this plan. If anything has changed since, nothing is written.")] : []);
}
function undoButtons(r) {
  if (!canAct()) return [];
  const ask = (run, label) => make("div", { class: "buttons" },
    make("button", { type: "button", "data-focus": "undo", click: () => act("undo", { run, dry_run: true }, label) }, label),
    make("span", { class: "soft" }, "You’ll see first what that would write."));
  return r.undoes && r.status === "blocked" ? ask(r.undoes, "Look at that undo again …") : r.can_undo && !r.undone_by ? ask(r.run_id, "Take it back …") : [];
}
/* Whether what blocks the sync now is this plan. */
const isNow = (r) => store.status?.condition === "blocked" && store.pending?.plan_id === r.plan_id;
function showRun(r) {
  const blocked = r.status === "blocked" && !r.undoes, over = blocked && !isNow(r);
  const counted = { trash: "mass-delete", create: "mass-create", update: "mass-change" };
  const approved = (id) => store.pending?.pending.some((p) => p.kind === "approved" && idOf(p) === id);
  const some = blocked && (r.results || []).some((c) => counted[c.op] && idOf(c) && approved(idOf(c)));
  const approve = (c) => !canAct() || !blocked || over || !r.plan_id || !idOf(c) || !r.blocked.some((b) => b.guard === counted[c.op]) ? []
    : approved(idOf(c)) ? badge("good", "✓", "approved for the next run")
      : button("Approve this one", titleOf(c), "approve", { plan: r.plan_id, ids: [idOf(c)] });
  return [back(), make("h2", {}, r.undoes ? "Undo, " : "Run of ", short(r.started_at), " ", ended(r.status)),
    facts(["Began", at(r.started_at)], r.duration_ms === undefined ? null : ["Took", took(r.duration_ms)],
      ["Changes", number(r.changes)], r.errors ? ["Failed", number(r.errors)] : null,
      r.conflicts ? ["Conflicts", number(r.conflicts)] : null,
      r.undoes ? ["Took back the run of", make("a", { href: "#run/" + r.undoes }, short(idTime(r.undoes)))] : null,
      r.undone_by ? ["Taken back", make("a", { href: "#run/" + r.undone_by }, short(idTime(r.undone_by)))] : null,
      ["Id", make("code", {}, r.run_id)]),
    r.message && !r.blocked?.length ? make("pre", { class: "bad" }, r.message) : [],
    guards(r.blocked, "Blocked: nothing was written", blocked && !some && !over && r.plan_id),
    over ? make("p", { class: "soft" }, "The sync has gone on since, so this can’t be allowed or approved any more.") : [],
    some ? make("p", { class: "soft" }, "Some of it is approved: the next run carries that out, and the rest waits until it is approved too.") : [],
    r.blocked?.length ? [] : didWhat(r.ops), undoButtons(r),
    r.results?.length ? showDiffs(r.results, r.left_out, approve)
      : make("p", { class: "empty" }, r.status === "open" ? store.status?.running === false ? "It was cut off before its end." : "It hasn’t ended yet." : "There was nothing to write.")];
}
/* Edited on both sides, a record is one record; `writes`: also of what isn't listed. */
function recordsOf(list, writes) {
  const listed = list.filter(writesTo), n = writes - listed.length + new Set(listed.map((c, i) => idOf(c) || i)).size;
  return several(n, "record") + (n < writes ? ", by " + several(writes, "write") : "");
}
const writesOf = (total) => sum(Object.entries(total || {}).filter(([op]) => inBrief[op]).map(([, to]) => sum(to)));
function showPlan(p) {
  const undo = p.kind === "undo", list = p.results || [];
  const writes = p.total ? writesOf(p.total) : list.filter(writesTo).length, quiet = list.some((c) => isQuiet([c]));
  const offered = canAct() && !p.cut && (undo ? writes || quiet : writes && !p.blocked?.length);
  const gone = store.status && store.status.control?.plan?.id !== p.id;
  return [back(), make("h2", {}, undo ? "Taking back the run of " : "What a run would do now", undo ? short(idTime(p.run_id)) : ""),
    facts(["Made", aged(p.at)], ["Would change", recordsOf(list, writes)], p.plan_id ? ["Plan", make("code", {}, p.plan_id)] : null),
    gone ? make("p", { class: "warn" }, "A later run has begun, or another preview: if anything has changed since, this plan can’t be carried out.") : [],
    undo ? (p.blocked || []).map((b) => make("p", { class: "warn" }, "A guard asks whether you want that: " + (b.reason || b.guard)))
      : guards(p.blocked, "A run would be blocked", null),
    undo && writes ? make("p", { class: "warn" }, "What that run wrote came from edits on the other side. Where they still stand, the next run "
      + "writes the same again: change them there first.") : [],
    p.cut ? make("p", { class: "warn" }, "The plan is too long to be shown whole, so it can’t be carried out from here. In a shell: ",
      make("code", {}, undo ? "scripts/controls.sh undo " + p.run_id : "scripts/sync-now.sh")) : [],
    offered ? make("div", { class: "buttons" }, undo
      ? button(writes ? "Take back " + several(writes, "change") : "Take it back", "", "undo",
        { run: p.run_id, plan: p.plan_id, ...(p.blocked?.length ? { allow: true } : {}) }, true)
      : button("Carry out this plan", "", "sync-now", { plan: p.plan_id, ...(p.orphans ? { orphans: p.orphans } : {}) }, true)) : [],
    list.length ? showDiffs(list, p.left_out) : make("p", { class: "empty" }, undo
      ? "Nothing is left to take back: what the run wrote was taken back or edited since." : "Nothing would be written: both sides are equal.")];
}
const idTime = (id) => (id || "").replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z.*$/, "$1-$2-$3T$4:$5:$6Z");

function showRecord(r) {
  const open = store.pending?.pending.find((p) => p.conflict && (p.row_id === r.row_id || p.page_id === r.page_id));
  const did = (c) => isLeft([c]) ? "Left alone" : c.status === "done" ? upper(past[c.op] || c.op)
    : c.status === "planned" ? "Planned: " + (future[c.op] || c.op).toLowerCase() : "Not " + (past[c.op] || c.op);
  return [back(), make("h2", {}, make("span", { class: "clamp" }, titleOf(r))),
    facts(r.row_id ? ["Row", make("code", {}, r.row_id)] : null, r.page_id ? ["Page", outward(r.url, make("code", {}, r.page_id))] : null,
      r.paired_at ? ["Paired", at(r.paired_at)] : null, r.waits ? ["Waits", kindName(r.waits.kind) + ": " + r.waits.reason] : null),
    open && canAct() && open.acts?.includes("resolve") ? make("div", { class: "callout" }, make("h3", {}, "Both sides changed: which one?"), choose(open)) : [],
    make("ol", { class: "story" }, (r.entries || []).slice().reverse().map((c) => make("li", {},
      make("p", {}, make("a", { href: "#run/" + c.run_id }, at(c.at)), " ", make("b", {}, did(c)), " ", where(c)),
      c.conflict ? versus(c.conflict) : diff(c),
      c.reason ? make("p", { class: "reason" }, upper(c.reason)) : [],
      c.repeated ? make("p", { class: "soft" }, "The same in " + several(c.repeated.runs, "more run", "more runs")) : [])))];
}
const routes = [
  [/^#run\/([0-9A-Za-z-]{1,40})$/, (id) => "api/runs/" + id, showRun],
  [/^#record\/([0-9a-fA-F-]{32,36})$/, (id) => "api/records/" + id, showRecord],
  [/^#plan$/, () => "api/plan", showPlan],
];
const routeOf = (hash) => routes.map(([r, path, show]) => [hash.match(r), path, show]).find(([m]) => m);

function showView() {
  const inside = !!routeOf(view.hash);
  $("home").hidden = inside || locked;
  $("view").hidden = !inside || locked;
  if (!inside || locked) return;
  const marks = store.pending?.pending.filter((p) => p.kind === "approved" || p.take || p.conflict);
  const s = store.status, now = [s?.condition, store.pending?.plan_id, s?.running, s?.control?.plan?.id];
  part($("view"), [view.data, view.error, canAct(), marks, now], () => view.data ? routeOf(view.hash)[2](view.data)
    : [back(), make("p", { class: view.error ? "bad" : "soft" }, view.error || "Loading …")]);
}
async function loadView() {
  const { hash } = view, found = routeOf(hash);
  if (!found || locked) return;
  try {
    const data = await ask(found[1](found[0][1]));
    if (view.hash === hash) view = { hash, data, error: "" };
  } catch (e) {
    if (view.hash === hash && !(view.data && e.status !== 404)) view = { hash, data: null, error: e.status !== 404 ? e.message
      : hash === "#plan" ? "There is no preview now. Ask for a new one on the overview."
      : "Nothing is known of that: it may be older than the runs that are kept." };
  }
  showView();
  disable();
}
async function go(first) {
  const from = view.hash;
  view = { hash: location.hash, data: null, error: "" };
  showView();
  if (!first && !routeOf(view.hash)) document.querySelector(`a[href="${CSS.escape(from)}"]`)?.focus();
  await loadView();
  if (routeOf(view.hash) && !locked) {
    scrollTo(0, 0);
    $("view").focus({ preventScroll: true });
  }
}
