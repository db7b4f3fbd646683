"""One person has one pseudonym on both sides of a circle, which two members make together: neither alone, and no
form is taken about somebody who cannot be named. Data is synthetic."""

import json
import unittest

from support import PARCELS, CircleTest, bashu, wait_until

PACK = PARCELS.replace(
    "  count: {type: int", "  person: {type: token, class: token, title: {zh: 人员, en: Person}}\n"
    "  count: {type: int", 1).replace(
    "fields: {label: label,", "fields: {label: label, person: {type: person, optional: true},").replace(
    "form: [label]\n", "form: [label, person]\n", 1)
MET, STRANGER = "510104199001010012", "500103199001010012"
PARTIES = {"sichuan": {"sender": "sichuan", "receiver": "chongqing"},
           "chongqing": {"sender": "chongqing", "receiver": "sichuan"}}


class Pseudonyms(CircleTest):
    PACK = PACK

    def start(self, party, person):
        return self.nodes[party].as_("clerk").start("parcels", "parcel", "clerk", PARTIES[party],
                                                    {"label": "a", "person": person})["case"]

    def refused(self, party, person):
        """One attempt; gives the problem."""
        body = {"pack": "parcels", "service": "parcel", "role": "clerk", "parties": PARTIES[party],
                "with": {"label": "a", "person": person}}
        status, headers, answer = self.nodes[party].as_("clerk").request(
            "POST", "/cases", body, {"Idempotency-Key": f"{party} {person}"})
        problem = json.loads(answer)
        self.assertEqual(status, 503, problem)
        self.assertGreater(int(headers["Retry-After"]), 0)
        return problem

    def name(self, party, case):
        return self.nodes[party].as_("clerk").case(case)["data"]["person"]

    def found(self, party, person):
        hits = self.nodes[party].as_("clerk").post("/search/persons", {"person": person})["hits"]
        return sorted(hit["case"]["id"] for hit in hits)

    def test_both_name_one_person_and_neither_alone(self):
        sichuan, chongqing = self.nodes["sichuan"], self.nodes["chongqing"]
        first, second = self.start("sichuan", MET), self.start("chongqing", MET)
        name = self.name("sichuan", first)
        self.assertTrue(name.startswith("t:"))
        self.assertEqual(self.name("chongqing", second), name)

        chongqing.stop()
        before = sichuan.health()["position"]
        problem = self.refused("sichuan", STRANGER)
        self.assertEqual(problem["code"], "pseudonyms_away")
        self.assertRegex(problem["detail"], "(?i)chongqing|重庆")
        self.assertEqual(sichuan.health()["position"], before)
        third = self.start("sichuan", MET)  # who was met before goes on
        self.assertEqual(self.name("sichuan", third), name)
        chongqing.start()
        self.assertNotEqual(self.name("sichuan", self.start("sichuan", STRANGER)), name)

        # Who asked how many stands in the log and the record of neither says whom.
        asked = [json.loads(line) for line in chongqing.log.read_text(encoding="utf-8").splitlines()
                 if '"what":"pseudonyms"' in line]
        self.assertTrue(asked)
        self.assertEqual({one["party"] for one in asked}, {"sichuan"})
        for node in (sichuan, chongqing):
            node.stop()
            for path in node.dir.rglob("*"):
                if path.is_file() and path.suffix in (".db", ".log", ".txt", ".db-wal"):
                    self.assertNotIn(MET.encode(), path.read_bytes(), path)

    def test_a_new_secret_leaves_old_records_found(self):
        first = self.start("sichuan", MET)
        old = self.name("sichuan", first)
        self.deliver()
        sichuan, chongqing = self.nodes["sichuan"], self.nodes["chongqing"]
        for node in (sichuan, chongqing):
            node.stop()
        card, agreement, signed = (self.dir / name for name in ("card", "agreement-2", "signed-2"))
        bashu("circle", "card", chongqing.dir, "--out", card)
        bashu("circle", "invite", sichuan.dir, "--name", "e2e", "--card", card, "--new-pseudonyms",
              "--out", agreement)
        bashu("circle", "accept", chongqing.dir, agreement, "--yes", "--out", signed)
        for node in (sichuan, chongqing):
            bashu("circle", "adopt", node.dir, signed)
        for node in (sichuan, chongqing):
            node.start()
        wait_until(lambda: all(node.can_name() for node in (sichuan, chongqing)), "the new secret")
        self.deliver()
        second = self.start("chongqing", MET)
        new = self.name("chongqing", second)
        self.assertNotEqual(new, old)
        third = self.start("sichuan", MET)
        self.assertEqual(self.name("sichuan", third), new)
        self.deliver()
        for party in ("sichuan", "chongqing"):
            wait_until(lambda party=party: self.found(party, MET) == sorted([first, second, third]),
                       f"all cases of the person at {party}")
        self.verify("sichuan", "chongqing")

    def test_the_other_side_names_so_many_in_an_hour(self):
        sichuan, chongqing = self.nodes["sichuan"], self.nodes["chongqing"]
        chongqing.stop()
        chongqing.start("--pseudonyms-per-hour", "1")
        self.deliver()
        self.start("sichuan", MET)
        self.assertEqual(self.refused("sichuan", STRANGER)["code"], "pseudonyms_busy")
        codes = {alarm["code"] for alarm in chongqing.as_("admin").get("/channels")["alarms"]}
        self.assertIn("pseudonyms-limit", codes)
        self.assertTrue(sichuan.as_("clerk").case(self.start("sichuan", MET)))


if __name__ == "__main__":
    unittest.main()
