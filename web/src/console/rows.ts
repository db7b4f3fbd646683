// The rows of a file as people have them: CSV (UTF-8 or GB 18030), the first sheet of an XLSX file, or NDJSON. The
// first row names the columns; of NDJSON, the members do.
import Papa from "papaparse";
import { t } from "@/shared/texts";

export interface Rows { head: string[]; rows: string[][] }

// UTF-8, else GB 18030, in which offices' spreadsheets are often kept.
function decoded(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("gb18030").decode(bytes);
  }
}
function cell(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (value instanceof Date) return value.toISOString().slice(0, 10);
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
const table = (all: string[][]): Rows => ({ head: (all[0] ?? []).map((one) => one.trim()), rows: all.slice(1) });

function lines(text: string): Rows {
  const found = text.split(/\r?\n/).filter((line) => line.trim()).map((line, i) => {
    try {
      const one: unknown = JSON.parse(line);
      if (one !== null && typeof one === "object" && !Array.isArray(one)) return one as Record<string, unknown>;
    } catch { /* told below */ }
    throw new Error(t("no_row", { number: i + 1 }));
  });
  const head = [...new Set(found.flatMap((one) => Object.keys(one)))];
  return { head, rows: found.map((one) => head.map((name) => cell(one[name]))) };
}
export async function rowsOf(file: File): Promise<Rows> {
  if (/\.xlsx$/i.test(file.name)) {
    const { default: read } = await import("read-excel-file");
    return table((await read(file)).map((row) => row.map(cell)).filter((row) => row.some(Boolean)));
  }
  const text = decoded(await file.arrayBuffer());
  if (/\.(ndjson|jsonl)$/i.test(file.name)) return lines(text);
  return table(Papa.parse<string[]>(text, { skipEmptyLines: true }).data);
}
