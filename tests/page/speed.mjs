// How fast it is with two thousand changes in the records: figures, not checks.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { serve, stop, until, widths } from "./browser.mjs";
import { done, Folder } from "./states.mjs";

const middle = (list) => Math.round(list.sort((a, b) => a - b)[Math.floor(list.length / 2)]);
export async function speed(browser, bin, folder) {
  const dir = join(folder, "speed");
  mkdirSync(join(dir, "logs"), { recursive: true });
  const f = new Folder(join(dir, "logs"));
  for (let n = 0; n < 50; n++) f.run(200 - 4 * n, {}, [...Array(40).keys()].map((i) => done(n * 40 + i)));
  const s = await serve(bin, dir), cold = [[], [], []], warm = [[], [], []], answers = [];
  for (let n = 0; n < 15; n++) {
    const context = await browser.newContext({ viewport: widths.desk }), page = await context.newPage();
    await page.addInitScript(() => {
      window.spent = {};
      new MutationObserver(() => {
        if (!spent.state && /[a-z]$/.test(document.querySelector("#headline + dl")?.textContent || "")) spent.state = performance.now();
        if (!spent.lists && document.querySelector("#activity li")) spent.lists = performance.now();
      }).observe(document, { subtree: true, childList: true, characterData: true });
    });
    // A browser that has just begun a process for it, and one that has it open.
    for (const spent of [cold, warm]) {
      await page.goto(s.url);
      await until(() => page.evaluate(() => window.spent.lists));
      const [first, t] = await page.evaluate(() => [performance.getEntriesByName("first-contentful-paint")[0]?.startTime, window.spent]);
      [first, t.state, t.lists].forEach((ms, i) => spent[i].push(ms));
    }
    const began = performance.now();
    await (await fetch(s.url + "api/activity?limit=50")).text();
    answers.push(performance.now() - began);
    await context.close();
  }
  for (const [name, [paint, state, lists]] of Object.entries({ "in a new process": cold, "loaded again": warm }))
    console.log(`of 15 loads ${name}, the middle one: first paint ${middle(paint)} ms, state ${middle(state)} ms, lists ${middle(lists)} ms`);
  console.log(`/api/activity ${middle(answers)} ms`);
  await stop(s);
}
