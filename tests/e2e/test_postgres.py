"""Journals in PostgreSQL: a real server, killed, told not to wait for anybody any longer, and taken
over while cases go on. What was acknowledged is there, once."""

import os
import shutil
import subprocess
import unittest

from postgres_server import Server
from support import PATIENCE, Away, CircleTest, Refused, bashu, wait_until

UNKNOWN_STATE = 70  # how a node ends that does not know what its journal holds


class Postgres(CircleTest):
    def setUp(self):
        self.server = Server()
        self.addCleanup(self.server.remove)
        self.server.start()
        super().setUp()
        self.node = self.nodes["sichuan"]
        self.known = []
        self.failed = 0

    def journal_of(self, party):
        self.server.sql(f"CREATE DATABASE {party}")
        return self.server.url(party)

    def open_case(self, patience_s=60 * PATIENCE):
        done = self.node.as_("clerk").post("/cases", {
            "pack": "parcels", "service": "parcel", "role": "clerk",
            "parties": {"sender": "sichuan", "receiver": "chongqing"},
            "with": {"label": f"parcel {len(self.known)}"}}, patience_s=patience_s)
        self.known.append(done["case"])

    def fails(self):
        """A request that nobody answers well: what it asked for may be there or not."""
        self.failed += 1
        try:
            self.open_case(patience_s=0)
        except (Away, Refused):
            return
        self.fail("it was answered")

    def ended(self):
        self.assertEqual(self.node.process.wait(60 * PATIENCE), UNKNOWN_STATE)
        self.node.stop()

    def sound(self):
        """All that was acknowledged is there, and the journals agree from their first entry."""
        listed = [row["id"] for row in self.node.as_("clerk").cases(pack="parcels")]
        self.assertEqual(len(listed), len(set(listed)))
        self.assertEqual(set(self.known) - set(listed), set())
        self.assertLessEqual(len(listed), len(self.known) + self.failed, "more than was asked for")
        self.deliver()
        self.verify("sichuan", "chongqing")
        self.assertFalse((self.node.dir / "journal.db").exists())

    def test_every_promise_is_kept(self):
        said = bashu("journal", "test", self.server.url())
        self.assertEqual(said.count("kept  "), 7, said)
        self.assertNotIn("bashu_test", self.server.sql("SELECT nspname FROM pg_namespace"))
        # On a server that does not flush nothing is durable.
        self.server.stop()
        self.server.start("-c", "fsync=off")
        done = bashu("journal", "test", self.server.url(), check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("fsync", done.stdout + done.stderr)

    def test_a_server_that_dies_loses_nothing_acknowledged(self):
        for _ in range(3):
            for _ in range(5):
                self.open_case()
            self.server.kill()
            self.fails()
            self.ended()
            # The other one has its journal there, too, and ends at its next commit.
            other = self.nodes["chongqing"]
            if other.running:
                other.kill()
            other.stop()
            self.server.start()
            for node in self.nodes.values():
                node.start()
        self.sound()

    def test_a_wait_that_was_cancelled_is_an_unknown_outcome(self):
        self.open_case()
        # From here on a commit waits for a standby that does not exist.
        self.server.sql("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
        self.server.sql("SELECT pg_reload_conf()")
        wait_until(lambda: self.server.sql("SHOW synchronous_standby_names") == "nobody", "reload")
        waiting = ("SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity "
                   "WHERE wait_event = 'SyncRep' AND datname = 'sichuan'")
        cancel = subprocess.Popen(
            ["sh", "-c", f'until [ "$(psql -h 127.0.0.1 -p {self.server.port} -U bashu -d postgres '
             f'-A -t -c "{waiting}")" = 1 ]; do sleep 0.1; done'])
        self.fails()
        cancel.wait(60 * PATIENCE)
        self.ended()
        self.server.sql("ALTER SYSTEM RESET synchronous_standby_names")
        self.server.sql("SELECT pg_reload_conf()")
        wait_until(lambda: self.server.sql("SHOW synchronous_standby_names") == "", "reload")
        self.node.start()
        self.open_case()
        self.sound()

    def test_a_journal_moves_to_a_server_and_back(self):
        node, url = self.nodes["chongqing"], None
        node.stop()
        self.server.sql("CREATE DATABASE second")
        url = self.server.url("second")
        # Out of the server it is in, then into another; what was copied beside the node is not copied again.
        for to in ("directory", url):
            node.start()
            self.open_case()
            self.deliver()
            done = bashu("journal", "move", node.dir, "--to", to, check=False)
            self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
            self.assertIn("the node runs", done.stdout)
            self.open_case()
            self.deliver()
            node.stop()
            self.assertIn("moved", bashu("journal", "move", node.dir, "--to", to))
            self.assertEqual((node.dir / "journal.url").exists(), to == url)
            self.assertEqual((node.dir / "journal.db").exists(), to != url)
            done = bashu("journal", "move", node.dir, "--to", to, check=False)
            self.assertIn("there already", done.stderr)
        # A place that holds another journal is refused, and its writer goes on.
        done = bashu("journal", "move", node.dir, "--to", self.server.url("sichuan"), check=False)
        self.assertIn("another journal", done.stderr)
        node.start()
        self.open_case()
        self.deliver()
        self.verify("sichuan", "chongqing")

    def test_a_backup_brings_a_journal_back_that_was_on_a_server(self):
        self.open_case()
        self.deliver()
        (self.dir / "backup.key").write_text("12" * 32)
        os.environ["BASHU_BACKUP_KEY_FILE"] = str(self.dir / "backup.key")
        self.addCleanup(os.environ.pop, "BASHU_BACKUP_KEY_FILE")
        folders = self.dir / "backup", self.dir / "vault"
        bashu("backup", self.node.dir, "--to", folders[0], "--vault-to", folders[1])
        back = self.dir / "back"
        bashu("restore", "--from", folders[0], "--vault-from", folders[1], "--to", back)
        self.assertFalse((back / "journal.url").exists())
        self.assertIn("sound", bashu("journal", "verify", back))

    def test_whoever_comes_later_takes_over(self):
        self.open_case()
        other = self.dir / "other"
        shutil.copytree(self.node.dir, other)
        epoch = int(self.server.sql("SELECT epoch FROM bashu_head", "sichuan"))
        # In the same directory there is one node, and its epoch stays.
        self.assertNotEqual(
            bashu("pack", "adopt", self.node.dir, self.pack, check=False).returncode, 0)
        self.assertEqual(int(self.server.sql("SELECT epoch FROM bashu_head", "sichuan")), epoch)
        bashu("pack", "adopt", other, self.pack, check=False)
        self.assertEqual(int(self.server.sql("SELECT epoch FROM bashu_head", "sichuan")), epoch + 1)
        self.fails()
        self.ended()
        self.node.start()
        self.sound()


if __name__ == "__main__":
    unittest.main()
