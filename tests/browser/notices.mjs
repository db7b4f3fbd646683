// A person has notices sent: an address, the code from the mail, and a mail when the other side has acted.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { ask, play } from "./browser.mjs";

const folder = process.env.BASHU_MAIL;
const mails = () => readdirSync(folder).filter((name) => name.endsWith(".eml")).sort();
async function mail(number) {
  for (let i = 0; i < 300 && mails().length < number; ++i) await new Promise((then) => setTimeout(then, 100));
  // Headers, then one part: its own headers, and its text as base64.
  const [, , body] = readFileSync(`${folder}/${mails()[number - 1]}`, "utf8").split(/\r?\n\r?\n/);
  return Buffer.from(body.split("--")[0], "base64").toString();
}

await play(async (come) => {
  const citizen = await come({ party: "sichuan", face: "portal", user: "citizen", language: "en" });
  const { page } = citizen;
  await citizen.follow("市民");
  await citizen.heading(citizen.t("own_account"));
  await page.getByLabel(citizen.t("mail_address"), { exact: true }).fill("citizen@mail.example");
  await citizen.seen("own-account-notices");
  await citizen.press(citizen.t("notices_send"));
  await page.getByText(citizen.t("notices_wait", { address: "citizen@mail.example" })).waitFor();
  const [code] = (await mail(1)).match(/\d{8}/);
  await page.getByLabel(citizen.t("notices_code"), { exact: true }).fill("1");
  await citizen.press(citizen.t("notices_confirm"));
  await page.getByRole("alert").waitFor();
  citizen.noise = citizen.noise.filter((line) => !/^422 /.test(line));
  await citizen.seen("own-account-code");
  await page.getByLabel(citizen.t("notices_code"), { exact: true }).fill(code);
  await citizen.press(citizen.t("notices_confirm"));
  await page.getByText(citizen.t("notices_to", { address: "citizen@mail.example" })).waitFor();

  await ask("the host admits the herd");
  const text = await mail(2);
  const link = text.match(/https?:\S+\/portal\/case\/\S+/)[0];
  await page.goto(link);
  await page.getByText("Admitted", { exact: true }).first().waitFor();

  await citizen.open("account");
  await citizen.press(citizen.t("notices_end"));
  await page.getByLabel(citizen.t("mail_address"), { exact: true }).waitFor();
  assert.equal(await page.getByText("citizen@mail.example").count(), 0);
});
