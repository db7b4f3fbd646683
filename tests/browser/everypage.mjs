// Every page of both faces, in both languages, in light and dark, narrow and wide: nothing in the way of
// anybody, nothing wider than the screen.
import assert from "node:assert/strict";
import { play } from "./browser.mjs";

const pages = JSON.parse(process.env.BASHU_PAGES);  // of each face: whose, and which
const looks = [
  { language: "zh", colorScheme: "light" },
  { language: "en", colorScheme: "light" },
  { language: "zh", colorScheme: "light", viewport: { width: 360, height: 740 } },
  { language: "en", colorScheme: "dark", viewport: { width: 360, height: 740 } },
  // A screen of 1280 by 900 at 200 %.
  { language: "zh", colorScheme: "dark", viewport: { width: 640, height: 450 }, deviceScaleFactor: 2 },
];
await play(async (come) => {
  const found = [];
  for (const look of looks) {
    for (const { party, face, user, paths } of pages) {
      const who = await come({ party, face, user, ...look });
      for (const path of paths) {
        await who.open(path);
        const where = `${face}/${path} ${look.language} ${look.colorScheme}`;
        found.push(...await who.barriers(where));
        const wider = await who.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        if (wider > 1) found.push(`${where}: ${wider}px wider than the screen`);
        await who.picture(`${look.viewport?.width ?? "wide"}-${face}-${user}-${path.replace(/[^a-z0-9]+/gi, "-")}`);
      }
      await who.press(who.t("sign_out"));
      await who.heading(who.t("sign_in"));
      found.push(...await who.barriers(`${face} sign-in ${look.language}`));
      await who.picture(`${look.viewport?.width ?? "wide"}-${face}-sign-in`);
    }
  }
  assert.deepEqual(found, []);
});
