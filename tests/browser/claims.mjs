// What a step of the other side looked up is asked for on the case's page: its node shows it, and the step follows from it.
import assert from "node:assert/strict";
import { play } from "./browser.mjs";

const [number] = JSON.parse(process.env.BASHU_CASES);
await play(async (come) => {
  const decider = await come({ party: "chongqing", face: "console", user: "officer", language: "en" });
  const asker = await come({ party: "sichuan", face: "console", user: "officer", language: "zh" });
  await decider.open(`case/${number}`);
  await decider.page.getByText(decider.t("claimed_here")).waitFor();
  assert.equal(await decider.page.getByRole("button", { name: decider.t("claims.ask") }).count(), 0);
  await asker.open(`case/${number}`);
  await asker.press(asker.t("claims.ask"));
  await asker.page.getByText(asker.t("claims.agrees")).waitFor({ timeout: 30_000 });
  assert.match(await asker.page.getByRole("region", { name: asker.t("claims") }).innerText(), /limit\s+ann\s+.*"most":50/);
  await asker.seen("console-claims");
  await decider.open(`case/${number}`);
  await decider.page.getByText(decider.t("claims.shown"), { exact: true }).waitFor();
  await decider.seen("console-claims");
});
