// A pack adopted a minute ago, that nothing here was built for: applied for, decided, imported into, printed.
import assert from "node:assert/strict";
import { play, sheet } from "./browser.mjs";

await play(async (come) => {
  const farmer = await come({ party: "sichuan", face: "portal", user: "citizen", language: "en" });
  await farmer.page.getByLabel(farmer.t("find_service")).fill("graz");
  await farmer.follow("Grazing across the border");
  await farmer.heading("Grazing across the border");
  await farmer.press(farmer.t("begin"));
  await farmer.page.getByText("As on the ear tag").waitFor();
  await farmer.page.getByLabel("Herd").fill("7");
  await farmer.page.getByLabel("Head of cattle").fill("12.5");
  await farmer.press(farmer.t("send"));
  await farmer.page.getByRole("alert").getByText("A herd is written H and four digits.").waitFor();
  await farmer.page.getByLabel("Herd").fill("H0007");
  await farmer.page.getByLabel("Head of cattle").fill("12");
  await farmer.page.getByLabel("Fee").fill("1,250.50");
  await farmer.press(farmer.t("send"));
  const id = farmer.page.getByRole("heading", { level: 1, name: /^sichuan-\d+/ });
  await id.waitFor();
  const number = (await id.textContent()).trim();
  await farmer.page.getByText("1,250.50 CNY").first().waitFor();

  const officer = await come({ party: "chongqing", face: "console", user: "officer", language: "en" });
  await officer.page.getByRole("link", { name: number, exact: true }).waitFor();
  await officer.follow(number);
  // Why something cannot be done stands beside it.
  await officer.page.getByText("No meadow is free").waitFor();

  await officer.follow(officer.t("import"));
  await officer.page.getByLabel(officer.t("import_into")).selectOption({ label: "Meadows · Free meadows" });
  await officer.page.locator("input[type=file]").setInputFiles({
    name: "meadows.csv", mimeType: "text/csv", buffer: Buffer.from("Meadow,Hectares\nUpper,12.5\nLower,many\nMiddle,0\n"),
  });
  await officer.press(officer.t("try_it"));
  await officer.page.getByText(officer.t("import_sum", { taken: 1, known: 0, refused: 2 })).waitFor();
  await officer.seen("console-import");
  await officer.press(officer.t("import_rows", { count: 3 }));
  await officer.page.getByRole("heading", { name: officer.t("imported") }).waitFor();
  const [file] = await Promise.all([officer.page.waitForEvent("download"), officer.press(officer.t("save_refused"))]);
  const refused = (await (await file.createReadStream()).toArray()).join("");
  assert.match(refused, /Lower,many,.*Hectares/);
  assert.match(refused, /Middle,0,.*A meadow has some land/);
  assert.doesNotMatch(refused, /Upper/);
  // Mended, the same file is dropped again.
  await officer.page.locator("input[type=file]").setInputFiles({
    name: "meadows-mended.csv", mimeType: "text/csv", buffer: Buffer.from(refused.replace("Lower,many", "Lower,40").replace("Middle,0", "Middle,7.5")),
  });
  await officer.press(officer.t("import_rows", { count: 2 }));
  await officer.page.getByText(officer.t("import_sum", { taken: 2, known: 0, refused: 0 })).waitFor();

  // A spreadsheet and lines of JSON are read as well; what was taken before is known.
  for (const [name, buffer] of [["meadows.xlsx", sheet([["Meadow", "Hectares"], ["Upper", 12.5], ["Summit", 3]])],
    ["meadows.ndjson", Buffer.from('{"meadow":"Upper","hectares":12.5}\n{"hectares":3,"meadow":"Summit"}\n')]]) {
    await officer.page.locator("input[type=file]").setInputFiles({ name, mimeType: "application/octet-stream", buffer });
    await officer.press(officer.t("try_it"));
    await officer.page.getByText(officer.t("import_sum", { taken: 1, known: 1, refused: 0 })).waitFor();
  }
  await officer.page.locator("input[type=file]").setInputFiles({ name: "bad.ndjson", mimeType: "text/plain", buffer: Buffer.from('{"meadow":"Upper"}\n[1]\n') });
  await officer.page.getByText(officer.t("no_row", { number: 2 })).waitFor();

  await officer.open(`registers/meadows/meadow`);
  for (const name of ["Upper", "Lower", "Middle"]) await officer.page.getByRole("cell", { name, exact: true }).waitFor();
  await officer.open(`case/${number}`);
  await officer.press("Admit");
  await officer.page.getByRole("region", { name: "Admit" }).getByRole("button", { name: "Admit", exact: true }).click();
  await officer.page.getByText(officer.t("event_done", { title: "Admit" })).waitFor();

  // A new figure is tried before anybody adopts it.
  await officer.follow(officer.t("figures"));
  await officer.follow(officer.t("try_figure"));
  await officer.page.getByLabel(officer.t("pack"), { exact: true }).selectOption({ label: "Meadows" });
  await officer.page.getByLabel(officer.t("begin_from")).selectOption("admitted");
  await officer.press(officer.t("try_it"));
  await officer.page.getByRole("status").getByText("1", { exact: true }).waitFor();
  await officer.page.getByLabel(officer.t("definition")).fill("title: {zh: 头数, en: Cattle}\nof: graze\nsum: data.head\nsplit: {herd: data.herd}\n");
  await officer.press(officer.t("try_it"));
  await officer.page.getByRole("heading", { name: "Cattle" }).waitFor();
  await officer.page.getByRole("table", { name: officer.t("by", { name: "herd" }) }).getByRole("cell", { name: "12" }).waitFor();
  await officer.seen("console-try-figure");

  // Its versions are compared, its scenarios played.
  const ruler = await come({ party: "chongqing", face: "console", user: "administrator", language: "en" });
  await ruler.follow(ruler.t("packs"));
  await ruler.page.getByRole("row", { name: /^Meadows 2/ }).getByRole("link").click();
  await ruler.press(ruler.t("compare"));
  await ruler.page.getByRole("table", { name: ruler.t("compare_versions") }).getByRole("row", { name: "types.head.max 500 400" }).waitFor();
  await ruler.press(ruler.t("play_scenarios"));
  await ruler.page.getByText(ruler.t("scenarios_pass", { count: 1 })).waitFor();
  await ruler.seen("console-pack");

  await farmer.follow("Grazing pass");
  await farmer.page.getByText("Herd H0007 may graze in chongqing.").waitFor();
});
