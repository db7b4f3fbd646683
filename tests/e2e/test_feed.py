"""The copy of a journal for other systems: a real Kafka broker and files, with feeds that are killed,
taken over and begun again while cases go on. What arrives is read by a program that is not ours."""

import json
import re
import signal
import subprocess
import time
import unittest

from support import PATIENCE, CircleTest, bashu, wait_until

from maven import jars
from node import free_port, program

TOPIC = "journal"
PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{control}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{control}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={data}
num.partitions=3
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
"""


class Broker:
    def __init__(self, directory):
        self.dir = directory
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"
        directory.mkdir()
        self.properties = directory / "server.properties"
        self.properties.write_text(PROPERTIES.format(
            port=self.port, control=free_port(), data=directory / "data"))
        self.java = ["java", "-Xmx256m", "-cp", jars("kafka")]
        subprocess.run([*self.java, "kafka.tools.StorageTool", "format", "-t",
                        "MkU3OEVBNTcwNTJENDM2Qk", "-c", self.properties],
                       check=True, capture_output=True)
        with (directory / "log").open("w") as log:
            self.process = subprocess.Popen([*self.java, "kafka.Kafka", self.properties],
                                            stdout=log, stderr=subprocess.STDOUT)
        # Asking for a topic makes it.
        wait_until(lambda: b"partition 2, leader 1" in self.kcat("-L", "-t", TOPIC),
                   "the broker")

    def stop(self):
        self.process.kill()
        self.process.wait()

    def kcat(self, *arguments):
        return subprocess.run(["kcat", "-b", self.address, "-q", "-m", "5", *arguments],
                              capture_output=True, check=False).stdout

    def messages(self):
        """(partition, position, value) of all that was not taken back, as they lie there."""
        said = self.kcat("-C", "-e", "-t", TOPIC, "-X", "isolation.level=read_committed",
                         "-f", "%p\t%h\t%s\n").decode()
        rows = [line.split("\t") for line in said.splitlines()]
        return [(int(p), int(re.search(r"position=(\d+)", h).group(1)), value)
                for p, h, value in rows]


class FeedOfAJournal(CircleTest):
    def setUp(self):
        super().setUp()
        self.node = self.nodes["chongqing"]
        self.clerk = self.node.as_("clerk")
        self.count = 0

    def work(self, cases):
        for _ in range(cases):
            self.count += 1
            case = self.clerk.start("parcels", "parcel", "clerk",
                                    {"sender": "chongqing", "receiver": "sichuan"},
                                    {"label": f"签 \"{self.count}\""})["case"]
            self.clerk.act(case, "send", "clerk")

    def feed(self, *arguments):
        feed = subprocess.Popen([program(), "journal", "feed", self.node.dir, *map(str, arguments),
                                 "--follow"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                text=True)
        self.addCleanup(self.end_of, feed)
        return feed

    @staticmethod
    def end_of(feed):
        feed.kill()
        feed.wait()
        feed.stdout.close()
        feed.stderr.close()

    def shown(self):
        said = bashu("journal", "show", self.node.dir, "--count", 1_000_000)
        return said.splitlines()

    def end(self, feed):
        feed.send_signal(signal.SIGTERM)
        said, wrong = feed.communicate(timeout=60 * PATIENCE)
        self.assertEqual(feed.returncode, 0, said + wrong)

    def break_off(self, *arguments):
        """Feeds that are killed at moments of their own while cases go on."""
        for turn in range(4):
            feed = self.feed(*arguments)
            self.work(6)
            time.sleep(0.25 * turn)
            feed.kill()

    def test_a_topic_holds_each_entry_once(self):
        broker = Broker(self.dir / "kafka")
        self.addCleanup(broker.stop)
        to = ["--kafka", broker.address, "--topic", TOPIC]
        self.break_off(*to)
        older = self.feed(*to)
        self.work(3)
        wait_until(lambda: len(broker.messages()) > 20, "messages")
        newer = self.feed(*to)
        wait_until(lambda: self.work(1) or older.poll() is not None,
                   "the older feed to give way")
        self.assertIn("another feed", older.communicate()[1])
        self.deliver()
        entries = self.shown()
        wait_until(lambda: len(broker.messages()) >= len(entries), "the rest")
        self.end(newer)
        held = sorted(broker.messages(), key=lambda message: message[1])
        self.assertEqual([json.loads(value) for _, _, value in held],
                         [json.loads(line) for line in self.shown()])
        self.assertEqual([position for _, position, _ in held], list(range(len(held))))
        for partition in range(3):
            inside = [p for q, p, _ in broker.messages() if q == partition]
            self.assertEqual(inside, sorted(inside))
        # A topic that is another journal's is not written to.
        done = bashu("journal", "feed", self.nodes["sichuan"].dir, *to, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("not of this journal", done.stderr)
        self.assertEqual(len(broker.messages()), len(held))

    def test_files_hold_each_entry_once(self):
        for form in ("ndjson", "csv"):
            self.break_off("--files", self.dir / form, "--format", form)
        self.deliver()
        entries = self.shown()
        for form in ("ndjson", "csv"):
            bashu("journal", "feed", self.node.dir, "--files", self.dir / form, "--format", form)
        self.assertEqual((self.dir / "ndjson" / "000000000000.ndjson").read_text().splitlines(),
                         self.shown())
        self.assertGreater(len(entries), 40)
        rows = (self.dir / "csv" / "000000000000.csv").read_text().splitlines()
        events = sum(len(json.loads(line).get("events", [])) for line in self.shown())
        self.assertEqual(len(rows), 1 + events)


if __name__ == "__main__":
    unittest.main()
