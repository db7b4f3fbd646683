"""The demo from beginning to end, the large files of its circle thinned out (the whole circle:
tests/circle/test_figures.py); then what it left behind: evidence that tools which are not ours accept, and
no personal value in plain text."""

import base64
import datetime
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import zlib

from support import ROOT, bashu, own_net, tool

import circle
import synthetic
from demo import YEAR

PROOFS = (0, 1, 50, -2)  # positions; from the end if negative
VERIFIER = ROOT / "tests" / "external" / "verify_proof.go"
GO = {"GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOTOOLCHAIN": "local", "GOPROXY": "off"}
ED25519 = bytes.fromhex("302a300506032b6570032100")  # SubjectPublicKeyInfo before the key


def forms(value):
    """A text as it could stand in a file: UTF-8, UTF-16, hexadecimal, and in base64 at each of the
    three places where it may begin."""
    text = value.encode()
    found = {text, value.encode("utf-16-le"), value.encode("utf-16-be"),
             text.hex().encode(), text.hex().upper().encode(),
             value.encode("unicode_escape"), value.encode("unicode_escape").upper()}
    for shift in range(3):
        code = base64.b64encode(b"\0" * shift + text)
        # What depends on the neighbours is cut off.
        code = code[{0: 0, 1: 2, 2: 3}[shift]:-4]
        found |= {code, code.replace(b"+", b"-").replace(b"/", b"_")}
    return found


class Demo(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dir = pathlib.Path(tempfile.mkdtemp(prefix="bashu-demo-"))
        cls.addClassCleanup(shutil.rmtree, cls.dir, ignore_errors=True)
        cls.run_of_demo = subprocess.run(
            [sys.executable, ROOT / "tools" / "demo" / "demo.py", "--once", "--dir", cls.dir, "--net", own_net(),
             "--trips", "2", "--scale", "1", "--riders", "2000"], capture_output=True, text=True, check=False)
        cls.said = cls.run_of_demo.stdout
        cls.sides = [cls.dir / party for party in ("chongqing", "sichuan")]

    def setUp(self):
        self.assertEqual(self.run_of_demo.returncode, 0, self.said[-2000:] + self.run_of_demo.stderr)

    def test_it_tells_what_happened_in_both_languages(self):
        self.assertRegex(self.said, r"hazardous-waste/applications +94 +94")
        self.assertRegex(self.said, r"hazardous-waste/approved +480,000\.000 t +480,000\.000 t")
        self.assertRegex(self.said, r"household-migration/applications +60 +60")
        for said in ("SIGKILL", "四川恢复", "several carriers in turn", "商请接受地", "objected → refused",
                     "agreed:", "the two agree"):
            self.assertIn(said, self.said)
        self.assertEqual(self.run_of_demo.stderr, "")

    def test_it_clears_a_day_and_a_month_and_a_third_party_joins(self):
        for said in ("both nodes keep the 14 lines on which they differ, and no other", "missing at the second side",
                     "both nodes keep the 2 lines on which they differ, and no other", "what is pending is not paid",
                     "from its own statements; the positions sum to 0", "3 windows are netted"):
            self.assertIn(said, self.said)
        self.assertEqual(len(re.findall(r"window \d: \d+ lines, root [0-9a-f]{16} at both, settled", self.said)), 4)
        self.assertEqual(len(list((self.dir / "clearing").glob("node-order-*.xml"))), 4)

    # The circle.

    def test_it_ends_with_the_overview_of_both_nodes(self):
        after = self.said.index("每个数字由记录算出，与公布数并列")
        self.assertGreater(after, self.said.index("the two agree"))
        zh, en = self.said.index("总览，截至 2021-09-25"), self.said.index("Overview as of 2021-09-25")
        self.assertTrue(after < zh < en)
        for pattern in (r"F55 .* 94  =  94 +2021-09-25\n", r"F56 .* 480,000 t  =  480,000 t +2021-09-25\n",
                        r"F10  首批川渝通办事项 +95  =  95 +2020-12-31\n"):
            self.assertRegex(self.said, pattern)
        short = len(circle.check.LARGE)
        self.assertIn(f"both nodes computed the same 89 numbers; {89 - short} as published, {short} not",
                      self.said)

    def test_the_overview_is_the_same_when_it_is_asked_again(self):
        seen = []
        for side in self.sides:
            told = json.loads(bashu("overview", side, "--as-of", "2021-09-25", "--json"))
            rows = {(row["row"], json.dumps(row.get("split"))): row
                    for section in told["sections"] for row in section["rows"]}
            seen.append({key: row.get("value") for key, row in rows.items()})
            late = {key[0] for key, row in rows.items() if row["differs"]}
            self.assertEqual(late, circle.check.LARGE)
        self.assertEqual(seen[0], seen[1])
        self.assertEqual(seen[0]["F55", "null"], 94)

    def test_the_year_and_the_circle_do_not_disturb_each_other(self):
        for side in self.sides:
            for as_of, value in (("2021-09-25", 94), ("2024-12-31", 131), ("2025-12-31", 131 + 94)):
                said = json.loads(bashu("figures", side, "hazardous-waste/applications", "--as-of",
                                        as_of, "--json"))
                self.assertEqual((said["value"], said["failed"]), (value, 0), as_of)

    def test_what_was_planted_is_explained(self):
        for number in range(1, 13):
            self.assertRegex(self.said, rf"V{number:02}  ")
        for record in ("CY-R-02/sichuan/chongqing 2021-08-31 114,292,796.90 CNY  chongqing",
                       "sichuan/chongqing 2021-09-03 48.00 CNY  chongqing",
                       "achievement-1 2021-09-15 50,000,000.00 CNY  chongqing",
                       "SYN-NY-052 2021-08-06 17,659,242.36 CNY  chongqing"):
            self.assertIn(f"记录 record {record} 账目 entry #", self.said)
        self.assertEqual(self.said.count("record gaozhu/91500000MAC000009E/2021"), 2)

    def test_both_journals_verify_again(self):
        self.assertIn("the two agree", bashu("journal", "verify", *self.sides))

    def test_a_changed_byte_is_found(self):
        copy = self.dir / "copy"
        shutil.copytree(self.sides[1], copy)
        self.addCleanup(shutil.rmtree, copy)
        journal = copy / "journal.db"
        changed = bytearray(journal.read_bytes())
        at = changed.find(b"hazardous-waste", len(changed) // 4)
        self.assertGreater(at, 0)
        changed[at] ^= 1
        journal.write_bytes(changed)
        self.assertNotEqual(bashu("journal", "verify", copy, check=False).returncode, 0)

    # Evidence.

    def vkey(self, side):
        return bashu("journal", "proof", side, "0", "--vkey").strip()

    def size(self, side):
        return int(re.search(r"sound, (\d+) entries", bashu("journal", "verify", side)).group(1))

    def test_proofs_are_accepted_by_a_verifier_that_is_not_ours(self):
        verifier = self.dir / "verify_proof"
        environment = {**os.environ, **GO, "GOCACHE": os.environ.get("GOCACHE", str(self.dir / "go"))}
        built = tool("go", "build", "-o", verifier, VERIFIER, env=environment)
        self.assertEqual(built.returncode, 0, built.stderr)
        keys = [self.vkey(side) for side in self.sides]
        self.assertNotEqual(keys[0], keys[1])
        for side, key, other in zip(self.sides, keys, reversed(keys)):
            size = self.size(side)
            for position in PROOFS:
                position %= size
                proof = self.dir / "proof"
                bashu("journal", "proof", side, position, "--out", proof)
                accepted = tool(verifier, proof, key)
                self.assertEqual(accepted.returncode, 0, accepted.stderr)
                leaf = self.dir / "leaf"
                bashu("journal", "proof", side, position, "--leaf", "--out", leaf)
                self.assertEqual(accepted.stdout, leaf.read_bytes())
                self.assertNotEqual(tool(verifier, proof, other).returncode, 0)
                proof.write_bytes(proof.read_bytes().replace(b"\nindex ", b"\nindex 1", 1))
                self.assertNotEqual(tool(verifier, proof, key).returncode, 0)

    def test_checkpoints_are_accepted_by_openssl(self):
        for side in self.sides:
            proof = bashu("journal", "proof", side, "1")
            checkpoint = proof.split("\n\n", 1)[1]
            text, signatures = checkpoint.split("\n\n", 1)
            key = base64.b64decode(self.vkey(side).split("+", 2)[2])
            self.assertEqual(key[0], 1)  # Ed25519
            public, message, signature = (self.dir / n for n in ("key.der", "message", "signature"))
            public.write_bytes(ED25519 + key[1:])
            message.write_bytes((text + "\n").encode())
            signature.write_bytes(base64.b64decode(signatures.split("\n")[0].split(" ")[2])[4:])

            def openssl():
                return tool("openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey",
                            public, "-rawin", "-in", message, "-sigfile", signature)

            self.assertEqual(openssl().returncode, 0, openssl().stderr)
            message.write_bytes((text + " \n").encode())
            self.assertNotEqual(openssl().returncode, 0)

    # Privacy.

    def personal_values(self):
        off, _ = synthetic.holidays()
        march = [datetime.date(YEAR, 3, day) for day in range(1, 32)]
        days = [day for day in march if day.weekday() < 5 and day not in off]
        month = synthetic.MigrationMonth(days)
        values = month.personal_values()
        self.assertGreater(len(values), 200)
        return values

    def search(self, values, files):
        """Which files hold one of the values in one of its forms. grep looks for all at once."""
        patterns = sorted({form for value in values for form in forms(value)})
        for form in patterns:
            self.assertNotIn(b"\n", form)
            self.assertGreater(len(form), 5)
        listed = self.dir / "patterns"
        listed.write_bytes(b"\n".join(patterns) + b"\n")
        found = tool("grep", "-alF", "-f", listed, "--", *files, env={**os.environ, "LC_ALL": "C"})
        listed.unlink()
        self.assertIn(found.returncode, (0, 1), found.stderr)
        return found.stdout.decode().splitlines()

    def test_no_personal_value_stands_in_plain_text(self):
        values = [value.removesuffix("（合成）") for value in self.personal_values()]
        files = [path for path in self.dir.rglob("*") if path.is_file()]
        names = {path.name for path in files}
        self.assertLessEqual({"journal.db", "views.db", "vault.db", "access.log", "sichuan.log"}, names)
        self.assertGreater(sum(path.stat().st_size for path in files), 10_000_000)
        inside = self.dir / "unpacked"
        inside.write_bytes(b"\n".join(text for path in files for text in unpacked(path.read_bytes())))
        self.addCleanup(inside.unlink)
        self.assertEqual(self.search(values, [*files, inside]), [])

    def test_the_search_finds_what_is_there(self):
        for value in self.personal_values()[::20]:
            value = value.removesuffix("（合成）")
            for before in ("", "x", "xy"):
                text = before + value + "zzz"
                for form in (text.encode(), text.encode("utf-16-le"), text.encode("utf-16-be"),
                             text.encode().hex().encode(), base64.b64encode(text.encode()),
                             base64.urlsafe_b64encode(text.encode())):
                    planted = self.dir / "planted"
                    planted.write_bytes(b"\0\x80" + form)
                    self.assertEqual(self.search([value], [planted]), [str(planted)], form)
                    planted.unlink()


def unpacked(content):
    """What zlib streams in the file hold, if any."""
    for match in re.finditer(rb"\x78[\x01\x5e\x9c\xda]", content):
        try:
            text = zlib.decompressobj().decompress(content[match.start():match.start() + 65536])
        except zlib.error:
            continue
        if len(text) > 16:
            yield text


if __name__ == "__main__":
    unittest.main()
