// Check digits as one types. A wrong one is a warning, never a refusal: registries hold them too.
import { t } from "./texts";
import type { FieldType, Json } from "./types";

const alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";

// GB 11643-1999, ISO 7064 MOD 11-2.
function citizen(number: string): boolean {
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  return "10X98765432"[weights.reduce((sum, weight, i) => sum + weight * Number(number[i]), 0) % 11] === number[17];
}
// GB 32100-2015, MOD 31-3.
function credit(code: string): boolean {
  let sum = 0;
  let weight = 1;
  for (const letter of code.slice(0, 17)) {
    sum += alphabet.indexOf(letter) * weight;
    weight = weight * 3 % 31;
  }
  return alphabet[(31 - sum % 31) % 31] === code[17];
}

export function doubt(type: FieldType, value: Json | undefined): string {
  if (typeof value !== "string") return "";
  const code = value.normalize("NFKC").replace(/[\s-]/g, "").toUpperCase();
  if (type.kind === "token" && /^\d{17}[\dX]$/.test(code)) return citizen(code) ? "" : t("check_digit");
  if (type.kind !== "text" || !type.pattern) return "";
  if (/^[1-9ANY][\dA-HJ-NPQRTUWXY]\d{6}[\dA-HJ-NPQRTUWXY]{10}$/.test(code)) return credit(code) || (/^\d{17}[\dX]$/.test(code) && citizen(code)) ? "" : t("check_digit");
  return "";
}
