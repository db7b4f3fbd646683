// A payer's office looks at information and money side by side, proposes a payment order, and is not let to
// sign it alone; a second person does, by keyboard; the file is fetched. The payee's office sees what its
// bank booked, what differs is marked, and the plot says how long it took.
import assert from "node:assert/strict";
import { ask, play } from "./browser.mjs";

const { book } = JSON.parse(process.env.BASHU_FLOWS);

await play(async (come) => {
  const payer = await come({ party: "sichuan", face: "console", user: "cashier", language: "zh" });
  await payer.open("clearing");
  await payer.page.getByRole("link", { name: payer.t("flows_side_by_side") }).click();
  await payer.page.getByText(payer.t("order_due", { count: 2, sum: "800.00" })).waitFor();
  await payer.press(payer.t("order_propose"));
  const order = await payer.page.locator("section[aria-labelledby=orders] tbody a").first().innerText();
  await payer.open(`case/${order}`);
  await payer.page.getByRole("heading", { level: 1 }).waitFor();
  await payer.seen("console-order-proposed");

  const second = await come({ party: "sichuan", face: "console", user: "treasurer", language: "en", viewport: { width: 360, height: 800 } });
  await second.open(`case/${order}`);
  await second.page.getByRole("button", { name: "Check and sign" }).first().focus();
  await second.page.keyboard.press("Enter");
  await second.page.getByRole("region", { name: "Check and sign" }).getByRole("button", { name: "Check and sign", exact: true }).focus();
  await second.page.keyboard.press("Enter");
  await second.page.getByText("With the bank", { exact: true }).first().waitFor();

  await payer.open(`flows/${book}`);
  await payer.page.getByText(payer.t("flow_ordered_only", { amount: "500.00" })).waitFor();
  const [file] = await Promise.all([payer.page.waitForEvent("download"), payer.press(payer.t("fetch_file"))]);
  assert.equal(file.suggestedFilename(), "pain001.xml");
  await ask("booked", await file.path());

  const payee = await come({ party: "chongqing", face: "console", user: "cashier", language: "en" });
  await payee.open(`flows/${book}`);
  const row = (reference) => payee.page.getByRole("row", { name: new RegExp(`^${reference} `) });
  assert.match(await row("W-1").innerText(), /12[\s\S]*500\.00[\s\S]*2026-03-04[\s\S]*500\.00[\s\S]*met[\s\S]*2 days/);
  assert.match(await row("W-2").innerText(), /300\.00[\s\S]*299\.99[\s\S]*other amount/);
  assert.match(await row("W-9").innerText(), /No sheet[\s\S]*77\.00[\s\S]*money without information/);
  await payee.page.getByRole("img", { name: payee.t("flow_lags") }).waitFor();
  await payee.seen("console-flows");
  await payee.page.getByLabel(payee.t("flow_meeting"), { exact: true }).selectOption("amount");
  await row("W-1").waitFor({ state: "detached" });
  await row("W-2").waitFor();
  const [table] = await Promise.all([payee.page.waitForEvent("download"), payee.press(payee.t("as_csv"))]);
  assert.equal(table.suggestedFilename(), "flows.csv");
});
