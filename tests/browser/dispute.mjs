// A step that one side cannot take is in dispute there, and asked of its holder, whose case goes on: both
// sides' pages say so, an officer of each signs the same step with a reason, and the case goes on.
import assert from "node:assert/strict";
import { ask, play } from "./browser.mjs";

const [number] = JSON.parse(process.env.BASHU_CASES);
await play(async (come) => {
  const holder = await come({ party: "chongqing", face: "console", user: "head", language: "en" });
  const other = await come({ party: "sichuan", face: "console", user: "head", language: "zh" });
  const content = [];
  const sign = (who) => who.t(who === holder ? "objection.dismiss" : "dispute_sign");
  for (const who of [holder, other]) {
    await who.open(`case/${number}`);
    await who.page.getByRole("heading", { name: who.t("dispute"), exact: true }).waitFor();
    await who.page.getByText(who.t("disputed"), { exact: true }).waitFor({ state: who === holder ? "hidden" : "visible" });
    // Both versions stand side by side: what the holder recorded, and what the other side holds.
    const sides = who.page.getByRole("table", { name: who.t("dispute_sides"), exact: true });
    content.push(await sides.getByRole("code").first().textContent());
    await who.seen("console-dispute");
    // Without a reason nobody signs.
    assert.equal(await who.page.getByRole("button", { name: sign(who) }).isDisabled(), true);
  }
  assert.equal(content[0], content[1]);
  await ask("agree on the day");
  await holder.page.getByLabel(holder.t("note")).fill("the clocks have been set right");
  await holder.press(sign(holder));
  await holder.page.getByText(holder.t("settled"), { exact: true }).waitFor();
  await other.page.getByText(other.t("dispute_signed_by", { party: "chongqing", officer: "user:head" })).waitFor();
  await other.page.getByLabel(other.t("note")).fill("时钟已校正");
  await other.press(sign(other));
  await other.page.getByText(other.t("settled"), { exact: true }).waitFor();
  for (const who of [holder, other]) {
    await who.page.getByRole("heading", { name: who.t("dispute"), exact: true }).waitFor({ state: "hidden" });
    await who.page.getByText("from the future", { exact: true }).first().waitFor();
  }
});
