"""bashu import on two real nodes: what is taken, refused, known, and what a kill leaves.

    python3 -m unittest discover -s tests/circle
"""

import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools" / "demo"), str(ROOT / "circles" / "chengdu-chongqing")]

import check  # noqa: E402
import generate  # noqa: E402
import load  # noqa: E402
import node as nodes_of_demo  # noqa: E402
import node_api  # noqa: E402

TODAY = "2026-01-05"
PACKS = ("transport", "industry")


def ndjson(rows):
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def sites(count, first=0):
    return [{"source": "SYN-T", "site": f"SYN-{i:06}", "side": "sichuan", "generation": "g5",
             "live_on": "2021-01-01"} for i in range(first, first + count)]


class OnNodes(unittest.TestCase):
    """Two nodes in a circle, with the packs named."""

    packs = PACKS

    @classmethod
    def prepare(cls, node):
        """Before it starts."""

    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory()
        cls.work = pathlib.Path(cls.directory.name)
        cls.nodes = []
        try:
            net = nodes_of_demo.own_net()
            for party, name, host in (("sichuan", "四川省", f"{net}.1"),
                                      ("chongqing", "重庆市", f"{net}.2")):
                one = nodes_of_demo.Node(cls.work / party, party, name, host, TODAY)
                one.add_key("loader", "loader", [f"*:{role}" for role in load.ROLES],
                            ["admin", "registrar", "audit"])
                one.add_key("second", "second administrator", may=["admin"])
                one.add_key("clerk", "clerk", ["transport:office"])
                cls.prepare(one)
                cls.nodes.append(one)
            nodes_of_demo.form_circle("import", cls.nodes, cls.work / "circle")
            for one in cls.nodes:
                if cls.packs:
                    nodes_of_demo.bashu("pack", "adopt", one.dir,
                                        *(ROOT / "packs" / f"{pack}.yaml" for pack in cls.packs))
                one.start()
            cls.apis = {one.party: node_api.NodeApi(one.party, one.url, one.keys["loader"], one.keys["second"])
                        for one in cls.nodes}
            node_api.wait_for_mail(list(cls.apis.values()))
        except BaseException:
            cls.tearDownClass()
            raise

    @classmethod
    def tearDownClass(cls):
        for one in cls.nodes:
            one.stop()
        cls.directory.cleanup()

    def setUp(self):
        self.sichuan = self.apis["sichuan"]

    def file(self, name, content):
        path = self.work / name
        path.write_text(content, encoding="utf-8") if isinstance(content, str) \
            else path.write_bytes(content)
        return path

    def command(self, *arguments, party="sichuan", key="loader", language="en"):
        one = next(node for node in self.nodes if node.party == party)
        environment = {**os.environ, "BASHU_API": one.url, "BASHU_KEY": one.keys[key],
                       "BASHU_LANG": language}
        return [str(nodes_of_demo.program()), "import", *map(str, arguments)], environment

    def run_import(self, *arguments, **more):
        command, environment = self.command(*arguments, **more)
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300,
                              env=environment)
        return done.returncode, done.stdout, done.stderr

    def summary(self, *arguments, **more):
        code, out, err = self.run_import(*arguments, "--json", **more)
        self.assertTrue(out, err)
        return code, json.loads(out)

    def records(self, path, api=None, **query):
        api = api or self.sichuan
        found, after = [], None
        while True:
            page = api.get(path, limit=1000, after=after, at_least=api.position(), **query)
            found += page["records"]
            after = page["next"]
            if not after:
                return found

    def refused(self, file):
        text = pathlib.Path(f"{file}.refused.ndjson").read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines()]


class Import(OnNodes):
    def test_a_slice_is_taken_once_however_often_it_is_sent(self):
        rows = [{"to": "industry/sites", **row} for row in sites(250)]
        file = self.file("slice.ndjson", ndjson(rows))
        code, told = self.summary(file, "--batch", 40)
        self.assertEqual((code, told["taken"], told["known"], told["refused"]), (0, 250, 0, 0))
        self.assertFalse(pathlib.Path(f"{file}.import-state").exists())
        code, told = self.summary(file, "--batch", 40)
        self.assertEqual((code, told["taken"], told["known"]), (0, 0, 250))
        here = self.records("/packs/industry/registers/site", prefix="SYN-0000")
        self.assertEqual(len(here), 100)
        self.assertEqual({one["version"] for one in here}, {1})
        node_api.wait_for_mail(list(self.apis.values()))
        there = self.records("/packs/industry/registers/site", self.apis["chongqing"],
                             prefix="SYN-0001")
        self.assertEqual(len(there), 100)

    def test_a_register_is_filled_and_a_sided_field_is_that_of_the_own_side(self):
        road = {"code": "SYN-R1", "name": "示例高速", "mode": "expressway", "crosses": True,
                "length": 1000, "planned_on": "2020-01-01", "opened_on": "2021-02-03"}
        file = self.file("road.ndjson", ndjson([road]))
        code, told = self.summary(file, "--register", "transport/corridor")
        self.assertEqual((code, told["taken"]), (0, 1))
        node_api.wait_for_mail(list(self.apis.values()))
        half = {"code": "SYN-R1", "opened_on": {"chongqing": "2021-05-06"}}
        theirs = {"code": "SYN-R1", "opened_on": {"sichuan": "2021-05-07"}}
        file = self.file("half.ndjson", ndjson([half, theirs]))
        code, told = self.summary(file, "--register", "transport/corridor", party="chongqing")
        self.assertEqual((code, told["taken"], told["refused"]), (1, 1, 1), self.refused(file))
        self.assertEqual(self.refused(file)[0]["code"], "not_keeper")
        node_api.wait_for_mail(list(self.apis.values()))
        for api in self.apis.values():
            one = self.records("/packs/transport/registers/corridor", api, key="SYN-R1")[0]
            self.assertEqual(one["fields"]["opened_on"],
                             {"sichuan": "2021-02-03", "chongqing": "2021-05-06"})

    def test_a_dry_run_tells_what_would_be_taken_and_changes_nothing(self):
        before = self.sichuan.position()
        rows = sites(30, 900_000) + [{"site": "x"}]
        file = self.file("dry.ndjson", ndjson(rows))
        code, told = self.summary(file, "--feed", "industry/sites", "--dry-run")
        self.assertEqual((code, told["taken"], told["refused"]), (1, 30, 1))
        self.assertEqual(self.sichuan.position(), before)
        self.assertEqual(self.records("/packs/industry/registers/site", prefix="SYN-9000"), [])

    def test_a_preview_shows_how_rows_are_understood_and_sends_none(self):
        before = self.sichuan.position()
        file = self.file("preview.csv", "source,side,kind,permille\nA,sichuan,交通卡,100\n"
                                        "A,sichuan,交通卡,1.5\n")
        code, out, _ = self.run_import(file, "--feed", "transport/discounts", "--preview", "5",
                                       language="zh")
        self.assertEqual(code, 1)
        self.assertIn("交通卡 (card)", out)
        self.assertIn("preview.csv:3: 被拒：permille", out)
        self.assertEqual(self.sichuan.position(), before)

    def test_csv_is_read_by_heading_and_type(self):
        file = self.file("trips.csv",
                         "\ufeffsource,number,from_station,到达站,departs,arrives,valid_from,valid_to\r\n"
                         'N,SYN-G1,"成都东, 东广场",沙坪坝,555,617,2020-12-24,\r\n'
                         "N,SYN-G2,成都东,沙坪坝,617,555,2020-12-24,2021-12-31\r\n"
                         "N,SYN-G3,成都东,沙坪坝,555\r\n"
                         "N,SYN-G4,成都东,沙坪坝,six,617,2020-12-24,\r\n")
        code, told = self.summary(file, "--feed", "transport/trips")
        self.assertEqual((code, told["taken"], told["refused"]), (1, 1, 3))
        one = self.records("/packs/transport/registers/trip", prefix="SYN-G1")[0]["fields"]
        self.assertEqual(one["from_station"], "成都东, 东广场")
        self.assertNotIn("valid_to", one)
        refused = {one["line"]: one for one in self.refused(file)}
        self.assertEqual(sorted(refused), [3, 4, 5])
        self.assertEqual(refused[3]["code"], "guard")
        self.assertIn("arrives", refused[3]["why"][0]["why"])
        self.assertEqual(refused[5]["why"][0]["where"], "departs")

    def test_garbage_is_refused_line_by_line(self):
        lines = [b"\x00\x01\xff\xfe", b"{", b"[]", b'"text"', b'{"to":5}', b'{"to":"nowhere/at-all"}',
                 b'{"to":"industry/sites"}', b'{"to":"industry/sites","site":{"$sealed":true}}',
                 b'{"a":1,"a":2}', b"x" * 600_000, os.urandom(3000).replace(b"\n", b"")]
        good = ndjson([{"to": "industry/sites", **sites(1, 800_000)[0]}]).encode()
        file = self.file("garbage.ndjson", b"\n".join(lines) + b"\n" + good)
        code, told = self.summary(file)
        self.assertEqual(code, 1)
        self.assertEqual((told["taken"], told["refused"]), (1, len(lines)))
        self.assertEqual([one["line"] for one in self.refused(file)], list(range(1, len(lines) + 1)))
        file = self.file("garbage.csv", os.urandom(200_000))
        code, told = self.summary(file, "--feed", "industry/sites")
        self.assertEqual((code, told["taken"]), (1, 0))

    def test_a_row_before_what_it_needs_is_taken_in_the_end(self):
        rows = [{"to": "transport/stops", "source": "N", "corridor": "SYN-L9", "order": 1,
                 "station": "甲", "side": "sichuan"}]
        road = {"to": "transport/corridors", "source": "N", "code": "SYN-L9", "name": "示例线路",
                "mode": "bus", "crosses": True, "length": 1, "planned_on": "2020-01-01"}
        code, told = self.summary(self.file("late.ndjson", ndjson(rows + [road])))
        self.assertEqual((code, told["refused"]), (1, 1), "another target: its turn comes later")
        code, told = self.summary(self.file("late.ndjson", ndjson(rows)))
        self.assertEqual((code, told["taken"]), (0, 1), "what was refused may be sent again")

    def test_rows_of_one_record_keep_their_order(self):
        rows = [{"to": "transport/corridors", "source": f"N{i}", "code": "SYN-ORD", "name": f"名称{i}",
                 "mode": "road", "crosses": True, "length": i, "planned_on": "2020-01-01"}
                for i in range(120)]
        code, told = self.summary(self.file("order.ndjson", ndjson(rows)), "--batch", 7,
                                  "--at-once", 8)
        self.assertEqual((code, told["taken"]), (0, 120))
        one = self.records("/packs/transport/registers/corridor", key="SYN-ORD")[0]["fields"]
        self.assertEqual((one["name"], one["length"]), ("名称119", 119))

    def test_a_key_without_the_role_is_told_once(self):
        file = self.file("role.ndjson", ndjson(sites(50, 700_000)))
        code, out, err = self.run_import(file, "--feed", "industry/sites", key="clerk")
        self.assertEqual(code, 1)
        self.assertIn("industry/feeds/sites", err)
        self.assertEqual(out, "")

    def test_what_cannot_be_read_or_reached_is_exit_two(self):
        code, _, err = self.run_import(self.work / "no-such-file", "--feed", "industry/sites")
        self.assertEqual(code, 2)
        self.assertIn("no-such-file", err)
        command, environment = self.command(self.file("a.ndjson", "{}\n"), "--feed", "industry/sites")
        environment["BASHU_API"] = "http://127.0.42.9:9"
        self.assertEqual(subprocess.run(command, env=environment, capture_output=True,
                                        check=False).returncode, 2)

    @staticmethod
    def wait_under_way(process, file):
        """Until a batch of the import was answered, or it is over."""
        state = pathlib.Path(f"{file}.import-state")
        while process.poll() is None and not (state.exists() and state.read_bytes().count(b"\n") > 1):
            time.sleep(0.005)

    def test_killed_imports_lose_and_double_nothing(self):
        """Money: a line taken twice would show in the balance."""
        count = 20_000
        rows = [{"terminal": "SYN-K", "serial": i, "medium": f"m{i % 50}", "kind": "code",
                 "issuer": "sichuan", "place": "chongqing", "day": "2021-07-01",
                 "filed_on": "2021-07-02", "gross": 100} for i in range(count)]
        rows[3_000]["gross"] = 0
        file = self.file("taps.ndjson", ndjson(rows))
        kills = 0
        for delay_ms in (0, 20, 50, 80, 120):
            command, environment = self.command(file, "--feed", "transport/taps", "--batch", "10",
                                                "--at-once", "4")
            with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE) as process:
                self.wait_under_way(process, file)
                time.sleep(delay_ms / 1000)
                if process.poll() is None:
                    process.send_signal(signal.SIGKILL)
                    kills += 1
        self.assertGreater(kills, 2)
        self.assertTrue(pathlib.Path(f"{file}.import-state").exists())
        code, told = self.summary(file, "--feed", "transport/taps", "--batch", 10)
        self.assertEqual((code, told["rows"], told["refused"]), (1, count, 1))
        self.assertEqual(told["taken"] + told["known"], count - 1)
        self.assertEqual([one["line"] for one in self.refused(file)], [3_001])
        figure = self.sichuan.get("/figures/transport/fares_owed", as_of="2021-07-31",
                                  at_least=self.sichuan.position())
        self.assertEqual(figure["value"], (count - 1) * 100)

    def test_an_import_goes_on_when_its_node_was_killed(self):
        rows = sites(3_000, 300_000)
        file = self.file("node-killed.ndjson", ndjson(rows))
        command, environment = self.command(file, "--feed", "industry/sites", "--batch", "50", "--json")
        node = self.nodes[0]
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True,
                              stderr=subprocess.DEVNULL) as process:
            self.wait_under_way(process, file)
            node.kill()
            node.start()
            said, _ = process.communicate(timeout=120)
        self.assertEqual(process.returncode, 0, said)
        told = json.loads(said)
        self.assertEqual(told["taken"] + told["known"], 3_000)
        here = self.records("/packs/industry/registers/site", prefix="SYN-30")
        self.assertEqual(len(here), 3_000)
        self.assertEqual({one["version"] for one in here}, {1})


class Circle(OnNodes):
    """The reference circle, its large files thinned out."""

    packs = ()

    def test_it_loads_and_what_is_not_thinned_comes_out_as_published(self):
        data = self.work / "data"
        load.records(data, scale=1)
        step = load.Steps(quiet=True)
        nodes = list(self.apis.values())
        self.assertEqual(load.load(nodes, data, step), 0)
        wanted = {row["id"] for row in check.rows_of(check.FIGURES) if row["figure"]} - check.LARGE
        positions = {party: api.position() for party, api in self.apis.items()}
        self.assertEqual(check.check_figures(self.apis, positions, wanted), 0)

    def test_the_generator_writes_the_same_bytes_every_time(self):
        for name in ("first", "second"):
            generate.generate(self.work / name, scale=1)
        first = sorted((self.work / "first").rglob("*.ndjson"))
        self.assertGreater(len(first), 40)
        for file in first:
            twin = self.work / "second" / file.relative_to(self.work / "first")
            self.assertEqual(file.read_bytes(), twin.read_bytes(), file.name)


if __name__ == "__main__":
    unittest.main()
