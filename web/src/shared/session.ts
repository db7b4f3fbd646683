// Who is signed in, what the circle's parties are called, and when something has changed.
import { computed, ref, shallowRef } from "vue";
import { get, signOut as leave, whenEnded, whoAmI } from "./api";
import { dropDrafts } from "./drafts";
import type { Answer, Session } from "./types";

export const session = shallowRef<Session | null>(null);
export const asked = ref(false);  // whether the node has been asked who this is
export const today = ref("");
// Grows with the journal: pages that show what may have changed watch it.
export const position = ref(0);

// A session that ended under an open page. The page stays, hidden: who signs in again as the same person
// goes on where he was; for anybody else it is gone.
export const over = ref(false);
// Whether the node answers: its stream of changes is open.
export const away = ref(false);

let changes: EventSource | null = null;
let lost = 0;  // a timer: a stream that comes back at once is no news

whenEnded(() => {
  if (!session.value) return;
  changes?.close();
  over.value = true;
});

export async function begin(): Promise<void> {
  session.value = await whoAmI();
  asked.value = true;
  if (session.value) await entered(session.value);
}

export async function entered(who: Session): Promise<void> {
  if (over.value && session.value?.id !== who.id) dropDrafts();
  session.value = who;
  over.value = false;
  await lookAtDay();
  listen();
}

// A new business day is an entry of the journal like another: it comes to an open page too.
async function lookAtDay(): Promise<void> {
  const day = (await get<Answer<"/circle">>("/circle").catch(() => null))?.today;
  if (day) today.value = day;
}

// The browser comes back by itself when the node was away, not when it was refused: a person may have
// only so many pages open.
function listen(): void {
  changes?.close();
  const stream = new EventSource("/api/v1/changes");
  changes = stream;
  stream.addEventListener("position", (event) => {
    position.value = JSON.parse((event as MessageEvent<string>).data).position;
    void lookAtDay();
  });
  stream.addEventListener("open", () => {
    window.clearTimeout(lost);
    lost = 0;
    away.value = false;
  });
  stream.addEventListener("error", () => {
    lost ||= window.setTimeout(() => { away.value = changes === stream && !over.value; }, 1_500);
    if (stream.readyState === EventSource.CLOSED) {
      // Refused: a session that ended says so; otherwise the node is away, or has too many pages open.
      void get("/session").catch(() => undefined);
      window.setTimeout(() => { if (changes === stream && !over.value) listen(); }, 10_000);
    }
  });
}

export async function signOut(): Promise<void> {
  changes?.close();
  changes = null;
  dropDrafts();
  await leave().catch(() => undefined);
  over.value = false;
  away.value = false;
  session.value = null;
}

export const own = computed(() => session.value?.party ?? "");
export const may = (act: string): boolean => session.value?.may.includes(act) ?? false;
export function rolesIn(pack: string): string[] {
  const roles = session.value?.roles ?? {};
  return [...(roles[pack] ?? []), ...(roles["*"] ?? [])];
}
