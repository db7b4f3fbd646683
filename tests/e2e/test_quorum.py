"""A journal in PostgreSQL with one standby that commits wait for. The standby goes, and the server is told to wait
for nobody, as pg_auto_failover does: nothing is acknowledged that one disk alone has, and the node says so."""

import contextlib
import copy
import json
import shutil
import signal
import threading
import time
import unittest
import urllib.error
import urllib.request

from postgres_server import Follower, Server
from support import PATIENCE, Away, CircleTest, Client, Refused, bashu, mail_delivered, wait_until

from node import free_port

MINE = ("sichuan",)


class Quorum(CircleTest):
    RULE = "quorum=1"

    def setUp(self):
        self.server = Server()
        self.addCleanup(self.server.remove)
        self.server.start()
        self.standby = Follower(self.server, "b")
        self.addCleanup(self.standby.remove)
        self.standby.start()
        self.wait_for("ANY 1 (b)")
        super().setUp()
        self.node = self.nodes["sichuan"]

    def journal_of(self, party):
        if party not in MINE:
            return None
        self.server.sql(f"CREATE DATABASE {party}")
        return self.server.url(party) + ("?" + self.RULE if self.RULE else "")

    def wait_for(self, names):
        """As its supervisor tells the server whom a commit waits for."""
        self.server.sql(f"ALTER SYSTEM SET synchronous_standby_names = '{names}'")
        self.server.sql("SELECT pg_reload_conf()")
        wait_until(lambda: self.server.sql("SHOW synchronous_standby_names") == names or None, "reload")

    def open_case(self, label):
        return self.node.as_("clerk").start("parcels", "parcel", "clerk", {"sender": "sichuan", "receiver": "chongqing"},
                                            {"label": label})["case"]

    def asked_meanwhile(self, label):
        """A request on a connection of its own; what came of it is in the list."""
        came = []

        def ask():
            with contextlib.suppress(Away, Refused):
                came.append(self.open_case(label))
        thread = threading.Thread(target=ask, daemon=True)
        thread.start()
        return thread, came

    def health(self):
        """(status, answer), as whoever balances asks: without a key, and not for long."""
        began = time.monotonic()
        try:
            with urllib.request.urlopen(self.node.url + "/api/v1/health", timeout=20) as answer:
                status, text = answer.status, answer.read()
        except urllib.error.HTTPError as refused:
            status, text = refused.code, refused.read()
        self.assertLess(time.monotonic() - began, PATIENCE, "health is told within a second")
        return status, json.loads(text)

    def said(self, true, what):
        return wait_until(lambda: (lambda told: told if true(told) else None)(self.health()), what, 40 * PATIENCE)

    def labels(self):
        return sorted(row["data"]["label"] for row in
                      (self.node.as_("clerk").case(one["id"]) for one in self.node.as_("clerk").cases(pack="parcels")))


class HoldsBack(Quorum):
    def test_nothing_is_acknowledged_that_one_disk_alone_has(self):
        self.open_case("before")
        self.standby.kill()
        thread, came = self.asked_meanwhile("waits")
        # The server holds the answer back; health does not hang with it.
        _, told = self.said(lambda one: "commit_waits" in one[1]["why"], "the commit that waits")
        self.assertGreater(told["commit_waits_ms"], 3_000)
        self.assertEqual(told["state"], "degraded")
        status, told = self.said(lambda one: not one[1]["ready"], "no longer ready")
        self.assertEqual(status, 503)
        self.assertGreater(told["commit_waits_ms"], 10_000)
        # Its supervisor lets all waiting commits go: nobody else has them.
        self.wait_for("")
        self.said(lambda one: "quorum" in one[1]["why"] and not one[1]["writes"], "too few")
        time.sleep(2)
        self.assertEqual(came, [], "acknowledged by one disk")
        self.assertTrue(thread.is_alive())
        other = Client(self.node.url, self.node.keys["clerk"])
        self.addCleanup(other.close)
        with self.assertRaises(Refused) as refused:
            other.post("/cases", {
                "pack": "parcels", "service": "parcel", "role": "clerk",
                "parties": {"sender": "sichuan", "receiver": "chongqing"}, "with": {"label": "refused"}}, patience_s=0)
        self.assertEqual(refused.exception.status, 503)
        self.assertIn("fewer than 1", str(refused.exception))
        examined = bashu("doctor", self.node.dir, check=False).stdout
        self.assertIn("waits for 0 standbys before it answers a commit, and 1 are asked for", examined)
        # When it is back everything goes on, and what was asked for is there once.
        self.standby.start()
        self.wait_for("ANY 1 (b)")
        thread.join(60 * PATIENCE)
        self.assertEqual(len(came), 1)
        self.said(lambda one: one[1]["state"] == "ready", "ready again")
        self.assertEqual(self.labels(), ["before", "waits"])
        # And the standby has it.
        kept = self.server.sql("SELECT size FROM bashu_head", "sichuan")
        self.assertEqual(wait_until(lambda: self.standby.sql("SELECT size FROM bashu_head", "sichuan") == kept, "copied"), True)
        self.assertIn("waits for 1 standbys", bashu("doctor", self.node.dir, check=False).stdout)

    def test_no_writer_begins_with_too_few(self):
        self.assertIn("on 1 standbys", bashu("journal", "test", self.server.url("sichuan") + "?quorum=1"))
        self.node.stop()
        self.wait_for("")
        epoch = self.server.sql("SELECT epoch FROM bashu_head", "sichuan")
        with self.assertRaisesRegex(RuntimeError, "did not start"):
            self.node.start()
        self.assertIn("the server waits for 0 standbys before it answers a commit, and quorum= asks for 1",
                      self.node.log.read_text())
        self.assertEqual(self.server.sql("SELECT epoch FROM bashu_head", "sichuan"), epoch)
        tried = bashu("journal", "test", self.server.url("sichuan") + "?quorum=1", check=False)
        self.assertNotEqual(tried.returncode, 0)
        self.assertIn("is not said", bashu("journal", "test", self.server.url("sichuan")))
        self.node.stop()
        self.wait_for("ANY 1 (b)")
        self.node.start()
        self.open_case("later")

    def test_a_standby_takes_nothing_over_with_too_few_and_says_what_it_lacks(self):
        directory = self.dir / "sichuan-b"
        directory.mkdir(mode=0o700)
        # The same place under another address would be emptied behind itself.
        self.node.stop()
        for what in ("vault", "journal"):
            moved = bashu(what, "move", self.node.dir, "--to", self.server.url("sichuan"), check=False)
            self.assertIn("there already, under another address", moved.stderr)
        for name in ("node.json", "keys", "journal.url", "vault.url", "rehearsal-day"):
            source = self.node.dir / name
            (shutil.copytree if source.is_dir() else shutil.copy)(source, directory / name)
        self.node.start()
        writer, log = self.node, directory.with_suffix(".log")
        other = self.beside(directory, log)
        line = other.process.stdout.readline()
        self.assertTrue(line.startswith("standby "), line + log.read_text())
        # Nobody copied peers/: it says so when it begins, in health and to a doctor.
        self.assertIn("Missing on this machine: peers/chongqing.crt", log.read_text())
        self.node = other
        _, told = self.said(lambda one: "beside_missing" in one[1]["why"], "what is missing")
        self.assertEqual((told["state"], told["missing"]), ("standby", ["peers/chongqing.crt"]))
        self.assertIn("peers/chongqing.crt", bashu("doctor", directory, check=False).stdout)
        shutil.copytree(writer.dir / "peers", directory / "peers")
        self.said(lambda one: "missing" not in one[1], "nothing is missing")
        # Its server waits for nobody: the place of a writer that died stays empty.
        self.wait_for("")
        writer.kill()
        _, told = self.said(lambda one: "standby_stopped" in one[1]["why"], "why it does not take over")
        self.assertEqual(told["state"], "standby")
        self.wait_for("ANY 1 (b)")
        self.assertTrue(other.process.stdout.readline().startswith("ready "))
        self.open_case("by the other")

    def beside(self, directory, log):
        other = copy.copy(self.node)
        other.dir, other.log, other.process, other._clients = directory, log, None, {}
        other.url = f"http://{other.host}:{free_port(other.host)}"
        other.launch("--standby", "--as", "b", "--take-over-after", "2", "--api", other.url.removeprefix("http://"),
                     "--listen", f"{other.host}:0")
        self.addCleanup(other.stop)
        return other


class Ends(Quorum):
    """Told to end while a commit hangs, it ends, and says what nobody knows."""
    SECONDS = 10  # docs/guide/operating.md

    def asked(self, label, key):
        """One attempt, on a connection of its own: (status, problem)."""
        client = Client(self.node.url, self.node.keys["clerk"])
        self.addCleanup(client.close)
        status, _, answer = client.request("POST", "/cases", {
            "pack": "parcels", "service": "parcel", "role": "clerk",
            "parties": {"sender": "sichuan", "receiver": "chongqing"}, "with": {"label": label}},
            {"Idempotency-Key": key})
        return status, json.loads(answer)

    def hangs(self):
        """Requests whose commit waits for a standby that is gone; what they are told comes into the list."""
        self.open_case("before")
        self.standby.kill()
        told = []
        for label in ("first", "second"):
            threading.Thread(target=lambda label=label: told.append((label, *self.asked(label, label))), daemon=True).start()
        self.said(lambda one: "commit_waits" in one[1]["why"], "the commit that waits")
        return told

    def end(self):
        """As an operator ends it: (seconds, exit code, what it said since)."""
        before = len(self.node.log.read_text())
        began = time.monotonic()
        self.node.process.send_signal(signal.SIGTERM)
        code = self.node.process.wait(60 * PATIENCE)
        seconds = time.monotonic() - began
        self.node.stop()
        return seconds, code, self.node.log.read_text()[before:]

    def check_end(self, told, because):
        seconds, code, said = self.end()
        self.assertLess(seconds, self.SECONDS + PATIENCE)
        self.assertEqual(code, 70)
        self.assertIn("told to end, and a commit has been on its way for", said)
        self.assertIn("unknown until the next start has read it", said)
        self.assertIn(because, said)
        # Whoever waited is told, and not left alone with a broken connection.
        wait_until(lambda: len(told) == 2 or None, "both are answered")
        for _, status, problem in told:
            self.assertEqual((status, problem["code"]), (500, "unknown_outcome"))

    def check_once(self):
        """The standby is back: what was asked for is asked for again, and is there once."""
        self.standby.start()
        self.wait_for("ANY 1 (b)")
        self.node.start()
        for label in ("first", "second"):
            status, answer = self.asked(label, label)
            self.assertIn(status, (200, 201))
            self.node.read_from(answer["position"])
        self.assertEqual(self.labels(), ["before", "first", "second"])
        self.node.stop()
        self.assertIn("sound", bashu("journal", "verify", self.node.dir))
        self.node.start()

    def test_a_commit_that_waits_for_a_standby(self):
        told = self.hangs()
        self.check_end(told, "")
        # The next start waits for the standby, too, and ends at once when it is told to.
        self.node.launch()
        time.sleep(3)
        seconds, code, said = self.end()
        self.assertLess(seconds, 2 * PATIENCE)
        self.assertEqual(code, 0)
        self.assertIn("Told to end before it served", said)
        self.check_once()

    def test_a_commit_that_was_let_go_and_nobody_else_has(self):
        told = self.hangs()
        self.wait_for("")
        self.said(lambda one: "quorum" in one[1]["why"], "too few")
        self.check_end(told, "the server waits for 0 standbys before it answers a commit, and quorum= asks for 1")
        self.check_once()

    def test_without_a_commit_it_ends_at_once(self):
        self.open_case("before")
        # The other side's receipt is a commit, too.
        mail_delivered(list(self.nodes.values()))
        self.standby.kill()
        seconds, code, _ = self.end()
        self.assertLess(seconds, 3 * PATIENCE)
        self.assertEqual(code, 0)
        self.standby.start()
        self.node.start()


class OnlyWarns(Quorum):
    RULE = ""

    def test_without_a_rule_it_says_when_it_becomes_fewer(self):
        self.open_case("before")
        self.assertEqual(self.health()[1]["state"], "ready")
        self.assertIn("nobody said how many", bashu("doctor", self.node.dir, check=False).stdout)
        self.standby.kill()
        self.wait_for("")
        # What was lost in a test: acknowledged, and on one disk.
        self.open_case("alone")
        _, told = self.said(lambda one: "quorum" in one[1]["why"], "fewer than before")
        self.assertEqual((told["state"], told["writes"], told["ready"]), ("degraded", True, True))


if __name__ == "__main__":
    unittest.main()
