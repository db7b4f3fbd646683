// The slider of years on the public map of minutes: by keyboard, in place, in both languages, on a narrow screen, and
// without a script by its button.
import assert from "node:assert/strict";
import { play } from "./browser.mjs";

await play(async (come) => {
  for (const [language, label, title] of [["en", "At the end of", "31 December 2030"], ["zh", "截至年底", "2030年12月31日"]]) {
    const reader = await come({ base: process.env.BASHU_SITE, language, viewport: { width: 360, height: 740 } });
    await reader.page.goto(`${reader.base}/${language}/network/?as_of=2029-12-31`);
    const slider = reader.page.getByRole("slider", { name: label });
    const before = await reader.page.locator("#counties ~ .scroll tbody").innerText();
    await slider.focus();
    await reader.page.keyboard.press("ArrowRight");
    await reader.page.getByRole("heading", { level: 1, name: title }).waitFor();
    // The road of 2030 counts, the address is that of the year, and the keyboard is where it was.
    assert.notEqual(await reader.page.locator("#counties ~ .scroll tbody").innerText(), before);
    assert.match(reader.page.url(), /as_of=2030-12-31/);
    assert.equal(await reader.page.evaluate(() => document.activeElement.id), "year");
    assert.equal(await reader.page.locator("nav.years [aria-current]").innerText(), "2030");
    await reader.page.keyboard.press("End");
    await reader.page.getByRole("heading", { level: 1, name: "2035" }).waitFor();
    await reader.page.keyboard.press("ArrowLeft");
    await reader.page.getByRole("heading", { level: 1, name: "2034" }).waitFor();
    assert.deepEqual(await reader.barriers(`years ${language}`), []);
    const wider = await reader.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(wider <= 1, `${wider}px wider than the screen`);
    await reader.picture(`years-${language}`);
  }
  const plain = await come({ base: process.env.BASHU_SITE, language: "en", javaScriptEnabled: false });
  await plain.page.goto(`${plain.base}/en/network/?as_of=2029-12-31`);
  await plain.page.getByRole("slider").focus();
  await plain.page.keyboard.press("ArrowRight");
  await plain.page.getByRole("button", { name: "Show" }).click();
  await plain.page.getByRole("heading", { level: 1, name: "31 December 2030" }).waitFor();
});
