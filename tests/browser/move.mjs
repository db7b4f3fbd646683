// A household moves from Sichuan to Chongqing: the citizen at the portal of Chongqing, officers at the
// consoles of both sides, to the certificate that is printed.
import assert from "node:assert/strict";
import { pdf, play } from "./browser.mjs";

const proof = pdf("Synthetic proof");

await play(async (come) => {
  const citizen = await come({ party: "chongqing", face: "portal", user: "citizen" });
  await citizen.seen("portal-services");
  await citizen.follow("户口迁移");
  await citizen.heading("户口迁移");
  await citizen.seen("portal-service");
  await citizen.press(citizen.t("begin"));
  // Sent as it is, the form says what is missing, and nothing has happened.
  await citizen.press(citizen.t("send"));
  await citizen.page.getByRole("alert").getByText(citizen.t("fault.missing")).first().waitFor();
  await citizen.seen("portal-form-faults");
  await citizen.page.getByLabel("人员代码", { exact: true }).fill("51010519880307231X");
  await citizen.page.getByLabel("姓名", { exact: true }).fill("龘小川");
  await citizen.page.getByLabel("迁入地址").fill("重庆市渝中区人民路1号");
  await citizen.page.getByLabel("迁移事由").selectOption({ label: "工作调动" });
  await citizen.page.locator("input[type=file]").setInputFiles({ name: "证明.pdf", mimeType: "application/pdf", buffer: proof });
  await citizen.page.getByText(citizen.t("uploaded", { name: "证明.pdf" })).waitFor();
  await citizen.seen("portal-form");
  await citizen.press(citizen.t("send"));
  const id = citizen.page.getByRole("heading", { level: 1, name: /^chongqing-\d+/ });
  await id.waitFor();
  const number = (await id.textContent()).trim();
  await citizen.seen("portal-case");
  // A PDF is looked at in a tab of its own, by the browser's viewer.
  const [tab] = await Promise.all([citizen.page.context().waitForEvent("page"), citizen.page.getByRole("link", { name: new RegExp(citizen.t("look_at")) }).click()]);
  await tab.waitForLoadState();
  const shown = await citizen.page.evaluate(async (url) => {
    const answer = await fetch(url);
    return [answer.headers.get("content-disposition").split(";")[0], await answer.text()];
  }, tab.url());
  assert.deepEqual(shown, ["inline", proof.toString()]);
  await tab.close();

  // An officer finds the case in the inbox, opens it and takes the step.
  const act = async (who, event, fill) => {
    await who.open("");
    await who.follow(number);
    await who.heading(number);
    await who.press(event);
    const form = who.page.getByRole("region", { name: event });
    await form.waitFor();
    if (fill) await fill(form);
    await form.getByRole("button", { name: event, exact: true }).click();
    await who.page.getByText(who.t("event_done", { title: event })).waitFor();
  };
  const arrives = (who) => who.page.getByRole("link", { name: number, exact: true }).waitFor();

  const officer = await come({ party: "chongqing", face: "console", user: "officer" });
  await officer.seen("console-inbox");
  await act(officer, "签发准迁");
  const origin = await come({ party: "sichuan", face: "console", user: "officer" });
  await arrives(origin);
  await act(origin, "注销并签发迁移证");
  await origin.seen("console-case-origin");
  await officer.open("");
  await arrives(officer);
  await act(officer, "落户", (form) => form.getByLabel("新户号").fill("渝-0001"));
  await officer.seen("console-case");

  // The citizen's open page follows without being asked; both sides tell one story.
  await citizen.page.getByText("已落户", { exact: true }).first().waitFor();
  const story = (who) => who.page.locator("ol.timeline > li strong").allTextContents();
  await citizen.page.locator("ol.timeline > li").nth(3).waitFor();
  assert.deepEqual(await story(citizen), await story(officer));
  assert.equal((await story(citizen)).length, 4);

  // What lies with one side only is not shown to the other's officer, and not to a stranger.
  const stranger = await come({ party: "chongqing", face: "portal", user: "stranger" });
  await stranger.open(`case/${number}`).catch(() => undefined);
  await stranger.page.getByRole("alert").waitFor();
  assert.equal(await stranger.page.getByText("龘小川").count(), 0);
  await stranger.page.close();  // or it asks again when the journal grows
  stranger.noise = stranger.noise.filter((line) => !/404/.test(line));

  await citizen.follow("户口迁移证");
  await citizen.heading("户口迁移证");
  const paper = await citizen.page.getByRole("article").innerText();
  assert.match(paper, /QY2026000001/);
  assert.match(paper, /龘小川/);
  await citizen.page.emulateMedia({ media: "print" });
  assert.equal(await citizen.page.getByRole("banner").isVisible(), false);
  await citizen.seen("paper");
});
