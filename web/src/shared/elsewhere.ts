// Pages of a face that show what a case is about in their own way; the page of the case links to them.
import type { InjectionKey } from "vue";
import type { Case, Pages } from "./types";

export interface Elsewhere { to: string; key: string }  // `key`: its words
export const elsewhere: InjectionKey<(one: Case, pages: Pages) => Elsewhere[]> = Symbol("elsewhere");
