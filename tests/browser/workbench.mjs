// A figure that is wrong on one side is found and settled: both sides tell it, the workbench names the
// records that explain it, cases about them are begun there and decided by the side that keeps them, and
// when the figure is told again the sides agree.
import assert from "node:assert/strict";
import { play } from "./browser.mjs";

await play(async (come) => {
  const ours = await come({ party: "sichuan", face: "console", user: "surveyor", language: "en" });
  const theirs = await come({ party: "chongqing", face: "console", user: "surveyor", language: "zh" });
  const figure = { en: "Metres between the stones", zh: "界桩间距合计" };
  const tell = async (who) => {
    await who.open("differences");
    await who.press(who.t("tell_others"));
    await who.page.getByText(who.t("told_to_all", { day: "2026-03-02" })).waitFor();
  };
  const box = (who) => who.page.getByRole("region", { name: figure[who.language], exact: true }).first();
  const row = (who, caption, key) => box(who).getByRole("table", { name: caption }).getByRole("row").filter({ hasText: key });

  await tell(ours);
  await tell(theirs);
  // What they told comes to the page by itself.
  for (const who of [ours, theirs]) await box(who).waitFor();
  const values = box(ours).getByRole("table", { name: ours.t("both_values", { day: "2026-03-02" }) });
  assert.deepEqual((await values.getByRole("cell").allInnerTexts()).slice(0, 3), ["380 m", "375 m", "5 m"]);
  await row(ours, ours.t("rows_differ"), "Q2").waitFor();
  await row(ours, ours.t("rows_only", { party: "sichuan" }), "Q3").waitFor();
  await row(ours, ours.t("rows_only", { party: "chongqing" }), "Q4").waitFor();
  assert.equal(await box(ours).getByText("Q1", { exact: true }).count(), 0);
  await row(theirs, theirs.t("rows_only", { party: "chongqing" }), "Q4").waitFor();
  await ours.seen("console-workbench");

  // From the record to the entry that made it so.
  await row(ours, ours.t("rows_differ"), "Q2").getByRole("link", { name: /^\d+$/ }).first().click();
  await ours.page.getByText("feed_taken", { exact: true }).waitFor();
  await ours.page.getByText(ours.t("proof_about")).waitFor();
  await ours.seen("console-entry");

  // Who finds the mistake asks the side that keeps the record; its key is filled in already.
  const begun = [];
  for (const [who, caption, key, metres] of [
    [ours, ours.t("rows_differ"), "Q2", "250"], [ours, ours.t("rows_only", { party: "sichuan" }), "Q3", "30"],
    [theirs, theirs.t("rows_only", { party: "chongqing" }), "Q4", "70"],
  ]) {
    const [title, stone, length, why] = who === ours
      ? ["Have a stone put right", "Stone", "Metres to the next", "Reason"] : ["更正界桩", "界桩", "至下一桩（米）", "理由"];
    await who.open("differences");
    await row(who, caption, key).getByRole("link", { name: new RegExp(title) }).click();
    assert.equal(await who.page.getByLabel(stone, { exact: true }).inputValue(), key);
    await who.page.getByLabel(length, { exact: true }).fill(metres);
    await who.page.getByLabel(why, { exact: true }).fill(who === ours ? "Measured again on both banks" : "两岸复测");
    await who.press(who.t("send"));
    begun.push([who, await who.number(who === ours ? "sichuan" : "chongqing")]);
  }
  for (const [from, number] of begun) {
    const keeper = from === ours ? theirs : ours;
    await keeper.open("");
    await keeper.follow(number);
    await keeper.act(keeper === ours ? "Put it right" : "予以更正");
  }
  await theirs.open("registers/stones/stone");
  await theirs.page.getByRole("cell", { name: "250 m", exact: true }).waitFor();

  await tell(ours);
  await tell(theirs);
  for (const who of [ours, theirs]) await who.page.getByText(new RegExp(`^${who.t("all_agree", { count: "\\d+" })}$`)).waitFor();
  await ours.seen("console-settled");
});
