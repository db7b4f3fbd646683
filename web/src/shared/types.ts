// What the API tells (docs/formats/api.md); only what the pages read of it.
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type Data = { [name: string]: Json };

export interface FieldType {
  kind: "text" | "bool" | "int" | "money" | "quantity" | "date" | "month" | "choice" | "list" | "record"
    | "place" | "token" | "document" | "ref" | "digest" | "party";
  class: string;
  title: string;
  help?: string;
  wrong?: string;
  example?: Json;
  optional?: boolean;
  sided?: boolean;
  min?: number;
  max?: number;
  pattern?: string;
  unit?: string;
  scale?: number;
  ref?: string;
  accepts?: string[];
  choices?: { code: string; title: string }[];
  element?: FieldType;
  members?: Field[];
}
export interface Field extends FieldType { name: string }
export interface Group { title: string; fields: string[] }
export interface By { party: string; role: string; party_title: string; title: string }
export interface EventForm { event: string; title: string; by: By[]; form: Group[] }
export interface Way { event: string; title: string; to: string; by_itself: boolean }
export interface State { state: string; title: string; owner: string; final: boolean; events: EventForm[]; ways: Way[] }
export interface Clock { clock: string; title: string; unit: "working_days" | "days"; budget: number; runs_in: string[] }
export interface Print {
  print: string; title: string; after: string[]; void_in: string[]; number: string; until: string; text: string; groups: Group[];
}
export interface Service {
  service: string; title: string; about: string; parent: string;
  parties: { party: string; title: string; roles: { role: string; title: string; all: boolean }[] }[];
  applicants: By[];
  fields: Field[]; groups: Group[]; list: string[];
  start: EventForm & { owner: string; ways: Way[] };
  states: State[]; clocks: Clock[];
  papers: { title: string; field: string }[];
  prints: Print[];
}
export interface Register {
  register: string; title: string; about: string; public: boolean; editions: boolean; key: string[];
  fields: Field[]; groups: Group[]; list: string[];
}
export interface Book { book: string; title: string; unit: string; scale: number; kinds: { kind: string; title: string; key: string[] }[] }
export interface Feed { feed: string; title: string; by: { role: string; title: string }[]; key: string[]; fields: Field[] }
// What a figure counts: `of` is a service, a register or `book.kind`.
export interface FigureOf { figure: string; title: string; about: string; source: "service" | "register" | "account" | "value"; of: string }
export interface Pages {
  pack: string; version: number; digest: string; title: string; services: Service[]; registers: Register[]; books: Book[]; feeds: Feed[]; figures: FigureOf[];
}
export interface PackRow {
  pack: string; version: number; digest: string; title: string; in_force: boolean; adopted: Record<string, string>;
  services: string[]; registers: string[]; books: string[]; figures: string[];
}
export interface Case {
  id: string; pack: string; pack_digest: string; service: string; state: string; version: number; parties: Record<string, string>;
  opened: string; since: string; reached: { state: string; on: string }[]; disputed: boolean; parent?: string; title?: string;
  state_title?: string; final?: boolean; owner?: string; data: Data;
  disputes?: Dispute[];
}
export interface Dispute {
  by: string; reason: string; detail: string; raised: number; ended: number | null; content: string; signatures: { by: string; content: string; note: string }[];
}
export interface Choice { event: string; title?: string; passes: boolean; why: string[]; form?: string[]; roles?: string[]; sign?: Record<string, string> }
export interface Choices {
  case: string; state: string; version: number; choices: Choice[]; clocks: { clock: string; due: string; fired: boolean }[];
}
export interface Step {
  version: number; event: string; from: string; to?: string; decided_by: string; role: string; on: string; input: Data; set: Data;
  position: number; digest: string; principal?: string; notice?: string;
}
export interface Task { number: number; kind: string; case: string; roles: string[]; title: string; on: string; detail?: string }
export interface Session {
  id: string; name: string; principal: string; kind: string; party: string; roles: Record<string, string[]>; divisions: string[];
  may: string[]; csrf?: string; ends_ms?: number;
}
