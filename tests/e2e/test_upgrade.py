"""Two nodes are upgraded, one side at a time, while clients write on both: the side that is up goes on and notices
a pause only, nothing acknowledged is lost, nothing happens twice, tables of the version before are made anew.

The version before is the program that BASHU_PREVIOUS names (`./dev upgrade`). Without it the same program stands
for both, and what lies in the directory says that an earlier one wrote it: tables and snapshots of the formats
before."""

import collections
import os
import pathlib
import sqlite3
import unittest
import unittest.mock

from support import PATIENCE, CircleTest, bashu, mail_delivered, program, wait_until
from test_crash import Sender, Taker

PREVIOUS = os.environ.get("BASHU_PREVIOUS")
MORE = 10  # parcels of each side between two steps
SNAPSHOT, SNAPSHOT_BEFORE = b"BSHSNP03", b"BSHSNP02"  # how a file begins


def tables(node):
    """What `meta` of the node's tables says."""
    with sqlite3.connect(f"file:{node.dir}/views.db?mode=ro", uri=True) as file:
        meta = dict(file.execute("SELECT name, value FROM meta"))
    file.close()
    return meta


def written_before(node):
    """As if an earlier version had written it: its tables, its snapshots."""
    file = sqlite3.connect(node.dir / "views.db")
    file.execute("UPDATE meta SET value = CAST(value AS INTEGER) - 1 WHERE name = 'format'")
    file.commit()
    file.close()
    for path in (node.dir / "snapshots").iterdir():
        content = path.read_bytes()
        if content.startswith(SNAPSHOT):
            path.write_bytes(SNAPSHOT_BEFORE + content[len(SNAPSHOT):])


class Upgrade(CircleTest):
    def setUp(self):
        self.now = program()
        if PREVIOUS:
            # Whatever is run is of that version until both sides have been upgraded.
            before = unittest.mock.patch.dict(os.environ, BASHU_BIN=PREVIOUS)
            before.start()
            self.addCleanup(before.stop)
        super().setUp()

    def begin_load(self):
        pairs = [(self.nodes[one], self.nodes[other]) for one, other in
                 (("chongqing", "sichuan"), ("sichuan", "chongqing"))]
        self.senders = {node.party: Sender(self, node, other, 1) for node, other in pairs}
        workers = [*self.senders.values(), *(Taker(self, node) for node, _ in pairs)]
        for worker in workers:
            worker.start()
        return workers

    def sent_more(self, *parties):
        """Waits until each of these sides has sent some more."""
        aim = {party: len(self.senders[party].sent) + MORE for party in parties}

        def there():
            failed = [sender.failure for sender in self.senders.values() if sender.failure]
            return failed or all(len(self.senders[party].sent) >= aim[party] for party in parties)
        self.assertIs(wait_until(there, f"more parcels of {parties}", 120 * PATIENCE), True)

    def upgrade(self, party, other):
        node = self.nodes[party]
        node.stop()
        bashu("snapshot", node.dir)
        if not PREVIOUS:
            written_before(node)
        before = tables(node)
        self.sent_more(other)  # while this side is away
        waiting = self.nodes[other].channels()[party]
        self.assertFalse(waiting["up"])
        self.assertGreater(waiting["backlog"], 0)
        node.program = self.now
        node.start()
        self.sent_more(party, other)
        return before

    def test_one_side_at_a_time_under_load(self):
        workers = self.begin_load()
        self.sent_more("chongqing", "sichuan")
        before = {"sichuan": self.upgrade("sichuan", "chongqing")}
        before["chongqing"] = self.upgrade("chongqing", "sichuan")
        for worker in workers:
            worker.stopping = True
        for worker in workers:
            worker.join(60 * PATIENCE)
            self.assertFalse(worker.is_alive())
            self.assertIsNone(worker.failure)
        mail_delivered(list(self.nodes.values()), 120 * PATIENCE)

        sent = [one for sender in self.senders.values() for one in sender.sent]
        for party, node in self.nodes.items():
            self.assertEqual(node.held(), [])
            cases = node.as_("clerk").cases(pack="parcels")
            labels = collections.Counter(case["data"]["label"] for case in cases)
            self.assertEqual([label for label, times in labels.items() if times > 1], [], party)
            states = {case["id"]: case["state"] for case in cases}
            for label, case in sent:
                self.assertIn(states.get(case), ("arrived", "taken"), f"{label} at {party}")
            now = tables(node)
            if now["format"] != before[party]["format"]:
                self.assertNotEqual(now["made"], before[party]["made"], "tables are made anew")
            if not PREVIOUS:
                self.assertEqual(int(now["format"]), int(before[party]["format"]) + 1)
        for _, case in sent[::5]:
            self.assertEqual(self.history("chongqing", case), self.history("sichuan", case))
        os.environ["BASHU_BIN"] = str(self.now)
        self.verify("chongqing", "sichuan")


if __name__ == "__main__":
    unittest.main()
