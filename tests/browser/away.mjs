// What happens under an open page: the node goes away and comes back; the session ends. Nothing that
// was written is lost, and the page goes on by itself.
import assert from "node:assert/strict";
import { ask, nodes, play } from "./browser.mjs";

await play(async (come) => {
  const officer = await come({ party: "sichuan", face: "console", user: "officer", language: "en" });
  await officer.open("start/meadows/graze");
  await officer.page.getByText(officer.t("not_for_you", { roles: "farmer" })).waitFor();

  const farmer = await come({ party: "sichuan", face: "portal", user: "citizen", language: "en" });
  await farmer.open("start/meadows/graze");
  await farmer.press(farmer.t("begin"));
  await farmer.page.getByLabel("Herd").fill("H0007");
  await farmer.page.getByLabel("Head of cattle").fill("12");
  await farmer.page.getByLabel("Fee").fill("1,250.50");
  await ask("stop", "sichuan");
  await farmer.page.getByText(farmer.t("node_away")).waitFor();
  await farmer.press(farmer.t("send"));
  await farmer.page.getByText(farmer.t("unreachable")).waitFor();
  await farmer.seen("portal-away");
  await ask("start", "sichuan");
  await farmer.page.getByText(farmer.t("node_away")).waitFor({ state: "hidden" });
  await farmer.press(farmer.t("send"));
  const number = await farmer.number("sichuan");
  // Sent once, though it was pressed twice.
  await farmer.follow(farmer.t("my_cases"));
  await farmer.page.getByRole("link", { name: number, exact: true }).waitFor();
  assert.equal(await farmer.page.getByRole("link", { name: /^sichuan-\d+/ }).count(), 1);

  // The page of who waits learns of what happens after the restart, without being asked.
  const clerk = await come({ party: "chongqing", face: "console", user: "officer", language: "en" });
  await farmer.follow(number);
  await farmer.heading(number);
  await ask("meadow", "chongqing");
  await clerk.open(`case/${number}`);
  await clerk.act("Admit");
  await farmer.page.getByText("Admitted", { exact: true }).first().waitFor();

  // A session ends in the middle of a form: the same person goes on, another finds nothing.
  for (const [user, stays] of [["citizen", true], ["stranger", false]]) {
    await farmer.open("start/meadows/graze");
    await farmer.press(farmer.t("begin"));
    await farmer.page.getByLabel("Herd").fill("H0042");
    await farmer.page.getByLabel("Head of cattle").fill("3");
    await farmer.page.getByLabel("Fee").fill("1");
    // Either the sending or a question for changes meets the end of the session first; both say the same.
    await farmer.page.context().clearCookies();
    await farmer.page.getByRole("button", { name: farmer.t("send"), exact: true, includeHidden: true }).dispatchEvent("click");
    await farmer.page.getByText(farmer.t("session_over")).waitFor();
    assert.equal(await farmer.page.getByLabel("Herd").isVisible(), false);
    if (stays) await farmer.seen("portal-session-over");
    await farmer.page.getByLabel(farmer.t("user")).fill(user);
    await farmer.page.getByLabel(farmer.t("password")).fill(nodes.sichuan.users[user]);
    await farmer.press(farmer.t("sign_in"));
    await farmer.page.getByText(farmer.t("session_over")).waitFor({ state: "hidden" });
    if (stays) {
      assert.equal(await farmer.page.getByLabel("Herd").inputValue(), "H0042");
      await farmer.press(farmer.t("send"));
      await farmer.number("sichuan");
    } else {
      await farmer.page.getByText(farmer.t("not_for_you", { roles: "farmer" })).waitFor();
      assert.equal(await farmer.page.getByLabel("Herd").count(), 0);
    }
  }
  assert.equal(await farmer.page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("draft ")).length), 0);
});
