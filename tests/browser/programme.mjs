// A year's programme at the pages: a meeting whose agenda both agree to and whose minutes both sign, a task
// list by workgroup, the tasks along the days, and their days as a calendar file.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { play } from "./browser.mjs";

const at = "joint-programme";
await play(async (come) => {
  const host = await come({ party: "chongqing", face: "console", user: "planner", language: "en" });
  const guest = await come({ party: "sichuan", face: "console", user: "planner", language: "en" });
  const signs = async (who, number) => {
    await who.open(`case/${number}`);
    await who.act("Countersign", (form) => form.getByRole("checkbox").check());
  };

  await host.open(`start/${at}/meeting`);
  await host.press(host.t("begin"));
  await host.page.getByLabel(/^Level/).fill("2");
  await host.page.getByLabel("Held on").fill("2026-03-12");
  await host.press(host.t("send"));
  const meeting = await host.number("chongqing");
  await host.act("Send the agenda", async (form) => {
    await form.getByRole("button", { name: host.t("add_item", { title: "Agenda" }) }).click();
    await form.getByLabel("Text").fill("The task list of 2026");
    await form.getByLabel("Held on").fill("2026-03-12");
  });
  await guest.open(`case/${meeting}`);
  await guest.page.getByText("The task list of 2026").first().waitFor();
  await guest.act("Agree to the agenda");
  await host.page.getByText("Convened", { exact: true }).first().waitFor();
  await host.act("Sign the minutes", async (form) => {
    await form.getByLabel("Held on").fill("2026-03-12");
    await form.locator("input[type=file]").setInputFiles({ name: "minutes.txt", mimeType: "text/plain", buffer: Buffer.from("Agreed.") });
    await form.getByText(host.t("uploaded", { name: "minutes.txt" })).waitFor();
    await form.getByRole("button", { name: host.t("add_item", { title: "Decision" }) }).click();
    await form.getByLabel("Number").fill("D-1");
    await form.getByLabel("Text").fill("Publish the task list");
  });
  await signs(guest, meeting);
  await guest.page.getByText("Agreed", { exact: true }).first().waitFor();
  await guest.seen("console-meeting");

  // A list changes by a decision both signed.
  await host.open(`start/${at}/edition`);
  await host.press(host.t("begin"));
  await host.page.getByLabel("Year").fill("2026");
  await host.page.getByLabel("Decision").fill("D-1");
  for (const [i, [number, title, group, due]] of [["T-1", "A common network", "Transport", "2026-04-30"], ["T-2", "A common laboratory", "Innovation", "2026-09-30"]].entries()) {
    await host.press(host.t("add_item", { title: "Tasks" }));
    const entry = host.page.getByRole("group", { name: "Tasks", exact: true }).getByRole("group").nth(i);
    await entry.getByLabel("Number").fill(number);
    await entry.getByLabel("Text").first().fill(title);
    await entry.getByLabel("Workgroup").selectOption({ label: group });
    await entry.getByLabel("Text").nth(1).fill("Commission of one side");
    await entry.getByLabel("Text").nth(2).fill("Department of the other");
    await entry.getByLabel("Date").fill(due);
  }
  await host.press(host.t("send"));
  await signs(guest, await host.number("chongqing"));

  await host.follow(host.t("programme"));
  await host.page.getByRole("link", { name: "Task list", exact: true }).click();
  const transport = host.page.getByRole("table", { name: host.t("named", { name: "Transport", value: 1 }) });
  await transport.getByRole("cell", { name: "A common network" }).waitFor();
  assert.equal(await transport.getByText("A common laboratory").count(), 0);
  await host.seen("console-task-list");

  // The figures of the period, to be printed.
  await host.follow(host.t("programme"));
  await host.page.getByLabel(host.t("first_day")).fill("2026-01-01");
  await host.page.getByLabel(host.t("pack"), { exact: true }).selectOption({ label: "Joint programme of tasks" });
  const [printed] = await Promise.all([host.page.waitForEvent("download"), host.press(host.t("save_report"))]);
  const said = execFileSync("pdftotext", ["-raw", await printed.path(), "-"], { encoding: "utf8" });
  assert.match(said, /2026-01-01/);
  assert.match(said, /On 2026-03-02/);
  assert.match(said, /Within the period/);
  const [rows] = await Promise.all([host.page.waitForEvent("download"), host.press(host.t("save_report_sheet"))]);
  assert.match(rows.suggestedFilename(), /\.xlsx$/);
  const cells = execFileSync("unzip", ["-p", await rows.path(), "xl/sharedStrings.xml"], { encoding: "utf8" });
  assert.match(cells, /joint-programme\//);
  assert.match(cells, /On 2026-03-02/);
  await host.seen("console-programme");

  await host.open(`programme/${at}/task`);
  const lines = host.page.getByRole("table", { name: host.t("time_lines_table") });
  await lines.getByRole("row").filter({ hasText: "T-1" }).getByRole("cell", { name: "2026-04-30" }).waitFor();
  assert.equal(await lines.getByRole("row").count(), 3);
  assert.equal(await host.page.locator("svg.timelines path.planned").count(), 3);  // and one in the legend
  await host.seen("console-time-lines");
  const [file] = await Promise.all([host.page.waitForEvent("download"), host.press(host.t("save_calendar"))]);
  const text = Buffer.concat(await (await file.createReadStream()).toArray()).toString();
  // RFC 5545: lines end in CRLF and hold at most 75 octets; folded ones begin with a space.
  const raw = text.split("\r\n");
  assert.ok(!text.replaceAll("\r\n", "").includes("\n"));
  assert.deepEqual(raw.filter((line) => Buffer.byteLength(line) > 75), []);
  const whole = text.replaceAll(/\r\n[ \t]/g, "").split("\r\n");
  assert.equal(whole[0], "BEGIN:VCALENDAR");
  assert.ok(whole.includes("DTSTART;VALUE=DATE:20260430") && whole.includes("DTSTART;VALUE=DATE:20260930"));
  assert.ok(whole.some((line) => line.startsWith("SUMMARY:T-1") && line.includes("A common network")));
  const names = whole.filter((line) => line.startsWith("UID:"));
  assert.equal(new Set(names).size, names.length);
});
