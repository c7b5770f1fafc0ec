// What the tests of the page share: checks, servers, and pages that note what no page of ours may do.
import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

export const TOKEN = "a-token-of-this-test";
export const widths = { phone: { width: 360, height: 740 }, desk: { width: 1280, height: 900 } };
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core"), "utf8");
export const counts = { ok: 0, failed: 0 };

export function check(good, what, seen) {
  console.log(`${good ? "ok" : "not ok"} ${what}`);
  counts[good ? "ok" : "failed"]++;
  if (!good) console.log("  seen: " + JSON.stringify(seen)?.slice(0, 2000));
}
export async function until(fn, ms = 20000) {
  const end = Date.now() + ms;
  let value;
  while (!(value = await fn()) && Date.now() < end) await new Promise((r) => setTimeout(r, 50));
  return value;
}
const children = new Set();
process.on("exit", () => { for (const c of children) c.kill("SIGKILL"); });
// A program that writes its URL into a file once it answers.
export async function start(program, ready, args, env = {}) {
  rmSync(ready, { force: true });
  const child = spawn(program, [...args, "--ready", ready],
    { env: { PATH: process.env.PATH, SYNC_ENV_FILE: "/dev/null", ...env }, stdio: ["ignore", "ignore", "inherit"] });
  children.add(child);
  child.on("exit", () => children.delete(child));
  await until(() => existsSync(ready) || child.exitCode !== null);
  return { child, url: readFileSync(ready, "utf8").trim() };
}
export async function serve(bin, dir, env = {}, options = []) {
  const s = await start(join(bin, "health-server"), join(dir, "ready"), ["--listen", "127.0.0.1:0", ...options],
    { SYNC_LOG_DIR: join(dir, "logs"), SYNC_STATE_DIR: join(dir, "state"), ...env });
  return { ...s, url: s.url + "/" };
}
export const stop = (s) => s.child.exitCode !== null ? undefined
  : new Promise((done) => { s.child.on("exit", done); s.child.kill("SIGTERM"); });

export async function open(browser, url, scheme, width, hash = "") {
  const context = await browser.newContext({ viewport: widths[width], colorScheme: scheme });
  const page = await context.newPage();
  page.wrongs = [];
  page.on("console", (m) => ["error", "warning"].includes(m.type()) && page.wrongs.push(m.text()));
  page.on("pageerror", (e) => page.wrongs.push(String(e)));
  page.on("request", (r) => r.url().startsWith(url) || r.url().startsWith("data:") || page.wrongs.push(r.url()));
  await page.goto(url + hash);
  await page.waitForFunction(() => document.querySelector("#foot").textContent !== "" || document.querySelector("#sign").open);
  return page;
}
export async function violations(page) {
  const found = await page.evaluate(`${axe}; axe.run(document, { resultTypes: ["violations"] })`);
  return found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(" ").slice(0, 300)}`);
}
// Of each view: nothing sticks out, axe finds nothing, no error, no request to elsewhere.
export async function sound(page, what) {
  const found = await violations(page);
  check(found.length === 0, `${what}: axe finds nothing`, found);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  check(wide <= 0, `${what}: nothing sticks out`, wide);
  const cut = await page.evaluate(() => [...document.querySelectorAll(".scroll")]
    .filter((e) => e.scrollWidth > e.clientWidth).map((e) => e.textContent));
  check(cut.length === 0, `${what}: every table is there in full`, cut);
  check(page.wrongs.length === 0, `${what}: no error, no request elsewhere`, page.wrongs);
}
// A picture for people, where SHOTS names a folder; in both schemes.
export async function shot(page, name, fullPage = false) {
  if (!process.env.SHOTS) return;
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: join(process.env.SHOTS, `${name}-${colorScheme}.png`), fullPage });
  }
}
export async function signIn(page, token = TOKEN) {
  if (!await page.locator("#sign").isVisible()) await page.click("#b-sign");
  await page.fill("#token", token);
  await page.press("#token", "Enter");
}
