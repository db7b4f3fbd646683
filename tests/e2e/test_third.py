"""A third party joins a circle at work, with a pack nobody has seen before: no line of src/ knows
either."""

import unittest

from support import CircleTest, bashu, mail_delivered, wait_until

WATER = """\
bashu: 1
pack: river-notices
version: 1
title: {zh: 跨界河流通报, en: Notices on shared rivers}
types:
  river: {type: text, min: 1, max: 40, class: public, title: {zh: 河流, en: River}}
  milligrams: {type: quantity, unit: mg/L, scale: 3, min: 0, class: public, title: {zh: 浓度, en: Concentration}}
services:
  notice:
    title: {zh: 通报, en: Notice}
    parties: {upstream: {clerk: all}, downstream: {clerk: all}}
    fields: {river: river, measured: milligrams}
    start: {owner: upstream, by: clerk, form: [river, measured], to: sent}
    states:
      sent:
        title: {zh: 已通报, en: Sent}
        owner: downstream
        events:
          confirm: {title: {zh: 确认, en: Confirm}, by: clerk, to: confirmed}
          late: {title: {zh: 逾期, en: Late}, by: system, do: {task: {zh: 请确认, en: Please confirm}, for: clerk}}
      confirmed: {title: {zh: 已确认, en: Confirmed}, final: true}
    clocks:
      answer: {working_days: 1, runs_in: sent, breach: late}
figures:
  notices: {title: {zh: 通报数, en: Notices}, of: notice, from: case.opened, count: true, split: {river: data.river}}
  between: {title: {zh: 双方通报数, en: Notices of the two}, of: notice, concerns: parties, from: case.opened, count: true}
  sent: {title: {zh: 发出通报数, en: Notices sent}, of: notice, concerns: opener, from: case.opened, count: true}
scenarios:
  - title: a notice
    today: 2026-03-02
    steps:
      - {at: sichuan, as: clerk, start: notice, id: N1, parties: {upstream: sichuan, downstream: chongqing}, with: {river: 赤水河, measured: 12}, state: sent}
      - {at: chongqing, as: clerk, case: N1, event: confirm, state: confirmed}
"""


class Third(CircleTest):
    def test_guizhou_joins_with_a_pack_of_its_own(self):
        chongqing, sichuan = self.nodes["chongqing"], self.nodes["sichuan"]
        before = chongqing.as_("clerk").start("parcels", "parcel", "clerk",
                                              {"sender": "chongqing", "receiver": "sichuan"},
                                              {"label": "before"})["case"]
        self.deliver()
        guizhou = self.make("guizhou")
        card = self.dir / "guizhou.card"
        bashu("circle", "card", guizhou.dir, "--out", card)
        # Composing an edition reads the journal: the inviting node is at rest for it.
        chongqing.stop()
        agreement = self.dir / "agreement-2"
        bashu("circle", "invite", chongqing.dir, "--name", "e2e of three", "--card", card, "--out",
              agreement)
        chongqing.start()
        for node in (sichuan, guizhou):
            signed = self.dir / f"agreement-2-{node.party}"
            bashu("circle", "accept", node.dir, agreement, "--yes", "--out", signed)
            agreement = signed
        bashu("circle", "adopt", guizhou.dir, agreement)
        for node in (chongqing, sichuan):  # while they serve
            bashu("circle", "adopt", "--api", node.url, "--key", node.keys["admin"], agreement)
            self.assertEqual(node.as_("admin").get("/circle")["agreement"]["edition"], 1)
            waits = node.as_("second").get("/approvals")["approvals"]
            self.assertEqual([(one["act"]["kind"], one["act"]["edition"]) for one in waits], [("editions", 2)])
            node.by_two("circle", "adopt", agreement)
            self.assertEqual(node.as_("second").get("/approvals")["approvals"], [])
        guizhou.start()
        for node in self.nodes.values():
            circle = node.as_("admin").get("/circle")
            self.assertEqual(sorted(p["party"] for p in circle["parties"]),
                             ["chongqing", "guizhou", "sichuan"])
            self.assertEqual(circle["agreement"]["edition"], 2)

        pack = self.dir / "rivers.yaml"
        pack.write_text(WATER, encoding="utf-8")
        for node in self.nodes.values():
            node.by_two("pack", "adopt", pack)
        wait_until(lambda: all(len(self.adopted(node)) == 3 for node in self.nodes.values()),
                   "the adoption by all")
        mail_delivered(list(self.nodes.values()))
        case = guizhou.as_("clerk").start("river-notices", "notice", "clerk",
                                          {"upstream": "guizhou", "downstream": "sichuan"},
                                          {"river": "赤水河", "measured": 45})["case"]
        mail_delivered(list(self.nodes.values()))
        sichuan.as_("clerk").act(case, "confirm", "clerk")
        # The cases of before go on meanwhile.
        chongqing.as_("clerk").act(before, "send", "clerk")
        mail_delivered(list(self.nodes.values()))
        self.assertEqual(sichuan.as_("clerk").case(before)["state"], "arrived")
        for node in (guizhou, sichuan):
            self.assertEqual(node.as_("clerk").case(case)["state"], "confirmed")
            self.assertEqual(node.as_("clerk").figure("river-notices", "notices")["value"], 1)
        self.assertEqual(chongqing.as_("clerk").cases(pack="river-notices"), [])
        self.figures_of_three(guizhou, sichuan, chongqing)
        self.verify("guizhou", "sichuan")
        self.verify("guizhou", "chongqing")
        self.verify("chongqing", "sichuan")

    def figures_of_three(self, guizhou, sichuan, chongqing):
        """A figure says whom it concerns; two sides compare what both hold."""
        sichuan.as_("clerk").start("river-notices", "notice", "clerk",
                                   {"upstream": "sichuan", "downstream": "chongqing"},
                                   {"river": "长江", "measured": 7})
        mail_delivered(list(self.nodes.values()))
        today = sichuan.as_("admin").get("/calendars")["today"]
        for node in self.nodes.values():
            node.as_("admin").post("/figures/publish", {"as_of": today})
        mail_delivered(list(self.nodes.values()))

        def told(node, figure):
            answer = node.as_("clerk").figure("river-notices", figure, as_of=today)
            return answer, {side["party"]: side for side in answer["by_side"]}

        # Said of nobody: three right numbers that seem to contradict each other.
        self.assertIs(told(sichuan, "notices")[0]["agree"], False)
        for node in self.nodes.values():
            sent, _ = told(node, "sent")
            self.assertEqual((sent["total"], sent["agree"], sent["concerns"]), (2, True, "opener"))
        for node, own, shared in ((guizhou, 1, {"sichuan": 1, "chongqing": 0}),
                                  (sichuan, 2, {"guizhou": 1, "chongqing": 1}),
                                  (chongqing, 1, {"sichuan": 1, "guizhou": 0})):
            between, sides = told(node, "between")
            self.assertEqual((between["value"], between["agree"]), (own, True), node.party)
            self.assertNotIn("total", between)
            for party, value in shared.items():
                self.assertEqual((sides[party]["value"], sides[party]["ours"]), (value, value))

    def adopted(self, node):
        packs = node.as_("admin").get("/packs")["packs"]
        return next((p["adopted"] for p in packs if p["pack"] == "river-notices"), {})


if __name__ == "__main__":
    unittest.main()
