// From what a page shows down to what it rests on: a balance to its months, postings and entry; a record
// to its changes; the journal to its verification; a person to who read what is theirs.
import assert from "node:assert/strict";
import { ask, play } from "./browser.mjs";

const [number] = JSON.parse(process.env.BASHU_CASES);
await play(async (come) => {
  const head = await come({ party: "chongqing", face: "console", user: "head", language: "en" });
  await head.follow(head.t("money"));
  const books = head.page.getByRole("table", { name: /^Pieces/ });
  await books.getByRole("row", { name: /^sent 1 0/ }).waitFor();
  await books.getByRole("row", { name: /^taken 1 3/ }).waitFor();
  await head.seen("console-money");
  await books.getByRole("link", { name: "taken", exact: true }).click();
  await head.follow(head.t("the_account"));
  const months = head.page.getByRole("table", { name: head.t("statement") });
  const statement = async () => (await months.getByRole("row").allInnerTexts()).slice(1).map((row) => row.split(/\s+/).filter(Boolean).join(" "));
  await months.waitFor();
  assert.deepEqual(await statement(), ["2026-04 2 1 0 3 1", "2026-03 0 2 0 2 2"]);
  await months.getByRole("link", { name: "2026-04" }).click();
  const postings = head.page.getByRole("table", { name: head.t("postings_title") });
  await postings.getByRole("cell", { name: "2026-03-02" }).first().waitFor({ state: "hidden" });
  await postings.getByRole("cell", { name: "2026-04-01" }).waitFor();
  await head.seen("console-statement");
  await postings.getByRole("link", { name: /^\d+$/ }).click();
  await head.heading(/^Entry \d+$/);
  await head.page.getByText(head.t("entry_for_auditors")).waitFor();
  await head.page.getByText(/^c2sp\.org\/tlog-proof/).waitFor();

  // What a record said before, who changed it, and where that stands.
  const officer = await come({ party: "chongqing", face: "console", user: "officer", language: "zh" });
  await officer.open("registers/meadows/meadow");
  await officer.press(officer.t("show_row", { key: "Upper" }));
  const changes = officer.page.getByRole("table", { name: officer.t("record_history") });
  await changes.getByText("12.5 ha → 9.0 ha").waitFor();
  assert.equal(await changes.getByRole("row").count(), 3);
  await officer.seen("console-record");

  // The officer reads what is a citizen's; the citizen reads that.
  await officer.open(`case/${number}`);
  await officer.page.getByText("龘小川").first().waitFor();
  await officer.page.getByRole("button", { name: /note\.png/ }).click();
  const look = officer.page.getByRole("img", { name: "note.png", exact: true });
  await look.waitFor();
  assert.equal(await look.evaluate((image) => image.naturalWidth), 1);
  const citizen = await come({ party: "chongqing", face: "portal", user: "citizen", language: "zh" });
  await citizen.open(`case/${number}`);
  await citizen.press(citizen.t("show_reads"));
  const reads = citizen.page.getByRole("table", { name: citizen.t("who_read") });
  await reads.getByRole("row").filter({ hasText: "officer" }).getByText("姓名").first().waitFor();
  await reads.getByRole("row").filter({ hasText: citizen.t("yourself") }).waitFor();
  await citizen.seen("portal-reads");

  const auditor = await come({ party: "chongqing", face: "console", user: "auditor", language: "en" });
  await auditor.open("node");
  await auditor.press(auditor.t("verify_now"));
  await auditor.page.getByText(/^Sound: \d+ entries in \d+ commits/).waitFor();
  await auditor.seen("console-node");

  // An open page learns of a new business day.
  await head.follow(head.t("inbox"));
  await head.page.getByText(head.t("today_is", { day: "2026-04-01" })).waitFor();
  await ask("2026-04-02");
  await head.page.getByText(head.t("today_is", { day: "2026-04-02" })).waitFor();
});
