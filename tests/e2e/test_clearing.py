"""Clearing inside two real nodes: batches, windows, the lines on which the sides differ, answers, payment; a node
that dies in between states the same."""

import csv
import json
import subprocess
import sys
import unittest

from support import ROOT, CircleTest, Refused, wait_until

sys.path.insert(0, str(ROOT / "tools/demo"))
from bank_files import bank_statement  # noqa: E402
from clearing import DIFFER, planted_in  # noqa: E402
from node import window  # noqa: E402

ACCOUNTS = {"chongqing": "重庆清算账户（合成）,6500000000000000001,102653000017",
            "sichuan": "四川清算账户（合成）,5100000000000000002,102651000018"}
SCHEMA = ROOT / "formats/iso20022/pain.001.001.09.xsd"


class Clearing(CircleTest):
    PACK = (ROOT / "packs/clearing.yaml").read_text(encoding="utf-8")

    def make(self, party):
        node = super().make(party)
        node.add_key("finance", "finance", ["*:finance"], person="f")
        return node

    def window(self, party, *words, check=True):
        done = window(self.nodes[party], *words)
        if not check:
            return done
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def case(self, party, case):
        return self.nodes[party].as_("finance").get(f"/cases/{case}")

    def data(self, party, trips=600):
        subprocess.run([sys.executable, ROOT / "tools/demo/riders.py", self.dir / "data", "--trips", str(trips), "--bills", "0"],
                       check=True)
        return self.dir / "data" / "chongqing-sichuan"

    def take(self, party, other, data, what):
        files = {"first": [f"{party}.gates.csv", f"{other}.sent.csv", "--denied", f"{party}.denied.csv"],
                 "sent": ["--denied", f"{other}.denied-sent.csv"],
                 "later": [f"{party}.later.csv", f"{other}.later.csv", "--denied", f"{other}.denied.csv"]}[what]
        self.window(party, "take", self.book, *[word if word.startswith("--") else data / word for word in files])

    def make_book(self):
        text = self.window("chongqing", "book", "clearing/book", "--with", "sichuan", "--name", "地铁",
                           "--tariff", self.dir / "data/tariff.json", "--account", ACCOUNTS["chongqing"])
        self.book = text.split()[0]
        self.deliver()
        name, number, bank = ACCOUNTS["sichuan"].split(",")
        self.nodes["sichuan"].as_("finance").act(self.book, "agree", "finance",
                                                 {"second_account": {"name": name, "account": number, "bank": bank}})
        self.deliver()

    def sign(self, party, window, *words):
        state = self.window(party, "sign", window, *words).split()[-1]
        self.deliver()
        return state

    def test_a_day_of_riders_is_cleared_and_paid(self):
        data = self.data("chongqing")
        self.make_book()
        for party, other in (("chongqing", "sichuan"), ("sichuan", "chongqing")):
            self.take(party, other, data, "first")
            self.take(party, other, data, "sent")
        # Nothing of a batch with a wrong row is kept, and nobody states by hand what the node computes.
        bad = self.dir / "bad.csv"
        bad.write_text("id,token,at,kind,issuer\na,t,2021-03-04 08:00:00,in,sichuan\nb,t,yesterday,in,sichuan\n")
        refused = self.window("chongqing", "take", self.book, bad, check=False)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("with.file:2", refused.stderr)
        with self.assertRaisesRegex(Refused, "leave it out"):
            self.nodes["chongqing"].as_("finance").post("/cases", {
                "parent": self.book, "service": "window", "role": "finance",
                "with": {"until": "2021-03-05", "first": {}}})

        before = self.window("chongqing", "draft", self.book, "--until", "2021-03-05")
        window = self.window("chongqing", "open", self.book, "--until", "2021-03-05").split()[0]
        self.deliver()
        # A power cut does not change what is stated.
        for party in ("chongqing", "sichuan"):
            self.nodes[party].kill()
            self.nodes[party].start()
        self.assertEqual(before, self.window("chongqing", "draft", self.book, "--until", "2021-03-05"))
        self.assertEqual(self.sign("sichuan", window), "differing")
        self.assertEqual(self.sign("chongqing", window), "second_answers")

        rows = {party: json.loads(self.window(party, "differences", window, "--json")) for party in self.PARTIES}
        self.assertEqual(rows["chongqing"], rows["sichuan"])
        planted = {what for _, fault, what in planted_in(self.dir / "data", 600, 0)["chongqing-sichuan"] if fault in DIFFER}
        found = {(row.get("first") or row["second"])["id"].split("/")[0] for row in rows["sichuan"]}
        self.assertEqual(found, planted)
        table = self.window("sichuan", "differences", window, "--csv")
        self.assertEqual(len(table.splitlines()), 1 + len(rows["sichuan"]))

        accepted = [row["line"] for row in rows["sichuan"] if row["kind"] == "missing_there"]
        refused = next(row["line"] for row in rows["sichuan"] if row["kind"] != "missing_there")
        mistyped = self.window("sichuan", "sign", window, "--accept-kind", "ammount", check=False)
        self.assertEqual(mistyped.returncode, 2)
        self.assertIn("missing_here, missing_there, amount", mistyped.stderr)
        (self.dir / "empty.csv").write_text("id,token,at,kind,group,place,issuer\n")
        nothing = self.window("sichuan", "take", self.book, self.dir / "empty.csv", check=False)
        self.assertEqual(nothing.returncode, 0)
        self.assertIn("empty.csv has no rows", nothing.stderr)
        self.assertIn("none of the differences", self.window("sichuan", "sign", window, "--accept", "nothing", check=False).stderr)
        self.assertEqual(self.sign("sichuan", window, "--accept-kind", "missing_there", "--refuse", refused, "--note", "无刷卡记录"),
                         "first_answers")
        self.assertEqual(self.sign("chongqing", window), "confirming")
        self.assertIn(self.sign("sichuan", window), ("first_pays", "second_pays"))
        here, there = (self.case(party, window) for party in self.PARTIES)
        self.assertEqual(here["data"]["agreed"], there["data"]["agreed"])
        self.assertEqual(here["data"]["agreed"]["lines"], here["data"]["first"]["lines"] - len(
            [row for row in rows["sichuan"] if row.get("first")]) + len(accepted))
        self.pay(window)

        # What came later: corrections, late lines; both state the same at once.
        for party, other in (("chongqing", "sichuan"), ("sichuan", "chongqing")):
            self.take(party, other, data, "later")
        second = self.window("chongqing", "open", self.book, "--until", "2021-03-08").split()[0]
        self.deliver()
        self.assertIn(self.sign("sichuan", second), ("first_pays", "second_pays", "settled"))
        agreed = self.case("chongqing", second)["data"]["agreed"]
        self.assertEqual(here["data"]["agreed"]["lines"] + agreed["lines"] - agreed["corrections"], 600)
        self.assertIn("may not end before", self.window("chongqing", "draft", self.book, "--until", "2021-03-04", check=False).stderr
                      + self.window("chongqing", "open", self.book, "--until", "2021-03-04", check=False).stderr)
        # A tariff by rules of before is booked, and who books it is told what to change.
        old = self.dir / "old.json"
        old.write_text(json.dumps({**json.loads((self.dir / "data/tariff.json").read_text()), "rules": 1}))
        for tariff, warned in ((old, True), (self.dir / "data/tariff.json", False)):
            booked = self.window("chongqing", "book", "clearing/book", "--with", "sichuan", "--name", "公交", "--tariff", tariff,
                                 "--account", ACCOUNTS["chongqing"], check=False)
            self.assertEqual((booked.returncode, "say rules: 2" in booked.stderr), (0, warned), booked.stderr)
        self.verify("chongqing", "sichuan")

    def test_a_line_both_refuse_is_taken_back_from_who_earned_it(self):
        data = self.data("chongqing", trips=200)
        self.make_book()
        for party, other in (("chongqing", "sichuan"), ("sichuan", "chongqing")):
            self.take(party, other, data, "first")
            self.take(party, other, data, "sent")
        window = self.window("chongqing", "open", self.book, "--until", "2021-03-05").split()[0]
        self.deliver()
        self.assertEqual(self.sign("sichuan", window), "differing")
        self.assertEqual(self.sign("chongqing", window), "second_answers")
        rows = json.loads(self.window("sichuan", "differences", window, "--json"))
        line = next(row["first"] for row in rows if row["kind"] == "missing_there")
        given_up = next(row["second"] for row in rows if row["kind"] == "missing_here")
        self.sign("sichuan", window, "--accept", line["id"], "--accept", given_up["id"])
        self.sign("chongqing", window)
        self.sign("sichuan", window)
        first = self.split(window)
        self.assertEqual((first["refused"], first["taken_back"]), ([given_up], []))
        self.pay(window)
        # Both found that nobody owes it: what is closed stays, and the next window takes back what was booked.
        refused = self.dir / "refused.csv"
        refused.write_text(f"claim,note\n{line['id']},闸机故障\n", encoding="utf-8")
        for party, other in (("chongqing", "sichuan"), ("sichuan", "chongqing")):
            self.window(party, "take", self.book, "--refused", refused)
            self.take(party, other, data, "later")
        second = self.window("chongqing", "open", self.book, "--until", "2021-03-08").split()[0]
        self.deliver()
        # What was given up the other side has by now: it differs, and is carried over.
        self.assertEqual([self.sign(party, second) for party in ("sichuan", "chongqing", "sichuan", "chongqing")],
                         ["differing", "second_answers", "first_answers", "confirming"])
        self.assertIn(self.sign("sichuan", second), ("first_pays", "second_pays"))
        self.assertEqual(self.split(window), first)
        (back,) = [one for one in self.split(second)["taken_back"] if one["corrects"] == line["id"]]
        self.assertEqual((back["net"], back["of"]), (-line["net"], line["of"]))
        self.assertIn(f"takes back {line['id']}", self.window("sichuan", "split", second))
        refused.write_text(f"claim,note\n{line['id']},\n", encoding="utf-8")
        self.assertIn("note (the reason)", self.window("sichuan", "take", self.book, "--refused", refused, check=False).stderr)
        self.verify("chongqing", "sichuan")

    def test_a_book_gets_a_further_edition_of_its_tariff(self):
        data = self.data("chongqing", trips=200)
        self.make_book()
        for party, other in (("chongqing", "sichuan"), ("sichuan", "chongqing")):
            for what in ("first", "sent", "later"):
                self.take(party, other, data, what)
        window = self.window("chongqing", "open", self.book, "--until", "2021-03-05").split()[0]
        self.deliver()
        now = json.loads((self.dir / "data/tariff.json").read_text())

        def propose(party, start, check=True, **more):
            file = self.dir / "next.json"
            file.write_text(json.dumps({**now, **more, "editions": [{"version": 2, "from": start, "fee": 0}]}))
            return self.window(party, "book", self.book, "--tariff", file, check=check)

        self.assertIn("a window of it runs", propose("chongqing", "2021-03-05", check=False).stderr)
        self.assertIn(self.sign("sichuan", window), ("first_pays", "second_pays"))
        self.pay(window)
        closed = self.split(window)
        # Further riders: some of the closed days, late, some of days to come.
        with open(data / "chongqing.gates.csv", encoding="utf-8") as file:
            taps = list(csv.DictReader(file))
        tokens = sorted({tap["token"] for tap in taps})
        more = self.dir / "more.csv"
        with open(more, "w", encoding="utf-8", newline="") as file:
            rows = csv.DictWriter(file, taps[0])
            rows.writeheader()
            for tap in taps:
                day = "2021-03-06" if tokens.index(tap["token"]) % 2 else "2021-03-04"
                rows.writerow(tap | {"id": tap["id"] + "-more", "token": tap["token"] + "-more", "at": day + tap["at"][10:]})
        for party in self.PARTIES:
            self.window(party, "take", self.book, more)
        before = json.loads(self.window("sichuan", "draft", self.book, "--until", "2021-03-08", "--json"))
        self.assertIn("closed window", propose("sichuan", "2021-03-04", check=False).stderr)
        self.assertIn("must stay as it is", propose("sichuan", "2021-03-05", check=False, fee=1).stderr)
        # Nothing changes before the other side agrees; both then rate each ride by the edition of its day.
        propose("sichuan", "2021-03-05")
        self.deliver()
        self.assertEqual(before, json.loads(self.window("sichuan", "draft", self.book, "--until", "2021-03-08", "--json")))
        wait_until(lambda: self.agrees("chongqing"), "the proposed tariff")
        self.deliver()
        second = self.window("chongqing", "open", self.book, "--until", "2021-03-08").split()[0]
        self.deliver()
        self.assertIn(self.sign("sichuan", second), ("first_pays", "second_pays"))
        self.assertEqual(self.split(window), closed)
        parts = self.split(second, {1, 2})["parts"]
        self.assertTrue(all((part["fee"] != 0) == (part["version"] == 1) for part in parts), parts)
        self.assertEqual(sum(part["gross"] for part in parts), sum(part["gross"] for part in before["parts"]))
        self.verify("chongqing", "sichuan")

    def agrees(self, party):
        try:
            return self.nodes[party].as_("finance").act(self.book, "agree_edition", "finance")
        except Refused as refused:
            self.assertIn("has not arrived", str(refused))
            return None

    def split(self, window, versions=frozenset({1})):
        """What both show of the window by who earned it: the same, and it adds up to what they agreed on."""
        here, there = (json.loads(self.window(party, "split", window, "--json")) for party in self.PARTIES)
        self.assertEqual(here, there)
        agreed = self.case("chongqing", window)["data"]["agreed"]
        for side, name in ((here["first"], "to_first"), (here["second"], "to_second")):
            self.assertEqual(sum(part["net"] for part in here["parts"] if part["creditor"] == side), agreed[name]["net"])
        self.assertEqual({part["version"] for part in here["parts"]}, set(versions))
        return here

    def test_a_trial_knows_the_deny_list_in_force_and_another_one(self):
        data = self.data("chongqing", trips=200)
        self.make_book()
        self.take("chongqing", "sichuan", data, "first")
        office = self.nodes["chongqing"].as_("finance")
        path = f"/clearing/{self.book}/what-if"
        digest = office.deposit("tariff.json", "application/json", (self.dir / "data/tariff.json").read_bytes())["sha256"]
        # What another client wrote a moment ago may still be on its way to the views.
        wait_until(lambda: office.get(path, tariff=digest)["denied_now"]["tokens"] > 0, "the deny list that was taken")
        same = office.get(path, tariff=digest, by="side")
        self.assertEqual(same["now"], same["then"])
        self.assertEqual(same["denied_now"], same["denied_then"])
        # The list that was taken is in force, from its moments on; every fen is borne by somebody.
        with open(data / "chongqing.denied.csv", encoding="utf-8") as file:
            denied = list(csv.DictReader(file))
        self.assertEqual((same["denied_now"]["tokens"], same["denied_now"]["first"]),
                         (len({one["token"] for one in denied}), min(one["at"] for one in denied)))
        now = same["now"]
        self.assertGreater(now["refused"], 0)
        self.assertEqual(now["fare"], now["from_issuer"] + now["from_place"] + now["off"] + now["refused"])
        # Without any list the issuers owe what was lost.
        free = office.get(path, denied="none")
        self.assertEqual(free["now"], now)
        self.assertEqual((free["then"]["denied"], free["then"]["refused"], free["denied_then"]), (0, 0, {"tokens": 0}))
        self.assertEqual(free["then"]["from_issuer"], now["from_issuer"] + now["refused"])
        # Another list takes its place: from a year before on, everybody that it names.
        rows = [{"token": denied[0]["token"], "at": "2020-01-01 00:00:00"}, {"token": "nobody", "at": "2020-01-02 00:00:00"}]
        text = "".join(json.dumps(row) + "\n" for row in rows).encode()
        other = office.deposit("denied.ndjson", "application/x-ndjson", text)["sha256"]
        trial = office.get(path, tariff=digest, denied=other)
        self.assertEqual(trial["denied_then"], {"tokens": 2, "first": "2020-01-01 00:00:00", "last": "2020-01-02 00:00:00"})
        self.assertGreater(trial["then"]["refused"], 0)
        self.assertEqual(trial["then"]["from_issuer"] + trial["then"]["refused"], free["then"]["from_issuer"])
        bad = office.deposit("denied.ndjson", "application/x-ndjson", b'{"token":"a","at":"2020-01-01 00:00:00"}\n{"token":"b"}\n')
        with self.assertRaisesRegex(Refused, "A row of a deny list needs a token"):
            office.get(path, denied=bad["sha256"])
        with self.assertRaises(Refused):
            office.get(path)

    def test_a_book_with_many_windows_is_read_page_by_page(self):
        data = self.data("chongqing", trips=200)
        self.make_book()
        for party, other in (("chongqing", "sichuan"), ("sichuan", "chongqing")):
            for what in ("first", "sent", "later"):
                self.take(party, other, data, what)
        before = self.window("chongqing", "draft", self.book, "--until", "2021-03-08")
        opened = []
        for _ in range(23):  # more than are looked through at once for those that are closed
            opened.append(self.window("chongqing", "open", self.book, "--until", "2021-03-08").split()[0])
            self.deliver()
            self.nodes["sichuan"].as_("finance").act(opened[-1], "send_back", "finance", {"note": "请重新计算"})
            self.deliver()
        self.assertEqual(before, self.window("chongqing", "draft", self.book, "--until", "2021-03-08"))
        asker = self.nodes["chongqing"].as_("finance")
        found, after = [], None
        for pages in (1, 2, 3):
            page = asker.get("/clearing", case=self.book, limit=9, after=after)
            found += [window["case"] for window in page["books"][0]["windows"]]
            self.assertEqual(page["all"], pages == 3)
            after = page["next"]
        self.assertEqual(found, opened[::-1])
        (book,) = asker.get("/clearing")["books"]
        self.assertEqual([window["case"] for window in book["windows"]], found)
        self.assertEqual(book["rows"], page["books"][0]["rows"])
        last = self.window("chongqing", "open", self.book, "--until", "2021-03-08").split()[0]
        self.deliver()
        self.assertIn(self.sign("sichuan", last), ("first_pays", "second_pays"))
        about = asker.get(f"/clearing/{last}/differences")["book"]
        self.assertEqual((about["case"], about["name"], about["windows"]), (self.book, "地铁", []))

    def pay(self, window):
        state = self.case("chongqing", window)["state"]
        payer, payee = ("chongqing", "sichuan") if state == "first_pays" else ("sichuan", "chongqing")
        order, booked = self.dir / "order.xml", self.dir / "booked.xml"
        self.assertIn("before 2026-03-02", self.window(payer, "order", window, "--on", "2026-03-01", check=False).stderr)
        self.window(payer, "order", window, "--on", "2026-03-02", "--schema", SCHEMA, "--out", order)
        bank_statement(order, booked, "PDNG")
        self.assertIn("has not booked", self.window(payer, "paid", window, booked, check=False).stderr)
        bank_statement(order, booked, "BOOK")
        self.window(payer, "paid", window, booked)
        self.deliver()
        self.nodes[payee].as_("finance").act(window, "receive", "finance")
        self.deliver()
        for party in self.PARTIES:
            case = self.case(party, window)
            self.assertEqual((case["state"], case["data"]["paid_on"]), ("settled", "2021-03-09"))


if __name__ == "__main__":
    unittest.main()
