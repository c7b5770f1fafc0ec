/* Signing in, and what a button does: it asks the server, and tells how it ended. */
let fading = null;
function say(text, kind = "") {
  const e = $("said");
  clearTimeout(fading);
  if (!kind) fading = setTimeout(() => { e.hidden = true; }, 8000); /* what went well needn't stay */
  e.hidden = !text;
  e.className = kind;
  write(e, text);
}
let wanted = null; /* the act that waits for the token */

function openSign(why = "") {
  $("token").value = "";
  write($("sign-said"), why);
  write($("sign-what"), wanted ? "Then: " + wanted[2] : "");
  if (!$("sign").open) $("sign").showModal();
  $("token").focus();
}
async function signIn() {
  const given = $("token").value.trim();
  token.set(given);
  try {
    if (canAct()) await ask("control/sign-in", {});
    else await ask("status.json"); /* private, and not known yet */
  } catch (e) {
    token.set("");
    openSign(e.status === 401 ? "That is not the token." : e.message);
    return;
  }
  $("token").value = "";
  $("sign").close();
  locked = false;
  const next = wanted;
  wanted = null;
  await update();
  if (next) act(...next);
}
/* What was shown goes with the token, so all of it is read again. */
function signOut() {
  token.set("");
  keep(null);
  location.reload();
}
const doing = {
  "sync-now": "Syncing", "dry-run": "Making the plan", approve: "Approving", resolve: "Deciding", allow: "Carrying out the plan that you allowed",
  undo: "Working on the undo",
};
/*
 * The act that was started here and hasn't ended yet: {name, body, label, id}; without an id it is being asked for.
 * The tab keeps it, so that its end is told after a reload too.
 */
let mine = null;
function keep(one) {
  mine = one;
  if (one) sessionStorage.setItem("act", JSON.stringify(one));
  else sessionStorage.removeItem("act");
}
const unknown = () => say("No answer came: it may have begun. The list of runs tells.", "warn");
function comeBack() {
  const kept = JSON.parse(sessionStorage.getItem("act") || "null");
  keep(kept?.id ? kept : null);
  if (mine) say(doing[mine.name] + " …", "running");
  else if (kept) unknown();
}

async function act(name, body, label) {
  if (mine || busy()) return;
  if (!token.get()) {
    wanted = [name, body, label];
    openSign();
    return;
  }
  const one = { name, body, label };
  keep(one);
  disable();
  say("Asking …", "running");
  try {
    one.id = (await ask("control/" + name, body)).id;
    one.since = Date.now();
    keep(one);
    say(doing[name] + " …", "running");
    update();
  } catch (e) {
    keep(null);
    disable();
    if (e.status === 401) {
      token.set("");
      wanted = [name, body, label];
      say("");
      openSign("The token isn’t accepted any more.");
    } else if (e instanceof Refused) {
      say("Refused: " + e.message, "bad");
    } else {
      unknown();
      update(true);
    }
  }
}
const linesOf = (text) => (text || "").trim().split("\n");
const bare = (line) => upper(line.replace(/^[a-z-]+: ([0-9a-f-]{36}: )?/, "")).slice(0, 400);
const lastLine = (text) => bare(linesOf(text).pop());
/* What the scripts themselves say: of a decision and of an undo they know best. */
const ownLines = (text) => linesOf(text).filter((l) => /^(controls|sync-now): /.test(l)).map(bare);

function outcome({ name, body }, last) {
  const shows = name === "dry-run" || body.dry_run, code = last.exit_code, own = ownLines(last.output);
  if (shows && code <= 3) return [""];
  if (name === "resolve" && code > 1 && /decision is kept/.test(last.output))
    return [code === 3 ? "The decision is kept, but a guard blocked the run." : "Kept: the next run carries it out.", "warn"];
  if (code > 3 || code === 2) return ["Not done: " + lastLine(last.output), "bad"];
  if (name === "approve") return ["Approved. The next run carries it out."];
  if (code === 3) return [/changed since/.test(last.output) ? "The plan has changed since it was shown; nothing was written. Look at it again."
    : "A guard blocked it; nothing was written.", "bad"];
  if (name === "resolve" && own.length) return [own.at(-1), !code && /^(Resolved|Both)/.test(own.at(-1)) ? "" : "warn"];
  if (name === "undo") return [own.join(". ") || "Taken back.", "warn"];
  return code === 1 ? ["Done; something needs a person.", "warn"] : ["Done."];
}
/* Whether the act that was started here has ended. */
function follow(control) {
  if (!mine?.id || !control) return false;
  if (control.running?.id === mine.id) return false;
  const was = mine, last = control.last;
  if (last?.id !== was.id) {
    if (control.running || Date.now() - was.since < 3000) return false;
    keep(null);
    say("How that ended isn’t known here: the server was started again, or somebody else was next. The list of runs tells.", "warn");
    return true;
  }
  keep(null);
  say(...outcome(was, last));
  if ((was.name === "dry-run" || was.body.dry_run) && [0, 1, 3].includes(last.exit_code)) {
    if (location.hash === "#plan") go();
    else location.hash = "#plan";
  } else if (location.hash === "#plan" && !control.plan) {
    location.hash = "#"; /* it was carried out */
  }
  return true;
}
/* Buttons keep the focus while something runs; they only do nothing. */
function disable() {
  const off = !!(mine || busy());
  for (const b of document.querySelectorAll("#acts button, #waits button:not(.opens), #view button, #folds button")) {
    if (off) b.setAttribute("aria-disabled", "true");
    else b.removeAttribute("aria-disabled");
  }
}
function showActs(s) {
  const c = s.control || {};
  $("acts").hidden = !c.enabled;
  $("b-sync").classList.toggle("running", !!c.running);
  $("b-sync").classList.toggle("main", s.condition !== "blocked");
  write($("b-sync"), c.running ? (doing[c.running.act] || "Working") + " …" : "Sync now");
  $("b-sign").hidden = !c.enabled && !c.private;
  write($("b-sign"), token.get() ? "Sign out" : "Sign in");
  $("b-plan").hidden = !c.plan || !!c.running;
  write($("b-plan"), c.plan ? "Look at the preview of " + short(c.plan.at) : "");
  write($("mode"), c.enabled ? "" : "Read only");
  $("mode").title = c.enabled ? "" : "Set SYNC_CONTROL_TOKEN to act from this page";
  disable();
}
