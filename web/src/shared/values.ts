// Values as a person reads and writes them: units, decimals, titles of choices.
import { clauses, listed, t } from "./texts";
import type { Case, Clock, Data, Field, FieldType, Json, Service } from "./types";

const isRecord = (value: Json | undefined): value is Data => typeof value === "object" && value !== null && !Array.isArray(value);

// `12345` at scale 2 is `123.45`; exact, without floating point.
export function decimal(value: number, scale: number): string {
  const sign = value < 0 ? "-" : "";
  const digits = String(Math.abs(value)).padStart(scale + 1, "0");
  const whole = digits.slice(0, digits.length - scale).replace(/\B(?=(\d{3})+$)/g, ",");
  const part = scale ? digits.slice(-scale) : "";
  return sign + whole + (part ? `.${part}` : "");
}

// The whole number of the smallest unit; null: it is not written so, or has too many decimals.
export function parseDecimal(text: string, scale: number): number | null {
  const match = /^\s*(-?)(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))?\s*$/.exec(text);
  if (!match) return null;
  const part = match[3] ?? "";
  if (part.length > scale) return null;
  const value = Number(match[2]!.replaceAll(",", "") + part.padEnd(scale, "0"));
  if (!Number.isSafeInteger(value)) return null;
  return match[1] && value !== 0 ? -value : value;
}

// What a cell of a spreadsheet means; what does not fit stays as it is written and is a fault.
export function written(type: FieldType, cell: string): Json | undefined {
  const text = cell.trim();
  if (text === "") return undefined;
  switch (type.kind) {
    case "int":
    case "money":
    case "quantity":
      return parseDecimal(text, type.scale ?? 0) ?? text;
    case "bool":
      if (["true", "1", "是", "yes"].includes(text.toLowerCase())) return true;
      if (["false", "0", "否", "no"].includes(text.toLowerCase())) return false;
      return text;
    case "choice":
      return type.choices?.find((one) => one.code === text || one.title === text)?.code ?? text;
    case "list":
      return text.split(/[;；]/).map((one) => (type.element ? written(type.element, one) : one) ?? null);
    default:
      return text;
  }
}

// A whole number that always has four digits names something, a year: it is not written in thousands.
export const isName = (type: FieldType): boolean => type.kind === "int" && (type.min ?? 0) >= 1000 && (type.max ?? Infinity) <= 9999;

export function shown(type: FieldType | undefined, value: Json | undefined): string {
  if (value === null || value === undefined) return "";
  if (isRecord(value) && "$sealed" in value) {
    const { erased, restricted } = value;
    if (isRecord(erased)) return t("erased_by", { on: String(erased.on), order: String(erased.order) });
    return restricted === undefined ? t("sealed") : t("restricted_by", { order: String(restricted) });
  }
  if (!type) return typeof value === "object" ? JSON.stringify(value) : String(value);
  switch (type.kind) {
    case "bool":
      return value === true ? t("yes") : t("no");
    case "int":
    case "money":
    case "quantity":
      if (typeof value === "number" && isName(type)) return String(value);
      return typeof value === "number" ? decimal(value, type.scale ?? 0) + (type.unit ? ` ${type.unit}` : "") : String(value);
    case "choice":
      return type.choices?.find((one) => one.code === value)?.title ?? String(value);
    case "list":
      return Array.isArray(value) ? clauses(value.map((one) => shown(type.element, one))) : String(value);
    case "record":
      return isRecord(value)
        ? (type.members ?? []).filter((one) => one.name in value).map((one) => `${one.title} ${shown(one, value[one.name])}`).join("，")
        : String(value);
    case "document":
      return isRecord(value) ? String(value.name ?? value.sha256 ?? "") : String(value);
    default:
      return typeof value === "object" ? JSON.stringify(value) : String(value);
  }
}

// A moment as everybody writes it, in UTC.
export const moment = (ms: number): string => `${new Date(ms).toISOString().replace("T", " ").slice(0, 19)} UTC`;

// A clock without words is named by the states in which it runs.
export function titleOfClock(service: Service, clock: Clock): string {
  if (clock.title && clock.title !== clock.clock) return clock.title;
  return listed(clock.runs_in.map((name) => service.states.find((one) => one.state === name)?.title ?? name));
}

// A text of the pack with its `{name}`: a field, a party, or what is known of every case.
export function filled(text: string, one: Case, service: Service, since: string, data: Data = one.data): string {
  return text.replace(/\{([^}]+)\}/g, (_, name: string) => {
    if (name === "case") return one.id;
    if (name === "opened") return one.opened;
    if (name === "since") return since;
    return one.parties[name] ?? shown(fieldOf(service.fields, name), data[name]);
  });
}

export const numeric = (type: FieldType | undefined): boolean => type?.kind === "int" || type?.kind === "money" || type?.kind === "quantity";

// The parts of a record's key as the node joins them (packs::join_key), by the fields they come from;
// null: it has other parts.
export function keyParts(names: string[], key: string): Record<string, string> | null {
  const parts = key.split("/");
  if (parts.length !== names.length) return null;
  return Object.fromEntries(names.map((name, i) => [name, parts[i]!.replace(/%(2F|25)/g, (_, code) => (code === "2F" ? "/" : "%"))]));
}

export function fieldOf(fields: Field[], name: string): Field | undefined {
  return fields.find((one) => one.name === name);
}

// What is wrong with what was written, before it is sent: path to reason.
export function faults(type: FieldType, value: Json | undefined, path: string): { where: string; why: string }[] {
  const say = (why: string) => [{ where: path, why }];
  if (value === undefined || value === null || value === "") return type.optional ? [] : say(t("fault.missing"));
  switch (type.kind) {
    case "int":
    case "money":
    case "quantity": {
      if (typeof value !== "number") return say(t("fault.number", { scale: type.scale ?? 0 }));
      const scale = type.scale ?? 0;
      if (type.min !== undefined && value < type.min) return say(t("fault.least", { limit: decimal(type.min, scale) }));
      if (type.max !== undefined && value > type.max) return say(t("fault.most", { limit: decimal(type.max, scale) }));
      return [];
    }
    case "text":
    case "token":
    case "ref": {
      if (typeof value !== "string") return [];
      const length = [...value].length;
      if (type.min !== undefined && length < type.min) return say(t("fault.short", { limit: type.min }));
      if (type.max !== undefined && length > type.max) return say(t("fault.long", { limit: type.max }));
      if (type.pattern && !fits(type.pattern, value)) return say(type.wrong ?? t("fault.pattern", { title: type.title }));
      return [];
    }
    case "bool":
      return typeof value === "boolean" ? [] : say(t("fault.choice"));
    case "choice":
      return type.choices?.some((one) => one.code === value) ? [] : say(t("fault.choice"));
    case "date":
      return /^\d{4}-\d{2}-\d{2}$/.test(String(value)) ? [] : say(t("fault.date"));
    case "place":
      return /^\d{6}$/.test(String(value)) ? [] : say(t("fault.place"));
    case "list": {
      const list = Array.isArray(value) ? value : [];
      const least = type.min ?? 0;
      if (list.length < least) return say(t("fault.few", { limit: least }));
      return list.flatMap((one, i) => (type.element ? faults(type.element, one, `${path}[${i}]`) : []));
    }
    case "record":
      return (type.members ?? []).flatMap((one) => faults(one, isRecord(value) ? value[one.name] : undefined, `${path}.${one.name}`));
    default:
      return [];
  }
}

// A pattern of the node that this browser does not understand is left to the node.
function fits(pattern: string, value: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`, "u").test(value);
  } catch {
    return true;
  }
}

// What is left of a form when what nobody filled in is taken out; undefined: nothing.
export function trimmed(value: Json | undefined): Json | undefined {
  if (value === null || value === undefined || value === "") return undefined;
  if (Array.isArray(value)) {
    const list = value.map(trimmed).filter((one) => one !== undefined) as Json[];
    return list.length ? list : undefined;
  }
  if (!isRecord(value)) return value;
  const members = Object.entries(value).map(([name, one]) => [name, trimmed(one)] as const).filter(([, one]) => one !== undefined);
  return members.length ? (Object.fromEntries(members) as Data) : undefined;
}
