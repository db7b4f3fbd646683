"""What testssl.sh finds at both TLS doors of a running node: the API, and the exchange with other nodes."""

import json
import shutil
import subprocess
import unittest

from support import CircleTest, tool

GRAVE = {"MEDIUM", "HIGH", "CRITICAL", "FATAL"}
# What of that is as it is meant to be (docs/security.md): the id, and how the finding begins.
KNOWN = {
    "cert_chain_of_trust": "failed (",  # the authority is one of the circle's agreement; here the API's is this test's
    "cert_revocation": "Neither CRL nor OCSP URI provided",  # an authority ends with an edition of the agreement
}
OF_PEERS = {
    "cert_expirationStatus": "expires < 30 days",  # a leaf lives for days and is made anew
    "cert_notAfter": "",  # the same day, once more
}
# One finding at least of each part, or the scan broke off before it.
PARTS = {"-p": "TLS1_3", "-s": "cipherlist_NULL", "-P": "cipher_order", "-f": "PFS", "-S": "cert_keySize", "-U": "heartbleed"}


class Tls(CircleTest):
    def give_certificate(self, node):
        """As an operator gives the API one."""
        keys = node.dir / "keys"
        done = tool("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "90",
                    "-subj", f"/CN={node.host}", "-addext", f"subjectAltName=IP:{node.host}", "-addext", "extendedKeyUsage=serverAuth",
                    "-keyout", keys / "api.key", "-out", keys / "api.crt")
        self.assertEqual(done.returncode, 0, done.stderr)
        (keys / "api.key").chmod(0o600)

    def as_peer(self, address):
        """An `openssl` whose s_client shows a peer's certificate: without one TLS 1.3 takes the handshake, and ends the connection
        right behind it; whether s_client calls that a connection hangs on which of the two it sees first."""
        keys = self.nodes["chongqing"].dir / "keys"
        here = self.dir / "peer"
        here.mkdir(exist_ok=True)
        (here / "usage").write_text(f"extendedKeyUsage=serverAuth,clientAuth\nsubjectAltName=IP:{self.nodes['chongqing'].host}\n", encoding="utf-8")
        for arguments in (
                ["req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=chongqing", "-keyout", here / "key",
                 "-out", here / "request"],
                ["x509", "-req", "-in", here / "request", "-CA", keys / "ca.crt", "-CAkey", keys / "ca.key", "-days", "7", "-extfile",
                 here / "usage", "-out", here / "crt"]):
            done = tool("openssl", *arguments)
            self.assertEqual(done.returncode, 0, done.stderr)
        shown = f"-cert {here / 'crt'} -key {here / 'key'} -cert_chain {keys / 'ca.crt'}"
        program = here / "openssl"
        program.write_text(f'#!/bin/sh\n[ "$1" = s_client ] && {{ shift; exec /usr/bin/openssl s_client {shown} "$@"; }}\n'
                           'exec /usr/bin/openssl "$@"\n', encoding="utf-8")
        program.chmod(0o755)
        done = subprocess.run([program, "s_client", "-connect", address], input="", capture_output=True, text=True, check=False, timeout=60)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("New, TLSv1.3", done.stdout)
        return program

    def scan(self, address, openssl):
        out = self.dir / "testssl.json"
        out.unlink(missing_ok=True)
        done = subprocess.run(["testssl", "--openssl", openssl, "--quiet", "--color", "0", "--warnings", "batch", "--nodns", "none",
                               *PARTS, "--jsonfile", str(out), address], capture_output=True, text=True, check=False)
        self.assertTrue(out.exists(), done.stdout + done.stderr)
        findings = json.loads(out.read_text(encoding="utf-8"))
        found = {one["id"]: one for one in findings}
        for part, one in PARTS.items():
            self.assertIn(one, found, f"nothing was found out about {part}:\n{done.stdout}{done.stderr}")
        self.assertEqual(found["TLS1_3"]["severity"], "OK", found["TLS1_3"])
        return findings

    def test_no_door_has_a_fault_of_medium_severity(self):
        self.assertTrue(shutil.which("testssl"), "testssl.sh is missing: ./dev setup")
        node = self.nodes["sichuan"]
        node.stop()
        self.give_certificate(node)
        node.start()
        listens = json.loads((node.dir / "node.json").read_text(encoding="utf-8"))
        for door, known, openssl in (("api_listen", KNOWN, "/usr/bin/openssl"),
                                     ("peer_listen", KNOWN | OF_PEERS, self.as_peer(listens["peer_listen"]))):
            with self.subTest(door):
                grave = [(one["id"], one["severity"], one["finding"]) for one in self.scan(listens[door], openssl) if one["severity"] in GRAVE
                         and not (one["id"] in known and one["finding"].startswith(known[one["id"]]))]
                self.assertEqual(grave, [])


if __name__ == "__main__":
    unittest.main()
