"""A node on two of three machines over pg_auto_failover, under load of cases and a feed, with a peer: databases,
writers and whole machines are killed, paused and cut off, by seed. Nothing acknowledged is lost, nothing
is done twice, there is one writer, the journals verify, and the peer notices a pause.

    BASHU_FAILOVER_PLAYS   how many (./dev failover)      BASHU_FAILOVER_SEED   of which chance
"""

import collections
import copy
import json
import os
import pathlib
import random
import shutil
import signal
import statistics
import tempfile
import threading
import time
import unittest
import uuid

from autofailover import DATABASE, Cluster
from machines import Net, ip, possible
from support import FIRST_DAY, NAMES, PARCELS, PATIENCE, Away, CircleTest, Client, Refused, bashu, wait_until
from test_crash import TAPS
from test_standby import taken_to

from node import Node, form_circle

PLAYS = int(os.environ.get("BASHU_FAILOVER_PLAYS", "3"))
SEED = int(os.environ.get("BASHU_FAILOVER_SEED", "1"))
TAKE_OVER_S = 2
LOADERS = 3
LINES = 20  # of a batch of the feed
HEAL_S = 150 * PATIENCE
BASHU = (" serve /",)
# 70: its state is unknown, or another machine writes.
ENDS = {70, -signal.SIGKILL, "no database to write"}

Answer = collections.namedtuple("Answer", "began at machine position first")


class Service(threading.Thread):
    """Starts the node of one machine again and again, as systemd does; the wandering address follows."""

    def __init__(self, node, machine):
        super().__init__(daemon=True)
        self.node = node
        self.machine = machine
        self.held = threading.Event()
        self.ending = threading.Event()
        self.ends = collections.Counter()

    def run(self):
        while not self.ending.is_set():
            if self.held.is_set():
                time.sleep(0.1)
                continue
            self.node.launch("--standby", "--as", self.machine.name, "--take-over-after", str(TAKE_OVER_S), "--api",
                             self.node.url.removeprefix("http://"), "--api-in-clear")
            process = self.node.process
            for line in process.stdout:
                if line.startswith("ready "):
                    self.machine.net.lead_to(self.machine)
            self.ends[self.end_of(process.wait())] += 1
            process.stdout.close()
            time.sleep(0.3)

    def end_of(self, code):
        last = self.node.log.read_text().splitlines()[-1]
        if code == 2 and last.startswith("bashu: PostgreSQL at"):
            return "no database to write"
        return code if code in ENDS else f"{code}: {last}"

    def end(self):
        self.ending.set()
        if self.node.running:
            self.node.process.terminate()
        self.join(60 * PATIENCE)
        self.node.process = None


class Loader(threading.Thread):
    """Does its work over and over, each piece until a machine acknowledged it."""

    def __init__(self, nodes, name):
        super().__init__(daemon=True)
        self.clients = [(name_of, Client(node.url, node.keys["clerk"], answer_s=2 * PATIENCE))
                        for name_of, node in nodes.items()]
        self.label = name
        self.answers = []
        self.wrong = None
        self.ending = threading.Event()

    def insist(self, path, body):
        key = uuid.uuid4().hex
        first = True
        give_up = time.monotonic() + HEAL_S
        while time.monotonic() < give_up:
            machine, client = self.clients[0]
            began = time.monotonic()
            try:
                status, _, answer = client.request("POST", path, body, {"Idempotency-Key": key})
                if status < 300:
                    answer = json.loads(answer)
                    self.answers.append(Answer(began, time.monotonic(), machine, answer["position"], first))
                    return answer
                # 500: whether it was done is not known; the same key asks again.
                if status not in (429, 500, 503, 504):
                    raise Refused(status, json.loads(answer))
                # A standby has done nothing for sure.
                first = first and status == 503
            except Away:
                first = False
            self.clients.append(self.clients.pop(0))
            time.sleep(0.02)
        raise TimeoutError(path)

    def run(self):
        try:
            while not self.ending.is_set():
                self.work()
                time.sleep(0.05)
        except Exception as error:  # pylint: disable=broad-except
            self.wrong = error
        for _, client in self.clients:
            client.close()


class Parcels(Loader):
    def __init__(self, nodes, name):
        super().__init__(nodes, name)
        self.cases = []

    def work(self):
        done = self.insist("/cases", {"pack": "parcels", "service": "parcel", "role": "clerk",
                                      "parties": {"sender": "sichuan", "receiver": "chongqing"},
                                      "with": {"label": f"{self.label}-{len(self.cases)}"}})
        self.cases.append(done["case"])
        self.insist(f"/cases/{done['case']}/events/send", {"role": "clerk", "with": {}})


class Feed(Loader):
    lines = amount = 0

    def work(self):
        lines = [{"serial": f"{self.label}-{n}", "fare": 1 + n % 7} for n in range(self.lines, self.lines + LINES)]
        done = self.insist("/packs/taps/feeds/tap", {"role": "clerk", "lines": lines})
        if (done["taken"], done["known"]) != (LINES, 0):
            raise AssertionError(f"lines of a feed lost or doubled: {done}")
        self.lines += LINES
        self.amount += sum(line["fare"] for line in lines)


@unittest.skipUnless(possible(), "needs network namespaces: root on Linux")
class Failover(CircleTest):
    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="bashu-failover-"))
        self.dir.chmod(0o755)  # servers are another user's
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)
        self.net = Net(self.dir)
        self.addCleanup(self.net.remove)
        self.addCleanup(self.keep_logs)
        self.chance = random.Random(SEED)
        self.machines = {name: self.net.machine(name) for name in ("m", "a", "b", "c")}
        # Three servers: of two, one that is alone acknowledges what the other does not have.
        self.pair = [self.machines[name] for name in ("a", "b")]
        self.cluster = Cluster(self.machines["m"], [*self.pair, self.machines["c"]])
        self.addCleanup(self.cluster.remove)
        self.nodes = {}
        # Nobody but its machines has the address that wanders; to make the node here it is lent.
        ip("addr", "add", f"{self.net.wandering}/32", "dev", "lo")
        for party, host in (("chongqing", self.net.root), ("sichuan", self.net.wandering)):
            self.make_at(party, host)
        form_circle("e2e", list(self.nodes.values()), self.dir / "circle")
        for name, text in (("parcels", PARCELS), ("taps", TAPS)):
            (self.dir / f"{name}.yaml").write_text(text, encoding="utf-8")
            for node in self.nodes.values():
                bashu("pack", "adopt", node.dir, self.dir / f"{name}.yaml")
        ip("addr", "del", f"{self.net.wandering}/32", "dev", "lo")
        self.nodes["chongqing"].start("--api-in-clear")
        self.addCleanup(self.nodes["chongqing"].stop)
        self.beside = {machine.name: self.on(machine) for machine in self.pair}
        self.services = {name: Service(node, self.machines[name]) for name, node in self.beside.items()}
        for service in self.services.values():
            service.start()
            self.addCleanup(service.end)
        self.heal("both machines")
        self.nodes["sichuan"] = self.beside[wait_until(self.writer, "a writer")]
        self.deliver()
        self.times = collections.defaultdict(list)

    def keep_logs(self):
        """For whoever asks why."""
        to = os.environ.get("BASHU_FAILOVER_LOGS")
        if to:
            for log in [*self.dir.glob("*/*.log"), *self.dir.glob("*.log"), *self.dir.glob("*/data/log/*")]:
                pathlib.Path(to).mkdir(parents=True, exist_ok=True)
                shutil.copy(log, pathlib.Path(to) / str(log.relative_to(self.dir)).replace("/", "-"))

    def make_at(self, party, host):
        node = Node(self.dir / party, party, NAMES[party], host, FIRST_DAY,
                    journal=self.cluster.url() if party == "sichuan" else None)
        for key in ("clerk", "chief"):
            node.add_key(key, key, [f"*:{key}"])
        node.add_key("auditor", "auditor", may=["audit"])
        self.nodes[party] = node

    def on(self, machine):
        """The node on one machine."""
        node = taken_to(self.nodes["sichuan"], self.dir / f"sichuan-{machine.name}")
        node.url = f"http://{machine.address}:7000"
        node.prefix = machine.prefix()
        return node

    # What is so at the moment.

    def health(self, name):
        client = Client(self.beside[name].url, self.beside[name].keys["auditor"], answer_s=2 * PATIENCE)
        try:
            return client.get("/health") if self.beside[name].running else {}
        except (Away, Refused):
            return {}
        finally:
            client.close()

    def writer(self):
        """The machine that says that it writes; None: none, or more than one does."""
        found = [name for name in self.beside if self.health(name).get("writes")]
        return found[0] if len(found) == 1 else None

    def healed(self):
        for server in self.cluster.servers.values():
            if server.process.poll() is not None:
                server.start()
        if not self.cluster.settled():
            return False
        now = {name: self.health(name) for name in self.beside}
        return (sorted(one.get("state", "") for one in now.values()) == ["ready", "standby"] and
                all(one.get("behind", {"entries": 0})["entries"] < 200 for one in now.values()))

    def heal(self, what):
        try:
            wait_until(self.healed, what, HEAL_S)
        except TimeoutError as error:
            raise TimeoutError(f"{what}: {self.cluster.states()} {[self.health(name) for name in self.beside]}") from error

    # What is done to it. Each gives back what undoes it.

    def primary(self):
        return self.machines[wait_until(self.cluster.primary, "a primary")]

    def writing(self):
        return self.machines[wait_until(self.writer, "a writer")]

    def kill_writer(self):
        self.writing().signal(signal.SIGKILL, BASHU)
        return lambda: None

    def kill_standby(self):
        at = self.writing()
        next(one for one in self.pair if one is not at).signal(signal.SIGKILL, BASHU)
        return lambda: None

    def kill_database(self, at=None):
        server = self.cluster.servers[(at or self.primary()).name]
        self.struck = server.machine.name
        server.kill()
        return server.start

    def kill_machine(self):
        at = self.primary()
        service = self.services.get(at.name)
        if service:
            service.held.set()
        at.signal(signal.SIGKILL, BASHU)
        start = self.kill_database(at)

        def again():
            start()
            if service:
                service.held.clear()
        return again

    def pause(self, at, words):
        self.struck = at.name if words != BASHU else None
        at.signal(signal.SIGSTOP, words)
        return lambda: at.wake(words)

    def pause_writer(self):
        return self.pause(self.writing(), BASHU)

    def pause_database(self):
        return self.pause(self.primary(), DATABASE)

    def pause_machine(self):
        return self.pause(self.primary(), ())

    def cut(self, at):
        self.struck = at.name
        at.cut()
        return at.join

    def cut_primary(self):
        return self.cut(self.primary())

    def cut_writer(self):
        return self.cut(self.writing())

    def cut_monitor(self):
        return self.cut(self.machines["m"])

    def cut_between(self):
        self.pair[0].lose(self.pair[1])
        return lambda: self.pair[0].find(self.pair[1])

    KINDS = ("kill_writer", "kill_database", "cut_primary", "pause_writer", "pause_database", "kill_machine",
             "cut_between", "cut_writer", "pause_machine", "cut_monitor", "kill_standby")

    def play(self, loaders, kind):
        led, self.struck = self.cluster.primary(), None
        began = time.monotonic()
        undo = getattr(self, kind)()
        if self.struck == led:
            # pg_auto_failover 2.0 errs when a server comes back while another is being chosen (docs/guide/postgres.md).
            wait_until(lambda: self.cluster.primary() not in (None, led), f"another one leads after {kind}", HEAL_S)
        time.sleep(self.chance.uniform(1, 5))
        undo()
        undone = time.monotonic()
        self.heal(f"all well after {kind}")
        wait_until(lambda: self.answered(loaders, undone), "an acknowledgement", HEAL_S)
        ended = time.monotonic()
        at = sorted(answer.at for one in loaders for answer in one.answers if began - 1 <= answer.at)
        gap = max(after - before for before, after in zip([began, *at], at) if after >= began)
        self.times[kind].append(gap)
        print(f"{kind}: {gap:.2f} s without an acknowledgement, well after {ended - began:.0f} s", flush=True)
        self.kept(loaders)

    def answered(self, loaders, then):
        for one in loaders:
            self.assertIsNone(one.wrong)
        return any(one.answers and one.answers[-1].began > then for one in loaders)

    def kept(self, loaders):
        """What was acknowledged since this was asked last is there."""
        writer = self.beside[wait_until(self.writer, "a writer")].as_("clerk")
        writer.position = max(one.answers[-1].position for one in loaders)
        known = [case for one in loaders if isinstance(one, Parcels) for case in list(one.cases)]
        for case in known[-100:]:
            self.assertEqual(writer.case(case)["id"], case)

    def test_nothing_acknowledged_is_lost(self):
        loaders = [Parcels(self.beside, f"load{n}") for n in range(LOADERS)] + [Feed(self.beside, "feed")]
        for loader in loaders:
            loader.start()
        wait_until(lambda: self.answered(loaders, 0) and all(one.answers for one in loaders), "a first acknowledgement")
        plays = list(self.KINDS)
        print()
        for number in range(PLAYS):
            if number >= len(plays):
                plays.append(self.chance.choice(self.KINDS))
            self.play(loaders, plays[number])
        for loader in loaders:
            loader.ending.set()
        for loader in loaders:
            loader.join(HEAL_S)
            self.assertIsNone(loader.wrong)
        self.sound(loaders)

    def sound(self, loaders):
        self.heal("all well at the end")
        name = wait_until(self.writer, "a writer")
        self.nodes["sichuan"] = node = self.beside[name]
        self.deliver()
        parcels = [one for one in loaders if isinstance(one, Parcels)]
        wanted = sorted(case for one in parcels for case in one.cases)
        self.assertEqual(len(wanted), len(set(wanted)))
        for one in (node, self.nodes["chongqing"]):
            listed = sorted(row["id"] for row in one.as_("clerk").cases(pack="parcels"))
            self.assertEqual(len(listed), len(wanted), one.dir.name)
            self.assertEqual(listed, wanted, f"lost or doubled at {one.dir.name}")
        accounts = node.as_("auditor").get("/packs/taps/books/fares/owed")["accounts"]
        self.assertEqual(sum(one["balance"] for one in accounts), sum(one.amount for one in loaders if isinstance(one, Feed)))
        self.assertEqual(self.nodes["chongqing"].health()["state"], "ready")
        self.assertEqual(self.nodes["chongqing"].held(), [])
        ends = sum((service.ends for service in self.services.values()), collections.Counter())
        for service in self.services.values():
            service.end()
        self.assertEqual(set(ends) - ENDS, set(), "ended as it should not")
        self.verify("sichuan", "chongqing")
        changes = self.one_writer(node, [answer for one in loaders for answer in one.answers])
        self.tell(len(wanted), sum(one.lines for one in loaders if isinstance(one, Feed)), changes, ends)

    def one_writer(self, node, answers):
        """Whoever acknowledged was the writer of that part of the journal."""
        bashu("journal", "feed", node.dir, "--files", self.dir / "feed")
        rows = [json.loads(line) for file in sorted((self.dir / "feed").rglob("*.ndjson"))
                for line in file.read_text().splitlines() if "writer_changed" in line]
        changes = [(row["position"], event) for row in rows for event in row.get("events", [])
                   if event.get("event") == "writer_changed"]
        epochs = [event["epoch"] for _, event in changes]
        self.assertEqual(epochs, sorted(set(epochs)), "one writer at a time")
        for answer in answers:
            if answer.first:
                holder = [event["holder"] for position, event in changes if position < answer.position][-1]
                self.assertEqual(answer.machine, holder, f"acknowledged by another than the writer: {answer}")
        return len(changes)

    def tell(self, parcels, lines, changes, ends):
        gaps = sorted(gap for some in self.times.values() for gap in some)
        print(f"seed {SEED}: {len(gaps)} kills, pauses and partitions; {parcels} parcels and {lines} lines acknowledged, "
              f"0 lost, 0 doubled; the writer changed {changes} times; ends {dict(ends)}")
        for kind, some in [("all", gaps), *sorted(self.times.items())]:
            some = sorted(some)
            p99 = some[min(len(some) - 1, int(0.99 * len(some)))]
            print(f"  {kind}: {len(some)}, without an acknowledgement median {statistics.median(some):.2f} s, "
                  f"p99 {p99:.2f} s, max {some[-1]:.2f} s")


if __name__ == "__main__":
    unittest.main()
