"""A year of the White List: lists agreed, applications decided, lorries sent, weighed and treated."""

from client import Refused, digest
from synthetic import CODES, T
from world import Turn

PACK = "hazardous-waste"
PAPER = "%PDF-1.4 合成材料（非真实文件）\n{}\n"
CODE = {waste: code for waste, code, _, _, _ in CODES}


class WhiteList:
    """What the stories share: the world, the plan, and what is counted for the narration."""

    def __init__(self, world, plan):
        self.world, self.plan = world, plan
        self.permits = {}  # case to application, of those granted
        self.counts = {}
        self.kept = {}  # documents that were handed in: case to (sha256, bytes)
        self.special = {}  # what is walked through in the narration: name to case

    def count(self, what, by=1):
        self.counts[what] = self.counts.get(what, 0) + by

    def paper(self, client, title):
        """Deposits a document of which only the title matters."""
        content = PAPER.format(title).encode()
        return client.deposit(title + ".pdf", "application/pdf", content), content

    def keys(self, node):
        """The keys of an office, its plants, drivers and producers."""
        for role, name in (("clerk", "生态环境厅经办"), ("chief", "生态环境厅审批"),
                           ("driver", "危货驾驶员"), ("operator", "处置厂操作员")):
            node.add_key(f"waste-{role}", name + "（合成）", [f"{PACK}:{role}"],
                         subjects=self.firms_of(node, role))
        for i, firm in enumerate(self.plan.producers[node.party]):
            node.add_key(f"producer-{i + 1}", f"产废单位{i + 1}（合成）", [f"{PACK}:company"],
                         subjects=[firm.code])

    def firms_of(self, node, role):
        """Whose cases a driver or an operator of the rehearsal sees: all hauliers', all plants' here."""
        if role == "driver":
            return [c.code for carriers in self.plan.carriers.values() for c in carriers]
        return [r.code for r in self.plan.receivers[node.party]] if role == "operator" else []

    def producer(self, node, firm):
        return node.as_(f"producer-{self.plan.producers[node.party].index(firm) + 1}")

    def registers(self):
        """What each side knows before the year begins: codes, plants and hauliers."""
        nodes = self.world.nodes
        end = f"{self.plan.year + 3}-12-31"
        # As the reference circle has them (circles/chengdu-chongqing/facts/), which may follow.
        codes = [{"code": code, "waste": waste, "name": name, "valid_from": "2016-08-01"}
                 for waste, code, name, _, _ in CODES]
        nodes["chongqing"].as_("waste-clerk").feed(PACK, "codes", "clerk", codes)
        for party, node in nodes.items():
            plants = [{"receiver": r.code, "name": r.name, "licence": r.licence,
                       "capacity": sum(r.quota.values()) * 2, "valid_to": end, "standing": "open"}
                      for r in self.plan.receivers[party]]
            clerk = node.as_("waste-clerk")
            clerk.feed(PACK, "receivers", "clerk", plants)
            clerk.feed(PACK, "carriers", "clerk", [{"carrier": c.code, "valid_to": end}
                                                   for c in self.plan.carriers[party]])
        return sum(len(r) for r in self.plan.receivers.values())

    def entries(self, party, raise_by=None):
        """The list of a side's plants; `raise_by`: of the adjusted list in the middle of the year."""
        rows = []
        for receiver in self.plan.receivers[party]:
            for waste, quota in sorted(receiver.quota.items()):
                rows.append({"year": self.plan.year, "receiver": receiver.code, "waste": waste,
                             "codes": [CODE[waste]],
                             "quota": quota + (raise_by or {}).get((receiver.code, waste), 0),
                             "valid_to": f"{self.plan.year}-12-31"})
        return rows

    # Stories.

    def yearly_list(self, proposer, raise_by=None):
        """Each side proposes its plants; the other signs exactly that content."""
        mine = self.world.nodes[proposer]
        theirs = self.world.nodes[self.world.other(proposer)]
        entries = self.entries(proposer, raise_by)
        clerk = mine.as_("waste-clerk")
        letter, _ = self.paper(clerk, f"{self.plan.year}年度白名单函")
        case = clerk.start(PACK, "list", "clerk", {"proposer": proposer, "agreeing": theirs.party},
                           {"year": self.plan.year, "entries": entries, "letter": letter})["case"]
        yield Turn(theirs, 2, case, "proposed")
        theirs.as_("waste-chief").act(case, "agree", "chief",
                                      {"agreed": digest(self.plan.year, entries)})
        self.count("lists")

    def apply(self, application, number):
        """From the application to the decision; lorries follow."""
        origin = self.world.nodes[application.producer.party]
        destination = self.world.nodes[application.receiver.party]
        company = self.producer(origin, application.producer)
        contract, content = self.paper(company, f"委托处置合同{number}")
        form = {"producer": application.producer.code, "receiver": application.receiver.code,
                "waste": application.waste, "code": CODE[application.waste],
                "year": self.plan.year, "quantity": application.quantity, "contract": contract,
                "licence_to": f"{self.plan.year + 3}-12-31",
                "requested_to": f"{self.plan.year}-12-20"}
        case = company.start(PACK, "permit", "company",
                             {"origin": origin.party, "destination": destination.party}, form)["case"]
        self.kept[case] = contract["sha256"], content
        yield Turn(origin, 1, case, "submitted")
        clerk = origin.as_("waste-clerk")
        if number % 9 == 4:  # what is missing is said once, and supplied
            clerk.act(case, "notify", "clerk", {"missing": "合同缺少附件二：废物成分分析报告"})
            yield Turn(origin, 2, case, "supplement")
            complete, content = self.paper(company, f"委托处置合同{number}（补正）")
            self.kept[case] = complete["sha256"], content
            company.act(case, "supply", "company",
                        {"waste": form["waste"], "code": form["code"], "contract": complete,
                         "licence_to": form["licence_to"], "requested_to": form["requested_to"]})
            self.count("supplemented")
            yield Turn(origin, 1, case, "submitted")
        clerk.act(case, "accept", "clerk")
        yield Turn(origin, 1, case, "review")
        clerk.act(case, "decide", "clerk")
        yield from self.ship(application, case, origin, destination)

    def above_quota(self, application, objects=False):
        """More than the list leaves open: the destination is asked first."""
        origin = self.world.nodes[application.producer.party]
        destination = self.world.nodes[application.receiver.party]
        company = self.producer(origin, application.producer)
        contract, content = self.paper(company, "超额度委托处置合同")
        case = company.start(PACK, "permit", "company",
                             {"origin": origin.party, "destination": destination.party},
                             {"producer": application.producer.code,
                              "receiver": application.receiver.code, "waste": application.waste,
                              "code": CODE[application.waste], "year": self.plan.year,
                              "quantity": application.quantity, "contract": contract,
                              "licence_to": f"{self.plan.year + 3}-12-31",
                              "requested_to": f"{self.plan.year}-12-20"})["case"]
        self.special["objected" if objects else "above_quota"] = case
        self.kept[case] = contract["sha256"], content
        yield Turn(origin, 1, case, "submitted")
        origin.as_("waste-clerk").act(case, "accept", "clerk")
        origin.as_("waste-clerk").act(case, "decide", "clerk")
        yield Turn(destination, 3, case, "consult")
        chief = destination.as_("waste-chief")
        if objects:
            chief.act(case, "object", "chief", {"reason": "接收单位年内处置能力已满"})
            return
        chief.act(case, "consent", "chief")
        yield Turn(origin, 1, case, "deciding")
        origin.as_("waste-clerk").act(case, "grant", "clerk")
        yield from self.ship(application, case, origin, destination)

    def ship(self, application, case, origin, destination):
        self.permits[case] = application
        walk = WALKS.get(len(self.permits), "plain")
        for i in range(application.trips):
            yield Turn(origin, 2 if i else 1)
            kind = "plain" if i else walk
            self.world.begin(self.world.day, origin, self.trip(case, application, origin, destination, kind))

    def trip(self, permit, application, origin, destination, kind):
        """One manifest, from loading to treatment."""
        plan = self.plan
        company = self.producer(origin, application.producer)
        loads = plan.load(application.waste)
        weighed = plan.weighed(loads)
        legs = [{"carrier": plan.random.choice(plan.carriers[origin.party]).code,
                 "plate": plan.plate(origin.party)}]
        if kind == "legs":  # by rail or river port the load changes hands twice
            legs.append({"carrier": plan.random.choice(plan.carriers[origin.party]).code,
                         "plate": plan.plate(origin.party)})
            legs.append({"carrier": plan.random.choice(plan.carriers[destination.party]).code,
                         "plate": plan.plate(destination.party)})
        if kind in ("explained", "late"):
            weighed[0] = {"lot": weighed[0]["lot"], "mass": weighed[0]["mass"] * 9 // 10}
        if kind in ("part", "rejected"):
            weighed[-1] = {"lot": weighed[-1]["lot"], "mass": weighed[-1]["mass"] // 2}
        case = (yield from self.when_allowed(origin, lambda: company.start_under(
            permit, "trip", "company", {"prefecture": application.producer.prefecture,
                                        "legs": legs, "loads": loads})))["case"]
        if kind != "plain":
            self.special[kind] = case
        driver, operator = origin.as_("waste-driver"), destination.as_("waste-operator")
        chief = destination.as_("waste-chief")
        try:
            yield from self.when_allowed(origin, lambda: driver.act(case, "depart", "driver"))
        except Refused:
            if origin.as_("waste-clerk").case(case)["state"] != "void":
                raise
            self.count("lapsed")  # loaded before a suspension, and not allowed to leave in time
            return
        self.count("trips")
        for leg in range(1, len(legs)):
            if leg == 1:  # the first driver asks the node that holds the case by now
                yield Turn(origin, 0, case, "moving")
                driver.act(case, "hand_over", "driver",
                           {"handed_on": self.world.day.isoformat()})
            else:
                yield Turn(destination, 1, case, "moving")
                operator.act(case, "hand_over", "operator",
                             {"handed_on": self.world.day.isoformat()})
        yield Turn(destination, 1, case, "moving")
        operator.act(case, "weigh", "operator", {"weighed": weighed})
        if kind == "late":  # nobody explains for five working days: the permit is suspended
            yield Turn(destination, 9, case, "discrepancy")
        if kind in ("explained", "late"):
            yield Turn(destination, 1, case, "discrepancy")
            chief.act(case, "explain", "chief", {"reason": "电解液渗漏，已在厂区回收"})
        if kind == "late":
            yield Turn(origin, 1, permit, "suspended")
            origin.as_("waste-chief").act(permit, "resume", "chief")
        if kind == "rejected":
            yield Turn(destination, 1, case, "discrepancy")
            chief.act(case, "reject", "chief", {"reason": "货物与联单不符，整车退回"})
            yield Turn(origin, 2, case, "returning")
            origin.as_("waste-clerk").act(case, "back", "clerk")
            return
        if kind == "part":
            yield Turn(destination, 1, case, "discrepancy")
            weighed = weighed[:-1]
            chief.act(case, "part", "chief", {"weighed": weighed, "sent_back": [loads[-1]],
                                              "reason": "末批含水超标，退回该批"})
            yield Turn(origin, 2, case, "part_returning")
            origin.as_("waste-clerk").act(case, "back", "clerk")
        yield Turn(destination, 5, case, "accepted")
        got = sum(one["mass"] for one in weighed)
        residue = got * 2 // 100
        operator.act(case, "treat", "operator", {"treated": got - residue, "residue": residue})
        self.count("treated")

    def when_allowed(self, node, act):
        """Tries again each day while permit or plant are suspended."""
        while True:
            try:
                return act()
            except Refused as refused:
                if refused.code != "guard":
                    raise
            self.count("stopped")
            yield Turn(node, 1)

    def suspended_plant(self, party):
        """A plant may not receive for a while: no lorry may leave for it."""
        node = self.world.nodes[party]
        chief = node.as_("waste-chief")
        receiver = self.plan.receivers[party][0]
        letter, _ = self.paper(chief, "暂停接收函")
        case = chief.start(PACK, "standing", "chief",
                           {"authority": party, "informed": self.world.other(party)},
                           {"receiver": receiver.code, "reason": "设施检修，暂停接收",
                            "letter": letter})["case"]
        self.special["suspended_plant"] = case
        yield Turn(node, 3, case, "suspended")
        chief.act(case, "resume", "chief")

    def report(self, destination):
        """Each January: what the other side's waste really brought. The first version leaves out a
        line; the origin's own books say so."""
        node = self.world.nodes[destination]
        origin = self.world.other(destination)
        theirs = self.world.nodes[origin]
        clerk = node.as_("waste-clerk")
        book = clerk.get(f"/packs/{PACK}/books/receipts/taken", limit=500)["accounts"]
        taken = [(one["key"].split("/"), one["balance"]) for one in book]
        lines = [{"receiver": receiver, "waste": waste, "mass": mass}
                 for (sender, _, year, receiver, waste), mass in taken
                 if sender == origin and year == str(self.plan.year)]
        letter, _ = self.paper(clerk, f"{self.plan.year}年度接收情况通报")
        case = clerk.start(PACK, "yearly_report", "clerk",
                           {"destination": destination, "origin": origin},
                           {"year": self.plan.year, "lines": lines[:-1], "letter": letter})["case"]
        self.special[f"report_{destination}"] = case
        yield Turn(theirs, 2, case, "reported")
        chief = theirs.as_("waste-chief")
        try:
            chief.act(case, "agree", "chief", {"agreed": digest(self.plan.year, lines[:-1])})
            raise AssertionError("an incomplete report was agreed to")
        except Refused as refused:
            if refused.code != "guard":
                raise
        theirs.as_("waste-clerk").act(case, "differ", "clerk", {"reason": "与本方联单账相比少列一项"})
        yield Turn(node, 2, case, "amending")
        clerk.act(case, "resubmit", "clerk", {"lines": lines})
        yield Turn(theirs, 2, case, "reported")
        chief.act(case, "agree", "chief", {"agreed": digest(self.plan.year, lines)})
        self.count("reports")


# The permits, in the order in which they are granted, whose first lorry has a story of its own.
WALKS = {5: "legs", 12: "explained", 20: "part", 28: "rejected", 36: "late"}


def above_what_is_left(whitelist, party):
    """An application for more than the quota left at a plant of this side."""
    from synthetic import Application
    receiver = whitelist.plan.receivers[party][0]
    origin = whitelist.world.other(party)
    quantity = receiver.quota["HW31"] + 1_000 * T
    return Application(None, whitelist.plan.producers[origin][0], receiver, "HW31", quantity, 1)
