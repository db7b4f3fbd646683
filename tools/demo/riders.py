#!/usr/bin/env python3
"""Synthetic: a day of riders of one metro with the other side's cards and codes, a month of medical bills of
patients treated on the other side, and the faults planted in them. The same numbers give the same bytes.

Usage: tools/demo/riders.py DIR [--trips 100000] [--bills 2000] [--seed 2021] [--rules 2]

For each pair of sides A-B a folder DIR/A-B with, for each side S of it:
    S.gates.csv    what S's own gates recorded by the evening
    S.sent.csv     what S sent to the other side of it: here most faults are planted
    S.later.csv    what comes within three days: late taps, taps sent again, corrections; both sides get it
    S.denied.csv   tokens that S, as issuer, has blocked
    S.bills.ndjson, S.bills-sent.ndjson, S.bills-later.ndjson    the same of S's institutions
and DIR/tariff.json, DIR/planted.tsv (pair, side, kind, token or bill).
"""
import argparse
import json
import pathlib
import random

DAY = "2021-03-04"
BEFORE = "2021-03-03"
COLUMNS = "id,token,at,device,sequence,kind,group,place,medium,issuer,class,corrects"
STATIONS = 40
METROS = {"sichuan": ("chengdu-metro", "成都轨道（合成）"), "chongqing": ("chongqing-metro", "重庆轨道（合成）"),
          "guizhou": ("guiyang-metro", "贵阳轨道（合成）")}
PAIRS = [("chongqing", "sichuan"), ("chongqing", "guizhou"), ("guizhou", "sichuan")]
# Of 100,000 trips: what is wrong, and with how many.
FAULTS = {"missing_exit": 50, "exit_not_sent": 25, "trip_not_sent": 25, "doubled": 50, "late": 50, "wrong_clock": 50,
          "blocked": 25, "block_not_sent": 25, "wrong_station": 15, "repeated_number": 25}


def tariff(rules=2):
    """The published bands of both metros over stations 1,100 m apart, which are synthetic."""
    bands = {"sichuan": [[4000, 200], [8000, 300], [12000, 400], [18000, 500], [24000, 600], [32000, 700], [40000, 800], [50000, 900]],
             "chongqing": [[6000, 200], [11000, 300], [17000, 400], [24000, 500], [32000, 600], [41000, 700], [51000, 800]],
             "guizhou": [[4000, 200], [8000, 300], [12000, 400], [18000, 500], [24000, 600], [32000, 700], [50000, 800]]}
    groups = {}
    for party, (group, operator) in METROS.items():
        metres = [[f"{group}-{a}", f"{group}-{b}", (b - a) * 1100] for a in range(STATIONS) for b in range(a + 1, STATIONS)]
        groups[group] = {"party": party, "bands": bands[party], "metres": metres, "limit": 10800, "overtime": 1000,
                         "same_place_within": 1200, "same_place": 200, "missing": 1000, "operators": [{"name": operator}]}
    return {"tariff": "metros-synthetic", "version": 1, "rules": rules, "from": "2021-01-01", "day_begins": 14400, "fee": 3000, "denied_after": 3600,
            "groups": groups,
            "discounts": [{"name": "card", "media": ["card"], "ppm": 100000, "borne_by": "place"},
                          {"name": "student", "classes": ["student"], "ppm": 500000, "borne_by": "place"}],
            "caps": [{"name": "day", "period": "day", "limit": 1500, "borne_by": "place"}]}


def clock(seconds, day=DAY):
    return f"{day} {seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


class Gates:
    """One side's gates, as the riders of the other side pass them."""

    def __init__(self, rng, place, issuer, trips):
        self.rng, self.place, self.issuer = rng, place, issuer
        self.group = METROS[place][0]
        self.sequence = {}
        self.trips = []
        token = 0
        while len(self.trips) < trips:
            token += 1
            name = f"{issuer}-{token:06}"
            medium = "card" if rng.random() < 0.3 else "qr"
            rider = "student" if rng.random() < 0.1 else "adult"
            start = 6 * 3600 + rng.randrange(6 * 3600)
            for _ in range(rng.choice((1, 1, 2, 2, 3))):
                if len(self.trips) == trips or start > 22 * 3600:
                    break
                a, b = rng.sample(range(STATIONS), 2)
                stay = 240 + abs(a - b) * 110 + rng.randrange(300)
                self.trips.append([self.tap(name, medium, rider, "in", a, start),
                                   self.tap(name, medium, rider, "out", b, start + stay)])
                start += stay + 1800 + rng.randrange(3 * 3600)

    def tap(self, token, medium, rider, kind, station, at):
        device = f"{self.group}-{station}-{self.rng.randrange(8)}"
        number = self.sequence[device] = self.sequence.get(device, 0) + 1
        return {"id": f"{device}-{number}", "token": token, "at": clock(at), "device": device, "sequence": number, "kind": kind,
                "group": self.group, "place": f"{self.group}-{station}", "medium": medium, "issuer": self.issuer, "class": rider,
                "corrects": ""}


def corrected(tap, **changes):
    return {**tap, **changes, "id": tap["id"] + ".c", "corrects": tap["id"]}


def faults_of(gates, trips, planted):
    """(recorded by the evening, sent to the issuer's side, later to both, blocked tokens, of which not sent)"""
    rng = gates.rng
    recorded = [list(trip) for trip in gates.trips]
    sent = [list(trip) for trip in gates.trips]
    later, denied, unsent = [], [], []
    wanted = [kind for kind, count in FAULTS.items() for _ in range(max(1, count * trips // 100_000))]
    # One fault a token, so that each stands by itself.
    by_token = {}
    for at, trip in enumerate(gates.trips):
        by_token.setdefault(trip[0]["token"], []).append(at)
    tokens = rng.sample(sorted(by_token)[1:], len(wanted))
    for kind, token in zip(wanted, tokens):
        at = by_token[token][-1]
        trip = gates.trips[at]
        planted.append((kind, token))
        if kind == "missing_exit":
            recorded[at] = sent[at] = trip[:1]
        elif kind == "exit_not_sent":
            sent[at] = trip[:1]
            later += trip[1:]
        elif kind == "trip_not_sent":
            sent[at] = []
            later += trip
        elif kind == "doubled":
            sent[at] = trip + trip
        elif kind == "late":
            recorded[at] = sent[at] = []
            later += trip
        elif kind == "wrong_clock":
            # The gate was a day behind; its operator knew and set right its own copy only.
            wrong = {**trip[0], "at": BEFORE + trip[0]["at"][10:]}
            sent[at] = [wrong, trip[1]]
            later.append(corrected(trip[0]))
        elif kind in ("blocked", "block_not_sent"):
            denied.append({"token": token, "at": clock(0)})
            unsent += [denied[-1]] if kind == "block_not_sent" else []
        elif kind == "wrong_station":
            entry, old = (int(tap["place"].rsplit("-", 1)[1]) for tap in trip)
            # So far from the true one that the fare is another.
            near, far = (entry - 1, 0) if entry >= 20 else (entry + 1, STATIONS - 1)
            other = near if abs(entry - old) >= 7 else far
            sent[at] = [trip[0], {**trip[1], "place": f"{gates.group}-{other}"}]
            later.append(corrected(trip[1]))
        else:
            # A terminal that repeats a number: an export that trusts numbers loses the second tap.
            twin = {**trip[1], "id": gates.trips[0][1]["id"], "sequence": gates.trips[0][1]["sequence"],
                    "device": gates.trips[0][1]["device"]}
            recorded[at] = [trip[0], twin]
            sent[at] = trip[:1]
            later.append(twin)
    return recorded, sent, later, denied, unsent


def write_csv(path, rows, columns=COLUMNS):
    names = columns.split(",")
    with path.open("w") as file:
        file.write(columns + "\n")
        for row in rows:
            file.write(",".join(str(row[name]) for name in names) + "\n")


def bill(rng, insured, treated, number):
    lines = []
    for _ in range(20):
        price = rng.randrange(500, 60_000)
        kind = rng.choice("AAAABBC")
        lines.append({"list": kind, "price": price, "limit": 0 if kind == "C" else price - rng.choice((0, 0, 0, price // 10)),
                      "own_first": 100 if kind == "B" else 0})
    return {"bill": f"{treated}-H{number:06}", "insured": insured, "treated": treated, "institution": f"{treated}-hospital-{rng.randrange(20)}",
            "day": f"2021-03-{rng.randrange(1, 32):02}", "lines": lines, "policy": {"deductible": 80_000, "rate": 800, "cap": 20_000_000},
            "used": {"deductible": rng.choice((0, 80_000)), "pool": 0}, "note": "synthetic"}


def bills_of(rng, insured, treated, count, planted):
    """(written, sent, later): a bill in fifty is in dispute."""
    written = [bill(rng, insured, treated, number) for number in range(1, count + 1)]
    sent, later = [], []
    for at, one in enumerate(written):
        if at % 100 == 17:
            planted.append(("bill_not_sent", one["bill"]))
            later.append(one)
        elif at % 100 == 67:
            # The insured side contests a line: it stands in another list there.
            planted.append(("line_contested", one["bill"]))
            lines = [dict(line) for line in one["lines"]]
            lines[3].update(list="B", own_first=300)
            sent.append({**one, "lines": lines})
            lines = [dict(line) for line in one["lines"]]
            lines[3].update(list="B", own_first=200)
            later.append({**one, "lines": lines, "version": 2})
        else:
            sent.append(one)
    return written, sent, later


def write_ndjson(path, rows):
    with path.open("w") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("dir", type=pathlib.Path)
    parser.add_argument("--trips", type=int, default=100_000)
    parser.add_argument("--bills", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=2021)
    parser.add_argument("--rules", type=int, default=2, help="of the tariff (docs/formats/tariff.md)")
    args = parser.parse_args()
    args.dir.mkdir(parents=True, exist_ok=True)
    (args.dir / "tariff.json").write_text(json.dumps(tariff(args.rules), ensure_ascii=False) + "\n")
    rows = ["pair\tside\tkind\twhat"]
    for pair in PAIRS:
        folder = args.dir / "-".join(pair)
        folder.mkdir(exist_ok=True)
        # The third side is there for the netting: few riders, and no bills.
        main_pair = "guizhou" not in pair
        trips = args.trips // 2 if main_pair else args.trips // 50
        for place, issuer in (pair, pair[::-1]):
            rng = random.Random(f"{args.seed} {place} {issuer}")
            planted = []
            gates = Gates(rng, place, issuer, trips)
            if main_pair:
                recorded, sent, later, denied, unsent = faults_of(gates, args.trips // 2, planted)
            else:
                recorded, sent, later, denied, unsent = gates.trips, gates.trips, [], [], []
            write_csv(folder / f"{place}.gates.csv", [tap for trip in recorded for tap in trip])
            write_csv(folder / f"{place}.sent.csv", [tap for trip in sent for tap in trip])
            write_csv(folder / f"{place}.later.csv", later)
            write_csv(folder / f"{issuer}.denied.csv", denied, "token,at")
            write_csv(folder / f"{issuer}.denied-sent.csv", [one for one in denied if one not in unsent], "token,at")
            if main_pair:
                written, sent, later = bills_of(rng, issuer, place, args.bills // 2, planted)
                write_ndjson(folder / f"{place}.bills.ndjson", written)
                write_ndjson(folder / f"{place}.bills-sent.ndjson", sent)
                write_ndjson(folder / f"{place}.bills-later.ndjson", later)
            rows += ["\t".join(("-".join(pair), place, *one)) for one in planted]
    (args.dir / "planted.tsv").write_text("\n".join(rows) + "\n")


if __name__ == "__main__":
    main()
