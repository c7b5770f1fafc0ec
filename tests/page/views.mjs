// What is behind the links, the keyboard, and that the page follows without losing the reader's place.
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { check, open, serve, shot, signIn, sound, stop, TOKEN, until } from "./browser.mjs";
import { done, Folder, uuid } from "./states.mjs";

const text = (page, what) => page.textContent(what);
function vault(folder, name) {
  const dir = join(folder, name);
  mkdirSync(join(dir, "logs"), { recursive: true });
  return [dir, new Folder(join(dir, "logs"))];
}
export async function views(browser, bin, folder) {
  const [dir, f] = vault(folder, "views");
  f.run(60, {}, [done(1, { op: "create", set: { decision: "Deploy on weekdays", type: "Ops", date: "2026-02-02" }, was: undefined }), done(2)]);
  f.run(30, { status: "attention", exit_code: 1 }, [done(1, { target: "notion", set: { decision: "Deploy before 15:00" }, was: { decision: "Deploy on weekdays" } }),
    done(3, { op: "trash", set: undefined, was: undefined }), done(4, { set: { date: "2026-03-04" }, was: { date: null } })]);
  const blocked = f.run(10, { status: "blocked", exit_code: 3, stage: "plan", ops: {}, blocked: ["mass-delete"],
    message: "plan: blocked by mass-delete: 40 of 60 pages are gone" }, [done(5, { status: undefined, op: "trash", set: undefined, was: undefined })], { "mass-delete": "40 of 60 pages are gone" });
  const s = await serve(bin, dir, { SYNC_CONTROL_TOKEN: TOKEN });
  for (const width of ["desk", "phone"]) {
    const page = await open(browser, s.url, "light", width), what = `views, ${width}`;
    const lines = await page.locator("#activity li").allTextContents();
    check(lines.length === 5 && /Deploy on weekdays before.*decision Deploy on weekdays → Deploy before 15:00.*Supabase → Notion/s.test(lines.join("\n")),
      `${what}: the changes in words`, lines);
    check(await page.locator("#activity a[href^='https://app.notion.com/p/']").count() === 5, `${what}: each leads to its page`);
    // By keyboard alone: the bars are one stop, arrows go along, Enter opens.
    await page.locator(".bars a").last().focus();
    await page.keyboard.press("ArrowLeft");
    const tip = await text(page, "#tip");
    check(/\d\d:\d\d: needs attention, .* took 3\.9 s/.test(tip) && await page.locator("#tip").isVisible(), `${what}: a bar tells by keyboard`, tip);
    await page.locator(".bars a").first().hover();
    check(/ended well/.test(await text(page, "#tip")), `${what}: and by pointer`, await text(page, "#tip"));
    await page.locator(".bars a").nth(1).press("Enter");
    await page.waitForSelector("#view h2");
    await until(async () => (await text(page, "#view")).includes("Edited"));
    const run = await text(page, "#view");
    check(run.includes("Run of") && run.includes("Deleted in Notion") && run.includes("− decision Deploy on weekdays".replace("− ", "−")),
      `${what}: a run in full`, run);
    check(await page.evaluate(() => document.activeElement.id) === "view", `${what}: the focus goes with it`);
    await shot(page, `run-${width}`, true);
    await sound(page, `${what}: a run`);
    await page.goBack();
    await page.waitForSelector("#home:not([hidden])");
    await page.locator("#activity a[href^='#record/']").first().click();
    await until(async () => (await text(page, "#view")).includes("Row"));
    await page.goto(s.url + "#record/" + uuid(1));
    await until(async () => (await page.locator(".story li").count()) === 2);
    const story = await page.locator(".story li").allTextContents();
    check(story.length === 2 && story[0].includes("Edited") && story[1].includes("Created"), `${what}: a record's story, newest first`, story);
    await shot(page, `record-${width}`);
    await sound(page, `${what}: a record`);
    await page.goto(s.url + "#run/" + blocked.run_id);
    await until(async () => (await text(page, "#view")).includes("Allow this once"));
    check((await text(page, "#view")).includes("40 of 60") && (await text(page, "#view")).includes("Approve this one"), `${what}: a blocked plan, and what to do`,
      await text(page, "#view"));
    await shot(page, `blocked-run-${width}`, true);
    await sound(page, `${what}: a blocked run`);
    await page.goto(s.url + "#record/" + uuid(77));
    await until(async () => (await text(page, "#view")).includes("Nothing is known"));
    check(true, `${what}: what isn't known says so`);
    await page.context().close();
  }
  await filters(browser, s);
  await goesOn(browser, s, f, blocked);
  await stop(s);
}
// A view that is open follows what happens.
async function goesOn(browser, s, f, blocked) {
  const page = await open(browser, s.url, "light", "desk", "#run/" + blocked.run_id), view = () => text(page, "#view");
  await until(async () => (await view()).includes("Allow this once"));
  const run_id = f.begin(3000), path = join(f.dir, "runs", run_id);
  await page.goto(s.url + "#run/" + run_id);
  await until(async () => (await view()).includes("cut off before its end"));
  rmSync(path, { recursive: true });
  f.run(0, { run_id }, [done(8)]);
  await page.evaluate("update()");
  check(await until(async () => /Edited in .*/.test(await view()), 9000), "goes on: a run that ends while one looks shows what it did", await view());
  await page.goto(s.url + "#run/" + blocked.run_id);
  await until(async () => (await view()).includes("40 of 60"));
  check(!/Allow this once|Approve this one/.test(await view()) && (await view()).includes("has gone on since"), "goes on: what is past offers nothing", await view());
  await page.context().close();
}
async function filters(browser, s) {
  const page = await open(browser, s.url, "light", "desk");
  await page.click("#b-filter");
  await page.selectOption("select[name=kind]", "trash");
  await until(async () => (await page.locator("#activity li").count()) === 1);
  check((await text(page, "#activity")).includes("deleted"), "filters: by kind", await text(page, "#activity"));
  await page.selectOption("select[name=kind]", "");
  await page.fill("input[name=text]", "BEFORE 15");
  await until(async () => (await text(page, "#activity")).includes("Deploy before 15:00"));
  check(await page.locator("#activity li").count() < 5 && (await text(page, "#activity")).includes("Deploy before 15:00"), "filters: by text", await text(page, "#activity"));
  await page.fill("input[name=text]", "nothing has this");
  await until(() => page.locator("#no-activity").isVisible());
  check((await text(page, "#no-activity")).includes("Nothing of that kind"), "filters: nothing fits");
  await page.context().close();
}

// Beyond the longest answer there is more.
async function older(browser, s) {
  const page = await open(browser, s.url, "light", "desk"), count = () => page.locator("#activity li").count();
  for (const n of [50, 126, 278, 500, 1000]) {
    await page.click("#b-more");
    await until(async () => await count() >= n, 5000);
  }
  const keys = await page.evaluate(() => [...document.querySelectorAll("#activity li")].map((e) => e.dataset.key));
  check(keys.length === 1000 && new Set(keys).size === 1000, "older changes: more than the longest answer", keys.length);
  check(/1,000 older/.test(await text(page, "#b-more")), "older changes: how many more", await text(page, "#b-more"));
  await page.evaluate("update(true)");
  check(await count() === 1000, "older changes: they stay", await count());
  await page.context().close();
}

// It follows the folder, and what the reader does with it stays.
export async function follows(browser, bin, folder) {
  const [dir, f] = vault(folder, "follows");
  for (let n = 0; n < 50; n++) f.run(200 - 4 * n, {}, [...Array(40).keys()].map((i) => done(n * 40 + i)));
  f.log("info", "sync-now", "a first event");
  const s = await serve(bin, dir);
  const page = await open(browser, s.url, "light", "phone");
  await older(browser, s);
  await page.click("#b-more");
  await until(async () => (await page.locator("#activity li").count()) > 40);
  await page.locator("#f-log summary").click();
  await page.locator("#activity li").nth(30).scrollIntoViewIfNeeded();
  await page.locator("#activity li a").nth(40).focus();
  await page.evaluate(() => {
    window.kept = document.querySelectorAll("#activity li")[30];
    getSelection().selectAllChildren(window.kept.querySelector(".what"));
    window.before = window.kept.getBoundingClientRect().top;
  });
  const focused = await page.evaluate(() => document.activeElement.href);
  f.run(1, { status: "failed", exit_code: 75, stage: "apply", ops: {} }, [done(9000), done(9001)]);
  check(await until(async () => (await text(page, "#word")).includes("Failing")), "a new run shows by itself", await text(page, "#word"));
  const place = await page.evaluate(() => [window.kept.isConnected, getSelection().toString().length > 5,
    document.activeElement.href, document.querySelector("#f-log").open, Math.abs(window.kept.getBoundingClientRect().top - window.before) < 200]);
  check(place.join() === ["true", "true", focused, "true", "true"].join(), "place, focus, selection and folds stay", place);
  await stop(s);
  check(await until(() => page.locator("#lost").isVisible()), "a server that is gone is told", await text(page, "main"));
  const old = [await page.title(), await page.getAttribute("#s-state", "class"), await text(page, "#word")];
  check(old[0] === "Out of date: vaultsync" && old[1] === "soft" && / at \d\d:\d\d$/.test(old[2]), "and the state is that of then", old);
  await page.context().close();
}
