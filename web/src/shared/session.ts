// Who is signed in, what the circle's parties are called, and when something has changed.
import { computed, ref, shallowRef } from "vue";
import { get, signOut as leave, whoAmI } from "./api";
import { dropDrafts } from "./drafts";
import type { Session } from "./types";

export const session = shallowRef<Session | null>(null);
export const asked = ref(false);  // whether the node has been asked who this is
export const today = ref("");
// Grows with the journal: pages that show what may have changed watch it.
export const position = ref(0);

let changes: EventSource | null = null;

export async function begin(): Promise<void> {
  session.value = await whoAmI();
  asked.value = true;
  if (session.value) await entered(session.value);
}

export async function entered(who: Session): Promise<void> {
  session.value = who;
  today.value = (await get<{ today: string }>("/circle")).today;
  listen();
}

// The browser comes back by itself when the node was away, not when it was refused: a person may have
// only so many pages open.
function listen(): void {
  changes?.close();
  const stream = new EventSource("/api/v1/changes");
  changes = stream;
  stream.addEventListener("position", (event) => {
    position.value = JSON.parse((event as MessageEvent<string>).data).position;
  });
  stream.addEventListener("error", () => {
    if (stream.readyState === EventSource.CLOSED) window.setTimeout(() => { if (changes === stream) listen(); }, 10_000);
  });
}

export async function signOut(): Promise<void> {
  changes?.close();
  changes = null;
  dropDrafts();
  await leave().catch(() => undefined);
  session.value = null;
}

export const own = computed(() => session.value?.party ?? "");
export const may = (act: string): boolean => session.value?.may.includes(act) ?? false;
export function rolesIn(pack: string): string[] {
  const roles = session.value?.roles ?? {};
  return [...(roles[pack] ?? []), ...(roles["*"] ?? [])];
}
