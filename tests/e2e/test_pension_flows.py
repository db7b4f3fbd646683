"""Pension transfers between two real nodes: the information flow is the signed sheets, the money flow what the
payee's bank booked; a transfer is complete only when both have met in a window that both sides agreed on."""

import json
import sys
import unittest

from support import ROOT, CircleTest, Refused, wait_until

sys.path.insert(0, str(ROOT / "tools/demo"))
from bank_files import bank_statement, ordered, receipts  # noqa: E402
from node import bashu, window  # noqa: E402

ACCOUNTS = {"chongqing": "重庆养老保险基金（合成）,6500000000000000001,102653000017",
            "sichuan": "四川养老保险基金（合成）,5100000000000000002,102651000018"}
ROLES = ["*:clerk", "*:finance", "*:member"]
# Synthetic numbers of nobody; the check digits are right.
PERSONS = ["510104199003070015", "510104199003070023", "510104199003070031"]


class PensionFlows(CircleTest):
    PACK = (ROOT / "packs/clearing.yaml").read_text(encoding="utf-8")

    def make(self, party):
        node = super().make(party)
        node.add_key("finance", "finance", ROLES, person="f")
        node.add_key("signer", "finance, too", ROLES, person="g")
        node.add_key("auditor", "auditor", may=["audit"])
        return node

    def setUp(self):
        super().setUp()
        for node in self.nodes.values():
            node.stop()
            bashu("pack", "adopt", node.dir, ROOT / "packs/pension-transfer.yaml")
            node.start()
        self.deliver()
        self.older, self.newer = (self.nodes[party].as_("finance") for party in ("sichuan", "chongqing"))

    def window(self, party, *words, check=True, key="finance"):
        done = window(self.nodes[party], *words, key=key)
        if not check:
            return done
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def make_book(self):
        text = self.window("chongqing", "book", "clearing/book", "--with", "sichuan", "--name", "养老转移资金",
                           "--transfers", "--account", ACCOUNTS["chongqing"])
        self.book = text.split()[0]
        self.deliver()
        name, number, bank = ACCOUNTS["sichuan"].split(",")
        self.older.act(self.book, "agree", "finance", {"second_account": {"name": name, "account": number, "bank": bank}})
        self.deliver()

    def transfer(self, person, reference, account):
        """One that the old place has sent; gives its case."""
        case = self.newer.start("pension-transfer", "transfer", "clerk", {"newer": "chongqing", "older": "sichuan"},
                                {"person": person, "name": "某某", "born": "1990-03-07", "sex": "man", "returning": False})["case"]
        self.newer.act(case, "accept", "clerk")
        self.deliver()
        self.older.act(case, "send", "clerk", {"backpaid_years": 0, "reference": reference, "sheet": self.sheet(account)})
        self.deliver()
        return case

    @staticmethod
    def sheet(account):
        return [{"year": 2025, "months": 12, "wages": 0, "own": account, "account": account}]

    def booked(self, name, rows):
        payee, payer = (ACCOUNTS[party].split(",")[1] for party in self.PARTIES)
        return receipts(self.dir / name, payee, payer, rows, "2026-03-02")

    def sheets(self):
        for party in self.PARTIES:
            self.window(party, "take", self.book)

    def sign(self, party, case, *words):
        state = self.window(party, "sign", case, *words).split()[-1]
        self.deliver()
        return state

    def open(self, today):
        for node in self.nodes.values():
            node.set_day(today)
        case = self.window("chongqing", "open", self.book, "--until", today).split()[0]
        self.deliver()
        return case

    def refused(self, case, words):
        with self.assertRaisesRegex(Refused, words):
            self.newer.act(case, "match", "finance")

    def state(self, party, case):
        return self.nodes[party].as_("finance").case(case)["state"]

    def test_a_transfer_is_complete_only_when_information_and_money_have_met(self):
        self.older.feed("pension-transfer", "enrolments", "clerk",
                        [{"source": "1", "person": person, "standing": "active", "months": 12} for person in PERSONS])
        met, short, unpaid = (self.transfer(person, reference, fen) for person, reference, fen in
                              zip(PERSONS, ("W-1", "W-2", "W-3"), (500_00, 300_00, 200_00)))
        self.refused(met, "propose one first")
        self.make_book()
        self.refused(met, "take the sheets")
        self.sheets()
        self.assertIn("no sheet", self.window("sichuan", "take", self.book, check=False).stderr)
        self.refused(met, "Information without money")

        # What is pending counts as little as what never came; sheets are not typed in by hand.
        bank = self.booked("march.xml", [("W-1", 500_00, "BOOK"), ("W-2", 299_99, "BOOK"), ("W-3", 200_00, "PDNG"), ("W-9", 77_00, "BOOK")])
        self.window("chongqing", "take", self.book, bank)
        with self.assertRaisesRegex(Refused, "leave it out"):
            self.older.start("clearing", "batch", "finance", {"side": "sichuan"},
                             {"book": self.book, "what": "sheets", "file": self.older.deposit("x", "text/plain", b"{}")})
        with self.assertRaisesRegex(Refused, "leave it out"):
            self.newer.act(met, "match", "finance", {"met_in": "chongqing/clearing/1"})
        self.refused(met, "agree on it in a window")
        self.refused(short, "Different amounts: of W-2 the sheets say 300.00, and the bank has booked 299.99")

        first = self.open("2026-03-03")
        self.assertEqual(self.sign("sichuan", first), "differing")
        self.assertEqual(self.sign("chongqing", first), "second_answers")
        rows = [json.loads(self.window(party, "differences", first, "--json")) for party in self.PARTIES]
        self.assertEqual(rows[0], rows[1])
        self.assertEqual({row["line"]: row["kind_title"] for row in rows[0]},
                         {"sichuan/W-2": "amount", "sichuan/W-3": "information without money",
                          "sichuan/W-9": "money without information"})
        auditor = [self.nodes[party].as_("auditor").get(f"/clearing/{first}/differences") for party in self.PARTIES]
        self.assertEqual([audit["differences"] for audit in auditor], rows)
        # The old place concedes what the bank booked; the new place takes nothing on the old one's word.
        self.assertEqual(self.sign("sichuan", first, "--accept", "sichuan/W-9"), "first_answers")
        self.assertIn("only what it booked counts",
                      self.window("chongqing", "sign", first, "--accept", "sichuan/W-3", check=False).stderr)
        self.assertEqual(self.sign("chongqing", first), "confirming")
        self.sign("sichuan", first)
        self.assertEqual([self.state(party, first) for party in self.PARTIES], ["settled"] * 2)
        self.assertEqual(self.newer.figure("clearing", "due")["value"], 0)
        agreed = self.newer.case(first)["data"]["agreed"]
        self.assertEqual((agreed["lines"], agreed["to_first"]["net"], agreed["to_second"]["net"]), (2, 577_00, 0))
        statement = [self.window(party, "statement", first) for party in self.PARTIES]
        self.assertEqual(statement[0], statement[1])
        self.assertEqual(json.loads(statement[0])["sums"][0]["net"], 577_00)

        self.assertEqual(self.newer.act(met, "match", "finance")["state"], "completed")
        self.assertEqual(self.newer.case(met)["data"]["met_in"], first)
        # A wrong sheet is corrected by the case; the money that waited comes with the next window.
        self.newer.act(short, "differ", "finance", {"reason": "到账少一分"})
        self.deliver()
        self.older.act(short, "send", "clerk", {"reference": "W-2", "sheet": self.sheet(299_99)})
        self.deliver()
        self.refused(short, "take the sheets")
        self.sheets()
        self.window("chongqing", "take", self.book, self.booked("later.xml", [("W-3", 200_00, "BOOK")]))
        for node in self.nodes.values():  # a power cut in between
            node.kill()
            node.start()
        second = self.open("2026-03-04")
        self.sign("sichuan", second)
        self.assertEqual([self.state(party, second) for party in self.PARTIES], ["settled"] * 2)
        for case in (short, unpaid):
            self.assertEqual(self.newer.act(case, "match", "finance")["state"], "completed")
            self.assertEqual(self.newer.case(case)["data"]["met_in"], second)
        self.deliver()
        for party in self.PARTIES:
            self.assertEqual({self.state(party, case) for case in (met, short, unpaid)}, {"completed"})
        self.assertEqual(self.newer.figure("clearing", "paid")["value"], 500_00 + 77_00 + 299_99 + 200_00)
        self.verify("chongqing", "sichuan")

    def order(self, name, on="2026-03-02"):
        """Proposed by one, signed by another; gives its case and file, which is valid."""
        case = self.window("sichuan", "pay", self.book, "--on", on).split()[0]
        self.assertIn("with_bank", self.window("sichuan", "sign", case, key="signer"))
        file = self.dir / f"{name}.xml"
        self.window("sichuan", "order", case, "--schema", ROOT / "formats/iso20022/pain.001.001.09.xsd", "--out", file)
        return case, file

    def arrived(self, file, name, only=None):
        """What the payee's bank books of an order file."""
        return self.booked(name, [(reference, fen, "BOOK") for reference, fen in ordered(file) if only is None or reference in only])

    def flows(self, party, *words):
        return {row["reference"]: row for row in json.loads(self.window(party, "flows", self.book, "--json", *words))}

    def test_the_payer_orders_what_its_sheets_say_once_and_both_sides_meet(self):
        self.older.feed("pension-transfer", "enrolments", "clerk",
                        [{"source": "1", "person": person, "standing": "active", "months": 12} for person in PERSONS])
        cases = [self.transfer(person, reference, fen) for person, reference, fen in
                 zip(PERSONS, ("W-1", "W-2", "W-3"), (500_00, 300_00, 200_00))]
        self.make_book()
        first = self.window("sichuan", "pay", self.book, "--on", "2026-03-02").split()[0]
        self.assertIn("has to sign", self.window("sichuan", "order", first, check=False).stderr)
        self.assertIn("may not take this as well", self.window("sichuan", "sign", first, check=False).stderr)
        self.assertIn("leave it out", self.typed_in())
        self.assertIn("Nothing is to be ordered", self.window("chongqing", "pay", self.book, "--on", "2026-03-02", check=False).stderr)

        # A sheet that is sent back is not paid, neither by the order that has it nor by another.
        self.newer.act(cases[2], "differ", "finance", {"reason": "金额有误"})
        self.deliver()
        self.assertIn("no longer says 200.00 under W-3", self.window("sichuan", "sign", first, check=False, key="signer").stderr)
        self.older.act(first, "withdraw", "finance", {"note": "信息表已变"})
        one, file = self.order("one")
        self.assertEqual(sorted(ordered(file)), [("W-1", 500_00), ("W-2", 300_00)])
        text = file.read_text(encoding="utf-8")
        self.assertIn("<Ref>W-1</Ref>", text)
        self.assertIn(cases[0], text)
        self.assertIn("Nothing is to be ordered", self.window("sichuan", "pay", self.book, "--on", "2026-03-02", check=False).stderr)
        self.assertEqual(self.flows("sichuan")["W-1"]["ordered"], 500_00)
        self.older.act(cases[2], "send", "clerk", {"reference": "W-3", "sheet": self.sheet(210_00)})
        self.deliver()
        two, second = self.order("two")
        self.assertEqual(ordered(second), [("W-3", 210_00)])

        # Of the first order the bank carries out one payment and refuses the other, which may be ordered again.
        day = "2026-03-03"
        bank_statement(file, self.dir / "pending.xml", "PDNG", day)
        self.assertIn("nothing of the order", self.window("sichuan", "paid", one, self.dir / "pending.xml", check=False).stderr)
        bank_statement(file, self.dir / "paid.xml", "BOOK", day, only=["W-1"])
        self.assertIn("with_bank", self.window("sichuan", "paid", one, self.dir / "paid.xml"))
        data = wait_until(lambda: (data := self.older.case(one)["data"]).get("bookings") and data, "what the bank booked")
        self.assertEqual(data["unpaid"], ["W-2"])
        self.assertEqual([row["amount"] for row in data["bookings"]], [250_00, 250_00])
        self.older.act(one, "give_up", "finance", {"note": "银行退回"})
        bank_statement(second, self.dir / "paid2.xml", "BOOK", day)
        self.assertIn("booked", self.window("sichuan", "paid", two, self.dir / "paid2.xml"))
        three, third = self.order("three")
        self.assertEqual(ordered(third), [("W-2", 300_00)])
        self.sheets()
        for name, order in (("a.xml", file), ("b.xml", second)):
            self.window("chongqing", "take", self.book, self.arrived(order, name, ["W-1", "W-3"]))

        # Both sides see the same side by side, each from its own bank.
        for party in self.PARTIES:
            rows = self.flows(party)
            self.assertEqual({reference: row["kind"] for reference, row in rows.items()},
                             {"W-1": "met", "W-2": "no_money", "W-3": "met"})
            self.assertEqual((rows["W-1"]["said"], rows["W-1"]["booked"]), (500_00, 500_00))
            self.assertEqual(rows["W-1"]["transfers"][0]["months"], 12)
            self.assertEqual(list(self.flows(party, "--kind", "no_money")), ["W-2"])
            table = self.window(party, "flows", self.book, "--csv").splitlines()
            self.assertEqual(len(table), 4)
            self.assertNotIn(PERSONS[0], "".join(table))
        self.assertEqual(self.flows("sichuan")["W-1"]["days"], 1)
        self.assertEqual(self.nodes["sichuan"].as_("signer").get(f"/clearing/{self.book}/flows")["due"], {"count": 0, "sum": 0})

        # The bank's statement of the third, the window, and all transfers end.
        bank_statement(third, self.dir / "paid3.xml", "BOOK", day)
        self.window("sichuan", "paid", three, self.dir / "paid3.xml")
        self.window("chongqing", "take", self.book, self.arrived(third, "c.xml"))
        case = self.open("2026-03-03")
        self.sign("sichuan", case)
        self.assertEqual([self.state(party, case) for party in self.PARTIES], ["settled"] * 2)
        for transfer in cases:
            self.assertEqual(self.newer.act(transfer, "match", "finance")["state"], "completed")
        # Corrected after it was paid, only the difference would be owed; what is complete owes nothing.
        self.deliver()
        self.assertIn("Nothing is to be ordered", self.window("sichuan", "pay", self.book, "--on", "2026-03-03", check=False).stderr)
        self.assertEqual(self.older.figure("clearing", "ordered")["value"], 500_00 + 300_00 + 210_00)
        self.verify("chongqing", "sichuan")

    def typed_in(self):
        with self.assertRaises(Refused) as refused:
            self.older.start("clearing", "order", "finance", {"side": "sichuan"}, {"book": self.book, "pay_on": "2026-03-02", "payments": [
                {"transfer": "x", "reference": "W-1", "amount": 1, "before": 0}]})
        return str(refused.exception)


if __name__ == "__main__":
    unittest.main()
