// What is sought: words stand in the address of the page, a person's number in no address, history or log.
import { ref } from "vue";
import type { Router } from "vue-router";

export const numberSought = ref("");

export function seek(router: Router, text: string): void {
  const number = text.normalize("NFKC").replace(/[\s-]/g, "");
  numberSought.value = /^\d{15}$|^\d{17}[\dXx]$/.test(number) ? number : "";
  void router.push({ path: "/search", query: numberSought.value || !text.trim() ? {} : { q: text.trim() } });
}
