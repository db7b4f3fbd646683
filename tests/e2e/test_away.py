"""One node is away while the other works through days of cases; when it comes back it takes
everything in order."""

import datetime
import unittest

from support import FIRST_DAY, CircleTest, mail_delivered

DAYS = 14
CASES = 120


class AwayForDays(CircleTest):
    def test_days_of_work_arrive_in_order(self):
        chongqing, sichuan = self.nodes["chongqing"], self.nodes["sichuan"]
        parties = {"sender": "chongqing", "receiver": "sichuan"}
        clerk = chongqing.as_("clerk")
        sichuan.stop()
        day = datetime.date.fromisoformat(FIRST_DAY)
        sent, waiting = [], []
        for n in range(CASES):
            if n % (CASES // DAYS) == 0:
                day += datetime.timedelta(days=1)
                chongqing.set_day(day.isoformat())
            case = clerk.start("parcels", "parcel", "clerk", parties, {"label": f"p{n}"})["case"]
            clerk.act(case, "note", "clerk", {"note": f"n{n}"})
            if n % 10 == 0:
                waiting.append(case)  # its clock runs out while the other is away
            else:
                clerk.act(case, "send", "clerk")
                sent.append(case)
        backlog = chongqing.channels()["sichuan"]["backlog"]
        self.assertGreaterEqual(backlog, 3 * CASES - len(waiting))
        self.assertFalse(chongqing.channels()["sichuan"]["up"])

        sichuan.today = day.isoformat()
        sichuan.start()
        mail_delivered([chongqing, sichuan])
        self.assertEqual(sichuan.held(), [])
        self.assertEqual(len(sichuan.as_("clerk").cases(pack="parcels")), CASES)
        for case in sent[::10] + waiting:
            self.assertEqual(self.history("chongqing", case), self.history("sichuan", case))
        late = [task for task in clerk.get("/tasks", limit=500)["tasks"] if task["kind"] == "work"]
        self.assertGreaterEqual(len(late), len(waiting) // 2)
        # In order: message n of the channel stands before message n + 1 in the receiver's journal.
        entries, first = [], 0
        while first is not None:
            page = sichuan.as_("admin").get("/journal/entries", **{"from": first, "limit": 1000})
            entries += page["entries"]
            first = page.get("next")
        taken = [e["seq"] for e in entries
                 if e["kind"] == "recv" and e["channel"] == "chongqing.sichuan.main"]
        self.assertEqual(taken, list(range(1, len(taken) + 1)))
        self.assertGreaterEqual(len(taken), backlog)
        self.verify("chongqing", "sichuan")


if __name__ == "__main__":
    unittest.main()
