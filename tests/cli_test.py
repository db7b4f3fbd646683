#!/usr/bin/env python3
"""The command line as people and scripts use it: what it prints, what it gives back.

Usage: tests/cli_test.py [--bashu PATH]. Two nodes run on 127.0.0.2 and 127.0.0.3 in a temporary
directory. All data is synthetic.
"""
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools" / "demo"))

from node import free_port  # noqa: E402

BASHU = str(ROOT / "build/debug/bashu")

PACK = """\
bashu: 1
pack: visits
version: 1
title: {zh: 互访, en: Visits}
types:
  line: {type: text, min: 1, max: 100, class: internal, title: {zh: 一行, en: Line}}
  name: {type: text, min: 1, max: 60, class: personal, title: {zh: 姓名, en: Name}}
services:
  visit:
    title: {zh: 互访, en: Mutual visit}
    parties: {host: {office: all}, guest: {office: all}}
    fields: {subject: line, leader: name, note: line}
    start: {owner: guest, by: office, form: [subject, leader], to: proposed}
    states:
      proposed:
        title: {zh: 待接待方确认, en: Awaiting the host}
        owner: host
        events:
          accept:
            title: {zh: 同意, en: Accept}
            by: office
            when: data.subject != 'nothing'
            why: {zh: 没有事由, en: There is no subject}
            to: agreed
          decline: {title: {zh: 婉拒, en: Decline}, by: office, form: [note], to: declined}
      agreed: {title: {zh: 已确认, en: Agreed}, final: true}
      declined: {title: {zh: 未成行, en: Declined}, final: true}
figures:
  visits:
    title: {zh: 互访次数, en: Visits}
    of: visit
    from: case.reached('agreed')
    count: true
scenarios:
  - title: a visit
    today: 2026-03-02
    steps:
      - {at: sichuan, as: office, start: visit, id: V1, parties: {host: chongqing, guest: sichuan}, with: {subject: roads, leader: Synthetic}, state: proposed}
      - {at: chongqing, as: office, case: V1, event: accept, state: agreed}
"""


def run(*args, env=None, stdin=subprocess.DEVNULL):
    environment = {"PATH": os.environ["PATH"], "BASHU_LANG": "en", **(env or {})}
    return subprocess.run([BASHU, *map(str, args)], capture_output=True, text=True,
                          env=environment, stdin=stdin, timeout=300)


ENGLISH = {"BASHU_LANG": "", "LANG": "C"}
CHINESE = {"BASHU_LANG": "", "LANG": "zh_CN.UTF-8"}
HAN = re.compile(r"[\u4e00-\u9fff]")


def help_pages(env, command=()):
    """(command, page) of a command and all below it."""
    page = run(*command, "--help", env=env).stdout
    yield command, page
    below = re.search(r"(?m)^(?:Subcommands|子命令):\n((?:  .*\n)+)", page)
    for name in re.findall(r"(?m)^  ([a-z-]+) ", below.group(1)) if below else ():
        yield from help_pages(env, (*command, name))


def descriptions(page):
    """What a page says in words: whole lines, and what stands beside or below a name."""
    for line in page.splitlines():
        if not line.startswith("  "):
            yield line
        elif line.startswith("  bashu "):
            yield line.strip().rpartition("   ")[2] if "   " in line.strip() else ""
        else:
            columns = HAN.sub(r"\g<0>\0", line)
            beside = columns[29:30] == " " and columns[:30].count("[") == columns[:30].count("]")
            yield columns[30:] if beside else ""  # else the name goes on, or it stands below


class Folder(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory(prefix="bashu-cli-")
        self.dir = pathlib.Path(self.temporary.name)
        self.addCleanup(self.temporary.cleanup)

    def file(self, name, text):
        path = self.dir / name
        path.write_text(text, encoding="utf-8")
        return path


class Usage(Folder):
    def test_a_command_that_is_none_is_named(self):
        for words, word, among in ((("nosuch",), "nosuch", "bundle, "), (("case", "begin"), "begin", "start, do, show, claims, list"),
                                   (("--lang", "en", "nosuch"), "nosuch", "case, ")):
            result = run(*words)
            self.assertEqual(result.returncode, 2)
            self.assertIn(f"no command `{word}`", result.stderr)
            self.assertIn(among, result.stderr)

    def test_init_refuses_what_could_not_serve(self):
        good = {"--party": "x1", "--name": "X", "--listen": "127.0.0.1:7000", "--api": "127.0.0.1:7001"}
        for name, value in (("--party", "all"), ("--party", "system"), ("--name", " "), ("--listen", "foo"),
                            ("--listen", "127.0.0.1:99999"), ("--listen", "300.1.1.1:7000"), ("--api", "nonsense"),
                            ("--offset", "100000")):
            options = [word for pair in {**good, name: value}.items() for word in pair]
            result = run("init", self.dir / "x", *options)
            self.assertEqual(result.returncode, 2, (name, value, result.stdout))
            self.assertFalse((self.dir / "x").exists(), (name, value))

    def test_a_directory_that_lies_open_is_not_served(self):
        node = self.dir / "closed"
        made = run("init", node, "--party", "x1", "--name", "X", "--listen", "127.0.0.1:0", "--api", "0.0.0.0:0")
        self.assertEqual(made.returncode, 0, made.stderr)
        self.assertEqual(node.stat().st_mode & 0o777, 0o700)
        self.assertFalse([path.name for path in (node / "keys").iterdir() if path.suffix == ".key" and path.stat().st_mode & 0o77])
        result = run("serve", node)  # everybody could listen
        self.assertEqual(result.returncode, 2, result.stdout)
        self.assertIn("--api-in-clear", result.stderr)
        node.chmod(0o755)
        (node / "vault.db").touch(0o644)
        (node / "vault.db").chmod(0o644)
        result = run("serve", node, "--api", "127.0.0.1:0")
        self.assertEqual(result.returncode, 2, result.stdout)
        self.assertIn("vault.db", result.stderr)
        self.assertIn(f"chmod -R o= {node}", result.stderr)
        self.assertEqual(run("access", "verify", node).returncode, 0)
        (node / "vault.db").chmod(0o600)
        node.chmod(0o700)
        (node / "keys" / "ca.key").unlink()  # no peer could reach it
        result = run("serve", node, "--api", "127.0.0.1:0")
        self.assertEqual(result.returncode, 2, result.stdout)
        self.assertIn("ca.key", result.stderr)

    def test_help_explains_every_command(self):
        result = run("--help")
        self.assertEqual(result.returncode, 0)
        for command in ("pack", "init", "key", "serve", "snapshot", "circle", "case", "journal",
                        "access", "bundle", "verify-bundle", "bench"):
            self.assertRegex(result.stdout, rf"(?m)^  {command} ")
        self.assertIn("Exit codes", result.stdout)

    def test_what_is_misspelt_is_usage(self):
        for args in ([], ["nothing"], ["pack"], ["pack", "check"], ["case", "start", "x"],
                     ["journal", "proof", "dir", "many"], ["--lang", "fr", "bench"],
                     ["bench", "no-such-benchmark"], ["case", "list"]):
            with self.subTest(args=args):
                self.assertEqual(run(*args).returncode, 2)

    def test_a_missing_file_is_input_and_output(self):
        for args in (["pack", "check", "missing.yaml"], ["pack", "show", "missing.yaml"],
                     ["journal", "show", "missing"], ["journal", "verify", "missing"],
                     ["journal", "proof", "missing", "0"], ["serve", "missing"],
                     ["snapshot", "missing"], ["circle", "card", "missing"],
                     ["verify-bundle", "missing.zip", "00"],
                     ["key", "add", "missing", "--name", "x"],
                     ["case", "list", "--api", "http://127.0.0.1:1", "--key", "x"]):
            with self.subTest(args=args):
                result = run(*args)
                self.assertEqual(result.returncode, 2, result.stderr)
                self.assertTrue(result.stderr.startswith("bashu: "), result.stderr)

    def test_every_command_ends_with_a_documented_code(self):
        for command, _ in help_pages(ENGLISH):
            with self.subTest(command=command):
                self.assertEqual(run(*command, "--help").returncode, 0)
                odd = run(*command, "--surely-not")
                self.assertEqual((odd.returncode, odd.stdout), (2, ""))
                self.assertIn("--help", odd.stderr)
        not_valid = run("pack", "check", self.file("bad.yaml", "bashu: 1\npack: bad\n"))
        self.assertEqual(not_valid.returncode, 1, not_valid.stderr)

    def test_languages(self):
        self.assertIn("没有基准测试", run("--lang", "zh", "bench", "x").stderr)
        self.assertIn("no benchmark", run("--lang", "en", "bench", "x").stderr)
        self.assertIn("没有基准测试", run("bench", "x", env={"BASHU_LANG": "zh_CN.UTF-8"}).stderr)

    def test_help_is_in_the_readers_language(self):
        english = dict(help_pages(ENGLISH))
        chinese = dict(help_pages(CHINESE))
        self.assertGreater(len(english), 30)
        self.assertIn(("journal", "proof"), english)
        self.assertEqual(english.keys(), chinese.keys())
        for command, page in english.items():
            with self.subTest(command=command, language="en"):
                self.assertTrue(page.isascii(), page)
        for command, page in chinese.items():
            with self.subTest(command=command, language="zh"):
                untold = [text for text in descriptions(page) if text and not HAN.search(text)]
                self.assertEqual(untold, [], page)
                self.assertNotRegex(page, r"REQUIRED|TEXT|INT|Env|OPTIONS|SUBCOMMAND| in \[")
        for option in (["--lang", "zh"], ["--lang=zh"]):
            self.assertEqual(run("bundle", "--help", *option, env=ENGLISH).stdout,
                             chinese["bundle",])
        self.assertEqual(run("bundle", "--lang", "en", "--help", env=CHINESE).stdout,
                         english["bundle",])

    def test_columns_of_chinese_help_are_aligned(self):
        page = run("case", "do", "--help", env=CHINESE).stdout
        told = [line for line in page.splitlines() if re.match(r"  -.*  [^ ]+", line)]
        self.assertGreater(len(told), 5)
        for line in told:
            name = line[:line.rindex("  ") + 2]
            self.assertEqual(len(name) + len(HAN.findall(name)), 30, line)

    def test_what_is_misspelt_is_told_in_the_readers_language(self):
        for args in ([], ["nothing"], ["pack", "check"], ["journal", "proof", "dir", "many"],
                     ["--lang", "fr", "bench"], ["case", "list", "--limit", "0"],
                     ["case", "list", "--limit"], ["case", "list", "--pack", "a", "--pack", "b"],
                     ["circle", "adopt", "a", "b", "c"], ["bench", "--no-such-option"]):
            with self.subTest(args=args):
                self.assertTrue(run(*args, env=ENGLISH).stderr.isascii())
                told = run(*args, env=CHINESE)
                self.assertEqual(told.returncode, 2)
                self.assertEqual([line for line in told.stderr.splitlines()
                                  if not HAN.search(line) or re.search(r"[a-z] [a-z]", line)], [])


class Packs(Folder):
    def test_a_sound_pack(self):
        pack = self.file("visits.yaml", PACK)
        result = run("pack", "check", pack)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertRegex(result.stdout, r"visits 1  sha256:[0-9a-f]{64}")

    def test_faults_are_told_with_file_line_and_column(self):
        pack = self.file("visits.yaml", PACK.replace("to: agreed", "to: nowhere"))
        result = run("pack", "check", pack)
        self.assertEqual(result.returncode, 1)
        line = 1 + PACK[:PACK.index("to: agreed")].count("\n")
        self.assertRegex(result.stdout, rf"(?m)^{re.escape(str(pack))}:{line}:\d+: .*nowhere")

    def test_scenarios_pass_or_say_where_they_fail(self):
        pack = self.file("visits.yaml", PACK)
        self.assertEqual(run("pack", "test", pack).returncode, 0)
        broken = self.file("broken.yaml", PACK.replace("event: accept, state: agreed",
                                                       "event: accept, state: declined"))
        result = run("pack", "test", broken)
        self.assertEqual(result.returncode, 1)
        line = 1 + PACK[:PACK.index("event: accept, state: agreed")].count("\n")
        self.assertIn(f"broken.yaml:{line}: a visit: step 2: ", result.stdout)

    def test_show(self):
        pack = self.file("visits.yaml", PACK)
        text = run("pack", "show", pack, "--lang", "zh").stdout
        self.assertIn("待接待方确认（proposed）  [持有方：host]", text)
        self.assertIn("同意（accept）  办理人： host.office\n      → 已确认（agreed）\n        条件：", text)
        dot = run("pack", "show", pack, "--dot").stdout
        self.assertTrue(dot.startswith("digraph "))
        self.assertIn('"visit.proposed" -> "visit.agreed" [label="Accept"', dot)
        self.assertEqual(dot.count("{"), dot.count("}"))

    def test_packs_shipped_are_sound(self):
        packs = sorted((ROOT / "packs").glob("*.yaml"))
        self.assertTrue(packs)
        result = run("pack", "check", *packs)
        self.assertEqual(result.returncode, 0, result.stdout)


class Network(Folder):
    CIRCLE = ROOT / "circles/chengdu-chongqing/network"

    def test_the_trains_of_sixty_two_minutes(self):
        day = run("network", "day", self.CIRCLE, "--from", "成都东", "--to", "沙坪坝", "--on", "2021-01-30")
        self.assertEqual(day.returncode, 0, day.stderr)
        self.assertIn("best 62 minutes, by 7 of ", day.stdout)

    def test_the_latest_journey_that_arrives_by_a_time(self):
        told = run("network", "journey", self.CIRCLE, "--from", "Leshan", "--to", "Qianjiang", "--on", "2021-01-30",
                   "--arrive", "18:00")
        self.assertIn("arrives 17:40, 475 minutes, 3 changes", told.stdout)
        self.assertNotIn("+1", told.stdout)

    def test_between_counties_journeys_go_from_door_to_door(self):
        ends = ("--from", "510104", "--to", "500106", "--on", "2021-01-30")
        day = run("network", "day", self.CIRCLE, *ends)
        self.assertEqual(day.returncode, 0, day.stderr)
        best = int(re.search(r"best (\d+) minutes, by", day.stdout)[1])
        self.assertIn(best, range(72, 150), day.stdout)  # the train's 62, ten at the station, two ways
        told = run("network", "journey", self.CIRCLE, *ends, "--arrive", "12:00")
        self.assertRegex(told.stdout, r"\d\d:\d\d - arrives 1[01]:\d\d, \d+ minutes, 0 changes")
        self.assertRegex(told.stdout, r"by road alone: \d+ minutes, \d+ km")

    def test_the_cheapest_journey_tells_its_fares_and_whose_tariff_it_is(self):
        tariff = self.dir / "rail.yaml"
        tariff.write_text("tariff: rail\nversion: 4\nfrom: '2021-01-01'\ngroups:\n"
                          "  second: {party: sichuan, table: [[成都东, 沙坪坝, 15400]], operators: [{name: r}]}\n", encoding="utf-8")
        ends = ("--from", "成都东", "--to", "沙坪坝", "--on", "2021-01-30")
        asked = ("network", "cheapest", self.CIRCLE, *ends, "--at", "09:00", "--arrive", "12:00")
        told = run(*asked, "--tariff", tariff, "--group", "G8611=second")
        self.assertEqual(told.returncode, 0, told.stderr)
        self.assertIn("G8611  154.00 yuan, tariff rail, version 4 (sichuan)", told.stdout)
        self.assertIn("Fare: 154.00 yuan\n", told.stdout)
        self.assertIn("for whom no price is special", told.stdout)
        # Children pay less before noon, and that is said.
        tariff.write_text(tariff.read_text(encoding="utf-8").replace("version: 4", "version: 4\nrules: 2").replace(
            "operators", "instead: [{classes: [child], until: 43200, flat: 7700}], operators"), encoding="utf-8")
        child = run(*asked, "--tariff", tariff, "--group", "G8611=second", "--class", "child")
        self.assertIn("Fare: 77.00 yuan\n", child.stdout, child.stderr)
        self.assertIn("class of rider: child", child.stdout)
        self.assertIn("Fare: 154.00 yuan\n", run(*asked, "--tariff", tariff, "--group", "G8611=second").stdout)
        unknown = run(*asked)
        self.assertEqual(unknown.returncode, 0, unknown.stderr)
        self.assertIn("no tariff known", unknown.stdout)
        self.assertNotIn("yuan", unknown.stdout)
        wrong = run(*asked, "--tariff", tariff, "--group", "G8611=first")
        self.assertNotEqual(wrong.returncode, 0)
        self.assertIn("There is no group first in the tariff rail.", wrong.stderr)
        doors = run("network", "cheapest", self.CIRCLE, "--from", "510104", "--to", "500106", "--on", "2021-01-30")
        self.assertIn("Fare: no tariff known", doors.stdout)

    def test_year_by_year_the_region_gets_nearer(self):
        told = run("network", "years", self.CIRCLE, "--first", "2020", "--last", "2022")
        self.assertEqual(told.returncode, 0, told.stderr)
        means = [int(line.split()[1]) for line in told.stdout.splitlines() if line.startswith("202")]
        self.assertEqual(len(means), 3)
        self.assertEqual(means, sorted(means, reverse=True))

    def test_a_scenario_two_years_late_is_as_if_it_were_not_there(self):
        asked = ("network", "compare", self.CIRCLE, "--from", "510104", "--format", "json")
        late = run(*asked, "--on", "2028-01-01", "--scenario", "two-years-late")
        unlike = [row for row in json.loads(late.stdout)["rows"] if row[5] != row[8]]
        self.assertGreater(len(unlike), 10)
        before = run(*asked, "--on", "2027-01-01")
        self.assertEqual([row[7:] for row in json.loads(late.stdout)["rows"]],
                         [row[7:] for row in json.loads(before.stdout)["rows"]])

    def test_a_timetable_goes_out_as_gtfs_and_comes_back(self):
        feed = self.dir / "rail.zip"
        ends = ("--from", "成都东", "--to", "沙坪坝", "--on", "2021-01-30")
        written = run("network", "export", self.CIRCLE, "--on", "2021-01-30", "--out", feed)
        self.assertEqual(written.returncode, 0, written.stderr)
        self.assertEqual(run("network", "check", feed).returncode, 0)
        self.assertEqual(run("network", "day", feed, *ends).stdout, run("network", "day", self.CIRCLE, *ends).stdout)

    def test_a_line_that_only_says_how_often_is_asked_for_every_offset(self):
        feed = self.dir / "bus.zip"
        tables = {
            "agency.txt": "agency_name,agency_url,agency_timezone\nBus,https://bus.example,Asia/Shanghai\n",
            "stops.txt": "stop_id,stop_name,stop_lat,stop_lon\nA,A,30,104\nB,B,30,105\n",
            "routes.txt": "route_id,route_short_name,route_type\nb,b,3\n",
            "trips.txt": "route_id,service_id,trip_id\nb,daily,b1\n",
            "stop_times.txt": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
                              "b1,06:00:00,06:00:00,A,1\nb1,06:20:00,06:20:00,B,2\n",
            "frequencies.txt": "trip_id,start_time,end_time,headway_secs,exact_times\nb1,06:00:00,22:00:00,600,0\n",
            "calendar_dates.txt": "service_id,date,exception_type\ndaily,20210130,1\n",
        }
        with zipfile.ZipFile(feed, "w") as whole:
            for name, rows in tables.items():
                whole.writestr(name, rows)
        told = run("network", "journey", feed, "--from", "A", "--to", "B", "--on", "2021-01-30", "--at", "08:00")
        self.assertEqual(told.returncode, 0, told.stderr)
        self.assertIn("over all their offsets: 20 minutes at best, 24 in the median, 29 at worst", told.stdout)

    def test_what_unfinished_lines_bring(self):
        told = run("network", "explain", self.CIRCLE, "--on", "2026-01-01", "--from", "510104", "--within", "120")
        self.assertEqual(told.returncode, 0, told.stderr)
        self.assertRegex(told.stdout, r"R08  Chengdu–Chongqing central line +[1-9]")

    def test_what_cannot_be_asked_is_told(self):
        self.assertIn("there are: two-years-late,", run("network", "compare", self.CIRCLE, "--on", "2028-01-01",
                                                        "--scenario", "x").stderr)
        self.assertIn("no county 999999", run("network", "explain", self.CIRCLE, "--on", "2026-01-01",
                                              "--from", "999999").stderr)
        self.assertIn("At most 10 lines", run("network", "explain", self.CIRCLE, "--on", "2015-01-01").stderr)
        for name in ("places.csv", "roads.csv"):
            self.file(name, (self.CIRCLE / name).read_text(encoding="utf-8").replace("510185", "510199", 1))
        self.assertRegex(run("network", "compare", self.dir, "--on", "2028-01-01").stderr,
                         r"roads\.csv:\d+ [ab] '510185': is no place of places\.csv")


class Api:
    """What urllib has for one node and key."""

    def __init__(self, url, key):
        self.url, self.key = url, key

    def call(self, method, path, body=None, headers=None):
        data = json.dumps(body).encode() if isinstance(body, (dict, list)) else body
        request = urllib.request.Request(f"{self.url}/api/v1{path}", data, method=method, headers={
            "Authorization": f"Bearer {self.key}", "Content-Type": "application/json",
            **(headers or {})})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()


class Node:
    def __init__(self, folder, party, host):
        self.dir, self.party, self.host = folder / party, party, host
        self.process = None
        result = run("init", self.dir, "--party", party, "--name", party,
                     "--listen", f"{host}:{free_port(host)}", "--api", "127.0.0.1:0",
                     "--rehearsal", "2026-03-02")
        assert result.returncode == 0, result.stderr
        self.admin = re.search(r"bashu_\S+", result.stdout).group()
        self.key = self.add_key("office", "--roles", "visits:office")
        self.second = self.add_key("second", "--may", "admin", "--person", "second")

    def add_key(self, name, *more):
        running = self.process is not None
        door = ["--api", self.url, "--key", self.admin] if running else [self.dir]
        result = run("key", "add", *door, "--name", name, *more)
        assert result.returncode == 0, result.stderr
        return re.search(r"bashu_\S+", result.stdout).group()

    def start(self):
        self.log = open(self.dir / "serve.log", "w", encoding="utf-8")
        self.process = subprocess.Popen(
            [BASHU, "serve", str(self.dir), "--rehearsal", "2026-03-02"],
            stdout=subprocess.PIPE, stderr=self.log, text=True)
        line = self.process.stdout.readline()
        assert line.startswith(f"ready {self.party} "), line
        self.url = re.search(r"api=(\S+)", line).group(1)
        self.api = Api(self.url, self.key)
        self.env = {"BASHU_API": self.url, "BASHU_KEY": self.key}

    def stop(self):
        if self.process:
            self.process.send_signal(signal.SIGTERM)
            code = self.process.wait(timeout=60)
            self.process.stdout.close()
            self.log.close()
            self.process = None
            return code
        return 0


class Reconcile(unittest.TestCase):
    """Two files of the same lines, compared without a node."""

    def setUp(self):
        self.dir = tempfile.TemporaryDirectory()
        self.addCleanup(self.dir.cleanup)

    def file(self, name, text):
        path = pathlib.Path(self.dir.name) / name
        path.write_text(text)
        return path

    def test_what_differs_is_told_line_by_line(self):
        left = self.file("left.csv", "trip,fare,operator\nt1,200,a\nt2,300,a\nt3,400,b\n")
        right = self.file("right.ndjson", '{"trip":"t1","fare":200,"operator":"a"}\n'
                                          '{"trip":"t3","fare":450,"operator":"b"}\n'
                                          '{"trip":"t4","fare":100,"operator":"b"}\n')
        done = run("reconcile", left, right, "--key", "trip", "--compare", "fare,operator", "--sum", "fare")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stdout.splitlines(), [
            f"t2: only in {left}, line 3", f"t4: only in {right}, line 3",
            "t3: fare is 400 (line 4) and 450 (line 2)", "fare: 900 and 750",
            "1 equal, 1 differ, 1 only left, 1 only right"])

    def test_equal_files_agree_whatever_their_order(self):
        left = self.file("left.csv", "k,v\na,1\nb,2\n")
        right = self.file("right.csv", "v,k\n2,b\n1,a\n")
        done = run("reconcile", left, right, "--key", "k", "--compare", "v")
        self.assertEqual((done.returncode, done.stdout), (0, "2 equal, 0 differ, 0 only left, 0 only right\n"))

    def test_a_key_twice_or_none_is_told_and_does_not_agree(self):
        left = self.file("left.csv", "k,v\na,1\na,1\n,2\n")
        right = self.file("right.csv", "k,v\na,1\n")
        done = run("reconcile", left, right, "--key", "k", "--compare", "v", env=CHINESE)
        self.assertEqual(done.returncode, 1)
        self.assertIn("left.csv:3: 该标识已出现在第 2 行，仅以其为准", done.stderr)
        self.assertIn("left.csv:4: 该行没有标识", done.stderr)


    def test_a_column_that_is_not_there_is_refused_and_not_equal(self):
        left = self.file("left.csv", "k,v\na,1\nb,2\n")
        right = self.file("right.ndjson", '{"k":"a","v":1}\n{"k":"b","v":2}\n')
        for column in ("--compare", "--sum"):
            done = run("reconcile", left, right, "--key", "k", column, "nix")
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn("left.csv: no row has a column nix; there are k, v", done.stderr)
        self.file("left.csv", "k,nix\na,1\nb,2\n")
        done = run("reconcile", left, right, "--key", "k", "--compare", "nix")
        self.assertEqual(done.returncode, 2)
        self.assertIn("right.ndjson: no row has a column nix; there are k, v", done.stderr)
        # A column that only some rows have is one, and so is one that a heading has.
        self.file("right.ndjson", '{"k":"a"}\n{"k":"b","v":2}\n')
        self.file("left.csv", "k,v\na,\nb,2\n")
        self.assertEqual(run("reconcile", left, right, "--key", "k", "--compare", "v").returncode, 0)
        self.file("left.csv", "k,v\na,1\nb,x\n")
        done = run("reconcile", left, right, "--key", "k", "--sum", "v")
        self.assertIn("left.csv:3: v is no whole number, or the sum is too large: x", done.stderr)


class Fares(unittest.TestCase):
    """Taps in a file, priced by a tariff of the reference circle."""

    def test_tariffs_and_taps_come_from_and_go_to_other_systems(self):
        tariff = ROOT / "circles/chengdu-chongqing/tariffs/metros-2021.yaml"
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            done = run("fares", "to-gtfs", tariff, "--dir", folder / "gtfs")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("priced by distance", done.stderr)
            self.assertIn("fare_product_id", (folder / "gtfs/fare_products.txt").read_text().splitlines()[0])
            done = run("fares", "from-gtfs", folder / "gtfs", "--name", "back", "--from", "2021-01-01", "--party", "sichuan",
                       "--out", folder / "back.json")
            self.assertEqual(done.returncode, 0, done.stderr)
            (folder / "tides.csv").write_text(
                "transaction_id,service_date,event_timestamp,amount,fare_action,stop_id,token_id\n"
                "1,2021-03-04,2021-03-04T08:00:00,0,Enter,c0,x\n2,2021-03-04,2021-03-04T08:05:00,20,Add,,x\n"
                "3,2021-03-04,2021-03-04T08:40:00,0,Exit,c12,x\n")
            done = run("fares", "tides", folder / "tides.csv", "--issuer", "chongqing", "--group", "chengdu-metro",
                       "--out", folder / "taps.ndjson")
            self.assertEqual((done.returncode, done.stderr), (0, "2 taps; 1 transactions are none.\n"))
            # The same ride costs the same under the tariff that came back.
            told = [run("fares", "rate", folder / "taps.ndjson", "--tariff", one, "--by", "issuer") for one in (tariff, folder / "back.json")]
            for one in told:
                self.assertEqual(one.returncode, 0, one.stderr)
            self.assertEqual(*[one.stdout.splitlines()[1].split()[:4] for one in told])
            (folder / "gtfs/fare_products.txt").write_text("fare_product_id,amount,currency\na,x,CNY\n")
            done = run("fares", "from-gtfs", folder / "gtfs", "--name", "b", "--from", "2021-01-01", "--party", "p", env=CHINESE)
            self.assertEqual(done.returncode, 1)
            self.assertIn("fare_products.txt:2: amount: 无法读取", done.stderr)

    def test_taps_are_priced_and_what_if_is_compared(self):
        tariff = ROOT / "circles/chengdu-chongqing/tariffs/metros-2021.yaml"
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            (folder / "taps.csv").write_text(
                "id,token,at,kind,group,place,medium,issuer\n"
                "2,x,2021-03-04 08:40:00,out,chengdu-metro,c12,card,chongqing\n"
                "1,x,2021-03-04 08:00:00,in,chengdu-metro,c0,card,chongqing\n"
                "1,x,2021-03-04 08:00:00,in,chengdu-metro,c0,card,chongqing\n"
                "3,x,2021-03-04 09:00:00,single,chongqing-bus,b,card,chongqing\n"
                "4,y,2021-03-04 09:00,single,chongqing-bus,b,card,chongqing\n")
            (folder / "dearer.yaml").write_text(tariff.read_text().replace("flat: 200", "flat: 300"))
            done = run("fares", "rate", folder / "taps.csv", "--tariff", tariff, "--against",
                       folder / "dearer.yaml", "--out", folder / "rides.csv")
            self.assertEqual(done.returncode, 1)
            self.assertIn("taps.csv:6: at is a local time", done.stderr)
            self.assertRegex(done.stdout, r"chongqing +成都轨道（合成） +1 +0 +4.00 +4.00 +0.00 +0.00 +0.01")
            self.assertRegex(done.stdout, r"chongqing +重庆公交（合成） +1 +0 +2.00 +1.80 +0.20 +0.00 +0.01")
            self.assertIn("riders pay 0.90 more, the place 0.10 more", done.stdout)
            self.assertEqual(len((folder / "rides.csv").read_text().splitlines()), 3)
            by = run("fares", "rate", folder / "taps.csv", "--tariff", tariff, "--by", "side,day")
            self.assertRegex(by.stdout, r"chongqing +2021-03-04 +1 +0 +2.00 +1.80")

    def test_why_a_ride_was_completed_or_denied_is_said(self):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            tariff = folder / "t.yaml"
            tariff.write_text("tariff: metro\nversion: 4\nfrom: '2021-01-01'\ndenied_after: 600\ngroups:\n  m:\n    party: p\n"
                              "    table: [[a, b, 300]]\n    missing: 900\n    operators: [{name: o}]\n"
                              "completion: {most: 1, rules: [{name: next gate, by: next_entry, within: 14400}]}\n"
                              "discounts: [{name: tenth, ppm: 100000}]\n")
            (folder / "taps.csv").write_text(
                "id,token,at,kind,group,place,issuer\n1,x,2021-03-04 08:00:00,in,m,a,q\n2,x,2021-03-04 09:00:00,in,m,b,q\n"
                "3,x,2021-03-04 10:00:00,in,m,a,q\n4,x,2021-03-04 10:20:00,out,m,b,q\n")
            (folder / "denied.csv").write_text("token,at\nx,2021-03-04 09:50:00\n")
            rate = ["fares", "rate", folder / "taps.csv", "--tariff", tariff]
            done = run(*rate, "--why", "x", "--denied", folder / "denied.csv")
            self.assertEqual(done.stdout.splitlines(), [
                "2021-03-04 08:00:00 m, in at a, no exit: at b by next gate of metro 4; a missing tap costs 9.00: 3.00, 0.30 off by tenth, 2.70 to pay",
                "2021-03-04 09:00:00 m, in at b, no exit: no rule tells where: 9.00",
                "2021-03-04 10:00:00 m, a - b: 3.00, 0.30 off by tenth, 2.70 to pay; denied since 2021-03-04 09:50:00, "
                "the place's loss from 600 seconds later on"])
            done = run(*rate, "--why", "x", env=CHINESE)
            self.assertIn("按 metro 4 的规则 next gate 补全为 b", done.stdout)
            self.assertEqual(run(*rate, "--why", "y").returncode, 1)
            done = run(*rate, "--denied-against", folder / "denied.csv", "--by", "side", "--out", folder / "rides.csv")
            self.assertRegex(done.stdout, r"p +3 +1 +1 +15.00 +14.40 +0.00 +0.60 +0.00\n")
            self.assertRegex(done.stdout, r"p +3 +1 +1 +15.00 +11.70 +0.00 +0.60 +2.70 +0.00\n")
            self.assertIn("riders pay -2.70 more", done.stdout)
            self.assertIn("lost by deny lists 2.70 more", done.stdout)
            self.assertIn("q,o,2021-03-04,1,1,1,300,270,0,30,0,next gate,b,0,4\n", (folder / "rides.csv").read_text())

    def test_a_faulty_tariff_is_told_with_line_and_path(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "t.yaml"
            path.write_text("tariff: t\nversion: 1\nfrom: '2021-01-01'\ngroups:\n  b:\n    party: p\n    flat: -1\n")
            done = run("fares", "rate", path, "--tariff", path)
            self.assertEqual(done.returncode, 1)
            self.assertIn("t.yaml:7:5: groups.b.flat must be a whole number from 0", done.stderr)


class Clear(unittest.TestCase):
    """Two sides clear a day of synthetic riders, each from what it has, and end with the same statements."""

    def setUp(self):
        self.dir = tempfile.TemporaryDirectory()
        self.addCleanup(self.dir.cleanup)
        self.at = pathlib.Path(self.dir.name)

    def clear(self, *words, code=0):
        done = run("clear", *words)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def both(self):
        return (("chongqing", "sichuan"), ("sichuan", "chongqing"))

    def book(self, side, other, *more):
        self.clear("open", self.at / side, "--side", side, "--with", other, *more)
        return self.at / side

    def test_two_sides_settle_what_was_planted(self):
        subprocess.run([sys.executable, ROOT / "tools/demo/riders.py", self.at, "--trips", "2000", "--bills", "0", "--rules", "1"], check=True)
        data = self.at / "chongqing-sichuan"
        for side, other in self.both():
            book = self.book(side, other, "--tariff", self.at / "tariff.json")
            self.clear("take", book, data / f"{side}.gates.csv", data / f"{other}.sent.csv", "--denied", data / f"{side}.denied.csv")
            self.clear("take", book, "--denied", data / f"{other}.denied-sent.csv")
            self.clear("draw", book, "--until", "2021-03-05")
        # The tariff is by rules 1: what it came to before there were others it comes to for ever.
        self.assertEqual(json.loads((self.at / "chongqing/draft.json").read_text())["root"],
                         "360ff114d34cafd746d1b3270b05691246b84e80ac4fd975ac5009c39cd92ef2")
        told = self.clear("compare", self.at / "chongqing", self.at / "sichuan", "--out", self.at / "differences", code=1)
        # A program that answers for the other side, as over ssh: the same differences, only they are sent.
        other = f"{BASHU} clear answer {self.at / 'sichuan'}"
        self.clear("compare", self.at / "chongqing", "--ask", other, "--out", self.at / "asked", code=1)
        self.assertEqual((self.at / "asked").read_bytes(), (self.at / "differences").read_bytes())
        self.assertIn("the other program ended", self.clear("compare", self.at / "chongqing", "--ask", "true", code=1))
        kinds = {json.loads(line)["kind"] for line in (self.at / "differences").read_text().splitlines()}
        self.assertEqual(kinds, {"missing_here", "missing_there", "amount", "pairing", "date"})
        self.assertRegex(told, r"owes .* of .*, 2021-03-03, ")
        self.assertIn("Our root is", self.clear("close", self.at / "chongqing", "--root", "00", code=1))
        drafts = {side: (self.at / side / "draft.ndjson").read_bytes() for side, _ in self.both()}
        for side, other in self.both():
            (self.at / "theirs.ndjson").write_bytes(drafts[other])
            self.clear("close", self.at / side, "--against", self.at / "theirs.ndjson")
            self.clear("take", self.at / side, data / f"{side}.later.csv", data / f"{other}.later.csv",
                       "--denied", data / f"{other}.denied.csv")
            self.assertRegex(self.clear("draw", self.at / side, "--until", "2021-03-08"), r"\[2021-03-05, 2021-03-08\), .* [1-9]\d* late")
        root = json.loads((self.at / "sichuan/draft.json").read_text())["root"]
        for side, _ in self.both():
            self.clear("close", self.at / side, "--root", root)
        for name in ("statement-0001", "statement-0002"):
            for end in (".json", ".ndjson"):
                self.assertEqual((self.at / "chongqing" / (name + end)).read_bytes(), (self.at / "sichuan" / (name + end)).read_bytes())
        # 2,000 trips, each one line, whatever happened on the way.
        self.assertIn("lines [", self.clear("show", self.at / "sichuan"))
        self.assertEqual(json.loads((self.at / "sichuan/statement-0002.json").read_text())["end"], 2000)
        self.clear("draw", self.at / "sichuan", "--until", "2021-03-05", code=1)

    def test_a_closed_statement_that_was_changed_is_found(self):
        book = self.book("chongqing", "sichuan", "--bills")
        bill = {"bill": "b1", "insured": "chongqing", "treated": "sichuan", "institution": "h", "day": "2021-03-04",
                "lines": [{"list": "A", "price": 1000, "limit": 1000}],
                "policy": {"deductible": 0, "rate": 800, "cap": 100_000}, "used": {"deductible": 0, "pool": 0}}
        (self.at / "bills.ndjson").write_text(json.dumps(bill) + "\n")
        self.clear("take", book, self.at / "bills.ndjson")
        self.assertIn("8.00", self.clear("draw", book, "--until", "2021-04-01"))
        self.clear("close", book, "--root", json.loads((book / "draft.json").read_text())["root"])
        # A contested line changes the bill: the next statement corrects the line by the difference.
        bill["version"], bill["lines"][0]["limit"] = 2, 500
        (self.at / "more.ndjson").write_text(json.dumps(bill) + "\n")
        self.clear("take", book, self.at / "more.ndjson")
        self.assertIn("-4.00", self.clear("draw", book, "--until", "2021-05-01"))
        line = json.loads((book / "draft.ndjson").read_text())
        self.assertEqual((line["corrects"], line["net"]), ("b1", -400))
        # Refused, the whole claim is taken back; accepted again, it stands as it was.
        self.clear("refuse", book, "b1", "--why", "not our patient")
        self.assertIn("no claim b1", self.clear("refuse", book, "b1", "--why", "again", code=1))
        self.assertIn("-8.00", self.clear("draw", book, "--until", "2021-05-01"))
        self.clear("refuse", book, "b1", "--why", "found", "--accept")
        self.assertIn("-4.00", self.clear("draw", book, "--until", "2021-05-01"))
        closed = book / "statement-0001.ndjson"
        closed.write_text(closed.read_text().replace('"net":800', '"net":900'))
        self.assertIn("Statement 1 was changed", self.clear("show", book, code=1))

    def test_only_what_the_bank_booked_is_paid(self):
        digits = "0" * 64
        amounts = {"gross": 10_000, "discount": 0, "relief": 0, "refused": 0, "fee": 0, "net": 10_000}
        for name, debtor, creditor, net in (("one", "a", "b", 10_000), ("two", "b", "c", 4_000)):
            sums = [{**amounts, "gross": net, "net": net, "debtor": debtor, "creditor": creditor}]
            (self.at / name).write_text(json.dumps({
                "number": 1, "sides": sorted((debtor, creditor)), "until": "2021-03-05", "first": 0, "end": 1, "late": 0,
                "corrections": 0, "sums": sums, "root": digits, "before": digits}))
        both = (self.at / "one", self.at / "two")
        told = self.clear("net", *both, "--way", "multilateral", "--house", "h", "--out", self.at / "payments")
        self.assertEqual(told.splitlines()[-3:], ["a pays h 100.00", "h pays b 60.00", "h pays c 40.00"])
        # Both sides' copies of a statement are one.
        self.assertIn("a pays b 100.00", self.clear("net", both[0], both[0]))
        self.what_is_not_netted()
        self.each_verifies(both)
        (self.at / "accounts.yaml").write_text("".join(
            f"{party}: {{name: {party}, account: acc-{party}, bank: {bank}}}\n"
            for party, bank in (("a", "SYNTCNBT"), ("b", "'102651000018'"), ("c", "SYNTCNBT"), ("h", "SYNTCNBT"))))
        pay = ("pay", self.at / "payments", "--accounts", self.at / "accounts.yaml", "--from", "a", "--on", "2021-03-08",
               "--schema", ROOT / "formats/iso20022/pain.001.001.09.xsd")
        self.assertIn("--on is before 2021-03-05", self.clear(*("2021-03-04" if word == "2021-03-08" else word for word in pay), code=1))
        order = self.clear(*pay)
        self.assertIn("<CtrlSum>100.00</CtrlSum>", order)
        self.assertEqual(order, self.clear(*pay))
        statement = (ROOT / "tests/corpus/camt053/statement.xml").read_text()
        (self.at / "camt.xml").write_text(statement.replace(">o1<", f">{re.search('<EndToEndId>(.*)</', order)[1]}<").replace("123.45", "99.99"))
        paid = ("paid", self.at / "payments", "--accounts", self.at / "accounts.yaml", "--statement", self.at / "camt.xml")
        self.assertIn("0 of 3 orders are paid; 2 bookings wait", self.clear(*paid, code=1))
        told = self.clear(*paid, "--tolerance", "1", code=1)
        self.assertIn("by  r1  difference 0.01", told)
        self.assertIn("1 of 3 orders are paid; 1 bookings wait", told)
        # Half of it, booked once and in two statements: it is one booking. Without a reference of the bank a person looks.
        half = (self.at / "camt.xml").read_text().replace("99.99", "50.00")
        (self.at / "camt.xml").write_text(half)
        told = self.clear(*paid, self.at / "camt.xml", code=1)
        self.assertIn("0 of 3 orders are paid; 3 bookings wait", told)
        self.assertIn("is there twice without a reference of the bank", told)
        # The name alone pays nobody: the money went elsewhere.
        whole = half.replace("50.00", "100.00", 2)
        (self.at / "camt.xml").write_text(whole)
        self.assertIn("1 of 3 orders are paid", self.clear(*paid, code=1))
        (self.at / "camt.xml").write_text(whole.replace("</TxDtls>", "<RltdPties><CdtrAcct><Id><Othr><Id>acc-x</Id></Othr></Id></CdtrAcct></RltdPties></TxDtls>", 1))
        told = self.clear(*paid, code=1)
        self.assertIn("0 of 3 orders are paid", told)
        self.assertIn("the other account is not the one of that order", told)
        (self.at / "accounts.yaml").write_text("a: {name: a, account: x, bank: '1'}\n")
        self.assertIn("accounts.yaml:1: a: bank is missing or wrong", self.clear(*pay, code=1))

    def what_is_not_netted(self):
        """What does not come out, or would be paid twice, is refused before anything is written."""
        one, out = json.loads((self.at / "one").read_text()), self.at / "nothing"

        def refused(why, *changed):
            paths = []
            for number, statement in enumerate(changed):
                paths.append(self.at / f"changed-{number}")
                paths[-1].write_text(json.dumps({**one, **statement}))
            self.assertIn(why, self.clear("net", *paths, "--out", out, code=1))
            self.assertFalse(out.exists())

        refused("does not come out", {"sums": [{**one["sums"][0], "net": 99_999_999}]})
        refused("does not come out", {"sums": [{**one["sums"][0], "debtor": "nobody"}]})
        refused("Statement a b 1 has lines that another", {}, {"until": "2021-03-07"})
        refused("a b 1 is there with two contents", {"end": 0}, {"end": 0, "until": "2021-03-07"})
        refused("Statement a b 2 has lines", {}, {"number": 2})
        # A book of taps and one of bills number their statements each by itself.
        for name, statement in (("taps", one), ("bills", {**one, "until": "2021-03-31"})):
            (self.at / name).mkdir()
            (self.at / name / "book.json").write_text(json.dumps({"side": "a", "with": "b", "of": name}))
            (self.at / name / "statement-0001.json").write_text(json.dumps(statement))
        two = [self.at / name / "statement-0001.json" for name in ("taps", "bills")]
        self.assertIn("a pays b 200.00", self.clear("net", *two, "--statement", self.at / "of-two"))
        self.assertIn("2 statements, all of them here", self.clear("verify", self.at / "of-two", "--party", "a", *two))
        # A netting of bills from before the kind was part of it still verifies.
        lines = self.at / "bills-alone"
        lines.write_text(json.dumps({**one, "until": "2021-03-31"}))
        self.clear("net", lines, "--statement", self.at / "of-bills")
        self.clear("verify", self.at / "of-bills", "--party", "a", two[1])

    def each_verifies(self, both):
        """Each of three parties comes to the root of the netting from its own statements."""
        file = self.at / "netting"
        net = ("net", *both, "--way", "multilateral", "--house", "h", "--statement", file)
        root = self.clear(*net).splitlines()[-1]
        self.assertRegex(root, "[0-9a-f]{64}")
        for party, own, paid in (("a", both[:1], "a pays h 100.00"), ("b", both, "h pays b 60.00"), ("c", both[1:], "h pays c 40.00")):
            told = self.clear("verify", file, *own, "--party", party).splitlines()
            self.assertEqual((told[0], told[-1]), (paid, root))
        self.assertIn("a b 1", self.clear("verify", file, both[1], "--party", "b", code=1))
        changed = self.at / "changed"
        changed.write_text(file.read_text().replace('"amount":6000', '"amount":5999'))
        self.assertIn("payments", self.clear("verify", changed, *both, "--party", "b", code=1))

    def test_what_would_be_lost_without_a_word_is_told(self):
        tariff = ROOT / "circles/chengdu-chongqing/tariffs/metros-2021.yaml"
        told = self.clear("open", self.at / "typo", "--side", "chongqin", "--with", "sichaun", "--tariff", tariff, code=1)
        self.assertIn("no group that runs on chongqin or on sichaun", told)
        self.assertFalse((self.at / "typo" / "book.json").exists())
        book = self.book("chongqing", "sichuan", "--tariff", tariff)
        taps = self.at / "taps.csv"
        head = "id,token,at,kind,group,place,issuer\n"
        row = "{},{},2021-03-04 08:00:00,in,chengdu-metro,c0,{}\n"
        taps.write_text(head + row.format(1, "a/b", "chongqing"))
        self.assertIn("The token a/b has a slash", self.clear("take", book, taps, code=1))
        self.assertFalse((book / "taken-0001.ndjson").exists())
        taps.write_text(head + row.format(1, "x", "chongqing") + row.format(2, "y", "hom") + row.format(3, "z", "Sichuan"))
        self.assertIn("2 taps of issuers who are neither side, which nobody owes in this book: Sichuan, hom",
                      self.clear("take", book, taps))
        taps.write_text(head + row.format(4, "x", "chongqing"))
        self.assertNotIn("neither side", self.clear("take", book, taps))

    def test_a_wrong_row_means_that_nothing_is_taken(self):
        book = self.book("chongqing", "sichuan", "--bills")
        (self.at / "bills.ndjson").write_text('{"bill":"b1","day":"2021-03-04"}\n')
        told = self.clear("take", book, self.at / "bills.ndjson", code=1)
        self.assertIn("bills.ndjson:1: bill, insured, treated and institution are needed", told)
        self.assertIn("Nothing was taken", told)
        self.assertFalse((book / "taken-0001.ndjson").exists())

    def test_another_content_of_a_bills_version_is_refused_when_it_is_taken(self):
        book = self.book("chongqing", "sichuan", "--bills")
        bill = {"bill": "b1", "insured": "chongqing", "treated": "sichuan", "institution": "h", "day": "2021-03-04",
                "lines": [{"list": "A", "price": 1000, "limit": 1000, "own_first": 0}],
                "policy": {"deductible": 0, "rate": 1000, "cap": 100_000}, "used": {"deductible": 0, "pool": 0}}
        other = {**bill, "institution": "i"}
        file = self.at / "bills.ndjson"
        # In one batch, and in a later one; a copy is left out, a later version is taken.
        for rows, code in (([bill, other], 1), ([bill, bill], 0), ([other], 1), ([bill, {**other, "version": 2}], 0)):
            file.write_text("".join(json.dumps(row) + "\n" for row in rows))
            told = self.clear("take", book, file, code=code)
            self.assertIn("b1 version 1 is there already with another content" if code else "1 taken, 1 copies left out"
                          if rows[0] is bill and rows[-1] is bill else "1 taken", told)
        # Where a book has both already, one of them counts, as before.
        with (book / "taken-0001.ndjson").open("a") as taken:
            taken.write(json.dumps({**bill, "version": 2}) + "\n")
        self.assertIn("10.00", self.clear("draw", book, "--until", "2021-04-01"))

    def test_a_wrong_row_of_taps_means_that_the_deny_list_is_not_taken_either(self):
        book = self.book("chongqing", "sichuan", "--tariff", ROOT / "circles/chengdu-chongqing/tariffs/metros-2021.yaml")
        (self.at / "denied.csv").write_text("token,at\nx,2021-03-04 09:50:00\n")
        taps = self.at / "taps.csv"
        for group, why in (("chengdu_metro", "no group chengdu_metro"), ("chengdu-metro", "at is a local time")):
            at = "2021-03-04 08:00:00" if "_" in group else "2021-03-04"
            taps.write_text(f"id,token,at,kind,group,place,issuer\n1,x,{at},in,{group},c0,chongqing\n")
            told = self.clear("take", book, taps, "--denied", self.at / "denied.csv", code=1)
            self.assertIn(f"taps.csv:2: {'The tariff has ' if '_' in group else ''}{why}", told)
            self.assertIn("Nothing was taken", told)
        self.assertEqual(sorted(path.name for path in book.iterdir()), ["book.json", "tariff.yaml"])
        self.clear("take", book, "--denied", self.at / "denied.csv")
        self.assertTrue((book / "denied-0001.ndjson").exists())

    def test_a_bill_beyond_its_bounds_is_told_and_not_taken(self):
        book = self.book("chongqing", "sichuan", "--bills")
        bill = {"bill": "b1", "insured": "chongqing", "treated": "sichuan", "institution": "h", "day": "2021-03-04",
                "lines": [{"list": "C", "price": 9_007_199_254_740_991}] * 1023,
                "policy": {"deductible": 0, "rate": 800, "cap": 0}, "used": {"deductible": 0, "pool": 0}}
        file = self.at / "bills.ndjson"
        file.write_text(json.dumps(bill) + "\n" + json.dumps({**bill, "bill": "b2"}) + "\n" + json.dumps({**bill, "bill": "b3"}) + "\n")
        self.assertIn("bills.ndjson:1: lines[0].price must be a whole number of fen from 0 to 1,000,000,000",
                      self.clear("take", book, file, code=1))
        # Taken before there were bounds, they are a fault and no end of the program.
        (book / "taken-0001.ndjson").write_bytes(file.read_bytes())
        self.assertIn("too large to be summed", self.clear("draw", book, "--until", "2021-04-01", code=1))


class SecondSignatures(Folder):
    """A circle that requires SM2 beside Ed25519, formed by files."""

    def test_a_party_signs_such_an_edition_once_it_has_the_keys(self):
        one, other = self.dir / "sichuan", self.dir / "chongqing"
        for node, host in ((one, "127.0.0.2"), (other, "127.0.0.3")):
            made = run("init", node, "--party", node.name, "--name", node.name, "--listen", f"{host}:7443", "--api", f"{host}:0")
            self.assertEqual(made.returncode, 0, made.stderr)
        card, invitation, agreed = self.dir / "card", self.dir / "invitation", self.dir / "agreed"
        self.assertEqual(run("circle", "card", other, "--out", card).returncode, 0)

        def invite(*more):
            return run("circle", "invite", one, "--name", "Test circle", "--card", card, "--out", invitation,
                       "--second", "envelopes", "--second", "receipts", *more)
        result = invite()
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("bashu circle second", result.stderr)
        shown = run("circle", "second", one)
        self.assertEqual(shown.returncode, 0, shown.stderr)
        self.assertRegex(shown.stdout, r"^sichuan/envelope-sm2/1  SM2-SM3  04[0-9a-f]{128}\nsichuan/log-sm2/1  SM2-SM3  04[0-9a-f]{128}\n$")
        self.assertEqual(run("circle", "second", one).stdout, shown.stdout)  # made once
        for name in ("envelope-sm2.key", "log-sm2.key"):
            self.assertEqual((one / "keys" / name).stat().st_mode & 0o777, 0o600)
        self.assertEqual(invite("--second-from", "tomorrow").returncode, 2)
        result = invite("--second-from", "2999-01-31")
        self.assertEqual(result.returncode, 0, result.stderr)
        for line in ("SM2-SM3, id 1234567812345678", "envelopes from 2999-01-31", "receipts from 2999-01-31"):
            self.assertIn(line, result.stderr)
        accept = ("circle", "accept", other, invitation, "--out", agreed, "--yes")
        self.assertIn("bashu circle second", run(*accept).stderr)
        self.assertEqual(run("circle", "second", other).returncode, 0)
        self.assertEqual(run(*accept).returncode, 0)
        for node in (one, other):
            result = run("circle", "adopt", node, agreed)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertEqual(run("journal", "verify", node).returncode, 0)
        # Entry 0 was there before the edition; what comes after is signed twice.
        key = run("journal", "proof", one, "0", "--vkey").stdout.strip()
        second = run("journal", "proof", one, "0", "--vkey", "--second").stdout.strip()
        other_second = run("journal", "proof", other, "0", "--vkey", "--second").stdout.strip()
        last = self.dir / "last"
        entries = int(re.search(r"(\d+) entries", run("journal", "verify", one).stdout).group(1))
        self.assertEqual(run("journal", "proof", one, "0", "--out", self.dir / "first").returncode, 0)
        self.assertEqual(run("journal", "proof", one, str(entries - 1), "--out", last).returncode, 0)
        self.assertIn("signed by SM2 as well", run("verify", last, "--key", key, "--second-key", second).stdout)
        result = run("verify", self.dir / "first", "--key", key, "--second-key", second)
        self.assertEqual((result.returncode, "second-missing" in result.stdout), (1, True), result.stdout)
        self.assertEqual(run("verify", self.dir / "first", "--key", key).returncode, 0)
        self.assertEqual(run("verify", last, "--key", key, "--second-key", other_second).returncode, 2)
        self.assertEqual(run("verify", last, "--key", second).returncode, 2)
        # Renewed with the other keys. What was signed by the ones before asks for them.
        self.assertIn("of both", run("doctor", one).stdout)
        self.assertEqual(run("circle", "rotate", one).returncode, 0)
        self.assertRegex(run("circle", "second", one).stdout, r"^sichuan/envelope-sm2/2 .*\nsichuan/log-sm2/2 ")
        result = run("journal", "verify", one)
        self.assertEqual(result.returncode, 0, result.stdout)
        signer = run("journal", "proof", one, str(entries - 1), "--vkey", "--second").stdout.strip()
        renewed = run("journal", "proof", one, "0", "--vkey", "--second").stdout.strip()
        self.assertNotEqual(signer, renewed)
        self.assertEqual(run("verify", last, "--key", key, "--second-key", signer).returncode, 0)
        self.assertEqual(run("verify", last, "--key", key, "--second-key", renewed).returncode, 1)
        (one / "keys" / "log-sm2.key").unlink()
        result = run("serve", one)
        self.assertEqual(result.returncode, 2)
        self.assertIn("log-sm2.key", result.stderr)


class SignedEditions(Folder):
    """One edition of the agreement is signed of each number."""

    def test_one_edition_of_a_number_is_signed(self):
        one, other = self.dir / "sichuan", self.dir / "chongqing"
        for node, host in ((one, "127.0.0.2"), (other, "127.0.0.3")):
            made = run("init", node, "--party", node.name, "--name", node.name, "--listen", f"{host}:7443", "--api", f"{host}:0")
            self.assertEqual(made.returncode, 0, made.stderr)
        card, first, second, agreed = (self.dir / name for name in ("card", "first", "second", "agreed"))
        self.assertEqual(run("circle", "card", other, "--out", card).returncode, 0)

        def invite(out, *more):
            return run("circle", "invite", one, "--name", out.name, "--card", card, "--out", out, *more)
        made = invite(first)
        self.assertEqual(made.returncode, 0, made.stderr)
        digest = re.search(r"digest of this edition ([0-9a-f]{64})", made.stderr).group(1)
        refused = invite(second)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("another edition 1 on", refused.stderr)
        self.assertIn(f"bashu circle withdraw DIR {digest}", refused.stderr)
        self.assertFalse(second.exists())
        self.assertIn(f"摘要 {digest}", invite(second, "--lang", "zh").stderr)
        self.assertEqual(run("circle", "withdraw", one, "0" * 64, "--reason", "x").returncode, 1)
        gone = run("circle", "withdraw", one, digest, "--reason", "the name was wrong")
        self.assertEqual(gone.returncode, 0, gone.stderr)
        self.assertIn("is given up", gone.stdout)
        self.assertEqual(invite(second).returncode, 0)
        # It signs the one it gave up no more; the other party signs one of the two.
        refused = run("circle", "accept", one, first, "--out", agreed, "--yes")
        self.assertEqual(refused.returncode, 1, refused.stderr)
        self.assertEqual(run("circle", "accept", other, second, "--out", agreed, "--yes").returncode, 0)
        refused = run("circle", "accept", other, first, "--out", self.dir / "no", "--yes")
        self.assertEqual(refused.returncode, 1, refused.stderr)
        self.assertFalse((self.dir / "no").exists())
        for node in (one, other):
            done = run("circle", "adopt", node, agreed)
            self.assertEqual(done.returncode, 0, done.stderr)
        refused = run("circle", "accept", other, first, "--out", self.dir / "no", "--yes")
        self.assertIn("is in force here", refused.stderr)


class TwoNodes(unittest.TestCase):
    """A circle from its first file to a bundle that a third party verifies."""

    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory(prefix="bashu-cli-")
        cls.dir = pathlib.Path(cls.temporary.name)
        cls.pack = cls.dir / "visits.yaml"
        cls.pack.write_text(PACK, encoding="utf-8")
        cls.sichuan = Node(cls.dir, "sichuan", "127.0.0.2")
        cls.chongqing = Node(cls.dir, "chongqing", "127.0.0.3")
        card = cls.dir / "chongqing.card"
        invitation, agreed = cls.dir / "invitation", cls.dir / "agreed"
        cls.steps = [
            run("circle", "card", cls.chongqing.dir, "--out", card),
            run("circle", "invite", cls.sichuan.dir, "--name", "Test circle", "--card", card,
                "--out", invitation),
            run("circle", "adopt", cls.sichuan.dir, invitation),           # not signed by both
            run("circle", "accept", cls.chongqing.dir, invitation, "--out", agreed),  # not asked
            run("circle", "accept", cls.chongqing.dir, invitation, "--out", agreed, "--yes"),
            run("circle", "adopt", cls.sichuan.dir, agreed, "--pin", "0" * 64),
            run("circle", "adopt", cls.sichuan.dir, agreed),
            run("circle", "adopt", cls.chongqing.dir, agreed),
            run("pack", "adopt", cls.sichuan.dir, cls.pack),
        ]
        cls.agreement = re.search(r"agreement id ([0-9a-f]{64})", cls.steps[-2].stderr).group(1)
        cls.sichuan.start()
        cls.chongqing.start()
        for key in (cls.chongqing.admin, cls.chongqing.second):  # asked for by one, signed by the other
            cls.steps.append(run("pack", "adopt", "--api", cls.chongqing.url, "--key", key, cls.pack))
        for _ in range(300):  # until each knows that the other adopted it
            known = [json.loads(node.api.call("GET", "/packs")[1])["packs"][0]["adopted"]
                     for node in (cls.sichuan, cls.chongqing)]
            if all(len(adopted) == 2 for adopted in known):
                break
            time.sleep(0.1)

    @classmethod
    def tearDownClass(cls):
        cls.sichuan.stop()
        cls.chongqing.stop()
        cls.temporary.cleanup()

    def wait_for(self, node, case, state):
        for _ in range(200):
            status, body = node.api.call("GET", f"/cases/{urllib.parse.quote(case, safe='')}")
            if status == 200 and json.loads(body)["state"] == state:
                return json.loads(body)
            time.sleep(0.1)
        self.fail(f"{case} did not become {state} at {node.party}")

    def start(self, subject="roads"):
        result = run("case", "start", "visits", "visit", "--role", "office", "--party",
                     "host=chongqing", "--party", "guest=sichuan", "--with",
                     f"subject={subject}", "--with", "leader=Zhang (synthetic)", "--json",
                     env=self.sichuan.env)
        self.assertEqual(result.returncode, 0, result.stderr)
        return json.loads(result.stdout)["case"]

    def test_1_the_circle_was_formed_by_both_and_by_nobody_alone(self):
        codes = [step.returncode for step in self.steps]
        self.assertEqual(codes, [0, 0, 1, 1, 0, 1, 0, 0, 0, 0, 0],
                         [step.stderr for step in self.steps])
        self.assertIn("waits for a second person", self.steps[-2].stdout)
        self.assertIn("not signed yet: chongqing", self.steps[1].stderr)

    def test_2_a_directory_in_use_is_left_alone(self):
        for args in (["snapshot", self.sichuan.dir],
                     ["pack", "adopt", self.sichuan.dir, self.pack]):
            result = run(*args)
            self.assertEqual(result.returncode, 2)
            self.assertIn("--api", result.stderr)

    def test_2_values_are_read_by_the_type_of_their_field(self):
        def start(*fields, service="visits/visit"):
            given = [word for field in fields for word in ("--with", field)]
            return run("case", "start", service, "--role", "office", "--party", "host=chongqing", "--party",
                       "guest=sichuan", *given, "--dry-run", env=self.sichuan.env)
        told = start("subject=510104", "Name=13800000000")
        self.assertEqual(told.returncode, 0, told.stderr)
        for done, text in ((start("subjekt=x"), "the form has: subject, leader"),
                           (start("subject=x", "subject=y"), "given twice"),
                           (start("subject=x", service="visits/trip"), "it has: visit"),
                           (start("subject=x", service="visits"), "PACK/SERVICE")):
            self.assertEqual(done.returncode, 2)
            self.assertIn(text, done.stderr)
        case = self.start()
        self.wait_for(self.sichuan, case, "proposed")
        step = run("case", "do", case, "agree", "--role", "office", "--with", "note=x", env=self.sichuan.env)
        self.assertIn("no step `agree`; there are: accept, decline", step.stderr)
        self.assertIn("no calendar is held", run("calendar", "show", env=self.sichuan.env).stdout)

    def test_3_a_case_crosses_the_border_and_can_be_proven(self):
        case = self.start()
        self.wait_for(self.chongqing, case, "proposed")
        listed = run("case", "list", "--state", "proposed", env=self.chongqing.env)
        self.assertIn(case, listed.stdout)
        shown = run("case", "show", case, "--choices", "--lang", "zh", env=self.chongqing.env)
        self.assertIn("待接待方确认", shown.stdout)
        self.assertIn("+ accept  同意", shown.stdout)
        self.assertIn("Zhang (synthetic)", shown.stdout)
        self.assertRegex(shown.stdout, r"(?m)^  \S+ \(subject\): ")

        dry = run("case", "do", case, "accept", "--role", "office", "--dry-run",
                  env=self.chongqing.env)
        self.assertIn("dry run", dry.stdout)
        done = run("case", "do", case, "accept", "--role", "office", "--version", "1",
                   "--idempotency-key", "k1", env=self.chongqing.env)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"agreed  version 2  position \d+")
        again = run("case", "do", case, "accept", "--role", "office", "--version", "1",
                    "--idempotency-key", "k1", env=self.chongqing.env)
        self.assertEqual(again.returncode, 0, again.stderr)
        self.wait_for(self.sichuan, case, "agreed")
        history = run("case", "show", case, "--history", "--evidence", env=self.sichuan.env).stdout
        self.assertRegex(history, r"accept  chongqing\.office  proposed -> agreed  @\d+  \S+.*: \S+")
        self.assertRegex(history, r"from chongqing #\d+  case\.event  applied")

        status, body = self.sichuan.api.call("GET", "/figures/visits/visits")
        self.assertEqual(status, 200)
        self.assertGreaterEqual(json.loads(body)["value"], 1)

        bundle = self.dir / "case.zip"
        made = run("bundle", self.sichuan.dir, case, "--out", bundle)
        self.assertEqual(made.returncode, 0, made.stderr)
        judged = run("verify-bundle", bundle, self.agreement)
        self.assertEqual(judged.returncode, 0, judged.stdout + judged.stderr)
        self.assertEqual(len(judged.stdout.splitlines()), 2, judged.stdout)
        self.assertEqual(run("verify-bundle", bundle, "0" * 64).returncode, 1)
        bytes_ = bytearray(bundle.read_bytes())
        bytes_[len(bytes_) // 2] ^= 1
        bundle.write_bytes(bytes_)
        self.assertEqual(run("verify-bundle", bundle, self.agreement).returncode, 1)
        self.assertEqual(run("bundle", self.sichuan.dir, "sichuan-999", "--out",
                             bundle).returncode, 1)

    def test_4_a_refusal_says_why(self):
        case = self.start("nothing")
        self.wait_for(self.chongqing, case, "proposed")
        refused = run("case", "do", case, "accept", "--role", "office", "--lang", "zh",
                      env=self.chongqing.env)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("没有事由", refused.stderr)
        self.assertIn("(guard)", refused.stderr)
        self.assertEqual(run("case", "do", case, "accept", "--role", "office",
                             env=self.sichuan.env).returncode, 1)
        self.assertEqual(run("case", "show", "nothing-1", env=self.sichuan.env).returncode, 1)
        self.assertEqual(run("case", "list", env={"BASHU_API": self.sichuan.url,
                                                  "BASHU_KEY": "wrong"}).returncode, 1)
        bad = run("case", "do", case, "accept", "--role", "office", "--with", "x",
                  env=self.sichuan.env)
        self.assertEqual(bad.returncode, 2)

    def test_5_a_key_added_to_a_running_node_works(self):
        key = self.sichuan.add_key("second office", "--roles", "*:office")
        api = Api(self.sichuan.url, key)
        self.assertEqual(api.call("GET", "/cases")[0], 200)
        admin = {"BASHU_API": self.sichuan.url, "BASHU_KEY": self.sichuan.admin}
        listed = run("key", "list", env=admin)
        self.assertEqual(listed.returncode, 0, listed.stderr)
        self.assertRegex(listed.stdout, r"second-office +second office +\*:office")
        rotated = run("key", "rotate", "second-office", env=admin)
        self.assertEqual(rotated.returncode, 0, rotated.stderr)
        self.assertEqual(api.call("GET", "/cases")[0], 401)
        api = Api(self.sichuan.url, re.search(r"bashu_\S+", rotated.stdout).group())
        self.assertEqual(api.call("GET", "/cases")[0], 200)
        # A directory at rest, or the API: not both at once.
        self.assertEqual(run("key", "end", self.sichuan.dir, "second-office").returncode, 2)
        ended = run("key", "end", "second-office", env=admin)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        self.assertEqual(api.call("GET", "/cases")[0], 401)
        self.assertEqual(run("key", "end", "second-office", env=admin).returncode, 1)

    def test_6_what_comes_from_another_day_is_held_until_two_persons_decide(self):
        here = Api(self.sichuan.url, self.sichuan.admin)
        there = Api(self.chongqing.url, self.chongqing.admin)
        status, body = here.call("POST", "/clock", {"today": "2026-03-20"})
        self.assertEqual(status, 200, body)
        _, circle = here.call("GET", "/circle")
        self.assertEqual(json.loads(circle)["today"], "2026-03-20")
        self.assertEqual(here.call("POST", "/clock", {"today": "2026-03-01"})[0], 400)

        case = self.start()
        held = []
        for _ in range(200):
            held = json.loads(there.call("GET", "/held")[1])["held"]
            if held:
                break
            time.sleep(0.1)
        self.assertEqual([(one["party"], one["stream"]) for one in held], [("sichuan", case)])
        self.assertEqual(there.call("POST", "/clock", {"today": "2026-03-20"})[0], 200)
        path = f"/held/sichuan/{held[0]['seq']}"
        note = {"note": "both nodes are on the same day again"}
        status, body = there.call("POST", path, note)
        self.assertEqual(status, 202, body)
        self.assertEqual(there.call("POST", path, note)[0], 202)  # the same person again
        second = Api(self.chongqing.url, self.chongqing.second)
        self.assertEqual(second.call("POST", path, {"note": "something else"})[0], 202)
        status, body = second.call("POST", path, note)
        self.assertEqual(status, 200, body)
        self.assertEqual(json.loads(there.call("GET", "/held")[1])["held"], [])
        self.wait_for(self.chongqing, case, "proposed")

    def test_7_journals_prove_themselves_and_each_other(self):
        case = self.start()
        self.wait_for(self.chongqing, case, "proposed")
        entries = run("journal", "show", self.sichuan.dir, "--from", "0", "--count", "3")
        lines = [json.loads(line) for line in entries.stdout.splitlines()]
        self.assertEqual([line["position"] for line in lines], [0, 1, 2])
        self.assertEqual(lines[0]["kind"], "genesis")
        everything = run("journal", "show", self.sichuan.dir, "--count", "100000").stdout
        self.assertIn(case, everything)
        self.assertNotIn("Zhang", everything)

        proof = run("journal", "proof", self.sichuan.dir, "2")
        self.assertTrue(proof.stdout.startswith("c2sp.org/tlog-proof@v1\nextra "))
        _, same = self.sichuan.api.call("GET", "/journal/proof/2")
        self.assertEqual(proof.stdout, same.decode())
        leaf = run("journal", "proof", self.sichuan.dir, "2", "--leaf").stdout
        self.assertTrue(leaf.startswith("bashu.entry/v1\nindex 2\n"))
        vkey = run("journal", "proof", self.sichuan.dir, "0", "--vkey").stdout
        self.assertRegex(vkey, r"^127\.0\.0\.2/bashu/1\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+\n$")
        self.assertEqual(run("journal", "proof", self.sichuan.dir, "99999999").returncode, 2)

        both = run("journal", "verify", self.sichuan.dir, self.chongqing.dir)
        self.assertEqual(both.returncode, 0, both.stdout + both.stderr)
        self.assertIn("the two agree", both.stdout)

    def test_8_a_node_ends_cleanly_and_a_damaged_journal_is_found(self):
        self.assertEqual(self.chongqing.stop(), 0)
        log = (self.chongqing.dir / "serve.log").read_text(encoding="utf-8")
        for line in log.splitlines():
            self.assertIn("what", json.loads(line))
        self.assertNotIn("Zhang", log)
        self.assertEqual(run("snapshot", self.chongqing.dir).returncode, 0)
        sound = run("journal", "verify", self.chongqing.dir)
        self.assertEqual(sound.returncode, 0, sound.stdout)
        self.assertIn("1 snapshots", sound.stdout)
        journal = self.chongqing.dir / "journal.db"
        content = bytearray(journal.read_bytes())
        at = content.rindex(b"bashu.entry/v1")
        content[at + 20] ^= 1
        journal.write_bytes(content)
        damaged = run("journal", "verify", self.chongqing.dir)
        self.assertEqual(damaged.returncode, 1, damaged.stdout + damaged.stderr)


if __name__ == "__main__":
    if "--bashu" in sys.argv:
        at = sys.argv.index("--bashu")
        BASHU = str(pathlib.Path(sys.argv[at + 1]).resolve())
        del sys.argv[at:at + 2]
    unittest.main(verbosity=2)
