"""Stations and timetables as records of both sides: the network of two real nodes.

    python3 -m unittest discover -s tests/circle
"""

import functools
import json
import subprocess
import unittest

import test_import
from test_import import ROOT, load, ndjson, node_api

HOME = ROOT / "circles" / "chengdu-chongqing"
LISTED, NEWER = "2021-01-30", "2021-07-01"
EAST, SHAPINGBA = "510104", "500106"


def rows_of(file):
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


class Timetables(test_import.OnNodes):
    packs = ("transport",)

    @classmethod
    def prepare(cls, node):
        node.start = functools.partial(node.start, "--circle", str(HOME))

    def take(self, party, *files):
        for file in files:
            code, told = self.summary(file, party=party)
            self.assertEqual((code, told["refused"]), (0, 0), told)

    def mail(self):
        node_api.wait_for_mail(list(self.apis.values()))

    def asked(self, path, party, **query):
        """What a node answers, without where in its own journal that stands."""
        api = self.apis[party]
        answer = api.get(f"/network/{path}", at_least=api.position(), **query)
        del answer["position"]
        return answer

    def both(self, path, **query):
        answers = [json.dumps(self.asked(path, party, **query), ensure_ascii=False)
                   for party in ("sichuan", "chongqing")]
        self.assertEqual(*answers)
        return json.loads(answers[0])

    def day(self, on):
        return self.both("journey", origin=EAST, destination=SHAPINGBA, as_of=on)["day"]

    def sides(self, party):
        told = self.asked("sides", party, as_of=NEWER)["sides"]
        return {one["party"]: one for one in told}

    def test_both_nodes_hold_the_network_and_its_changes(self):
        folder = self.both("matrix", as_of=LISTED)
        data = self.work / "rows"
        self.assertGreater(load.timetables(data), 900)
        for party in self.apis:
            self.take(party, data / party / "1-stations.ndjson")
        self.mail()
        self.assertEqual(self.both("matrix", as_of=LISTED), folder)
        for party in self.apis:
            self.take(party, data / party / "2-timetable.ndjson")
        self.mail()
        # What is on record is what the folder told.
        self.assertEqual(self.both("matrix", as_of=LISTED), folder)
        before = self.day(LISTED)
        known_at = {party: api.position() for party, api in self.apis.items()}
        for one in self.sides("sichuan").values():
            self.assertEqual((one["trains_changed"], one["changed"]), (0, 0))
            self.assertEqual(one["timetable"]["valid_from"], LISTED)

        # Chongqing's next edition has nothing that calls at Shapingba.
        kept = [{**row, "source": "SYN-2021-07", "valid_from": NEWER}
                for row in rows_of(data / "chongqing" / "2-timetable.ndjson")
                if not any(call["station"] == "沙坪坝" for call in row.get("calls", []))]
        trains = [row for row in kept if row["to"] == "transport/trains"]
        kept[-1]["trains"] = len(trains)
        self.take("chongqing", self.file("newer.ndjson", ndjson(kept)))
        self.mail()
        self.assertEqual(self.day(LISTED), before)
        after = self.day(NEWER)
        self.assertGreater(after["best_min"], before["best_min"])
        for party, position in known_at.items():
            then = self.asked("journey", party, origin=EAST, destination=SHAPINGBA, as_of=NEWER,
                              known_at=position)
            self.assertEqual(then["day"], before)

        # Sichuan has not taken it: its trains and the pairs of places that change are listed.
        for party in self.apis:
            sides = self.sides(party)
            self.assertEqual(sides["sichuan"]["timetable"]["valid_from"], LISTED)
            self.assertEqual(sides["chongqing"]["timetable"]["valid_from"], NEWER)
            self.assertEqual(sides["chongqing"]["trains_changed"], 0)
            self.assertGreater(sides["sichuan"]["trains_changed"], 20)
            for train in sides["sichuan"]["trains"]:
                self.assertEqual(train["counts"], [])
                self.assertIn("沙坪坝", [call["station"] for call in train["they_say"]])
            pairs = {(pair["a"]["code"], pair["b"]["code"]): pair for pair in sides["sichuan"]["pairs"]}
            pair = pairs[EAST, SHAPINGBA]
            self.assertLess(pair["they_say"], pair["minutes"])

    def test_a_feed_becomes_rows_too(self):
        feed, out = self.work / "feed.zip", self.work / "of-feed"
        network = HOME / "network"

        def bashu(*arguments):
            done = subprocess.run([str(load.program()), "network", *map(str, arguments)],
                                  capture_output=True, text=True, check=False)
            return done.returncode, done.stderr

        self.assertEqual(bashu("export", network, "--on", LISTED, "--out", feed)[0], 0)
        told = ("rows", feed, "--on", LISTED, "--party", "sichuan", "--divisions", "51", "--source",
                "SYN", "--out", out)
        code, said = bashu(*told)
        self.assertNotEqual(code, 0)
        self.assertIn("--counties", said)
        self.assertEqual(bashu(*told, "--counties", network)[0], 0)
        whole = self.work / "of-list"
        load.timetables(whole)
        calls = {row["number"]: row["calls"] for row in rows_of(out / "2-timetable.ndjson")
                 if "calls" in row}
        known = {row["number"]: row["calls"] for row in
                 rows_of(whole / "sichuan" / "2-timetable.ndjson") if "calls" in row}
        self.assertEqual({number: len(some) for number, some in calls.items()},
                         {number: len(some) for number, some in known.items()})


if __name__ == "__main__":
    unittest.main()
