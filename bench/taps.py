#!/usr/bin/env python3
"""Taps into running nodes: taken, journaled, rated, and compared by the two nodes.

    ./dev bench taps      BASHU_BENCH_TRIPS: how many (500000), a multiple of 4000

Each of two nodes gets the taps of as many trips over HTTP from two clients, as documents of 7 MB, each a batch of its
book: read, checked, kept, and a step in its journal. A draft then rates them all. At last the two open and sign a window;
of the trips 100 differ. Prints taps per second, seconds and bytes of the comparison; exit 1 if a goal is
missed. The data are synthetic.
"""

import concurrent.futures
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tools/demo"))

import riders  # noqa: E402
from client import Client  # noqa: E402
from node import Node, bashu, form_circle, mail_delivered, window  # noqa: E402

NAMES = {"chongqing": "重庆市", "sichuan": "四川省"}
UNTIL, TODAY = "2021-03-05", "2021-03-08"  # of trips on riders.DAY
GROUP, ISSUER = "chengdu-metro", "chongqing"
DOCUMENT = 7_000_000
DIFFER = 100
CLIENTS = 2
TAPS_GOAL, SECONDS_GOAL, BYTES_GOAL = 200_000, 3, 1_000_000
ACCOUNT = "清算账户（合成）,6500000000000000001,102653000017"


def trip(number, last):
    """Two taps as rows; two trips a token. `last` moves where the rider left."""
    token, at = f"{ISSUER}-{number // 2}", 6 * 3600 + number % 2 * 14_400 + number * 7 % 10_000
    entry, out = number % riders.STATIONS, (number * 7 + 11 + last) % riders.STATIONS
    rows = []
    for kind, station, seconds in (("in", entry, at), ("out", out, at + 1_800)):
        device = f"{GROUP}-{station}-{number % 8}"
        rows.append({"id": f"{number}-{kind}", "token": token, "at": riders.clock(seconds), "device": device, "sequence": number,
                     "kind": kind, "group": GROUP, "place": f"{GROUP}-{station}", "medium": "qr", "issuer": ISSUER, "class": "adult"})
    return rows


def documents(trips, differing):
    """Texts of at most DOCUMENT bytes; every so many trips one that the other side has otherwise."""
    lines, size = [], 0
    for number in range(trips):
        other = differing and number % (trips // DIFFER) == 0
        for row in trip(number, 13 if other else 0):
            line = json.dumps(row, separators=(",", ":"), sort_keys=True) + "\n"
            if size + len(line) > DOCUMENT:
                yield "".join(lines).encode()
                lines, size = [], 0
            lines.append(line)
            size += len(line)
    yield "".join(lines).encode()


def make_nodes(folder):
    nodes = []
    for number, (party, name) in enumerate(NAMES.items(), 1):
        node = Node(folder / party, party, name, f"127.77.8.{number}", TODAY)
        node.add_key("second", "second administrator", may=["admin"])
        node.add_key("finance", "finance", ["*:finance"], person="f")
        nodes.append(node)
    form_circle("bench", nodes, folder / "circle")
    for node in nodes:
        node.start()
    for node in nodes:
        node.by_two("pack", "adopt", ROOT / "packs/clearing.yaml")
    mail_delivered(nodes)
    return nodes


def said(node, *words):
    done = window(node, *words)
    if done.returncode != 0:
        raise SystemExit(done.stdout + done.stderr)
    return done.stdout


def make_book(nodes, folder):
    tariff = folder / "tariff.json"
    tariff.write_text(json.dumps(riders.tariff(), ensure_ascii=False), encoding="utf-8")
    book = said(nodes[0], "book", "clearing/book", "--with", "sichuan", "--name", "bench", "--tariff", tariff, "--account", ACCOUNT).split()[0]
    mail_delivered(nodes)
    name, number, bank = ACCOUNT.split(",")
    nodes[1].as_("finance").act(book, "agree", "finance", {"second_account": {"name": name, "account": number, "bank": bank}})
    mail_delivered(nodes)
    return book, tariff


def take(node, book, texts):
    """Seconds of every document, from the first byte until it is durable as a batch of the book."""
    services = next(one for one in node.as_("finance").get("/clearing", case=book, limit=1)["books"] if one["case"] == book)

    def take_some(mine):
        client, spent = Client(node.url, node.keys["finance"]), []
        for text in mine:
            begun = time.monotonic()
            file = client.deposit("taps.ndjson", "application/x-ndjson", text)
            client.post("/cases", {"pack": services["pack"], "service": services["services"]["batch"], "role": "finance",
                                   "parties": {services["batch_party"]: node.party}, "with": {"book": book, "what": "taps", "file": file}})
            spent.append(time.monotonic() - begun)
        client.close()
        return client.position, spent

    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
        done = list(pool.map(take_some, (texts[i::CLIENTS] for i in range(CLIENTS))))
    node.read_from(max(position for position, _ in done))
    node.as_("finance").get("/clearing", case=book, limit=1)  # waits until it is seen
    return [seconds for _, spent in done for seconds in spent]


def cpu_s(node):
    """Processor time of the node's process, which a busy machine does not lengthen."""
    with open(f"/proc/{node.process.pid}/stat", encoding="ascii") as stat:
        spent = stat.read().rsplit(")", 1)[1].split()
    return (int(spent[11]) + int(spent[12])) / os.sysconf("SC_CLK_TCK")


def bytes_of(data, *fields):
    return sum(data[field]["size"] for field in fields if data.get(field))


def compare(nodes, book):
    """Seconds and bytes of documents until both nodes know every difference, and how many."""
    begun = time.monotonic()
    case = said(nodes[0], "open", book, "--until", UNTIL).split()[0]
    opened_s = time.monotonic() - begun
    mail_delivered(nodes)
    for node in (nodes[1], nodes[0]):
        said(node, "sign", case)
        mail_delivered(nodes)
    seconds = time.monotonic() - begun
    data = nodes[0].as_("finance").get(f"/cases/{case}")["data"]
    return seconds, opened_s, bytes_of(data, "first_sketch", "second_lines", "differences"), data["found"], data["first"]["lines"]


def main():
    trips = int(os.environ.get("BASHU_BENCH_TRIPS", "500000"))
    step = DIFFER * riders.STATIONS  # so that every trip which differs costs something else
    if trips < step or trips % step:
        raise SystemExit(f"BASHU_BENCH_TRIPS: a multiple of {step}, not {trips}")
    print("benchmark taps: into two running nodes, over HTTP")
    print(f"  machine   {os.cpu_count()} cores, {platform.system()} {platform.release()}, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory(prefix="bashu-bench-taps-", dir=os.environ.get("BASHU_BENCH_DIR")) as made:
        folder = pathlib.Path(made)
        nodes = make_nodes(folder)
        try:
            book, tariff = make_book(nodes, folder)
            rates = []
            for node in nodes:
                texts = list(documents(trips, node is nodes[1]))
                begun, cpu = time.monotonic(), cpu_s(node)
                spent = take(node, book, texts)
                taken_s, taken_cpu = time.monotonic() - begun, cpu_s(node) - cpu
                said(node, "draft", book, "--until", UNTIL)
                all_s, all_cpu = time.monotonic() - begun, cpu_s(node) - cpu
                rates.append(2 * trips / all_s)
                print(f"  {node.party:9} {len(texts)} documents of {sum(map(len, texts)) / 1e6:.0f} MB; each {statistics.median(spent) * 1e3:.0f} ms in the median; "
                      f"{2 * trips / taken_s:.0f} taps/s taken and journaled, {rates[-1]:.0f} taps/s with their fares in a statement; "
                      f"{taken_cpu * 5e5 / trips:.1f} and {all_cpu * 5e5 / trips:.1f} us of processor time a tap")
                if node is nodes[0]:
                    rows = folder / "rows.ndjson"
                    rows.write_bytes(b"".join(texts))
            seconds, opened_s, exchanged, found, lines = compare(nodes, book)
            begun = time.monotonic()
            bashu("fares", "rate", rows, "--tariff", tariff)
            file_s = time.monotonic() - begun
        finally:
            for node in nodes:
                node.stop()
    rate = statistics.median(rates)
    met = rate >= TAPS_GOAL and seconds <= SECONDS_GOAL and exchanged < BYTES_GOAL and found == DIFFER
    print(f"  result    {rate:.0f} taps/s accepted, journaled and rated, goal {TAPS_GOAL}{'' if rate >= TAPS_GOAL else '  MISSED'}")
    print(f"  result    {lines} lines of each node, {found} differ: both know which after {seconds:.1f} s, {opened_s:.1f} s of them to state; "
          f"{exchanged} bytes of documents exchanged; goal {SECONDS_GOAL} s, {BYTES_GOAL} bytes{'' if seconds <= SECONDS_GOAL and exchanged < BYTES_GOAL else '  MISSED'}")
    print(f"  baseline  {2 * trips / file_s:.0f} taps/s rated from a file by a command, without node and journal: ratio {rate * file_s / (2 * trips):.2f}")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
