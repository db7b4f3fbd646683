// A year of the White List at the pages: its list proposed by one side and signed by the other, a firm's
// permit and manifest within it, an adjusted list, and what changed between the two editions.
import assert from "node:assert/strict";
import { ask, play } from "./browser.mjs";

const plant = "91500000MA5U4X0K1B";
const paper = (name) => ({ name, mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.4\n") });

await play(async (come) => {
  const clerk = await come({ party: "chongqing", face: "console", user: "officer", language: "en" });
  const head = await come({ party: "sichuan", face: "console", user: "head", language: "en" });

  // One side proposes; the other reads it, ticks that it signs this content, and agrees.
  async function list(mass) {
    await clerk.open("start/hazardous-waste/list");
    await clerk.press(clerk.t("begin"));
    await clerk.page.getByLabel("Year").first().fill("2026");
    await clerk.press(clerk.t("add_item", { title: "Entries" }));
    const entry = clerk.page.getByRole("group", { name: "Entries", exact: true }).getByRole("group").first();
    await entry.getByLabel("Year").fill("2026");
    await entry.getByLabel("Credit code").fill(plant);
    await entry.getByLabel("Waste category").selectOption({ label: "Lead waste (lead batteries)" });
    await entry.getByRole("button", { name: clerk.t("add_item", { title: "Waste codes" }) }).click();
    await entry.getByLabel(/^Waste code \(eight digits\)/).fill("900-052-31");
    await entry.getByLabel("Mass").fill(mass);
    await entry.getByLabel("Date").fill("2026-12-31");
    await clerk.page.locator("input[type=file]").setInputFiles(paper("letter.pdf"));
    await clerk.page.getByText(clerk.t("uploaded", { name: "letter.pdf" })).waitFor();
    await clerk.press(clerk.t("send"));
    const number = await clerk.number("chongqing");
    await head.page.getByRole("link", { name: number, exact: true }).waitFor();
    await head.follow(number);
    await head.page.getByRole("cell", { name: plant }).waitFor();
    await head.press("Agree");
    const form = head.page.getByRole("region", { name: "Agree" });
    // Not ticked, nothing is signed.
    await form.getByRole("button", { name: "Agree", exact: true }).click();
    await form.getByRole("alert").getByText(head.t("fault.missing")).waitFor();
    await form.getByLabel("Content agreed").check();
    await head.seen("console-co-sign");
    await form.getByRole("button", { name: "Agree", exact: true }).click();
    await head.page.getByText(head.t("event_done", { title: "Agree" })).waitFor();
    await clerk.page.getByText("Published", { exact: true }).first().waitFor();
    await head.open("");
  }
  await list("100");
  for (const who of [clerk, head]) {
    await who.open("registers/hazardous-waste/whitelist");
    await who.page.getByRole("cell", { name: "100.000 t" }).waitFor();
  }
  await head.open("");

  // The firm applies, the office of the origin decides by itself, and the first lorry leaves.
  const firm = await come({ party: "sichuan", face: "portal", user: "firm", language: "en" });
  await firm.follow("Transfer permit");
  await firm.press(firm.t("begin"));
  await firm.page.getByLabel("Producer").fill("91510100MA61RJ2X0K");
  await firm.page.getByLabel("Receiver").fill(plant);
  await firm.page.getByLabel("Waste category").selectOption({ label: "Lead waste (lead batteries)" });
  await firm.page.getByLabel("Waste code (eight digits)").fill("900-052-31");
  await firm.page.getByLabel("Year").fill("2026");
  await firm.page.getByLabel("Quantity").fill("40.5");
  await firm.page.getByLabel("Contract", { exact: true }).setInputFiles(paper("contract.pdf"));
  await firm.page.getByText(firm.t("uploaded", { name: "contract.pdf" })).waitFor();
  await firm.page.getByLabel("Licence valid to").fill("2028-12-31");
  await firm.page.getByLabel("Requested until").fill("2026-12-31");
  await firm.press(firm.t("send"));
  const permit = await firm.number("sichuan");
  const origin = await come({ party: "sichuan", face: "console", user: "officer", language: "en" });
  await origin.page.getByRole("link", { name: permit, exact: true }).waitFor();
  await origin.follow(permit);
  await origin.act("Accept");
  await origin.act("Decide");
  await firm.page.getByText("Approved", { exact: true }).first().waitFor();
  await firm.follow("Permit of transfer");
  await firm.heading("Permit of transfer");
  assert.match(await firm.page.getByRole("article").innerText(), /40\.500 t/);
  await firm.seen("portal-permit");
  await firm.follow(firm.t("back_to_case"));

  await firm.follow("Transfer manifest");
  await firm.press(firm.t("begin"));
  await firm.page.getByLabel("Prefecture of origin").fill("510100");
  await firm.press(firm.t("add_item", { title: "Legs in turn" }));
  await firm.page.getByLabel("Carrier").fill("91510100MA6CARR1X1");
  await firm.page.getByLabel("Plate").fill("川A12345");
  await firm.press(firm.t("add_item", { title: "Loads" }));
  await firm.page.getByLabel("Lot").fill("L1");
  await firm.page.getByLabel("Mass").fill("12");
  await firm.press(firm.t("send"));
  const trip = await firm.number("sichuan");
  await firm.act("Depart");
  await firm.page.getByText("On the road", { exact: true }).first().waitFor();
  await firm.seen("portal-manifest");

  const operator = await come({ party: "chongqing", face: "console", user: "operator", language: "en" });
  await operator.page.getByRole("link", { name: trip, exact: true }).waitFor();
  await operator.follow(trip);
  await operator.act("Weigh", async (form) => {
    await form.getByRole("button", { name: operator.t("add_item", { title: "Weighed" }) }).click();
    await form.getByLabel("Lot").fill("L1");
    await form.getByLabel("Mass").fill("11.98");
  });
  await firm.page.getByText("11.980 t").first().waitFor();

  // In the middle of the year the list is raised; who reads it sees what changed.
  await ask("day", "2026-07-01");
  await list("160");
  await head.open("registers/hazardous-waste/whitelist");
  await head.press(head.t("compare"));
  const changes = head.page.getByRole("table", { name: head.t("what_changed", { before: "2026-03-02", after: "2026-07-01" }) });
  await changes.getByText(head.t("row_changed"), { exact: true }).waitFor();
  await changes.getByRole("cell", { name: "100.000 t" }).waitFor();
  await changes.getByRole("cell", { name: "160.000 t" }).waitFor();
  await head.seen("console-editions");
});
