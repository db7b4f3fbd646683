#!/usr/bin/env python3
"""A day of both metros' riders on the other side and a month of medical bills, cleared by both sides, each from
what it has: the planted differences line by line, settled; equal roots; payments that a bank confirms.

    ./dev demo clearing [--trips 100000] [--bills 2000] [--dir DIR] [--lang zh|en]

First by `bashu clear` over files, three sides; then two of them inside their nodes (clearing_nodes.py), with pension
transfers (clearing_pensions.py); then three nodes and a clearing house (clearing_house.py). All data are synthetic (riders.py), and so is the bank.
"""
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

import clearing_house
import clearing_nodes
from bank_files import bank_statement
from node import ROOT, program

PAIRS = [("chongqing", "sichuan"), ("chongqing", "guizhou"), ("guizhou", "sichuan")]
HOUSE = "house"
ACCOUNTS = {
    "chongqing": ("重庆清算账户（合成）", "6500000000000000001", "102653000017"),
    "sichuan": ("四川清算账户（合成）", "5100000000000000002", "102651000018"),
    "guizhou": ("贵州清算账户（合成）", "5200000000000000003", "102701000019"),
    HOUSE: ("清算机构（合成）", "1000000000000000004", "SYNTCNBJ"),
}
# Planted faults of which the two sides know different things; of the others they know the same.
DIFFER = {"exit_not_sent", "trip_not_sent", "wrong_clock", "block_not_sent", "wrong_station", "repeated_number", "bill_not_sent",
          "line_contested"}
SCHEMAS = ROOT / "formats/iso20022"
BANK = (SCHEMAS / "pain.001.001.09.xsd", bank_statement)


class Demo:
    def __init__(self, args):
        self.dir, self.lang, self.shown = args.dir, args.lang, args.shown
        self.failed = 0

    def bashu(self, *words, codes=(0,), show=True):
        done = subprocess.run([program(), "--lang", self.lang, *map(str, words)], capture_output=True, text=True)
        if done.returncode not in codes:
            sys.exit(f"bashu {' '.join(map(str, words))}\n{done.stdout}{done.stderr}")
        if show:
            print("    " + done.stdout.strip().replace("\n", "\n    "))
        return done.stdout

    def say(self, en, zh):
        print((zh if self.lang == "zh" else en), flush=True)

    def line(self, text):
        print(text, flush=True)

    def check(self, good, en, zh):
        self.say(("  ok      " if good else "  FAILED  ") + en, ("  通过    " if good else "  未通过  ") + zh)
        self.failed += not good

    def book(self, kind, side, other):
        return self.dir / "books" / kind / f"{side}-with-{other}"

    def open(self, kind, pair):
        for side, other in (pair, pair[::-1]):
            how = ["--bills"] if kind == "bills" else ["--tariff", self.dir / "tariff.json"]
            self.bashu("clear", "open", self.book(kind, side, other), "--side", side, "--with", other, *how, show=False)

    def take(self, kind, side, other, *words):
        return self.bashu("clear", "take", self.book(kind, side, other), *words, show=False).splitlines()

    def draw(self, kind, pair, until):
        for side, other in (pair, pair[::-1]):
            self.say(f"  {side} draws", f"  {side} 算出")
            self.bashu("clear", "draw", self.book(kind, side, other), "--until", until)

    def differences(self, kind, pair, planted):
        """What the first side is told, and that it is what was planted and nothing else."""
        side, other = pair
        out = self.dir / f"differences-{kind}-{side}-{other}.ndjson"
        text = self.bashu("clear", "compare", self.book(kind, side, other), self.book(kind, other, side), "--out", out,
                          codes=(0, 1), show=False).splitlines()
        lines = [json.loads(line) for line in out.read_text().splitlines()]
        for line in text[:-1][:3 * self.shown]:
            print("    " + line)
        if len(lines) > self.shown:
            self.say(f"    ... all {len(lines)} in {out}", f"    …… 全部 {len(lines)} 处见 {out}")
        print("    " + text[-1])
        found = {(line.get("here") or line["there"])["id"].split("/")[0] for line in lines}
        wanted = {what for _, fault, what in planted if fault in DIFFER}
        self.check(found == wanted, f"{len(wanted)} planted differences found, no other", f"植入的 {len(wanted)} 处差异全部找到，别无其他")

    def close_agreed(self, kind, pair):
        drafts = {side: self.dir / f"{kind}-{side}-draft.ndjson" for side in pair}
        for side, other in (pair, pair[::-1]):
            shutil.copy(self.book(kind, side, other) / "draft.ndjson", drafts[side])
        for side, other in (pair, pair[::-1]):
            self.bashu("clear", "close", self.book(kind, side, other), "--against", drafts[other], show=False)

    def close_by_root(self, kind, pair):
        roots = [json.loads((self.book(kind, side, other) / "draft.json").read_text())["root"] for side, other in (pair, pair[::-1])]
        self.check(roots[0] == roots[1], f"equal roots {roots[0][:16]}", f"根相同 {roots[0][:16]}")
        for side, other in (pair, pair[::-1]):
            self.bashu("clear", "close", self.book(kind, side, other), "--root", roots[0], show=False)

    def statements(self, kind, pair):
        """Both sides' files, which must be the same bytes; one side's are given back."""
        ours, theirs = (sorted(self.book(kind, *sides).glob("statement-*.json")) for sides in (pair, pair[::-1]))
        same = [a.read_bytes() for a in ours] == [b.read_bytes() for b in theirs]
        self.check(same and len(ours) > 0, f"{len(ours)} statements, the same bytes on both sides", f"{len(ours)} 期结算单，双方逐字节相同")
        return ours


def planted_in(directory, trips, bills):
    """Makes the data of so many trips and bills; the planted faults by pair: side, kind, token or bill."""
    subprocess.run([sys.executable, pathlib.Path(__file__).parent / "riders.py", directory, "--trips", str(trips), "--bills", str(bills)], check=True)
    out = {}
    for line in (directory / "planted.tsv").read_text().splitlines()[1:]:
        pair, side, kind, what = line.split("\t")
        out.setdefault(pair, []).append((side, kind, what))
    return out


def taps(demo, pair, planted):
    data = demo.dir / "-".join(pair)
    demo.say(f"\nRiders of {pair[0]} and {pair[1]}", f"\n{pair[0]} 与 {pair[1]} 的乘客")
    demo.open("taps", pair)
    for side, other in (pair, pair[::-1]):
        told = demo.take("taps", side, other, data / f"{side}.gates.csv", data / f"{other}.sent.csv",
                         "--denied", data / f"{side}.denied.csv")
        for line in told[:-1][:3] + told[-1:]:
            print("    " + line)
        demo.take("taps", side, other, "--denied", data / f"{other}.denied-sent.csv")
    demo.draw("taps", pair, "2021-03-05")
    demo.differences("taps", pair, planted)
    demo.close_agreed("taps", pair)
    demo.say("  Three days later: what was late, what is sent again, what is corrected", "  三天之后：迟到的、重发的、更正的")
    for side, other in (pair, pair[::-1]):
        demo.take("taps", side, other, data / f"{side}.later.csv", data / f"{other}.later.csv", "--denied", data / f"{other}.denied.csv")
    demo.draw("taps", pair, "2021-03-08")
    demo.close_by_root("taps", pair)
    return demo.statements("taps", pair)


def bills(demo, pair, planted):
    data = demo.dir / "-".join(pair)
    demo.say("\nMedical bills of a month", "\n一个月的医疗账单")
    demo.open("bills", pair)
    for side, other in (pair, pair[::-1]):
        demo.take("bills", side, other, data / f"{side}.bills.ndjson", data / f"{other}.bills-sent.ndjson")
    demo.draw("bills", pair, "2021-04-01")
    demo.differences("bills", pair, planted)
    demo.close_agreed("bills", pair)
    for side, other in (pair, pair[::-1]):
        demo.take("bills", side, other, data / f"{side}.bills-later.ndjson", data / f"{other}.bills-later.ndjson")
    demo.draw("bills", pair, "2021-05-01")
    demo.close_by_root("bills", pair)
    return demo.statements("bills", pair)


def what_if(demo):
    other = demo.dir / "dearer.json"
    tariff = json.loads((demo.dir / "tariff.json").read_text())
    tariff["version"] = 2
    tariff["discounts"] = [one for one in tariff["discounts"] if one["name"] != "card"]
    other.write_text(json.dumps(tariff, ensure_ascii=False))
    demo.say("\nWhat if: the same day without the discount of cards", "\n试算：同一天若无卡优惠")
    demo.bashu("fares", "rate", demo.dir / "chongqing-sichuan/sichuan.gates.csv", "--tariff", demo.dir / "tariff.json",
               "--against", other, "--by", "side,operator,class")


def pay(demo, statements):
    demo.say("\nNetting by a clearing house, one payment for each side", "\n由清算机构多边轧差，每方一笔付款")
    accounts = demo.dir / "accounts.yaml"
    accounts.write_text("".join(f"{party}: {{name: {name}, account: '{number}', bank: '{bank}'}}\n"
                                for party, (name, number, bank) in ACCOUNTS.items()))
    payments = demo.dir / "payments.ndjson"
    demo.bashu("clear", "net", *statements, "--way", "multilateral", "--house", HOUSE, "--out", payments)
    orders = {}
    for line in payments.read_text().splitlines():
        payment = json.loads(line)
        orders.setdefault(payment["payer"], []).append(line)
    for payer, lines in sorted(orders.items()):
        own = demo.dir / f"payments-{payer}.ndjson"
        own.write_text("\n".join(lines) + "\n")
        order = demo.dir / f"pain001-{payer}.xml"
        demo.bashu("clear", "pay", own, "--accounts", accounts, "--from", payer, "--on", "2021-05-07",
                   "--schema", SCHEMAS / "pain.001.001.09.xsd", "--out", order, show=False)
        demo.check(order.exists(), f"{order} is valid", f"{order} 符合模式")
        booked = demo.dir / f"camt053-{payer}.xml"
        paid = ("clear", "paid", own, "--accounts", accounts, "--schema", SCHEMAS / "camt.053.001.08.xsd", "--statement", booked)
        bank_statement(order, booked, "PDNG")
        told = demo.bashu(*paid, codes=(1,), show=False)
        bank_statement(order, booked, "BOOK")
        demo.bashu(*paid)
        demo.check(" 0 " in told.splitlines()[-1] or "已付 0" in told, "nothing was paid while it was pending", "未入账时不算已付")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--trips", type=int, default=100_000)
    parser.add_argument("--bills", type=int, default=2_000)
    parser.add_argument("--dir", type=pathlib.Path, default=ROOT / "build/clearing")
    parser.add_argument("--lang", choices=("zh", "en"), default="zh" if os.environ.get("BASHU_LANG", "").startswith("zh") else "en")
    parser.add_argument("--shown", type=int, default=6, help="differences shown; all are in files")
    args = parser.parse_args()
    begun = time.monotonic()
    shutil.rmtree(args.dir, ignore_errors=True)
    demo = Demo(args)
    demo.say(f"Synthetic data of {args.trips:,} trips and {args.bills:,} bills in {args.dir}",
             f"合成数据：{args.trips:,} 次乘车、{args.bills:,} 张账单，位于 {args.dir}")
    planted = planted_in(args.dir, args.trips, args.bills)
    statements = []
    for pair in PAIRS:
        of_pair = planted.get("-".join(pair), [])
        statements += taps(demo, pair, [one for one in of_pair if "bill" not in one[1] and "line" not in one[1]])
        if "guizhou" not in pair:
            statements += bills(demo, pair, [one for one in of_pair if "bill" in one[1] or "line" in one[1]])
    what_if(demo)
    pay(demo, statements)
    clearing_nodes.run(demo, planted["-".join(clearing_nodes.PAIR)], DIFFER, ACCOUNTS, BANK)
    clearing_house.run(demo, PAIRS, ACCOUNTS, BANK)
    demo.say(f"\n{time.monotonic() - begun:.0f} s, {demo.failed} failed", f"\n用时 {time.monotonic() - begun:.0f} 秒，{demo.failed} 项未通过")
    return 1 if demo.failed else 0


if __name__ == "__main__":
    sys.exit(main())
