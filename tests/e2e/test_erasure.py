"""Personal values on two real nodes: erased on both sides by two people, with a receipt and a deadline;
held, restricted; and nothing brings an erased value back. Data is synthetic."""

import datetime
import json
import os
import shutil
import sqlite3
import unittest

from support import FIRST_DAY, PARCELS, CircleTest, Refused, bashu, mail_delivered, wait_until

PACK = PARCELS.replace(
    "  count: {type: int", "  who: {type: text, min: 1, max: 60, class: personal, title: {zh: 姓名, en: Name}}\n"
    "  person: {type: token, class: token, title: {zh: 人员, en: Person}}\n"
    "  count: {type: int", 1).replace(
    "fields: {label: label, note:", "fields: {label: label, who: {type: who, optional: true}, "
    "person: {type: person, optional: true}, remark: {type: who, optional: true}, note:").replace(
    "form: [label]\n", "form: [label, who, person]\n", 1).replace(
    "take: {title: {zh: 签收, en: Take}, by: clerk, do:",
    "see: {title: {zh: 查看, en: See}, by: clerk, form: [remark]}\n"
    "          take: {title: {zh: 签收, en: Take}, by: clerk, do:")
PACK += "retention:\n  personal: {months: 1, source: {zh: 合成规定第七条, en: Synthetic rule 7}}\n"
PARTIES = {"sender": "sichuan", "receiver": "chongqing"}
NUMBER, NAME = "510104199001010012", "Synthetic Zhang Wei"


class Erasure(CircleTest):
    PACK = PACK

    def setUp(self):
        super().setUp()
        self.sichuan, self.chongqing = self.nodes["sichuan"], self.nodes["chongqing"]
        clerk = self.sichuan.as_("clerk")
        self.case = clerk.start("parcels", "parcel", "clerk", PARTIES,
                                {"label": "a", "who": NAME, "person": NUMBER})["case"]
        clerk.act(self.case, "send", "clerk")
        self.deliver()

    def privacy(self, node, key, *words):
        return bashu("privacy", *words, "--api", node.url, "--key", node.keys[key])

    def by_two(self, node, *words):
        """The first asks, the second asks for the same; gives the number of the order."""
        first = json.loads(self.privacy(node, "admin", *words, "--json"))
        self.assertIn("approval", first)
        return json.loads(self.privacy(node, "second", *words, "--json")).get("order")

    def value(self, node, field="who"):
        return node.as_("clerk").case(self.case)["data"][field]

    def found(self, node, person):
        hits = node.as_("clerk").post("/search/persons", {"person": person})["hits"]
        return [hit["case"]["id"] for hit in hits]

    def order(self, node, number):
        orders = node.as_("admin").get("/privacy/orders")["orders"]
        return next(one for one in orders if one["order"] == number)

    def order_list(self, node):
        return json.loads(self.privacy(node, "admin", "list", "--json"))

    def vault_keys(self, node):
        with sqlite3.connect(f"file:{node.dir}/vault.db?mode=ro", uri=True) as vault:
            return {row[0] for row in vault.execute("SELECT id FROM keys")}

    def erased(self, node, order, field="who"):
        value = self.value(node, field)
        self.assertEqual(value, {"$sealed": True, "erased": {"order": order, "on": FIRST_DAY}})

    def test_erased_on_both_sides_and_never_back(self):
        for node in (self.sichuan, self.chongqing):
            self.assertEqual(self.value(node), NAME)
            self.assertEqual(self.found(node, NAME), [self.case])
            with sqlite3.connect(node.dir / "vault.db") as now, \
                    sqlite3.connect(self.dir / f"{node.party}-vault.db") as copy:
                now.backup(copy)
        found = self.privacy(self.sichuan, "admin", "find", NUMBER)
        self.assertIn(self.case, found)
        self.assertNotIn(NAME, found)
        keys = self.vault_keys(self.sichuan) & self.vault_keys(self.chongqing)
        self.assertEqual(len(keys), 1)
        figure = self.sichuan.as_("clerk").get("/figures/parcels/taken", as_of=FIRST_DAY)

        with self.assertRaises(Refused):
            self.sichuan.as_("clerk").post("/privacy/orders", {
                "kind": "erase", "subject": NUMBER, "reason": "r"})
        number = self.by_two(self.sichuan, "erase", NUMBER, "--reason", "asked by the person")
        self.erased(self.sichuan, number)
        wait_until(lambda: self.order(self.sichuan, number)["standing"] == "erased", 30)
        self.assertEqual(self.order(self.sichuan, number)["answers"],
                         [{"party": "chongqing", "late": False, "on": FIRST_DAY, "kept": []}])
        theirs = self.chongqing.as_("admin").get("/privacy/orders")["orders"]
        self.assertEqual([(one["kind"], one["from"], one["asked"], one["standing"]) for one in theirs],
                         [("erase", "sichuan", number, "erased")])
        self.erased(self.chongqing, theirs[0]["order"])
        for node in (self.sichuan, self.chongqing):
            self.assertFalse(keys & self.vault_keys(node))
            for path in (node.dir / "vault.db", node.dir / "vault.db-wal"):
                if path.exists():
                    self.assertNotIn(next(iter(keys)).encode(), path.read_bytes())
            # Nobody is found by the name any more; by the number, of which a pseudonym stays, still.
            self.assertEqual(self.found(node, NAME), [])
            self.assertEqual(self.found(node, NUMBER), [self.case])
            for index in node.dir.glob("views*.find"):
                with sqlite3.connect(f"file:{index}?mode=ro", uri=True) as held:
                    self.assertFalse(keys & {row[0] for row in held.execute("SELECT key FROM person")})

        # The work goes on, under new keys.
        self.chongqing.as_("clerk").act(self.case, "see", "clerk", {"remark": "seen"})
        self.chongqing.as_("clerk").act(self.case, "take", "clerk")
        self.deliver()
        self.assertEqual(self.value(self.sichuan, "remark"), "seen")
        report = json.loads(self.privacy(self.sichuan, "admin", "report", NUMBER, "--json"))
        self.assertEqual({one["path"]: one["standing"] for one in report["places"][0]["values"]},
                         {"data.who": "erased", "data.remark": "kept"})
        self.assertTrue(any(read["principal"] == "key:clerk" for read in report["reads"]))
        self.assertIn(f"erased on {FIRST_DAY} by order {number}", bashu(
            "case", "show", self.case, "--api", self.sichuan.url,
            "--key", self.sichuan.keys["clerk"]))

        # A restart does not bring it back, nor a vault from before.
        for node in (self.sichuan, self.chongqing):
            node.stop()
            for name in ("vault.db-wal", "vault.db-shm"):
                (node.dir / name).unlink(missing_ok=True)
            shutil.copy(self.dir / f"{node.party}-vault.db", node.dir / "vault.db")
            self.assertTrue(keys & self.vault_keys(node))
            node.start()
            self.assertFalse(keys & self.vault_keys(node))
        self.erased(self.sichuan, number)
        self.deliver()
        after = self.sichuan.as_("clerk").get("/figures/parcels/taken", as_of=FIRST_DAY)
        self.assertEqual((figure["value"], after["value"]), (0, 1))
        self.verify("sichuan", "chongqing")

    def test_a_hold_there_keeps_it_until_two_people_there_decide(self):
        hold = self.by_two(self.chongqing, "hold", self.case, "--reason", "court 12 of Yuzhong")
        with self.assertRaises(RuntimeError):
            self.by_two(self.chongqing, "erase", NUMBER, "--reason", "r")
        number = self.by_two(self.sichuan, "erase", NUMBER, "--reason", "r")
        wait_until(lambda: "on" in self.order(self.sichuan, number)["answers"][0], 30)
        self.assertEqual(self.order(self.sichuan, number)["answers"][0]["reason"], "hold")
        self.assertEqual(self.value(self.chongqing), NAME)
        day = (datetime.date.fromisoformat(FIRST_DAY) + datetime.timedelta(days=20)).isoformat()
        for node in self.nodes.values():
            node.set_day(day)
        wait_until(lambda: "erasure_late" in self.sichuan.as_("admin").get("/health")["why"], 30)
        self.assertEqual(self.order(self.sichuan, number)["standing"], "late")
        told = json.loads(bashu("doctor", self.sichuan.dir, "--json", check=False).stdout)
        self.assertEqual([one["level"] for one in told["findings"] if one["check"] == "privacy"],
                         ["warn"])

        self.by_two(self.chongqing, "end", str(hold), "--reason", "the court is done")
        asked = next(one["order"] for one in self.chongqing.as_("admin").get("/privacy/orders")["orders"]
                     if one["kind"] == "asked")
        self.by_two(self.chongqing, "erase", "--asked", str(asked), "--reason", "as sichuan asks")
        wait_until(lambda: self.order(self.sichuan, number)["standing"] == "erased", 30)
        wait_until(lambda: "erasure_late" not in self.sichuan.as_("admin").get("/health")["why"], 30)
        self.assertIn("erased", self.value(self.chongqing))
        self.verify("sichuan", "chongqing")

    def test_it_goes_by_itself_when_its_time_is_over(self):
        # The pack says so to whoever reads it.
        told = self.nodes["sichuan"].as_("clerk").get("/packs/parcels/pages")["retention"]
        self.assertEqual(told, ["personal values: 1 month after the case has ended (Synthetic rule 7)"])
        clerk = self.chongqing.as_("clerk")
        clerk.act(self.case, "see", "clerk", {"remark": "seen"})
        self.assertEqual(self.order_list(self.sichuan)["due"], [])
        clerk.act(self.case, "take", "clerk")
        self.deliver()
        for node in self.nodes.values():
            due = self.order_list(node)["due"]
            self.assertEqual([(one["cases"], one["due"], one["keys"]) for one in due],
                             [([self.case], "2026-04-02", 2)])
        self.assertIn("Synthetic rule 7", self.privacy(self.sichuan, "admin", "list"))
        for node in self.nodes.values():
            node.set_day("2026-04-01")
        self.deliver()
        self.assertEqual(self.value(self.chongqing), NAME)
        hold = self.by_two(self.chongqing, "hold", self.case, "--reason", "court 12 of Yuzhong")
        for node in self.nodes.values():
            node.set_day("2026-04-02")
        wait_until(lambda: "erased" in self.value(self.sichuan), 30)
        wait_until(lambda: "on" in self.order(self.sichuan, 1)["answers"][0], 30)
        given = self.order(self.sichuan, 1)
        self.assertEqual((given["kind"], given["subject"], given["keys"], given.get("by")),
                         ("erase", "parcels", 2, None))
        self.assertEqual(given["answers"][0]["reason"], "hold")
        self.assertEqual(self.value(self.chongqing), NAME)

        self.by_two(self.chongqing, "end", str(hold), "--reason", "the court is done")
        for node in self.nodes.values():
            node.set_day("2026-04-03")
        wait_until(lambda: "erased" in self.value(self.chongqing), 30)
        for node in self.nodes.values():
            wait_until(lambda node=node: all(one["standing"] in ("erased", "decided", "lifted")
                                             for one in self.order_list(node)["orders"]), 30)
            self.assertEqual(self.order_list(node)["due"], [])
        self.verify("sichuan", "chongqing")

    def test_a_backup_from_before_is_told(self):
        key = self.dir / "backup.key"
        key.write_text("ab" * 32 + "\n")
        os.environ["BASHU_BACKUP_KEY_FILE"] = str(key)
        self.addCleanup(os.environ.pop, "BASHU_BACKUP_KEY_FILE")
        bashu("backup", self.sichuan.dir, "--to", self.dir / "backup", "--vault-to", self.dir / "vault")
        # As if it had been made before the rehearsal's day.
        note = self.sichuan.dir / "backed-up"
        made = json.loads(note.read_text().split("\n")[0])
        note.write_text(json.dumps({**made, "made_ms": 1_767_225_600_000}) + "\n")
        number = self.by_two(self.sichuan, "erase", NUMBER, "--reason", "r")
        wait_until(lambda: self.order(self.sichuan, number)["standing"] == "erased", 30)
        told = json.loads(bashu("doctor", self.sichuan.dir, "--json", check=False).stdout)
        found = [one for one in told["findings"] if one["check"] == "privacy"]
        self.assertEqual([one["level"] for one in found], ["warn"])
        self.assertIn("the backup of 2026-01-01", found[0]["text"])

    def test_a_restricted_value_is_shown_to_whoever_says_for_what(self):
        number = self.by_two(self.sichuan, "restrict", NUMBER, "--reason", "disputed by the person")
        self.assertEqual(self.value(self.sichuan), {"$sealed": True, "restricted": number})
        clerk = self.sichuan.as_("clerk")
        _, _, told = clerk.request("GET", f"/cases/{self.case}",
                                   headers={"Bashu-Purpose": "appeal%207"})
        self.assertEqual(json.loads(told)["data"]["who"], NAME)
        reads = self.sichuan.as_("clerk").get(f"/cases/{self.case}/access")["reads"]
        self.assertIn("appeal 7", [read.get("purpose") for read in reads])
        self.by_two(self.sichuan, "end", str(number), "--reason", "settled")
        self.assertEqual(self.value(self.sichuan), NAME)


if __name__ == "__main__":
    unittest.main()
