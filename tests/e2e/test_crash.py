"""Both nodes are killed again and again while clients write: nothing acknowledged is lost, nothing
happens twice, and the two journals agree."""

import random
import threading
import time
import unittest
import uuid

from support import Away, CircleTest, Client, Refused, mail_delivered

KILLS = 12
WRITERS = 3  # on each side


class Writer(threading.Thread):
    """Sends parcels until told to stop; repeats each command until it is answered."""

    def __init__(self, node, other, name):
        super().__init__(name=name)
        self.node, self.other = node, other
        self.sent = []  # labels that were acknowledged as sent
        self.stopping = False
        self.failure = None

    def insist(self, write):
        """The same command under one key until there is an answer."""
        key = uuid.uuid4().hex
        while True:
            try:
                return write(key)
            except Away:
                time.sleep(0.02)

    def run(self):
        client = Client(self.node.url, self.node.keys["clerk"])
        parties = {"sender": self.node.party, "receiver": self.other.party}
        try:
            while not self.stopping:
                label = f"{self.name}-{len(self.sent)}"
                case = self.insist(lambda key: client.start("parcels", "parcel", "clerk", parties,
                                                            {"label": label}, key))["case"]
                self.insist(lambda key: client.act(case, "send", "clerk", None, key))
                self.sent.append((label, case))
        except Exception as failure:  # told in the main thread
            self.failure = failure
        client.close()


class Crash(CircleTest):
    def test_twelve_kills_lose_nothing_and_repeat_nothing(self):
        chance = random.Random(7)
        nodes = list(self.nodes.values())
        writers = [Writer(node, nodes[1 - i], f"{node.party}-{n}")
                   for i, node in enumerate(nodes) for n in range(WRITERS)]
        for writer in writers:
            writer.start()
        for kill in range(KILLS):
            time.sleep(chance.uniform(0.05, 0.6))
            hit = nodes if kill % 5 == 4 else [nodes[kill % 2]]  # sometimes both at once
            for node in hit:
                node.kill()
            time.sleep(chance.uniform(0, 0.3))
            for node in hit:
                node.start()
        for writer in writers:
            writer.stopping = True
        for writer in writers:
            writer.join(60)
            self.assertFalse(writer.is_alive(), writer.name)
            self.assertIsNone(writer.failure, writer.name)
        mail_delivered(nodes)

        sent = sorted(pair for writer in writers for pair in writer.sent)
        self.assertGreater(len(sent), 50)
        for node in nodes:
            cases = node.as_("clerk").cases(pack="parcels")
            self.assertEqual(sorted((c["data"]["label"], c["id"]) for c in cases), sent, node.party)
            self.assertEqual({c["state"] for c in cases}, {"arrived"}, node.party)
            self.assertEqual(self.pieces(node, "sent"), len(sent))
            self.assertEqual(node.held(), [])
        for label, case in sent[:3]:
            self.assertEqual(self.history("chongqing", case), self.history("sichuan", case), label)

        # They still work: everything is taken, once.
        for node in nodes:
            for case in node.as_("clerk").cases(pack="parcels", plays="receiver"):
                if case["parties"]["receiver"] != node.party:
                    continue
                node.as_("clerk").act(case["id"], "take", "clerk")
                with self.assertRaises(Refused):
                    node.as_("clerk").act(case["id"], "take", "clerk")
        mail_delivered(nodes)
        for node in nodes:
            self.assertEqual(self.pieces(node, "taken"), len(sent))
            self.assertEqual(node.as_("clerk").figure("parcels", "taken")["value"], len(sent))
        self.verify("chongqing", "sichuan")

    def pieces(self, node, kind):
        accounts = node.as_("clerk").get(f"/packs/parcels/books/pieces/{kind}")["accounts"]
        return sum(one["balance"] for one in accounts)


if __name__ == "__main__":
    unittest.main()
