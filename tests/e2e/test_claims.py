"""What only the decider of a step could look up is asked for by the other side, shown, and compared with the step."""

import unittest

from support import CircleTest, Refused, bashu, wait_until

LOANS = """\
bashu: 1
pack: loans
version: 1
title: {zh: 借用, en: Loans}
types:
  line: {type: text, min: 1, max: 60, class: public, title: {zh: 文字, en: Text}}
  amount: {type: int, min: 0, class: public, title: {zh: 数量, en: Amount}}
  kept: {type: int, min: 0, class: internal, title: {zh: 内部数量, en: Internal amount}}
registers:
  limit: {kept: own, key: [name], title: {zh: 上限, en: Limits}, fields: {name: line, most: amount}}
  standing: {kept: own, key: [name], title: {zh: 信用, en: Standing}, fields: {name: line, points: kept}}
services:
  loan:
    title: {zh: 借用, en: Loan}
    parties: {lender: {clerk: all, chief: all}, borrower: {clerk: all, chief: all}}
    fields: {name: line, wanted: amount, most: {type: amount, optional: true}}
    start: {owner: lender, by: clerk, form: [name, wanted], to: open}
    states:
      open:
        title: {zh: 待定, en: Open}
        owner: lender
        events:
          grant:
            title: {zh: 准予, en: Grant}
            by: clerk
            when: data.name in limit && limit[data.name].most >= data.wanted
            set: {most: "=limit[data.name].most"}
          weigh: {title: {zh: 评估, en: Weigh}, by: clerk, when: "standing[data.name].points > 10"}
          close: {title: {zh: 结束, en: Close}, by: clerk, to: done}
      done: {title: {zh: 已结束, en: Done}, final: true}
figures:
  loans: {title: {zh: 借用数, en: Loans}, of: loan, from: case.opened, count: true}
scenarios:
  - {title: none, today: 2026-03-02, steps: [{figure: loans, is: 0}]}
"""


class Claims(CircleTest):
    PACK = LOANS

    def setUp(self):
        super().setUp()
        self.lender, self.borrower = self.nodes["chongqing"], self.nodes["sichuan"]
        for register, row in (("limit", {"name": "ann", "most": 50}),
                              ("standing", {"name": "ann", "points": 20})):
            self.lender.as_("admin").post(f"/packs/loans/registers/{register}/records",
                                          {"records": [row]})
        self.case = self.lender.as_("clerk").start(
            "loans", "loan", "clerk", {"lender": "chongqing", "borrower": "sichuan"},
            {"name": "ann", "wanted": 20})["case"]
        for event in ("grant", "weigh"):
            self.lender.as_("clerk").act(self.case, event, "clerk")
        self.deliver()

    def ask(self, version):
        self.borrower.as_("clerk").post(f"/cases/{self.case}/claims", {"version": version})
        self.deliver()

    def claims(self, node, who="clerk"):
        return node.as_(who).get(f"/cases/{self.case}/claims")["claims"]

    def standing(self, node):
        return [one["standing"] for one in self.claims(node)]

    def test_what_is_public_is_shown_by_the_node_and_agrees(self):
        self.ask(2)
        wait_until(lambda: self.standing(self.borrower) == ["agrees"], "the answer is compared")
        asked, = self.claims(self.borrower)
        self.assertEqual((asked["asked_by"], asked["asked_of"], asked["version"], asked["on"]),
                         ("sichuan", "chongqing", 2, "2026-03-02"))
        self.assertTrue(asked["principal"])
        self.assertIn(["limit", "ann", {"key": "ann", "most": 50, "name": "ann"}], asked["shown"])
        self.assertEqual(self.standing(self.lender), ["shown"])
        self.assertEqual(self.claims(self.lender)[0]["shown"], asked["shown"])
        listed = bashu("case", "claims", self.case, "--api", self.borrower.url, "--key",
                       self.borrower.keys["clerk"])
        self.assertIn("shown; the step follows from it", listed)
        # It stopped nothing, and nothing is left open.
        self.assertEqual([one["ended"] is None for one in
                          self.borrower.as_("clerk").case(self.case)["disputes"]], [False])
        self.lender.as_("clerk").act(self.case, "close", "clerk")
        self.deliver()
        self.verify("chongqing", "sichuan")

    def test_what_is_internal_waits_for_an_officer(self):
        self.ask(3)
        self.assertEqual(self.standing(self.lender), ["waiting"])
        self.assertNotIn("shown", self.claims(self.lender)[0])
        self.lender.as_("chief").post(f"/cases/{self.case}/claims", {"version": 3, "to": "sichuan"})
        self.deliver()
        wait_until(lambda: self.standing(self.borrower) == ["agrees"], "the answer is compared")

    def test_nobody_answers(self):
        self.ask(3)
        self.borrower.set_day("2026-03-07")
        self.assertEqual(self.standing(self.borrower), ["waiting"])
        self.borrower.set_day("2026-03-08")
        wait_until(lambda: self.standing(self.borrower) == ["unanswered"], "its clock has run out")

    def test_only_offices_ask_and_only_for_what_others_looked_up(self):
        for version in (1, 9):  # looked up nothing; is none
            with self.assertRaises(Refused):
                self.ask(version)
        with self.assertRaises(Refused):  # one's own step is shown, not asked for
            self.lender.as_("clerk").post(f"/cases/{self.case}/claims", {"version": 2})
        digest = self.lender.as_("clerk").get(f"/cases/{self.case}/history")["steps"][1]["digest"]
        for content in (f"compared:agrees:{digest}", f"show:sichuan:{digest}"):
            with self.assertRaises(Refused):  # what is shown and compared is the node's to say
                self.borrower.as_("chief").post(f"/cases/{self.case}/settle",
                                                {"content": content, "note": "so it is"})
        self.assertEqual(self.claims(self.borrower), [])


if __name__ == "__main__":
    unittest.main()
