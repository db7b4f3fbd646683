// What was begun and not sent, kept in this browser until it is sent or the person signs out. Values that
// are personal, and documents, are never among it.
import type { Data, Field, FieldType } from "./types";

const stem = "draft ";

function plain(type: FieldType): boolean {
  if (type.kind === "document" || !["public", "internal"].includes(type.class)) return false;
  return (!type.element || plain(type.element)) && (type.members ?? []).every(plain);
}
export function draft(name: string): Data {
  try {
    return JSON.parse(localStorage.getItem(stem + name) ?? "{}") as Data;
  } catch {
    return {};
  }
}
export function keepDraft(name: string, fields: Field[], data: Data): void {
  const kept = Object.fromEntries(fields.filter((one) => plain(one) && data[one.name] !== undefined).map((one) => [one.name, data[one.name]]));
  if (Object.keys(kept).length) localStorage.setItem(stem + name, JSON.stringify(kept));
  else dropDraft(name);
}
export function dropDraft(name: string): void {
  localStorage.removeItem(stem + name);
}
export function dropDrafts(): void {
  for (const key of Object.keys(localStorage)) if (key.startsWith(stem)) localStorage.removeItem(key);
}
