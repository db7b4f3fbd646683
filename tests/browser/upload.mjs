// A large file is dropped on its field: it breaks off with the node and goes on by itself, breaks off with the
// page and goes on when the same file is dropped again, and is at the end the file it was.
import assert from "node:assert/strict";
import { ask, play } from "./browser.mjs";

const file = process.env.BASHU_FILM;
await play(async (come) => {
  const citizen = await come({ party: "sichuan", face: "portal", user: "citizen", language: "en" });
  const { page } = citizen;
  const line = await page.context().newCDPSession(page);
  const slow = (bytes) => line.send("Network.emulateNetworkConditions", { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: bytes });
  const begin = async () => {
    await citizen.open("start/films/inspection");
    await citizen.press(citizen.t("begin"));
    await page.getByLabel("Place").fill("Anju");
    await page.getByLabel("Film").setInputFiles(file);
  };
  const progress = page.getByRole("progressbar", { name: citizen.t("upload_progress") });
  const part = async () => Number(await progress.getAttribute("value")) / Number(await progress.getAttribute("max"));
  const reached = async (least) => { while (await part() < least) await page.waitForTimeout(50); };
  // What of it the node has.
  const held = () => page.evaluate(async () => (await (await fetch("/api/v1/documents/uploads")).json()).uploads.map((one) => one.offset));

  await slow(6_000_000);
  await begin();
  await reached(0.2);
  await ask("stop");
  await page.getByText(citizen.t("upload_waits")).waitFor();
  await citizen.seen("portal-upload-waits");
  await ask("start");
  await page.getByText(citizen.t("upload_waits")).waitFor({ state: "hidden" });
  await reached(0.5);
  const before = (await held())[0];
  assert.ok(before > 10_000_000, `${before}`);
  await begin();
  await progress.waitFor();
  const [again, ...others] = await held();
  assert.deepEqual(others, []);
  assert.ok(again >= before, `${again} is less than ${before}`);
  await reached(0.6);
  await citizen.seen("portal-upload");
  await slow(-1);
  await page.getByText(citizen.t("uploaded", { name: "film.mp4" })).waitFor();
  await citizen.press(citizen.t("send"));
  const number = await citizen.number("sichuan");
  const found = await page.evaluate(async (id) => {
    const { data } = await (await fetch(`/api/v1/cases/${id}`)).json();
    return (await fetch(`/api/v1/documents/${data.film.sha256}/digest?case=${id}`)).json();
  }, number);
  assert.equal(found.file_sha256, process.env.BASHU_FILM_DIGEST);

  // What is too large, or is stopped, leaves nothing.
  await slow(6_000_000);
  await begin();
  await reached(0.1);
  await citizen.press(citizen.t("stop_upload"));
  await page.getByText(citizen.t("drop_here")).waitFor();
  while ((await held()).length) await page.waitForTimeout(100);
});
