// The first screen in every state, phone and desk, light and dark.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { check, open, serve, shot, sound, stop, TOKEN, widths } from "./browser.mjs";
import { Folder, hostile, needed, odd, seen, states as all } from "./states.mjs";

const text = (page, what) => page.textContent(what);
// All three answers are in sight without scrolling.
async function answersAll(page, what, width) {
  const bottom = (s) => page.evaluate((q) => document.querySelector(q)?.getBoundingClientRect().bottom ?? 1e9, s);
  for (const s of ["#word", "#times", "#n-waits, #h-waits", "#activity li, #no-activity"])
    check(await bottom(s) <= widths[width].height, `${what}: ${s} is in sight`, await bottom(s));
}
const special = {
  async conflicts(page, what) {
    await page.evaluate(() => document.querySelectorAll("details").forEach((d) => { d.open = true; }));
    const whole = await text(page, "main");
    check(whole.includes(hostile), `${what}: markup is shown as it is`, whole);
    check(whole.includes("name \\u{202E}txt.exe\\u{2028} of \\u{0085} marks"), `${what}: what turns or hides text is written out`, whole);
    const open = await page.locator('[data-group="conflict"]').textContent();
    check(["The row's words", "The page's words <b>", "empty", "Ops", "Supabase: decision"].every((w) => open.includes(w)),
      `${what}: an open conflict has both values`, open);
    const [decided, events] = [await text(page, "#f-decided"), await text(page, "#f-log")];
    check(decided.includes(seen + needed) && events.includes(seen) && ![...odd].some((c) => c > "~" && whole.includes(c)),
      `${what}: what hides or turns text is shown by its number`, decided);
    check(decided.includes("They differ further on") && decided.split("They differ").length === 2, `${what}: what differs beyond the cut says so`, decided.slice(-300));
    check(whole.includes("validation_error, HTTP 400"), `${what}: a code stays as it is`, whole);
    check(decided.includes("www… [cut]") && !decided.includes("the end"), `${what}: a long text is cut, and says so`, decided.slice(-300));
    const apart = await page.evaluate(() => getComputedStyle(document.querySelector("#f-decided blockquote")).unicodeBidi);
    check(apart === "isolate", `${what}: a text's direction ends with it`, apart);
    check(await page.title() === "Needs attention: vaultsync", `${what}: and not run`, await page.title());
  },
  async healthy(page, what) {
    check(await page.locator(".bars a").count() === 30, `${what}: thirty bars`, await page.locator(".bars a").count());
    check((await text(page, "#waits")).includes("Nothing needs you."), `${what}: nothing to do`, await text(page, "#waits"));
    check(await page.locator("#activity li").count() >= 5, `${what}: the last changes`, await text(page, "#activity"));
  },
  async late(page, what) {
    check(/about every 15 min/.test(await text(page, "#times")), `${what}: how often it runs`, await text(page, "#times"));
  },
  async failing(page, what) {
    const told = await text(page, "#headline"), to = await page.locator("#headline a").getAttribute("href").catch(() => "");
    check(told.includes("API token is invalid") && to?.startsWith("#run/"), `${what}: the run's own words, and where to look`, [told, to]);
    check((await text(page, "#waits")).includes("The Notion key was refused") && (await text(page, "#n-waits")) === "1",
      `${what}: the one thing to do`, await text(page, "#waits"));
  },
  async blocked(page, what) {
    check((await text(page, "#headline")).includes("40 of 60 pages are gone"), `${what}: why`, await text(page, "#headline"));
    check(await page.getByRole("button", { name: /Allow|Approve/ }).count() === 0, `${what}: nothing is allowed unseen`);
  },
  // Files that were left behind tell of nothing that goes on.
  async stopped(page, what) {
    check((await text(page, "#times")).includes("the schedule isn’t running"), `${what}: a dead schedule`, await text(page, "#times"));
  },
  async running(page, what) {
    const times = await text(page, "#times");
    check(times.includes("the last run was cut off") && !times.includes("under way"), `${what}: what nobody holds is not under way`, times);
  },
  async many(page, what) {
    const waits = await text(page, "#waits");
    check(await text(page, "#n-waits") === "1" && waits.includes("Conflict") && !waits.includes("Nothing needs you"), `${what}: the one of many that needs a person`, waits.slice(0, 300));
    check(/Needs nothing from you\s*1,200/.test(waits), `${what}: all that go on by themselves are counted`, waits.slice(-300));
  },
  async "since-before"(page, what) {
    check(/before .*\(more than \d+ h/.test(await text(page, "#times")), `${what}: how far back that is known`, await text(page, "#times"));
  },
  async summary(page, what) {
    check(await page.locator("#s-state.warn").count() === 1, `${what}: no green where the feeds warn`, await page.locator("#s-state").getAttribute("class"));
  },
  async "never-ran"(page, what) {
    check((await text(page, "#s-activity")).includes("will be listed here"), `${what}: an empty list says what will stand there`);
  },
};
async function showState(browser, bin, folder, name, word, build) {
  const dir = join(folder, name);
  mkdirSync(join(dir, "logs"), { recursive: true });
  build(new Folder(join(dir, "logs")));
  const s = await serve(bin, dir, name === "failing" ? {} : { SYNC_CONTROL_TOKEN: TOKEN }, []);
  // Light on the phone and dark on the desk for two days, then the other way round; SWAP=1 or 0 chooses.
  const swap = process.env.SWAP ? process.env.SWAP === "1" : Math.floor(Date.now() / 864e5 / 2) % 2 === 1;
  for (const [width, scheme] of [["phone", swap ? "dark" : "light"], ["desk", swap ? "light" : "dark"]]) {
    const what = `${name}, ${width}, ${scheme}`, page = await open(browser, s.url, scheme, width);
    check((await text(page, "#word")).includes(word), `${what}: the word`, await text(page, "#word"));
    const said = await text(page, "#headline");
    check(!said.toLowerCase().startsWith(word.toLowerCase()), `${what}: the word once`, said);
    await shot(page, `${name}-${width}`);
    if (name !== "conflicts") await answersAll(page, what, width);
    await special[name]?.(page, what);
    check(!(await text(page, "main")).includes("/srv/"), `${what}: no path of the machine`, await text(page, "main"));
    await sound(page, what);
    await page.context().close();
  }
  await stop(s);
}
export async function states(browser, bin, folder) {
  for (const [name, word, build] of all) await showState(browser, bin, folder, name, word, build);
}
