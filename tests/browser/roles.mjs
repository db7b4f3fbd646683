// Everybody at every page: what a case keeps for its office and its citizen, nobody else reads anywhere,
// neither on the page nor in what the page was sent.
import assert from "node:assert/strict";
import { play } from "./browser.mjs";

const { secrets, sees, others } = JSON.parse(process.env.BASHU_ROLES);
await play(async (come) => {
  const found = [];
  const walk = async ({ face, user, paths }) => {
    const who = await come({ party: "chongqing", face, user, language: "en" });
    const heard = [];
    who.page.on("response", async (response) => {
      if (response.url().includes("/api/v1/") && !response.url().endsWith("/changes")) heard.push(await response.text().catch(() => ""));
    });
    let seen = false;
    for (const path of paths) {
      await who.open(path);
      const all = [await who.page.locator("body").innerText(), ...heard.splice(0)].join("\n");
      for (const secret of secrets.filter((one) => all.includes(one))) {
        seen = true;
        if (!sees.some((one) => one.user === user)) found.push(`${user} reads ${secret} at ${face}/${path}`);
      }
    }
    // To be refused is what most of these come for.
    who.noise = who.noise.filter((line) => !/^40[34] /.test(line));
    return seen;
  };
  for (const one of sees) assert.ok(await walk(one), `${one.user} does not see what is his`);
  for (const one of others) await walk(one);
  assert.deepEqual(found, []);
});
