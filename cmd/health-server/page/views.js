/* What is behind a link: #run/ID, #record/ID, #plan. */
let view = { hash: "", data: null, error: "" };

function grouped(list, planned) {
  const found = new Map();
  for (const c of list) {
    const name = c.op === "skip" || c.status === "skipped" ? "Left alone" + (c.code ? ": " + c.code : "")
      : (planned || c.status === "planned" ? future[c.op] || c.op
        : c.status === "done" ? upper(past[c.op] || c.op) : "Not " + (past[c.op] || c.op)) + (sides[c.target] ? " in " + sides[c.target] : "");
    if (!found.has(name)) found.set(name, []);
    found.get(name).push(c);
  }
  return [...found];
}
const isQuiet = (list) => ["link", "stamp", "adopt"].includes(list[0].op);

/* Changes as a pull request shows them, by kind. */
function showDiffs(list, left, approve) {
  const groups = grouped(list);
  return [groups.sort((a, b) => isQuiet(a[1]) - isQuiet(b[1])).map(([name, of]) =>
    make("details", { class: "diffs", "data-fold": name, open: !isQuiet(of) && of.length <= 200 },
      make("summary", {}, name, " ", make("span", { class: "count" }, number(of.length))),
      make("ul", {}, of.map((c) => make("li", { class: "change-diff " + c.op },
        make("p", {}, title(c), " ", inNotion(c)),
        c.conflict ? versus(c.conflict) : diff(c),
        c.reason ? make("p", { class: "reason" }, upper(c.reason)) : [],
        approve ? approve(c) : []))))),
  left ? make("p", { class: "soft" }, "and " + number(left) + " more: bin/report --run prints them all") : []];
}
const back = () => make("p", {}, make("a", { href: "#", class: "back", "data-focus": "back" }, "← Overview"));
const facts = (...list) => make("dl", { class: "times" }, list.filter((f) => f).map(([name, ...v]) =>
  make("div", {}, make("dt", {}, name), make("dd", {}, v))));

function didWhat(ops) {
  const lines = Object.entries(ops || {}).filter(([op]) => past[op]).map(([op, to]) => {
    const done = (side) => (to[side] || {}).done || 0;
    const made = sum(Object.values(to).map((t) => t.done || 0));
    return [past[op], number(done("supabase")), number(done("notion")), number(sum(to) - made)];
  });
  return lines.length ? table("What it did, by side", ["operation", "Supabase", "Notion", "not done"], lines, 1) : [];
}
function guards(blocked, plan) {
  if (!blocked?.length) return [];
  return make("div", { class: "callout bad" }, make("h3", {}, "Blocked: nothing was written"),
    blocked.map((b) => make("p", {}, make("b", {}, b.guard), b.reason ? ": " + b.reason : "")),
    canAct() && plan ? make("div", { class: "buttons" }, button("Allow this once", blocked.map((b) => b.guard).join(", "), "allow", { plan }, true)) : [],
    canAct() && plan ? make("p", { class: "soft" }, "A run carries out just this plan; if anything has changed since, it is blocked again.") : []);
}
function showRun(r) {
  const blocked = r.status === "blocked", planned = (r.results || []).some((c) => c.status === "planned");
  const counted = { trash: "mass-delete", create: "mass-create", update: "mass-change" };
  const approve = (c) => !canAct() || !blocked || !r.plan_id || !idOf(c) || !r.blocked.some((b) => b.guard === counted[c.op]) ? [] : make("div", { class: "buttons" },
    button("Approve this one", titleOf(c), "approve", { plan: r.plan_id, ids: [idOf(c)] }));
  return [back(), make("h2", {}, "Run of ", short(r.started_at), " ", ended(r.status)),
    facts(["Began", utc(r.started_at)], r.duration_ms === undefined ? null : ["Took", took(r.duration_ms)],
      ["Changes", number(r.changes)], r.errors ? ["Failed", number(r.errors)] : null,
      r.conflicts ? ["Conflicts", number(r.conflicts)] : null,
      r.undoes ? ["Took back", make("a", { href: "#run/" + r.undoes }, r.undoes)] : null, ["Id", make("code", {}, r.run_id)]),
    r.message ? make("pre", { class: "bad" }, r.message) : [],
    guards(r.blocked, r.plan_id), didWhat(r.ops),
    r.can_undo && canAct() ? make("div", { class: "buttons" },
      make("button", { type: "button", "data-focus": "undo", click: () => act("undo", { run: r.run_id, dry_run: true }) }, "Take it back …"),
      make("span", { class: "soft" }, "shows first what that would write")) : [],
    r.results?.length ? showDiffs(r.results, r.left_out, planned ? approve : null)
      : make("p", { class: "empty" }, r.status === "open" ? "It hasn’t ended yet." : "There was nothing to write.")];
}
function showPlan(p) {
  const undo = p.kind === "undo", writes = (p.results || []).filter((c) => c.op !== "skip").length;
  return [back(), make("h2", {}, undo ? "Taking back the run of " : "What a run would do now", undo ? short(idTime(p.run_id)) : ""),
    facts(["Made", aged(p.at)], ["Would write", several(writes, "operation")], p.plan_id ? ["Plan", make("code", {}, p.plan_id)] : null),
    p.cut ? make("p", { class: "warn" }, "The plan is too long to be shown in full; its end is cut off.") : [],
    p.exit_code > 3 ? make("p", { class: "bad" }, "It ended with exit code " + p.exit_code + ".") : [],
    undo ? (p.blocked || []).map((b) => make("p", { class: "warn" }, "A guard asks whether you want that: " + (b.reason || b.guard)))
      : guards(p.blocked, p.plan_id),
    canAct() && writes && !p.cut && (undo || !p.blocked?.length) ? make("div", { class: "buttons" }, undo
      ? button("Take back " + several(writes, "change"), "", "undo",
        { run: p.run_id, plan: p.plan_id, ...(p.blocked?.length ? { allow: true } : {}) }, true)
      : button("Sync now", "", "sync-now", {}, true)) : [],
    p.results?.length ? showDiffs(p.results, 0) : make("p", { class: "empty" }, "Nothing would be written: both sides are equal.")];
}
const idTime = (id) => (id || "").replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z.*$/, "$1-$2-$3T$4:$5:$6Z");

function showRecord(r) {
  return [back(), make("h2", {}, titleOf(r)),
    facts(r.row_id ? ["Row", make("code", {}, r.row_id)] : null, r.page_id ? ["Page", outward(r.url, make("code", {}, r.page_id))] : null,
      ["Paired", r.paired_at ? at(r.paired_at) : "before the oldest run that is kept, or not yet"],
      ["Waits", r.waits ? (kinds[r.waits.kind] || passing[r.waits.kind] || r.waits.kind) + ": " + r.waits.reason : "for nothing"]),
    make("ol", { class: "story" }, (r.entries || []).slice().reverse().map((c) => make("li", {},
      make("p", {}, make("a", { href: "#run/" + c.run_id }, at(c.at)), " ",
        make("b", {}, upper((c.status === "done" ? "" : c.status === "planned" ? "planned: " : "not ") + (past[c.op] || c.op))), " ", where(c)),
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
  $("home").hidden = inside;
  $("view").hidden = !inside;
  if (!inside) return;
  part($("view"), [view.data, view.error, canAct()], () => view.data ? routeOf(view.hash)[2](view.data)
    : [back(), make("p", { class: view.error ? "bad" : "soft" }, view.error || "Loading …")]);
}
async function loadView() {
  const { hash } = view, found = routeOf(hash);
  if (!found) return;
  try {
    if (hash === "#plan" && !store.status?.control?.plan) throw new Refused(404, "");
    const data = await ask(found[1](found[0][1]));
    if (view.hash === hash) view = { hash, data, error: "" };
  } catch (e) {
    if (view.hash === hash) view = { hash, data: null, error: e.status === 404 ? "Nothing is known of that any more: it is "
      + "older than the runs that are kept, or a newer run has begun." : e.message };
  }
  showView();
}
async function go(first) {
  const from = view.hash;
  view = { hash: location.hash, data: null, error: "" };
  showView();
  if (!first && !routeOf(view.hash)) document.querySelector(`a[href="${CSS.escape(from)}"]`)?.focus();
  await loadView();
  if (routeOf(view.hash)) {
    scrollTo(0, 0);
    $("view").focus({ preventScroll: true });
  }
}
