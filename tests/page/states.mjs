// Log folders for the states that the page can be in.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const MINUTE = 60000;
const iso = (t) => new Date(t).toISOString().replace(/\.\d+Z$/, "Z");
const id = (t, n) => iso(t).replace(/[-:]/g, "") + "-" + (1000 + n);
const ids = ["b6997d27-450d-43f4-9edf-014d7016130e", "57d4d048-b785-4a49-b911-6f453082aa7c",
  "0a1cd0a5-6a4f-4a0e-9f0d-6d3c5d6f3b11"];
// What came from data: it must be shown, and never be more than text.
export const hostile = `<script>document.title="owned"</script><img src=x onerror="document.title='owned'">`;

// Characters that turn text round, hide it, or drive a terminal, and what must be seen of them; those that letters and
// emoji need.
export const odd = "\u202eevil\u2066\u001b[2J\u009b1m\u2028\u200b\ufeff", seen = "\\u{202E}evil\\u{2066}\\u{001B}[2J"
  + "\\u{009B}1m\\u{2028}\\u{200B}\\u{FEFF}", needed = "\u{1f468}\u200d\u{1f469} \u0645\u06cc\u200c\u062e";

export class Folder {
  constructor(dir) {
    this.dir = dir;
    this.n = 0;
    mkdirSync(join(dir, "runs"), { recursive: true });
  }

  put(name, value) {
    writeFileSync(join(this.dir, name), JSON.stringify(value) + "\n");
  }

  lines(name, values) {
    writeFileSync(join(this.dir, name), values.map((v) => JSON.stringify(v) + "\n").join(""));
  }

  // A run that ended `ago` minutes ago, with the lines of its plan; those that have a status are its results.
  run(ago, more = {}, lines = [], guards = undefined) {
    const ended = Date.now() - ago * MINUTE, run_id = more.run_id || id(ended - 4000, this.n++);
    const record = {
      v: 1, run_id, status: "ok", exit_code: 0, stage: "apply", signal: null, message: null,
      started_at: iso(ended - 4000), ended_at: iso(ended), duration_ms: 3920, version: "0.1.0",
      planned: 3, errors: 0, conflicts: 0, complete: true, skips: {}, blocked: [],
      ops: { create: { notion: { done: 2 } }, update: { supabase: { done: 1, failed: 0 } } },
      counts: { supabase: { live: 1240, deleted: 3 }, notion: { live: 1240, moved: 1 } },
      requests: { supabase: 59, notion: 133 }, limited: { supabase: 0, notion: 2 },
      waited_ms: { supabase: 0, notion: 61000 }, plan_id: ids[0], ...more,
    };
    const dir = join("runs", run_id), done = lines.filter((l) => l.status);
    mkdirSync(join(this.dir, dir));
    this.put(join(dir, "run.json"), record);
    this.lines(join(dir, "plan.ndjson"), [
      { kind: "head", stream: "plan", v: 1, plan_id: record.plan_id, at: record.started_at, blocked: record.blocked, guards },
      ...lines.map(({ status, error, attempts, ...l }, n) => ({ kind: "op", n: n + 1, ...l })),
      { kind: "end", count: lines.length, complete: true, totals: { live_pairs: 1238 } },
    ]);
    if (record.status !== "blocked")
      this.lines(join(dir, "results.ndjson"), [
        { kind: "head", stream: "results", v: 1 },
        ...done.map((r, n) => ({ kind: "result", n: n + 1, ...r })),
        { kind: "end", count: done.length, complete: true },
      ]);
    this.put("last_run.json", record);
    if (record.status === "ok" || record.status === "attention") this.put("last_success.json", record);
    return record;
  }

  // A run that goes on since `ago` milliseconds; its id.
  begin(ago) {
    const run_id = id(Date.now() - ago, 900);
    mkdirSync(join(this.dir, "runs", run_id));
    return run_id;
  }

  log(level, program, message) {
    const line = `time=${iso(Date.now() - MINUTE).replace("Z", ".123Z")} level=${level} run=- program=${program} `
      + `msg="${message.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"\n`;
    writeFileSync(join(this.dir, "sync.log"), line, { flag: "a" });
  }
}

const titles = ["Adopt PostgreSQL", "Deploy on weekdays before 15:00 only", "Keep customer data in the EU",
  "Write the public API in OpenAPI first", "Rotate on-call every week", "Drop support for Internet Explorer"];
export const uuid = (n) => "b6997d27-450d-43f4-9edf-" + String(n).padStart(12, "0");
// An op that was done, on the nth record.
export const done = (n, more = {}) => ({ op: "update", target: n % 2 ? "notion" : "supabase", row_id: uuid(n), page_id: uuid(1000 + n),
  status: "done", attempts: 1, set: { type: "Policy" }, was: { type: "Ops" }, reason: "one side changed",
  agreed: { decision: titles[n % titles.length], type: "Policy", date: "2026-01-14" }, ...more });

function history(f, from) {
  for (let n = 34; n > 0; n--)
    f.run(from + n * 15, { ops: { create: { notion: { done: (n * 7) % 23 } } },
      status: n === 9 ? "failed" : n === 17 ? "attention" : "ok", exit_code: n === 9 ? 75 : n === 17 ? 1 : 0 });
}

const failure = { status: "failed", exit_code: 77, stage: "notion-fetch", ops: {},
  message: "notion-fetch: API token is invalid: see /srv/private/vault/.env" };

// Each: what it is called, the word it must show, and how it comes about.
export const states = [
  ["never-ran", "Never ran", () => {}],
  ["healthy", "Healthy", (f) => {
    history(f, 4);
    f.run(4, {}, [1, 2, 3, 4, 5, 6].map((n) => done(n)));
    f.log("info", "sync-now", "ends: ok, exit code 0");
    f.log("debug", "api", "below what is shown");
    f.put("schedule.json", { v: 1, next_at: iso(Date.now() + 11 * MINUTE), interval_seconds: 900, failures: 0 });
  }],
  ["late", "Late", (f) => { history(f, 20); f.run(20); }],
  ["stopped", "Stopped", (f) => {
    history(f, 300);
    f.run(300);
    f.begin(170 * MINUTE);
    f.put("schedule.json", { v: 1, next_at: null, interval_seconds: 900, failures: 0 });
  }],
  ["failing", "Failing", (f) => {
    history(f, 20);
    f.run(4, failure);
    f.log("error", "notion-fetch", "API token is invalid: see /srv/private/vault/.env");
  }],
  ["blocked", "Blocked by a guard", (f) => {
    history(f, 20);
    f.run(4, { status: "blocked", exit_code: 3, stage: "plan", ops: {}, blocked: ["mass-delete"],
      message: "plan: blocked by mass-delete: 40 of 60 pages are gone" }, [], { "mass-delete": "40 of 60 pages are gone" });
  }],
  ["conflicts", "Needs attention", (f) => {
    history(f, 4);
    f.run(4, { status: "attention", exit_code: 1, conflicts: 2, errors: 1 }, [
      done(7, { agreed: { decision: hostile + odd, type: "\u001b[31mred", date: "2026-01-14" },
        set: { decision: "l".repeat(200000), type: hostile }, was: { decision: hostile, type: "a\nb" } }),
      { op: "update", target: "notion", row_id: ids[0], status: "failed", attempts: 1,
        error: { code: "validation_error", http: 400, message: hostile } },
      { op: "skip", target: "none", row_id: ids[1], status: "skipped", code: "poison",
        reason: "a comma in a type can't be stored in Notion" },
      { op: "skip", target: "none", row_id: ids[2], status: "skipped", code: "conflict",
        reason: "both sides changed; make them equal, or run with --conflict newer, supabase or notion",
        conflict: { fields: ["decision", "type"], supabase: { decision: "The row's words", type: null },
          notion: { decision: "The page's words <b>", type: "Ops" } } },
      { op: "skip", target: "none", row_id: ids[1], status: "skipped", code: "poison",
        reason: "a name \u202etxt.exe\u2028 of \u0085 marks" },
    ]);
    const run_id = "20261101T090000Z-7";
    f.lines("conflicts.ndjson", [
      { run_id, row_id: ids[0], page_id: uuid(50), set: { type: "Ops" }, was: { type: "UX" }, fields: ["type"],
        winner: "supabase", lost: { type: "UX" } },
      { run_id, row_id: ids[1], page_id: uuid(51), set: { decision: hostile }, fields: ["decision", "date"],
        winner: "notion", lost: { decision: "Name a decision <script>", date: null } },
      { run_id, row_id: ids[2], page_id: uuid(52), set: { decision: "w".repeat(4500) + "the end" }, fields: ["decision"],
        winner: "notion", lost: { decision: odd + needed } },
      { run_id, row_id: uuid(53), page_id: uuid(54), set: { decision: "v".repeat(4500) + "one" }, fields: ["decision"],
        winner: "notion", lost: { decision: "v".repeat(4500) + "two" } },
    ]);
    f.log("warn", "apply", hostile);
    f.log("error", "apply", odd);
  }],
  ["running", "Healthy", (f) => {
    history(f, 10);
    f.run(10);
    f.begin(30000);
  }],
  ["many", "Needs attention", (f) => f.run(4, { status: "attention", exit_code: 1, conflicts: 1 }, [
    ...[...Array(1200).keys()].map((n) => ({ op: "skip", target: "none", row_id: uuid(n), status: "skipped", code: "settling", reason: "a moment ago" })),
    { op: "skip", target: "none", row_id: ids[2], page_id: ids[1], status: "skipped", code: "conflict", reason: "both sides changed",
      conflict: { fields: ["type"], supabase: { type: "UX" }, notion: { type: "Ops" } } }])],
  ["since-before", "Healthy", (f) => { for (let n = 60; n > 0; n--) f.run(n * 15 - 11); }],
  ["summary", "Healthy; a record is damaged", (f) => {
    history(f, 4);
    f.run(4);
    writeFileSync(join(f.dir, "last_run.json"), "{");
  }],
  ["damaged", "Records are damaged", (f) => { writeFileSync(join(f.dir, "last_run.json"), "{"); }],
];
