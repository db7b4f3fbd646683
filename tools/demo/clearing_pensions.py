"""Pension transfers between the same two nodes: what the signed sheets say was sent, and what the payee's bank booked, matched in
windows. A transfer is complete only when both have met. Called by clearing_nodes.py; all data are synthetic."""

import json

from bank_files import bank_statement, ordered, receipts
from node import ROOT, bashu

PACK = ROOT / "packs/pension-transfer.yaml"
OLDER, NEWER = "sichuan", "chongqing"
MANY = 12
IN_CHINESE = {"amount": "金额不符", "information without money": "有信息无资金", "money without information": "有资金无信息"}
BEGUN, FIRST, SECOND = "2021-05-06", "2021-05-07", "2021-05-08"  # the last two: windows are opened


def number(at):
    """A number of nobody, with its check digit."""
    digits = f"51010419900307{at:03}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return digits + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(digits, weights)) % 11]


def sent(nodes):
    """Transfers that the old place has sent: case to reference and fen."""
    older, newer = (nodes.nodes[party].as_("finance") for party in (OLDER, NEWER))
    people = [number(at) for at in range(1, MANY + 1)]
    older.feed("pension-transfer", "enrolments", "clerk",
               [{"source": "demo", "person": one, "standing": "active", "months": 24} for one in people])
    found = {}
    for at, one in enumerate(people, 1):
        case = newer.start("pension-transfer", "transfer", "clerk", {"newer": NEWER, "older": OLDER},
                           {"person": one, "name": "某某（合成）", "born": "1990-03-07", "sex": "man", "returning": False})["case"]
        newer.act(case, "accept", "clerk")
        found[case] = (f"W-{at}", 10_000_00 + at * 123_45)
    nodes.deliver()
    for case, (reference, fen) in found.items():
        older.act(case, "send", "clerk", {"backpaid_years": 0, "reference": reference, "sheet": sheet(fen)})
    nodes.deliver()
    return found


def sheet(fen):
    return [{"year": 2020, "months": 12, "wages": 0, "own": fen, "account": fen}]


def order(demo, nodes, book, transfers):
    """The old place orders from its bank what its sheets say: one proposes, another signs; each once."""
    case = nodes.window(OLDER, "pay", book, "--on", BEGUN).split()[0]
    alone = nodes.window(OLDER, "sign", case, check=False)
    nodes.window(OLDER, "sign", case, key="signer")
    file, booked = (demo.dir / f"pensions-{name}.xml" for name in ("order", "booked"))
    nodes.window(OLDER, "order", case, "--schema", ROOT / "formats/iso20022/pain.001.001.09.xsd", "--out", file)
    demo.check(alone.returncode != 0 and sorted(ordered(file)) == sorted(transfers.values()),
               f"{OLDER} orders {len(transfers)} payments, signed by a second person: {file.name} is valid",
               f"{OLDER} 下达 {len(transfers)} 笔付款，另一人签署：{file.name} 符合模式")
    again = nodes.window(OLDER, "pay", book, "--on", BEGUN, check=False)
    demo.check(again.returncode != 0, "no sheet is ordered twice", "同一信息表不重复下达")
    bank_statement(file, booked, "BOOK", BEGUN)
    nodes.window(OLDER, "paid", case, booked)
    rows = json.loads(nodes.window(OLDER, "flows", book, "--json"))
    demo.check({row["kind"] for row in rows} == {"met"}, "by its own bank all is paid", "按本方银行，全部已付")


def state(nodes, window):
    return {nodes.case(party, window)["state"] for party in (OLDER, NEWER)}


def run(demo, nodes):
    demo.say("\nInside two nodes: pension transfers, information and money", "\n在两个节点内：养老转移，信息与资金")
    nodes.stop()
    for node in nodes.nodes.values():
        bashu("pack", "adopt", node.dir, PACK)
        node.start()
    nodes.deliver()
    older, newer = (nodes.nodes[party].as_("finance") for party in (OLDER, NEWER))
    transfers = sent(nodes)
    book = nodes.book("养老转移资金", "--transfers")

    def take():
        for party in (OLDER, NEWER):
            nodes.window(party, "take", book)

    def booked(name, rows, day):
        accounts = (nodes.accounts[party][1] for party in (NEWER, OLDER))
        nodes.window(NEWER, "take", book, receipts(demo.dir / name, *accounts, rows, day))

    def window(day):
        for node in nodes.nodes.values():
            node.set_day(day)
        return nodes.open(book, day)

    # Planted: a fen too little, one that has not come, one that no sheet names.
    take()
    order(demo, nodes, book, transfers)
    (short, (_, fen)), (late, due), *_ = transfers.items()
    rows = {reference: (reference, amount, "BOOK") for reference, amount in transfers.values()}
    rows["W-1"] = ("W-1", fen - 1, "BOOK")
    rows["W-2"] = (*due, "PDNG")
    booked("pensions-first.xml", [*rows.values(), ("W-99", 77_00, "BOOK")], BEGUN)
    first = window(FIRST)
    nodes.sign(OLDER, first)
    nodes.sign(NEWER, first)
    nodes.sign(OLDER, first)
    lines = newer.get(f"/clearing/{first}/differences")["differences"]
    found = {row["line"].split("/")[1]: row["kind_title"] for row in lines}
    for reference, kind in sorted(found.items()):
        demo.say(f"  {reference}  {kind}", f"  {reference}  {IN_CHINESE[kind]}")
    demo.check(set(found) == {"W-1", "W-2", "W-99"}, f"of {MANY} transfers the three planted ones differ, and no other",
               f"{MANY} 件转移中只有埋入的三处不符")
    nodes.sign(NEWER, first)
    nodes.sign(OLDER, first)
    demo.check(state(nodes, first) == {"settled"}, "what is the same at both is settled; nothing is paid twice", "一致的已结清，不重复付款")
    whole = [case for case in transfers if case not in (short, late)]
    done = {newer.act(case, "match", "finance")["state"] for case in whole}
    demo.check(done == {"completed"}, f"{len(whole)} transfers are complete", f"{len(whole)} 件转移办结")
    # The sheet is corrected by its case, and what was late has come.
    newer.act(short, "differ", "finance", {"reason": "到账少一分"})
    nodes.deliver()
    older.act(short, "send", "clerk", {"reference": "W-1", "sheet": sheet(fen - 1)})
    nodes.deliver()
    take()
    booked("pensions-later.xml", [(*due, "BOOK")], FIRST)
    second = window(SECOND)
    nodes.sign(OLDER, second)
    # Money that no sheet names waits on.
    nodes.sign(NEWER, second)
    left = newer.get(f"/clearing/{second}/differences")["differences"]
    demo.check([row["line"] for row in left] == ["sichuan/W-99"], "money without information waits for its sheet", "有资金无信息的一笔继续等待")
    nodes.sign(OLDER, second)
    nodes.sign(NEWER, second)
    nodes.sign(OLDER, second)
    done = {newer.act(case, "match", "finance")["state"] for case in (short, late)}
    demo.check(state(nodes, second) == {"settled"} and done == {"completed"}, "all transfers are complete", "全部转移办结")
