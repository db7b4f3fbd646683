"""A month of household migrations: one counter, one visit, and a person registered in exactly one
place at every moment."""

from world import Turn

PACK = "household-migration"


class Migrations:
    def __init__(self, world, plan):
        self.world, self.plan = world, plan
        self.counts = {}
        self.cases = {}  # case to move
        self.proofs = {}  # case to (sha256, bytes)
        self.special = {}

    def count(self, what, by=1):
        self.counts[what] = self.counts.get(what, 0) + by

    def keys(self, node):
        for role, name in (("citizen", "自助受理终端"), ("clerk", "户籍民警"), ("chief", "户政科长")):
            node.add_key(f"hukou-{role}", name + "（合成）", [f"{PACK}:{role}"])

    def registers(self):
        """Each side loads its own register; the other never sees it."""
        loaded = 0
        for party, node in self.world.nodes.items():
            lines = [{"person": p.number, "household": p.household, "head": p.head}
                     for move in self.plan.moves if move.origin == party
                     for p in move.persons + move.stay]
            loaded += node.as_("hukou-clerk").feed(PACK, "residents", "clerk", lines)["taken"]
        return loaded

    def begin(self, walks):
        """All moves of the month; `walks`: number of a move to what happens to it."""
        for i, move in enumerate(self.plan.moves):
            self.world.begin(move.day, self.world.nodes[move.destination],
                             self.move(move, walks.get(i, "plain")))

    def move(self, move, kind):
        destination = self.world.nodes[move.destination]
        origin = self.world.nodes[move.origin]
        citizen = destination.as_("hukou-citizen")
        clerk, releasing = destination.as_("hukou-clerk"), origin.as_("hukou-clerk")
        head, along = move.persons[0], move.persons[1:]
        content = move.proof()
        proof = citizen.deposit("证明材料.pdf", "application/pdf", content)
        form = {"person": head.number, "name": head.name, "address": move.address,
                "ground": move.ground, "proof": proof}
        if along:
            form |= {"members": [p.number for p in along], "member_names": [p.name for p in along],
                     "extent": "part" if move.stay else "whole"}
        case = citizen.start(PACK, "move", "citizen",
                             {"destination": move.destination, "origin": move.origin}, form)["case"]
        self.cases[case] = move
        self.proofs[case] = proof["sha256"], content
        self.count("applications")
        if kind != "plain":
            self.special[kind] = case
        if kind == "withdrawn":
            yield Turn(destination, 1, case, "applied")
            citizen.act(case, "withdraw", "citizen")
            return
        if kind == "supplemented":
            clerk.act(case, "supplement", "clerk", {"reason": "请补交房屋产权证明"})
            yield Turn(destination, 3, case, "waiting")
            citizen.act(case, "supply", "citizen", {"proof": citizen.deposit(
                "证明材料二.pdf", "application/pdf", content + "\n补充".encode())})
        yield Turn(destination, 1 if kind == "plain" else 0, case, "applied")
        clerk.act(case, "permit", "clerk")
        if kind == "disputed":
            # A registration made at the destination on paper is entered only now, after the permission.
            clerk.feed(PACK, "residents", "clerk",
                       [{"person": head.number, "household": "补录-00001", "head": True}])
        yield Turn(origin, 0, case, "permitted")
        if kind == "mismatch":
            releasing.act(case, "mismatch", "clerk", {"reason": "姓名与户口簿不一致，请核对"})
            yield Turn(destination, 1, case, "applied")
            clerk.act(case, "permit", "clerk")
            yield Turn(origin, 0, case, "permitted")
        if kind == "objected":
            releasing.act(case, "object", "clerk", {"reason": "户籍存在限制迁移事项"})
            return
        new_head = {"new_head": move.stay[0].number} if move.stay else {}
        releasing.act(case, "release", "clerk", new_head)
        self.count("released")
        if kind == "lapsed":  # the certificate is never handed in: the origin restores
            return
        if kind == "disputed":
            return
        yield Turn(destination, 4 if kind == "stuck" else 0, case, "on_the_way")
        if kind == "turned_back":
            citizen.act(case, "withdraw", "citizen")
            return
        clerk.act(case, "settle", "clerk", {"household": f"新-{len(self.cases):05d}", "heads": True})
        self.count("settled")
        self.count("persons", len(move.persons))
