"""Registers of running nodes beside files and beside each other: `bashu reconcile`."""

import os
import subprocess
import unittest

from support import CircleTest
from node import program

# A list that both sides keep, and one of each side's own with what not everybody is shown.
SHOPS = """\
bashu: 1
pack: shops
version: 1
title: {zh: 商户, en: Shops}
types:
  code: {type: text, min: 1, max: 20, class: public, title: {zh: 编号, en: Code}}
  rent: {type: int, min: 0, class: public, title: {zh: 租金, en: Rent}}
  note: {type: text, min: 1, max: 60, class: internal, title: {zh: 备注, en: Note}}
  phone: {type: text, min: 1, max: 20, class: personal, title: {zh: 电话, en: Phone}}
registers:
  shop:
    title: {zh: 商户, en: Shops}
    kept: shared
    key: [code]
    fields: {code: code, rent: rent}
  tenant:
    title: {zh: 租户, en: Tenants}
    kept: own
    key: [code]
    fields: {code: code, rent: rent, note: {type: note, optional: true}, phone: {type: phone, optional: true}}
services:
  look:
    title: {zh: 查看, en: Look}
    parties: {one: {clerk: all, chief: all, guest: own}}
    fields: {code: code}
    start: {owner: one, by: [clerk, chief, guest], form: [code], to: done}
    states: {done: {title: {zh: 已办结, en: Done}, final: true}}
scenarios:
  - title: nothing
    today: 2026-03-02
    steps: [{at: sichuan, as: clerk, start: look, id: L1, parties: {one: sichuan}, with: {code: a}, state: done}]
"""


class Reconcile(CircleTest):
    PACK = SHOPS

    def make(self, party):
        node = super().make(party)
        node.add_key("registrar", "registrar", ["*:clerk"], may=["registrar"])
        node.add_key("guest", "guest", ["*:guest"])
        return node

    def put(self, party, register, records):
        answer = self.nodes[party].as_("registrar").post(f"/packs/shops/registers/{register}/records", {"records": records})
        self.assertEqual(answer["taken"], len(records))

    def side(self, party, register):
        return f"{self.nodes[party].url}#shops/{register}"

    def reconcile(self, *words, left="registrar", right="registrar", language="en", **more):
        environment = {**os.environ, "BASHU_LANG": language, "BASHU_LEFT_KEY": self.nodes["chongqing"].keys[left],
                       "BASHU_RIGHT_KEY": self.nodes["sichuan"].keys[right], **more}
        done = subprocess.run([str(program()), "reconcile", *map(str, words)], capture_output=True, text=True,
                              check=False, env=environment)
        return done.returncode, done.stdout.splitlines(), done.stderr

    def file(self, text):
        path = self.dir / "shops.csv"
        path.write_text(text, encoding="utf-8")
        return path

    def test_the_copies_of_both_sides_and_a_file(self):
        self.put("chongqing", "shop", [{"code": f"S{i}", "rent": 100 + i} for i in range(1, 4)])
        self.deliver()
        here, there = self.side("chongqing", "shop"), self.side("sichuan", "shop")
        keys = ["--key", "@key", "--compare", "rent,@keeper", "--sum", "rent"]
        self.assertEqual(self.reconcile(here, there, *keys),
                         (0, ["rent: 306 and 306", "3 equal, 0 differ, 0 only left, 0 only right"], ""))
        # While the other side is away only one of them learns more.
        before = self.nodes["chongqing"].as_("clerk").get("/packs/shops/registers/shop")["position"]
        self.nodes["sichuan"].stop()
        self.put("chongqing", "shop", [{"code": "S2", "rent": 150}, {"code": "S4", "rent": 104}])
        self.nodes["chongqing"].stop()
        self.nodes["sichuan"].start()
        with self.subTest("a node that is away is no difference"):
            code, said, wrong = self.reconcile(here, there, *keys)
            self.assertEqual((code, said), (2, []))
            self.assertTrue(wrong)
        file = self.file("code,rent\nS1,101\nS2,150\nS4,104\n")
        code, said, _ = self.reconcile(file, there, "--key", "code", "--compare", "rent", "--sum", "rent")
        self.assertEqual(code, 1)
        records = self.nodes["sichuan"].as_("clerk").get("/packs/shops/registers/shop")["records"]
        (entry,) = [one["changed_at"] for one in records if one["fields"]["code"] == "S3"]
        self.assertEqual(said[0], f"S4: only in {file}, line 4")
        self.assertEqual(said[1], f"S3: only in {there}, entry {entry}")
        self.assertRegex(said[2], r"^S2: rent is 150 \(line 3\) and 102 \(entry \d+\)$")
        self.assertEqual(said[3:], ["rent: 355 and 306", "1 equal, 1 differ, 1 only left, 1 only right"])
        self.nodes["chongqing"].start()
        self.deliver()
        self.assertEqual(self.reconcile(here, there, *keys)[0], 0)
        # As they were: the left one before its last changes, the right one as it is.
        code, said, _ = self.reconcile(here, there, *keys, "--left-at", before)
        self.assertEqual((code, said[-2:]), (1, ["rent: 306 and 458", "2 equal, 1 differ, 0 only left, 1 only right"]))
        self.assertRegex(said[1], r"^\S+: rent is 102 \(entry \d+\) and 150 \(entry \d+\)$")

    def test_many_pages_are_read_at_one_position(self):
        for first in range(0, 2500, 500):
            self.put("chongqing", "tenant", [{"code": f"T{i}", "rent": i} for i in range(first, first + 500)])
        rows = "".join(f"T{i},{i + (i == 1777)}\n" for i in reversed(range(2500)))
        code, said, _ = self.reconcile(self.side("chongqing", "tenant"), self.file("code,rent\n" + rows),
                                       "--key", "code", "--compare", "rent", language="zh")
        self.assertEqual(code, 1)
        self.assertRegex(said[0], r"^T1777：rent 为 1777（日志条目 \d+）与 1778（第 724 行）$")
        self.assertEqual(said[1:], ["一致 2499，不一致 1，仅左侧 0，仅右侧 0"])

    def test_what_a_key_is_not_shown_is_refused_not_compared(self):
        for party, note in (("chongqing", "x"), ("sichuan", "y")):
            self.put(party, "tenant", [{"code": "a", "rent": 1, "note": note, "phone": "123"}])
        sides = [self.side(party, "tenant") for party in ("chongqing", "sichuan")]
        self.assertEqual(self.reconcile(*sides, "--key", "code", "--compare", "phone,rent")[0], 0)
        self.assertEqual(self.reconcile(*sides, "--key", "code", "--compare", "note")[0], 1)
        code, said, wrong = self.reconcile(*sides, "--key", "code", "--compare", "phone", left="clerk")
        self.assertEqual((code, said), (1, []))
        self.assertIn(f"{sides[0]}: phone is sealed for this key", wrong)
        code, said, wrong = self.reconcile(*sides, "--key", "code", "--compare", "note", right="guest")
        self.assertEqual((code, said), (1, []))
        self.assertIn(f"{sides[1]}: note is not shown to this key", wrong)
        self.assertEqual(self.reconcile(*sides, "--key", "code", "--compare", "rent", left="guest", right="guest")[0], 0)

    def test_a_name_that_is_not_there_is_a_mistake(self):
        here = self.side("chongqing", "tenant")
        code, said, wrong = self.reconcile(here, here, "--key", "code", "--compare", "rnt", right="guest")
        self.assertEqual((code, said), (2, []))
        self.assertIn(f"{here}: the register has no field rnt", wrong)
        code, _, wrong = self.reconcile(here + "s", here, "--key", "code", language="zh")
        self.assertEqual(code, 1)
        self.assertIn("已拒绝", wrong)
        # Without an address that of the environment is asked, with its key.
        code, said, _ = self.reconcile("#shops/tenant", "#shops/tenant", "--key", "code",
                                       BASHU_API=self.nodes["chongqing"].url, BASHU_LEFT_KEY="", BASHU_RIGHT_KEY="",
                                       BASHU_KEY=self.nodes["chongqing"].keys["clerk"])
        self.assertEqual((code, said), (0, ["0 equal, 0 differ, 0 only left, 0 only right"]))


if __name__ == "__main__":
    unittest.main()
