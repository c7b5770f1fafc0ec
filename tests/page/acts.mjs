// Each act end to end: press the button, and see what it did on both sides.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { check, open, serve, shot, signIn, sound, stop, TOKEN, until } from "./browser.mjs";
import { Vault } from "./vault.mjs";

const text = (page, what) => page.textContent(what);
const said = (page, words) => until(async () => (await text(page, "#said")).includes(words));
const press = (page, name) => page.getByRole("button", { name, exact: typeof name === "string" }).first().click();
const two = (n) => String(n).padStart(2, "0");

// By keyboard alone, and what has the focus can be seen.
async function tabTo(page, name) {
  await page.evaluate(() => document.activeElement.blur());
  for (let n = 0; n < 80; n++) {
    await page.keyboard.press("Tab");
    if (await page.evaluate(() => document.activeElement === document.body)) continue; // nothing has it
    const [is, outline] = await page.evaluate(() => [document.activeElement.getAttribute("aria-label") || document.activeElement.textContent,
      getComputedStyle(document.activeElement).outlineStyle]);
    if (outline === "none") return false;
    if (is === name) return true;
  }
  return false;
}

// One width for two days, then the other; WIDTH=phone or WIDTH=desk chooses.
const wide = process.env.WIDTH ? process.env.WIDTH === "desk" : Math.floor(Date.now() / 864e5 / 2) % 2 === 0;
const [scheme, width] = wide ? ["light", "desk"] : ["dark", "phone"];
const [scheme2, width2] = wide ? ["dark", "phone"] : ["light", "desk"];
// On a phone the groups of what waits are closed at first.
const unfold = (page) => page.evaluate(() => document.querySelectorAll("#waits details").forEach((d) => { d.open = true; }));

export async function acts(browser, bin, folder) {
  const v = await Vault.make(bin, folder, "acts");
  await v.seed([...Array(30).keys()].map((n) => ({ side: n % 2 ? "supabase" : "notion", decision: `Decision ${two(n)}`, type: "Ops", date: "2026-01-14" })));
  check(v.sync() === 0, "acts: a first run");
  const page = await open(browser, await v.serve(), scheme, width);

  // Signing in: asked for when it is needed, and the act goes on then.
  await v.edit("notion", "Decision 02", { set: { type: "UX" } });
  await v.edit("supabase", "Decision 02", { set: { date: "2026-05-05" } });
  await press(page, "Preview");
  check(await page.locator("#sign").isVisible(), "acts: the token is asked for");
  await sound(page, "acts: the question for the token");
  await shot(page, `sign-in-${width}`);
  await signIn(page, "a-wrong-token-here");
  check(await until(async () => (await text(page, "#sign-said")).includes("not the token")), "acts: a wrong token is told", await text(page, "#sign-said"));
  page.wrongs.length = 0; // the browser itself notes a 401
  await signIn(page);
  await page.waitForURL("**/#plan");
  await until(async () => (await text(page, "#view")).includes("Edit in Supabase"));
  const plan = await text(page, "#view");
  check(plan.includes("What a run would do now") && plan.includes("−type Ops") && plan.includes("+type UX"), "acts: a dry run is shown as a diff", plan);
  await shot(page, `plan-${width}`);
  await sound(page, "acts: the plan");
  check((await v.of("supabase", "Decision 02"))?.type === "Ops", "acts: and has written nothing");
  check(plan.includes("Would change1 record, by 2 writes"), "acts: edited on both sides, it is one record", plan);
  await page.click(".back");
  await page.reload();
  check(await until(() => page.getByRole("link", { name: /^Look at the preview of / }).isVisible()), "acts: the way back to the preview", await text(page, "#acts"));
  await shot(page, `preview-${width}`);
  await sound(page, "acts: with a preview");
  await page.click("#b-plan");
  await until(async () => (await text(page, "#view")).includes("Edit in Supabase"));
  await press(page, "Carry out this plan");
  check(await said(page, "Done."), "acts: just this plan", await text(page, "#said"));
  check((await v.of("supabase", "Decision 02"))?.type === "UX", "acts: wrote it to Supabase", await v.of("supabase", "Decision 02"));
  await page.waitForSelector("#home:not([hidden])"); // the plan has been carried out
  check(await until(async () => /Decision 02.*type Ops → UX.*Notion → Supabase/s.test(await text(page, "#activity"))), "acts: and the page tells it", await text(page, "#activity"));

  // A conflict: this one is kept.
  await v.edit("notion", "Decision 03", { set: { decision: "Decision 03 as Notion has it" } });
  await v.edit("supabase", "Decision 03", { set: { decision: "Decision 03 as Supabase has it" } });
  check(v.sync("--conflict", "stop") === 1, "acts: a conflict is left alone");
  await until(async () => (await text(page, "#waits")).includes("as Notion has it"));
  await unfold(page);
  await shot(page, `conflict-${width}`);
  await sound(page, "acts: a conflict");
  check(await tabTo(page, "Keep this one: decision from Notion"), "acts: the keyboard reaches each choice");
  await page.keyboard.press("Enter");
  check(await said(page, "Resolved"), "acts: keep this one", await text(page, "#said"));
  const kept = (await v.dump()).filter((r) => r.decision?.startsWith("Decision 03 as")).map((r) => r.decision);
  check(kept.length === 2 && kept.every((d) => d === "Decision 03 as Notion has it"), "acts: both sides have it", kept);
  check(await until(async () => (await text(page, "#waits")).includes("Nothing needs you.")), "acts: and nothing waits", await text(page, "#waits"));
  await uncertain(page, v);

  // Last week's loser is brought back; and one that was edited since is not decided.
  await page.locator("#f-decided summary").click();
  await page.getByRole("button", { name: "Bring this one back: decision from Supabase" }).click();
  check(await said(page, "Resolved"), "acts: bring this one back", await text(page, "#said"));
  check((await v.dump()).filter((r) => r.decision === "Decision 03 as Supabase has it").length === 2, "acts: both sides have that");
  await v.edit("notion", "Decision 05", { set: { type: "Policy", date: "2026-02-01" } });
  await v.edit("supabase", "Decision 05", { set: { type: "UX", date: "2026-02-02" } });
  v.sync("--conflict", "stop");
  await until(async () => (await unfold(page), page.getByRole("button", { name: "Keep all of Notion: Decision 05" }).isVisible()));
  await v.edit("supabase", "Decision 05", { set: { type: "Architecture" } });
  await page.getByRole("button", { name: "Keep all of Notion: Decision 05" }).click();
  check(await said(page, "edited since"), "acts: what was edited since is not decided, and told so", await text(page, "#said"));
  check((await v.of("supabase", "Decision 05")).type === "Architecture", "acts: nor written");
  await until(async () => (await unfold(page), await page.getByRole("button", { name: "Keep all of Notion: Decision 05" }).count()) === 1);
  // What was pressed before signing in is decided as it was seen then, or not at all.
  v.sync("--conflict", "stop");
  const keepAll = () => page.getByRole("button", { name: "Keep all of Notion: Decision 05" });
  await until(async () => (await unfold(page), (await text(page, "#waits")).includes("Architecture") && keepAll().isVisible()));
  await page.evaluate(() => sessionStorage.removeItem("token"));
  await keepAll().click();
  await until(() => page.locator("#sign").isVisible());
  await v.edit("notion", "Decision 05", { set: { type: "Product" } });
  v.sync("--conflict", "stop");
  await signIn(page);
  check(await said(page, "The values have changed since they were shown"), "acts: what has changed since it was shown is not decided", await text(page, "#said"));
  check((await v.of("supabase", "Decision 05")).type === "Architecture", "acts: nor written either");
  v.sync("--conflict", "supabase");

  await orphans(page, v);

  // A blocked plan: one is approved, then the rest is allowed.
  const live = async () => (await v.dump()).filter((r) => r.side === "supabase" && !r.deleted_at).length;
  for (let n = 10; n < 28; n++) await v.edit("notion", `Decision ${two(n)}`, { action: "trash" });
  check(v.sync() === 3, "acts: a guard blocks a mass deletion");
  await until(() => page.getByRole("link", { name: "Look at the plan" }).isVisible());
  await shot(page, `blocked-${width}`);
  await page.getByRole("link", { name: "Look at the plan" }).click();
  await until(async () => (await text(page, "#view")).includes("Delete in Supabase"));
  await sound(page, "acts: a blocked plan");
  check((await text(page, "#view")).includes("18"), "acts: the blocked plan is there", await text(page, "#view"));
  await press(page, /^Allow this once/);
  check(await said(page, "Done"), "acts: allow this once", await text(page, "#said"));
  check(await live() === 12, "acts: what was seen is done", await live());

  // Undo: the plan first, then that plan.
  await page.click(".back");
  await page.locator("#f-runs summary").click();
  await page.locator("#f-runs tbody a").first().click();
  await press(page, "Take it back …");
  await page.waitForURL("**/#plan");
  await until(async () => (await text(page, "#view")).includes("Taking back the run of"));
  check((await text(page, "#view")).includes("Restore in Supabase"), "acts: the undo is shown first", await text(page, "#view"));
  await shot(page, `undo-${width}`);
  await page.getByRole("button", { name: /^Take back \d+ changes?$/ }).click();
  check(await said(page, "ook back run"), "acts: taken back", await text(page, "#said"));
  check(await live() === 30, "acts: all rows are back", await live());

  // The pages come back with the next run. Once more, one deletion is approved, and the rest waits.
  v.sync();
  for (let n = 10; n < 28; n++) await v.edit("notion", `Decision ${two(n)}`, { action: "trash" });
  check(v.sync() === 3, "acts: blocked again");
  await page.locator(".back:visible, #home:visible").first().waitFor();
  await page.goto(v.server.url + "#");
  await until(() => page.getByRole("link", { name: "Look at the plan" }).isVisible());
  await page.getByRole("link", { name: "Look at the plan" }).click();
  await page.getByRole("button", { name: /^Approve this one/ }).first().click();
  check(await until(async () => (await text(page, "#view")).includes("approved for the next run")), "acts: approve this one", await text(page, "#said"));
  check(await page.getByRole("button", { name: /^Allow this once/ }).count() === 0, "acts: and not all of it any more");
  await page.click(".back");
  await press(page, "Sync now");
  check(await until(async () => await live() === 29), "acts: one went, the rest waits", await live());
  check(await until(() => page.getByRole("button", { name: "Approve 17 deletions: all in Supabase" }).isVisible()), "acts: singly or all", await text(page, "#waits"));
  check(page.wrongs.length === 0, "acts: no error, no request elsewhere", page.wrongs);
  const log = readFileSync(join(v.dir, "logs", "sync.log"), "utf8");
  check(/resolve.*127\.0\.0\.1/.test(log) && /undo.*127\.0\.0\.1/.test(log) && !log.includes(TOKEN), "acts: the log says who asked", log.slice(-2000));
  await page.context().close();
  await v.end();
  await held(browser, bin, folder);
}
// An answer that is lost, a page that is loaded again meanwhile, and a decision beside a run.
async function uncertain(page, v) {
  await page.route("**/control/sync-now", async (r) => { await r.fetch(); await r.abort(); }, { times: 1 });
  await press(page, "Sync now");
  check(await said(page, "No answer came: it may have begun"), "acts: an answer that is lost is not called refused", await text(page, "#said"));
  page.wrongs.length = 0; // the browser itself notes it
  await until(async () => !(await text(page, "#b-sync")).includes("…") && await page.evaluate("!busy()"));
  await press(page, "Sync now");
  await said(page, "Syncing");
  await page.reload();
  check(await said(page, "Done"), "acts: after a reload, too, how it ended", await text(page, "#said"));
  await v.edit("notion", "Decision 04", { set: { type: "UX" } });
  await v.edit("supabase", "Decision 04", { set: { type: "Policy" } });
  v.sync("--conflict", "stop");
  await until(async () => (await unfold(page), page.getByRole("button", { name: "Keep this one: type from Notion" }).isVisible()));
  const free = await v.busy();
  check(await until(async () => (await text(page, "#times")).includes("under way"), 9000), "acts: a run is under way while its lock is held", await text(page, "#times"));
  await page.getByRole("button", { name: "Keep this one: type from Notion" }).click();
  check(await said(page, "Kept: the next run carries it out."), "acts: a decision beside a run is kept, and told so", await text(page, "#said"));
  check(await until(async () => /Nothing needs you.*Decided: type from Notion/s.test(await text(page, "#waits"))), "acts: and waits for a run, not for a person", await text(page, "#waits"));
  await free();
  await press(page, "Sync now");
  check(await said(page, "Done"), "acts: the next run", await text(page, "#said"));
  check((await v.of("supabase", "Decision 04")).type === "UX", "acts: carried it out", await v.of("supabase", "Decision 04"));
}
// "Restore" shows first what it makes again, which may be more than what was shown.
async function orphans(page, v) {
  await v.edit("notion", "Decision 06", { action: "move" });
  v.sync("--full");
  await until(() => page.getByRole("button", { name: "Restore it …" }).isVisible());
  await v.edit("notion", "Decision 07", { action: "move" });
  v.sync("--full");
  await until(() => page.getByRole("button", { name: "Restore them …" }).isVisible());
  await press(page, "Restore them …");
  await until(async () => (await text(page, "#view")).includes("Create in Notion"));
  const of = async () => (await v.dump()).filter((r) => r.side === "notion" && !r.in_trash && /^Decision 0[67]/.test(r.decision)).length;
  const before = await of();
  check(/Would change2 records/.test(await text(page, "#view")), "acts: what restoring makes is shown first", await text(page, "#view"));
  await press(page, "Carry out this plan");
  check(await said(page, "Done"), "acts: restored", await text(page, "#said"));
  check(await of() === before + 2, "acts: just these", [before, await of()]);
  await page.waitForSelector("#home:not([hidden])");
}
async function held(browser, bin, folder) {
  const v = await Vault.make(bin, folder, "held", { SYNC_HOLD: "trash" });
  await v.seed([1, 2, 3, 4].map((n) => ({ side: "supabase", decision: `Decision ${two(n)}`, type: "Ops", date: "2026-01-14" })));
  v.sync();
  for (const n of [1, 2, 3]) await v.edit("supabase", `Decision ${two(n)}`, { action: "soft-delete" });
  v.sync();
  const page = await open(browser, await v.serve(), scheme2, width2);
  const trashed = async () => (await v.dump()).filter((r) => r.side === "notion" && r.in_trash).length;
  await until(async () => (await text(page, "#waits")).includes("Held back: delete in Notion"));
  await unfold(page);
  await signIn(page);
  await until(() => page.locator("#sign").isHidden());
  await page.getByRole("button", { name: /^Approve: deletion, Decision / }).first().click();
  check(await said(page, "Approved."), "held: one is approved", await text(page, "#said"));
  await press(page, "Sync now");
  check(await said(page, "Done"), "held: a run", await text(page, "#said"));
  check(await trashed() === 1, "held: one went, and no other", await trashed());
  await until(async () => (await page.getByRole("button", { name: "Approve 2 deletions: all in Notion" }).count()) === 1);
  await press(page, "Approve 2 deletions: all in Notion");
  check(await said(page, "Approved."), "held: all are approved", await text(page, "#said"));
  check(await until(async () => (await text(page, "#waits")).includes("Approved")), "held: and wait for the next run", await text(page, "#waits"));
  await press(page, "Sync now");
  await until(async () => await trashed() === 3);
  check(await trashed() === 3, "held: all went", await trashed());
  await sound(page, "held");
  await page.context().close();
  await v.end();
}

// Without a token the page only reads; with SYNC_PAGE_PRIVATE it asks before it shows anything.
export async function locked(browser, bin, folder) {
  const v = await Vault.make(bin, folder, "locked");
  await v.seed([{ side: "supabase", decision: "A secret decision", type: "Ops", date: "2026-01-14" }]);
  v.sync();
  const plain = await serve(bin, v.dir, { ...v.env }), page = await open(browser, plain.url, "light", "desk");
  check((await text(page, "#activity")).includes("A secret decision"), "read only: it reads", await text(page, "#activity"));
  check(await page.locator("main button:visible").allTextContents().then((b) => b.join() === "Filter"), "read only: nothing acts",
    await page.locator("main button:visible").allTextContents());
  await page.context().close();
  await stop(plain);
  const url = await v.serve({ SYNC_PAGE_PRIVATE: "1" }), closed = await open(browser, url, "light", "phone");
  await until(() => closed.locator("#sign").isVisible());
  check(!(await text(closed, "body")).includes("A secret decision"), "private: nothing is shown", await text(closed, "main"));
  await shot(closed, "private-phone");
  await signIn(closed);
  check(await until(async () => (await text(closed, "#activity")).includes("A secret decision")), "private: signed in", await text(closed, "#activity"));
  await closed.reload();
  check(await until(async () => (await text(closed, "#activity")).includes("A secret decision")), "private: the tab stays signed in");
  const other = await open(browser, url, "light", "phone");
  check(!(await text(other, "main")).includes("A secret decision"), "private: another tab is not");
  check(await closed.evaluate(() => localStorage.length === 0 && document.cookie === "" && !location.href.includes("token")), "private: nothing outlives the tab");
  await closed.click("#b-sign");
  await until(() => closed.locator("#sign").isVisible());
  check(!(await text(closed, "main")).includes("A secret decision"), "private: signed out, nothing is left on the page", await text(closed, "main"));
  await closed.context().close();
  await other.context().close();
  await v.end();
}
