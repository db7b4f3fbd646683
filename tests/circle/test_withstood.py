"""What the circle withstands, on two real nodes: what comes late, what one side alone has adopted.

    python3 -m unittest discover -s tests/circle
"""

import unittest

import test_import
from test_import import ROOT, load, ndjson, node_api


class Withstood(test_import.OnNodes):
    packs = ("industry", "railway-express")

    def known(self, api, as_of, known_at=None):
        return api.get("/figures/industry/base_stations", as_of=as_of, known_at=known_at,
                       at_least=api.position())["value"]

    def test_records_late_about_last_year_change_what_is_said_not_what_was_said(self):
        sites = test_import.sites(3)
        code, _ = self.summary(self.file("in-time.ndjson", ndjson(sites)), "--feed", "industry/sites")
        self.assertEqual(code, 0)
        node_api.wait_for_mail(list(self.apis.values()))
        then = {party: api.position() for party, api in self.apis.items()}
        late = [{**one, "live_on": "2021-06-01"} for one in test_import.sites(2, 100)]
        gone = [{**sites[0], "source": "SYN-LATE", "off_on": "2021-11-01"}]
        code, told = self.summary(self.file("late.ndjson", ndjson(late + gone)), "--feed",
                                  "industry/sites")
        self.assertEqual((code, told["taken"]), (0, 3))
        node_api.wait_for_mail(list(self.apis.values()))
        for party, api in self.apis.items():
            with self.subTest(party):
                # as of a day, known by then and known now
                for as_of, before, now in (("2020-12-31", 0, 0), ("2021-05-31", 3, 3),
                                           ("2021-06-01", 3, 5), ("2021-12-31", 3, 4)):
                    self.assertEqual(self.known(api, as_of, then[party]), before, as_of)
                    self.assertEqual(self.known(api, as_of), now, as_of)

    def test_a_version_adopted_by_one_side_only_stops_nothing(self):
        chongqing = self.apis["chongqing"]
        text = (ROOT / "packs" / "railway-express.yaml").read_text(encoding="utf-8")
        self.assertEqual(text.count("\nversion: 1\n"), 1)
        second = self.file("second.yaml", text.replace("\nversion: 1\n", "\nversion: 2\n"))

        def adopt(api):
            done = load.by_two(api, "pack", "adopt", str(second))
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            node_api.wait_for_mail(list(self.apis.values()))

        def offer(api, partner, train):
            case = api.call("POST", "/cases", {
                "pack": "railway-express", "service": "train", "role": "operator",
                "parties": {"lead": api.party, "partner": partner.party},
                "with": {"operator": "rongou", "train": train, "direction": "out",
                         "planned_on": "2026-01-08", "boxes": 80}})["case"]
            node_api.wait_for_mail(list(self.apis.values()))
            here, there = (one.get(f"/cases/{case}", at_least=one.position()) for one in (api, partner))
            self.assertEqual((here["state"], there["state"]), ("offered", "offered"))
            self.assertEqual(here["pack_digest"], there["pack_digest"])
            return case, here["pack_digest"]

        running, first = offer(self.sichuan, chongqing, "X1")
        adopt(self.sichuan)
        # What runs goes on; what either side opens by name is of the version both have.
        chongqing.call("POST", f"/cases/{running}/events/join", {
            "role": "operator", "with": {"partner_operator": "yuxinou", "partner_boxes": 10}})
        node_api.wait_for_mail(list(self.apis.values()))
        for api in self.apis.values():
            self.assertEqual(api.get(f"/cases/{running}", at_least=api.position())["state"],
                             "scheduled")
        self.assertEqual(offer(self.sichuan, chongqing, "X2")[1], first)
        self.assertEqual(offer(chongqing, self.sichuan, "X3")[1], first)
        adopt(chongqing)
        self.assertNotEqual(offer(self.sichuan, chongqing, "X4")[1], first)
        self.assertEqual(self.sichuan.get(f"/cases/{running}")["pack_digest"], first)


if __name__ == "__main__":
    unittest.main()
