// What an administrator reads of a pack: how long its values are kept; and of the node: who outside the circle
// cosigns its journal, and what they have not seen while they are away.
import assert from "node:assert/strict";
import { ask, play } from "./browser.mjs";

const { name, url } = JSON.parse(process.env.BASHU_WITNESS);

await play(async (come) => {
  const english = await come({ party: "sichuan", face: "console", user: "administrator", language: "en" });
  const chinese = await come({ party: "sichuan", face: "console", user: "administrator", language: "zh", viewport: { width: 360, height: 800 } });
  for (const [who, line] of [[english, /^sensitive personal values: 31 years after the case has ended \(Measures/], [chinese, /^敏感个人信息：办结后保存 31 年（《会计档案管理办法》/]]) {
    await who.open("packs/medical-filing-and-claims");
    await who.page.getByRole("heading", { name: who.t("how_long_kept") }).waitFor();
    await who.page.getByRole("listitem").filter({ hasText: line }).waitFor();
    await who.seen("console-pack-kept");

    await who.open("node");
    await who.page.getByRole("heading", { name: who.t("outside_witnesses") }).waitFor();
    await who.page.getByText(who.t("outside_all")).waitFor();
    const row = who.page.getByRole("row", { name: new RegExp(`^${name}`) });
    const said = await row.innerText();
    assert.ok(said.includes(url), said);
    assert.match(said, /[1-9]\d*\s+\d{4}-\d{2}-\d{2}/);
  }
  await english.seen("console-witnesses");

  await ask("away");
  await english.open("node");
  await english.page.getByText(/entries are not cosigned, the first since/).waitFor();
  assert.ok(await english.page.getByRole("row", { name: new RegExp(`^${name}`) }).locator(".hint").count() > 1, "what hinders it");
});
