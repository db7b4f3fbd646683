// Books of clearing and their windows (docs/formats/clearing.md).
import type { Json } from "@/shared/types";

export interface Amounts { gross: number; discount: number; relief: number; refused: number; fee: number; net: number }
export interface Statement { batches: number; lines: number; late: number; corrections: number; to_first: Amounts; to_second: Amounts; root: string }
export interface Answer { line: string; accepts: boolean; note?: string }
export interface Window {
  case: string; state: string; state_title?: string; owner?: string; since: string; version: number; until: string;
  first?: Statement; second?: Statement; agreed?: Statement; found?: number; due_on?: string; paid_on?: string; interest?: number; netted_in?: string;
}
export interface Book {
  case: string; pack: string; name: string; kind: string; state: string; state_title: string; own: string; batch_party: string; first: string; second: string;
  batches: number; rows: number; services: { book: string; batch: string; window: string }; windows: Window[];
  way?: string; house?: string; least?: number; cap?: number;
}
export interface Line { id: string; day: string; of: string; first: string; last: string; state: string; net: number; gross: number }
export interface Difference {
  line: string; kind: string; kind_title: string; first?: Line; second?: Line;
  first_accepts?: boolean; second_accepts?: boolean; first_note?: string; second_note?: string;
}
export interface Choice { event: string; title: string; form: string[]; roles: string[]; passes: boolean; why: string[] }

// The step that signs what a window waits for: that whose form asks for what the node computes.
const signed = ["second_answer", "first_answer", "second_agreed", "differences", "second", "netted_in"];
export function stepOf(choices: Choice[]): { choice: Choice; answers: string } | null {
  for (const field of signed) {
    const choice = choices.find((one) => one.roles.length && one.form.includes(field));
    if (choice) return { choice, answers: field.endsWith("_answer") ? field : "" };
  }
  return null;
}
// Enough of a root to see by eye whether two are one.
export const mark = (root: string | undefined): string => (root ?? "").replace("sha256:", "").slice(0, 12);
export const json = (value: unknown): Json => value as Json;
