"""Two machines on one journal in PostgreSQL: one writes, the other stands by. The writer is killed and
paused under load; nothing acknowledged is lost, nothing is done twice, the peer notices a pause."""

import copy
import json
import shutil
import signal
import subprocess
import threading
import time
import unittest
import uuid

from postgres_server import Server
from support import FIRST_DAY, PARCELS, PATIENCE, Away, CircleTest, Client, Refused, bashu, program, wait_until

from node import free_port

KILLS = 4
TAKE_OVER_S = 2
UNKNOWN_STATE = 70
# What another machine needs of a node; all else is in the database or made again.
TAKEN_ALONG = ("node.json", "passwords.json", "keys", "peers", "journal.url", "vault.url", "rehearsal-day")

# A parcel says for whom it is: a personal value, sealed with a key of the vault.
PACK = (PARCELS
        .replace("  count: {type: int", "  person: {type: text, min: 1, max: 60, class: personal, title: {zh: 收件人, en: For}}\n"
                                        "  count: {type: int")
        .replace("fields: {label: label, note:", "fields: {label: label, who: {type: person, optional: true}, note:")
        .replace("form: [label]", "form: [label, who]"))


def taken_to(first, directory):
    """The same node on another machine: its own directory, clients and log, the same keys."""
    other = copy.copy(first)
    other.dir = directory
    directory.mkdir(mode=0o700)
    for name in TAKEN_ALONG:
        source = first.dir / name
        if source.is_dir():
            shutil.copytree(source, directory / name)
        elif source.exists():
            shutil.copy(source, directory / name)
    other.log = directory.with_suffix(".log")
    other.process = None
    other._clients = {}
    return other


class Loader(threading.Thread):
    """Opens parcels and sends them, each until somebody acknowledged it, at whichever machine writes."""

    def __init__(self, urls, secret, name):
        super().__init__(daemon=True)
        self.clients = [Client(url, secret) for url in urls]
        self.label = name
        self.cases = {}  # label -> case
        self.times = []  # of acknowledgements
        self.wrong = None
        self.ending = threading.Event()

    def insist(self, path, body):
        key = uuid.uuid4().hex
        give_up = time.monotonic() + 120 * PATIENCE
        while time.monotonic() < give_up:
            for client in self.clients:
                try:
                    status, _, answer = client.request("POST", path, body, {"Idempotency-Key": key})
                except Away:
                    continue
                if status < 300:
                    self.times.append(time.monotonic())
                    return json.loads(answer)
                # 500: whether it was done is not known; the same key asks again.
                if status not in (429, 500, 503, 504):
                    raise Refused(status, json.loads(answer))
            time.sleep(0.02)
        raise TimeoutError(path)

    def close(self):
        for client in self.clients:
            client.close()

    def run(self):
        try:
            self.load()
        except (Refused, TimeoutError) as error:
            self.wrong = error

    def load(self):
        count = 0
        while not self.ending.is_set():
            label = f"{self.label}-{count}"
            count += 1
            done = self.insist("/cases", {
                "pack": "parcels", "service": "parcel", "role": "clerk",
                "parties": {"sender": "sichuan", "receiver": "chongqing"},
                "with": {"label": label, "who": f"synthetic person {label}"}})
            self.cases[label] = done["case"]
            self.insist(f"/cases/{done['case']}/events/send", {"role": "clerk", "with": {}})


class Standby(CircleTest):
    PACK = PACK

    def setUp(self):
        self.server = Server()
        self.addCleanup(self.server.remove)
        self.server.start()
        super().setUp()
        first = self.nodes["sichuan"]
        self.machines = {"a": first, "b": self.beside(first)}
        self.addCleanup(self.machines["b"].stop)

    def journal_of(self, party):
        if party != "sichuan":
            return None
        self.server.sql(f"CREATE DATABASE {party}")
        return self.server.url(party)

    def beside(self, first):
        other = taken_to(first, self.dir / "sichuan-b")
        other.url = f"http://{first.host}:{free_port(first.host)}"
        return other

    def stand_by(self, name, *more, after=TAKE_OVER_S):
        node = self.machines[name]
        node.launch("--standby", "--as", name, "--take-over-after", str(after),
                    "--api", node.url.removeprefix("http://"), *more)
        line = node.process.stdout.readline()
        self.assertTrue(line.startswith("standby "), line + node.log.read_text()[-2000:])
        return node

    def health(self, name):
        return self.machines[name].health()

    def caught_up(self, name, other):
        return wait_until(
            lambda: self.health(name)["position"] == self.health(other)["position"] or None, "behind")

    def test_a_standby_reads_and_does_not_write(self):
        writer, standby = self.machines["a"], self.stand_by("b")
        done = writer.as_("clerk").start("parcels", "parcel", "clerk",
                                         {"sender": "sichuan", "receiver": "chongqing"},
                                         {"label": "one", "who": "synthetic person"})
        self.caught_up("b", "a")
        now = self.health("b")
        self.assertEqual((now["state"], now["writes"], now["behind"]["entries"]), ("standby", False, 0))
        self.assertEqual(self.health("a")["state"], "ready")
        shown = wait_until(lambda: self.shown(standby, done["case"]), "the case at the standby")
        self.assertEqual(shown["data"]["who"], writer.as_("clerk").case(done["case"])["data"]["who"])
        with self.assertRaises(Refused) as refused:
            standby.as_("clerk").start("parcels", "parcel", "clerk",
                                       {"sender": "sichuan", "receiver": "chongqing"}, {"label": "two"})
        self.assertEqual(refused.exception.status, 503)
        self.assertIn("bashu promote", str(refused.exception))
        # A second one in the same directory is refused, and so is a second writer.
        twice = subprocess.run([str(program()), "serve", str(standby.dir), "--rehearsal", FIRST_DAY, "--standby"],
                               capture_output=True, text=True, check=False)
        self.assertNotEqual(twice.returncode, 0)
        other = self.dir / "sichuan-c"
        shutil.copytree(standby.dir, other)
        second = subprocess.run([str(program()), "serve", str(other), "--rehearsal", FIRST_DAY, "--as", "c",
                                 "--listen", f"{writer.host}:0", "--api", f"{writer.host}:0"],
                                capture_output=True, text=True, check=False)
        self.assertNotEqual(second.returncode, 0)
        self.assertIn("writes this journal, and lives", second.stderr)
        self.assertEqual(self.health("a")["state"], "ready")

    @staticmethod
    def shown(node, case):
        try:
            return node.as_("clerk").case(case)
        except Refused:
            return None

    def test_a_word_makes_it_the_writer_and_the_other_ends(self):
        writer = self.machines["a"]
        standby = self.stand_by("b", "--listen", f"{writer.host}:0")
        # One that is paused is no writer, and says so when it wakes up.
        writer.process.send_signal(signal.SIGSTOP)
        began = time.monotonic()
        bashu("promote", "--api", standby.url, "--key", standby.keys["admin"])
        print(f"\ntaken over by a word in {time.monotonic() - began:.2f} s")
        self.assertTrue(standby.process.stdout.readline().startswith("ready "))
        standby.as_("clerk").start("parcels", "parcel", "clerk",
                                   {"sender": "sichuan", "receiver": "chongqing"}, {"label": "two"})
        writer.process.send_signal(signal.SIGCONT)
        self.assertEqual(writer.process.wait(60 * PATIENCE), UNKNOWN_STATE)
        self.assertIn("another", writer.log.read_text())
        writer.stop()
        # Started like the other one it follows.
        self.stand_by("a")
        self.caught_up("a", "b")
        self.assertEqual(self.health("a")["writer"], "b")

    @staticmethod
    def parcel(node, label):
        clerk = node.as_("clerk")
        case = clerk.start("parcels", "parcel", "clerk", {"sender": "sichuan", "receiver": "chongqing"},
                           {"label": label, "who": "synthetic person"})["case"]
        clerk.act(case, "send", "clerk")
        return case

    def test_the_log_key_is_replaced_while_it_follows(self):
        writer, standby = self.machines["a"], self.stand_by("b", after=0)
        first = self.parcel(writer, "before")
        writer.stop()
        bashu("circle", "revoke", writer.dir, "--key", "sichuan/log/1", "--key", "sichuan/envelope/1",
              "--reason", "the laptop is gone")
        writer.start()
        second = self.parcel(writer, "after")
        # It follows what its own node.json does not know, also from a start on, and says what to copy.
        for _ in range(2):
            self.caught_up("b", "a")
            wait_until(lambda: self.shown(standby, second), "the case at the standby")
            now = self.health("b")
            self.assertEqual(now["state"], "standby")
            self.assertEqual(now["missing"], ["node.json", "keys/envelope.key", "keys/log.key"])
            self.assertNotIn("missing", self.health("a"))
            done = bashu("promote", "--api", standby.url, "--key", standby.keys["admin"], check=False)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("keys/log.key", done.stdout + done.stderr)
            self.assertTrue(self.health("a")["writes"])
            standby.stop()
            self.stand_by("b")
        self.assertIn("Missing on this machine: node.json", standby.log.read_text())
        done = bashu("doctor", standby.dir, check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("copy node.json and keys/ from the machine that writes", done.stdout)
        # Nor does it take the place of a writer that is silent: that one comes back as if it were alone.
        writer.stop()
        wait_until(lambda: "standby_stopped" in self.health("b")["why"], "it says that it cannot")
        wait_until(lambda: "sichuan/log/1, is revoked" in standby.log.read_text(), "and why")
        writer.start()
        third = self.parcel(writer, "still")
        # Copied, it does, and signs under the keys that count.
        standby.stop()
        shutil.copy(writer.dir / "node.json", standby.dir / "node.json")
        shutil.copytree(writer.dir / "keys", standby.dir / "keys", dirs_exist_ok=True)
        self.assertNotRegex(bashu("doctor", standby.dir, check=False).stdout, r"FAIL\s+keys")
        self.stand_by("b")
        self.caught_up("b", "a")
        self.assertNotIn("missing", self.health("b"))
        writer.kill()
        line = standby.process.stdout.readline()
        self.assertTrue(line.startswith("ready "), line + standby.log.read_text()[-2000:])
        fourth = self.parcel(standby, "by the other machine")
        self.nodes["sichuan"] = standby
        self.deliver()
        peer = self.nodes["chongqing"]
        for case in (first, second, third, fourth):
            peer.as_("clerk").act(case, "take", "clerk")
        self.deliver()
        for case in (first, second, third, fourth):
            self.assertEqual(self.history("sichuan", case), self.history("chongqing", case), case)
        self.stand_by("a")
        self.caught_up("a", "b")
        writer.stop()
        self.verify("sichuan", "chongqing")

    def test_a_journal_that_moved_away_takes_no_writer(self):
        writer, standby, url = self.machines["a"], self.stand_by("b"), self.server.url("sichuan")
        epoch = int(self.server.sql("SELECT epoch FROM bashu_head", "sichuan"))
        writer.stop()
        self.assertIn("moved", bashu("journal", "move", writer.dir, "--to", "directory"))
        # Whoever followed there ends, whether it had taken over meanwhile or not, and does not begin again.
        self.assertEqual(standby.process.wait(60 * PATIENCE), UNKNOWN_STATE)
        standby.stop()
        self.assertIn("this journal was moved to", standby.log.read_text())
        for more in (["--standby"], []):
            done = subprocess.run([str(program()), "serve", str(standby.dir), "--rehearsal", FIRST_DAY, *more],
                                  capture_output=True, text=True, check=False)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(f":{writer.dir} at 20", done.stderr)
        # Nor can an older version, which knows of no closed journal and only counts its epoch up.
        with self.assertRaises(subprocess.CalledProcessError) as refused:
            self.server.sql("UPDATE bashu_head SET epoch = epoch + 1", "sichuan")
        self.assertIn("out of range", refused.exception.stderr)
        writer.start()
        self.deliver()
        writer.stop()
        # Back: a copy that was broken off is gone on with, and until it has all of it nobody writes there.
        done = bashu("journal", "reopen", standby.dir, check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("--yes", done.stderr)
        self.assertIn("moved", bashu("journal", "move", writer.dir, "--to", url))
        self.assertGreater(int(self.server.sql("SELECT epoch FROM bashu_head", "sichuan")), epoch)
        done = bashu("journal", "reopen", standby.dir, "--yes", check=False)
        self.assertIn("not closed", done.stderr)
        writer.start()
        self.stand_by("b")
        self.caught_up("b", "a")
        writer.stop()
        self.assertTrue(standby.process.stdout.readline().startswith("ready "))
        self.nodes["sichuan"] = standby
        self.deliver()
        # Away once more, and taken back where it was, as it was.
        standby.stop()
        self.assertIn("moved", bashu("journal", "move", standby.dir, "--to", "directory"))
        self.assertIn("open again", bashu("journal", "reopen", writer.dir, "--yes"))
        writer.start()
        self.nodes["sichuan"] = writer
        self.deliver()
        self.verify("sichuan", "chongqing")

    def test_a_journal_moves_from_a_server_to_another(self):
        writer = self.machines["a"]
        self.server.sql("CREATE DATABASE second")
        urls = [self.server.url(name) for name in ("second", "sichuan")]
        for url in urls:
            writer.stop()
            self.assertIn("moved", bashu("journal", "move", writer.dir, "--to", url))
            self.assertEqual((writer.dir / "journal.url").read_text().strip(), url)
            writer.start()
            self.deliver()
        self.assertEqual(self.server.sql("SELECT count(*) FROM bashu_moved", "sichuan"), "0")
        self.assertEqual(self.server.sql("SELECT convert_from(place, 'UTF8') FROM bashu_moved", "second"),
                         urls[1].replace("bashu@", ""))
        self.verify("sichuan", "chongqing")

    def test_a_writer_that_is_killed_loses_nothing(self):
        peer = self.nodes["chongqing"]
        urls = [one.url for one in self.machines.values()]
        loaders = [Loader(urls, self.machines["a"].keys["clerk"], f"load{i}") for i in range(3)]
        writing, resting = "a", "b"
        self.stand_by(resting)
        for loader in loaders:
            loader.start()
        pauses = []
        for _ in range(KILLS):
            self.caught_up_roughly(resting)
            time.sleep(1)
            killed = time.monotonic()
            self.machines[writing].kill()
            node = self.machines[resting]
            line = node.process.stdout.readline()
            self.assertTrue(line.startswith("ready "), line + node.log.read_text()[-2000:])
            first = wait_until(lambda at=killed: self.after(loaders, at),
                               "an acknowledgement")
            pauses.append(min(first) - killed)
            writing, resting = resting, writing
            self.stand_by(resting)
        self.at_rest(loaders)
        print(f"\nwithout an acknowledgement after kill -9 (taken over after {TAKE_OVER_S} s of silence): "
              + ", ".join(f"{one:.2f}" for one in pauses) + " s")
        self.sound(loaders, writing, resting, peer, KILLS)

    def test_a_writer_that_wakes_up_too_late_doubles_nothing(self):
        urls = [one.url for one in self.machines.values()]
        secret = self.machines["a"].keys["clerk"]
        loaders = [Loader(urls, secret, f"load{i}") for i in range(3)]
        for loader in loaders:
            loader.start()
        # While one sleeps it keeps its address: the other listens elsewhere.
        listen = {"a": [], "b": ["--listen", f"{self.machines['a'].host}:0"]}
        for sleeper, other in (("a", "b"), ("b", "a")):
            node = self.stand_by(other, *listen[other])
            self.caught_up_roughly(other)
            time.sleep(1)
            sleeping = self.machines[sleeper]
            sleeping.process.send_signal(signal.SIGSTOP)
            line = node.process.stdout.readline()
            self.assertTrue(line.startswith("ready "), line + node.log.read_text()[-2000:])
            # The others wait for an answer of the one that sleeps.
            loaders.append(Loader([node.url], secret, f"after-{sleeper}"))
            loaders[-1].start()
            wait_until(lambda: loaders[-1].times, "an acknowledgement")
            time.sleep(1)
            sleeping.process.send_signal(signal.SIGCONT)
            self.assertEqual(sleeping.process.wait(60 * PATIENCE), UNKNOWN_STATE)
            self.assertIn("another", sleeping.log.read_text())
            sleeping.stop()
            loaders[-1].ending.set()
        self.stand_by("b", *listen["b"])
        time.sleep(1)
        self.at_rest(loaders)
        self.sound(loaders, "a", "b", self.nodes["chongqing"], 2)

    def at_rest(self, loaders):
        for loader in loaders:
            loader.ending.set()
        for loader in loaders:
            loader.join(120 * PATIENCE)
            self.assertFalse(loader.is_alive())
            self.assertIsNone(loader.wrong)
            loader.close()

    def after(self, loaders, then):
        for one in loaders:
            self.assertIsNone(one.wrong)
        # What was on its way when it was killed may still be heard.
        return [at for one in loaders for at in one.times if at > then + 0.2]

    def caught_up_roughly(self, name):
        wait_until(lambda: self.health(name)["behind"]["entries"] < 200 or None, "far behind")

    def sound(self, loaders, writing, resting, peer, take_overs):
        node = self.machines[writing]
        self.nodes["sichuan"] = node
        self.deliver()
        wanted = {case for one in loaders for case in one.cases.values()}
        count = sum(len(one.cases) for one in loaders)
        print(f"{count} parcels acknowledged and sent")
        self.assertEqual(len(wanted), count)
        for one in (node, peer):
            listed = [row["id"] for row in one.as_("clerk").cases(pack="parcels")]
            self.assertEqual(sorted(listed), sorted(wanted), f"lost or doubled at {one.dir.name}")
        # Personal values are read by keys that the dead machine made.
        for one in loaders:
            for label in list(one.cases)[:3]:
                self.assertIn("synthetic person", json.dumps(node.as_("clerk").case(one.cases[label])))
        self.caught_up(resting, writing)
        self.machines[resting].stop()
        self.verify("sichuan", "chongqing")
        said = bashu("journal", "feed", node.dir, "--files", self.dir / "feed")
        taken = [json.loads(line) for file in sorted((self.dir / "feed").rglob("*.ndjson"))
                 for line in file.read_text().splitlines()]
        epochs = [event["epoch"] for entry in taken for event in entry.get("events", [])
                  if event.get("event") == "writer_changed"]
        self.assertEqual(len(epochs), take_overs, said)
        self.assertEqual(epochs, sorted(set(epochs)), "one writer at a time")


if __name__ == "__main__":
    unittest.main()
