"""A member misbehaves, and the two others expel it: its messages are refused, the two go on, what is open with it
is listed, and later it is back. A root moves into a token in a formed circle, and one that is lost is followed by
another that the others agree to. Data is synthetic."""

import json
import os
import time
import unittest

from support import CircleTest, Refused, bashu, mail_delivered, tool, wait_until

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
PIN = "314159"


class Members(CircleTest):
    PARTIES = ("chongqing", "sichuan", "guizhou")

    def compose(self, party, *arguments):
        """Writes the next edition at one node, which is at rest for it."""
        node = self.nodes[party]
        node.stop()
        agreement = self.dir / f"edition-{time.monotonic_ns()}"
        bashu("circle", arguments[0], node.dir, *arguments[1:], "--out", agreement)
        node.start()
        return agreement

    def accept(self, party, agreement):
        signed = agreement.with_name(f"{agreement.name}-{party}")
        done = bashu("circle", "accept", self.nodes[party].dir, agreement, "--yes", "--out", signed, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return signed, done.stderr

    def adopt(self, agreement, *parties):
        for party in parties:
            self.nodes[party].by_two("circle", "adopt", agreement)

    def parcel(self, sender, receiver, label):
        case = self.nodes[sender].as_("clerk").start("parcels", "parcel", "clerk",
                                                     {"sender": sender, "receiver": receiver}, {"label": label})
        return case["case"]

    def journey(self, sender, receiver, label):
        """From one to the other and to its end."""
        case = self.parcel(sender, receiver, label)
        both = [self.nodes[sender], self.nodes[receiver]]
        self.nodes[sender].as_("clerk").act(case, "send", "clerk")
        mail_delivered(both)
        self.nodes[receiver].as_("clerk").act(case, "take", "clerk")
        mail_delivered(both)
        self.assertEqual(self.nodes[sender].as_("clerk").case(case)["state"], "taken")

    def left(self, party):
        return self.nodes[party].as_("admin").get("/circle/left")["left"]

    def test_two_expel_the_third_go_on_and_take_it_back(self):
        chongqing, sichuan, guizhou = (self.nodes[party] for party in self.PARTIES)
        open_case = self.parcel("sichuan", "guizhou", "open")
        between = self.parcel("chongqing", "sichuan", "between")
        self.deliver()
        # One alone has no edition that anybody adopts, and the one to go does not stand in for the other.
        agreement = self.compose("sichuan", "expel", "guizhou", "--reason", "it forged receipts")
        done = bashu("circle", "adopt", "--api", sichuan.url, "--key", sichuan.keys["admin"], agreement, check=False)
        self.assertIn("a party has not signed", done.stderr)
        signed, shown = self.accept("chongqing", agreement)
        for words in ("expels guizhou: it forged receipts", "sichuan.guizhou.main ends", "a new secret"):
            self.assertIn(words, shown)
        self.adopt(signed, "sichuan", "chongqing")

        # What it sends is refused from then on, and told so while the connection lives.
        refused = self.parcel("guizhou", "sichuan", "refused")
        time.sleep(3)
        self.assertGreater(guizhou.channels()["sichuan"]["backlog"], 0)
        with self.assertRaises(Refused) as caught:
            sichuan.as_("clerk").case(refused)
        self.assertEqual(caught.exception.status, 404)
        # The two go on, with what was under way and with new cases; no channel to the third is waited for.
        self.assertEqual(list(sichuan.channels()), ["chongqing"])
        chongqing.as_("clerk").act(between, "send", "clerk")
        mail_delivered([chongqing, sichuan])
        sichuan.as_("clerk").act(between, "take", "clerk")
        self.journey("sichuan", "chongqing", "after")
        # What is open with it stands still, and is listed.
        with self.assertRaises(Refused) as caught:
            sichuan.as_("clerk").act(open_case, "send", "clerk")
        self.assertIn("guizhou is of the circle no more", str(caught.exception))
        left = self.left("sichuan")
        self.assertEqual([(one["party"], one["edition"], one["expelled"], one["reason"]) for one in left],
                         [("guizhou", 2, True, "it forged receipts")])
        self.assertEqual([one["case"] for one in left[0]["cases"]], [open_case])
        said = bashu("circle", "left", "--api", sichuan.url, "--key", sichuan.keys["admin"])
        self.assertIn(open_case, said)
        self.assertEqual(self.left("chongqing")[0]["open"], 0)
        tasks = sichuan.as_("admin").get("/tasks")["tasks"]
        self.assertTrue(any("guizhou is of the circle no more" in json.dumps(task) for task in tasks), tasks)

        # Shown the edition, the expelled node says so and falls silent; its journal can be read and verified.
        guizhou.stop()
        done = bashu("circle", "adopt", guizhou.dir, signed, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("of the circle no more", done.stderr)
        self.assertIn("entries", bashu("journal", "verify", guizhou.dir))
        guizhou.start()
        self.assertEqual(guizhou.channels(), {})
        self.assertEqual(guizhou.as_("clerk").case(refused)["state"], "packed")
        with self.assertRaises(Refused):
            guizhou.as_("clerk").act(refused, "send", "clerk")

        # It is back by an edition of all, and what waited goes on where it was.
        card = self.dir / "guizhou.card"
        bashu("circle", "card", guizhou.dir, "--out", card)
        agreement = self.compose("chongqing", "invite", "--name", "e2e", "--card", card)
        for party in ("sichuan", "guizhou"):
            agreement, _ = self.accept(party, agreement)
        self.adopt(agreement, "guizhou", "sichuan", "chongqing")
        self.deliver()
        self.assertEqual(self.left("sichuan"), [])
        sichuan.as_("clerk").act(open_case, "send", "clerk")
        guizhou.as_("clerk").act(refused, "send", "clerk")
        self.deliver()
        guizhou.as_("clerk").act(open_case, "take", "clerk")
        self.deliver()
        self.assertEqual(sichuan.as_("clerk").case(open_case)["state"], "taken")
        self.assertEqual(sichuan.as_("clerk").case(refused)["state"], "arrived")
        self.verify("sichuan", "guizhou")
        self.verify("chongqing", "guizhou")

    def make_token(self):
        before = dict(os.environ)
        self.addCleanup(lambda: (os.environ.clear(), os.environ.update(before)))
        tokens = self.dir / "tokens"
        tokens.mkdir()
        conf = self.dir / "softhsm2.conf"
        conf.write_text(f"directories.tokendir = {tokens}\nobjectstore.backend = file\nlog.level = ERROR\n")
        os.environ["SOFTHSM2_CONF"] = str(conf)
        done = tool("softhsm2-util", "--init-token", "--free", "--label", "bashu", "--pin", PIN, "--so-pin", "87654321")
        self.assertEqual(done.returncode, 0, done.stderr)
        pin = self.dir / "pin"
        pin.write_text(PIN + "\n")
        os.environ["BASHU_PIN_FILE"] = str(pin)
        uri = f"pkcs11:token=bashu;object=root?module-path={MODULE}"
        self.assertIn("never leaves", bashu("token", "make", uri, "--for", "root"))
        return uri

    def root(self, party):
        return json.loads((self.nodes[party].dir / "node.json").read_text())["keys"]["root"]

    def rotate(self, party):
        """New keys signed by the root there is, which the others take over the wire."""
        node = self.nodes[party]
        node.stop()
        self.assertIn("new keys are announced", bashu("circle", "rotate", node.dir))
        node.start()
        kid = f"{party}/envelope/2"
        for other in self.nodes.values():
            wait_until(lambda at=other: any(key["kid"] == kid for key in at.as_("admin").get("/circle")["keys"]),
                       f"the new keys of {party} at {other.party}")

    def test_a_root_moves_into_a_token_in_a_formed_circle(self):
        uri = self.make_token()
        sichuan = self.nodes["sichuan"]
        old = self.root("sichuan")
        agreement = self.compose("sichuan", "root", "--next", "--in", uri)
        self.assertEqual(self.root("sichuan"), old, "before the others have agreed nothing changes")
        for party in ("chongqing", "guizhou"):
            agreement, shown = self.accept(party, agreement)
            self.assertIn("another root of sichuan follows", shown)
        self.adopt(agreement, "sichuan", "chongqing", "guizhou")
        new = self.root("sichuan")
        self.assertEqual((new["kid"], new["token"]), ("sichuan/root/2", uri))
        self.assertNotEqual(new["public"], old["public"])
        self.assertIn(new["public"], shown)
        self.assertFalse((sichuan.dir / "keys" / "root.key").exists())
        self.rotate("sichuan")
        self.journey("sichuan", "guizhou", "signed under the new root")
        self.verify("sichuan", "chongqing")

    def test_a_root_that_is_lost_is_followed_by_one_the_others_agree_to(self):
        guizhou = self.nodes["guizhou"]
        guizhou.stop()
        (guizhou.dir / "keys" / "root.key").unlink()
        said = bashu("circle", "root", guizhou.dir, "--lost")
        new = self.root("guizhou")
        self.assertIn(new["public"], said)
        card = self.dir / "guizhou.card"
        bashu("circle", "card", guizhou.dir, "--out", card)
        chongqing = self.nodes["chongqing"]
        chongqing.stop()
        asked = ["circle", "invite", chongqing.dir, "--name", "e2e", "--card", card]
        done = bashu(*asked, check=False)
        self.assertIn("another root key", done.stderr)
        agreement = self.dir / "lost"
        bashu(*asked, "--root-lost", "guizhou", "--reason", "the safe burnt", "--out", agreement)
        chongqing.start()
        agreement, _ = self.accept("guizhou", agreement)
        done = bashu("circle", "adopt", "--api", chongqing.url, "--key", chongqing.keys["admin"], agreement,
                     check=False)
        self.assertIn("a party has not signed", done.stderr)
        agreement, shown = self.accept("sichuan", agreement)
        self.assertIn("the safe burnt", shown)
        self.assertIn(new["public"], shown)
        bashu("circle", "adopt", guizhou.dir, agreement)
        guizhou.start()
        self.adopt(agreement, "sichuan", "chongqing")
        self.rotate("guizhou")
        self.journey("guizhou", "sichuan", "signed under the new root")
        self.verify("guizhou", "sichuan")


if __name__ == "__main__":
    unittest.main()
