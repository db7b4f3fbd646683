// The node's API, spoken by cookie. Every write carries the session's token and a key of its own, so
// that a repeated click does nothing twice.
import { language, t } from "./texts";
import type { Json, PackRow, Pages, Session } from "./types";

export class Problem extends Error {
  constructor(
    readonly status: number, readonly code: string, title: string, readonly detail: string,
    readonly errors: { where: string; why: string }[],
    readonly site = "",  // where to go instead: of another node of the party
  ) {
    super(title);
  }
}

let csrf = "";
// Called when the node no longer knows who this is: the session ended.
let ended: () => void = () => undefined;
export function whenEnded(then: () => void): void { ended = then; }

function problem(status: number, text: string): Problem {
  try {
    const body = JSON.parse(text);
    return new Problem(status, body.code ?? "", body.title ?? String(status), body.detail ?? "", body.errors ?? [],
      typeof body.site === "string" && /^https?:\/\//.test(body.site) ? body.site : "");
  } catch {
    return new Problem(status, "", String(status), "", []);
  }
}
const unreachable = (): Problem => new Problem(0, "unreachable", t("unreachable"), "", []);

async function send(method: string, path: string, headers: Record<string, string>, body?: BodyInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}`, {
      method, body, credentials: "same-origin", cache: "no-store",
      headers: { "Accept-Language": language.value, ...(csrf ? { "X-CSRF-Token": csrf } : {}), ...headers },
    });
  } catch {
    throw unreachable();
  }
  if (response.status === 401) ended();
  if (!response.ok) throw problem(response.status, await response.text());
  return response;
}

export async function get<T>(path: string): Promise<T> {
  return (await send("GET", path, {})).json() as Promise<T>;
}

export async function getText(path: string): Promise<string> {
  return (await send("GET", path, {})).text();
}

export async function getBlob(path: string): Promise<Blob> {
  return (await send("GET", path, {})).blob();
}

// `key`: the same for each try of one act.
export async function write<T>(method: "POST" | "DELETE", path: string, body: Json, key?: string): Promise<T> {
  return writeText(method, path, JSON.stringify(body), "application/json", key);
}
export async function remove(path: string): Promise<void> {
  await send("DELETE", path, {});
}
export async function writeText<T>(method: "POST" | "DELETE", path: string, body: string, type: string, key?: string): Promise<T> {
  const headers: Record<string, string> = { "Content-Type": type };
  if (key) headers["Idempotency-Key"] = key;
  const response = await send(method, path, headers, body);
  return (response.status === 204 ? null : await response.json()) as T;
}

export async function sendPiece<T>(path: string, piece: Uint8Array): Promise<T> {
  return (await send("POST", path, { "Content-Type": "application/octet-stream" }, piece)).json() as Promise<T>;
}

// Hands in a document of some MiB at once; `progress`: from 0 to 1 (only XMLHttpRequest tells).
export function deposit(file: File, progress: (part: number) => void): Promise<Json> {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open("POST", "/api/v1/documents");
    request.setRequestHeader("Accept-Language", language.value);
    request.setRequestHeader("X-CSRF-Token", csrf);
    request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
    request.setRequestHeader("X-Document-Name", encodeURIComponent(file.name));
    request.upload.onprogress = (event) => progress(event.total ? event.loaded / event.total : 0);
    request.onerror = () => failed(unreachable());
    request.onload = () => {
      if (request.status === 401) ended();
      if (request.status >= 200 && request.status < 300) done(JSON.parse(request.responseText) as Json);
      else failed(problem(request.status, request.responseText));
    };
    request.send(file);
  });
}

export async function signIn(user: string, password: string): Promise<Session> {
  const session = await write<Session>("POST", "/session", { user, password });
  csrf = session.csrf ?? "";
  return session;
}
export async function whoAmI(): Promise<Session | null> {
  try {
    const session = await get<Session>("/session");
    csrf = session.csrf ?? "";
    return session;
  } catch (error) {
    if (error instanceof Problem && error.status === 401) return null;
    throw error;
  }
}
export async function signOut(): Promise<void> {
  await send("DELETE", "/session", {});
  csrf = "";
}

// Of a pack by name or digest; a digest never changes its meaning.
const pages = new Map<string, Promise<Pages>>();
export function pagesOf(pack: string): Promise<Pages> {
  const key = `${language.value} ${pack}`;
  let held = pages.get(key);
  if (!held) {
    held = get<Pages>(`/packs/${encodeURIComponent(pack)}/pages`);
    held.catch(() => pages.delete(key));
    if (pack.startsWith("sha256:")) pages.set(key, held);
  }
  return held;
}
// The packs in force, the newest of each name.
export async function packs(): Promise<PackRow[]> {
  const all = (await get<{ packs: PackRow[] }>("/packs")).packs;
  return all.filter((one) => one.in_force && !all.some((other) => other.in_force && other.pack === one.pack && other.version > one.version));
}

export function query(members: Record<string, string | number | boolean | undefined | null>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(members)) {
    if (value !== undefined && value !== null && value !== "" && value !== false) search.set(name, String(value));
  }
  const text = search.toString();
  return text ? `?${text}` : "";
}
export const casePath = (id: string): string => `/cases/${id.split("/").map(encodeURIComponent).join("/")}`;
