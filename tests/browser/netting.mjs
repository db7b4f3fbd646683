// A clearing house that is also a member nets with another: it calls, both hand in, one person draws and another signs,
// both compute again and confirm, it is released, and the payment is ordered. All of it at the pages, by two offices.
import assert from "node:assert/strict";
import { ask, play } from "./browser.mjs";

const { day, window } = JSON.parse(process.env.BASHU_NETTING);

await play(async (come) => {
  const house = await come({ party: "chongqing", face: "console", user: "cashier", language: "en" });
  const second = await come({ party: "chongqing", face: "console", user: "treasurer", language: "en" });
  const member = await come({ party: "sichuan", face: "console", user: "cashier", language: "zh", viewport: { width: 360, height: 800 } });
  const done = async (who) => { await who.page.getByText(who.t("step_done")).waitFor(); await ask("deliver"); };
  const own = async (who) => {
    await who.open("nettings");
    const section = who.page.locator("section").filter({ has: who.page.getByRole("heading", { name: who.t("nettings_own") }) });
    await section.getByRole("link", { name: day }).click();
    await who.heading(new RegExp(day));
  };

  // From where an officer begins.
  await house.open("clearing");
  await house.follow(house.t("nettings"));
  await house.heading(house.t("nettings"));
  for (const label of ["netting_day", "netting_hand_in_by", "netting_confirm_by"]) await house.page.getByLabel(house.t(label), { exact: true }).fill(day);
  await house.press(house.t("nettings_call", { count: 2 }));
  await house.page.getByText(house.t("nettings_called", { count: 2 })).waitFor();
  await ask("deliver");
  for (const [who, event] of [[member, "交存"], [house, "Hand in"]]) {
    await own(who);
    await who.press(event);
    await done(who);
  }

  await house.open("nettings");
  await house.press(house.t("netting_draw", { count: 2 }));
  await house.heading(/^Netting by chongqing/);
  const netting = new URL(house.page.url()).pathname.split("/netting/")[1];
  await house.page.getByText(house.t("netting_sum", { gross: "4,320.00", paid: "2,400.00", count: 1 })).waitFor();
  await second.open(`netting/${netting}`);
  await second.page.getByRole("button", { name: "Sign", exact: true }).focus();
  await second.page.keyboard.press("Enter");
  await done(second);
  await house.press(house.t("netting_publish", { count: 2 }));
  await house.page.getByText(house.t("netting_published", { count: 2 })).waitFor();
  await ask("deliver");

  // The member sees both sums drawn, and its cap; it computes again and confirms.
  await own(member);
  await member.page.getByRole("img", { name: member.t("netted_bars") }).waitFor();
  assert.match(await member.page.getByRole("row", { name: /^sichuan / }).first().innerText(), /3,360\.00\s+960\.00\s+2,400\.00/);
  await member.page.getByText("60 %").waitFor();
  await member.seen("console-netting-part");
  await member.press("复算并确认");
  await done(member);
  const share = new URL(member.page.url()).pathname.split("/netting/")[1];
  await own(house);
  await house.press("Compute again and confirm");
  await done(house);

  await house.open(`netting/${netting}`);
  await house.press(house.t("netting_release", { count: 2 }));
  await house.page.getByText(house.t("netting_released", { count: 2 })).waitFor();
  await house.page.getByText("The house is to order the payment").waitFor();
  assert.match(await house.page.getByRole("row", { name: /^sichuan / }).first().innerText(), /confirmed/);
  await house.seen("console-netting");
  await ask("deliver");

  // The house pays: one orders, another signs; the file is there for who pays only.
  await house.open(`netting/${share}`);
  await house.page.getByText(house.t("netting_pays", { payer: "chongqing", payee: "sichuan", amount: "2,400.00" })).waitFor();
  await house.press("Propose the order");
  await done(house);
  await second.open(`netting/${share}`);
  await second.press("Check and sign");
  await done(second);
  const [file] = await Promise.all([second.page.waitForEvent("download"), second.press(second.t("order_file"))]);
  assert.equal(file.suggestedFilename(), "pain001.xml");

  // From the case that the inbox has, and from the part to its window.
  await member.open(`case/${share}`);
  await member.follow(member.t("netting_shown"));
  await member.page.getByRole("link", { name: window }).first().click();
  await member.heading(new RegExp(day));
  await member.page.getByText(member.t("statement_parts")).first().click();
  assert.match(await member.page.getByRole("row", { name: new RegExp(`^${member.t("agreed_by_both")} `) }).first().innerText(), /3,360\.00|960\.00/);

  // A case that is no netting says so; who has no part in clearing reads that there is none.
  await member.open(`netting/${window}`);
  await member.page.getByText(member.t("no_netting", { case: window })).waitFor();
  const stranger = await come({ party: "sichuan", face: "console", user: "officer", language: "en" });
  await stranger.open("nettings");
  await stranger.page.getByText(stranger.t("no_nettings")).waitFor();
});
