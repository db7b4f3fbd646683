// A large document, handed in piece by piece. What broke off (the line, the node, the page) goes on where it
// was: the node tells how far it is, and at the end whether it has the file that stands here.
import { sha256 } from "@noble/hashes/sha2";
import { get, Problem, remove, sendPiece, write } from "./api";
import type { Answer, Json } from "./types";

type Upload = Answer<"/documents/uploads">["uploads"][number];
export interface Progress { done: number; of: number; waits: boolean }  // bytes; `waits`: the node is away

const first = 1 << 20;
const longMs = 2_000;  // a piece that takes longer is not made larger
const passing = new Set([0, 429, 500, 502, 503, 504]);

const pause = (ms: number, signal: AbortSignal): Promise<void> => new Promise((done) => {
  const timer = setTimeout(done, ms);
  signal.addEventListener("abort", () => { clearTimeout(timer); done(); }, { once: true });
});
// Tried until it is answered: a node that starts again is no reason to begin again.
async function patiently<T>(act: () => Promise<T>, signal: AbortSignal, waits: (so: boolean) => void): Promise<T> {
  for (let wait = 1_000; ; wait = Math.min(2 * wait, 15_000)) {
    signal.throwIfAborted();
    try {
      const answer = await act();
      waits(false);
      return answer;
    } catch (error) {
      if (!(error instanceof Problem) || !passing.has(error.status)) throw error;
      waits(true);
      await pause(wait, signal);
    }
  }
}
const mine = async (): Promise<Upload[]> => (await get<Answer<"/documents/uploads">>("/documents/uploads")).uploads;

async function begun(file: File, media: string): Promise<Upload> {
  const before = (await mine()).find((one) => one.name === file.name && one.size === file.size && one.media === media);
  return before ?? await write<Upload>("POST", "/documents/uploads", { name: file.name, media, size: file.size });
}
// Stopped for the reason "stop", nothing is left of it; else what has come stays for a while.
export async function uploadLarge(file: File, tell: (now: Progress) => void, signal: AbortSignal): Promise<Json> {
  const media = file.type || "application/octet-stream";
  let waits = false;
  let upload: Upload | undefined;
  const say = (): void => tell({ done: upload?.offset ?? 0, of: file.size, waits });
  const keep = (so: boolean): void => { waits = so; say(); };
  try {
    upload = await patiently(() => begun(file, media), signal, keep);
    const digest = sha256.create();
    let read = 0;  // of the file, into the digest
    let most = first;
    while (read < file.size) {
      signal.throwIfAborted();
      const known: Upload = upload;
      const piece = new Uint8Array(await file.slice(read, Math.min(read + most, read < known.offset ? known.offset : file.size)).arrayBuffer());
      if (read >= known.offset) {
        const since = performance.now();
        upload = await patiently(() => onward(known, read, piece), signal, keep);
        most = performance.now() - since < longMs ? Math.min(2 * most, known.piece_max / 2) : first;
      }
      digest.update(piece);
      read += piece.length;
      say();
    }
    const whole = Array.from(digest.digest(), (byte) => byte.toString(16).padStart(2, "0")).join("");
    const path = `/documents/uploads/${upload.upload}/finish`;
    return await patiently(() => write<Json>("POST", path, { sha256: whole }), signal, keep);
  } catch (error) {
    if (signal.reason === "stop" && upload) await remove(`/documents/uploads/${upload.upload}`).catch(() => undefined);
    throw error;
  }
}
// A piece whose answer was lost has come all the same.
async function onward(upload: Upload, from: number, piece: Uint8Array): Promise<Upload> {
  try {
    return await sendPiece<Upload>(`/documents/uploads/${upload.upload}?offset=${from}`, piece);
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 409) throw error;
    const now = (await mine()).find((one) => one.upload === upload.upload);
    if (now?.offset !== from + piece.length) throw error;
    return now;
  }
}
