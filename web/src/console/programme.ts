// What is planned, what has happened and what is due, of the cases of any service: planned are the dates
// of its form, happened the states it reached, due the clocks that run. No pack has to say more.
import { createEvents, type EventAttributes } from "ics";
import { casePath, get, query } from "@/shared/api";
import { listed } from "@/shared/texts";
import type { Answer, Case, Choices, Field, Pages, Service } from "@/shared/types";
import { shown, titleOfClock } from "@/shared/values";

export interface Moment { title: string; on: string }
export interface Span { state: string; title: string; from: string; to: string; final: boolean }
export interface Line { case: Case; title: string; planned: Moment[]; spans: Span[]; due: Moment[] }
export interface Programme { lines: Line[]; more: boolean }

const casesMost = 200;   // of a service, the newest
const clocksMost = 80;   // open cases whose clocks are asked for
const atOnce = 8;        // requests

export const datesOf = (service: Service): Field[] => service.fields.filter((one) => one.kind === "date");
// Services in which something is planned for a day.
export const planned = (pages: Pages): Service[] => pages.services.filter((one) => datesOf(one).length);

function titleOf(service: Service, one: Case): string {
  const texts = service.list.map((name) => service.fields.find((field) => field.name === name)).filter((field): field is Field => !!field && ["text", "choice", "ref"].includes(field.kind))
    .map((field) => shown(field, one.data[field.name])).filter(Boolean);
  return texts.length ? listed(texts) : one.id;
}

function spansOf(service: Service, one: Case, today: string): Span[] {
  const reached = [...one.reached];
  return reached.map((visit, i) => {
    const state = service.states.find((each) => each.state === visit.state);
    const next = reached[i + 1]?.on ?? (state?.final ? visit.on : today);
    return { state: visit.state, title: state?.title ?? visit.state, from: visit.on, to: next < visit.on ? visit.on : next, final: state?.final ?? false };
  });
}

async function dueOf(service: Service, one: Case): Promise<Moment[]> {
  const choices = await get<Choices>(`${casePath(one.id)}/choices`);
  return choices.clocks.filter((clock) => !clock.fired && clock.due).map((clock) => {
    const described = service.clocks.find((each) => each.clock === clock.clock);
    return { title: described ? titleOfClock(service, described) : clock.clock, on: clock.due };
  });
}

export async function programmeOf(pages: Pages, service: Service, today: string): Promise<Programme> {
  const answer = await get<Answer<"/cases">>(`/cases${query({ pack: pages.pack, service: service.service, limit: casesMost })}`);
  const lines = answer.cases.map((one): Line => ({
    case: one, title: titleOf(service, one), spans: spansOf(service, one, today), due: [],
    planned: datesOf(service).filter((field) => typeof one.data[field.name] === "string").map((field) => ({ title: field.title, on: one.data[field.name] as string })),
  }));
  const open = lines.filter((line) => !line.case.final).slice(0, clocksMost);
  for (let from = 0; from < open.length; from += atOnce) {
    await Promise.all(open.slice(from, from + atOnce).map(async (line) => { line.due = await dueOf(service, line.case); }));
  }
  const first = (line: Line): string => [...line.planned, ...line.due].map((one) => one.on).sort()[0] ?? line.case.opened;
  return { lines: lines.sort((a, b) => (first(a) < first(b) ? -1 : 1)), more: !!answer.next };
}

// Days of a programme as iCalendar (RFC 5545): each a whole day, with the same name each time it is made.
export function calendar(name: string, party: string, lines: Line[]): string {
  const day = (on: string): [number, number, number] => on.split("-").map(Number) as [number, number, number];
  const events = lines.flatMap((line) => [...line.planned.map((one) => ({ ...one, kind: "planned" })), ...line.due.map((one) => ({ ...one, kind: "due" }))]
    .map((one, i): EventAttributes => ({
      title: `${line.title} · ${one.title}`, start: day(one.on), duration: { days: 1 }, calName: name, productId: "-//Bashu//Bashu//EN",
      uid: `${line.case.id.replace(/[^A-Za-z0-9-]/g, ".")}-${one.kind}-${i}@${party}`, description: line.case.id, busyStatus: "FREE", transp: "TRANSPARENT",
    })));
  const { error, value } = createEvents(events);
  if (error || value === undefined) throw error ?? new Error("no calendar");
  return value;
}
