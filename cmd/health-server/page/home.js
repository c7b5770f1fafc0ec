/* The first screen: is it well, and what changed lately. */
function showState(s) {
  let [kind, mark, word] = words[s.condition] || ["bad", "?", s.condition];
  const headline = s.condition === "blocked" && s.guards ? Object.values(s.guards).join("; ") : below(word, s);
  if (kind === "good" && s.level === "WARNING") [kind, mark, word] = ["warn", "!", word + "; a record is damaged"];
  part($("word"), [kind, mark, word], () => [make("span", { class: "dot " + kind, "aria-hidden": "true" }, mark), " ", word]);
  $("s-state").className = kind;
  write(document.querySelector("title"), word + ": vaultsync");
  const why = whyNot(s);
  part($("headline"), why ? [why, s.last_run.run_id] : headline,
    (told) => why ? [make("span", { class: "clamp two" }, why), make("a", { href: "#run/" + s.last_run.run_id, "data-focus": "why" }, "What happened")] : [told]);
  part($("times"), [s.since, s.last_success?.ended_at, s.last_run?.status, s.last_run?.ended_at, s.open_run?.run_id,
    s.schedule, s.interval_seconds, s.running, isOverdue(s.schedule), s.since_or_before], () => times(s));
}
/* The server doesn't answer: what is shown was so then. */
function showOld(s) {
  const [, , word] = words[s.condition] || [, , s.condition];
  part($("word"), ["old", s.at], () => [make("span", { class: "dot soft", "aria-hidden": "true" }, "?"), " ", word + " at " + short(s.at)]);
  $("s-state").className = "soft";
  write(document.querySelector("title"), "Out of date: vaultsync");
}
/* Where the last run tells why, its own words. */
const whyNot = (s) => ["failing", "interrupted"].includes(s.condition) && !s.last_run?.undoes && s.last_run?.message || "";
/* The headline without the word that is above it already. */
function below(word, s) {
  if (s.since) s = { ...s, headline: s.headline.replace(/[,;]? ?since (before )?\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)? UTC/, "")
    .replace(/ \(\d+ \w+\)/, "") };
  const same = s.headline.toLowerCase().startsWith(word.toLowerCase());
  const rest = same ? s.headline.slice(word.length).replace(/^[,:]? */, "") : s.headline;
  return /^last success .* ago$/.test(rest) ? "" : upper(rest); /* that stands below */
}
const GRACE = 60000; /* a schedule's run may begin a little later */
const isOverdue = (plan) => !!plan?.next_at && now() - Date.parse(plan.next_at) > GRACE;
/* Only a lock tells what goes on; files are left behind. */
function nextRun(s) {
  const plan = s.schedule, warn = (...text) => make("span", { class: "warn" }, text);
  if (s.running) return make("span", { class: "running" }, "under way");
  if (plan && !plan.running) return warn("the schedule isn’t running");
  if (isOverdue(plan)) return warn("overdue since ", at(plan.next_at));
  if (plan?.next_at) return aged(plan.next_at, "left");
  if (s.open_run) return warn("the last run was cut off");
  return plan ? "about to begin" : "about every " + span(s.interval_seconds * 1000);
}
function times(s) {
  const pair = (name, ...value) => make("div", {}, make("dt", {}, name), make("dd", {}, value));
  const last = s.last_run;
  return [
    s.since ? pair("Since", s.since_or_before ? "before " : "", at(s.since), " ",
      make("span", { class: "soft" }, s.since_or_before ? ["(more than ", aged(s.since, "age"), ")"] : ["(", aged(s.since), ")"])) : [],
    pair("Last success", s.last_success ? aged(s.last_success.ended_at) : "never"),
    last && !same(last.run_id, s.last_success?.run_id) ? pair("Last run", make("span", { class: (ends[last.status] || [""])[0] }, last.status), " ", aged(last.ended_at || last.started_at)) : [],
    pair("Next run", nextRun(s)),
  ];
}

/* Thirty bars: one stop for the keyboard, the arrows go on from there. */
function barText(r) {
  return upper(short(r.started_at)) + ": " + (ends[r.status] || ["", "", r.status])[2] + ", " + several(r.changes, "change")
    + (r.errors ? ", " + number(r.errors) + " failed" : "") + (r.duration_ms === undefined ? "" : ", took " + took(r.duration_ms));
}
function showBars(s) {
  const runs = s.runs.slice(-30).map(({ age_seconds, ...r }) => r);
  part($("bars"), runs.length ? runs : null, () => {
    const most = Math.max(1, ...runs.map((r) => r.changes));
    const list = make("ol", { class: "bars", "aria-label": "The last " + several(runs.length, "run") + ", oldest first" },
      runs.map((r, i) => {
        const [kind, mark] = ends[r.status] || ["soft", "?"];
        const bar = make("i", { class: kind });
        bar.style.height = Math.round(18 + 82 * Math.sqrt(r.changes / most)) + "%";
        return make("li", {}, make("a", { href: "#run/" + r.run_id, tabindex: i === runs.length - 1 ? "0" : "-1",
          "aria-label": barText(r), "data-focus": "bar-" + r.run_id, "data-tip": barText(r) },
        r.status === "ok" ? [] : make("span", { class: "mark " + kind, "aria-hidden": "true" }, mark), bar));
      }));
    list.addEventListener("keydown", (e) => {
      const all = [...list.querySelectorAll("a")], i = all.indexOf(document.activeElement);
      const to = { ArrowLeft: i - 1, ArrowRight: i + 1, Home: 0, End: all.length - 1 }[e.key];
      if (i < 0 || to === undefined || !all[to]) return;
      e.preventDefault();
      all.forEach((a, n) => { a.tabIndex = n === to ? 0 : -1; });
      all[to].focus();
    });
    return list;
  });
}

/* Beyond the longest answer, older changes are added to it; what is new then comes before them. */
const MOST = 500, changeKey = (c) => c.run_id + "/" + c.n;
function withOlder(a) {
  const had = store.older, keys = new Set(a.activity.map(changeKey));
  if (!had) return a;
  store.older = null;
  if (!had.activity.some((c) => keys.has(changeKey(c)))) return a; /* there would be a gap */
  store.older = { activity: [...a.activity, ...had.activity.filter((c) => !keys.has(changeKey(c)))], next: had.next };
  return { ...a, ...store.older };
}
async function showMore() {
  const a = store.activity, path = activityPath(a.next);
  if (store.shown < MOST && a.activity.length >= store.shown) {
    store.shown = Math.min(MOST, store.shown * 2 + 26);
    update(true);
    return;
  }
  try {
    const more = await ask(path), has = new Set(store.activity.activity.map(changeKey));
    if (activityPath(a.next) !== path) return; /* something else is looked for now */
    store.older = { activity: [...store.activity.activity, ...more.activity.filter((c) => !has.has(changeKey(c)))], next: more.next };
    Object.assign(store.activity, store.older);
    showActivity();
  } catch (e) {
    say("The older ones could not be loaded: " + e.message, "warn");
  }
}
function showActivity() {
  const a = store.activity;
  if (!a) return;
  $("activity").classList.toggle("dated", a.activity.some((c) => short(c.at).includes(",")));
  rows($("activity"), a.activity, changeKey, changeLine);
  const filtered = Object.values(store.filter).some((v) => v);
  $("no-activity").hidden = a.activity.length > 0;
  write($("no-activity"), filtered ? "Nothing of that kind is in the runs that are kept."
    : store.status.runs.length ? "No changes in the runs that are kept."
    : "Nothing has changed yet. What the sync writes to either side will be listed here, newest first.");
  $("b-more").hidden = !a.next;
  write($("b-more"), "Show more" + (a.total > a.activity.length ? " (" + number(a.total + (a.left_out || 0) - a.activity.length) + " older)" : ""));
}

/* What stands below the first screen, under its heading. */
function fold(id, data, hint, build) {
  const e = $(id);
  e.hidden = data === null;
  if (data === null) return;
  write(e.querySelector(".hint"), hint);
  part(e.querySelector("summary ~ *"), data, build);
}
function showFolds(s) {
  const { age_seconds, ...last } = s.last_run || {};
  const list = s.conflicts || [];
  const decided = (store.conflicts || []).filter((c) => c.decided);
  fold("f-decided", decided.length ? decided.slice(0, 50) : null, several(decided.length, "record"), showDecided);
  fold("f-runs", s.runs.length ? s.runs.slice().reverse().map(({ age_seconds: a, ...r }) => r) : null,
    number(s.runs.length) + " kept", showRuns);
  fold("f-records", last.counts ? [last.counts, s.live_pairs] : null,
    !s.live_pairs ? "" : several(s.live_pairs, "pair"), showCounts);
  fold("f-requests", last.requests ? [last.requests, last.limited, last.waited_ms, last.status, last.stage, last.exit_code] : null,
    number(sum(last.requests)), () => showRequests(last));
  fold("f-log", s.log?.length ? s.log : null, "newest first", showLog);
}
function showRuns(runs) {
  return table("Newest first", ["run", "ended as", "took", "changes"], runs.map((r) => [
    make("a", { href: "#run/" + r.run_id, "data-focus": "run-" + r.run_id }, short(r.started_at)),
    [ended(r.status), r.errors ? " " + number(r.errors) + " failed" : ""], took(r.duration_ms), number(r.changes)]), 2);
}
function showCounts([counts, pairs]) {
  const states = [...new Set(Object.values(counts).flatMap((c) => Object.keys(c)))];
  return [table("As the last run saw them", ["side", ...states],
    Object.keys(sides).map((k) => [sides[k], ...states.map((t) => number((counts[k] || {})[t]))]), 1),
  pairs === undefined ? [] : make("p", {}, several(pairs, "pair") + " of a live row and a live page")];
}
function showRequests(run) {
  const stages = { supabase: "sb-fetch", notion: "notion-fetch" }, failed = run.status === "failed";
  const answer = (k) => failed && run.stage === stages[k] ? badge("bad", "✗", "failed with exit code " + run.exit_code)
    : failed && (run.stage === "sb-fetch" || run.stage === "tee") ? "the last run ended while both were read"
    : failed && run.stage === "apply" ? badge("warn", "!", "was read, then a write failed on one side")
    : badge("good", "✓", "answered");
  return [table("In the last run", ["service", "requests", "rate limited", "waited"],
    Object.keys(sides).map((k) => [sides[k], number(run.requests[k]), number((run.limited || {})[k]), took((run.waited_ms || {})[k] || 0)]), 1),
  Object.keys(sides).map((k) => make("p", { class: "gap" }, sides[k], ": ", answer(k)))];
}
function showLog(lines) {
  const kinds = { error: "bad", warn: "warn" };
  return table("Newest first", ["time", "level", "program", "message"], lines.slice().reverse().map((l) => [
    make("time", { datetime: l.time, title: utc(l.time) }, short(l.time)),
    make("span", { class: kinds[l.level] || "" }, l.level), l.program, l.message]));
}
