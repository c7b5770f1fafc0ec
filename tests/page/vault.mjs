// A sandbox with its two sides, runs of the sync, and the page's server beside it.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { serve, start, stop, TOKEN, until } from "./browser.mjs";

export class Vault {
  static async make(bin, folder, name, env = {}) {
    const v = new Vault();
    v.dir = join(folder, name);
    v.bin = bin;
    mkdirSync(v.dir, { recursive: true });
    v.sandbox = await start(join(bin, "sandbox"), join(v.dir, "sandbox"), ["--quiet"]);
    const info = await v.control("GET", "info");
    v.env = { HOME: v.dir, SYNC_STATE_DIR: join(v.dir, "state"), SYNC_LOG_DIR: join(v.dir, "logs"), SYNC_NOTION_RPM: "10000",
      SUPABASE_URL: v.sandbox.url, NOTION_API_URL: v.sandbox.url, SUPABASE_SERVICE_ROLE_KEY: info.keys.supabase,
      NOTION_API_KEY: info.keys.notion, NOTION_DATABASE_ID: info.ids.database, VAULTSYNC_BIN: bin, ...env };
    return v;
  }
  async control(method, path, body) {
    const r = await fetch(`${this.sandbox.url}/control/${path}`, { method, body });
    const text = await r.text();
    if (!r.ok) throw new Error(`${path}: ${text}`);
    try { return JSON.parse(text); } catch { return text; }
  }
  seed(lines) { return this.control("POST", "seed", lines.map((l) => JSON.stringify(l) + "\n").join("")); }
  async dump() {
    return (await (await fetch(`${this.sandbox.url}/control/dump`)).text()).split("\n").filter((l) => l).map((l) => JSON.parse(l));
  }
  // The record with that decision, or that begins so, on a side.
  async of(side, decision) { return (await this.dump()).find((r) => r.side === side && r.decision?.startsWith(decision)); }
  async edit(side, decision, more) {
    const { id } = await this.of(side, decision);
    return this.control("POST", "edit", JSON.stringify({ side, id, ...more }));
  }
  sync(...options) {
    return spawnSync(join(process.env.ROOT, "scripts", "sync-now.sh"), ["--quiet", ...options],
      { env: { PATH: process.env.PATH, SYNC_ENV_FILE: "/dev/null", ...this.env }, encoding: "utf8" }).status;
  }
  // Another run holds the lock until this is called.
  async busy() {
    const held = spawn(join(this.bin, "run"), ["--only", "sync", "--", "sleep", "60"],
      { env: { PATH: process.env.PATH, SYNC_ENV_FILE: "/dev/null", ...this.env }, stdio: "ignore" });
    await until(() => existsSync(join(this.env.SYNC_STATE_DIR, "sync.lock")) &&
      spawnSync(join(this.bin, "run"), ["--holder", "sync"], { env: { SYNC_ENV_FILE: "/dev/null", ...this.env } }).status === 0);
    return () => new Promise((done) => { held.on("exit", done); held.kill("SIGTERM"); });
  }
  async serve(env = {}) {
    this.server = await serve(this.bin, this.dir, { ...this.env, SYNC_CONTROL_TOKEN: TOKEN, ...env },
      ["--scripts", join(process.env.ROOT, "scripts")]);
    return this.server.url;
  }
  async end() {
    if (this.server) await stop(this.server);
    await stop(this.sandbox);
  }
}
