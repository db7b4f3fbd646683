"""A third party joins the netting, in three real nodes: of each pair one window of its riders is agreed on, handed in to a
clearing house, netted, computed again by each member, and paid once by each. Called by clearing.py and demo.py; all is synthetic."""

from clearing_nodes import DAY, Nodes, made

PARTIES = ("chongqing", "sichuan", "guizhou")
HOUSE = "guizhou"  # a member as the others are


def windows(demo, nodes, pairs):
    """One window of each pair, of all that both sides have: equal roots, and it waits for the house."""
    out = {}
    for pair in pairs:
        data = demo.dir / "-".join(pair)
        book = nodes.book("地铁", "--tariff", demo.dir / "tariff.json", "--way", "multilateral", "--house", HOUSE, pair=pair)
        for party, other in (pair, pair[::-1]):
            files = [f"{party}.gates", f"{other}.sent", f"{party}.later", f"{other}.later"]
            nodes.window(party, "take", book, *[data / f"{name}.csv" for name in files], "--denied", data / f"{party}.denied.csv")
            for name in ("denied-sent", "denied"):
                nodes.window(party, "take", book, "--denied", data / f"{other}.{name}.csv")
        out[pair] = nodes.window(pair[0], "open", book, "--until", "2021-03-08").split()[0]
        nodes.deliver()
        nodes.sign(pair[1], out[pair])
        demo.check(nodes.case(pair[0], out[pair])["state"] == "awaits_netting", f"{pair[0]} and {pair[1]} agree, and pay nothing yet", f"{pair[0]} 与 {pair[1]} 一致，暂不付款")
    return out


def called(nodes):
    """A membership and a share of each."""
    accounts = {party: dict(zip(("name", "account", "bank"), nodes.accounts[party], strict=True)) for party in PARTIES}
    house = nodes.nodes[HOUSE].as_("finance")
    out = {}
    for party in PARTIES:
        member = house.start("clearing", "membership", "finance", {"house": HOUSE, "member": party},
                             {"name": "清算机构（合成）", "house_account": accounts[HOUSE]})["case"]
        nodes.deliver()
        nodes.nodes[party].as_("finance").act(member, "agree", "finance", {"member_account": accounts[party]})
        nodes.deliver()
        out[party] = house.start_under(member, "share", "finance", {"until": "2021-03-31", "hand_in_by": DAY, "confirm_by": DAY})["case"]
    nodes.deliver()
    return out


def paid(demo, nodes, share, party, schema, bank_statement):
    """One of the payer proposes, another signs; the bank books it, and the payee says that it came."""
    amount = nodes.case(party, share)["data"]["amount"]
    if amount == 0:
        return demo.say(f"  {party}: nothing to pay", f"  {party}：无须付款")
    payer, payee = (HOUSE, party) if amount > 0 else (party, HOUSE)
    order, booked = (demo.dir / f"house-{name}-{party}.xml" for name in ("order", "booked"))
    nodes.nodes[payer].as_("finance").act(share, "order", "finance", {"pay_on": DAY})
    nodes.window(payer, "sign", share, key="signer")
    nodes.window(payer, "order", share, "--schema", schema, "--out", order)
    bank_statement(order, booked, "BOOK", DAY)
    nodes.window(payer, "paid", share, booked)
    nodes.deliver()
    nodes.nodes[payee].as_("finance").act(share, "receive", "finance")
    nodes.deliver()
    fen = abs(amount)
    return demo.check(nodes.case(party, share)["state"] == "settled", f"{payer} pays {payee} {fen // 100}.{fen % 100:02}, once",
                      f"{payer} 付给 {payee} {fen // 100}.{fen % 100:02}，仅一笔")


def run(demo, pairs, accounts, bank):
    demo.say("\nInside three nodes: a third party joins, a clearing house nets", "\n在三个节点内：第三方加入，清算机构多边轧差")
    nodes = Nodes(made(demo.dir / "three", PARTIES), accounts)
    try:
        agreed = windows(demo, nodes, pairs)
        shares = called(nodes)
        for party, share in shares.items():
            nodes.sign(party, share)
        netting = nodes.window(HOUSE, "net", "clearing/netting", "--until", "2021-03-31").split()[0]
        nodes.nodes[HOUSE].as_("signer").act(netting, "sign", "finance")
        nodes.deliver()
        nodes.window(HOUSE, "publish", netting)
        nodes.deliver()
        confirmed = [nodes.sign(party, share) for party, share in shares.items()]
        nodes.window(HOUSE, "release", netting)
        nodes.deliver()
        data = {party: nodes.case(party, share)["data"] for party, share in shares.items()}
        roots = {one["checked"] for one in data.values()}
        demo.check(set(confirmed) == {"confirmed"} and len(roots) == 1 and sum(one["position"] for one in data.values()) == 0,
                   f"each of the three comes to the root {min(roots)[7:23]} from its own statements; the positions sum to 0",
                   f"三方各自用本方结算单复算，得到同一个根 {min(roots)[7:23]}；头寸合计为零")
        for party, share in shares.items():
            paid(demo, nodes, share, party, *bank)
        states = [nodes.sign(pair[1], window) for pair, window in agreed.items()]
        demo.check(set(states) == {"settled"}, f"{len(states)} windows are netted", f"{len(states)} 个结算期经轧差结清")
    finally:
        nodes.stop()
