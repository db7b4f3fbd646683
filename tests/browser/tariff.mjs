// Two offices and the tariff of their book: one by rules 1 is warned of, a further edition is proposed by one side
// with what it changes in view, refused where it may not follow, and agreed to by the other.
import assert from "node:assert/strict";
import { ask, play } from "./browser.mjs";

const tariffs = JSON.parse(process.env.BASHU_TARIFFS);
const file = (name) => ({ name: `${name}.yaml`, mimeType: "application/yaml", buffer: Buffer.from(tariffs[name]) });

await play(async (come) => {
  const first = await come({ party: "chongqing", face: "console", user: "cashier", language: "en" });
  const second = await come({ party: "sichuan", face: "console", user: "cashier", language: "zh", viewport: { width: 360, height: 800 } });

  // A new book by the form of its case: what the node would not advise is told on the page of the case.
  const begin = async (who, { name, kind, title, tariff, taps }) => {
    await who.open("start/clearing/book");
    await who.press(who.t("begin"));
    await who.page.getByLabel(title, { exact: true }).first().fill(name);
    await who.page.getByLabel(kind).selectOption(taps);
    await who.page.locator("input[type=file]").first().setInputFiles(file(tariff));
    await who.press(who.t("send"));
    return who.number(who === first ? "chongqing" : "sichuan");
  };
  const english = { title: "Name", kind: /What is cleared/, taps: "taps" };
  await begin(first, { ...english, name: "old", tariff: "old" });
  await first.page.getByRole("heading", { name: first.t("taken_but") }).waitFor();
  await first.page.getByText(/Tariff: The tariff flat is rated by rules 1/).waitFor();
  await first.seen("console-warned");
  const book = await begin(first, { ...english, name: "metro", tariff: "now" });
  assert.equal(await first.page.getByRole("heading", { name: first.t("taken_but") }).count(), 0);
  await ask("agree", book);

  await first.open(`case/${book}`);
  await first.follow(first.t("book_tariff"));
  await first.heading(/metro/);
  const edition = (who, version) => who.page.getByRole("region", { name: who.t("tariff_editions") }).getByRole("row", { name: new RegExp(`^${version} `) });
  assert.match(await edition(first, 1).innerText(), /in force today\s+chongqing.*sichuan/s);
  const choose = (name) => first.page.getByLabel(first.t("tariff_choose")).setInputFiles(file(name));
  const propose = first.page.getByRole("button", { name: "Propose an edition of the tariff", exact: true });
  for (const [name, why] of [["none", /no edition that the book does not have/], ["other", /must stay as it is/], ["operator", /operators of a group stay/]]) {
    await choose(name);
    await first.page.getByRole("alert").filter({ hasText: why }).waitFor();
    assert.equal(await propose.count(), 0);
  }
  await first.seen("console-tariff-refused");
  await choose("next");
  const price = (who) => who.page.getByRole("region", { name: who.t("tariff_prices") }).getByRole("row", { name: /^sc / });
  assert.match(await price(first).innerText(), /3\.00\s+3\.50\s+\+0\.50/);
  await first.page.getByRole("region", { name: first.t("tariff_rules") }).getByRole("row", { name: /^fee .*6000/ }).waitFor();
  await first.seen("console-tariff-proposed");
  await propose.click();
  await first.page.getByText(first.t("tariff_waits_other")).waitFor();
  await ask("deliver");

  await second.open(`tariff/${book}`);
  await second.page.getByRole("heading", { name: /^chongqing 于 .* 提议$/ }).waitFor();
  assert.match(await price(second).innerText(), /3\.00\s+3\.50\s+\+0\.50/);
  await second.seen("console-tariff-answer");
  await second.press("同意票价新版");
  await edition(second, 2).waitFor();
  await ask("deliver");
  await first.open(`tariff/${book}`);
  assert.match(await edition(first, 2).innerText(), /2026-04-01.*to come\s+chongqing.*sichuan/s);
  assert.match(await edition(first, 1).innerText(), /2026-03-31/);
  await first.open("clearing");
  await first.page.getByRole("link", { name: first.t("book_tariff") }).first().waitFor();
  await first.seen("console-tariff-agreed");
});
