"""A node is told to end while many clients write: whoever asked has an answer, or what was asked never
happened. Data is synthetic."""

import http.client
import json
import signal
import threading
import time
import unittest
import urllib.parse

from support import PATIENCE, CircleTest, wait_until

WRITERS = 24
ROUNDS = 3


class Writer(threading.Thread):
    """Starts one parcel after the other until it is no longer answered that it was taken."""

    def __init__(self, node, name):
        super().__init__(daemon=True)
        self.node, self.label = node, name
        self.asked, self.taken, self.told = 0, [], None

    def run(self):
        where = urllib.parse.urlsplit(self.node.url)
        connection = http.client.HTTPConnection(where.hostname, where.port, timeout=60)
        while True:
            label = f"{self.label}-{self.asked}"
            self.asked += 1
            body = {"pack": "parcels", "service": "parcel", "role": "clerk",
                    "parties": {"sender": "sichuan", "receiver": "chongqing"},
                    "with": {"label": label}}
            try:
                connection.request("POST", "/api/v1/cases", json.dumps(body),
                                   {"Content-Type": "application/json",
                                    "Authorization": "Bearer " + self.node.keys["clerk"]})
                answer = connection.getresponse()
                text = answer.read()
            except (OSError, http.client.HTTPException) as why:
                self.told = type(why).__name__
                return
            if answer.status != 201:
                self.told = f"{answer.status} {json.loads(text)['code']}"
                return
            self.taken.append(label)


class Ending(CircleTest):
    def test_whoever_asked_is_answered_or_it_never_happened(self):
        node = self.nodes["sichuan"]
        taken = set()
        for n in range(ROUNDS):
            writers = [Writer(node, f"r{n}w{i}") for i in range(WRITERS)]
            for one in writers:
                one.start()
            time.sleep(0.5)
            began = time.monotonic()
            node.process.send_signal(signal.SIGTERM)
            for one in writers:
                one.join(60)
                self.assertFalse(one.is_alive())
            self.assertEqual(node.process.wait(60), 0)
            self.assertLess(time.monotonic() - began, 5 * PATIENCE)
            node.stop()
            told = {one.told for one in writers}
            # Nobody hears that the outcome is unknown: there was time for all.
            self.assertFalse([one for one in told if one[:3].isdigit() and one != "503 ending"], told)
            taken |= {label for one in writers for label in one.taken}
            self.assertGreater(sum(len(one.taken) for one in writers), WRITERS)
            node.start()

        def there():
            return {case["data"]["label"] for case in node.as_("clerk").cases(pack="parcels")}
        wait_until(lambda: len(there()) >= len(taken), "the lists to have what was told", 20 * PATIENCE)
        durable = there()
        self.assertEqual(durable - taken, set(), "it became durable, and nobody was told")
        self.assertEqual(taken - durable, set(), "it was told, and is not there")
        self.verify("chongqing", "sichuan")


if __name__ == "__main__":
    unittest.main()
