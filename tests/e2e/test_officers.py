"""Two officers end a dispute: the bundle proves both, to verifiers that are not ours, and no node can put
words into an officer's mouth or do without one."""

import base64
import hashlib
import json
import subprocess
import unittest
import zipfile

from support import ROOT, CircleTest, bashu, program, tool

AHEAD = "2026-03-05"
EXTERNAL = ROOT / "tests" / "external"


def b64u(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def opened(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def written(value):
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


class Officers(CircleTest):
    def make(self, party):
        node = super().make(party)
        node.add_key("deputy", "deputy", ["*:chief"], person=f"officer-{party}")
        return node

    def disputed(self):
        """A case whose step Sichuan does not take, and what both may sign."""
        chongqing, sichuan = self.nodes["chongqing"], self.nodes["sichuan"]
        case = chongqing.as_("clerk").start("parcels", "parcel", "clerk", {"sender": "chongqing", "receiver": "sichuan"},
                                            {"label": "前方"})["case"]
        self.deliver()
        chongqing.set_day(AHEAD)
        chongqing.as_("clerk").act(case, "note", "clerk", {"note": "来自“未来”"})
        self.deliver()
        sichuan.set_day(AHEAD)
        return case

    def settled(self):
        case = self.disputed()
        for node in self.nodes.values():
            content = node.as_("clerk").case(case)["disputes"][-1]["content"]
            node.as_("deputy").post(f"/cases/{case}/settle", {"content": content, "note": "时钟已校正"})
        self.deliver()
        return case

    @staticmethod
    def agreement(bundle):
        with zipfile.ZipFile(bundle) as archive:
            return hashlib.sha256(opened(json.loads(archive.read("agreement/000001.json"))["payload"])).hexdigest()

    @staticmethod
    def settlement(bundle):
        """Channel and number of what Chongqing signed."""
        with zipfile.ZipFile(bundle) as archive:
            for name in archive.namelist():
                if not name.startswith("messages/chongqing."):
                    continue
                if json.loads(opened(json.loads(archive.read(name))["payload"]))["kind"] == "case.settle":
                    return name.removeprefix("messages/").removesuffix(".json").split("/")
        raise AssertionError("there is none")

    def bundle(self, party, case):
        out = self.dir / f"{party}.zip"
        bashu("bundle", self.nodes[party].dir, case, "--out", out)
        return out

    def resigned(self, bundle, change):
        """The bundle with the settlement of Chongqing changed, and signed again by its own node."""
        files = {}
        with zipfile.ZipFile(bundle) as archive:
            for name in archive.namelist():
                files[name] = archive.read(name)
        files.pop("manifest.sha256")
        found = 0
        for name in sorted(files):
            if not name.startswith("messages/chongqing."):
                continue
            envelope = json.loads(files[name])
            payload = json.loads(opened(envelope["payload"]))
            if payload["kind"] != "case.settle":
                continue
            change(payload["body"])
            envelope["payload"] = b64u(written(payload))
            seed = bytes.fromhex((self.nodes["chongqing"].dir / "keys" / "envelope.key").read_text()[:64])
            key, text = self.dir / "envelope.der", self.dir / "signed"
            key.write_bytes(bytes.fromhex("302e020100300506032b657004220420") + seed)
            text.write_bytes(f"{envelope['protected']}.{envelope['payload']}".encode())
            envelope["signature"] = b64u(subprocess.run(
                ["openssl", "pkeyutl", "-sign", "-keyform", "DER", "-inkey", str(key), "-rawin", "-in", str(text)],
                check=True, capture_output=True).stdout)
            files[name] = written(envelope)
            # The receipt is of what was taken; without it delivery is unproven, and nothing is wrong yet.
            files.pop(name.replace("messages/", "receipts/").replace(".json", ".tlog-proof"))
            found += 1
        self.assertEqual(found, 1)
        out = self.dir / "resigned.zip"
        manifest = "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files))
        with zipfile.ZipFile(out, "w") as archive:
            for name, data in [("manifest.sha256", manifest.encode()), *sorted(files.items())]:
                archive.writestr(zipfile.ZipInfo(name), data)
        return out

    def test_two_officers_are_proven_to_everybody(self):
        case = self.settled()
        told = self.nodes["sichuan"].as_("clerk").get(f"/cases/{case}")["disputes"][-1]["signatures"]
        self.assertEqual({one["by"]: one["officer"] for one in told},
                         {"chongqing": "officer-chongqing", "sichuan": "officer-sichuan"})
        steps = self.nodes["sichuan"].as_("clerk").get(f"/cases/{case}/history")["steps"]
        self.assertEqual([step.get("officer") for step in steps], ["key:clerk", "key:clerk"])
        for party in self.PARTIES:
            bundle = self.bundle(party, case)
            agreement = self.agreement(bundle)
            said = bashu("verify-bundle", bundle, agreement)
            outside = tool(EXTERNAL / "officers.sh", bundle, agreement)
            self.assertEqual(outside.returncode, 0, outside.stderr.decode())
            for one in self.PARTIES:
                self.assertIn(f"acted: officer-{one} of {one} as chief by key at ", said)
                self.assertIn(f"vouched for by {one}/command/1", said)
                for who in ("go", "shell"):
                    self.assertRegex(outside.stdout.decode(),
                                     rf"{who}: .*officer-{one} of {one} as chief \(key\), vouched for by {one}/command/1")
        self.verify("chongqing", "sichuan")

    def test_a_node_alone_settles_nothing(self):
        case = self.settled()
        bundle = self.bundle("sichuan", case)
        agreement = self.agreement(bundle)

        def another(body):
            body["$voucher"]["said"] = body["$voucher"]["said"].replace("officer-chongqing", "officer-nobody")

        def none(body):
            del body["$voucher"]

        def another_command(body):
            body["note"] = "als vereinbart"

        for change, code in ((another, "voucher"), (another_command, "voucher"), (none, "voucher-missing")):
            forged = self.resigned(bundle, change)
            ours = tool(program(), "verify-bundle", forged, agreement)
            self.assertEqual(ours.returncode, 1)
            self.assertIn(f": {code}\n", ours.stdout.decode())
            theirs = tool(EXTERNAL / "officers.sh", forged, agreement)
            self.assertNotEqual(theirs.returncode, 0)
            self.assertIn("voucher", theirs.stderr.decode())
            shell = tool(EXTERNAL / "verify.sh", forged, agreement, *self.settlement(forged))
            self.assertNotEqual(shell.returncode, 0)
            self.assertNotIn("acted:", shell.stdout.decode())
            self.assertIn("message id:", shell.stdout.decode())  # the node's own signature is sound


if __name__ == "__main__":
    unittest.main()
