/* The page follows the server: every five seconds, more often while something runs. */
let timer = null, seen = "", pendingAt = 0;

async function loadLists(force) {
  const s = store.status;
  const key = JSON.stringify([s.last_run?.run_id, s.last_run?.ended_at, s.open_run?.run_id, s.control?.last?.id]);
  if (!force && key === seen && Date.now() - pendingAt < 30000) return;
  const fresh = key !== seen;
  seen = key;
  pendingAt = Date.now();
  const filter = Object.entries(store.filter).filter(([, v]) => v);
  const query = new URLSearchParams([...filter, ["limit", store.shown]]);
  [store.pending, store.activity, store.conflicts] = await Promise.all([ask("api/pending"),
    fresh || force || !store.activity ? ask("api/activity?" + query) : store.activity,
    fresh || !store.conflicts ? ask("api/conflicts").then((c) => c.conflicts) : store.conflicts]);
}
function show() {
  const s = store.status;
  showState(s);
  showBars(s);
  showActivity();
  showWaits();
  showFolds(s);
  showView();
  showActs(s);
  part($("foot"), [s.version, s.damage], () => ["vaultsync " + s.version + ". Times are those of this browser; hover for UTC.",
    (s.damage || []).map((d) => [make("br"), make("span", { class: "bad" }, "Damaged: " + d)])]);
  $("lost").hidden = true;
}
let latest = 0;
async function update(force) {
  clearTimeout(timer);
  const me = ++latest;
  try {
    const s = await ask("status.json");
    if (me !== latest) return;
    skew = Date.parse(s.at) - Date.now();
    store.status = s;
    const over = follow(s.control);
    await loadLists(force === true || over);
    if (me !== latest) return;
    show();
    if (over && routeOf(view.hash) && location.hash === view.hash) loadView();
  } catch (e) {
    if (me !== latest) return;
    if (e.status === 401) {
      lockUp();
    } else {
      write($("lost"), "This page is out of date: the server doesn’t answer (" + e.message + ").");
      $("lost").hidden = false;
      if (!store.status) $("home").hidden = true; /* there is nothing to show yet */
    }
  }
  timer = setTimeout(update, mine ? 700 : document.hidden ? 60000 : 5000);
}
/* SYNC_PAGE_PRIVATE: nothing is shown without the token. */
function lockUp() {
  const given = token.get();
  token.set("");
  if (store.status) location.reload(); /* nothing stays on the page */
  $("home").hidden = true;
  $("view").hidden = true;
  $("b-sign").hidden = false;
  write($("b-sign"), "Sign in");
  write($("mode"), "Private: sign in to see anything");
  if (!$("sign").open) openSign(given ? "The token isn’t accepted." : "");
}

$("b-sync").addEventListener("click", () => act("sync-now", {}));
$("b-dry").addEventListener("click", () => act("dry-run", {}));
$("b-sign").addEventListener("click", () => token.get() ? signOut() : openSign());
$("b-cancel").addEventListener("click", () => { wanted = null; $("sign").close(); });
$("sign").addEventListener("cancel", () => { wanted = null; });
$("sign").querySelector("form").addEventListener("submit", (e) => { e.preventDefault(); signIn(); });
$("b-more").addEventListener("click", () => { store.shown = Math.min(500, store.shown * 2 + 26); update(true); });
$("b-filter").addEventListener("click", () => {
  const open = $("filters").hidden;
  $("filters").hidden = !open;
  $("b-filter").setAttribute("aria-expanded", open);
  if (open) $("filters").querySelector("select").focus();
});
let typing = null;
$("filters").addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(() => {
    store.filter = Object.fromEntries(new FormData($("filters")));
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
view.hash = location.hash;
update().then(() => go(true));
