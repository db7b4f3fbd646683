// Pages of the public site, in light and dark, narrow and at 200 %: nothing in the way of anybody, nothing wider
// than the screen.
import assert from "node:assert/strict";
import { play } from "./browser.mjs";

const paths = JSON.parse(process.env.BASHU_PATHS);
const looks = [
  { colorScheme: "light" },
  { colorScheme: "dark", viewport: { width: 360, height: 740 } },
  { colorScheme: "light", viewport: { width: 640, height: 450 }, deviceScaleFactor: 2 },
];
await play(async (come) => {
  const found = [];
  for (const look of looks) {
    const reader = await come({ base: process.env.BASHU_SITE, language: "en", ...look });
    for (const path of paths) {
      await reader.page.goto(reader.base + path);
      const where = `${path} ${look.colorScheme} ${look.viewport?.width ?? "wide"}`;
      found.push(...await reader.barriers(where));
      const wider = await reader.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (wider > 1) found.push(`${where}: ${wider}px wider than the screen`);
      await reader.picture(`${look.viewport?.width ?? "wide"}-site-${path.replace(/[^a-z0-9]+/gi, "-").slice(0, 60)}`);
    }
  }
  assert.deepEqual(found, []);
});
