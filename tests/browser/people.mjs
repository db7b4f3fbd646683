// An administrator lets somebody in, who signs in with the password shown once; what makes another
// administrator waits until a second one signs; who is ended comes in no more.
import assert from "node:assert/strict";
import { nodes, play } from "./browser.mjs";

await play(async (come) => {
  const ruler = await come({ party: "sichuan", face: "console", user: "administrator", language: "en" });
  const { page } = ruler;
  const add = async (id, roles, may) => {
    await page.getByLabel(ruler.t("id"), { exact: true }).fill(id);
    await page.getByLabel(ruler.t("name"), { exact: true }).fill("Synthetic person");
    await page.getByLabel(ruler.t("roles"), { exact: true }).fill(roles);
    if (may) await page.getByLabel(ruler.t(may)).check();
    await ruler.press(ruler.t("add_person"));
  };
  await ruler.follow(ruler.t("people"));
  await add("newcomer", "household-migration:clerk", "");
  await page.getByText(ruler.t("person_added", { id: "newcomer" })).waitFor();
  nodes.sichuan.users.newcomer = await page.getByRole("status").getByRole("code").textContent();
  const row = page.getByRole("table", { name: ruler.t("users") }).getByRole("row").filter({ hasText: "newcomer" });
  await row.getByText("household-migration: clerk").waitFor();
  await ruler.seen("console-people");
  const newcomer = await come({ party: "sichuan", face: "console", user: "newcomer", language: "zh" });

  await add("ruler", "", "may_admin");
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
