// The page in a real browser: node page.mjs HEALTH-SERVER CHROMIUM FOLDER [STATE]
// A line "ok …" or "not ok …" for each check; screenshots land in FOLDER.
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, existsSync, writeFileSync, chmodSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { Folder, hostile, needed, odd, seen, states } from "./states.mjs";

const [server, browserPath, folder, only] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core"), "utf8");
const TOKEN = "a-token-of-this-test";
const widths = { phone: { width: 360, height: 740 }, desk: { width: 1280, height: 900 } };
let failed = 0;

function check(good, what, seen) {
  console.log(`${good ? "ok" : "not ok"} ${what}`);
  if (!good) {
    failed++;
    console.log("  seen: " + JSON.stringify(seen)?.slice(0, 2000));
  }
}

async function until(fn, ms = 15000) {
  const end = Date.now() + ms;
  let value;
  while (!(value = await fn()) && Date.now() < end) await new Promise((r) => setTimeout(r, 50));
  return value;
}

async function start(dir, env, options = []) {
  const ready = join(dir, "ready");
  const child = spawn(server, ["--listen", "127.0.0.1:0", "--ready", ready, ...options],
    { env: { PATH: process.env.PATH, SYNC_ENV_FILE: process.env.SYNC_ENV_FILE, SYNC_LOG_DIR: join(dir, "logs"),
      SYNC_STATE_DIR: join(dir, "state"), ...env }, stdio: ["ignore", "ignore", "inherit"] });
  await until(() => existsSync(ready) || child.exitCode !== null);
  return { child, url: readFileSync(ready, "utf8").trim() + "/" };
}

const stop = (s) => new Promise((done) => { s.child.on("exit", done); s.child.kill("SIGTERM"); });

// A page that notes what no page of ours may do.
async function open(browser, url, scheme, width) {
  const context = await browser.newContext({ viewport: widths[width], colorScheme: scheme });
  const page = await context.newPage();
  page.wrongs = [];
  page.on("console", (m) => ["error", "warning"].includes(m.type()) && page.wrongs.push(m.text()));
  page.on("pageerror", (e) => page.wrongs.push(String(e)));
  page.on("request", (r) => r.url().startsWith(url) || r.url().startsWith("data:") || page.wrongs.push(r.url()));
  await page.goto(url);
  await page.waitForFunction(() => document.querySelector("#foot").textContent !== "");
  return page;
}

async function violations(page) {
  const found = await page.evaluate(`${axe}; axe.run(document, { resultTypes: ["violations"] })`);
  return found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(" ").slice(0, 300)}`);
}

async function showState(browser, name, word, build) {
  const dir = join(folder, name);
  mkdirSync(join(dir, "logs"), { recursive: true });
  build(new Folder(join(dir, "logs")));
  const s = await start(dir, {});
  for (const [width, scheme] of [["phone", "light"], ["desk", "dark"]]) {
    const page = await open(browser, s.url, scheme, width);
    const text = await page.textContent("#word");
    check(text.includes(word), `${name}, ${width}, ${scheme}: the word`, text);
    const found = await violations(page);
    check(found.length === 0, `${name}, ${width}, ${scheme}: axe finds nothing`, found);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    check(wide <= 0, `${name}, ${width}, ${scheme}: nothing sticks out`, wide);
    const cut = await page.evaluate(() => [...document.querySelectorAll(".scroll")]
      .filter((e) => e.scrollWidth > e.clientWidth).map((e) => e.textContent));
    check(cut.length === 0, `${name}, ${width}, ${scheme}: every table is there in full`, cut);
    const said = await page.textContent("#headline");
    check(!said.toLowerCase().startsWith(word.toLowerCase()), `${name}, ${width}, ${scheme}: the word once`, said);
    for (const colorScheme of [scheme === "light" ? "dark" : "light", scheme]) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: join(folder, `${name}-${width}-${colorScheme}.png`), fullPage: true });
    }
    const all = await page.textContent("main");
    check(!all.includes("/srv/"), `${name}, ${width}, ${scheme}: no path of the machine`, all);
    if (name === "conflicts") {
      check(all.includes("1 operation failed.") && all.includes("Its history:"), `${name}, ${width}, ${scheme}: one is one`, all);
      check(all.includes(hostile), `${name}, ${width}, ${scheme}: markup is shown as it is`, all);
      check(all.includes("a name \\u{202E}txt.exe\\u{2028} of \\u{0085} marks"),
        `${name}, ${width}, ${scheme}: what turns or hides text is written out`, all);
      const open = await page.locator("#waits table").last().locator("tbody").textContent();
      check(["The row's words", "The page's words <b>", "(empty)", "Ops"].every((w) => open.includes(w)),
        `${name}, ${width}, ${scheme}: an open conflict has both values`, open);
      const [decided, events] = [await page.textContent("#conflicts"), await page.textContent("#log")];
      check(decided.includes(seen + needed) && events.includes(seen) && ![...odd].some((c) => c > "~" && all.includes(c)),
        `${name}, ${width}, ${scheme}: what hides or turns text is shown by its number`, decided);
      check(decided.includes("www… [cut]") && !decided.includes("the end"),
        `${name}, ${width}, ${scheme}: a long text is cut, and says so`, decided.slice(-300));
      const apart = await page.evaluate(() => getComputedStyle(document.querySelector("#conflicts td")).unicodeBidi);
      check(apart === "isolate", `${name}, ${width}, ${scheme}: a text's direction ends with it`, apart);
      check(await page.title() === "Needs attention: vaultsync", `${name}, ${width}, ${scheme}: and not run`,
        await page.title());
    }
    if (name === "healthy") {
      const next = await page.textContent("#next");
      check(next === "Nothing.", `${name}, ${width}, ${scheme}: nothing to do`, next);
      const bars = await page.locator(".bars li").count();
      check(bars === 30, `${name}, ${width}, ${scheme}: thirty bars`, bars);
    }
    check(page.wrongs.length === 0, `${name}, ${width}, ${scheme}: no error, no request elsewhere`, page.wrongs);
    await page.context().close();
  }
  await stop(s);
}

// It follows the folder, and what the reader does with it stays.
async function followsTheFolder(browser) {
  const dir = join(folder, "follows");
  mkdirSync(join(dir, "logs"), { recursive: true });
  const f = new Folder(join(dir, "logs"));
  f.run(4);
  f.log("info", "sync-now", "a first event");
  const s = await start(dir, {});
  const page = await open(browser, s.url, "light", "phone");
  await page.locator("#log .scroll").focus();
  await page.evaluate(() => { scrollTo(0, 300); window.kept = document.querySelector("#log table"); });
  f.run(1, { status: "failed", exit_code: 75, stage: "sb-fetch", ops: {} });
  const word = await until(async () => (await page.textContent("#word")).includes("Failing"));
  check(word, "a new run shows by itself", await page.textContent("#word"));
  const place = await page.evaluate(() => [scrollY > 200, document.activeElement.className,
    window.kept === document.querySelector("#log table")]);
  check(place.join() === "true,scroll,true", "the place, the focus and what is unchanged stay", place);
  await stop(s);
  const lost = await until(() => page.locator("#lost").isVisible());
  check(lost, "a server that is gone is told", await page.textContent("main"));
  await page.context().close();
}

async function press(page, token, button, message) {
  await page.fill("#token", token);
  await page.click(button);
  const seen = await until(async () => (await page.textContent("#said")).includes(message));
  check(seen, `${button} with ${token}: ${message}`, await page.textContent("#said"));
}

// A folder whose sync-now.sh notes its options and its environment.
function withScript(name) {
  const dir = join(folder, name);
  mkdirSync(join(dir, "logs"), { recursive: true });
  mkdirSync(join(dir, "scripts"));
  writeFileSync(join(dir, "scripts", "sync-now.sh"), `#!/bin/sh\necho "$*" >>"${dir}/started"\n`
    + `env >"${dir}/environment"\necho 'create "<b>bold</b>" in Notion'\nexit 0\n`);
  chmodSync(join(dir, "scripts", "sync-now.sh"), 0o755);
  return dir;
}

async function controls(browser) {
  const dir = withScript("controls");
  new Folder(join(dir, "logs")).run(4);
  const s = await start(dir, { SYNC_CONTROL_TOKEN: TOKEN, SECRET_OF_OTHERS: "1" },
    ["--scripts", join(dir, "scripts")]);
  const page = await open(browser, s.url, "light", "desk");
  await press(page, "a-wrong-token-here", "#b-sync", "wrong token");
  check(!existsSync(join(dir, "started")), "a wrong token starts nothing");
  page.wrongs.length = 0; // the browser itself notes a 401
  await press(page, TOKEN, "#b-dry", "The dry run is done");
  await press(page, TOKEN, "#b-sync", "pressed too often");
  check((await page.textContent("#plan")).includes('create "<b>bold</b>" in Notion'), "the plan is shown as text",
    await page.textContent("#plan"));
  check((await violations(page)).length === 0, "controls: axe finds nothing", await violations(page));
  await page.screenshot({ path: join(folder, "controls-desk-light.png"), fullPage: true });
  const environment = readFileSync(join(dir, "environment"), "utf8");
  check(!/TOKEN|SECRET/.test(environment), "the script's environment holds no secret of the server", environment);
  check(readFileSync(join(dir, "started"), "utf8") === "--quiet --dry-run\n", "one dry run was started");
  await page.context().close();
  await stop(s);
}

async function syncNow(browser) {
  const dir = withScript("sync-now"), f = new Folder(join(dir, "logs"));
  f.run(4);
  const s = await start(dir, { SYNC_CONTROL_TOKEN: TOKEN }, ["--scripts", join(dir, "scripts")]);
  const page = await open(browser, s.url, "light", "desk");
  await press(page, TOKEN, "#b-sync", "The run is done.");
  check(readFileSync(join(dir, "started"), "utf8") === "--quiet\n", "one run was started");
  check(await page.locator("#s-plan").isHidden(), "a run leaves no plan");
  await new Promise((r) => setTimeout(r, 10000)); // presses closer together are refused
  await press(page, TOKEN, "#b-dry", "The dry run is done");
  await until(() => page.locator("#s-plan").isVisible());
  f.begin(0);
  const gone = await until(() => page.locator("#s-plan").isHidden());
  check(gone, "the plan is gone once a run has begun after it", await page.textContent("#plan"));
  check(await page.textContent("#said") === "", "and nothing speaks of it", await page.textContent("#said"));
  check(page.wrongs.length === 0, "sync now: no error, no request elsewhere", page.wrongs);
  await page.context().close();
  await stop(s);
}

const browser = await chromium.launch({ executablePath: browserPath,
  args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"] });
try {
  for (const [name, word, build] of states) if (!only || only === name) await showState(browser, name, word, build);
  await Promise.all([followsTheFolder(browser), controls(browser), syncNow(browser)]);
} finally {
  await browser.close();
}
console.log(`${failed} failed`);
process.exit(failed ? 1 : 0);
