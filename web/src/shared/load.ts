// Something read from the node, again when what it depends on changes; the last answer counts.
import { ref, shallowRef, watch, type Ref, type WatchSource } from "vue";
import { Problem } from "./api";

export interface Loaded<T> { value: Ref<T | null>; problem: Ref<Problem | null>; busy: Ref<boolean>; again: () => Promise<void> }

export function load<T>(read: () => Promise<T>, on: WatchSource[] = []): Loaded<T> {
  const value = shallowRef<T | null>(null);
  const problem = shallowRef<Problem | null>(null);
  const busy = ref(false);
  let turn = 0;
  async function again(): Promise<void> {
    const mine = ++turn;
    busy.value = true;
    try {
      const got = await read();
      if (mine === turn) { value.value = got; problem.value = null; }
    } catch (error) {
      if (mine === turn) problem.value = error as Problem;
    } finally {
      if (mine === turn) busy.value = false;
    }
  }
  if (on.length) watch(on, () => void again());
  void again();
  return { value, problem, busy, again };
}
