"""Netting by a clearing house among three real nodes: what two sides agreed on is handed in, netted, computed again by
each member, and paid once by each; a member that is left out owes what it owed. All data are synthetic."""

import json
import sys
import unittest
import xml.etree.ElementTree as xml

from support import FIRST_DAY, ROOT, CircleTest, Refused

sys.path.insert(0, str(ROOT / "tools/demo"))
from bank_files import SPACE, bank_statement, ordered, tell  # noqa: E402
from node import window  # noqa: E402

ACCOUNTS = {"chongqing": ("重庆清算账户（合成）", "6500000000000000001", "102653000017"),
            "sichuan": ("四川清算账户（合成）", "5100000000000000002", "102651000018"),
            "guizhou": ("贵州清算账户（合成）", "5200000000000000003", "102701000019")}
SCHEMA = ROOT / "formats/iso20022/pain.001.001.09.xsd"
HOUSE = "guizhou"  # and a member, as the others are


def account(party):
    return dict(zip(("name", "account", "bank"), ACCOUNTS[party], strict=True))


def bill(number, insured, treated, price):
    """Of which the fund of the insured side owes the side of the hospital four fifths of what is above 800.00."""
    return json.dumps({"bill": f"H{number}", "insured": insured, "treated": treated, "institution": f"{treated} hospital",
                       "day": "2026-02-27", "used": {"deductible": 0, "pool": 0},
                       "policy": {"deductible": 80000, "rate": 800, "cap": 20000000},
                       "lines": [{"list": "A", "price": price, "limit": price, "own_first": 0}]})


class Netting(CircleTest):
    PARTIES = ("chongqing", "sichuan", "guizhou")
    PACK = (ROOT / "packs/clearing.yaml").read_text(encoding="utf-8")

    def make(self, party):
        node = super().make(party)
        node.add_key("finance", "finance", ["*:finance"], person="f")
        node.add_key("signer", "finance, too", ["*:finance"], person="g")
        return node

    def window(self, party, *words, check=True, key="finance"):
        done = window(self.nodes[party], *words, key=key)
        if check:
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.deliver()
        return done.stdout if check else done

    def as_(self, party, key="finance"):
        return self.nodes[party].as_(key)

    def act(self, party, case, event, form=None, key="finance"):
        self.as_(party, key).act(case, event, "finance", form)
        self.deliver()

    def case(self, party, case):
        return self.as_(party).get(f"/cases/{case}")

    def book(self, first, second, *terms):
        text = self.window(first, "book", "clearing/book", "--with", second, "--name", f"{first} {second}", "--bills",
                           "--account", ",".join(ACCOUNTS[first]), *terms)
        book = text.split()[0]
        self.act(second, book, "agree", {"second_account": account(second)})
        return book

    def agreed(self, first, second, book, bills, until=FIRST_DAY):
        """Both sides take the same bills, so that equal roots agree by themselves; gives the window and its state."""
        file = self.dir / f"{first}-{second}.ndjson"
        file.write_text("\n".join(bills) + "\n", encoding="utf-8")
        for party in (first, second):
            self.window(party, "take", book, file)
        case = self.window(first, "open", book, "--until", until).split()[0]
        self.window(second, "sign", case)
        return case, self.case(first, case)["state"]

    def memberships(self):
        out = {}
        for party in self.PARTIES:
            made = self.as_(HOUSE).start("clearing", "membership", "finance", {"house": HOUSE, "member": party},
                                         {"name": "清算中心（合成）", "least": 10000, "house_account": account(HOUSE)})
            self.deliver()
            self.act(party, made["case"], "agree", {"member_account": account(party)})
            out[party] = made["case"]
        return out

    def call(self, memberships, until=FIRST_DAY):
        out = {}
        for party, membership in memberships.items():
            day = str(self.nodes[HOUSE].today)
            out[party] = self.as_(HOUSE).start_under(membership, "share", "finance", {
                "until": until, "hand_in_by": day, "confirm_by": day})["case"]
        self.deliver()
        return out

    def drawn(self, until=FIRST_DAY):
        """Drawn by one person of the house, signed by another."""
        netting = self.window(HOUSE, "net", "clearing/netting", "--until", until).split()[0]
        with self.assertRaises(Refused):
            self.act(HOUSE, netting, "sign")
        self.act(HOUSE, netting, "sign", key="signer")
        return netting

    def test_three_sides_pay_once_each(self):
        house = ("--way", "multilateral", "--house", HOUSE)
        pairs = {("chongqing", "sichuan"): [bill(1, "chongqing", "sichuan", 500000), bill(2, "sichuan", "chongqing", 200000)],
                 ("chongqing", "guizhou"): [bill(3, "guizhou", "chongqing", 330000)],
                 ("sichuan", "guizhou"): [bill(4, "guizhou", "sichuan", 180000), bill(5, "sichuan", "guizhou", 105000)]}
        # Of 5,000.00 the fund pays 3,360.00; of 2,000.00 960.00; 3,300.00: 2,000.00; 1,800.00: 800.00; 1,050.00: 200.00.
        positions = {"chongqing": -336000 + 96000 + 200000, "sichuan": 336000 - 96000 + 80000 - 20000,
                     "guizhou": -200000 - 80000 + 20000}
        windows = {}
        for pair, bills in pairs.items():
            book = self.book(*pair, *house)
            windows[pair], state = self.agreed(*pair, book, bills)
            self.assertEqual(state, "awaits_netting")
        self.assertIn("Nothing of this window", self.window("chongqing", "order", windows["chongqing", "sichuan"], "--on",
                                                            FIRST_DAY, check=False).stderr)
        shares = self.call(self.memberships())
        with self.assertRaisesRegex(Refused, "leave it out"):
            self.act("sichuan", shares["sichuan"], "hand_in", {"statements": []})
        for party in self.PARTIES:
            self.window(party, "sign", shares[party])
            handed = {one["window"]: one["net"] for one in self.case(HOUSE, shares[party])["data"]["statements"]}
            self.assertEqual(sum(handed.values()), positions[party])
            self.assertEqual(set(handed), {case for pair, case in windows.items() if party in pair})
        netting = self.drawn()
        drawn = self.case(HOUSE, netting)["data"]
        self.assertEqual((drawn["lines"], drawn["sum"], sorted(drawn["shares"])), (3, 340000, sorted(shares.values())))
        # Nothing is released before everybody has come to the same; nobody pays a window beside it.
        self.window(HOUSE, "publish", netting)
        for party in self.PARTIES:
            refused = self.window(HOUSE, "release", netting, check=False)
            self.assertIn("has not confirmed" if party != "chongqing" else "", refused.stderr)
            self.assertEqual(self.window(party, "sign", shares[party]).split()[-1], "confirmed")
        with self.assertRaisesRegex(Refused, "is in the share"):
            self.act("sichuan", windows["chongqing", "sichuan"], "pay_alone")
        self.window(HOUSE, "release", netting)
        data = {party: self.case(party, shares[party])["data"] for party in self.PARTIES}
        self.assertEqual({one["root"] for one in data.values()}, {drawn["root"]})
        self.assertEqual({party: one["position"] for party, one in data.items()}, positions)
        # 400.00 is what chongqing has to pay, which is more than the least of 100.00.
        self.assertEqual({party: one["amount"] for party, one in data.items()},
                         {"chongqing": -40000, "sichuan": 300000, "guizhou": 0})
        self.assertEqual(self.case(HOUSE, shares[HOUSE])["state"], "settled")
        self.pay("chongqing", HOUSE, shares["chongqing"], 40000)
        self.pay(HOUSE, "sichuan", shares["sichuan"], 300000)
        for pair, case in windows.items():
            self.assertEqual(self.window(pair[1], "sign", case).split()[-1], "settled")
            self.assertIn(self.case(pair[0], case)["data"]["netted_in"], shares.values())
        figures = {party: self.as_(party).figure("clearing", "due")["value"] for party in self.PARTIES}
        self.assertEqual(figures, dict.fromkeys(self.PARTIES, 0))
        self.assertEqual(self.as_("sichuan").figure("clearing", "netted")["value"], 336000 - 96000 + 60000)
        self.verify("chongqing", "sichuan")
        self.verify("chongqing", "guizhou")

    def pay(self, payer, payee, share, amount):
        """One proposes, another signs; the bank books it."""
        order, booked = self.dir / f"{payer}.xml", self.dir / f"{payer}-booked.xml"
        self.act(payer, share, "order", {"pay_on": FIRST_DAY})
        self.assertIn("second person", self.window(payer, "order", share, "--out", order, check=False).stderr)
        with self.assertRaises(Refused):
            self.act(payer, share, "sign", {})
        self.window(payer, "sign", share, key="signer")
        self.window(payer, "order", share, "--schema", SCHEMA, "--out", order)
        self.assertEqual([fen for _, fen in ordered(order)], [amount])
        bank_statement(order, booked, "PDNG")
        self.assertIn("has not booked", self.window(payer, "paid", share, booked, check=False).stderr)
        bank_statement(order, booked, "BOOK", day=FIRST_DAY)
        self.window(payer, "paid", share, booked)
        data = self.case(payee, share)["data"]
        self.assertEqual((sum(one["amount"] for one in data["bookings"]), data["rounding"]), (amount, 0))
        self.act(payee, share, "receive")
        self.assertEqual(self.case(payer, share)["state"], "settled")

    def test_who_does_not_confirm_in_time_is_left_out_and_owes_as_before(self):
        house = ("--way", "multilateral", "--house", HOUSE)
        pairs = {("chongqing", "sichuan"): [bill(1, "chongqing", "sichuan", 500000)],
                 ("chongqing", "guizhou"): [bill(2, "guizhou", "chongqing", 330000)]}
        windows = {pair: self.agreed(*pair, self.book(*pair, *house), bills)[0] for pair, bills in pairs.items()}
        shares = self.call(self.memberships())
        for party in self.PARTIES:
            self.window(party, "sign", shares[party])
        first = self.drawn()
        self.window(HOUSE, "publish", first)
        for party in ("chongqing", HOUSE):
            self.window(party, "sign", shares[party])
        for node in self.nodes.values():
            node.set_day("2026-03-04")
        self.deliver()
        self.assertEqual(self.case(HOUSE, shares["sichuan"])["state"], "left_out")
        self.assertIn("left out", self.window(HOUSE, "release", first, check=False).stderr)
        second = self.drawn()
        self.assertEqual(self.case(HOUSE, second)["data"]["lines"], 1)
        self.window(HOUSE, "publish", second)
        for party in ("chongqing", HOUSE):
            self.assertEqual(self.window(party, "sign", shares[party]).split()[-1], "confirmed")
        self.window(HOUSE, "release", second)
        self.assertEqual(self.case("chongqing", shares["chongqing"])["data"]["amount"], 200000)
        # What chongqing and sichuan owe each other stands; they settle it themselves.
        self.assertIn("No released netting", self.window("sichuan", "sign", windows["chongqing", "sichuan"], check=False).stderr)
        self.act("sichuan", windows["chongqing", "sichuan"], "pay_alone", {})
        left = self.case("chongqing", windows["chongqing", "sichuan"])
        self.assertEqual((left["state"], left["data"]["first_owes"]), ("first_pays", 336000))
        self.window("guizhou", "sign", windows["chongqing", "guizhou"])
        self.verify("chongqing", "sichuan")

    def test_a_cap_calls_for_money_and_one_booking_pays_several_windows(self):
        books = [self.book("chongqing", "sichuan", "--cap", "400000", "--period", "daily"), self.book("chongqing", "sichuan", "--least", "300000")]
        self.assertEqual(self.case("chongqing", books[0])["data"]["period"], "daily")
        bills = [bill(1, "chongqing", "sichuan", 500000)]
        one, state = self.agreed("chongqing", "sichuan", books[0], bills)
        self.assertEqual(state, "first_pays")
        data = self.case("sichuan", one)["data"]
        self.assertEqual((data["exposed"], data["due_on"]), ({"first_owes": 336000, "second_owes": 0}, "2026-03-16"))
        tasks = self.as_("sichuan").get("/tasks")["tasks"]
        self.assertTrue(any("near its cap" in task["title"] for task in tasks), tasks)
        draft = self.as_("chongqing").get(f"/clearing/{books[0]}/draft", until=FIRST_DAY)
        self.assertEqual(draft["exposed"], {"first_owes": 336000, "second_owes": 0, "cap": 400000, "percent": 84})
        self.assertIn("84 %", self.window("chongqing", "draft", books[0], "--until", FIRST_DAY))
        # Another bill, and the cap is exceeded: the node says so by itself when it is taken.
        more = self.dir / "more.ndjson"
        more.write_text(bill(7, "chongqing", "sichuan", 200000) + "\n", encoding="utf-8")
        self.window("chongqing", "take", books[0], more)
        exposed = self.case("sichuan", books[0])["data"]["exposed"]
        self.assertEqual(exposed, {"first_owes": 336000 + 96000, "second_owes": 0})
        # Below the least amount nothing is ordered; it comes with the next window.
        small, state = self.agreed("chongqing", "sichuan", books[1], [bill(11, "chongqing", "sichuan", 200000)])
        self.assertEqual((state, self.case("chongqing", small)["data"]["first_owes"]), ("settled", 0))
        other, state = self.agreed("chongqing", "sichuan", books[1], [bill(12, "chongqing", "sichuan", 400000)],
                                   until="2026-03-02")
        self.assertEqual((state, self.case("chongqing", other)["data"]["first_owes"]), ("first_pays", 96000 + 256000))
        orders = []
        for case in (one, other):
            order = self.dir / f"order-{len(orders)}.xml"
            self.window("chongqing", "order", case, "--on", FIRST_DAY, "--out", order)
            orders.append(order)
        booked = self.dir / "both.xml"
        self.one_booking(orders, booked)
        self.window("chongqing", "paid", one, booked)
        flows = self.as_("chongqing").get(f"/clearing/{books[0]}/flows")
        self.assertEqual([(row["kind"], row["booked"]) for row in flows["rows"]], [("met", 336000)])
        queue = {row["bank"]: row["amount"] for row in flows["unmatched"]}
        self.assertEqual(queue, {"b-all": -352000, "b-unknown": -777})
        self.assertIn("b-unknown", self.window("chongqing", "flows", books[0]))
        self.window("chongqing", "paid", other, booked)
        flows = self.as_("chongqing").get(f"/clearing/{books[0]}/flows")
        self.assertEqual([row["bank"] for row in flows["unmatched"]], ["b-unknown"])
        for case in (one, other):
            self.act("sichuan", case, "receive")
            self.assertEqual(self.case("chongqing", case)["state"], "settled")
        self.verify("chongqing", "sichuan")

    def one_booking(self, orders, path):
        """Both payments in one booking, and one that nobody knows."""
        root = xml.parse(orders[0]).getroot()
        document = xml.Element("Document", xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08")
        statement = tell(document, "BkToCstmrStmt/Stmt")
        tell(statement, "Acct/Id/Othr/Id", root.find(".//p:DbtrAcct//p:Othr/p:Id", SPACE).text)
        payments = [payment for order in orders for payment in ordered(order)]
        for name, fen, named in (("b-all", sum(fen for _, fen in payments), payments), ("b-unknown", 777, [("nobody", 777)])):
            entry = tell(statement, "Ntry")
            tell(entry, "Amt", f"{fen // 100}.{fen % 100:02}", Ccy="CNY")
            tell(entry, "CdtDbtInd", "DBIT")
            tell(entry, "Sts/Cd", "BOOK")
            tell(entry, "BookgDt/Dt", FIRST_DAY)
            tell(entry, "AcctSvcrRef", name)
            details = tell(entry, "NtryDtls")
            for reference, amount in named:
                detail = tell(details, "TxDtls")
                tell(detail, "Refs/EndToEndId", reference)
                tell(detail, "Amt", f"{amount // 100}.{amount % 100:02}", Ccy="CNY")
                tell(detail, "CdtDbtInd", "DBIT")
        xml.ElementTree(document).write(path, encoding="UTF-8", xml_declaration=True)


if __name__ == "__main__":
    unittest.main()
