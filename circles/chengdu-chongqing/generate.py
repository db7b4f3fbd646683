#!/usr/bin/env python3
"""Records of the reference circle: named facts from facts/, and synthetic ones beside them.

    generate.py DIRECTORY [--scale PERCENT]

writes DIRECTORY/<party>/<phase>-<name>.ndjson, rows for `bashu import`. Files named `facts-` hold
what facts/ states; all others are synthetic: numbers begin with SYN-, names end in （合成）. They are
sized so that the published figures come out as published, and differ, consistently, a year earlier
and later. The same bytes are written every time.

Phase 1 is what a party records for itself. Phase 2 needs what the other one recorded: the own half
of a sided field, and postings that both load into their own books. Some records differ between the
sides on purpose: divergences.tsv. `--scale` thins the large files (figures of more than a thousand
then no longer come out); tests use it.
"""

import argparse
import datetime
import hashlib
import json
import pathlib
import random

HERE = pathlib.Path(__file__).resolve().parent
SC, CQ = "sichuan", "chongqing"
SIDES = (SC, CQ)
YI = 10_000_000_000  # fen in 100 million yuan
WAN = 1_000_000  # fen in 10,000 yuan
SYNTHETIC = "（合成）"


def other(side):
    return CQ if side == SC else SC


def day(text):
    return datetime.date.fromisoformat(text)


def days_between(rng, first, last):
    """A day from `first` to `last`, both included."""
    first, last = day(first), day(last)
    return str(first + datetime.timedelta(rng.randrange((last - first).days + 1)))


def spread(rng, total, parts, least=0):
    """`parts` positive integers that sum to `total`, none far from the mean."""
    return divide(total, [rng.randrange(50, 151) for _ in range(parts)], least)


def divide(total, weights, least=0):
    """By weights; the last takes the remainder."""
    whole = sum(weights)
    out = [max(least, total * w // whole) for w in weights]
    out[-1] += total - sum(out)
    assert out[-1] >= least
    return out


def months(first, last):
    year, month = map(int, first.split("-"))
    while f"{year:04}-{month:02}" <= last:
        yield f"{year:04}-{month:02}"
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)


def firm(division, serial):
    """A unified social credit code (GB 32100) with correct check characters, of nobody.

    Computed apart from src/base/ids.cc on purpose: data is made without a node, and an import, which judges
    every code by ids.cc, would warn of each one on which the two disagree.
    """
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    body = "MA"
    for _ in range(6):
        serial, digit = divmod(serial, 31)
        body += alphabet[digit]
    value = {c: i for i, c in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")}
    rest = 11 - sum(value[c] * w for c, w in zip(body, (3, 7, 9, 10, 5, 8, 4, 2))) % 11
    code = "91" + division + body + {10: "X", 11: "0"}.get(rest, str(rest))
    weighted = sum(alphabet.index(c) * pow(3, i, 31) for i, c in enumerate(code))
    return code + alphabet[(31 - weighted % 31) % 31]


def digest(*parts):
    return "sha256:" + hashlib.sha256("/".join(map(str, parts)).encode()).hexdigest()


class Circle:
    """What will be written: rows by party, phase and name of the file."""

    def __init__(self, scale):
        self.scale = scale
        self.files = {}
        self.firms = 0

    def add(self, side, phase, file, to, /, **row):
        self.files.setdefault((side, phase, file), []).append((to, row))

    def both(self, file, to, /, **row):
        """Into the books of both sides."""
        for side in SIDES:
            self.add(side, 2, file, to, **row)

    def many(self, count):
        """How many of a large file's records there are."""
        return max(1, count * self.scale // 100)

    def firm(self, side):
        self.firms += 1
        return firm("500000" if side == CQ else "510000", self.firms)

    def write(self, directory):
        total = 0
        for (side, phase, name), rows in sorted(self.files.items()):
            path = directory / side / f"{phase}-{name}.ndjson"
            path.parent.mkdir(parents=True, exist_ok=True)
            with open(path, "w", encoding="utf-8") as out:
                for to, row in rows:
                    json.dump({"to": to, **row}, out, ensure_ascii=False, separators=(",", ":"))
                    out.write("\n")
            total += len(rows)
        return total


def facts(circle):
    for path in sorted((HERE / "facts").glob("*.ndjson")):
        for text in path.read_text(encoding="utf-8").splitlines():
            one = json.loads(text)
            name = path.stem
            circle.add(one["at"], one["phase"], "0-facts-" + name, one["to"], **one["row"])


def mechanism(circle, rng):
    for side in SIDES:
        for i in range(5):
            circle.add(side, 1, "mechanism", "mechanism/postings", number=f"SYN-JO-{side[:2]}-{i + 1}",
                       home=side, host=other(side), unit="联合办公室" + SYNTHETIC,
                       programme="joint_office", starts_on="2020-07-01", ends_on="2022-06-30")
        for year in range(2020, 2025):
            for i in range(50):
                row = {}
                if i == 7:  # recalled early: still one of the fifty sent
                    row["recalled_on"] = f"{year + 1}-03-01"
                circle.add(side, 1, "mechanism", "mechanism/postings",
                           number=f"SYN-YC-{side[:2]}-{year}-{i + 1}", home=side, host=other(side),
                           unit=f"第{i % 31 + 1}挂职单位" + SYNTHETIC, programme="young",
                           starts_on=f"{year}-09-15", ends_on=f"{year + 1}-09-14", **row)


def joint_programme(circle, rng):
    items = [f"YD-{i:02}" for i in range(1, 96)]
    for code in items[3:]:
        circle.add(SC, 1, "joint-programme", "joint-programme/items", code=code,
                   title=f"首批通办事项{code}" + SYNTHETIC, batch=1)
    # Divergence: a district's list counts 97, two of them taken on one side only.
    for code in ("YB-96", "YB-97"):
        circle.add(CQ, 1, "joint-programme", "joint-programme/items", code=code,
                   title=f"区县另列事项{code}" + SYNTHETIC, batch=1)
        circle.add(CQ, 2, "joint-programme", "joint-programme/live", code=code, live_on="2020-12-31")
    for i, code in enumerate(items):
        for side in SIDES:
            early = (i * 7 + (side == CQ)) % 3 == 0
            circle.add(side, 2, "joint-programme", "joint-programme/live", code=code,
                       live_on="2020-12-28" if early else "2020-12-31")
    second = [f"EP-{i:03}" for i in range(1, 116)]
    for code in second:
        circle.add(CQ, 1, "joint-programme", "joint-programme/items", code=code,
                   title=f"第二批通办事项{code}" + SYNTHETIC, batch=2)
        for side in SIDES:
            circle.add(side, 2, "joint-programme", "joint-programme/live", code=code,
                       live_on="2021-12-31")
    # 1.2 million cases in the first three months, 53,800 and 27,000 and 20,200 of the three largest.
    quarter = {"YD-01": 53_800, "YD-02": 27_000, "YD-03": 20_200}
    rest = items[3:]
    for code, count in zip(rest, spread(rng, 1_200_000 - sum(quarter.values()), len(rest), 500)):
        quarter[code] = count
    for code in items:
        six = spread(rng, quarter[code], 6)
        later = [c * rng.randrange(95, 125) // 100 for c in six for _ in range(3)]
        for i, month in enumerate(months("2021-01", "2021-12")):
            for s, side in enumerate(SIDES):
                count = six[i * 2 + s] if i < 3 else later[(i - 3) * 2 + s]
                circle.add(side, 2, "joint-programme", "joint-programme/feeds/handled", code=code,
                           side=side, month=month, count=count)


def major_projects(circle, rng):
    feed = "major-projects/feeds/projects"
    codes = [("CY-W-01", "2020-07-30")]

    def put(code, name, kind, total, listed_on, **row):
        side = SIDES[len(codes) % 2]
        circle.add(side, 1, "major-projects", feed, code=code, name=name + SYNTHETIC, kind=kind,
                   total=total, listed_on=listed_on, **row)
        codes.append((code, listed_on))

    # 31 in 2020, CNY 556.3 bn, transport 451.6 bn: what the facts name has 403.3 + 25.
    road = spread(rng, (4516 - 4033 - 250) * YI, 13)
    contact = {"leader_contact": True}
    for i in range(11):
        put(f"SYN-H-{i + 1:02}", f"省际公路{i + 1}", "transport", road[i], "2020-07-30", mode="road",
            **(contact if i < 2 else {}))
    for i in range(2):
        put(f"SYN-W-{i + 2:02}", f"航道整治{i + 1}", "transport", road[11 + i], "2020-07-30",
            mode="water")
    rest = spread(rng, (5563 - 4516) * YI, 12)
    for i, kind in enumerate(["logistics"] * 5 + ["industry"] * 5 + ["network"] * 2):
        put(f"SYN-{kind[0].upper()}-{i + 1:02}", f"{kind}项目{i + 1}", kind, rest[i], "2020-07-30",
            **(contact if i in (0, 5, 10) else {}))
    # 67 in 2021, CNY 1.57 trn.
    added = spread(rng, (15_700 - 5563) * YI - 6_927_300_000_000, 35)
    for i in range(35):
        put(f"SYN-X-{i + 1:02}", f"新增项目{i + 1}", ("industry", "logistics", "network")[i % 3],
            added[i], "2021-03-01")
    # Started: 56 of them by the end of May 2021, 58 by the end of June (five by the facts).
    starts = {}
    for i, (code, listed) in enumerate(codes):
        if i < 51:
            last = "2020-12-31" if listed < "2021" and i < 26 else "2021-05-31"
            starts[code] = days_between(rng, "2020-01-10" if last < "2021" else "2021-01-05", last)
        elif i < 53:
            starts[code] = days_between(rng, "2021-06-05", "2021-06-30")
        else:
            starts[code] = days_between(rng, "2021-10-01", "2022-12-31")
    for i, code in enumerate(starts):
        for s, side in enumerate(SIDES):
            if i % 3 == 2 and s == 1:
                continue  # a stretch of one side only
            started = day(starts[code]) + datetime.timedelta(s * 40 if i % 3 else 0)
            circle.add(side, 2, "major-projects", "major-projects/starts", source="SYN-2021",
                       code=code, started_on=str(started))
    # The shipping centre: eleven parts, nine begun by June 2021, never counted beside it.
    for i in range(11):
        circle.add(CQ, 1, "major-projects", feed, code=f"CY-W-01-{i + 1:02}",
                   name=f"航运中心子项目{i + 1}" + SYNTHETIC, kind="transport", mode="water",
                   parent="CY-W-01", total=2 * YI, listed_on="2020-07-30")
        circle.add(CQ, 2, "major-projects", "major-projects/starts", source="SYN-2021",
                   code=f"CY-W-01-{i + 1:02}",
                   started_on="2021-03-15" if i < 9 else "2021-11-01")
    # Programmes of their own, not on the list.
    city = spread(rng, 1300 * YI, 79)
    centre = spread(rng, 4000 * YI, 200)
    for i, total in enumerate(city):
        circle.add(CQ, 1, "major-projects", feed, code=f"SYN-SC-{i + 1:03}",
                   name=f"科学城集中开工项目{i + 1}" + SYNTHETIC, kind="industry",
                   programme="science_city", total=total, listed_on="2021-05-27")
    for i, total in enumerate(centre):
        circle.add(SIDES[i % 2], 1, "major-projects", feed, code=f"SYN-RC-{i + 1:03}",
                   name=f"科学中心储备项目{i + 1}" + SYNTHETIC, kind="industry",
                   programme="science_centre", total=total,
                   listed_on=days_between(rng, "2020-11-01", "2021-09-01"))
    for i in range(15):
        circle.add(SIDES[i % 2], 1, "major-projects", feed, code=f"SYN-SI-{i + 1:02}",
                   name=f"科技基础设施{i + 1}" + SYNTHETIC, kind="industry",
                   programme="infrastructure", total=30 * YI,
                   listed_on=days_between(rng, "2020-11-01", "2021-09-01"))
    # Invested: 35.4 bn in 2020; in 2021 32.385 bn by May, 41.46 bn by June; in all 144.71 by May.
    month_total = {"2019-12": 769_25 * YI // 100}
    for name, amount in zip(months("2020-01", "2020-12"), spread(rng, 354 * YI, 12)):
        month_total[name] = amount
    for name, amount in zip(months("2021-01", "2021-05"), spread(rng, 323_85 * YI // 100, 5)):
        month_total[name] = amount
    month_total["2021-06"] = 90_75 * YI // 100
    for name, amount in zip(months("2021-07", "2021-12"), spread(rng, 595 * YI, 6)):
        month_total[name] = amount
    named = {"CY-R-01": "2020-12-25", "CY-R-02": "2020-12-16", "CY-R-03": "2015-12-01",
             "CY-R-04": "2020-05-01", "CY-R-05": "2020-07-30"}
    for month, total in month_total.items():
        begun = sorted(code for code, on in {**starts, **named}.items() if on[:7] <= month)
        lines = [(code, side) for code in begun for side in SIDES]
        for (code, side), amount in zip(lines, spread(rng, total, len(lines))):
            row = {"code": code, "side": side, "reader": CQ if side == SC else SC, "month": month, "amount": amount}
            # Divergence: a line that came late is in the books of one side only.
            late = month == "2021-08" and (code, side) == ("CY-R-02", SC)
            for at in SIDES:
                if not (late and at == SC):
                    circle.add(at, 2, "investment", "major-projects/investments", **row)


def platforms(circle, rng):
    firms = [circle.firm(SIDES[i % 2]) for i in range(170)]
    settled = []
    for i, code in enumerate(firms):
        row = {}
        if i < 104:  # of the older park, dated back
            on = days_between(rng, "2012-01-01", "2019-12-31")
        elif i < 136:  # settled by September 2021, seven left before: 129
            on = days_between(rng, "2020-01-01", "2021-09-20")
        else:
            on = days_between(rng, "2021-10-01", "2023-12-31")
        if i % 15 == 3 and i < 104:
            row["left_on"] = days_between(rng, "2021-01-10", "2021-09-10")
        settled.append((code, on))
        circle.add(SC, 1, "platforms", "platforms/tenants", source="SYN-2021", platform="gaozhu",
                   firm=code, name=f"高竹企业{i + 1}" + SYNTHETIC, settled_on=on, **row)
    # 2020: output CNY 6.8 bn, 27.6 % more than in 2019; profits and taxes CNY 110 m.
    output = {2018: 467_000_000_000, 2019: 532_915_360_502, 2020: 680_000_000_000,
              2021: 812_600_000_000, 2022: 905_300_000_000}
    together = {2018: 7_400_000_000, 2019: 8_650_000_000, 2020: 11_000_000_000,
                2021: 13_900_000_000, 2022: 15_100_000_000}
    size = {code: rng.randrange(50, 151) for code in firms}
    for year, total in output.items():
        there = [code for code, on in settled if int(on[:4]) <= year]
        before = {code for code, on in settled if int(on[:4]) < year}
        profit_tax = spread(rng, together[year] + len(there) * 40 * WAN, len(there), 0)
        # In its first year an enterprise turns out a fifth of what it will.
        weights = [size[code] * rng.randrange(95, 106) // (1 if code in before else 5)
                   for code in there]
        for i, (code, out) in enumerate(zip(there, divide(total, weights))):
            tax = profit_tax[i] // 3
            row = dict(platform="gaozhu", firm=code, year=year, credited=SIDES[i % 2], reader=SIDES[(i + 1) % 2],
                       comparable=year > 2018 and code in before, output=out,
                       profit=profit_tax[i] - tax - 40 * WAN, tax=tax)
            circle.add(CQ, 2, "platforms", "platforms/returns", **row)
            # Divergence: one enterprise restated its 2021 on one side only.
            if year == 2021 and i == 11:
                row["output"] += 150 * WAN
            circle.add(SC, 2, "platforms", "platforms/returns", **row)


def exchange(circle, rng):
    sectors = ["transport", "industry", "technology", "science", "education", "talent", "ecology",
               "services", "general"]
    # 236 in 2020, 252 by the third joint meeting of 2021-05-27.
    signed = [days_between(rng, "2020-03-20", "2020-12-30") for _ in range(236)]
    signed += [days_between(rng, "2021-01-10", "2021-05-26") for _ in range(16)]
    signed += [days_between(rng, "2021-06-05", "2021-12-25") for _ in range(39)]
    signed += [days_between(rng, "2022-01-10", "2022-12-25") for _ in range(58)]
    for i, on in enumerate(signed):
        row = {}
        if i in (30, 60, 90):  # superseded, not forgotten
            row = {"ended_on": signed[240 + i // 30], "superseded_by": f"SYN-XY-{241 + i // 30}"}
        circle.add(SIDES[i % 2], 1, "exchange", "exchange/agreements", number=f"SYN-XY-{i + 1}",
                   title=f"合作协议{i + 1}" + SYNTHETIC, level=("department", "district", "province")[i % 7 % 3],
                   sector=sectors[i % 9], signatories=2 + i % 4, signed_on=on, **row)
    # 133 mutual visits in science and education by September 2021, recorded by both sides.
    visits = [("science", "education")[i % 2] for i in range(133)] + [sectors[i % 3] for i in range(60)]
    held = [days_between(rng, "2020-04-10", "2021-09-10") for _ in visits]
    visits += [("science", "education")[i % 2] for i in range(48)]
    held += [days_between(rng, "2021-10-01", "2022-08-31") for _ in range(48)]
    for i, (sector, on) in enumerate(zip(visits, held)):
        first = SIDES[i % 2]
        number, persons = f"SYN-HF-{i + 1}", 3 + i % 12
        later = str(day(on) + datetime.timedelta(2 + i % 5))
        circle.add(first, 1, "exchange", "exchange/visits", number=number, host=first,
                   guest=other(first), sector=sector, subject=f"互访{i + 1}" + SYNTHETIC, held_on=on,
                   persons=persons, recorded_on=later)
        circle.add(other(first), 2, "exchange", "exchange/visits_paired", number=number, held_on=on,
                   persons=persons, recorded_on=later)
    # Divergence: one of them a second time, under the guest's own number; nobody confirms it.
    circle.add(CQ, 1, "exchange", "exchange/visits", number="SYN-HF-1-CQ", host=SC, guest=CQ,
               sector="science", subject="互访1（重复登记）" + SYNTHETIC, held_on=held[0], persons=3,
               recorded_on=str(day(held[0]) + datetime.timedelta(9)))
    # Divergence: a late record. The other side confirms it months after the visit.
    circle.add(SC, 1, "exchange", "exchange/visits", number="SYN-HF-LATE", host=SC, guest=CQ,
               sector="industry", subject="产业对接（迟报）" + SYNTHETIC, held_on="2021-07-01", persons=4,
               recorded_on="2021-07-02")
    circle.add(CQ, 2, "exchange", "exchange/visits_paired", number="SYN-HF-LATE",
               held_on="2021-07-01", persons=4, recorded_on="2021-12-20")
    for kind, level, count, name in (("education", "province", 26, "教育联盟"),
                                     ("technology", "province", 24, "技术创新战略联盟"),
                                     ("technology", "district", 9, "区县技术联盟"),
                                     ("talent", "department", 12, "人才联盟")):
        for i in range(count + 3):
            row = {}
            on = days_between(rng, "2020-04-01", "2021-09-01")
            if i == count:  # dissolved before September 2021
                row["dissolved_on"] = "2021-09-10"
            elif i > count:
                on = days_between(rng, "2021-10-01", "2022-06-30")
            circle.add(SIDES[i % 2], 1, "exchange", "exchange/alliances", source="SYN-2021",
                       number=f"SYN-LM-{kind[:2]}-{level[:1]}-{i + 1}",
                       name=f"{name}{i + 1}" + SYNTHETIC, sector=kind, level=level, founded_on=on, **row)
    for side, count in ((SC, 655), (CQ, 602)):
        for i in range(count):
            circle.add(side, 1, "exchange", "exchange/participations",
                       programme=f"SYN-JL-{i % 40 + 1}", person=f"SYN-{side[:2]}-{i * 9 // 10}",
                       sector="talent", day=days_between(rng, "2020-06-01", "2021-09-20" if i % 10 else "2022-05-30"))


def transport(circle, rng):
    rows = []
    # 27 planned: 19 are named in the facts; two built ones and six others are known by number only.
    for i in range(2):
        rows.append((f"SYN-XB-{i + 1}", "已建省际通道（名称待核实）", "2014-12-31", True))
    for i in range(6):
        rows.append((f"SYN-XP-{i + 1}", "规划省际通道（名称待核实）", "2020-01-03", False))
    for i, (code, name, planned, open_) in enumerate(rows):
        circle.add(SIDES[i % 2], 1, "transport", "transport/corridors", source="SYN-2021", code=code,
                   name=f"{name}{i + 1}" + SYNTHETIC, mode="expressway", crosses=True,
                   length=80_000 + i * 1_000, planned_on=planned)
        for side in SIDES if open_ else ():
            circle.add(side, 2, "transport", "transport/sections", source="SYN-2021", code=code,
                       opened_on=planned, through_on=planned)
    # Bus lines: 7 in 2020, the 8th on 2021-01-20, 20 by July 2023.
    opened = [days_between(rng, "2020-09-01", "2020-12-25") for _ in range(4)]
    opened += [days_between(rng, "2021-10-10", "2022-06-20") for _ in range(11)]
    for i, on in enumerate(opened):
        code = f"SYN-B{i + 4 if i < 4 else i + 5:02}"
        circle.add(SIDES[i % 2], 1, "transport", "transport/corridors", source="SYN-2021", code=code,
                   name=f"川渝城际公交{i + 4}" + SYNTHETIC, mode="bus", crosses=True, length=22_000 + i * 900,
                   planned_on=on)
        for side in SIDES:
            circle.add(side, 2, "transport", "transport/sections", source="SYN-2021", code=code,
                       opened_on=on, through_on=on)
    # Timetables before and after 2020-12-24; nothing faster than the fact.
    stations = [("成都东", "沙坪坝"), ("成都东", "重庆北"), ("沙坪坝", "成都东"), ("重庆北", "成都东")]
    for season, first, last, least in (("A", "2019-12-30", "2020-12-23", 83),
                                       ("B", "2020-12-24", "2022-06-19", 63),
                                       ("C", "2022-06-20", None, 62)):
        for i in range(174):
            start = 360 + i * 5
            minutes = least + (0 if i == 40 else 3 + (i * 7) % 60)
            row = {} if last is None else {"valid_to": last}
            circle.add(CQ, 1, "transport", "transport/trips", source="SYN-2021",
                       number=f"SYN-{season}{8500 + i}", from_station=stations[i % 4][0],
                       to_station=stations[i % 4][1], departs=start, arrives=start + minutes,
                       valid_from=first, **row)
    # Use of the joint code: 38.73 m accounts and 3.16 m opened in the first quarter of 2023.
    names = list(months("2020-12", "2023-03"))
    early = spread(rng, 38_730_000 - 3_160_000, (len(names) - 3) * 2)
    opened = early + spread(rng, 3_160_000, 6)
    for i, month in enumerate(names):
        for s, side in enumerate(SIDES):
            circle.add(side, 1, "transport", "transport/feeds/usage", source="SYN-2021", side=side,
                       month=month, opened=opened[i * 2 + s],
                       both=254_000 if month == "2023-03" else 20_000 + i * 8_000)
    # Taps of riders away from home; both sides load the files of the day after.
    for i in range(circle.many(14_000)):
        issuer = SIDES[i % 2]
        place = other(issuer)
        on = days_between(rng, "2021-06-01", "2021-08-30")
        filed = str(day(on) + datetime.timedelta(1 + (i % 50 == 0)))
        row = dict(terminal=f"SYN-T{i % 400:03}", serial=i, medium=f"SYN-M-{rng.randrange(4_000)}",
                   kind="card" if i % 3 else "code", issuer=issuer, place=place, day=on,
                   filed_on=filed, gross=200 + 100 * (i * 13 % 8))
        circle.both("taps", "transport/taps", **row)
    # Divergence: a terminal's file of one evening reached only the side of the place.
    for i in range(12):
        circle.add(CQ, 2, "taps-late", "transport/taps", terminal="SYN-T-LATE", serial=i,
                   medium=f"SYN-M-{i}", kind="code", issuer=SC, place=CQ, day="2021-08-30",
                   filed_on="2021-09-03", gross=400)


def industry(circle, rng):
    def invest(side, code, on, agreed, sector, leader, home, host, **row):
        circle.add(side, 1, "industry", "industry/investments", source="SYN-2021", code=code,
                   name=f"投资项目{code}" + SYNTHETIC, sector=sector, investor=circle.firm(home),
                   leader=leader, home=home, host=host, agreed=agreed, signed_on=on, **row)

    leaders = spread(rng, 247 * YI, 10)  # ten leading enterprises of Sichuan in Chongqing
    others = spread(rng, 512 * YI - 247 * YI, 166)
    vouchers = 0
    for i in range(176):
        lead = i < 10
        on = days_between(rng, "2020-03-01", "2020-12-28")
        row = {}
        if i % 3 == 0:
            row = {"registered": 5 * YI // 10, "registered_on": str(day(on) + datetime.timedelta(45))}
        if i % 4 == 0:
            row["started_on"] = str(day(on) + datetime.timedelta(150))
        agreed = leaders[i] if lead else others[i - 10]
        home = SC if lead or i % 2 else CQ
        host = CQ if lead else SIDES[i // 2 % 2]
        invest(host, f"SYN-NY-{i + 1:03}", on, agreed, "agri", lead, home, host, **row)
        for part in range(i % 4):
            vouchers += 1
            paid = dict(voucher=f"SYN-DW-{vouchers:04}", code=f"SYN-NY-{i + 1:03}", home=home,
                        amount=agreed // 10, paid_on=days_between(rng, "2021-01-10", "2021-09-10"))
            # Divergence: one payment is on the books of the host only.
            for at in SIDES:
                if not (vouchers == 77 and at == other(host)):
                    circle.add(at, 2, "industry", "industry/paid_in", **paid)
    for i in range(94):
        invest(SIDES[i % 2], f"SYN-NY-{i + 201:03}", days_between(rng, "2021-01-10", "2021-12-20"),
               3 * YI // 10 * (1 + i % 5), "agri", False, SIDES[i // 2 % 2], SIDES[i % 2])
    for i, agreed in enumerate(spread(rng, 665 * YI, 28)):  # 5G: 66.5 bn
        invest(SIDES[i % 2], f"SYN-5G-{i + 1:02}", days_between(rng, "2020-01-10", "2021-09-10"),
               agreed, "network", False, SIDES[i % 2], SIDES[i % 2])
    for i in range(6):
        invest(SIDES[i % 2], f"SYN-5G-{i + 41:02}", days_between(rng, "2021-10-10", "2022-06-10"),
               8 * YI, "network", False, SIDES[i % 2], SIDES[i % 2])
    for month in months("2020-01", "2022-12"):  # more than 80 % in 2021, less before
        for side in SIDES:
            for sector in ("auto", "electronics"):
                total = 60 * YI + rng.randrange(20 * YI)
                share = {"2020": 768, "2021": 815, "2022": 836}[month[:4]] + rng.randrange(-12, 13)
                circle.add(side, 1, "industry", "industry/supplies", source="SYN-2021", side=side,
                           sector=sector, month=month, total=total, inside=total * share // 1000)
    # More than 80,000 5G stations in September 2021.
    for i in range(circle.many(90_400)):
        side = SIDES[i % 2]
        row = {}
        if i % 45 == 7:
            on, generation = days_between(rng, "2016-01-01", "2019-12-31"), "g4"
            if i % 90 == 7:
                row["off_on"] = "2021-06-30"
        elif i % 20 == 3:
            on, generation = days_between(rng, "2021-10-01", "2022-06-30"), "g5"
        else:
            on, generation = days_between(rng, "2019-11-01", "2021-09-20"), "g5"
        circle.add(side, 1, "sites", "industry/sites", source="SYN-2021", site=f"SYN-{i:06}",
                   side=side, generation=generation, live_on=on, **row)
    # One fair: 113,000 consumers, of whom each side counts those that registered with it; deals of
    # nearly 200 million after cancellations.
    circle.many(1)
    for i in range(circle.many(113_000)):
        side = CQ if i % 113 < 60 else SC
        circle.add(side, 2, "fair-visits", "industry/fair_visits", fair="fair-2021",
                   visitor=f"SYN-V-{i:06}", day=days_between(rng, "2021-04-29", "2021-05-05"))
    orders = spread(rng, 19_860_000_000, 2_400)
    for i, amount in enumerate(orders + [800 * WAN // 100 * (1 + i % 9) for i in range(130)]):
        side = SIDES[i % 2]
        circle.add(side, 2, "industry", "industry/fair_orders", fair="fair-2021",
                   order=f"SYN-O-{i:05}", amount=amount,
                   placed_on=days_between(rng, "2021-04-29", "2021-05-05"))
        if i >= len(orders):
            circle.add(side, 2, "order-cancellations", "industry/order_cancellations",
                       fair="fair-2021", order=f"SYN-O-{i:05}",
                       cancelled_on=days_between(rng, "2021-05-10", "2021-08-31"))
    for i in range(86):  # more than 70 by September 2021, published by both
        code = f"SYN-L-{i + 1:02}"
        circle.add(SIDES[i % 2], 1, "industry", "industry/routes", source="SYN-2021", code=code,
                   name=f"巴蜀旅游线路{i + 1}" + SYNTHETIC, crosses=True)
        on = days_between(rng, "2020-06-01", "2021-09-01") if i < 73 else "2021-12-01"
        for s, side in enumerate(SIDES):
            # Divergence: the last three were published by one side only.
            if i < 83 or s == 0:
                circle.add(side, 2, "industry", "industry/route_dates", source="SYN-2021", code=code,
                           published_on=on if i < 83 else "2021-08-01")


def innovation(circle, rng):
    for kind, zone, count, name in (("research", "western-science-city", 43, "新型研发机构"),
                                    ("highend", "liangjiang", 30, "高端创新机构"),
                                    ("ecosystem", "shapingba", 6, "环大学创新生态圈")):
        for i in range(count + 4):
            row = {}
            on = days_between(rng, "2020-02-01", "2021-09-10")
            if i in (count, count + 1):  # introduced and gone again
                on, row = "2020-03-01", {"left_on": "2021-08-31"}
            elif i > count:
                on = days_between(rng, "2021-10-10", "2022-08-31")
            circle.add(CQ, 1, "innovation", "innovation/institutions", source="SYN-2021",
                       code=f"SYN-{kind[:2].upper()}-{i + 1:02}", name=f"{name}{i + 1}" + SYNTHETIC,
                       kind=kind, zone=zone, side=CQ, introduced_on=on, **row)
    voucher = 0
    for on, amount in (("2021-07-05", 4 * YI), ("2021-08-16", 3 * YI), ("2021-11-22", 5 * YI)):
        voucher += 1
        circle.both("innovation", "innovation/calls", voucher=f"SYN-SJ-{voucher}",
                    fund="achievement-1", amount=amount, day=on)
    circle.both("innovation", "innovation/feeds/investments", voucher="SYN-TZ-1",
                fund="achievement-1", amount=2 * YI, day="2021-09-01")
    # Divergence: a further call is on the books of one side only.
    circle.add(CQ, 2, "innovation", "innovation/calls", voucher="SYN-SJ-9", fund="achievement-1",
               amount=YI // 2, day="2021-09-15")
    kinds = ["information", "materials", "biomedicine", "machinery", "agriculture", "environment"]
    employers = {side: [circle.firm(side) for _ in range(180)] for side in SIDES}
    for side, count in ((CQ, 4_630), (SC, 3_790)):  # 8,420 in the first batch
        for i in range(circle.many(count + 2_200)):
            first = i < count
            row = {}
            on = "2021-06-30" if first else "2022-04-30"
            if first and i % 400 == 11:
                row["left_on"] = "2022-03-31"
            circle.add(side, 1, "experts", "innovation/experts", source="SYN-2021",
                       person=f"SYN-ZJ-{side[:2]}-{i:05}", speciality=kinds[i % 6],
                       employer=employers[side][i % 180], available=i % 17 != 0,
                       batch=1 if first else 2, shared_on=on, **row)


def ecology(circle, rng):
    for i, name in enumerate(("甲", "乙", "丙")):
        circle.add(CQ, 1, "ecology", "ecology/designations", source="SYN-2021", kind="industrial",
                   code=f"SYN-TS-{i + 1}", name=f"国家特色产业基地{name}" + SYNTHETIC, side=CQ,
                   approved_on="2021-03-31")
    rounds = [("2020-1", "2020-10-12"), ("2020-2", "2020-12-07"), ("2021-1", "2021-03-08"),
              ("2021-2", "2021-05-17"), ("2021-3", "2021-08-16"), ("2021-4", "2021-11-15")]
    for number, on in rounds:
        circle.add(CQ, 1, "ecology", "ecology/feeds/rounds", source="SYN-2021", number=f"SYN-{number}",
                   theme="air", started_on=on, ended_on=str(day(on) + datetime.timedelta(19)))
    circle.add(SC, 1, "ecology", "ecology/feeds/rounds", source="SYN-2021", number="SYN-W-2021-1",
               theme="water", started_on="2021-10-11", ended_on="2021-10-20")
    firms = [circle.firm(SIDES[i % 2]) for i in range(290)]
    seen = 0
    for r, (number, on) in enumerate(rounds):
        fresh = (49, 49, 48, 48, 48, 40)[r]  # 242 in five rounds
        again = 0 if r == 0 else 8  # visited before: counted once
        some = firms[seen:seen + fresh] + [firms[rng.randrange(seen)] for _ in range(again)]
        seen += fresh
        for i, code in enumerate(some):
            circle.add(CQ, 1, "ecology", "ecology/feeds/visits", number=f"SYN-{number}-{i + 1}",
                       round=f"SYN-{number}", firm=code, local=SIDES[i % 2],
                       visited_on=str(day(on) + datetime.timedelta(i % 19)))
        for i in range((32, 32, 32, 32, 31, 28)[r]):  # 159 in five rounds
            assigned = day(on) + datetime.timedelta(20)
            row = {}
            if i % 9:
                row["closed_on"] = str(assigned + datetime.timedelta(20 + i))
            if i % 6 == 1:
                row["escalated_on"] = str(assigned + datetime.timedelta(40))
            circle.add(CQ, 1, "ecology", "ecology/feeds/findings", source="SYN-2021",
                       number=f"SYN-{number}-F{i + 1}", round=f"SYN-{number}", firm=some[i],
                       local=SIDES[i % 2], assigned_on=str(assigned),
                       due=str(assigned + datetime.timedelta(30)), **row)


def hazardous_waste(circle, rng):
    pack = "hazardous-waste/feeds/"
    wastes = [("HW31", "900-052-31"), ("HW29", "900-023-29"), ("HW49", "900-045-49")]
    receivers = [(circle.firm(SIDES[i % 2]), SIDES[i % 2]) for i in range(15)]
    for i, (code, side) in enumerate(receivers):
        circle.add(side, 1, "hazardous-waste", pack + "receivers", receiver=code,
                   name=f"危废接受单位{i + 1}" + SYNTHETIC, licence=f"SYN-JY-{i + 1:02}",
                   capacity=60_000_000, valid_to="2026-12-31", standing="open")
    for i in range(60):
        circle.add(SIDES[i % 2], 1, "hazardous-waste", pack + "carriers",
                   carrier=circle.firm(SIDES[i % 2]), valid_to="2026-12-31")
    producers = {side: [circle.firm(side) for _ in range(30)] for side in SIDES}

    def approve(number, on, quantity, i, track="whitelist", outcome="granted"):
        receiver, destination = receivers[i % 15]
        origin = other(destination)
        waste, code = wastes[i % 3]
        circle.add(origin, 1, "hazardous-waste", pack + "approvals", number=number, origin=origin,
                   destination=destination, producer=producers[origin][i % 30], receiver=receiver,
                   waste=waste, code=code, quantity=quantity, track=track, outcome=outcome,
                   decided_on=on)

    for i, quantity in enumerate(spread(rng, 480_000_000, 94)):  # 480,000 t by September 2021
        approve(f"SYN-BMD-{i + 1:03}", days_between(rng, "2020-04-08", "2021-09-17"), quantity, i)
    for i, quantity in enumerate(spread(rng, 190_000_000, 37)):
        approve(f"SYN-BMD-{i + 201:03}", days_between(rng, "2021-10-08", "2022-09-16"), quantity, i)
    for i in range(40):
        approve(f"SYN-SQ-{i + 1:03}", days_between(rng, "2019-03-01", "2022-06-30"), 900_000, i,
                "ordinary", "refused" if i % 8 == 3 else "granted")
    # What really moved in 2020: about 50,000 t.
    for year, total in ((2020, 50_300_000), (2021, 81_600_000)):
        for i, mass in enumerate(spread(rng, total, 15)):
            receiver, destination = receivers[i]
            circle.add(destination, 1, "hazardous-waste", pack + "receipts_before",
                       origin=other(destination), year=year, receiver=receiver, waste=wastes[i % 3][0],
                       mass=mass, agreed_on=f"{year + 1}-01-28")
    # Stock of plants: opening, treated, residue; what is left over is the closing stock.
    for i, (code, side) in enumerate(receivers):
        circle.add(side, 1, "hazardous-waste", pack + "stocktaking", sheet=f"SYN-PD-{i + 1:02}",
                   receiver=code, waste=wastes[i % 3][0], change="opening", mass=2_400_000 + i * 70_000,
                   day="2021-01-01", reason="期初盘点" + SYNTHETIC)
        for m in range(1, 13):
            circle.add(side, 1, "hazardous-waste", pack + "treatment",
                       sheet=f"SYN-CZ-{i + 1:02}-{m:02}", receiver=code, waste=wastes[i % 3][0],
                       treated=150_000 + m * 1_000, residue=9_000, day=f"2021-{m:02}-25")


def reform(circle, rng):
    pack = "reform/feeds/"
    for name, batch, count, first, last in (("major", 1, 11, "2020-11-01", "2021-09-01"),
                                            ("services", 1, 30, "2021-03-01", "2021-03-01"),
                                            ("services", 2, 28, "2022-02-28", "2022-02-28")):
        for i in range(count + 1):
            row = {}
            number = f"SYN-{name[0].upper()}{batch}-{i + 1:02}"
            on = days_between(rng, first, last)
            if i == count:  # dropped again before September 2021, or in the same year
                row["dropped_on"] = "2021-09-15" if batch == 1 else "2022-06-01"
            circle.add(SIDES[i % 2], 1, "reform", pack + "items", source="SYN-2021", number=number,
                       list=name, batch=batch, text=f"改革事项{number}" + SYNTHETIC, listed_on=on, **row)
            for s, side in enumerate(SIDES):
                if batch == 1 and i % 3 != 2 and (i % 3 == 0 or s == 0):
                    circle.add(side, 2, "reform", pack + "items_done", number=number,
                               done_on="2021-12-15" if s else "2021-11-20")
    for i in range(58):
        row = {}
        on = days_between(rng, "2020-09-01", "2021-09-10") if i < 50 else "2021-11-30"
        if i % 5 == 0:
            row["ministry_from"] = str(day(on) + datetime.timedelta(30))
        if i % 3 == 0:
            row["resolved_on"] = str(day(on) + datetime.timedelta(200))
        circle.add(CQ, 1, "reform", pack + "issues", source="SYN-2021", number=f"SYN-ZM-{i + 1:02}",
                   list="opening", text=f"自贸区协同开放问题{i + 1}" + SYNTHETIC, raised_on=on, **row)


def licences(circle, rng):
    for i in range(4):
        colour = ("black", "red")[i % 2]
        circle.add(CQ, 1, "licences", "licences/bases", source="SYN-2021", code=f"SYN-YJ-{i + 1}",
                   text=f"名单依据{i + 1}" + SYNTHETIC, colour=colour, measures="重点监管" if i % 2 == 0 else "绿色通道",
                   years=3, valid_from="2021-01-01")
    for i in range(circle.many(6_000)):
        side = SIDES[i % 2]
        on = days_between(rng, "2021-01-01", "2022-06-30")
        circle.add(side, 1, "licences", "licences/feeds/licences", source="SYN-2021",
                   number=f"SYN-ZZ-{i + 1:05}", kind=("营业执照", "食品经营许可证")[i % 2] + SYNTHETIC,
                   holder=circle.firm(side), authority=side,
                   window=other(side) if i % 4 == 0 else side, valid_from=on, valid_to="2031-12-31",
                   seal=digest("licence", i))


def railway_express(circle, rng):
    # Openings 4,520 + 4,610; 4,960 runs in 2020: 14,090 at its end.
    joint = 0
    for year, each in ((2020, 2_480), (2021, 2_600)):
        for side, operator, partner in ((CQ, "yuxinou", "rongou"), (SC, "rongou", "yuxinou")):
            for i in range(each):
                on = str(day(f"{year}-01-01") + datetime.timedelta(i * 364 // each))
                row = {}
                if i % 60 == 9:
                    joint += 1
                    row["joint_with"] = partner
                # Divergence: a joint train of 2021 is on record with both operators.
                both = year == 2021 and side == CQ and i == 69
                number = f"SYN-{operator[:2].upper()}{year % 100}{i:04}"
                if i % 700 == 5:
                    circle.add(side, 1, "railway-express", "railway-express/feeds/runs",
                               train=number + "C", departed_on=on, operator=operator, side=side,
                               direction="out", boxes=0, cancelled_on=on)
                circle.add(side, 1, "railway-express", "railway-express/feeds/runs", train=number,
                           departed_on=on, operator=operator, side=side,
                           direction=("out", "back")[i % 2], boxes=60 + i % 45, **row)
                if both:
                    circle.add(SC, 1, "railway-express", "railway-express/feeds/runs",
                               train="SYN-RO21-TWICE", departed_on=on, operator="rongou", side=SC,
                               direction="back", boxes=60 + i % 45, joint_with="yuxinou")


def household_migration(circle, rng):
    grounds = ["work", "study", "spouse", "parents", "home"]
    # 11,000 by September 2021, a third of them in 2020; 15,600 a year later.
    for i in range(circle.many(15_600)):
        destination = SIDES[i % 2]
        place = i * 15_600 // circle.many(15_600)
        if place < 3_700:
            on = days_between(rng, "2020-09-01", "2020-12-31")
        elif place < 11_000:
            on = days_between(rng, "2021-01-01", "2021-09-25")
        else:
            on = days_between(rng, "2021-09-26", "2022-09-20")
        row = {}
        if i % 25:
            row["settled_on"] = str(day(on) + datetime.timedelta(2 + i % 4))
        circle.add(destination, 1, "migration", "household-migration/migrations",
                   number=f"SYN-QY-{i + 1:05}", origin=other(destination), destination=destination,
                   ground=grounds[i % 5], received_on=on, **row)


def medical_institutions(circle, rng):
    pack = "medical-institutions/feeds/"
    # Capabilities of one side's institutions: [only inpatient, only outpatient, both, drugs]
    # Chongqing: 1,835 institutions, 745 of them before 2021. Both: inpatient 5,122, outpatient 8,982.
    plan = {CQ: (235, 635, 865, 100), SC: (1_100, 4_560, 2_922, 500)}
    late = {CQ: 120, SC: 260}  # after September 2021
    for side, counts in plan.items():
        division = "500100" if side == CQ else "510100"
        kinds = []
        for kind, count in zip(("in", "out", "both", "drugs"), counts):
            kinds += [kind] * count
        rng.shuffle(kinds)
        before = 745 if side == CQ else len(kinds) * 2 // 5
        kinds = kinds[:circle.many(len(kinds))]
        for i, kind in enumerate(kinds + ["out"] * circle.many(late[side])):
            pharmacy = kind == "drugs"
            code = f"{'P' if pharmacy else 'H'}{division}{i + 1:05}"
            if i < before:
                on = days_between(rng, "2019-06-01", "2020-12-31")
            elif i < len(kinds):
                on = days_between(rng, "2021-01-01", "2021-09-20")
            else:
                on = days_between(rng, "2021-10-01", "2022-08-31")
            circle.add(side, 1, "medical-1-institutions", pack + "institutions", source="SYN-2021", code=code,
                       name=f"定点机构{i + 1}" + SYNTHETIC, kind="pharmacy" if pharmacy else "hospital",
                       place=side, level=0 if pharmacy else 1 + i % 3, contracted_on="2018-01-01")
            for ability in {"in": ["inpatient"], "out": ["outpatient"],
                            "both": ["inpatient", "outpatient"], "drugs": ["drugs"]}[kind]:
                circle.add(side, 1, "medical-2-capabilities", pack + "capabilities", source="SYN-2021",
                           institution=code, ability=ability, place=side, insured=other(side),
                           live_from=on)


def housing(circle, rng):
    for i in range(349 + 70):
        side = SIDES[i % 2]
        row = {}
        on = days_between(rng, "2020-10-01", "2021-09-10")
        if i >= 409:
            on = days_between(rng, "2021-10-10", "2022-08-31")
        elif i >= 379:
            on, row = "2020-11-01", {"sold_out_on": "2021-08-01"}
        elif i >= 349:
            on, row = "2020-11-01", {"withdrawn_on": "2021-07-01"}
        elif i % 10 == 4:
            row = {"sold_out_on": "2022-03-01"}
        circle.add(side, 1, "housing", "housing/projects", source="SYN-2021",
                   permit=f"SYN-{'渝' if side == CQ else '川'}预售-{i + 1:03}",
                   name=f"展示项目{i + 1}" + SYNTHETIC, developer=circle.firm(side), home=side,
                   displayed_from=on, **row)


def talent_cards(circle, rng):
    # Divergence: a ninth service is offered by one side only.
    circle.add(SC, 1, "talent-cards", "talent-cards/feeds/services", code="syn-library",
               name="图书馆通借" + SYNTHETIC)
    circle.add(SC, 2, "talent-cards", "talent-cards/offers", source="SYN-2021", code="syn-library",
               offered_from="2021-06-01")
    for side in SIDES:
        for year in (2021, 2022):
            for grade, cards in (("a", 60), ("b", 300), ("c", 900)):
                circle.add(side, 1, "talent-cards", "talent-cards/quotas", source="SYN-2021", year=year,
                           grade=grade, cards=cards)
        for grade, treated in (("a", "a"), ("b", "b"), ("c", "c")):
            circle.add(side, 1, "talent-cards", "talent-cards/grades", source="SYN-2021", issuer=side,
                       grade=grade, treated_as=treated)
        for i in range(circle.many(1_900)):
            on = days_between(rng, "2020-01-01", "2022-03-31")
            row = {}
            if i % 97 == 5:
                row["revoked_on"] = str(day(on) + datetime.timedelta(400))
            circle.add(side, 1, "talent-cards", "talent-cards/feeds/cards", source="SYN-2021",
                       number=f"SYN-{side[:2].upper()}-{i + 1:05}", issuer=side,
                       grade="abccc"[i % 5], valid_from=on,
                       valid_to=str(day(on) + datetime.timedelta(3 * 365)),
                       seal=digest("card", side, i), **row)


PARTS = (mechanism, joint_programme, major_projects, platforms, exchange, transport, industry,
         innovation, ecology, hazardous_waste, reform, licences, railway_express,
         household_migration, medical_institutions, housing, talent_cards)


def generate(directory, scale=100):
    """Writes all files; gives the number of rows."""
    circle = Circle(scale)
    facts(circle)
    for part in PARTS:
        part(circle, random.Random("chengdu-chongqing/" + part.__name__))
    return circle.write(pathlib.Path(directory))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("--scale", type=int, default=100, help="per cent of the large files")
    arguments = parser.parse_args()
    print(f"{generate(arguments.directory, arguments.scale):,} rows")


if __name__ == "__main__":
    main()
