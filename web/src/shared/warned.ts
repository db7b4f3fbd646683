// What the node took and would not advise, of the last thing that was sent: the page of its case shows it.
import { shallowRef } from "vue";

export interface Warning { where: string; why: string }
export interface Written { case: string; position: number; warnings?: Warning[] }
export const warned = shallowRef<{ case: string; warnings: Warning[] } | null>(null);
export function remember(answer: Written): void {
  warned.value = answer.warnings?.length ? { case: answer.case, warnings: answer.warnings } : null;
}
