"""Who comes in is journaled: what two people decide survives the node, and no file lets anybody in."""

import json
import pathlib
import shutil
import tempfile
import unittest

from support import FIRST_DAY, NAMES, PARCELS, ROOT, Node, Refused, bashu, own_net


class Approvals(unittest.TestCase):
    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="bashu-approvals-"))
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)
        self.node = Node(self.dir / "sichuan", "sichuan", NAMES["sichuan"], f"{own_net()}.1", FIRST_DAY)
        self.addCleanup(self.node.stop)
        self.node.add_key("second", "second administrator", may=["admin"])
        self.node.add_key("again", "first administrator again", may=["admin"], person="administrator")
        self.node.start()

    def refused(self, key, path, body=None):
        with self.assertRaises(Refused) as refused:
            self.node.as_(key).post(path, body or {})
        return refused.exception

    def ask(self, key_id):
        answer = self.node.as_("admin").post(
            "/keys", {"id": key_id, "name": key_id, "person": key_id, "may": ["admin"]})
        self.node.keys[key_id] = answer["secret"]
        return answer["approval"]

    def restart(self):
        self.node.kill()
        self.node.start()

    def test_an_approval_outlives_the_node_and_counts_people_in_force(self):
        number = self.ask("third")
        self.restart()
        waiting = self.node.as_("second").get("/approvals")["approvals"]
        self.assertEqual([(one["approval"], one["asked_by"], one["counts"]) for one in waiting],
                         [(number, "administrator", True)])
        listed = bashu("approvals", "list", "--api", self.node.url, "--key", self.node.keys["second"])
        self.assertIn("key:third", listed)
        self.refused("third", f"/approvals/{number}/sign")
        self.refused("again", f"/approvals/{number}/sign")  # another key, the same person
        bashu("approvals", "sign", number, "--api", self.node.url, "--key", self.node.keys["second"])
        self.restart()
        self.assertEqual(self.node.as_("third").get("/approvals")["approvals"], [])

        # Of two keys of one person one is enough; without any, what was asked does not count.
        number = self.ask("fourth")
        self.node.as_("second").post("/keys/admin/end", {})
        self.restart()
        self.assertTrue(self.node.as_("second").get("/approvals")["approvals"][0]["counts"])
        self.node.as_("second").post("/keys/again/end", {})
        self.restart()
        self.assertFalse(self.node.as_("second").get("/approvals")["approvals"][0]["counts"])
        self.refused("second", f"/approvals/{number}/sign")
        self.refused("fourth", "/clock", {"today": "2026-03-03"})

    def test_a_pack_and_a_calendar_take_two_people(self):
        pack = self.dir / "pack.yaml"
        pack.write_text(PARCELS, encoding="utf-8")
        door = ["--api", self.node.url, "--key"]
        first = [*door, self.node.keys["admin"]]
        second = [*door, self.node.keys["second"]]
        held = lambda: [one["pack"] for one in self.node.as_("admin").get("/packs")["packs"]]  # noqa: E731
        self.assertIn("waits for a second person", bashu("pack", "adopt", *first, pack))
        bashu("pack", "adopt", *door, self.node.keys["again"], pack)  # another key, the same person
        self.assertEqual(held(), [])
        self.restart()
        waiting = self.node.as_("second").get("/approvals")["approvals"]
        self.assertEqual([(one["act"]["kind"], one["act"]["pack"], one["asked_by"]) for one in waiting],
                         [("pack", "parcels", "administrator")])
        self.assertIn("parcels", bashu("approvals", "list", *second))
        self.assertIn("adopted", bashu("pack", "adopt", *second, pack))
        self.assertEqual(held(), ["parcels"])
        self.refused("second", f"/approvals/{waiting[0]['approval']}/sign")
        # By either alone it is nothing new any more.
        before = self.node.health()["position"]
        bashu("pack", "adopt", *first, pack)
        self.assertEqual(self.node.health()["position"], before)

        days = {"party": "sichuan", "holidays": ["2026-05-01"]}
        number = self.node.as_("admin").post("/calendars", days)["approval"]
        self.assertEqual(self.node.as_("admin").get("/calendars")["calendars"], [])
        self.restart()
        bashu("approvals", "sign", number, *second)
        calendar = self.node.as_("admin").get("/calendars")["calendars"][0]
        self.assertEqual((calendar["version"], calendar["holidays"]), (1, ["2026-05-01"]))
        self.assertEqual(self.node.as_("second").get("/approvals")["approvals"], [])

    def test_whoever_holds_the_directory_at_rest_acts_alone(self):
        self.node.as_("second").post("/keys/second/end", {})
        self.node.stop()
        pack = self.dir / "pack.yaml"
        pack.write_text(PARCELS, encoding="utf-8")
        calendar = self.dir / "calendar.yaml"
        shutil.copy(ROOT / "circles" / "calendar-cn.yaml", calendar)
        bashu("pack", "adopt", self.node.dir, pack)
        self.assertIn("loaded", bashu("calendar", "load", self.node.dir, calendar))
        self.node.start()
        self.assertEqual(len(self.node.as_("admin").get("/calendars")["calendars"]), 1)
        self.assertEqual(len(self.node.as_("admin").get("/packs")["packs"]), 1)

    def test_no_file_brings_a_key_back(self):
        row = {"id": "second", "name": "x", "may": ["admin"], "sha256": "0" * 64}
        self.node.stop()
        for text in (json.dumps([row]), "[{", "[]"):
            (self.node.dir / "api-keys.json").write_text(text, encoding="utf-8")
            self.node.launch()
            self.assertEqual(self.node.process.wait(30), 2)
            self.node.stop()
        (self.node.dir / "api-keys.json").unlink()
        self.node.start()
        self.assertEqual(self.node.as_("second").get("/approvals")["approvals"], [])


if __name__ == "__main__":
    unittest.main()
