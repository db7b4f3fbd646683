// Netting by a clearing house (docs/formats/clearing.md): the services of a pack by their shape, as the node knows
// them, and what the file of a netting says of each member.
import { get, packs, pagesOf, query } from "@/shared/api";
import type { Elsewhere } from "@/shared/elsewhere";
import { may, position, rolesIn } from "@/shared/session";
import type { Answer, Case, Pages, Service } from "@/shared/types";

export interface HouseServices { membership: Service; share: Service; netting: Service }
const has = (service: Service, names: string[]): boolean => names.every((name) => service.fields.some((one) => one.name === name));
export function houseOf(pages: Pages): HouseServices | null {
  const share = pages.services.find((one) => has(one, ["statements", "texts", "round", "netting", "position", "checked", "released"]));
  const netting = pages.services.find((one) => has(one, ["until", "shares", "file", "root", "signed"]));
  const membership = pages.services.find((one) => one.service === share?.parent);
  return share && netting && membership ? { membership, share, netting } : null;
}

// What cases keep; amounts in fen.
interface File { sha256: string }
export interface Booking { reference: string; day: string; amount: number; bank: string }
export interface Cleared { window: string; other: string; net: number; digest: string }
export interface Membership { name: string; least?: number }
export interface Round { until: string; shares: string[]; file: File; root: string; lines: number; sum: number; signed?: boolean }
export interface Share {
  until: string; hand_in_by: string; confirm_by: string; statements?: Cleared[]; round?: string; netting?: File; root?: string; position?: number; checked?: string;
  released?: number; amount?: number; due_on?: string; pay_on?: string; signed?: boolean; paid_on?: string; bookings?: Booking[]; rounding?: number; interest?: number;
}
export const membershipOf = (one: Case): Membership => one.data as unknown as Membership;
export const roundOf = (one: Case): Round => one.data as unknown as Round;
export const shareOf = (one: Case): Share => one.data as unknown as Share;
// The member came to the root that was published.
export const confirmed = (one: Share): boolean => !!one.checked && one.checked === one.root;

// The file: whoever computes the same writes the same bytes.
export interface Claim { creditor: string; debtor: string; amount: number }
export interface Line { sides: [string, string]; number: number; window?: string; digest: string; owed: Claim[] }
export interface Net { house: string; root: string; lines: Line[]; positions: Record<string, number>; payments: { payer: string; payee: string; amount: number }[]; carried: Claim[] }
export interface Member { party: string; to: number; from: number; net: number }

// What a line says is owed to one of its sides. Below zero it is owed the other way round.
export const owedTo = (line: Line, party: string): number =>
  line.owed.reduce((sum, one) => sum + (one.amount >= 0 && one.creditor === party ? one.amount : one.amount < 0 && one.debtor === party ? -one.amount : 0), 0);
export function membersOf(net: Net): Member[] {
  const parties = new Set([...net.lines.flatMap((line) => line.sides), ...Object.keys(net.positions)]);
  const sum = (party: string, of: (line: Line) => string): number => net.lines.filter((line) => line.sides.includes(party)).reduce((all, line) => all + owedTo(line, of(line)), 0);
  return [...parties].sort().map((party) => ({
    party, to: sum(party, () => party), from: sum(party, (line) => line.sides.find((side) => side !== party) ?? ""), net: net.positions[party] ?? 0,
  }));
}
// The file as a share has it, once it is published with this root, else as the house drew it; null: there is none yet.
export async function fileOf(round: Case | null, shares: Case[]): Promise<Net | null> {
  const published = shares.find((one) => shareOf(one).netting && (!round || shareOf(one).root === roundOf(round).root));
  const held = published ? { of: published.id, file: shareOf(published).netting! } : round ? { of: round.id, file: roundOf(round).file } : null;
  return held ? get<Net>(`/documents/${held.file.sha256}${query({ case: held.of })}`) : null;
}

// The newest cases of each of the services, of every pack that knows a clearing house.
export interface Netted { pages: Pages; house: HouseServices; memberships: Case[]; shares: Case[]; rounds: Case[]; more: boolean }
export const most = 200;  // of a service
export async function nettedIn(): Promise<Netted[]> {
  const held = (await packs()).filter((one) => rolesIn(one.pack).length || may("audit"));
  const all = await Promise.all(held.map(async (one) => {
    const pages = await pagesOf(one.digest);
    const house = houseOf(pages);
    if (!house) return null;
    const [memberships, shares, rounds] = await Promise.all([house.membership, house.share, house.netting].map((service) =>
      get<Answer<"/cases">>(`/cases${query({ pack: pages.pack, service: service.service, limit: most, at_least: position.value })}`)));
    return { pages, house, memberships: memberships!.cases, shares: shares!.cases, rounds: rounds!.cases, more: !!(shares!.next || rounds!.next) };
  }));
  return all.filter((one) => one !== null);
}

// Where a case of clearing is shown as what it is about: the inbox leads to the case, and the case there.
export function pagesAbout(one: Case, pages: Pages): Elsewhere[] {
  const service = pages.services.find((each) => each.service === one.service);
  const window = pages.services.find((each) => has(each, ["until", "first_sketch", "second_lines", "differences", "agreed"]));
  if (!service || !window) return [];
  const house = houseOf(pages);
  if (service === window) return [{ to: `/clearing/${one.id}`, key: "window_shown" }];
  if (service === house?.share || service === house?.netting) return [{ to: `/netting/${one.id}`, key: "netting_shown" }];
  if (service === house?.membership) return [{ to: "/nettings", key: "nettings" }];
  const book = service.service === window.parent ? one.id : String(one.data.book ?? "");
  if (!book) return [];
  const taps = service.service === window.parent && one.data.kind === "taps";
  return [{ to: "/clearing", key: "clearing" }, { to: `/flows/${book}`, key: "flows_side_by_side" }, ...(taps ? [{ to: `/tariff/${book}`, key: "book_tariff" }, { to: `/what-if/${book}`, key: "whatif" }] : [])];
}
