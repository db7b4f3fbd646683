"""A person is shown who read what of theirs: in every case and record that names them, and nothing of another's.
Data is synthetic."""

import json
import unittest

from support import PARCELS, CircleTest, Refused, bashu

PACK = PARCELS.replace(
    "  count: {type: int", "  who: {type: text, min: 1, max: 60, class: personal, title: {zh: 姓名, en: Name}}\n"
    "  person: {type: token, class: token, title: {zh: 人员, en: Person}}\n"
    "  count: {type: int", 1).replace(
    "fields: {label: label, note:", "fields: {label: label, who: {type: who, optional: true}, "
    "person: {type: person, optional: true}, note:").replace(
    "form: [label]\n", "form: [label, who, person]\n", 1).replace(
    "books:\n", "  client: {kept: own, key: [person], title: {zh: 客户, en: Clients}, "
    "fields: {person: person, who: who}}\nbooks:\n", 1)
PERSON, OTHER = "510104199001010012", "510104199001010039"


class PersonReads(CircleTest):
    PACK = PACK

    def make(self, party):
        node = super().make(party)
        node.add_key("registrar", "registrar", ["*:clerk"], ["registrar"])
        return node

    def test_who_read_what_of_a_person(self):
        sichuan = self.nodes["sichuan"]
        clerk = sichuan.as_("clerk")
        cases = {}
        for label, number in (("a", PERSON), ("b", PERSON), ("c", OTHER)):
            cases[label] = clerk.start("parcels", "parcel", "clerk",
                                       {"sender": "sichuan", "receiver": "chongqing"},
                                       {"label": label, "who": f"Name {label}", "person": number})["case"]
        sichuan.as_("admin").post("/packs/parcels/registers/client/records", {"records": [
            {"person": PERSON, "who": "Name a"}, {"person": OTHER, "who": "Name c"}]})
        self.deliver()
        # The chief reads one case of each, the clerk another, the registrar the rows of both.
        for label in ("a", "c"):
            sichuan.as_("chief").case(cases[label])
        clerk.case(cases["b"])
        registrar = sichuan.as_("registrar")
        rows = registrar.get("/packs/parcels/registers/client")["records"]
        key = {row["fields"]["who"]: row["key"] for row in rows}
        for row in rows:
            registrar.get("/packs/parcels/registers/client", key=row["key"])

        told = sichuan.as_("admin").post("/privacy/reads", {"person": PERSON})
        reads = told["reads"]
        about = {(read["principal"], read["about"]) for read in reads}
        record = f"parcels/client/{key['Name a']}"
        self.assertLessEqual({("key:chief", cases["a"]), ("key:clerk", cases["b"]),
                              ("key:registrar", record)}, about)
        self.assertEqual({place for _, place in about},
                         {cases["a"], cases["b"], record, f"privacy/{told['subject']}"})
        times = [read["time_ms"] for read in reads]
        self.assertEqual(times, sorted(times, reverse=True))
        # That it was asked is written down, and told first.
        self.assertEqual((reads[0]["principal"], reads[0]["about"]),
                         ("administrator", f"privacy/{told['subject']}"))
        # The other's are the other's.
        theirs = {read["about"] for read in
                  sichuan.as_("admin").post("/privacy/reads", {"person": OTHER})["reads"]}
        self.assertIn(cases["c"], theirs)
        self.assertFalse(theirs & {cases["a"], cases["b"], record})
        # Of whom nothing is known here it is not said that nobody read anything.
        self.assertTrue(told["known"])
        for wrong, warned in (("510104199001010013", True), ("t:nobody", False)):
            nobody = sichuan.as_("admin").post("/privacy/reads", {"person": wrong})
            self.assertEqual((nobody["known"], "warnings" in nobody), (False, warned), nobody)
        for wrong in ("x" * 201, "   "):
            with self.assertRaises(Refused):
                sichuan.as_("admin").post("/privacy/reads", {"person": wrong})
        # By the command too; and not for everybody.
        listed = bashu("access", "list", "--person", PERSON, "--api", sichuan.url,
                       "--key", sichuan.keys["admin"])
        self.assertIn(cases["a"], {json.loads(line)["about"] for line in listed.splitlines()})
        for who in ("clerk", "chief"):
            with self.assertRaises(Refused):
                sichuan.as_(who).post("/privacy/reads", {"person": PERSON})


if __name__ == "__main__":
    unittest.main()
