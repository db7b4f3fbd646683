"""A second opinion on journey times: a public router of other authors, and of another algorithm, is asked
about the same GTFS feeds as ours.

It knows no time for a change within a station and no trains of the evening before, so feeds have neither. Where it walks it
may miss an arrival, since it keeps the last way found to a station and not the best: it is never to be earlier there."""

import csv
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest
import zipfile

import city_feed

ROUTER = pathlib.Path(__file__).resolve().parents[1] / "external" / "router"
RAIL = pathlib.Path(__file__).resolve().parents[2] / "circles" / "chengdu-chongqing" / "network"
BASHU = os.environ["BASHU_BIN"]
A_DAY_S = 86_400  # nobody looks further ahead
TIMES = ["06:00", "07:10", "11:37", "16:20"]


def installed():
    """The router as its lock file says, beside what was built."""
    folder = pathlib.Path(BASHU).resolve().parent / "second-router"
    folder.mkdir(exist_ok=True)
    for name in ("package.json", "package-lock.json", "arrivals.mjs"):
        shutil.copy(ROUTER / name, folder)
    mark = folder / "node_modules" / ".package-lock.json"
    wanted = json.loads((ROUTER / "package-lock.json").read_text())["packages"]["node_modules/minotor"]["version"]
    if not mark.exists() or json.loads(mark.read_text())["packages"].get("node_modules/minotor", {}).get("version") != wanted:
        subprocess.run(["npm", "ci", "--silent", "--no-audit", "--no-fund"], cwd=folder, check=True)
    return folder


def differing(ours, others):
    return {pair: (ours.get(pair), others.get(pair)) for pair in ours.keys() | others.keys() if ours.get(pair) != others.get(pair)}


def seconds(at):
    return int(at[:2]) * 3600 + int(at[3:]) * 60


class SecondOpinion(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.router = installed()

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.feed = pathlib.Path(folder.name) / "feed.zip"

    def others(self, day):
        out = self.feed.with_suffix(".csv")
        subprocess.run(["node", "arrivals.mjs", self.feed, day, out, *TIMES], cwd=self.router, check=True, stdout=subprocess.PIPE)
        with out.open(newline="") as rows:
            return {(row["at"], row["from"], row["to"]): int(row["arrives_s"]) - seconds(row["at"])
                    for row in csv.DictReader(rows) if row["arrives_s"] and int(row["arrives_s"]) - seconds(row["at"]) <= A_DAY_S}

    def ours(self, day):
        found = {}
        for at in TIMES:
            text = subprocess.run([BASHU, "network", "matrix", self.feed, "--on", day, "--at", at, "--until", at, "--within", "1440"],
                                  check=True, capture_output=True, text=True).stdout
            for row in csv.DictReader(text.splitlines()):
                found[at, row["from"], row["to"]] = int(row["best_s"])
        return found

    def test_cities_without_walks_to_the_second(self):
        for seed in range(1, 5):
            with self.subTest(seed=seed):
                city_feed.write(self.feed, stations=60, lines=9, trips=700, walks=0, seed=seed)
                ours = self.ours(city_feed.DAY)
                self.assertGreater(len(ours), 5_000)
                self.assertEqual(differing(ours, self.others(city_feed.DAY)), {})

    def test_with_walks_it_is_never_earlier(self):
        for seed in range(1, 5):
            with self.subTest(seed=seed):
                city_feed.write(self.feed, stations=60, lines=9, trips=700, walks=12, seed=seed)
                ours, others = self.ours(city_feed.DAY), self.others(city_feed.DAY)
                earlier = {pair: (at, ours.get(pair)) for pair, at in others.items() if at < ours.get(pair, A_DAY_S)}
                self.assertEqual(earlier, {})
                same = sum(others.get(pair) == at for pair, at in ours.items())
                self.assertGreater(same / len(ours), 0.8)

    def test_the_railway_of_the_two_provinces(self):
        whole = self.feed.with_name("rail.zip")
        subprocess.run([BASHU, "network", "export", RAIL, "--on", "2021-01-30", "--out", whole], check=True, stdout=subprocess.PIPE)
        # One day; no time for a change; trains leave half a minute after the minute, so that none leaves as one arrives.
        with zipfile.ZipFile(whole) as source, zipfile.ZipFile(self.feed, "w") as feed:
            for name in source.namelist():
                lines = source.read(name).decode().splitlines()
                if name == "calendar_dates.txt":
                    lines = [lines[0], *(line for line in lines[1:] if "20210130" in line)]
                if name == "transfers.txt":
                    lines = [line.replace(",2,600", ",2,0") for line in lines]
                if name == "stop_times.txt":
                    lines = [lines[0], *(later(line) for line in lines[1:])]
                feed.writestr(name, "\n".join([*lines, ""]))
        ours = self.ours("2021-01-30")
        self.assertGreater(len(ours), 800)
        self.assertEqual(differing(ours, self.others("2021-01-30")), {})


def later(line):
    cells = line.split(",")
    cells[2] = cells[2].removesuffix("00") + "30"
    return ",".join(cells)


if __name__ == "__main__":
    unittest.main()
