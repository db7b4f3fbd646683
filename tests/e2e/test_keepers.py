"""Two sides make one record while the link is down; two officers settle which of the two stands."""

import unittest

from support import CircleTest, Refused, bashu

ROADS = """\
bashu: 1
pack: roads
version: 1
title: {zh: 道路, en: Roads}
types:
  code: {type: text, min: 1, max: 20, class: public, title: {zh: 编号, en: Code}}
  length: {type: int, min: 0, class: public, title: {zh: 里程, en: Length}}
registers:
  road:
    title: {zh: 道路, en: Roads}
    kept: shared
    public: true
    key: [code]
    fields: {code: code, length: length}
services:
  look:
    title: {zh: 查看, en: Look}
    parties: {one: {clerk: all, chief: all}}
    fields: {code: code}
    start: {owner: one, by: [clerk, chief], form: [code], to: done}
    states: {done: {title: {zh: 已办结, en: Done}, final: true}}
figures:
  total: {title: {zh: 总里程, en: Length in all}, of: road, sum: entry.length}
scenarios:
  - title: nothing
    today: 2026-03-02
    steps: [{figure: total, is: 0}]
"""


class Keepers(CircleTest):
    PACK = ROADS

    def make(self, party):
        node = super().make(party)
        node.add_key("registrar", "registrar", ["*:clerk"], may=["registrar"])
        return node

    def put(self, party, code, length):
        answer = self.nodes[party].as_("registrar").post(
            "/packs/roads/registers/road/records", {"records": [{"code": code, "length": length}]})
        self.assertEqual(answer["taken"], 1)

    def road(self, party):
        rows = self.nodes[party].as_("clerk").get("/packs/roads/registers/road", key="G5")["records"]
        self.assertEqual(len(rows), 1)
        return rows[0]

    def figure(self, party):
        return self.nodes[party].as_("clerk").get("/figures/roads/total", as_of="2026-03-02")

    def settle(self, party, keeper):
        said = bashu("contested", "roads/road", "G5", "--stands", keeper, "--note", "as measured",
                     "--api", self.nodes[party].url, "--key", self.nodes[party].keys["chief"])
        self.deliver()
        return said

    def test_two_officers_settle_two_keepers(self):
        chongqing, sichuan = self.nodes["chongqing"], self.nodes["sichuan"]
        self.put("chongqing", "G93", 100)
        self.deliver()
        sichuan.stop()
        self.put("chongqing", "G5", 30)
        chongqing.stop()
        sichuan.start()
        self.put("sichuan", "G5", 31)
        chongqing.start()
        self.deliver()

        # Meanwhile each figure tells both values, and where the rows are.
        for party, own in (("chongqing", 130), ("sichuan", 131)):
            figure = self.figure(party)
            self.assertEqual(figure["value"], own)
            self.assertEqual({one["party"]: one["value"] for one in figure["contested"]["under"]},
                             {"chongqing": 130, "sichuan": 131})
            self.assertEqual([(row["register"], row["key"]) for row in figure["contested"]["rows"]],
                             [("roads/road", "G5")])
            road = self.road(party)
            self.assertEqual(road["keeper"], party)
            self.assertEqual({one["keeper"] for one in road["claims"]}, {"chongqing", "sichuan"})
        said = bashu("contested", "roads/road", "--lang", "en", "--api", sichuan.url,
                     "--key", sichuan.keys["clerk"])
        self.assertIn("chongqing since 2026-03-02", said)
        self.assertIn("31", said)

        # A signature for what is not the row any more, or by no office, is refused.
        with self.assertRaises(Refused) as refused:
            sichuan.as_("chief").post("/packs/roads/registers/road/settle",
                                      {"key": "G5", "keeper": "chongqing", "content": "sha256:0",
                                       "note": "as measured"})
        self.assertEqual(refused.exception.code, "conflict")

        self.settle("chongqing", "sichuan")
        self.assertIn("contested", self.road("sichuan"))
        self.assertEqual([one["by"] for one in self.road("sichuan")["signed"]], ["chongqing"])
        chongqing.stop()  # what was signed is in the journal
        chongqing.start()
        self.settle("sichuan", "sichuan")
        roads = [self.road(party) for party in ("chongqing", "sichuan")]
        for road in roads:
            self.assertEqual((road["keeper"], road["fields"]["length"]), ("sichuan", 31))
            self.assertNotIn("contested", road)
        for party in ("chongqing", "sichuan"):
            figure = self.figure(party)
            self.assertEqual(figure["value"], 131)
            self.assertNotIn("contested", figure)
        # The record is Sichuan's now; its changes arrive.
        self.put("sichuan", "G5", 33)
        self.deliver()
        self.assertEqual(self.figure("chongqing")["value"], 133)
        self.verify("chongqing", "sichuan")

    def test_a_sum_beyond_what_json_holds_stops_no_channel(self):
        most = 2**53 - 1
        for code in ("G1", "G2"):
            self.put("chongqing", code, most)
        self.deliver()
        for party in ("chongqing", "sichuan"):
            self.assertEqual(self.figure(party)["value"], str(2 * most))
            self.nodes[party].as_("admin").post("/figures/publish", {"as_of": "2026-03-02"})
        self.deliver()
        self.put("chongqing", "G3", 1)
        self.deliver()
        for party, node in self.nodes.items():
            self.assertEqual(node.held(), [], party)
            self.assertEqual([one["stopped"] for one in node.channels().values()], [""], party)
            self.assertEqual(self.figure(party)["value"], str(2 * most + 1))
        self.verify("chongqing", "sichuan")


if __name__ == "__main__":
    unittest.main()
