// What the API tells (docs/formats/api.md). What packs are made of stands here by hand; the rest comes from
// the document of the API.
import type { components, paths } from "./openapi";

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
  rounds: { title: string; says: string }[];
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
  pack: string; version: number; digest: string; title: string; services: Service[]; registers: Register[]; books: Book[]; feeds: Feed[]; figures: FigureOf[]; retention: string[];
}
export interface PackRow {
  pack: string; version: number; digest: string; title: string; in_force: boolean; adopted: Record<string, string>;
  services: string[]; registers: string[]; books: string[]; figures: string[];
}
// What the API says of itself (openapi.ts).
type Parts = components["schemas"];
// What a GET of this path answers.
export type Answer<Path extends keyof paths> = paths[Path] extends { get: { responses: { 200: { content: { "application/json": infer Told } } } } } ? Told : never;
export interface Persons { hits: Parts["PersonHit"][]; all: boolean }
export type FigureTried = Omit<Parts["FigureTried"], "splits"> & { splits: { name: string; values: { key: unknown; value: number | null }[] }[] };
export interface PackTested { pack: string; digest: string; scenarios: string[]; findings: Parts["PackFinding"][] }
export type Case = Parts["Case"];
export type Assigned = Parts["Assigned"];
export type Dispute = Parts["Dispute"];
export type Choice = Parts["Choice"];
export type Choices = Answer<"/cases/{id}/choices">;
export type Step = Omit<Parts["Step"], "input" | "set"> & { input: Data; set: Data };
export type Task = Parts["Task"];
export type Principal = Parts["Principal"];
export type Approval = Parts["Approval"];
export type Colleague = Parts["Colleague"];
export type Substitute = Parts["Substitute"];
export type Session = Parts["Session"];
