// An administrator lets somebody in, who signs in with the password shown once; what makes another
// administrator waits until a second one signs; who is ended comes in no more.
import assert from "node:assert/strict";
import { nodes, play } from "./browser.mjs";

await play(async (come) => {
  const ruler = await come({ party: "sichuan", face: "console", user: "administrator", language: "en" });
  const { page } = ruler;
  const household = "One-stop household-registration migration";
  // Of the pack with this title, by the codes that stand beside the titles.
  const hold = async (title, codes) => {
    await page.getByLabel(ruler.t("roles_of")).selectOption({ label: title });
    for (const code of codes) await page.getByRole("group", { name: title }).getByRole("checkbox", { name: code }).check();
  };
  const add = async (id, codes, may) => {
    await page.getByLabel(ruler.t("id"), { exact: true }).fill(id);
    await page.getByLabel(ruler.t("name"), { exact: true }).fill("Synthetic person");
    if (codes.length) await hold(household, codes);
    if (may) await page.getByLabel(ruler.t(may)).check();
    await ruler.press(ruler.t("add_person"));
  };
  await ruler.follow(ruler.t("people"));
  await add("newcomer", ["clerk"], "");
  await page.getByText(ruler.t("person_added", { id: "newcomer" })).waitFor();
  nodes.sichuan.users.newcomer = await page.getByRole("status").getByRole("code").textContent();
  const row = page.getByRole("table", { name: ruler.t("users") }).getByRole("row").filter({ hasText: "newcomer" });
  await row.getByText("household-migration: clerk").waitFor();
  await ruler.seen("console-people");
  const newcomer = await come({ party: "sichuan", face: "console", user: "newcomer", language: "zh" });

  // Roles and divisions are said anew.
  await page.getByRole("button", { name: `${ruler.t("change")} newcomer` }).click();
  const roles = page.getByRole("group", { name: ruler.t("roles") }).getByRole("listitem");
  await roles.filter({ hasText: "household-migration:clerk" }).waitFor();
  await hold(household, ["chief"]);
  assert.equal(await roles.count(), 2);
  await page.getByLabel(ruler.t("divisions"), { exact: true }).fill("5101");
  await ruler.seen("console-people-change");
  await ruler.press(ruler.t("change"));
  await page.getByText(ruler.t("person_changed", { id: "newcomer" })).waitFor();
  await row.getByText("household-migration: clerk, chief").waitFor();
  await row.getByText("5101").waitFor();

  // A password of one's own: the one that was shown to another counts no more.
  await newcomer.follow("Synthetic person");
  await newcomer.heading(newcomer.t("own_account"));
  const choose = async (current, chosen) => {
    await newcomer.page.getByLabel(newcomer.t("password_now"), { exact: true }).fill(current);
    await newcomer.page.getByLabel(newcomer.t("password_new"), { exact: true }).fill(chosen);
    await newcomer.page.getByLabel(newcomer.t("password_again"), { exact: true }).fill(chosen);
    await newcomer.press(newcomer.t("password_change"));
  };
  await newcomer.seen("own-account");
  await choose("not this one", "a password of my own");
  await newcomer.page.getByRole("alert").waitFor();
  newcomer.noise = newcomer.noise.filter((line) => !/^422 /.test(line));
  await choose(nodes.sichuan.users.newcomer, "a password of my own");
  await newcomer.page.getByText(newcomer.t("session_over")).waitFor();
  nodes.sichuan.users.newcomer = "a password of my own";
  await newcomer.page.getByLabel(newcomer.t("user"), { exact: true }).fill("newcomer");
  await newcomer.page.getByLabel(newcomer.t("password"), { exact: true }).fill(nodes.sichuan.users.newcomer);
  await newcomer.press(newcomer.t("sign_in"));
  await newcomer.heading(newcomer.t("own_account"));

  await add("ruler", [], "may_admin");
  await page.getByText(ruler.t("waits_for_second")).waitFor();
  const second = await come({ party: "sichuan", face: "console", user: "second", language: "zh" });
  await second.follow(second.t("people"));
  await second.page.getByRole("table", { name: second.t("approvals") }).getByRole("row").filter({ hasText: "ruler" }).waitFor();
  assert.equal(await page.getByRole("button", { name: ruler.t("sign"), exact: true }).count(), 0);
  await second.press(second.t("sign"));
  await second.page.getByText(second.t("approval_signed")).waitFor();
  await page.getByRole("table", { name: ruler.t("users") }).getByRole("row").filter({ hasText: "ruler" }).filter({ hasText: ruler.t("in_force") }).first().waitFor();

  await page.getByRole("button", { name: `${ruler.t("end_person")} newcomer` }).click();
  await page.getByRole("button", { name: `${ruler.t("end_for_good")} newcomer` }).click();
  await page.getByText(ruler.t("person_ended", { id: "newcomer" })).waitFor();
  await newcomer.page.reload();
  await newcomer.page.getByLabel(newcomer.t("password")).fill(nodes.sichuan.users.newcomer);
  await newcomer.page.getByLabel(newcomer.t("user")).fill("newcomer");
  await newcomer.press(newcomer.t("sign_in"));
  await newcomer.page.getByRole("alert").waitFor();
});
