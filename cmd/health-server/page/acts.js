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
  const next = wanted;
  wanted = null;
  await update();
  if (next) act(...next);
}
/* What was shown goes with the token, so all of it is read again. */
function signOut() {
  token.set("");
  location.reload();
}
const doing = {
  "sync-now": "Syncing", "dry-run": "Making the plan", approve: "Approving", resolve: "Resolving", allow: "Running the plan that you allowed",
  undo: "Working on the undo",
};
let mine = null; /* the act that was started here and hasn't ended yet: {id, name, body} */

async function act(name, body) {
  if (!token.get()) {
    wanted = [name, body];
    openSign();
    return;
  }
  say("Asking …");
  try {
    const { id } = await ask("control/" + name, body);
    mine = { id, name, body };
    say(doing[name] + " …", "running");
    update();
  } catch (e) {
    if (e.status === 401) {
      token.set("");
      wanted = [name, body];
      say("");
      openSign("The token isn’t accepted any more.");
    } else {
      say("Refused: " + e.message, "bad");
    }
  }
}
const lastLine = (text) => (text || "").trim().split("\n").pop().slice(0, 400);
function outcome({ name, body }, last) {
  if (name === "approve") return last.exit_code === 0 ? ["Approved. The next run carries it out."] : [lastLine(last.output), "bad"];
  if (last.exit_code === 0) return [name === "dry-run" || body.dry_run ? "" : "Done."];
  if (last.exit_code === 3) return [name === "dry-run" || body.dry_run ? "" : "A guard blocked it; nothing was written.", "bad"];
  if (last.exit_code === 1) return [name === "dry-run" || body.dry_run ? "" : "Done, and something needs a person.", "warn"];
  return [last.exit_code === 75 ? "Another run is under way: " + lastLine(last.output)
    : "It ended with exit code " + last.exit_code + ". " + lastLine(last.output), "bad"];
}
/* Whether the act that was started here has ended. */
function follow(control) {
  if (!mine || !control?.last || control.last.id < mine.id) return false;
  const was = mine;
  mine = null;
  if (control.last.id === was.id) say(...outcome(was, control.last));
  else say("");
  if (control.last.id === was.id && (was.name === "dry-run" || was.body.dry_run) && [0, 1, 3].includes(control.last.exit_code)) {
    if (location.hash === "#plan") go();
    else location.hash = "#plan";
  } else if (location.hash === "#plan" && !control.plan) {
    location.hash = "#"; /* it was carried out */
  }
  return true;
}
function showActs(s) {
  const c = s.control || {}, running = c.running || s.open_run;
  $("acts").hidden = !c.enabled;
  const label = c.running ? (doing[c.running.act] || "Working") + " …" : s.open_run ? "A run is under way …" : "Sync now";
  write($("b-sync"), label);
  $("b-sync").classList.toggle("running", !!running);
  for (const b of document.querySelectorAll("#acts button, #waits button, #view button, #folds button"))
    b.disabled = !!c.running;
  $("b-sign").hidden = !c.enabled && !c.private;
  write($("b-sign"), token.get() ? "Sign out" : "Sign in");
  write($("mode"), c.enabled ? "" : "Read only");
  $("mode").title = c.enabled ? "" : "Set SYNC_CONTROL_TOKEN to act from this page";
}
