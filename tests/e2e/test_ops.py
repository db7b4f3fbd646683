"""What an operator is told: health, metrics that promtool reads, alert rules with a page each, a log that
is rotated, a disk that fills up and empties, and `bashu doctor`. Data is synthetic."""

import contextlib
import hashlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import unittest
import urllib.error
import urllib.request

from support import ROOT, CircleTest, Refused, bashu, wait_until

from node import free_port

PARTIES = {"sender": "sichuan", "receiver": "chongqing"}
TOOLS = ROOT / "build" / "peers" / "prometheus"


def promtool(*arguments, stdin=None):
    """Prometheus's own judge, out of Debian's package; nothing is installed."""
    program = TOOLS / "usr" / "bin" / "promtool"
    if not program.exists():
        shutil.rmtree(TOOLS, ignore_errors=True)
        TOOLS.mkdir(parents=True)
        subprocess.run(["apt-get", "-q", "download", "prometheus"], cwd=TOOLS, check=True,
                       stdout=subprocess.DEVNULL)
        (package,) = TOOLS.glob("*.deb")
        subprocess.run(["dpkg-deb", "-x", package, TOOLS], check=True)
    return subprocess.run([program, *map(str, arguments)], input=stdin, capture_output=True,
                          text=True, check=False)


class Operating(CircleTest):
    def start_watched(self, *more):
        """Sichuan with metrics."""
        node = self.nodes["sichuan"]
        node.stop()
        self.metrics = f"{node.host}:{free_port(node.host)}"
        return node.start("--metrics", self.metrics, *more)

    def scrape(self):
        with urllib.request.urlopen(f"http://{self.metrics}/metrics", timeout=30) as answer:
            return answer.read().decode()

    def value(self, metric):
        found = re.search(rf"^{re.escape(metric)} (\S+)$", self.scrape(), re.M)
        return float(found.group(1)) if found else None

    def health(self):
        node = self.nodes["sichuan"]
        done = bashu("health", "--api", node.url, check=False)
        return done.returncode, done.stdout

    def work(self):
        return self.nodes["sichuan"].as_("clerk").start("parcels", "parcel", "clerk", PARTIES,
                                                        {"label": "p"})

    def test_health_says_ready_degraded_and_why(self):
        chongqing, sichuan = self.nodes["chongqing"], self.nodes["sichuan"]
        chongqing.stop()
        self.start_watched()
        self.assertEqual(sichuan.health()["why"], [], "nobody is away who had no time to answer")
        self.start_watched("--away-after", "1")
        wait_until(lambda: self.health()[0] == 1, "a peer is away")
        _, said = self.health()
        self.assertIn("peer_away", said)
        told = sichuan.health()
        self.assertEqual((told["state"], told["why"], told["writes"], told["ready"]),
                         ("degraded", ["peer_away"], True, True))
        self.assertEqual(self.value('bashu_degraded{why="peer_away"}'), 1)
        self.assertEqual(self.value('bashu_channel_up{peer="chongqing"}'), 0)
        chongqing.start()
        wait_until(lambda: self.health()[0] == 0, "ready again")
        self.assertEqual(self.value("bashu_ready"), 1)
        sichuan.stop()
        self.assertEqual(self.health()[0], 2)

    def test_metrics_rules_and_pages_belong_together(self):
        os.environ["BASHU_BACKUP_KEY_FILE"] = str(self.dir / "backup.key")
        self.addCleanup(os.environ.pop, "BASHU_BACKUP_KEY_FILE")
        (self.dir / "backup.key").write_text("12" * 32)
        said = self.start_watched()
        self.assertIn("metrics=", said)
        bashu("backup", self.nodes["sichuan"].dir, "--to", self.dir / "backup",
              "--vault-to", self.dir / "vault")
        self.work()
        text = self.scrape()
        judged = promtool("check", "metrics", stdin=text)
        self.assertEqual(judged.returncode, 0, judged.stdout + judged.stderr)
        self.assertGreater(self.value('bashu_requests_total{status="2xx"}'), 0)
        self.assertNotIn("clerk", text)
        self.assertNotIn("sichuan-1", text)
        with self.assertRaises(urllib.error.HTTPError) as other:
            urllib.request.urlopen(f"http://{self.metrics}/api/v1/cases", timeout=30)
        self.assertEqual(other.exception.code, 404)

        folder = ROOT / "ops" / "prometheus"
        for check in (("rules", folder / "alerts.yml"), ("config", folder / "scrape.yml")):
            judged = promtool("check", *check)
            self.assertEqual(judged.returncode, 0, judged.stdout + judged.stderr)
        rules = (folder / "alerts.yml").read_text()
        board = json.loads((ROOT / "ops" / "grafana" / "bashu.json").read_text())
        asked = rules + "\n".join(target["expr"] for panel in board["panels"]
                                  for target in panel["targets"])
        there = set(re.findall(r"^([a-z_]+)[ {]", text, re.M))
        wanted = set(re.findall(r"\b(?:bashu|process)_[a-z_]+[a-z]\b", asked))
        self.assertGreater(len(wanted), 10)
        self.assertEqual(wanted - there, set())
        alerts = re.findall(r"- alert: (\w+)", rules)
        pages = {path.stem for path in (ROOT / "docs" / "alarms").glob("Bashu*.md")}
        self.assertEqual(set(alerts), pages)
        for alert in alerts:
            page = (ROOT / "docs" / "alarms" / f"{alert}.md").read_text(encoding="utf-8")
            english, chinese = page.split("\n## ")
            self.assertTrue(english.startswith(f"# {alert}: "))
            self.assertRegex(english, r"\n1\. ")
            self.assertRegex(chinese, r"\n1\. .*[\u4e00-\u9fff]")
            self.assertIn(f"runbook: docs/alarms/{alert}.md", rules)
        reasons = set(re.findall(r'bashu_degraded\{why="(\w+)"\}', text))
        for reason in re.findall(r'why="(\w+)"', rules):
            self.assertIn(reason, reasons)

    def test_a_disk_that_fills_up_stops_writing_cleanly(self):
        node = self.nodes["sichuan"]
        free = os.statvfs(self.dir)
        free = free.f_bavail * free.f_frsize
        # Far enough from either side that nobody else on this machine is taken for it.
        margin = min(free // 8, 4 << 30)
        self.start_watched("--disk-floor", str((free - margin) >> 20))
        self.work()
        ballast = self.dir / "ballast"
        with open(ballast, "wb") as file:
            os.posix_fallocate(file.fileno(), 0, 2 * margin)
        wait_until(lambda: node.health()["why"] == ["disk"], "the floor is seen")
        before = node.health()["position"]
        with self.assertRaises(Refused) as refused:
            self.work()
        self.assertEqual((refused.exception.status, refused.exception.code), (503, "not_ready"))
        self.assertIn("nearly full", str(refused.exception))
        with self.assertRaises(Refused) as refused:
            self.deposit(node)
        self.assertEqual(refused.exception.status, 503)
        self.assertEqual(len(node.as_("clerk").cases(pack="parcels")), 1)
        self.assertEqual(node.health()["position"], before)
        self.assertEqual(self.value("bashu_writes_open"), 0)
        case = self.nodes["chongqing"].as_("clerk").start(
            "parcels", "parcel", "clerk", {"sender": "chongqing", "receiver": "sichuan"},
            {"label": "q"})["case"]
        ballast.unlink()
        wait_until(lambda: node.health()["writes"], "there is room again")
        self.work()
        self.deliver()
        self.assertEqual(node.as_("clerk").case(case)["id"], case)
        self.assertIn("nearly full", node.log.read_text())
        self.verify("chongqing", "sichuan")

    def deposit(self, node):
        return node.as_("clerk")._again("POST", "/documents", b"x",
                                        {"Content-Type": "text/plain", "X-Document-Name": "x"},
                                        True, 1)

    def test_the_log_is_rotated_without_losing_a_line(self):
        node = self.nodes["sichuan"]
        log = self.dir / "node.ndjson"
        node.stop()
        node.start("--log", str(log))
        self.work()
        old = self.dir / "node.ndjson.1"
        log.rename(old)
        self.work()
        lines = len(old.read_text().splitlines())
        node.process.send_signal(signal.SIGHUP)
        wait_until(log.exists, "the log was opened again")
        self.work()
        node.stop()
        new = [json.loads(line) for line in log.read_text().splitlines()]
        self.assertIn("passwords reloaded", [line["what"] for line in new])
        self.assertIn("ending", [line["what"] for line in new])
        self.assertEqual(len(old.read_text().splitlines()), lines)
        requests = [line for path in (old, log) for line in map(json.loads,
                    path.read_text().splitlines()) if line["what"] == "request"]
        self.assertEqual(sum(line["path"].endswith("/cases") for line in requests), 3)
        self.assertTrue(all(line["remote"].startswith("127.") for line in requests))

    def test_a_signal_that_comes_before_it_serves_is_not_lost(self):
        node = self.nodes["sichuan"]
        log = self.dir / "node.ndjson"
        node.stop()
        node.launch("--log", str(log))
        status = pathlib.Path(f"/proc/{node.process.pid}/status")

        def waits():  # it does not end the process any more
            blocked = re.search(r"^SigBlk:\s*(\w+)", status.read_text(), re.M)[1]
            return int(blocked, 16) >> (signal.SIGHUP - 1) & 1
        wait_until(waits, "signals wait")
        node.process.send_signal(signal.SIGHUP)
        self.assertTrue(node.process.stdout.readline().startswith("ready"))
        wait_until(lambda: "passwords reloaded" in log.read_text(), "the signal is heard")


class Doctor(CircleTest):
    def doctor(self, *more, code=0):
        done = bashu("doctor", self.nodes["sichuan"].dir, "--json", *more, check=False)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        found = {}
        for one in json.loads(done.stdout)["findings"]:
            found.setdefault(one["check"], []).append(one)
            # What is not well says what to do; what is well does not.
            self.assertEqual(bool(one["todo"]), one["level"] != "ok", one)
        return found

    def levels(self, check, **more):
        return sorted({one["level"] for one in self.doctor(**more)[check]})

    def test_what_is_wrong_is_named_with_what_to_do(self):
        node = self.nodes["sichuan"]
        found = self.doctor()  # beside the running node
        self.assertEqual(set(found), {"versions", "clock", "disk", "files", "vault", "root", "doors",
                                      "journal", "keys", "calendar", "peers", "cosigned", "backup"})
        self.assertEqual([one["level"] for one in found["peers"]], ["ok"])
        self.assertEqual([one["level"] for one in found["backup"]], ["warn"])
        node.stop()

        @contextlib.contextmanager
        def damaged(path, change):
            whole, mode = path.read_bytes(), path.stat().st_mode
            change(path)
            yield
            path.write_bytes(whole)
            path.chmod(mode)

        node.dir.chmod(0o755)
        with damaged(node.dir / "journal.db", lambda path: path.chmod(0o644)):
            self.assertEqual(self.levels("files", code=1), ["fail"])
        node.dir.chmod(0o700)
        with damaged(node.dir / "vault.db", lambda path: path.unlink()):
            self.assertEqual(self.levels("vault", code=1), ["fail"])
        (node.dir / "passwords.json").write_text("{")
        self.assertEqual(self.levels("doors", code=1), ["fail", "ok"])
        (node.dir / "passwords.json").unlink()
        with damaged(node.dir / "peers" / "chongqing.crt", lambda path: path.unlink()):
            self.assertEqual(self.levels("peers", code=1), ["fail"])
        with damaged(node.dir / "published", lambda path: path.write_text(
                "0" * 12 + "99999999 " + "ab" * 32 + "\n")):
            self.assertIn("fail", self.levels("journal", code=1))
        big = str(os.statvfs(node.dir).f_blocks * os.statvfs(node.dir).f_frsize >> 20)
        self.assertEqual([one["level"] for one in self.doctor("--disk-floor", big, code=1)["disk"]],
                         ["fail"])
        self.doctor()  # nothing of it stays
        done = bashu("doctor", self.dir / "nowhere", check=False)
        self.assertEqual(done.returncode, 2)

    def test_it_changes_nothing_and_speaks_both_languages(self):
        node = self.nodes["sichuan"]
        node.stop()

        def state():
            return {str(path.relative_to(node.dir)): hashlib.sha256(path.read_bytes()).hexdigest()
                    for path in sorted(node.dir.rglob("*"))
                    if path.is_file() and path.suffix not in (".db-shm", ".db-wal")}

        before = state()
        english = bashu("doctor", node.dir)
        chinese = bashu("--lang", "zh", "doctor", node.dir)
        self.assertEqual(state(), before)
        self.assertIn("warn  backup: no backup was made", english)
        self.assertIn("注意  backup: 此目录尚无备份", chinese)
        self.assertEqual(len(english.splitlines()), len(chinese.splitlines()))


if __name__ == "__main__":
    unittest.main()
