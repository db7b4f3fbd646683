"""A real authority (OpenSSL's) stamps the time of a running node's journal: what is kept, who can judge it, what a lie is worth."""

import subprocess
import sys
import unittest

from support import PATIENCE, CircleTest, bashu, tool, wait_until


class TimeStamps(CircleTest):
    def authority(self, name):
        folder = self.dir / name
        process = subprocess.Popen([sys.executable, "stamp_authority.py", folder])
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        wait_until((folder / "port").exists, "the authority", 30 * PATIENCE)
        return folder, f"http://127.0.0.1:{(folder / 'port').read_text()}/stamp"

    def stamps(self):
        return sorted((self.nodes["sichuan"].dir / "timestamps").glob("*.tsr"), key=lambda one: int(one.stem))

    def judge(self, ca):
        return bashu("journal", "stamps", self.nodes["sichuan"].dir, "--ca", ca / "root.crt", check=False)

    def send(self, label):
        self.nodes["sichuan"].as_("clerk").start("parcels", "parcel", "clerk", {"sender": "sichuan", "receiver": "chongqing"}, {"label": label})

    def test_an_authority_outside_the_circle_says_when(self):
        folder, url = self.authority("authority")
        other, _ = self.authority("other")
        node = self.nodes["sichuan"]
        node.stop()
        (folder / "refuse").touch()
        node.start("--timestamps", url, "--timestamps-ca", str(folder / "root.crt"), "--timestamps-pace", "1")
        # Nothing waits for it; what it answers wrongly is not kept and is told.
        self.send("a")
        wait_until(lambda: "the authority answers 503" in node.log.read_text(encoding="utf-8"), "the log", 30 * PATIENCE)
        self.assertEqual(self.stamps(), [])
        node.stop()
        (folder / "refuse").unlink()
        (folder / "other").touch()
        node.start("--timestamps", url, "--timestamps-ca", str(folder / "root.crt"), "--timestamps-pace", "1")
        wait_until(lambda: "timestamp-other" in node.log.read_text(encoding="utf-8"), "the log", 30 * PATIENCE)
        self.assertEqual(self.stamps(), [])
        node.stop()
        (folder / "other").unlink()
        node.start("--timestamps", url, "--timestamps-ca", str(folder / "root.crt"), "--timestamps-pace", "1")
        wait_until(self.stamps, "a stamp", 30 * PATIENCE)
        self.send("b")
        wait_until(lambda: len(self.stamps()) > 1, "another stamp", 30 * PATIENCE)
        node.stop()
        # A journal that did not grow is not stamped again.
        count = len(self.stamps())

        for stamp in self.stamps():
            done = tool("openssl", "ts", "-verify", "-data", stamp.with_suffix(".txt"), "-in", stamp, "-CAfile", folder / "root.crt")
            self.assertEqual(done.returncode, 0, done.stderr)
        said = self.judge(folder)
        self.assertEqual(said.returncode, 0, said.stdout + said.stderr)
        self.assertEqual(said.stdout.count("CN=Time of the tests,O=Test"), count)
        said = self.judge(other)
        self.assertEqual(said.returncode, 1)
        self.assertEqual(said.stdout.count("timestamp-signature"), count)
        # The stamp of another journal is none of this one.
        first = self.stamps()[0]
        first.with_suffix(".txt").write_text("chongqing.example/bashu/1\n" + first.with_suffix(".txt").read_text().split("\n", 1)[1])
        said = self.judge(folder)
        self.assertEqual(said.returncode, 1)
        self.assertEqual(said.stdout.count("timestamp-other"), 1)


if __name__ == "__main__":
    unittest.main()
