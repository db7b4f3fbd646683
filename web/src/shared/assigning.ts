// Who works at a case: as the API takes it.
import { casePath, write } from "./api";

// Accounts are told by their id.
export const shortOf = (person: string): string => person.replace(/^user:/, "");

// `to`: null for nobody. The position from which on it is so.
export const assign = async (id: string, to: string | null, note = ""): Promise<number> =>
  (await write<{ position: number }>("POST", `${casePath(id)}/assign`, note ? { to, note } : { to }, crypto.randomUUID())).position;
