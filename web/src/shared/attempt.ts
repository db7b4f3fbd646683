// What a person does and the node may refuse: while it runs the page is busy; what was said of the last one stays.
import { ref, shallowRef, type Ref, type ShallowRef } from "vue";
import type { Problem } from "./api";

export interface Attempts {
  busy: Ref<boolean>;
  problem: ShallowRef<Problem | null>;
  attempt(what: () => Promise<unknown>): Promise<void>;
}

export function attempts(): Attempts {
  const busy = ref(false);
  const problem = shallowRef<Problem | null>(null);
  async function attempt(what: () => Promise<unknown>): Promise<void> {
    busy.value = true;
    problem.value = null;
    try {
      await what();
    } catch (error) {
      problem.value = error as Problem;
    } finally {
      busy.value = false;
    }
  }
  return { busy, problem, attempt };
}
