"""Two nodes of one party and one of another: cases belong to the node of their division, cross like any others, and
figures add up to the party's; a window is settled by the node that has the book."""

import json
import subprocess
import sys
import unittest

from support import NAMES, PATIENCE, ROOT, CircleTest, Refused, bashu, wait_until

sys.path.insert(0, str(ROOT / "tools/demo"))
from node import window  # noqa: E402

FIRST, SECOND, OTHER = "sichuan", "sichuan-mianyang", "chongqing"
NAMES[SECOND] = "四川省（绵阳）"
DIVISIONS = {FIRST: ("", "51"), SECOND: (FIRST, "5107")}
CHENGDU, MIANYANG, YUZHONG = "510104", "510703", "500103"

REMOVALS = """\
bashu: 1
pack: removals
version: 1
title: {zh: 迁运, en: Removals}
types:
  label: {type: text, min: 1, max: 60, class: public, title: {zh: 标签, en: Label}}
  seat: {type: place, class: public, title: {zh: 所在地, en: Place}}
  count: {type: int, min: 0, class: public, title: {zh: 件数, en: Count}}
  who: {type: text, min: 1, max: 60, class: personal, title: {zh: 姓名, en: Name}}
registers:
  depot: {kept: own, key: [name], title: {zh: 仓库, en: Depots}, fields: {name: label, seat: seat, keeper: {type: label, optional: true}}}
books:
  pieces:
    title: {zh: 件数, en: Pieces}
    type: count
    accounts: {outside: {floor: none}, taken: {}}
feeds:
  weighed:
    title: {zh: 过秤, en: Weighed}
    by: clerk
    fields: {id: label, seat: seat, count: count}
    key: [id]
    do: {move: =line.count, from: pieces.outside, to: pieces.taken}
services:
  removal:
    title: {zh: 迁运, en: Removal}
    parties: {home: {clerk: all}, hub: {clerk: all}, beyond: {clerk: all}}
    fields: {label: label, from: seat, who: {type: who, optional: true}}
    start: {owner: home, by: clerk, form: [label, from, who], to: packed}
    states:
      packed:
        title: {zh: 已打包, en: Packed}
        owner: home
        events:
          pass: {title: {zh: 交接, en: Pass on}, by: clerk, to: at_hub}
      at_hub:
        title: {zh: 中转, en: At the hub}
        owner: hub
        events:
          carry: {title: {zh: 出境, en: Carry over}, by: clerk, to: arrived}
      arrived:
        title: {zh: 已到达, en: Arrived}
        owner: beyond
        events:
          take: {title: {zh: 签收, en: Take}, by: clerk, do: {move: 1, from: pieces.outside, to: pieces.taken, at: all}, to: taken}
      taken: {title: {zh: 已签收, en: Taken}, final: true}
figures:
  opened: {title: {zh: 发起件数, en: Removals begun}, of: removal, concerns: opener, from: case.opened, count: true}
  between: {title: {zh: 各方共有件数, en: Removals of both}, of: removal, concerns: parties, from: case.opened, count: true}
  taken: {title: {zh: 签收件数, en: Removals taken}, of: removal, concerns: opener, from: case.reached('taken'), count: true}
scenarios:
  - title: a removal
    today: 2026-03-02
    steps:
      - {at: sichuan, as: clerk, start: removal, id: R1, parties: {home: sichuan, hub: sichuan, beyond: chongqing}, with: {label: a, from: '510104'}, state: packed}
"""


class Circle(CircleTest):
    PARTIES = (OTHER, FIRST, SECOND)

    def make(self, party):
        node = super().make(party)
        if party in DIVISIONS:
            of, division = DIVISIONS[party]
            bashu("circle", "node", node.dir, *(["--of", of] if of else []), "--division", division, "--site", node.url)
        return node


class Split(Circle):
    PACK = REMOVALS

    def make(self, party):
        node = super().make(party)
        node.add_key("registrar", "registrar", ["*:clerk"], may=["registrar"])
        return node

    def begin(self, at, home, label, place, hub=FIRST):
        return self.nodes[at].as_("clerk").start("removals", "removal", "clerk",
                                                 {"home": home, "hub": hub, "beyond": OTHER},
                                                 {"label": label, "from": place, "who": f"Name {label}"})["case"]

    def sent_elsewhere(self, *what, **more):
        with self.assertRaises(Refused) as refused:
            self.begin(*what, **more)
        problem = refused.exception.problem
        self.assertEqual((refused.exception.status, problem["code"]), (421, "elsewhere"))
        return problem

    def test_a_case_belongs_to_the_node_of_its_division(self):
        first, second = self.nodes[FIRST], self.nodes[SECOND]
        said = {one["party"]: one.get("node") for one in self.nodes[OTHER].as_("admin").get("/circle")["parties"]}
        self.assertEqual(said, {FIRST: {"of": "", "divisions": ["51"], "site": first.url},
                                SECOND: {"of": FIRST, "divisions": ["5107"], "site": second.url}, OTHER: None})
        # Asked for at the wrong one, in its own name or the right one's.
        for home in (FIRST, SECOND):
            problem = self.sent_elsewhere(FIRST, home, "a", MIANYANG)
            self.assertEqual((problem["node"], problem["site"]), (SECOND, second.url))
            self.assertIn(second.url, problem["errors"][0]["why"])
        problem = self.sent_elsewhere(SECOND, SECOND, "b", CHENGDU, hub=SECOND)
        self.assertEqual((problem["node"], problem["site"]), (FIRST, first.url))
        first.as_("clerk").language = "zh"
        self.assertIn("请到该节点发起", self.sent_elsewhere(FIRST, FIRST, "a", MIANYANG)["errors"][0]["why"])
        self.assertEqual([node.as_("clerk").cases(pack="removals") for node in self.nodes.values()], [[], [], []])
        # What names a division of nobody's here is decided where it is asked for.
        self.begin(FIRST, FIRST, "c", YUZHONG)

    def hand_in(self, party, what, *rows):
        """Lines of the feed or records of the register, as one batch: (status, answer)."""
        body = {"role": "clerk", "lines": list(rows)} if what == "feeds/weighed" else {"records": list(rows)}
        path = f"/packs/removals/{what}" + ("" if what == "feeds/weighed" else "/records")
        status, _, answer = self.nodes[party].as_("registrar").request("POST", path, body, {"Idempotency-Key": f"{party} {rows}"})
        told = json.loads(answer)
        if "position" in told:
            self.nodes[party].read_from(told["position"])
        return status, told

    def taken(self, party):
        """What the feed moved, and which depots are on file."""
        rows = self.nodes[party].as_("registrar").get("/packs/removals/registers/depot")["records"]
        accounts = self.nodes[party].as_("registrar").get("/packs/removals/books/pieces/taken")["accounts"]
        return sum(one["balance"] for one in accounts), sorted(row["key"] for row in rows)

    def shown(self, party, expected):
        """The views follow what other clients wrote."""
        wait_until(lambda: self.taken(party) == expected, f"{expected} at {party}", 30 * PATIENCE)

    def test_lines_and_records_belong_to_the_node_of_their_division(self):
        first, second = self.nodes[FIRST], self.nodes[SECOND]

        def line(name, place):
            return {"id": name, "seat": place, "count": 1}

        def depot(name, place, **more):
            return {"name": name, "seat": place, **more}
        for what, row in (("feeds/weighed", line), ("registers/depot", depot)):
            # Alone: as a case at the wrong node.
            status, problem = self.hand_in(FIRST, what, row("alone", MIANYANG))
            self.assertEqual((status, problem["code"], problem["node"], problem["site"]), (421, "elsewhere", SECOND, second.url))
            self.assertIn(second.url, problem["errors"][0]["why"])
            self.assertIn(MIANYANG, problem["errors"][0]["why"])
            status, problem = self.hand_in(SECOND, what, row("alone", CHENGDU))
            self.assertEqual((status, problem["node"], problem["site"]), (421, FIRST, first.url))
            # Among others: which line, whose division, which node; the others are taken.
            status, answer = self.hand_in(FIRST, what, row("a", CHENGDU), row("b", MIANYANG), row("c", YUZHONG))
            self.assertEqual((status, answer["taken"], answer["refused"]), (200, 2, 1))
            (refusal,) = answer["refusals"]
            self.assertEqual((refusal["line"], refusal["code"], refusal["node"], refusal["site"]),
                             (1, "elsewhere", SECOND, second.url))
            self.assertEqual(refusal["errors"][0]["where"], "seat")
            self.assertIn(f"{MIANYANG} is decided at {SECOND}", refusal["errors"][0]["why"])
            # All of them elsewhere: nothing happens, and nothing of it happens twice.
            status, answer = self.hand_in(FIRST, what, row("d", MIANYANG), row("e", MIANYANG))
            self.assertEqual((answer["taken"], answer["refused"]), (0, 2))
            self.assertEqual({one["node"] for one in answer["refusals"]}, {SECOND})
            # There each is taken; who is of one node is asked nothing.
            status, answer = self.hand_in(SECOND, what, row("b", MIANYANG), row("d", MIANYANG), row("e", MIANYANG))
            self.assertEqual((status, answer["taken"]), (200, 3))
            status, answer = self.hand_in(OTHER, what, row("b", MIANYANG))
            self.assertEqual((status, answer["taken"]), (200, 1))
        self.shown(FIRST, (2, ["a", "c"]))
        self.shown(SECOND, (3, ["b", "d", "e"]))
        # A record that is on file here stays here.
        self.assertEqual(self.hand_in(SECOND, "registers/depot", depot("b", CHENGDU, keeper="x"))[1]["taken"], 1)
        # The command says which line, and goes on with the others.
        sheet = self.dir / "depots.csv"
        sheet.write_text(f"name,seat\nf,{CHENGDU}\ng,{MIANYANG}\n", encoding="utf-8")
        done = bashu("import", "--api", first.url, "--key", first.keys["registrar"], "--register", "removals/depot", sheet, check=False)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        (told,) = [json.loads(one) for one in (self.dir / "depots.csv.refused.ndjson").read_text(encoding="utf-8").splitlines()]
        self.assertEqual((told["line"], told["code"]), (3, "elsewhere"))
        self.assertIn(SECOND, json.dumps(told))
        self.shown(FIRST, (2, ["a", "c", "f"]))

    def test_from_one_division_through_the_other_across_the_border(self):
        cases = [self.begin(SECOND, SECOND, f"m{i}", MIANYANG) for i in range(2)]
        cases.append(self.begin(FIRST, FIRST, "c0", CHENGDU))
        self.assertTrue(all(case.startswith(SECOND + "-") for case in cases[:2]))
        self.deliver()
        # Of a personal value the key came too, though the one name begins with the other.
        for case, name in zip(cases[:2], ("Name m0", "Name m1")):
            self.assertEqual([node.as_("clerk").case(case)["data"]["who"] for node in self.nodes.values()], [name] * 3)
        self.nodes[SECOND].as_("clerk").act(cases[0], "pass", "clerk")
        # One holder at a time, between nodes of one party as everywhere.
        with self.assertRaises(Refused) as refused:
            self.nodes[SECOND].as_("clerk").act(cases[0], "carry", "clerk")
        self.assertIn(refused.exception.code, ("not_owner", "state"))
        self.deliver()
        self.nodes[FIRST].as_("clerk").act(cases[0], "carry", "clerk")
        self.deliver()
        self.nodes[OTHER].as_("clerk").act(cases[0], "take", "clerk")
        self.deliver()
        told = [self.history(party, cases[0]) for party in self.PARTIES]
        self.assertEqual(len(told[0]), 4)
        self.assertEqual(told[1:], told[:1] * 2)
        self.figures(begun={FIRST: 1, SECOND: 2, OTHER: 0}, taken={FIRST: 0, SECOND: 1, OTHER: 0})
        self.verify(FIRST, SECOND)
        self.verify(SECOND, OTHER)
        self.verify(FIRST, OTHER)

    def figures(self, **wanted):
        """What both nodes of the party begun adds up to the party's, and is the same at all three."""
        today = self.nodes[FIRST].as_("admin").get("/calendars")["today"]
        for node in self.nodes.values():
            node.as_("admin").post("/figures/publish", {"as_of": today})
        self.deliver()
        for node in self.nodes.values():
            for name, figure in (("begun", "opened"), ("taken", "taken")):
                answer = node.as_("clerk").figure("removals", figure, as_of=today)
                self.assertEqual({one["party"]: one["value"] for one in answer["by_side"]}, wanted[name], node.party)
                (party,) = answer["by_party"]
                self.assertEqual((party["party"], party["value"], sorted(party["nodes"])),
                                 (FIRST, wanted[name][FIRST] + wanted[name][SECOND], [FIRST, SECOND]))
                self.assertEqual((answer["total"], answer["agree"]), (sum(wanted[name].values()), True))
            # What concerns several is no sum.
            self.assertNotIn("by_party", node.as_("clerk").figure("removals", "between", as_of=today))
        said = bashu("figures", "--api", self.nodes[OTHER].url, "--key", self.nodes[OTHER].keys["clerk"],
                     "removals/opened", "--as-of", today)
        self.assertIn("sichuan + sichuan-mianyang", said)


class SplitClearing(Circle):
    PACK = (ROOT / "packs/clearing.yaml").read_text(encoding="utf-8")

    def make(self, party):
        node = super().make(party)
        node.add_key("finance", "finance", ["*:finance"], person="f")
        return node

    def window(self, party, *words):
        done = window(self.nodes[party], *words)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def test_a_window_is_settled_by_the_node_that_has_the_book(self):
        subprocess.run([sys.executable, ROOT / "tools/demo/riders.py", self.dir / "data", "--trips", "200", "--bills", "0"],
                       check=True)
        # The riders are those of the second node.
        data = self.dir / "data" / "chongqing-sichuan"
        for path in [*data.iterdir(), self.dir / "data" / "tariff.json"]:
            text = path.read_text(encoding="utf-8").replace(FIRST, SECOND)
            path.unlink()
            path.with_name(path.name.replace(FIRST, SECOND)).write_text(text, encoding="utf-8")
        book = self.window(OTHER, "book", "clearing/book", "--with", SECOND, "--name", "地铁", "--tariff",
                           self.dir / "data" / "tariff.json", "--account", "重庆（合成）,6500000000000000001,102653000017").split()[0]
        self.deliver()
        self.nodes[SECOND].as_("finance").act(book, "agree", "finance", {"second_account": {
            "name": "绵阳（合成）", "account": "5100000000000000002", "bank": "102651000018"}})
        self.deliver()
        for party, other in ((OTHER, SECOND), (SECOND, OTHER)):
            self.window(party, "take", book, data / f"{party}.gates.csv", data / f"{other}.sent.csv", "--denied",
                        data / f"{party}.denied.csv")
            self.window(party, "take", book, "--denied", data / f"{other}.denied-sent.csv")
            self.window(party, "take", book, data / f"{party}.later.csv", data / f"{other}.later.csv", "--denied",
                        data / f"{other}.denied.csv")
        opened = self.window(OTHER, "open", book, "--until", "2021-03-08").split()[0]
        self.deliver()
        self.assertIn(self.window(SECOND, "sign", opened).split()[-1], ("first_pays", "second_pays"))
        self.deliver()
        agreed = [self.nodes[party].as_("finance").get(f"/cases/{opened}")["data"]["agreed"] for party in (OTHER, SECOND)]
        self.assertEqual(agreed[0], agreed[1])
        self.assertGreater(agreed[0]["lines"], 0)
        # The other node of the party has nothing of it: balances are each node's own.
        with self.assertRaises(Refused) as refused:
            self.nodes[FIRST].as_("finance").get(f"/cases/{opened}")
        self.assertEqual(refused.exception.status, 404)
        self.verify(OTHER, SECOND)


if __name__ == "__main__":
    unittest.main()
