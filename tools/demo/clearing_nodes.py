"""The same day and month cleared inside two real nodes: batches, windows, differences and payment are steps of cases,
signed, receipted and in both journals. Called by clearing.py, and by demo.py for its two nodes; all data are synthetic."""

import json

import clearing_pensions
from node import ROOT, Node, bashu, form_circle, mail_delivered, own_net, window

PACK = ROOT / "packs/clearing.yaml"
DAY = "2021-05-06"
NAMES = {"chongqing": "重庆市", "sichuan": "四川省", "guizhou": "贵州省"}
PAIR = ("chongqing", "sichuan")


def made(directory, parties=PAIR):
    """Nodes of these parties alone, which run."""
    directory.mkdir(parents=True)
    net = own_net()
    nodes = {party: Node(directory / party, party, NAMES[party], f"{net}.{number}", DAY) for number, party in enumerate(parties, 1)}
    for node in nodes.values():
        add_finance(node)
    form_circle("clearing", list(nodes.values()), directory / "circle")
    for node in nodes.values():
        bashu("pack", "adopt", node.dir, PACK)
        node.start()
    mail_delivered(list(nodes.values()))
    return nodes


def add_finance(node):
    """Two people of a finance office."""
    node.add_key("finance", "清算会计（合成）", ["*:finance", "*:clerk"], person="finance")
    node.add_key("signer", "另一会计（合成）", ["*:finance"], person="signer")


class Nodes:
    """Nodes that run and have a finance office, by party, and the parties' accounts at their banks."""

    def __init__(self, nodes, accounts):
        self.nodes, self.accounts = nodes, accounts

    def stop(self):
        for node in self.nodes.values():
            node.stop()

    def deliver(self):
        mail_delivered(list(self.nodes.values()))

    def window(self, party, *words, check=True, key="finance"):
        done = window(self.nodes[party], *words, key=key)
        if not check:
            return done
        if done.returncode:
            raise RuntimeError(f"bashu window {' '.join(map(str, words))}: {done.stdout}{done.stderr}")
        return done.stdout

    def book(self, name, *how, pair=PAIR):
        text = self.window(pair[0], "book", "clearing/book", "--with", pair[1], "--name", name, *how,
                           "--account", ",".join(self.accounts[pair[0]]))
        book = text.split()[0]
        self.deliver()
        owner, number, bank = self.accounts[pair[1]]
        self.nodes[pair[1]].as_("finance").act(book, "agree", "finance",
                                               {"second_account": {"name": owner, "account": number, "bank": bank}})
        self.deliver()
        return book

    def open(self, book, until):
        window = self.window(PAIR[0], "open", book, "--until", until).split()[0]
        self.deliver()
        return window

    def sign(self, party, window, *words):
        """Gives the state it led to."""
        state = self.window(party, "sign", window, *words).split()[-1]
        self.deliver()
        return state

    def case(self, party, window):
        return self.nodes[party].as_("finance").case(window)


def pay(demo, nodes, window, schema, bank_statement):
    state = nodes.case(PAIR[0], window)["state"]
    if state == "settled":
        return
    payer, payee = PAIR if state == "first_pays" else PAIR[::-1]
    order, booked = (demo.dir / f"node-{name}-{window.replace('/', '-')}.xml" for name in ("order", "booked"))
    nodes.window(payer, "order", window, "--on", nodes.nodes[payer].today, "--schema", schema, "--out", order)
    demo.check(order.exists(), f"{payer} pays {payee}: {order.name} is valid", f"{payer} 付给 {payee}：{order.name} 符合模式")
    bank_statement(order, booked, "PDNG", nodes.nodes[payer].today)
    refused = nodes.window(payer, "paid", window, booked, check=False)
    demo.check(refused.returncode != 0, "what is pending is not paid", "未入账时不算已付")
    bank_statement(order, booked, "BOOK", nodes.nodes[payer].today)
    nodes.window(payer, "paid", window, booked)
    nodes.deliver()
    nodes.nodes[payee].as_("finance").act(window, "receive", "finance")
    nodes.deliver()


def cleared(demo, nodes, book, take, until, planted, bank):
    """Two windows: of what is known by the evening, with differences; and of what came later."""
    for party, other in (PAIR, PAIR[::-1]):
        take(party, other, "first")
    window = nodes.open(book, until[0])
    nodes.sign(PAIR[1], window)
    nodes.sign(PAIR[0], window)
    shown = nodes.window(PAIR[0], "differences", window, "--lang", demo.lang).rstrip("\n").splitlines()
    for line in shown[:3 * demo.shown]:
        demo.line("    " + line)
    sides = [json.loads(nodes.window(party, "differences", window, "--json")) for party in PAIR]
    found = {(row.get("first") or row["second"])["id"].split("/")[0] for row in sides[0]}
    demo.check(sides[0] == sides[1] and found == planted, f"both nodes keep the {len(sides[0])} lines on which they differ, and no other",
               f"两个节点各存同样的 {len(sides[0])} 条差异，别无其他")
    accepted = ("--accept-kind", "missing_there")
    nodes.sign(PAIR[1], window, *accepted)
    nodes.sign(PAIR[0], window)
    nodes.sign(PAIR[1], window)
    pay(demo, nodes, window, *bank)
    for party, other in (PAIR, PAIR[::-1]):
        take(party, other, "later")
    second = nodes.open(book, until[1])
    state = nodes.sign(PAIR[1], second)
    if state == "differing":
        # A line that the second side accepted without having its taps was corrected by taps that only the first has.
        nodes.sign(PAIR[0], second)
        left = json.loads(nodes.window(PAIR[0], "differences", second, "--json"))
        demo.check(all((row.get("first") or row["second"]).get("corrects") for row in left),
                   f"what came later: {len(left)} lines take back what one side had accepted, and nothing else differs",
                   f"后到的数据：{len(left)} 条更正此前单方接受的明细，别无差异")
        nodes.sign(PAIR[1], second, "--accept-kind", "missing_there")
        nodes.sign(PAIR[0], second, "--accept-kind", "missing_here")
        state = nodes.sign(PAIR[1], second)
    demo.check(state in ("first_pays", "second_pays", "settled"), "what came later: equal roots, agreed", "后到的数据：根相同，双方一致")
    pay(demo, nodes, second, *bank)
    for number, one in enumerate((window, second), 1):
        here, there = (nodes.case(party, one) for party in PAIR)
        agreed = here["data"]["agreed"]
        demo.check(here["state"] == "settled" and agreed == there["data"]["agreed"],
                   f"window {number}: {agreed['lines']} lines, root {agreed['root'][7:23]} at both, settled",
                   f"第 {number} 期：{agreed['lines']} 条，双方根 {agreed['root'][7:23]}，已结清")


def riders_and_bills(demo, nodes, planted, differ, bank):
    """A day of riders and a month of bills, from batches to payment."""
    data = demo.dir / "-".join(PAIR)
    taps, bills = ([what for _, kind, what in planted if kind in differ and ("bill" in kind or "line" in kind) == medical]
                   for medical in (False, True))
    demo.say("\nInside two nodes: the riders", "\n在两个节点内：乘客")
    book = nodes.book("地铁", "--tariff", demo.dir / "tariff.json")

    def take_taps(party, other, when):
        if when == "first":
            nodes.window(party, "take", book, data / f"{party}.gates.csv", data / f"{other}.sent.csv", "--denied", data / f"{party}.denied.csv")
            nodes.window(party, "take", book, "--denied", data / f"{other}.denied-sent.csv")
        else:
            nodes.window(party, "take", book, data / f"{party}.later.csv", data / f"{other}.later.csv", "--denied", data / f"{other}.denied.csv")

    cleared(demo, nodes, book, take_taps, ("2021-03-05", "2021-03-08"), set(taps), bank)
    demo.say("\nInside two nodes: the medical bills", "\n在两个节点内：医疗账单")
    of_bills = nodes.book("医疗", "--bills")

    def take_bills(party, other, when):
        names = (f"{party}.bills", f"{other}.bills-sent") if when == "first" else (f"{party}.bills-later", f"{other}.bills-later")
        nodes.window(party, "take", of_bills, *[data / f"{name}.ndjson" for name in names])

    cleared(demo, nodes, of_bills, take_bills, ("2021-04-01", "2021-05-01"), set(bills), bank)


def run(demo, planted, differ, accounts, bank):
    nodes = Nodes(made(demo.dir / "nodes"), accounts)
    try:
        riders_and_bills(demo, nodes, planted, differ, bank)
        clearing_pensions.run(demo, nodes)
        nodes.stop()
        said = bashu("journal", "verify", *[node.dir for node in nodes.nodes.values()])
        demo.check("the two agree" in said, "both journals verified, alone and against each other", "两份日志各自并相互核验通过")
    finally:
        nodes.stop()
