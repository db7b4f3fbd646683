#!/usr/bin/env python3
"""How fast the public site of a node is, on the whole reference circle.

    ./dev bench site

Two nodes get every record of the circle. Each kind of page is then made anew several times (asked for
at an address nobody asked for before), and the median is compared with the goal; then `wrk` reads pages
while cases run at the same node. Exit 1 if a goal is missed.
"""

import argparse
import http.client
import io
import itertools
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[1]
for folder in ("tools/demo", "circles/chengdu-chongqing"):
    sys.path.insert(0, str(ROOT / folder))

import generate  # noqa: E402
import load  # noqa: E402
import node_api  # noqa: E402
from client import Away, Refused  # noqa: E402
from node import Node, form_circle, mail_delivered  # noqa: E402

NAMES = {"chongqing": "重庆市", "sichuan": "四川省"}
TODAY = "2026-03-02"
OVERVIEW_MS, PAGE_MS, RATE = 100, 50, 2_000
OF_A_KIND = 12  # pages of one kind that are looked at
TIMES = 5       # each is made
KEPT = 200      # addresses `wrk` goes round

SERVICE = """\
bashu: 1
pack: bench-run
version: 1
title: {zh: 运行, en: Run}
types: {label: {type: text, min: 1, max: 40, class: public, title: {zh: 标签, en: Label}}}
services:
  run:
    title: {zh: 运行, en: Run}
    parties: {one: {clerk: all}, other: {clerk: all}}
    fields: {label: label}
    start: {owner: one, by: clerk, form: [label], to: begun}
    states:
      begun: {title: {zh: 已开始, en: Begun}, owner: one, events: {end: {title: {zh: 结束, en: End}, by: clerk, to: ended}}}
      ended: {title: {zh: 已结束, en: Ended}, final: true}
scenarios:
  - title: a run
    today: 2026-03-02
    steps:
      - {at: sichuan, as: clerk, start: run, id: R1, parties: {one: sichuan, other: chongqing}, with: {label: a}, state: begun}
      - {at: sichuan, as: clerk, case: R1, event: end, state: ended}
"""


class Reader:
    """One connection to the pages of a node."""

    def __init__(self, node):
        self.at = urllib.parse.urlsplit(node.web).netloc
        self.link = http.client.HTTPConnection(self.at, timeout=60)

    def read(self, target):
        """Milliseconds, status, the page."""
        begun = time.perf_counter()
        self.link.request("GET", target)
        answer = self.link.getresponse()
        body = answer.read()
        return (time.perf_counter() - begun) * 1000, answer.status, body


def make_nodes(folder):
    nodes = []
    for number, (party, name) in enumerate(NAMES.items(), 1):
        node = Node(folder / party, party, name, f"127.77.7.{number}", TODAY, web=0)
        node.add_key("loader", "loader", [f"*:{role}" for role in load.ROLES], ["admin", "registrar"])
        node.add_key("second", "second administrator", may=["admin"])
        nodes.append(node)
    form_circle("bench", nodes, folder / "circle")
    for node in nodes:
        for name in ("published.tsv", "overview.yaml", "map.tsv"):
            shutil.copy(load.HERE / name, node.dir / name)
        node.start()
    return nodes


def fill(nodes, folder, scale):
    data = folder / "data"
    generate.generate(data, scale)
    apis = [node_api.NodeApi(node.party, node.url, node.keys["loader"], node.keys["second"]) for node in nodes]
    if load.load(apis, data, load.Steps(quiet=True, out=io.StringIO())) != 0:
        raise SystemExit("rows of the reference circle were refused")
    pack = folder / "run.yaml"
    pack.write_text(SERVICE, encoding="utf-8")
    for node in nodes:
        node.by_two("pack", "adopt", pack)
    mail_delivered(nodes)


def kind_of(target):
    """`/zh/figures/*/*/`: which template, with whose names left out."""
    parts = urllib.parse.urlsplit(target).path.strip("/").split("/")
    return "/" + "/".join(part if at < 2 or part == "records" else "*" for at, part in enumerate(parts))


def walk(reader):
    """Addresses of pages by kind, found by following links from the overview."""
    found, seen, queue = {}, set(), ["/zh/", "/en/"]
    for target in queue:
        of_kind = found.setdefault(kind_of(target), [])
        if len(of_kind) >= OF_A_KIND:
            continue
        _, status, body = reader.read(target)
        if status != 200:
            continue
        of_kind.append(target)
        base = urllib.parse.urlsplit(target).path
        for link in re.findall(r'href="([^"#]+)', body.decode("utf-8", "replace")):
            there = urllib.parse.urljoin(base, link.replace("&amp;", "&"))
            if not there.startswith(("/zh/", "/en/")) or there in seen or re.search(r"\.(csv|xlsx|json|geojson|txt)$", there.split("?")[0]):
                continue
            seen.add(there)
            queue.append(there)
    return found


def measure(reader, found):
    """Prints each kind with its slowest page; gives whether all goals are met."""
    fresh = itertools.count()
    rows = []
    for kind, targets in sorted(found.items()):
        medians = []
        for target in targets:
            mark = "&" if "?" in target else "?"
            times = [reader.read(f"{target}{mark}bench={next(fresh)}")[0] for _ in range(TIMES)]
            medians.append((statistics.median(times), target))
        slowest, target = max(medians)
        goal = OVERVIEW_MS if kind in ("/zh", "/en") else PAGE_MS
        rows.append((slowest, kind, statistics.median(one for one, _ in medians), len(targets), target, goal))
    met = True
    for slowest, kind, median, count, target, goal in sorted(rows, reverse=True):
        missed = slowest > goal
        met = met and not missed
        print(f"{'MISSED' if missed else 'ok    '} {median:8.1f} ms median, slowest page {slowest:8.1f} ms (goal {goal})  {kind}  {count} pages  {target}")
    return met


class Running(threading.Thread):
    """Cases that begin and end at the node, one after another, while pages are read."""

    def __init__(self, node):
        super().__init__(daemon=True)
        self.client = node.as_("loader")
        self.ended = threading.Event()
        self.steps = 0

    def run(self):
        while not self.ended.is_set():
            try:
                case = self.client.start("bench-run", "run", "clerk", {"one": "sichuan", "other": "chongqing"}, {"label": "x"})["case"]
                self.client.act(case, "end", "clerk")
                self.steps += 2
            except (Away, Refused):
                time.sleep(0.1)


def under_load(node, found, seconds):
    targets = [target for of_kind in found.values() for target in of_kind][:KEPT]
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        lines = ",\n".join(f'  "{target}"' for target in targets)
        script.write(f"local pages = {{\n{lines}\n}}\nlocal at = 0\n"
                     "request = function()\n  at = at % #pages + 1\n  return wrk.format('GET', pages[at])\nend\n")
        script.flush()
        running = Running(node)
        running.start()
        begun = time.monotonic()
        said = subprocess.run(["wrk", "-t2", "-c32", f"-d{seconds}s", "--latency", "-s", script.name, node.web],
                              capture_output=True, text=True, check=True).stdout
        running.ended.set()
        running.join()
    rate = float(re.search(r"Requests/sec:\s*([\d.]+)", said).group(1))
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    late = re.search(r"99%\s+(\S+)", said).group(1)
    met = rate >= RATE and not bad
    print(f"{'ok    ' if met else 'MISSED'} {rate:8.0f} pages/s of {len(targets)} addresses (goal {RATE}), 99 % within {late}, "
          f"{bad.group(1) if bad else 0} refused, while {running.steps / (time.monotonic() - begun):.0f} steps of cases a second ran beside it")
    return met


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--scale", type=int, default=100, help="percent of the circle's large files")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bashu-bench-site-") as made:
        folder = pathlib.Path(made)
        nodes = make_nodes(folder)
        try:
            begun = time.monotonic()
            fill(nodes, folder, args.scale)
            print(f"the reference circle on two nodes: {time.monotonic() - begun:.0f} s")
            node = nodes[1]
            reader = Reader(node)
            found = walk(reader)
            met = measure(reader, found)
            met = under_load(node, found, args.seconds) and met
        finally:
            for one in nodes:
                one.stop()
    return 0 if met else 1


sys.exit(main())
