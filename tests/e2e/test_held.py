"""A message that does not verify is put aside and shown; its case waits, the others go on."""

import unittest

from support import CircleTest, Refused

AHEAD = "2026-03-05"  # no clock of the pack has run out by then


class Held(CircleTest):
    def parcel(self, label):
        return self.nodes["chongqing"].as_("clerk").start(
            "parcels", "parcel", "clerk", {"sender": "chongqing", "receiver": "sichuan"},
            {"label": label})["case"]

    def test_a_step_from_the_future_waits_and_only_its_case(self):
        chongqing, sichuan = self.nodes["chongqing"], self.nodes["sichuan"]
        clerk = chongqing.as_("clerk")
        poisoned, sound = self.parcel("poisoned"), self.parcel("sound")
        self.deliver()
        chongqing.set_day(AHEAD)  # its clock is days ahead of Sichuan's
        clerk.act(poisoned, "note", "clerk", {"note": "from the future"})
        self.deliver()
        held = sichuan.held()
        self.assertEqual([(one["party"], one["kind"], one["stream"]) for one in held],
                         [("chongqing", "case.event", poisoned)])
        self.assertIn("date", held[0]["reason"])
        self.assertEqual(sichuan.channels()["chongqing"]["held"], 1)
        # It stops at Sichuan. What Sichuan's clock says only Sichuan knows: Chongqing is asked, and its case
        # is not stopped by a word.
        self.assertEqual({node.party: [(one["kind"], one["reason"]) for one in
                                       node.as_("clerk").case(poisoned)["disputes"]]
                          for node in (chongqing, sichuan)},
                         {"chongqing": [("question", "date")], "sichuan": [("dispute", "date")]})
        self.assertTrue(sichuan.as_("clerk").case(poisoned)["disputed"])
        self.assertFalse(chongqing.as_("clerk").case(poisoned)["disputed"])
        with self.assertRaises(Refused) as refused:
            sichuan.as_("clerk").act(poisoned, "send", "clerk")
        self.assertIn(refused.exception.code, ("disputed", "not_owner"))

        # What comes from Sichuan, and what Chongqing does with its other cases, goes on.
        own = sichuan.as_("clerk").start("parcels", "parcel", "clerk",
                                         {"sender": "sichuan", "receiver": "chongqing"},
                                         {"label": "own"})["case"]
        sichuan.as_("clerk").act(own, "send", "clerk")
        self.deliver()
        self.assertEqual(chongqing.as_("clerk").case(own)["state"], "arrived")

        # When the clocks agree again both sides sign the step; it takes effect, and the case goes on.
        sichuan.set_day(AHEAD)
        for node in (chongqing, sichuan):
            content = node.as_("clerk").case(poisoned)["disputes"][-1]["content"]
            node.as_("chief").post(f"/cases/{poisoned}/settle",
                                   {"content": content, "note": "the clocks have been set right"})
        self.deliver()
        self.assertEqual(sichuan.held(), [])
        clerk.act(poisoned, "send", "clerk")
        clerk.act(sound, "send", "clerk")
        self.deliver()
        for case in (poisoned, sound):
            sichuan.as_("clerk").act(case, "take", "clerk")
        self.deliver()
        self.assertEqual(self.history("chongqing", poisoned), self.history("sichuan", poisoned))
        self.verify("chongqing", "sichuan")

    def test_two_administrators_have_a_held_message_decided_again(self):
        chongqing, sichuan = self.nodes["chongqing"], self.nodes["sichuan"]
        case = self.parcel("early")
        self.deliver()
        chongqing.set_day(AHEAD)
        chongqing.as_("clerk").act(case, "note", "clerk", {"note": "early"})
        self.deliver()
        held = sichuan.held()[0]
        path = f"/held/{held['party']}/{held['seq']}"
        sichuan.set_day(AHEAD)
        asked = {"note": "the clock was set right"}
        first = sichuan.as_("admin").post(path, asked)
        self.assertEqual(first["waits_for"], "a second person")
        sichuan.as_("admin").post(path, asked)  # the same person twice is not two
        self.assertEqual(len(sichuan.held()), 1)
        sichuan.as_("second").post(path, asked)
        self.assertEqual(sichuan.held(), [])

    def test_an_invariant_broken_at_the_receiver_stops_that_case(self):
        chongqing, sichuan = self.nodes["chongqing"], self.nodes["sichuan"]
        case, other = self.parcel("unwanted"), self.parcel("wanted")
        sichuan.as_("admin").post("/packs/parcels/registers/stop/records",
                                  {"records": [{"label": "unwanted"}]})
        for one in (case, other):
            chongqing.as_("clerk").act(one, "send", "clerk")
        self.deliver()
        for node in (chongqing, sichuan):
            self.assertEqual([d["reason"] for d in node.as_("clerk").case(case)["disputes"]], ["holds"])
            self.assertEqual(node.as_("clerk").case(other)["disputes"], [])
        sichuan.as_("clerk").act(other, "take", "clerk")
        with self.assertRaises(Refused) as refused:
            sichuan.as_("clerk").act(case, "take", "clerk")
        self.assertEqual(refused.exception.code, "disputed")
        self.deliver()
        self.verify("chongqing", "sichuan")


if __name__ == "__main__":
    unittest.main()
