"""Synthetic data that has the form of real data: division codes and waste codes are real, check digits
are right, quantities are plausible; firms, licences, vehicles, persons and addresses are invented.
The same seed gives the same data.
"""

import datetime
import functools
import json
import random

from node import ROOT, bashu

CALENDAR = ROOT / "circles" / "calendar-cn.yaml"
SEED = 20200401  # the day the White List came into force
T = 1000  # kilograms in a tonne: masses are stored in kilograms

CODES = [
    # category, code, name, share of applications, usual lot in tonnes
    ("HW31", "900-052-31", "废铅蓄电池", 70, (3_000, 12_000)),
    ("HW49", "900-045-49", "废线路板", 22, (400, 2_000)),
    ("HW29", "900-023-29", "废荧光灯管", 8, (20, 120)),
]
CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def divisions(day):
    """Code to name, of what is in force on that day (circles/divisions.tsv)."""
    found = {}
    text = (ROOT / "circles" / "divisions.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    for row in rows[1:]:
        code, name, since, until = row[0], row[1], row[3], row[4]
        if (not since or since <= day) and (not until or until > day):
            found[code] = name
    return found


@functools.cache
def holidays():
    """(weekdays off, weekend days worked) of circles/calendar-cn.yaml, as sets of dates."""
    read = json.loads(bashu("calendar", "check", CALENDAR, "--json"))
    return tuple({datetime.date.fromisoformat(day) for day in read[kind]} for kind in ("holidays", "workdays"))


def citizen_number(division, born, sequence):
    """GB 11643-1999."""
    head = f"{division}{born:%Y%m%d}{sequence:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return head + "10X98765432"[sum(int(d) * w for d, w in zip(head, weights)) % 11]


def credit_code(division, serial):
    """GB 32100-2015 with an organisation code of GB 11714-1997. `MA` marks new registrations."""
    organisation = f"MA{serial:06d}"
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    value = [int(c) if c.isdigit() else ord(c) - 55 for c in organisation]
    rest = 11 - sum(v * w for v, w in zip(value, weights)) % 11
    head = "91" + division + organisation + ("X" if rest == 10 else "0" if rest == 11 else str(rest))
    total = sum(CREDIT.index(c) * pow(3, i, 31) for i, c in enumerate(head))
    return head + CREDIT[-total % 31]


class Firm:
    def __init__(self, party, name, code, prefecture):
        self.party, self.name, self.code, self.prefecture = party, name, code, prefecture


def firms(party, kind, places, first_serial):
    made = []
    for i, (division, place) in enumerate(places):
        serial = first_serial + i
        made.append(Firm(party, f"{place}{kind}{i + 1}号（合成）", credit_code(division, serial),
                         division))
    return made


class Receiver(Firm):
    def __init__(self, firm, wastes, licence):
        super().__init__(firm.party, firm.name, firm.code, firm.prefecture)
        self.wastes, self.licence = wastes, licence
        self.quota = {}  # category to kilograms


class Application:
    """A permit to come: what is asked for, when, and by how many lorries it is used."""

    def __init__(self, day, producer, receiver, waste, quantity, trips):
        self.day, self.producer, self.receiver, self.waste = day, producer, receiver, waste
        self.quantity, self.trips = quantity, trips


class WhiteListYear:
    """15 plants on two sides, their producers and hauliers, and a year's applications."""

    APPLICATIONS = 94
    APPROVED = 480_000 * T

    def __init__(self, year, working_days, trips=4, seed=SEED):
        self.random = random.Random(seed)
        self.year = year
        names = divisions(f"{year}-01-01")
        place = lambda codes: [(c, names[c]) for c in codes]
        chongqing = place(["500102", "500107", "500115", "500116", "500118", "500151", "500152", "500153"])
        sichuan = place(["510100", "510600", "510700", "510900", "511300", "511500", "511700"])
        self.producers = {
            "chongqing": firms("chongqing", "废物产生单位", place(
                ["500101", "500106", "500109", "500113", "500117", "500119"]), 100),
            "sichuan": firms("sichuan", "废物产生单位", place(
                ["510100", "510500", "510600", "511000", "511400", "511600", "511700", "512000"]), 200)}
        self.carriers = {"chongqing": firms("chongqing", "危货运输", chongqing[:4], 300),
                         "sichuan": firms("sichuan", "危货运输", sichuan[:5], 400)}
        self.receivers = {}
        for party, places, serial in (("chongqing", chongqing, 500), ("sichuan", sichuan, 600)):
            short = "渝" if party == "chongqing" else "川"
            self.receivers[party] = [
                Receiver(firm, ["HW31", "HW49"] if i % 3 == 0 else ["HW29"] if i % 3 == 2 else ["HW31"],
                         f"合成{short}危证第{i + 1:03d}号")
                for i, firm in enumerate(firms(party, "处置厂", places, serial))]
        self.applications = self._applications(working_days, trips)
        for application in self.applications:
            quota = application.receiver.quota
            quota[application.waste] = quota.get(application.waste, 0) + application.quantity
        for receiver in self.receivers["chongqing"] + self.receivers["sichuan"]:
            for waste in receiver.wastes:  # a tenth more than will be asked for
                planned = receiver.quota.get(waste, 0)
                receiver.quota[waste] = (planned * 11 // 10 // (500 * T) + 1) * 500 * T

    def _applications(self, working_days, trips):
        days = [day for day in working_days if day.month <= 10]
        made = []
        for i in range(self.APPLICATIONS):
            origin = "sichuan" if self.random.random() < 0.62 else "chongqing"
            destination = "chongqing" if origin == "sichuan" else "sichuan"
            waste, _, _, _, lot = self.random.choices(CODES, [row[3] for row in CODES])[0]
            takers = [r for r in self.receivers[destination] if waste in r.wastes]
            step = 100 if lot[0] >= 100 else 5
            quantity = self.random.randrange(lot[0], lot[1], step) * T
            made.append(Application(days[i * len(days) // self.APPLICATIONS],
                                    self.random.choice(self.producers[origin]),
                                    self.random.choice(takers), waste, quantity, trips))
        # What is missing to the published total goes to the batteries, a hundred tonnes at a time.
        large = [a for a in made if a.waste == "HW31"]
        missing = self.APPROVED - sum(a.quantity for a in made)
        i = 0
        while abs(missing) >= 100 * T:
            change = 100 * T if missing > 0 else -100 * T
            if large[i % len(large)].quantity + change >= 1_000 * T:
                large[i % len(large)].quantity += change
                missing -= change
            i += 1
        large[-1].quantity += missing
        return made

    def load(self, waste):
        """One lorry: two or three lots."""
        total = {"HW31": (27_000, 32_000), "HW49": (18_000, 26_000), "HW29": (3_000, 6_000)}[waste]
        kilograms = self.random.randrange(*total, 20)
        count = self.random.choice([2, 2, 3])
        share = kilograms // count
        masses = [share] * (count - 1) + [kilograms - share * (count - 1)]
        return [{"lot": f"批{n + 1}", "mass": mass} for n, mass in enumerate(masses)]

    def weighed(self, loads):
        """The other scale: within three thousandths, usually a little less."""
        return [{"lot": one["lot"], "mass": one["mass"] - self.random.randrange(
            -one["mass"] // 1000, one["mass"] * 3 // 1000)} for one in loads]

    def plate(self, party):
        letters = "川A川B川C川F川L川Q" if party == "sichuan" else "渝A渝B渝C渝D"
        i = self.random.randrange(len(letters) // 2)
        tail = "".join(self.random.choice("0123456789ABCDEFGHJKLMNPQRSTUVWXYZ") for _ in range(5))
        return letters[2 * i:2 * i + 2] + tail


SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何罗高林"
GIVEN = "晓明建华丽娟志强秀英海燕国庆玉兰文博雨桐子轩思远嘉怡浩然欣妍俊杰"


class Person:
    def __init__(self, number, name, household, head):
        self.number, self.name, self.household, self.head = number, name, household, head


class Move:
    def __init__(self, day, origin, persons, stay, address, ground):
        self.day, self.origin, self.persons, self.stay = day, origin, persons, stay
        self.destination = "sichuan" if origin == "chongqing" else "chongqing"
        self.address, self.ground = address, ground

    def proof(self):
        """The bytes of the document handed in at the counter."""
        lines = ["%PDF-1.4 合成证明材料（非真实文件）"]
        lines += [f"{p.name} {p.number}" for p in self.persons] + [self.address]
        return "\n".join(lines).encode()


class MigrationMonth:
    """Households that move within one month, both ways."""

    def __init__(self, working_days, count=60, seed=SEED):
        self.random = random.Random(seed + 1)
        self.serial = 0
        self.names = divisions(working_days[0].isoformat())
        self.counties = {
            "chongqing": [c for c in self.names if c.startswith("5001") and c not in ("500100", "500157")],
            "sichuan": [c for c in self.names if c.startswith("51") and not c.endswith("00")]}
        self.moves = [self._move(working_days[i * len(working_days) // count]) for i in range(count)]

    def _person(self, division, household, head, adult=True):
        self.serial += 1
        born = datetime.date(1955 if adult else 2008, 1, 1) + datetime.timedelta(
            days=self.random.randrange(16_000 if adult else 5_500))
        number = citizen_number(division, born, 100 + self.serial % 900)
        given = self.random.sample(range(len(GIVEN) // 2), 1)[0] * 2
        name = self.random.choice(SURNAMES) + GIVEN[given:given + 2] + "（合成）"
        return Person(number, name, household, head)

    def _move(self, day):
        origin = self.random.choice(["chongqing", "sichuan", "sichuan"])
        destination = "sichuan" if origin == "chongqing" else "chongqing"
        home = self.random.choice(self.counties[origin])
        household = f"{home}-{self.serial + 1:05d}"
        persons = [self._person(home, household, True)]
        for _ in range(self.random.choice([0, 0, 1, 2])):
            persons.append(self._person(home, household, False, adult=self.random.random() < 0.4))
        stay = []
        if len(persons) > 1 and self.random.random() < 0.4:  # somebody stays and needs a new head
            stay.append(self._person(home, household, False))
        county = self.random.choice(self.counties[destination])
        province = "重庆市" if destination == "chongqing" else "四川省"
        address = (f"{province}{self.names[county]}合成路{self.random.randrange(1, 300)}号"
                   f"{self.random.randrange(1, 30)}栋{self.random.randrange(101, 3000)}室")
        ground = self.random.choice(["work", "work", "home", "spouse", "parents", "study"])
        return Move(day, origin, persons, stay, address, ground)

    def personal_values(self):
        """Every value that must be found nowhere in plain text: numbers, names, addresses."""
        found = set()
        for move in self.moves:
            found.add(move.address)
            for person in move.persons + move.stay:
                found |= {person.number, person.name}
        return sorted(found)
