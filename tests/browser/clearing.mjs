// Two offices clear a few rides at their pages: batches handed in, both statements, the line on which they
// differ, answers, and the same sum agreed at both.
import assert from "node:assert/strict";
import { ask, play } from "./browser.mjs";

const { book, here, there, dearer } = JSON.parse(process.env.BASHU_CLEARING);

await play(async (come) => {
  const first = await come({ party: "chongqing", face: "console", user: "cashier", language: "en" });
  const second = await come({ party: "sichuan", face: "console", user: "cashier", language: "zh", viewport: { width: 360, height: 800 } });
  const handIn = async (who, rows) => {
    await who.open("clearing");
    await who.page.getByLabel(who.t("batch_file")).setInputFiles({ name: "gates.csv", mimeType: "text/csv", buffer: Buffer.from(rows) });
    await who.page.getByText(who.t("batch_taken", { name: "gates.csv" })).waitFor();
  };
  await handIn(first, here);
  await handIn(second, there);

  await first.page.getByLabel(first.t("until_day"), { exact: true }).fill("2026-03-02");
  await first.press(first.t("draft_show"));
  await first.page.getByText(/^2 lines; owed to chongqing: 2\.00, to sichuan: 3\.00/).waitFor();
  await first.press(first.t("window_open"));
  await first.heading(/until 2026-03-02/);
  const window = new URL(first.page.url()).pathname.split("/clearing/")[1];
  await ask("deliver");

  const sign = async (who, event, state) => {
    await who.press(event);
    await who.page.getByText(state, { exact: true }).first().waitFor();
    await ask("deliver");
  };
  await second.open(`clearing/${window}`);
  await sign(second, "计算并签署", "双方不同");
  await first.open(`clearing/${window}`);
  await sign(first, "Compare line by line", "Awaiting the second side's answers");
  await first.page.getByRole("heading", { name: first.t("differ_lines", { count: 1 }) }).waitFor();
  await first.seen("console-clearing-differences");

  await second.open(`clearing/${window}`);
  await second.page.getByText("乙方缺失").first().waitFor();
  await second.page.getByText("b-in → b-out").waitFor();
  await second.press(second.t("accept_all_of", { kind: "乙方缺失" }));
  await second.seen("console-clearing-answers");
  await sign(second, "答复", "待甲方答复");
  await first.open(`clearing/${window}`);
  await first.page.getByText(`sichuan: ${first.t("accepts_it")}`).waitFor();
  await sign(first, "Answer and sign", "Awaiting the second side's confirmation");
  await second.open(`clearing/${window}`);
  await sign(second, "核定", "待甲方付款");

  for (const who of [first, second]) {
    await who.open(`clearing/${window}`);
    const row = who.page.getByRole("row", { name: new RegExp(`^${who.t("agreed_by_both")} `) });
    assert.match(await row.innerText(), /2\.00\s+3\.00/);
    await who.page.getByText(who.t("split_by_earner")).first().click();
    const earned = await who.page.getByRole("region", { name: who.t("split_by_earner") }).innerText();
    assert.match(earned, /2\.00/);
    assert.match(earned, /3\.00/);
    await who.seen("console-clearing-agreed");
    await who.open("clearing");
    await who.page.getByText(who.t("roots_differ")).waitFor();
  }
  await second.seen("console-clearing");

  // Another tariff is tried on the same taps: one ride of two would cost half a yuan more.
  await first.follow(first.t("whatif"));
  await first.page.getByLabel(first.t("whatif_tariff")).setInputFiles({ name: "dearer.yaml", mimeType: "application/yaml", buffer: Buffer.from(dearer) });
  await first.page.getByText(first.t("whatif_change", { amount: "+0.50" })).waitFor();
  await first.page.getByRole("img", { name: first.t("whatif_drawn") }).waitFor();
  await first.page.getByLabel(first.t("whatif_by")).selectOption("side");
  assert.match(await first.page.getByRole("row", { name: /^chongqing / }).innerText(), /1\s+2\.50\s+\+0\.50/);
  // Nobody is denied; if the rider of the one ride here were, the place would lose it.
  const token = here.split("\n")[1].split(",")[here.split("\n")[0].split(",").indexOf("token")];
  await first.page.getByLabel(first.t("whatif_list"), { exact: true }).selectOption("other");
  await first.page.getByLabel(first.t("whatif_list_file")).setInputFiles({ name: "denied.csv", mimeType: "text/csv", buffer: Buffer.from(`token,at\n${token},2020-01-01 00:00:00\n`) });
  await first.page.getByText(first.t("whatif_denied", { count: 1, first: "2020-01-01 00:00:00", last: "2020-01-01 00:00:00" })).waitFor();
  await first.page.getByRole("columnheader", { name: first.t("whatif_refused") }).waitFor();
  await first.seen("console-what-if");
  assert.ok(book);
});
