"""Either node is killed dozens of times, at any moment, while clients write on both sides: nothing
acknowledged is lost, nothing happens twice, every case has one holder, every person is registered
in one place, and the journals verify and agree."""

import os
import pathlib
import random
import subprocess
import threading
import time
import unittest
import uuid

from support import (PATIENCE, ROOT, Away, CircleTest, Client, Refused, mail_delivered,
                     wait_until)

KILLS = int(os.environ.get("BASHU_KILLS", "40"))
SEED = int(os.environ.get("BASHU_SEED", "7"))
LINES = 25  # of a batch
PERSONS = 12  # of each mover

# Single transfers, many at a time: no case, one side.
TAPS = """\
bashu: 1
pack: taps
version: 1
title: {zh: 刷卡, en: Taps}
types:
  serial: {type: text, min: 1, max: 60, class: public, title: {zh: 流水号, en: Serial}}
  cents: {type: int, min: 1, class: public, title: {zh: 金额, en: Amount}}
books:
  fares:
    title: {zh: 票款, en: Fares}
    type: cents
    accounts: {riders: {floor: none}, owed: {}}
feeds:
  tap:
    title: {zh: 刷卡记录, en: Taps}
    by: clerk
    fields: {serial: serial, fare: cents}
    key: [serial]
    do: {move: =line.fare, from: fares.riders, to: fares.owed}
scenarios:
  - title: a tap
    today: 2026-03-02
    steps:
      - {at: sichuan, as: clerk, feed: tap, lines: [{serial: a, fare: 3}], taken: 1, known: 0, refused_lines: 0}
"""


class Worker(threading.Thread):
    """Works until told to stop. What it was told to have done is kept, for the account at the end."""

    def __init__(self, test, name):
        super().__init__(name=name, daemon=True)
        self.test = test
        self.stopping = False
        self.failure = None
        self.chance = random.Random(f"{SEED} {name}")
        self._clients = {}

    def client(self, node):
        if node.party not in self._clients:
            self._clients[node.party] = Client(node.url, node.keys["clerk"])
        return self._clients[node.party]

    def insist(self, write):
        """The same command under one key until there is an answer."""
        key = uuid.uuid4().hex
        while True:
            try:
                return write(key)
            except Away:
                time.sleep(0.02)

    def see(self, node, case, *states):
        """Waits until the case is in one of these states at this node."""
        def there():
            try:
                return self.client(node).case(case)["state"] in states
            except Away:
                return False
            except Refused as refused:
                if refused.status != 404:  # it has not arrived yet
                    raise
                return False
        wait_until(there, f"{case} {states} at {node.party}", 120 * PATIENCE)

    def run(self):
        try:
            while not self.stopping:
                self.work()
        except Exception as failure:  # told in the main thread
            self.failure = failure
        for client in self._clients.values():
            client.close()


class Sender(Worker):
    """Sends parcels: two steps, and the case is handed over."""

    def __init__(self, test, node, other, n):
        super().__init__(test, f"send-{node.party}-{n}")
        self.node, self.other = node, other
        self.sent = []  # cases that were acknowledged as sent

    def work(self):
        client = self.client(self.node)
        parties = {"sender": self.node.party, "receiver": self.other.party}
        label = f"{self.name}-{len(self.sent)}"
        case = self.insist(lambda key: client.start("parcels", "parcel", "clerk", parties,
                                                    {"label": label}, key))["case"]
        self.insist(lambda key: client.act(case, "send", "clerk", None, key))
        self.sent.append((label, case))
        time.sleep(0.02)


class Taker(Worker):
    """Takes every other parcel that has arrived."""

    def __init__(self, test, node):
        super().__init__(test, f"take-{node.party}")
        self.node = node
        self.seen, self.taken = set(), set()

    def work(self):
        client = self.client(self.node)
        try:
            arrived = client.get("/cases", pack="parcels", state="arrived", plays="receiver",
                                 limit=500)["cases"]
        except Away:
            return
        for one in arrived:
            case = one["id"]
            if one["parties"]["receiver"] != self.node.party or case in self.seen:
                continue
            self.seen.add(case)
            if len(self.seen) % 2:
                continue
            self.insist(lambda key, case=case: client.act(case, "take", "clerk", None, key))
            self.taken.add(case)
            if self.stopping:
                return
        time.sleep(0.1)


class Feeder(Worker):
    """Posts batches; sometimes the same lines once more, as another request."""

    def __init__(self, test, node):
        super().__init__(test, f"feed-{node.party}")
        self.node = node
        self.posted = self.amount = 0

    def work(self):
        first = self.posted
        again = first >= LINES and self.chance.random() < 0.2
        if again:
            first -= LINES
        lines = [{"serial": f"{self.name}-{n}", "fare": 1 + n % 7} for n in range(first, first + LINES)]
        body = {"role": "clerk", "lines": lines}
        answer = self.insist(lambda key: self.client(self.node).post("/packs/taps/feeds/tap", body, key))
        self.test.assertEqual((answer["taken"], answer["known"]), (0, LINES) if again else (LINES, 0))
        if not again:
            self.posted += LINES
            self.amount += sum(line["fare"] for line in lines)
        time.sleep(0.02)


class Mover(Worker):
    """Moves persons between the two household registers, there and back; some turn back on the way."""

    def __init__(self, test, node, other, n):
        super().__init__(test, f"move-{node.party}-{n}")
        self.nodes = {node.party: node, other.party: other}
        self.home = {}  # person to the party where they are registered
        self.next = 0
        self.ended = {}  # case to its last state
        persons = [f"{self.name}-{i}" for i in range(PERSONS)]
        lines = [{"person": person, "household": f"F-{person}", "head": True} for person in persons]
        self.insist(lambda key: self.client(node).post("/packs/household-migration/feeds/residents",
                                                       {"role": "clerk", "lines": lines}, key))
        for person in persons:
            self.home[person] = node.party

    def work(self):
        person = list(self.home)[self.next % PERSONS]
        self.next += 1
        origin = self.home[person]
        destination = next(party for party in self.nodes if party != origin)
        there, here = self.nodes[destination], self.nodes[origin]
        citizen = Client(there.url, there.keys["citizen"])  # sees their own cases alone
        proof = citizen.deposit("proof.pdf", "application/pdf",
                                f"synthetic {person} {self.next}".encode())
        form = {"person": person, "name": "Synthetic", "address": "Synthetic Road 1",
                "ground": "work", "proof": proof}
        case = self.insist(lambda key: citizen.start(
            "household-migration", "move", "citizen", {"origin": origin, "destination": destination},
            form, key))["case"]
        self.insist(lambda key: self.client(there).act(case, "permit", "clerk", None, key))
        self.see(here, case, "permitted")
        self.insist(lambda key: self.client(here).act(case, "release", "clerk", None, key))
        self.see(there, case, "on_the_way")
        if self.chance.random() < 0.25:
            self.insist(lambda key: citizen.act(case, "withdraw", "citizen", None, key))
            self.see(there, case, "restored")
            self.ended[case] = "restored"
        else:
            self.insist(lambda key: self.client(there).act(case, "settle", "clerk",
                                                           {"household": f"F-{case}", "heads": True}, key))
            self.ended[case] = "settled"
            self.home[person] = destination
            self.see(here, case, "settled")  # or the way back could be tried too early
        citizen.close()


class Crash(CircleTest):
    def make(self, party):
        node = super().make(party)
        node.add_key("citizen", "counter", ["*:citizen"])
        node.add_key("auditor", "auditor", may=["audit"])
        return node

    def setUp(self):
        super().setUp()
        taps = self.dir / "taps.yaml"
        taps.write_text(TAPS, encoding="utf-8")
        for node in self.nodes.values():
            for pack in (taps, ROOT / "packs" / "household-migration.yaml"):
                node.by_two("pack", "adopt", pack)
        self.deliver()

    def test_dozens_of_kills_lose_nothing_and_repeat_nothing(self):
        chance = random.Random(SEED)
        one, two = nodes = list(self.nodes.values())
        senders = [Sender(self, a, b, n) for a, b in ((one, two), (two, one)) for n in range(2)]
        takers = [Taker(self, node) for node in nodes]
        feeders = [Feeder(self, node) for node in nodes]
        movers = [Mover(self, a, b, n) for a, b in ((one, two), (two, one)) for n in range(2)]
        workers = senders + takers + feeders + movers
        for worker in workers:
            worker.start()
        for kill in range(KILLS):
            time.sleep(chance.uniform(0.05, 1.2))
            self.kill_some(chance, nodes, kill)
            for worker in workers:
                if worker.failure:
                    raise worker.failure
        for worker in workers:
            worker.stopping = True
        for worker in workers:
            worker.join(180 * PATIENCE)
            self.assertFalse(worker.is_alive(), worker.name)
            if worker.failure:
                raise worker.failure
        mail_delivered(nodes)
        self.account(nodes, senders, takers, feeders, movers)
        self.verify("chongqing", "sichuan")
        self.check("--at-rest")

    def kill_some(self, chance, nodes, kill):
        both = kill % 5 == 4
        hit = nodes if both else [nodes[chance.randrange(2)]]
        for node in hit:
            node.kill()
        if both:  # what is on the two disks at this moment
            self.check()
        time.sleep(chance.uniform(0, 0.4))
        for node in hit:
            if chance.random() < 0.25:  # it does not come far
                node.launch()
                time.sleep(chance.uniform(0, 0.3))
                node.kill()
            node.start()

    def account(self, nodes, senders, takers, feeders, movers):
        """Everything that was acknowledged is there, and nothing else."""
        sent = sorted(pair for sender in senders for pair in sender.sent)
        taken = set().union(*(taker.taken for taker in takers))
        ended = {case: state for mover in movers for case, state in mover.ended.items()}
        print(f"\n{KILLS} kills: {len(sent)} parcels sent, {len(taken)} taken, {len(ended)} moves ended, "
              f"{sum(feeder.posted for feeder in feeders)} transfers")
        self.assertGreater(len(sent), KILLS)
        self.assertGreater(len(taken), KILLS // 8)
        self.assertGreater(len(ended), KILLS // 8)
        for node in nodes:
            clerk = node.as_("clerk")
            parcels = clerk.cases(pack="parcels")
            self.assertEqual(sorted((c["data"]["label"], c["id"]) for c in parcels), sent, node.party)
            self.assertEqual({c["id"] for c in parcels if c["state"] == "taken"}, taken, node.party)
            self.assertEqual({c["state"] for c in parcels if c["id"] not in taken}, {"arrived"})
            self.assertEqual({c["version"] for c in parcels if c["id"] in taken}, {3})
            self.assertEqual({c["version"] for c in parcels if c["id"] not in taken}, {2})
            self.assertEqual(self.pieces(node, "parcels", "pieces", "sent"), len(sent) - len(taken))
            self.assertEqual(self.pieces(node, "parcels", "pieces", "taken"), len(taken))
            self.assertEqual(clerk.figure("parcels", "taken")["value"], len(taken))
            moves = clerk.cases(pack="household-migration")
            self.assertEqual({c["id"]: c["state"] for c in moves}, ended, node.party)
            self.assertEqual(node.held(), [])
            mine = [feeder for feeder in feeders if feeder.node is node]
            self.assertEqual(self.pieces(node, "taps", "fares", "owed"), sum(f.amount for f in mine))
        for case in [case for _, case in sent[:3]] + list(ended)[:3]:
            self.assertEqual(self.history("chongqing", case), self.history("sichuan", case))

    def pieces(self, node, pack, book, kind):
        accounts = node.as_("auditor").get(f"/packs/{pack}/books/{book}/{kind}")["accounts"]
        return sum(one["balance"] for one in accounts)

    def check(self, *more):
        """The simulator's checks, of what these two real nodes have on their disks."""
        program = os.environ.get("BASHU_SIM") or pathlib.Path(os.environ["BASHU_BIN"]).with_name("bashu-sim")
        dirs = [str(node.dir) for node in self.nodes.values()]
        done = subprocess.run([str(program), *more, "--check", *dirs], capture_output=True, text=True,
                              check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
