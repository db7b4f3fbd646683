// Two officers share an inbox: cases are taken on many at once, handed over with a reason, looked after
// by whoever stands in, and given back; each page sees what the other does.
import assert from "node:assert/strict";
import { play } from "./browser.mjs";

const [first, second, third] = JSON.parse(process.env.BASHU_CASES);
await play(async (come) => {
  const officer = await come({ party: "chongqing", face: "console", user: "officer", language: "en" });
  const colleague = await come({ party: "chongqing", face: "console", user: "colleague", language: "zh" });
  const row = (who, id) => who.page.getByRole("table", { name: who.t("waiting_cases") }).getByRole("row").filter({ hasText: id });
  const whose = async (who, key, count) => {
    await who.page.getByRole("radio", { name: `${who.t(key)} (${count})` }).check();
  };
  const handTo = async (who, person, note) => {
    await who.page.getByLabel(who.t("hand_to"), { exact: true }).selectOption(person);
    if (note) await who.page.getByLabel(who.t("note"), { exact: true }).fill(note);
    await who.press(who.t("hand_over"));
  };

  // Two of three are taken on together.
  await whose(officer, "whose_nobody", 3);
  for (const id of [first, second]) await officer.page.getByLabel(officer.t("mark_case", { id })).check();
  await officer.seen("console-inbox-marked");
  await officer.press(officer.t("claim_cases", { count: 2 }));
  await whose(officer, "whose_mine", 2);
  await row(officer, first).getByText("officer", { exact: true }).waitFor();
  await row(colleague, first).getByText("officer", { exact: true }).waitFor();
  await whose(colleague, "whose_nobody", 1);
  await row(colleague, third).waitFor();
  await row(colleague, first).waitFor({ state: "hidden" });

  // Taken from another only with a reason.
  await colleague.open(`case/${first}`);
  await colleague.press(colleague.t("hand_over"));
  await handTo(colleague, "user:colleague");
  await colleague.page.getByRole("alert").waitFor();
  assert.equal(await colleague.page.getByRole("alert").evaluate((element) => element === document.activeElement), true);
  colleague.noise = colleague.noise.filter((line) => !/^409 /.test(line));
  await handTo(colleague, "user:colleague", "牲畜已到界上");
  await colleague.page.getByText("牲畜已到界上").waitFor();
  await colleague.seen("console-assignee");

  // Handed over from its page: the other has it among his.
  await officer.open(`case/${second}`);
  await officer.press(officer.t("hand_over"));
  await handTo(officer, "user:colleague", "you know the herd");
  await officer.page.getByText("you know the herd").waitFor();
  await officer.seen("console-assignee");
  await colleague.open("?whose=mine");
  for (const id of [first, second]) await row(colleague, id).waitFor();

  // Who stands in sees the other's cases as his, and takes one over without a reason.
  await officer.open("");
  await officer.page.getByLabel(officer.t("mark_case", { id: third })).check();
  await officer.press(officer.t("claim_cases", { count: 1 }));
  await row(officer, third).getByText("officer", { exact: true }).waitFor();
  await officer.page.getByText(officer.t("away"), { exact: true }).click();
  await officer.page.getByLabel(officer.t("stands_in"), { exact: true }).selectOption("user:colleague");
  await officer.page.getByLabel(officer.t("last_day"), { exact: true }).fill("2099-01-01");
  await officer.press(officer.t("substitute_name"));
  await officer.page.getByRole("button", { name: officer.t("substitute_end"), exact: true }).waitFor();
  await officer.seen("console-away");
  await colleague.page.getByText(/2099-01-01/).first().waitFor();
  await row(colleague, third).waitFor();
  await colleague.open(`case/${third}`);
  await colleague.press(colleague.t("hand_over"));
  await handTo(colleague, "user:colleague");
  await colleague.page.getByRole("button", { name: colleague.t("give_back"), exact: true }).click();
  await colleague.page.getByRole("button", { name: colleague.t("claim"), exact: true }).waitFor();
  await officer.press(officer.t("substitute_end"));
  await officer.page.getByRole("button", { name: officer.t("substitute_end"), exact: true }).waitFor({ state: "hidden" });

  // All of somebody's at once.
  await colleague.open("?whose=mine");
  await colleague.page.getByLabel(colleague.t("mark_all_cases")).check();
  await colleague.press(colleague.t("give_back_cases", { count: 2 }));
  await whose(colleague, "whose_nobody", 3);
});
