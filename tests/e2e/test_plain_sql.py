"""What a journal and a vault on a server send, read in the server's own log: nothing but words that openGauss, GaussDB,
KingbaseES and PolarDB have in common with PostgreSQL by their manuals (docs/guide/postgres.md). Data is synthetic."""

import json
import re
import unittest

from postgres_server import Server
from support import CircleTest, bashu, wait_until
from test_vault import PACK

# Words of SQL, functions and settings that may be sent. What a manual does not have in common stays out: ON CONFLICT, MERGE, GENERATED,
# to_regclass, jsonb, ...
WORDS = set("""
    add and as at begin bigint bytea by cascade check commit convert_to count create current_database current_schema delete drop epoch exists
    fsync full if in index information_schema insert integer into key limit not now null octet_length on or order over primary returning
    rollback select set show size sum max schema table tables table_name table_schema time to to_char update vacuum values where with zone for from
    current_setting synchronous_commit synchronous_standby_names concat_ws pg_postmaster_start_time off lock_timeout
""".split())
# Ours: tables, columns, names within a statement.
OWN = set("""
    one size root first record holder beat place epoch id name value head raised closed held named gone opened there sized before after
    at key count
""".split())
SENT = re.compile(r"LOG:  execute [^:]*: (.*)$")
PLAIN = re.compile(r"'(?:[^']|'')*'|\$\d+|\"[^\"]*\"")


def words_of(statement):
    return {word.lower() for word in re.findall(r"[A-Za-z_]+", PLAIN.sub(" ", statement))}


class PlainSql(CircleTest):
    PACK = PACK

    def setUp(self):
        self.server = Server()
        self.addCleanup(self.server.remove)
        self.server.start("-c", "log_statement=all")
        super().setUp()
        self.node = self.nodes["sichuan"]

    def journal_of(self, party):
        if party != "sichuan":
            return None
        self.server.sql("CREATE DATABASE sichuan")
        return self.server.url("sichuan")

    def sent(self):
        """Of nodes and commands: what psql sends here is no prepared statement."""
        lines = (self.server.dir / "log").read_text(encoding="utf-8", errors="replace").splitlines()
        return sorted({found.group(1) for found in map(SENT.search, lines) if found})

    def erase(self, case):
        words = ["erase", case, "--reason", "asked by the person", "--json", "--api", self.node.url]
        keys = int(self.server.sql("SELECT count(*) FROM bashu_keys", "sichuan"))
        for key in ("admin", "second"):
            said = json.loads(bashu("privacy", *words, "--key", self.node.keys[key]))
        self.assertIn("order", said)
        wait_until(lambda: int(self.server.sql("SELECT count(*) FROM bashu_keys", "sichuan")) < keys, "the key is destroyed")
        wait_until(lambda: self.server.sql("SELECT count(*) FROM bashu_settings WHERE name = 'traces'", "sichuan") == "0",
                   "the table is written anew")

    def test_nothing_is_sent_that_others_do_not_speak(self):
        self.assertEqual(bashu("journal", "test", self.server.url()).count("kept  "), 7)
        case = self.node.as_("clerk").start("parcels", "parcel", "clerk", {"sender": "sichuan", "receiver": "chongqing"},
                                            {"label": "parcel", "who": "synthetic person"})["case"]
        self.deliver()
        self.erase(case)
        self.node.stop()
        for to in ("directory", self.server.url("sichuan")):
            bashu("journal", "move", self.node.dir, "--to", to)
            bashu("vault", "move", self.node.dir, "--to", to)
        self.node.start()
        self.node.as_("clerk").start("parcels", "parcel", "clerk", {"sender": "sichuan", "receiver": "chongqing"},
                                     {"label": "again", "who": "synthetic person"})
        statements = self.sent()
        # That it looks at all: each table is written, read and made.
        for beginning in ("WITH head AS", "WITH raised AS", "WITH there AS (UPDATE bashu_keys", "WITH there AS (UPDATE bashu_settings",
                          "WITH held AS", "WITH gone AS", "UPDATE bashu_writer", "DELETE FROM bashu_keys", "VACUUM FULL bashu_keys",
                          "CREATE TABLE IF NOT EXISTS bashu_commits", "CREATE TABLE IF NOT EXISTS bashu_moved", "SELECT first, count, record"):
            self.assertTrue(any(one.startswith(beginning) for one in statements), beginning)
        odd = {one: sorted(word for word in words_of(one) - WORDS - OWN if not word.startswith("bashu_")) for one in statements}
        self.assertEqual({one: words for one, words in odd.items() if words}, {})
        # What can be read as one word and be another engine's stumbling block: of IF NOT EXISTS, tables and nothing else.
        self.assertEqual([one for one in statements if "IF NOT EXISTS" in one and not one.startswith("CREATE TABLE ")], [])
        self.verify("sichuan", "chongqing")


if __name__ == "__main__":
    unittest.main()
