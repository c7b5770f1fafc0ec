// The page in a real browser: node page.mjs BIN CHROMIUM FOLDER [states|views|follows|acts|locked|speed]…
// A line "ok …" or "not ok …" for each check. With SHOTS=FOLDER in the environment, screenshots land there.
import { chromium } from "playwright-core";
import { check, counts } from "./browser.mjs";
import * as parts from "./parts.mjs";

const [bin, browserPath, folder, ...only] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: browserPath,
  args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"] });
try {
  for (const [name, part] of Object.entries(parts)) if (!only.length || only.includes(name)) await part(browser, bin, folder);
} catch (e) {
  check(false, "the tests go to their end", e.stack);
} finally {
  await browser.close();
}
console.log(`${counts.failed} failed`);
process.exit(counts.failed ? 1 : 0);
