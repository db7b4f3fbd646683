// What the address of a page says.
import { computed, type ComputedRef } from "vue";
import { useRoute } from "vue-router";

// A part of the address. A page that is left keeps its own: what it still reads is about what it shows.
export function pathPart(name: string): ComputedRef<string> {
  const route = useRoute();
  return computed<string>((before) => {
    const now = route.params[name];
    return now === undefined ? before ?? "" : ([] as string[]).concat(now).join("/");
  });
}
