"""The keys of a node are stolen while its peer is away: revoked by a command, what waits is signed
again and taken once, what the thief signs is not; journals and a bundle verify. Data is synthetic."""

import base64
import http.client
import json
import os
import ssl
import unittest
import urllib.parse
import zipfile

from support import CircleTest, bashu, mail_delivered, tool

PARTIES = {"sender": "sichuan", "receiver": "chongqing"}
CHANNEL = "sichuan.chongqing.main"
ED25519_SEED = bytes.fromhex("302e020100300506032b657004220420")  # before the seed, in PKCS #8


def b64u(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64u(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def tried(*arguments):
    done = bashu(*arguments, check=False)
    return done.returncode, done.stdout + done.stderr


class Thief:
    """Has a copy of the keys of a node, and stands between it and its peer."""

    def __init__(self, folder, node):
        self.folder = folder
        folder.mkdir()
        seed = bytes.fromhex((node.dir / "keys" / "envelope.key").read_text()[:64])
        self.key = folder / "envelope.der"
        self.key.write_bytes(ED25519_SEED + seed)
        config = json.loads((node.dir / "node.json").read_text())
        self.kid = config["keys"]["envelope"]["kid"]
        host = urllib.parse.urlsplit(config["endpoint"]).hostname
        names = folder / "names"
        names.write_text(f"subjectAltName=IP:{host}\nextendedKeyUsage=clientAuth,serverAuth\n")
        keys = node.dir / "keys"
        made = tool("openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-subj", "/CN=sichuan", "-keyout", folder / "tls.key", "-out", folder / "tls.csr")
        assert made.returncode == 0, made.stderr
        made = tool("openssl", "x509", "-req", "-in", folder / "tls.csr", "-CA", keys / "ca.crt", "-CAkey",
                    keys / "ca.key", "-set_serial", "77", "-days", "2", "-extfile", names, "-out",
                    folder / "tls.crt")
        assert made.returncode == 0, made.stderr

    def sign(self, envelope, **changed):
        """Another message made of one that was seen, under the stolen key."""
        payload = json.loads(unb64u(json.loads(envelope)["payload"]))
        payload.update(changed, nonce=b64u(os.urandom(16)))
        head = b64u(json.dumps({"alg": "EdDSA", "kid": self.kid, "typ": "bashu-envelope+jws"}).encode())
        body = b64u(json.dumps(payload, ensure_ascii=False).encode())
        text = self.folder / "input"
        text.write_text(f"{head}.{body}")
        done = tool("openssl", "pkeyutl", "-sign", "-rawin", "-keyform", "DER", "-inkey", self.key, "-in", text)
        assert done.returncode == 0, done.stderr
        return json.dumps({"protected": head, "payload": body, "signature": b64u(done.stdout)})

    def offer(self, to, envelope):
        """What the peer says to it."""
        at = urllib.parse.urlsplit(json.loads((to.dir / "node.json").read_text())["endpoint"])
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.load_cert_chain(self.folder / "tls.crt", self.folder / "tls.key")
        line = http.client.HTTPSConnection(at.hostname, at.port, context=context, timeout=30)
        try:
            line.request("POST", f"{at.path}/channels/{CHANNEL}/messages", envelope,
                         {"Content-Type": "application/jose+json"})
            answer = line.getresponse()
            return answer.status, answer.read().decode()
        finally:
            line.close()


class StolenKeys(CircleTest):
    def setUp(self):
        super().setUp()
        self.sichuan, self.chongqing = self.nodes["sichuan"], self.nodes["chongqing"]

    def parcel(self, label):
        clerk = self.sichuan.as_("clerk")
        case = clerk.start("parcels", "parcel", "clerk", PARTIES, {"label": label})["case"]
        clerk.act(case, "send", "clerk")
        return case

    def entries(self, node, kind):
        found, first = [], 0
        while first is not None:
            page = node.as_("admin").get("/journal/entries", **{"from": first, "limit": 1000})
            found += [one for one in page["entries"] if one["kind"] == kind]
            first = page.get("next")
        return found

    def bundle(self, case):
        """Its file, and the envelopes in it by number."""
        out = self.dir / f"{case}.zip"
        bashu("bundle", self.sichuan.dir, case, "--out", out)
        with zipfile.ZipFile(out) as files:
            names = [one for one in files.namelist() if one.startswith(f"messages/{CHANNEL}/")]
            return out, {int(one[-14:-5]): files.read(one).decode() for one in names}

    def agreement(self):
        return self.sichuan.as_("admin").get("/circle")["agreement"]["id"]

    def test_what_waits_is_signed_again_and_the_thief_is_refused(self):
        first = self.parcel("p1")
        mail_delivered([self.chongqing, self.sichuan])
        agreement = self.agreement()
        self.chongqing.stop()
        waiting = [self.parcel(f"p{n}") for n in range(2, 6)]
        sent = max(one["seq"] for one in self.entries(self.sichuan, "send"))
        self.sichuan.stop()
        _, before = self.bundle(waiting[-1])
        thief = Thief(self.dir / "thief", self.sichuan)

        # Only what is its own to give up, and once.
        for kid, words in (("sichuan/root/1", "root"), ("chongqing/envelope/1", "another party"),
                           ("sichuan/envelope/9", "no key")):
            code, said = tried("circle", "revoke", self.sichuan.dir, "--key", kid)
            self.assertEqual((code, words in said), (1, True), said)
        code, said = tried("circle", "revoke", self.sichuan.dir, "--key", "sichuan/envelope/1",
                           "--key", "sichuan/log/1", "--reason", "the laptop is gone")
        self.assertEqual(code, 0, said)
        self.assertIn("sichuan/envelope/2", said)
        self.assertIn("sichuan/log/2", said)
        code, said = tried("circle", "revoke", self.sichuan.dir, "--key", "sichuan/envelope/1")
        self.assertEqual((code, "already" in said), (1, True), said)

        self.sichuan.start()
        self.chongqing.start()
        mail_delivered([self.chongqing, self.sichuan])
        self.assertEqual(self.sichuan.channels()["chongqing"]["stopped"], "")
        again = self.entries(self.sichuan, "resend")
        self.assertGreaterEqual(len(again), len(waiting))
        self.assertEqual(len({one["seq"] for one in again}), len(again))
        for case in (first, *waiting):
            self.assertEqual(self.history("sichuan", case), self.history("chongqing", case), case)
        taken = [one["seq"] for one in self.entries(self.chongqing, "recv") if one["channel"] == CHANNEL]
        self.assertEqual(taken, list(range(1, len(taken) + 1)))
        self.assertGreaterEqual(len(taken), sent)

        # What was in flight, and what he makes himself.
        seq, old = max(before.items())
        status, said = thief.offer(self.chongqing, old)
        self.assertEqual((status, json.loads(said)["code"]), (409, "seq-conflict"), said)
        status, said = thief.offer(self.chongqing, thief.sign(old, seq=len(taken) + 1))
        self.assertEqual((status, json.loads(said)["code"]), (403, "key-revoked"), said)

        # The circle goes on, and says which keys it was.
        more = self.parcel("p6")
        mail_delivered([self.chongqing, self.sichuan])
        self.chongqing.as_("clerk").act(more, "take", "clerk")
        mail_delivered([self.chongqing, self.sichuan])
        keys = {one["kid"]: one for one in self.chongqing.as_("admin").get("/circle")["keys"]}
        self.assertTrue(keys["sichuan/envelope/1"]["revoked"])
        self.assertFalse(keys["sichuan/envelope/2"].get("revoked"))

        self.verify("sichuan", "chongqing")
        out, envelopes = self.bundle(waiting[-1])
        self.assertNotEqual(envelopes[seq], old)
        said = bashu("verify-bundle", out, agreement)
        self.assertIn(f"{CHANNEL} {seq} signed by sichuan/envelope/2", said)


if __name__ == "__main__":
    unittest.main()
