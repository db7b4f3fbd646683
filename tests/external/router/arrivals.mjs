// Earliest arrivals as the router `minotor` finds them in a GTFS feed.
//
//     node arrivals.mjs FEED DAY OUT.csv HH:MM... [--from ID...]
//
// The file: from,to,at,arrives_s (seconds after midnight; empty if never), every pair of stops,
//     from the origins named if any are.
// The last line printed: how many questions were answered, and the milliseconds that took.
import { writeFileSync } from "node:fs";
import { Query, Router, Time } from "minotor";
import { GtfsParser } from "minotor/parser";

const [feed, day, out, ...rest] = process.argv.slice(2);
const named = rest.indexOf("--from");
const times = named < 0 ? rest : rest.slice(0, named);
const { timetable, stopsIndex } = await new GtfsParser(feed).parse(new Date(`${day}T12:00:00`));
const router = new Router(timetable, stopsIndex);
const stops = [...stopsIndex.stopsMap.keys()].sort();
const origins = named < 0 ? stops : rest.slice(named + 1);

const rows = ["from,to,at,arrives_s"];
let spent = 0, questions = 0;
for (const at of times) {
  for (const from of origins) {
    // Without a destination an answer is whole for every stop.
    const query = new Query.Builder().from(from).to([]).departureTime(Time.fromString(at)).maxTransfers(20).build();
    const begun = performance.now();
    const answer = router.route(query);
    spent += performance.now() - begun;
    ++questions;
    for (const to of stops) if (from !== to) rows.push([from, to, at, answer.arrivalAt(to)?.time.toSeconds() ?? ""].join());
  }
}
writeFileSync(out, `${rows.join("\n")}\n`);
console.log(`${questions} ${spent.toFixed(1)}`);
