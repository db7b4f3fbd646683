"""The vault moved to a real PostgreSQL server and back: killed in the middle, begun anew, told a wrong
place. What was destroyed stays so, and nothing is left where the vault was. Data is synthetic."""

import json
import sqlite3
import subprocess
import unittest

from postgres_server import Server
from support import PARCELS, PATIENCE, CircleTest, bashu, program, wait_until

from node import free_port

PACK = (PARCELS
        .replace("  count: {type: int", "  person: {type: text, min: 1, max: 60, class: personal, title: {zh: 收件人, en: For}}\n"
                                        "  count: {type: int")
        .replace("fields: {label: label, note:", "fields: {label: label, who: {type: person, optional: true}, note:")
        .replace("form: [label]", "form: [label, who]"))
WAITING = "FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = 'vault'"


class Vault(CircleTest):
    PACK = PACK

    def setUp(self):
        super().setUp()
        self.server = Server()
        self.addCleanup(self.server.remove)
        self.server.start()
        self.server.sql("CREATE DATABASE vault")
        self.url = self.server.url("vault")
        self.node = self.nodes["sichuan"]
        self.cases = [self.open_case(i) for i in range(3)]
        self.deliver()

    def open_case(self, number):
        return self.node.as_("clerk").start(
            "parcels", "parcel", "clerk", {"sender": "sichuan", "receiver": "chongqing"},
            {"label": f"parcel {number}", "who": f"synthetic person {number}"})["case"]

    def erase(self, case):
        """Two people have the values of a case destroyed; gives the keys that went."""
        before = self.held()
        words = ["erase", case, "--reason", "asked by the person", "--json", "--api", self.node.url]
        for key in ("admin", "second"):
            said = json.loads(bashu("privacy", *words, "--key", self.node.keys[key]))
        self.assertIn("order", said)
        gone = wait_until(lambda: before - self.held(), "the keys to be destroyed")
        self.assertTrue(gone)
        return gone

    def move(self, to, check=True):
        return bashu("vault", "move", self.node.dir, "--to", to, check=check)

    def refused(self, to, word):
        done = self.move(to, check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(word, done.stdout + done.stderr)

    def sql(self, statement):
        return self.server.sql(statement, "vault")

    def in_directory(self):
        with sqlite3.connect(f"file:{self.node.dir}/vault.db?mode=ro", uri=True) as vault:
            return set(vault.execute("SELECT id, key FROM keys"))

    def on_server(self):
        return set(self.sql("SELECT convert_from(id, 'UTF8') FROM bashu_keys").split())

    def held(self):
        if (self.node.dir / "vault.url").exists():
            return self.on_server()
        return {name for name, _ in self.in_directory()}

    def tables(self):
        return self.sql("SELECT count(*) FROM pg_tables WHERE tablename IN ('bashu_keys', 'bashu_settings')")

    def files(self):
        return sorted(path.name for path in self.node.dir.glob("vault*"))

    def main_files(self):
        """Without those that SQLite keeps beside one that was not closed."""
        return [name for name in self.files() if not name.endswith(("-shm", "-wal"))]

    def reads(self, erased=()):
        for number, case in enumerate(self.cases):
            who = self.node.as_("clerk").case(case)["data"]["who"]
            if case in erased:
                self.assertEqual((who["$sealed"], "order" in who["erased"]), (True, True))
            else:
                self.assertEqual(who, f"synthetic person {number}")

    def ended_while_it_waits(self, lock, to):
        """A move that is killed at the moment it waits for a table of the server."""
        with subprocess.Popen(["psql", "-q", "-d", self.url], stdin=subprocess.PIPE, text=True) as holder:
            holder.stdin.write(f"BEGIN; LOCK TABLE {lock};\n")
            holder.stdin.flush()
            locked = "SELECT count(*) FROM pg_locks JOIN pg_class c ON c.oid = relation " \
                     "WHERE c.relname LIKE 'bashu%' AND granted AND mode LIKE '%ExclusiveLock'"
            wait_until(lambda: int(self.sql(locked)) > 0, "the lock")
            with subprocess.Popen([str(program()), "vault", "move", str(self.node.dir), "--to", to],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as moving:
                try:
                    wait_until(lambda: int(self.server.sql(f"SELECT count(*) {WAITING}")) > 0, "the move to wait")
                finally:
                    moving.kill()
                # Or the server would carry out what it was asked for last.
                self.server.sql(f"SELECT pg_terminate_backend(pid) {WAITING}")
            holder.stdin.write("ROLLBACK;\n")
            holder.stdin.close()
            holder.wait(60 * PATIENCE)
        wait_until(lambda: int(self.server.sql(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = 'vault'")) == 0, "the sessions to end")

    def test_there_and_back(self):
        gone = self.erase(self.cases[0])
        self.refused(self.url, "in use")  # the node runs
        self.node.stop()
        before = self.in_directory()
        self.assertIn(str(len(before)), self.move(self.url))
        self.assertEqual(self.files(), ["vault.url"])
        self.assertEqual(self.on_server(), {name for name, _ in before})
        self.assertFalse(gone & self.on_server())
        self.refused(self.url, "already")
        self.node.start()
        self.reads(erased=self.cases[:1])
        # What is made and destroyed there comes back as it is.
        self.cases.append(self.open_case(3))
        gone |= self.erase(self.cases[1])
        self.node.stop()
        there = self.on_server()
        self.assertIn(str(len(there)), self.move("directory"))
        self.assertEqual(self.files(), ["vault.db"])
        self.assertEqual(self.held(), there)
        self.assertFalse(gone & there)
        self.assertEqual(self.tables(), "0")
        self.refused("directory", "already")
        self.node.start()
        self.reads(erased=self.cases[:2])
        self.deliver()
        self.verify("sichuan", "chongqing")

    def test_nobody_waits_for_the_traces_and_none_is_told_gone_before(self):
        self.node.stop()
        self.move(self.url)
        self.node.start()
        admin = self.node.as_("admin")

        def standing():
            orders = admin.get("/privacy/orders")["orders"]
            return [one["standing"] for one in orders if one["kind"] == "erase"]

        def traces():
            return int(self.sql("SELECT count(*) FROM bashu_settings WHERE name = 'traces'"))

        def in_the_file(key):
            """The bytes of the table as they lie on the disk."""
            self.sql("CHECKPOINT")
            path = self.server.data / self.sql("SELECT pg_relation_filepath('bashu_keys')")
            return bytes.fromhex(key) in path.read_bytes()

        before = dict(line.split("|") for line in self.sql(
            "SELECT convert_from(id, 'UTF8'), encode(key, 'hex') FROM bashu_keys").split("\n"))
        # As somebody who reads all of the table, and so does not let it be written anew.
        with subprocess.Popen(["psql", "-q", "-d", self.url], stdin=subprocess.PIPE, text=True) as holder:
            holder.stdin.write("BEGIN; LOCK TABLE bashu_keys IN ACCESS SHARE MODE;\n")
            holder.stdin.flush()
            wait_until(lambda: int(self.sql("SELECT count(*) FROM pg_locks WHERE relation = 'bashu_keys'::regclass "
                                            "AND granted AND mode = 'AccessShareLock'")) > 0, "the lock")
            (gone,) = self.erase(self.cases[0])
            self.reads(erased=self.cases[:1])
            self.assertEqual((standing(), traces(), in_the_file(before[gone])), (["erasing"], 1, True))
            # What others ask for is decided, with new keys too.
            self.cases.append(self.open_case(3))
            self.node.as_("clerk").act(self.cases[3], "send", "clerk")
            self.deliver()
            self.node.kill()
            self.node.start()
            admin = self.node.as_("admin")
            self.reads(erased=self.cases[:1])
            self.assertEqual((standing(), traces(), in_the_file(before[gone])), (["erasing"], 1, True))
            holder.stdin.write("ROLLBACK;\n")
            holder.stdin.close()
            holder.wait(60 * PATIENCE)
        wait_until(lambda: standing() == ["erased"], "both sides to have destroyed it", 60)
        self.assertEqual(traces(), 0)
        self.assertFalse(in_the_file(before[gone]))
        kept = next(key for name, key in before.items() if name in self.held())
        self.assertTrue(in_the_file(kept))
        self.reads(erased=self.cases[:1])
        self.verify("sichuan", "chongqing")

    def test_a_wrong_place_changes_nothing(self):
        self.node.stop()
        before = self.in_directory()
        self.refused("mysql://somewhere/vault", "postgres://")
        self.refused(f"postgres://bashu@127.0.0.1:{free_port()}/vault", "onnect")
        self.refused(self.server.url("nowhere"), "nowhere")
        # Another node's vault is not touched.
        other = self.nodes["chongqing"]
        other.stop()
        bashu("vault", "move", other.dir, "--to", self.url)
        theirs = self.sql("SELECT * FROM bashu_settings ORDER BY 1"), self.sql("SELECT * FROM bashu_keys ORDER BY 1")
        self.refused(self.url, "another vault")
        self.assertEqual((self.sql("SELECT * FROM bashu_settings ORDER BY 1"),
                          self.sql("SELECT * FROM bashu_keys ORDER BY 1")), theirs)
        self.assertEqual((self.main_files(), self.in_directory()), (["vault.db"], before))
        for node in (self.node, other):
            node.start()
        self.reads()

    def test_killed_in_the_middle(self):
        self.node.stop()
        before = self.in_directory()
        self.sql("CREATE TABLE bashu_keys(id bytea PRIMARY KEY, key bytea NOT NULL)")
        self.ended_while_it_waits("bashu_keys IN EXCLUSIVE MODE", self.url)
        # It had begun; a part of the keys is there.
        self.assertNotEqual(self.sql("SELECT count(*) FROM bashu_settings"), "0")
        self.assertEqual((self.main_files(), self.in_directory()), (["vault.db"], before))
        for name, key in before:
            self.sql(f"INSERT INTO bashu_keys VALUES('{name}', '\\x{key.hex()}')")
        # One is destroyed where the vault is still; the copy has it.
        self.node.start()
        self.reads()
        gone = self.erase(self.cases[0])
        self.node.stop()
        self.assertTrue(gone & self.on_server())
        self.move(self.url)
        self.assertEqual(self.on_server(), {name for name, _ in before} - gone)
        self.node.start()
        self.reads(erased=self.cases[:1])
        self.node.stop()
        # Back, and killed when the vault is in the directory, but still on the server, too.
        self.ended_while_it_waits("bashu_keys IN ROW EXCLUSIVE MODE", "directory")
        self.assertEqual((self.files(), self.tables()), (["vault.db", "vault.left"], "2"))
        self.node.start()
        self.reads(erased=self.cases[:1])
        self.node.stop()
        self.move("directory")
        self.assertEqual((self.files(), self.tables()), (["vault.db"], "0"))
        self.assertEqual(self.held(), {name for name, _ in before} - gone)
        self.node.start()
        self.reads(erased=self.cases[:1])
        self.verify("sichuan", "chongqing")


if __name__ == "__main__":
    unittest.main()
