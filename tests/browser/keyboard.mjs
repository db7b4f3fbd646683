// A citizen applies and an officer decides without touching a mouse; what has the focus is always seen.
import assert from "node:assert/strict";
import { play } from "./browser.mjs";

await play(async (come) => {
  // Goes on by Tab until this has the focus.
  const reach = async (who, what) => {
    await what.waitFor();
    for (let i = 0; i < 150; ++i) {
      await who.page.keyboard.press("Tab");
      if (!(await what.evaluate((element) => element === document.activeElement))) continue;
      const outline = await what.evaluate((element) => getComputedStyle(element).outlineStyle);
      assert.notEqual(outline, "none", `the focus on ${what} is not seen`);
      return;
    }
    throw new Error(`no way by keyboard to ${what}`);
  };
  const press = async (who, what, key = "Enter") => { await reach(who, what); await who.page.keyboard.press(key); };
  const write = async (who, what, text) => { await reach(who, what); await who.page.keyboard.type(text); };

  const citizen = await come({ party: "sichuan", face: "portal", user: "citizen", language: "en" });
  await press(citizen, citizen.page.getByRole("link", { name: citizen.t("skip") }));
  await press(citizen, citizen.page.getByRole("link", { name: "Grazing across the border" }));
  await press(citizen, citizen.page.getByRole("button", { name: citizen.t("begin") }));
  await write(citizen, citizen.page.getByLabel("Herd"), "7");
  await citizen.page.keyboard.press("Enter");
  // What is wrong takes the focus; its link leads to the field.
  await citizen.page.getByRole("alert").waitFor();
  assert.equal(await citizen.page.getByRole("alert").first().evaluate((element) => element === document.activeElement), true);
  await press(citizen, citizen.page.getByRole("alert").getByRole("link", { name: /^Herd/ }));
  assert.equal(await citizen.page.getByLabel("Herd").evaluate((element) => element === document.activeElement), true);
  await citizen.page.keyboard.press("Control+A");
  await citizen.page.keyboard.type("H0009");
  await write(citizen, citizen.page.getByLabel("Head of cattle"), "4");
  await write(citizen, citizen.page.getByLabel("Fee"), "10");
  await press(citizen, citizen.page.getByRole("button", { name: citizen.t("send") }), "Space");
  const number = await citizen.number("sichuan");

  const officer = await come({ party: "chongqing", face: "console", user: "officer", language: "en" });
  await press(officer, officer.page.getByRole("link", { name: number, exact: true }));
  await officer.heading(number);
  await press(officer, officer.page.getByRole("button", { name: "Admit", exact: true }));
  await press(officer, officer.page.getByRole("region", { name: "Admit" }).getByRole("button", { name: "Admit", exact: true }));
  await officer.page.getByText(officer.t("event_done", { title: "Admit" })).waitFor();
});
