// People at a browser: Debian's chromium, driven from outside. Every page a person opens must be quiet
// (no error, nothing that the content security policy stopped).
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";

const web = createRequire(new URL("../../web/package.json", import.meta.url));
const { chromium } = web("playwright-core");
const axe = readFileSync(web.resolve("axe-core/axe.min.js"), "utf8");
const words = Object.fromEntries(["en", "zh"].map((language) =>
  [language, JSON.parse(readFileSync(new URL(`../../texts/${language}.json`, import.meta.url), "utf8"))]));
const pictures = process.env.BASHU_PICTURES ?? "";  // a folder for a picture of every page seen
const patience = 15_000 * Number(process.env.BASHU_PATIENCE ?? "1");

export const nodes = JSON.parse(process.env.BASHU_NODES);

// Something only those who run the nodes can do; comes back when it is done.
export async function ask(...what) {
  console.log(`ask ${JSON.stringify(what)}`);
  const done = new Promise((heard) => process.stdin.once("data", heard));
  process.stdin.resume();
  await done;
  process.stdin.pause();
}

async function launch() {
  const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find(existsSync);
  if (!executablePath) throw new Error("chromium is not installed: ./dev setup");
  if (pictures) mkdirSync(pictures, { recursive: true });
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
}

// A PDF of one page that says this.
export function pdf(words) {
  const stream = `BT /F1 24 Tf 40 100 Td (${words}) Tj ET`;
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
    `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
  ];
  let text = "%PDF-1.4\n";
  const places = objects.map((one, i) => { const at = text.length; text += `${i + 1} 0 obj\n${one}\nendobj\n`; return at; });
  const table = places.map((at) => `${String(at).padStart(10, "0")} 00000 n \n`).join("");
  return Buffer.from(`${text}xref\n0 6\n0000000000 65535 f \n${table}trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n${text.length}\n%%EOF\n`);
}

// An XLSX file of one sheet with these rows of texts and numbers.
export function sheet(rows) {
  const { strToU8, zipSync } = web("fflate");
  const main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
  const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
  const texts = [...new Set(rows.flat().filter((one) => typeof one === "string"))];
  const cell = (value, at) => typeof value === "string" ? `<c r="${at}" t="s"><v>${texts.indexOf(value)}</v></c>` : `<c r="${at}"><v>${value}</v></c>`;
  const relation = (id, kind, to) => `<Relationship Id="${id}" Type="${office}/${kind}" Target="${to}"/>`;
  const relations = (all) => `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${all}</Relationships>`;
  const files = {
    "[Content_Types].xml": `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/></Types>`,
    "_rels/.rels": relations(relation("r1", "officeDocument", "xl/workbook.xml")),
    "xl/workbook.xml": `<workbook xmlns="${main}" xmlns:r="${office}"><sheets><sheet name="1" sheetId="1" r:id="r1"/></sheets></workbook>`,
    "xl/_rels/workbook.xml.rels": relations(relation("r1", "worksheet", "worksheets/sheet1.xml") + relation("r2", "sharedStrings", "sharedStrings.xml") + relation("r3", "styles", "styles.xml")),
    "xl/styles.xml": `<styleSheet xmlns="${main}"><cellXfs count="1"><xf numFmtId="0"/></cellXfs></styleSheet>`,
    "xl/sharedStrings.xml": `<sst xmlns="${main}">${texts.map((text) => `<si><t>${text}</t></si>`).join("")}</sst>`,
    "xl/worksheets/sheet1.xml": `<worksheet xmlns="${main}"><dimension ref="A1:B${rows.length}"/><sheetData>${rows.map((row, i) => `<row r="${i + 1}">${row.map((one, j) => cell(one, `${"ABCDEF"[j]}${i + 1}`)).join("")}</row>`).join("")}</sheetData></worksheet>`,
  };
  return Buffer.from(zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)]))));
}

// A play: people come, act, and the browser closes. What each saw last is told if it fails.
export async function play(acts) {
  const browser = await launch();
  const people = [];
  try {
    await acts(async (how) => {
      const who = how.base ? await Person.guest(browser, how) : await Person.come(browser, how);
      people.push(who);
      return who;
    });
    for (const who of people) who.quiet();
  } catch (error) {
    for (const who of people) {
      console.error(`${who.page.url()}\n${who.noise.join("\n")}\n${(await who.page.locator("body").innerText().catch(() => "(closed)")).slice(0, 1500)}\n`);
      await who.picture("failed").catch(() => undefined);
    }
    console.error(error);
    process.exitCode = 1;
  } finally {
    await browser.close();
  }
}

export class Person {
  // Signs in at `face` of the node of `party`.
  static async come(browser, { party, face, user, language = "zh", ...more }) {
    const context = await browser.newContext({ reducedMotion: "reduce", locale: language === "zh" ? "zh-CN" : "en-GB", viewport: { width: 1280, height: 900 }, ...more });
    const who = new Person(await context.newPage(), language, `${nodes[party].web}/${face}/`);
    await who.page.goto(who.base);
    await who.page.getByLabel(who.t("user")).fill(user);
    await who.page.getByLabel(who.t("password")).fill(nodes[party].users[user]);
    await who.press(who.t("sign_in"));
    await who.page.getByRole("navigation").waitFor();
    return who;
  }

  // Whoever reads the public site, at its address.
  static async guest(browser, { base, language, ...more }) {
    const context = await browser.newContext({ reducedMotion: "reduce", viewport: { width: 1280, height: 900 }, ...more });
    return new Person(await context.newPage(), language, base);
  }

  constructor(page, language, base) {
    this.page = page;
    this.language = language;
    this.base = base;
    this.noise = [];
    page.setDefaultTimeout(patience);
    page.on("console", (message) => { if (message.type() === "error" && !/Failed to load resource/.test(message.text())) this.noise.push(message.text()); });
    // 401 is how a page learns that nobody is signed in yet; changes, and documents that are still on their way
    // from the other side, are asked for again by themselves.
    page.on("response", (response) => { if (response.status() >= 400 && response.status() !== 401 && !response.url().endsWith("/changes") && !(response.status() === 503 && /\/(differences|documents\/)/.test(response.url()))) this.noise.push(`${response.status()} ${response.url()}`); });
    page.on("pageerror", (error) => this.noise.push(String(error)));
  }

  // The words of the pages.
  t(key, places = {}) {
    const pattern = words[this.language][`app.${key}`];
    if (!pattern) throw new Error(`no text app.${key}`);
    return pattern.replace(/\{([a-z0-9_]+)\}/g, (all, name) => String(places[name] ?? all));
  }

  press(name) { return this.page.getByRole("button", { name, exact: true }).click(); }
  follow(name) { return this.page.getByRole("link", { name, exact: true }).first().click(); }
  async open(path) {
    await this.page.goto(this.base + path);
    await this.settled();
  }
  heading(name) { return this.page.getByRole("heading", { level: 1, name, exact: typeof name === "string" }).waitFor(); }
  // The number of the case that stands open, begun at a node of `party`.
  async number(party) {
    const heading = this.page.getByRole("heading", { level: 1, name: new RegExp(`^${party}-\\d+`) });
    await heading.waitFor();
    return (await heading.textContent()).trim();
  }
  // Takes a step of the case that stands open; `fill` fills its form.
  async act(event, fill) {
    await this.press(event);
    const form = this.page.getByRole("region", { name: event, exact: true });
    await form.waitFor();
    if (fill) await fill(form);
    await form.getByRole("button", { name: event, exact: true }).click();
    await this.page.getByText(this.t("event_done", { title: event })).waitFor();
  }
  async settled() {
    await this.page.getByRole("heading", { level: 1 }).first().waitFor();
    await this.page.getByText(this.t("loading"), { exact: true }).first().waitFor({ state: "hidden" });
  }

  // A place in a play worth a picture is worth a look for barriers too.
  async seen(name) {
    await this.picture(name);
    this.noise.push(...await this.barriers(`${name} ${this.language}`));
  }
  async picture(name) {
    if (pictures) await this.page.screenshot({ path: `${pictures}/${name}-${this.language}.png`, fullPage: true });
  }

  // WCAG 2.2 AA as far as a program can tell; gives what is wrong, one line each.
  async barriers(where) {
    await this.page.evaluate(axe);
    const { violations } = await this.page.evaluate(() => globalThis.axe.run(document, {
      runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] },
    }));
    return violations.flatMap((rule) => rule.nodes.map((node) => `${where} ${rule.id}: ${node.html.slice(0, 160)} ${node.any[0]?.message ?? ""}`));
  }

  quiet() {
    if (this.noise.length) throw new Error(`the pages of ${this.base} complained:\n${this.noise.join("\n")}`);
  }
}
