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
        guizhou.start()
        for node in self.nodes.values():
            circle = node.as_("admin").get("/circle")
            self.assertEqual(sorted(p["party"] for p in circle["parties"]),
                             ["chongqing", "guizhou", "sichuan"])
            self.assertEqual(circle["agreement"]["edition"], 2)

        pack = self.dir / "rivers.yaml"
        pack.write_text(WATER, encoding="utf-8")
        for node in self.nodes.values():
            bashu("pack", "adopt", "--api", node.url, "--key", node.keys["admin"], pack)
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
        self.verify("guizhou", "sichuan")
        self.verify("guizhou", "chongqing")
        self.verify("chongqing", "sichuan")

    def adopted(self, node):
        packs = node.as_("admin").get("/packs")["packs"]
        return next((p["adopted"] for p in packs if p["pack"] == "river-notices"), {})


if __name__ == "__main__":
    unittest.main()
