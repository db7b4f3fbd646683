// The words of the pages: `app.*` of texts/en.json and texts/zh.json, and which language is read.
import { ref } from "vue";
import texts from "virtual:texts";

export type Language = "zh" | "en";

const kept = localStorage.getItem("language");
const preferred: Language = navigator.language.startsWith("zh") ? "zh" : "en";

export const language = ref<Language>(kept === "zh" || kept === "en" ? kept : preferred);

export function speak(next: Language): void {
  language.value = next;
  localStorage.setItem("language", next);
  document.documentElement.lang = next;
}

// Things one after another, and what is said beside them.
export const listed = (things: string[]): string => things.join(language.value === "zh" ? "、" : ", ");
export const clauses = (things: string[]): string => things.join(language.value === "zh" ? "；" : "; ");
export const beside = (what: string, more: string): string => (!more ? what : language.value === "zh" ? `${what}（${more}）` : `${what} (${more})`);

// How wide a text will be, about: a Chinese letter is a square.
export const wideOf = (text: string, size: number): number => [...text].reduce((sum, letter) => sum + (letter > "\u2e7f" ? size : size * 0.58), 0);

// `app.` is left out of the key. An unknown key shows itself, so that it is seen.
export function t(key: string, places: Record<string, string | number> = {}): string {
  const pattern = texts[language.value][`app.${key}`] ?? key;
  return pattern.replace(/\{([a-z0-9_]+)\}/g, (all, name: string) => String(places[name] ?? all));
}
