"""Tables on a real PostgreSQL server: kept beside those of a node, row for row the same; its server killed and
back; read by a role that may do nothing else; the node's own answers from them, and from a replica."""

import json
import sqlite3
import subprocess
import unittest

from postgres_server import Server
from support import CircleTest, bashu, wait_until
from test_erasure import NAME, NUMBER, PACK

PARTIES = {"sender": "sichuan", "receiver": "chongqing"}
SCHEMA = "bashu_views"


def ordered(rows):
    return sorted((sorted(row.items()) for row in rows), key=repr)


class PostgresViews(CircleTest):
    PACK = PACK

    def setUp(self):
        super().setUp()
        self.server = Server()
        self.addCleanup(self.server.remove)
        self.server.start()
        self.server.sql("CREATE ROLE analysts LOGIN")
        self.node = self.nodes["sichuan"]
        self.count = 0

    def again(self, *more):
        self.node.stop()
        self.node.start("--views", self.server.url(), "--views-readers", "analysts", *more)

    def work(self, cases=3):
        clerk = self.node.as_("clerk")
        for _ in range(cases):
            self.count += 1
            case = clerk.start("parcels", "parcel", "clerk", PARTIES,
                               {"label": f"p{self.count}", "who": NAME, "person": NUMBER})["case"]
            clerk.act(case, "send", "clerk")
        self.deliver()
        return case

    def ask(self, sql, role="bashu"):
        """Rows as dictionaries."""
        said = self.server.run(
            "psql", "-h", "127.0.0.1", "-p", self.server.port, "-U", role, "-d", "postgres", "-A", "-t", "-q", "-c",
            f"SET search_path TO {SCHEMA}", "-c", f"SELECT coalesce(json_agg(t), '[]') FROM ({sql}) t")
        return json.loads(said)

    def entries(self):
        return int(self.ask("SELECT value FROM meta WHERE name = 'entries'")[0]["value"])

    def durable(self):
        return self.node.health()["position"] + 1

    def followed(self):
        wait_until(lambda: self.entries() == self.durable(), "the tables there", 60)

    def same_rows(self):
        """Every table of the node's own file is on the server, row for row."""
        self.node.as_("clerk").get("/cases")
        self.followed()
        with sqlite3.connect(f"file:{self.node.dir / 'views.db'}?mode=ro", uri=True) as held:
            held.row_factory = sqlite3.Row
            tables = [row["name"] for row in held.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
            self.assertGreater(len(tables), 20)
            for table in tables:
                if table != "meta":
                    here = [dict(row) for row in held.execute(f'SELECT * FROM "{table}"')]
                    self.assertEqual(ordered(here), ordered(self.ask(f'SELECT * FROM "{table}"')), table)

    def test_kept_beside_the_nodes_own_row_for_row(self):
        self.work()
        self.again()
        self.work()
        self.same_rows()
        # What grows with time lies in parts of a year.
        parts = {row["relname"] for row in self.ask(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE c.relkind = 'r'")}
        self.assertLessEqual({"case_step_2026", "posting_2026"}, parts)
        # Whoever may read may do nothing else.
        self.assertGreater(self.ask("SELECT count(*) AS n FROM parcels_parcel", "analysts")[0]["n"], 0)
        with self.assertRaises(subprocess.CalledProcessError) as refused:
            self.server.run("psql", "-h", "127.0.0.1", "-p", self.server.port, "-U", "analysts", "-d", "postgres", "-c",
                            f"DELETE FROM {SCHEMA}.parcels_parcel")
        self.assertIn("permission denied", refused.exception.stderr)
        # Made anew beside the node; who reads still may.
        self.node.stop()
        said = bashu("views", self.node.dir, "--to", self.server.url(), "--readers", "analysts", "--anew")
        self.assertIn("entries in the tables", said)
        self.assertGreater(self.ask("SELECT count(*) AS n FROM parcels_parcel", "analysts")[0]["n"], 0)
        self.again()
        self.same_rows()

    def test_a_server_that_dies_holds_nobody_up_and_catches_up(self):
        self.again()
        for _ in range(3):
            self.work()
            self.server.kill()
            self.work()
            self.assertTrue(self.node.health()["ready"])
            self.server.start()
            self.same_rows()
        # Another format is made anew beside, and takes its place.
        self.node.stop()
        self.server.sql(f"UPDATE {SCHEMA}.meta SET value = 'old' WHERE name = 'format'")
        self.again()
        self.same_rows()
        self.assertEqual(self.ask("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'bashu_views%'"),
                         [{"nspname": SCHEMA}])

    def test_the_nodes_own_answers_come_from_them(self):
        case = self.work()
        clerk = self.node.as_("clerk")
        paths = ["/cases", f"/cases/{case}", f"/cases/{case}/history", "/tasks", "/figures"]

        def answers():
            return [*(clerk.get(path) for path in paths), clerk.get("/figures/parcels/taken", as_of="2026-03-02"),
                    clerk.get("/figures/parcels/taken/records", as_of="2026-03-02")]

        before = answers()
        self.again("--read-views", self.server.url())
        clerk = self.node.as_("clerk")
        self.assertEqual(answers(), before)
        self.assertFalse([path for path in self.node.dir.glob("views-*.db-wal")])
        self.assertEqual(clerk.case(self.work())["state"], "arrived")
        self.server.stop()
        self.server.start()
        self.assertEqual(clerk.case(self.work())["state"], "arrived")

    def test_a_replica_answers_and_shows_what_one_has_written(self):
        self.again()
        replica = Server.__new__(Server)
        replica.__dict__.update(Server().__dict__)
        self.addCleanup(replica.remove)
        subprocess.run([*self.server.user, "rm", "-r", str(replica.data)], check=True)
        self.server.run("pg_basebackup", "-h", "127.0.0.1", "-p", self.server.port, "-U", "bashu", "-D",
                        replica.data, "-R", "-X", "stream")
        replica.start()
        self.assertEqual(replica.sql("SELECT pg_is_in_recovery()"), "t")
        self.again("--read-views", replica.url())
        for _ in range(3):
            self.assertEqual(self.node.as_("clerk").case(self.work(1))["data"]["label"], f"p{self.count}")

    def test_erased_values_are_nowhere_on_the_server(self):
        case = self.work(1)
        self.again("--read-views", self.server.url())
        clerk = self.node.as_("clerk")
        self.assertEqual(clerk.case(case)["data"]["who"], NAME)
        dumped = self.server.run("pg_dump", "-h", "127.0.0.1", "-p", self.server.port, "-U", "bashu",
                                 "--inserts", "postgres")
        self.assertIn("$sealed", dumped)
        for plain in (NAME, NUMBER):
            self.assertNotIn(plain, dumped)
        for key in ("admin", "second"):
            bashu("privacy", "erase", NUMBER, "--reason", "asked", "--api", self.node.url, "--key",
                  self.node.keys[key])
        self.assertIn("erased", clerk.case(case)["data"]["who"])
        # The copy holds the sealed value still, and nobody the key of it.
        self.assertNotIn(NAME, str(self.ask("SELECT * FROM parcels_parcel")))


if __name__ == "__main__":
    unittest.main()
