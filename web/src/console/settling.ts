// Which services take up a record on which two sides differ: those whose start asks for the key of its
// register. No pack has to say so.
import { rolesIn } from "@/shared/session";
import type { Pages, Register, Service } from "@/shared/types";
import { fieldOf, keyParts } from "@/shared/values";

export interface Settling { register: Register; services: Service[] }

export function settling(pages: Pages, figure: string): Settling | null {
  const counted = pages.figures.find((one) => one.figure === figure && one.source === "register");
  const register = pages.registers.find((one) => one.register === counted?.of);
  if (!register) return null;
  const roles = rolesIn(pages.pack);
  const asks = (service: Service): boolean => {
    const form = service.start.form.flatMap((group) => group.fields);
    return register.key.every((name) => form.includes(name) && fieldOf(service.fields, name)?.kind === fieldOf(register.fields, name)?.kind);
  };
  const services = pages.services.filter((one) => !one.parent && asks(one) && one.start.by.some((by) => roles.includes(by.role)));
  return { register, services };
}

// Where a case about this record is begun, with its key filled in.
export function beginAbout(pages: Pages, found: Settling, service: Service, key: string): { path: string; query: Record<string, string> } {
  const parts = keyParts(found.register.key, key) ?? {};
  return { path: `/start/${pages.pack}/${service.service}`, query: Object.fromEntries(Object.entries(parts).map(([name, text]) => [`with.${name}`, text])) };
}
