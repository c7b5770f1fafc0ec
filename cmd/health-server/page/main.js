/* The page follows the server: every five seconds, more often while something runs. */
let timer = null, latest = 0, seen = "", listsAt = 0, locked = false;

const activityPath = (after) => "api/activity?" + new URLSearchParams([...Object.entries(store.filter).filter(([, v]) => v), ["limit", store.shown],
  ...after ? [["after", after]] : []]);
const keyOf = (s) => JSON.stringify([s.last_run?.run_id, s.last_run?.ended_at, s.open_run?.run_id, s.control?.last?.id]);

/* What is behind the lists; what can't be had now is asked for again. */
async function loadLists() {
  const asked = ["api/pending", activityPath(), "api/conflicts"].map((path) => ask(path));
  return Promise.allSettled(asked);
}
function takeLists([pending, activity, conflicts]) {
  if (pending.value) store.pending = pending.value;
  if (activity.value) store.activity = withOlder(activity.value);
  if (conflicts.value) store.conflicts = conflicts.value.conflicts;
  const failed = [pending, activity, conflicts].find((r) => r.reason);
  if (failed) throw failed.reason;
}
function showHead() {
  const s = store.status;
  showState(s);
  showBars(s);
  showActs(s);
  part($("foot"), [s.version, s.damage], () => ["vaultsync " + s.version + ". Times are local; hover for UTC.",
    (s.damage || []).map((d) => [make("br"), make("span", { class: "bad" }, "Damaged: " + d)])]);
}
function show() {
  const s = store.status;
  showHead();
  showActivity();
  showWaits(s);
  showFolds(s);
  showView();
  disable();
}
function lost(e) {
  write($("lost"), "This page may be out of date: the server " + (e.status ? "answered " + e.status + ": " : "doesn’t answer: ") + e.message);
  $("lost").hidden = false;
  if (store.status) showOld(store.status);
  else $("home").hidden = true; /* there is nothing to show yet */
}
let moved = 0; /* when the server's own clock was seen to move last, by ours */
const STILL = 10000;
function takeStatus(s) {
  if (s.at !== store.status?.at) moved = Date.now();
  else if (Date.now() - moved > STILL) throw new Refused(200, "nothing newer than " + short(s.at));
  skew = Date.parse(s.at) - Date.now();
  store.status = s;
  return follow(s.control);
}
/* What came with the page is there at once; what is folded away can follow. */
function begin() {
  comeBack();
  const first = JSON.parse($("first").textContent);
  if (!first.status) return update().then(() => go(true));
  takeStatus(first.status);
  takeLists(["pending", "activity", "conflicts"].map((name) => ({ value: first[name] })));
  seen = keyOf(first.status);
  listsAt = Date.now();
  showHead();
  showActivity();
  showWaits(first.status);
  timer = setTimeout(update, mine ? 700 : 5000);
  go(true);
  if (document.hidden) show(); /* nothing is painted, so nothing can come after it */
  else requestAnimationFrame(() => setTimeout(show));
}
async function update(force) {
  clearTimeout(timer);
  if (locked) return;
  const me = ++latest;
  try {
    let lists = store.status ? null : loadLists();
    const s = await ask("status.json");
    if (me !== latest) return;
    const over = takeStatus(s), changed = over || keyOf(s) !== seen;
    showHead();
    showView();
    if (force === true || changed || Date.now() - listsAt > 30000) lists ||= loadLists();
    if (lists) {
      const got = await lists;
      if (me !== latest) return;
      takeLists(got);
      seen = keyOf(s);
      listsAt = Date.now();
    }
    show();
    $("lost").hidden = true;
    if (location.hash === view.hash && (over || view.hash !== "#plan" && (changed || view.data?.status === "open"))) loadView();
  } catch (e) {
    if (me !== latest) return;
    if (e.status === 401) {
      lockUp();
      return;
    }
    if (store.status) show();
    lost(e);
  }
  timer = setTimeout(update, mine ? 700 : document.hidden ? 60000 : 5000);
}
/* SYNC_PAGE_PRIVATE: nothing is shown without the token. */
function lockUp() {
  const given = token.get();
  token.set("");
  if (store.status) location.reload(); /* nothing stays on the page */
  locked = true;
  showView();
  $("b-sign").hidden = false;
  write($("b-sign"), "Sign in");
  write($("mode"), "Private: sign in to see anything");
  openSign(given ? "The token isn’t accepted." : "");
}

$("b-sync").addEventListener("click", () => act("sync-now", {}, "Sync now"));
$("b-dry").addEventListener("click", () => act("dry-run", {}, "Preview"));
$("b-sign").addEventListener("click", () => token.get() ? signOut() : openSign());
$("b-cancel").addEventListener("click", () => { wanted = null; $("sign").close(); });
$("sign").addEventListener("cancel", () => { wanted = null; });
$("sign").querySelector("form").addEventListener("submit", (e) => { e.preventDefault(); signIn(); });
$("b-more").addEventListener("click", showMore);
function showFilter() {
  const open = !$("filters").hidden, form = $("filters");
  const chosen = [...form.querySelectorAll("select")].filter((e) => e.value).map((e) => e.selectedOptions[0].text);
  const words = [...chosen, form.elements.text.value].filter((v) => v);
  $("b-filter").setAttribute("aria-expanded", open);
  write($("b-filter"), words.length ? "Filter: " + words.join(", ") : "Filter");
}
$("b-filter").addEventListener("click", () => {
  $("filters").hidden = !$("filters").hidden;
  showFilter();
  if (!$("filters").hidden) $("filters").querySelector("select").focus();
});
let typing = null;
$("filters").addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(() => {
    store.filter = Object.fromEntries(new FormData($("filters")));
    store.older = null;
    showFilter();
    update(true);
  }, 200);
});
$("filters").addEventListener("submit", (e) => e.preventDefault());

/* The tip of a bar, by pointer and by keyboard. */
function tip(e) {
  const bar = e.target.closest?.("[data-tip]"), box = $("tip");
  box.hidden = !bar;
  if (!bar) return;
  write(box, bar.dataset.tip);
  const r = bar.getBoundingClientRect();
  box.style.left = Math.max(8, Math.min(r.left + r.width / 2 - box.offsetWidth / 2, innerWidth - box.offsetWidth - 8)) + "px";
  box.style.top = Math.max(4, r.top - box.offsetHeight - 6) + "px";
}
for (const type of ["mouseover", "focusin"]) document.addEventListener(type, tip);
for (const type of ["focusout", "scroll", "mouseleave"]) document.addEventListener(type, () => { $("tip").hidden = true; }, true);
document.addEventListener("keydown", (e) => { if (e.key === "Escape") $("tip").hidden = true; });
setInterval(() => document.querySelectorAll("time[data-how]").forEach(tell), 1000);
document.addEventListener("visibilitychange", () => document.hidden || update());
addEventListener("hashchange", () => go());
/* On a desk the folds stand beside what changed, else below it: the order of reading is that of the eye. */
const place = () => $(isWide.matches ? "aside" : "home").append($("folds"));
isWide.addEventListener("change", place);
place();
view.hash = location.hash;
begin();
