// Files of rows as the node takes them: one JSON record a line; a table of cells is turned into it.
import Papa from "papaparse";

export async function ndjson(file: File): Promise<File> {
  const text = await file.text();
  if (!file.name.endsWith(".csv")) return file;
  const rows = Papa.parse<Record<string, string>>(text.replace(/^\ufeff/, ""), { header: true, skipEmptyLines: true }).data;
  const lines = rows.map((row) => JSON.stringify(Object.fromEntries(Object.entries(row).filter(([, cell]) => cell !== ""))));
  return new File([`${lines.join("\n")}\n`], file.name.replace(/csv$/, "ndjson"), { type: "application/x-ndjson" });
}
