/* What the server knows, and how it is asked. The token is kept for this tab alone. */
const store = { status: null, pending: null, activity: null, conflicts: null, filter: {}, shown: 12, older: null };

const token = {
  get: () => sessionStorage.getItem("token") || "",
  set: (t) => t ? sessionStorage.setItem("token", t) : sessionStorage.removeItem("token"),
};
class Refused extends Error {
  constructor(status, text) {
    super(text);
    this.status = status;
  }
}
async function ask(path, post) {
  const headers = token.get() ? { "X-Sync-Token": token.get() } : {};
  if (post) headers["Content-Type"] = "application/json";
  const r = await fetch(path, { method: post ? "POST" : "GET", headers, cache: "no-store",
    body: post ? JSON.stringify(post) : undefined, signal: AbortSignal.timeout(15000) });
  if (r.ok) return r.status === 204 ? null : r.json();
  throw new Refused(r.status, (await r.text()).trim().slice(0, 500) || "HTTP status " + r.status);
}
const canAct = () => !!store.status?.control?.enabled;
const busy = () => store.status?.control?.running || null;
const words = {
  healthy: ["good", "✓", "Healthy"], attention: ["warn", "!", "Needs attention"],
  late: ["warn", "!", "Late"], stopped: ["bad", "✗", "Stopped"],
  blocked: ["bad", "■", "Blocked by a guard"], failing: ["bad", "✗", "Failing"],
  interrupted: ["warn", "!", "Interrupted"], "never-ran": ["soft", "?", "Never ran"],
  future: ["bad", "?", "Clock is wrong"], damaged: ["bad", "?", "Records are damaged"],
};
const ends = {
  ok: ["good", "✓", "ended well"], attention: ["warn", "!", "needs attention"], blocked: ["bad", "■", "blocked by a guard"],
  failed: ["bad", "✗", "failed"], interrupted: ["warn", "–", "interrupted"], open: ["soft", "…", "running, or cut off"],
  damaged: ["bad", "?", "its record is damaged"],
};
const badge = (kind, mark, ...text) => make("span", { class: "badge " + kind },
  make("span", { class: "mark", "aria-hidden": "true" }, mark), text);
const ended = (status) => badge(...(ends[status] || ["soft", "?", status]));
