"""What /openapi.json says of answers and errors is what the node answers: every answer of a walk is
held against the document by a JSON Schema validator, and no member comes that it does not name."""

import unittest

import jsonschema
from support import FIRST_DAY, PARCELS, CircleTest, Refused, travelled

def closed(schema):
    """The same, where what is not named is wrong; dates are checked as dates."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    schema = {name: closed(one) for name, one in schema.items()}
    if "properties" in schema:
        schema.setdefault("additionalProperties", False)
    return schema


class OpenApi(CircleTest):
    PACK = PARCELS.replace("scenarios:\n", """\
  packed: {title: {zh: 寄件数, en: Parcels packed}, of: parcel, concerns: parties, from: case.opened, count: true, split: {label: data.label}}
  sent: {title: {zh: 寄出件数, en: Pieces sent}, of: pieces.sent, sum: account.balance, concerns: everybody}
scenarios:
""")

    def make(self, party):
        node = super().make(party)
        travelled(node)
        return node

    def setUp(self):
        super().setUp()
        self.clerk = self.nodes["sichuan"].as_("clerk")
        self.admin = self.nodes["sichuan"].as_("admin")
        document = self.admin.get("/openapi.json")
        self.paths = document["paths"]
        # Packs bring their own schemas, with the rules of forms; answers are closed here.
        self.parts = closed({"components": document["components"]})
        self.met = set()

    def operation(self, method, path):
        """The document's own name of a path: the longest that fits."""
        parts = path.split("/")
        for name, item in self.paths.items():
            names = name.split("/")
            same = len(names) == len(parts) and all(
                theirs.startswith("{") or theirs == ours for theirs, ours in zip(names, parts))
            if same and method in item:
                return name, item[method]
        raise AssertionError(f"{method} {path} is not in the document")

    def check(self, method, path, status, answer):
        name, operation = self.operation(method, path)
        response = operation["responses"].get(status, operation["responses"]["default"])
        if "$ref" in response:
            response = self.parts["components"]["responses"][response["$ref"].split("/")[-1]]
        (media, content), = response["content"].items()
        schema = closed(content["schema"])
        jsonschema.Draft202012Validator(
            {**self.parts, **schema},
            format_checker=jsonschema.FormatChecker()).validate(answer)
        if media == "application/json":
            self.assertNotEqual(schema, {"type": "object"}, f"{name} is not described")
        self.met.add((method, name))
        return answer

    def get(self, path, client=None, **query):
        return self.check("get", path, "200", (client or self.clerk).get(path, **query))

    def post(self, path, body, client=None, status="200"):
        return self.check("post", path, status, (client or self.clerk).post(path, body))

    def refused(self, method, path, body=None, **query):
        with self.assertRaises(Refused) as caught:
            if method == "get":
                self.clerk.get(path, **query)
            else:
                self.clerk.post(path, body)
        self.check(method, path, "refusal", caught.exception.problem)
        return caught.exception

    def test_every_answer_is_as_the_document_says(self):
        case = self.post("/cases", {"pack": "parcels", "service": "parcel", "role": "clerk",
                                    "parties": {"sender": "sichuan", "receiver": "chongqing"},
                                    "with": {"label": "书"}}, status="201")["case"]
        self.post(f"/cases/{case}/events/note", {"role": "clerk", "with": {"note": "轻放"}})
        self.post(f"/cases/{case}/events/send", {"role": "clerk"})
        self.deliver()
        self.nodes["chongqing"].as_("clerk").act(case, "take", "clerk")
        for node in self.nodes.values():
            self.check("post", "/figures/publish", "200",
                       node.as_("admin").post("/figures/publish", {"as_of": FIRST_DAY}))
        self.deliver()

        health = self.get("/health")
        self.assertEqual([one["party"] for one in health["clocks"]], ["chongqing"])
        self.assertLess(abs(health["clocks"][0]["ahead_s"]), 5)
        self.assertEqual(self.get("/session")["id"], "clerk")
        self.assertEqual(self.get("/packs")["packs"][0]["title"], "Parcels")
        self.get("/packs/parcels")
        self.get("/packs/parcels/pages")
        self.assertEqual(len(self.get("/figures")["figures"]), 3)
        self.get("/figures", as_of=FIRST_DAY)
        listed = self.get("/cases", limit=10)["cases"][0]
        self.assertEqual((listed["title"], listed["titles"]["pack"]), ("Parcel", "Parcels"))
        self.get(f"/cases/{case}")
        self.get(f"/cases/{case}/choices")
        self.get(f"/cases/{case}/history")
        self.get(f"/cases/{case}/evidence")
        self.get(f"/cases/{case}/evidence", whole="true")
        self.get("/tasks", client=self.admin)
        self.get("/inbox")
        self.get("/session")
        self.get("/colleagues")
        self.get("/substitutes")
        self.get("/search", q="书")
        self.get("/packs/parcels/registers/stop")
        self.get("/packs/parcels/books/pieces/sent")
        months = self.get("/packs/parcels/books/pieces/sent/months", key="")["months"]
        self.assertEqual([(one["opening"], one["closing"]) for one in months], [(0, 0)])
        self.post("/journal/verification", {}, client=self.admin)
        self.get("/journal/verification", client=self.admin)
        self.get("/packs/parcels/registers/stop/history", key="x")
        self.get("/packs/parcels/registers/stop/doubles")
        self.get(f"/cases/{case}/access")
        self.get("/keys", client=self.admin)
        self.get("/users", client=self.admin)
        self.get("/approvals", client=self.admin)
        self.post("/privacy/orders", {"kind": "hold", "subject": case, "reason": "r"},
                  client=self.admin)
        self.post("/privacy/orders", {"kind": "hold", "subject": case, "reason": "r"},
                  client=self.nodes["sichuan"].as_("second"))
        self.get("/privacy/orders", client=self.admin)
        self.post("/privacy/find", {"subject": case}, client=self.admin)
        self.post("/privacy/report", {"subject": case}, client=self.admin)
        self.get("/documents")
        self.get("/packs/parcels/books/pieces/sent", key="")
        self.get("/held", client=self.admin)
        self.get("/circle")
        channels = self.get("/channels", client=self.admin)["channels"]
        self.assertLess(abs(channels[0]["clock_ahead_s"]), 5)
        self.get("/journal/entries", client=self.admin, limit=50)
        self.get("/calendars")
        self.get("/network/scenarios", scenario="late")
        self.get("/network/reach", origin="510104", within=120)
        self.get("/network/journey", origin="510104", destination="500103", as_of="2030-01-01")
        self.get("/network/missed", as_of="2026-03-02")
        self.get("/network/matrix")
        self.get("/network/compare", then="2030-01-01")
        self.get("/network/explain", lines="G5")
        self.get("/network/sides")
        self.get("/session/ways")
        self.get("/overview")
        self.get("/discrepancies", client=self.admin)
        for figure in ("packed", "sent"):
            told = self.get(f"/figures/parcels/{figure}", as_of=FIRST_DAY, digest="true")
            self.assertEqual(len(told["by_side"]), 2)
            self.get(f"/figures/parcels/{figure}", as_of=FIRST_DAY, party="chongqing")
            self.get(f"/figures/parcels/{figure}/records", as_of=FIRST_DAY)

        self.assertEqual(self.refused("get", "/cases/nothing-1").problem["code"], "unknown_case")
        self.assertEqual(self.refused("get", "/cases", statee="packed").problem["code"],
                         "malformed")
        wrong = self.refused("post", "/cases", {"pack": "parcels", "service": "parcel",
                                                "role": "clerk", "with": {"label": "", "x": 1},
                                                "parties": {"sender": "sichuan",
                                                            "receiver": "chongqing"}})
        self.assertGreaterEqual(len(wrong.problem["errors"]), 1)
        self.refused("post", f"/cases/{case}/events/send", {"role": "clerk"})
        self.assertGreater(len(self.met), 20)


if __name__ == "__main__":
    unittest.main()
