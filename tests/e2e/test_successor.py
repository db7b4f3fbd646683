"""A machine is lost with its last entries: the node comes back from an older backup, goes on by
agreement as a successor log, takes again what it had forgotten, and shows what it cannot know of
itself. Data is synthetic."""

import json
import os
import shutil
import unittest

from support import FIRST_DAY, CircleTest, bashu, mail_delivered, wait_until

PARTIES = {"sender": "sichuan", "receiver": "chongqing"}


def tried(*arguments):
    done = bashu(*arguments, check=False)
    return done.returncode, done.stdout + done.stderr


class Successor(CircleTest):
    def setUp(self):
        super().setUp()
        key = self.dir / "backup.key"
        key.write_text(os.urandom(32).hex() + "\n")
        before = os.environ.get("BASHU_BACKUP_KEY_FILE")
        os.environ["BASHU_BACKUP_KEY_FILE"] = str(key)
        self.addCleanup(lambda: os.environ.pop("BASHU_BACKUP_KEY_FILE")
                        if before is None else os.environ.update(BASHU_BACKUP_KEY_FILE=before))
        self.sichuan, self.chongqing = self.nodes["sichuan"], self.nodes["chongqing"]

    def parcel(self, label, by="sichuan", send=True):
        to = "chongqing" if by == "sichuan" else "sichuan"
        clerk = self.nodes[by].as_("clerk")
        case = clerk.start("parcels", "parcel", "clerk", {"sender": by, "receiver": to},
                           {"label": label})["case"]
        if send:
            clerk.act(case, "send", "clerk")
        return case

    def take(self, case, at="chongqing"):
        """The case has to have arrived."""
        self.nodes[at].as_("clerk").act(case, "take", "clerk")

    def back_up(self):
        bashu("backup", self.sichuan.dir, "--to", self.dir / "backup", "--vault-to", self.dir / "vault")

    def restore(self):
        """The machine is gone; an older backup takes its place."""
        self.sichuan.kill()
        bashu("restore", "--from", self.dir / "backup", "--vault-from", self.dir / "vault",
              "--to", self.dir / "back")
        shutil.move(self.sichuan.dir, self.dir / "gone")
        shutil.move(self.dir / "back", self.sichuan.dir)

    def lost(self, party):
        return json.loads(bashu("circle", "lost", self.nodes[party].dir, "--json"))

    def agree(self):
        """Composed where it is lost, signed by the others, adopted by all at rest."""
        made, signed = self.dir / "successor-1", self.dir / "successor-2"
        bashu("circle", "successor", self.sichuan.dir, "--out", made)
        code, said = tried("circle", "accept", self.chongqing.dir, made, "--yes", "--out", signed)
        self.assertEqual(code, 0, said)
        return signed, said

    def adopt(self, file):
        """By everybody at rest; the peer is back, the restored node is not served yet."""
        self.chongqing.stop()
        self.assertNotIn("circle recall", tried("circle", "adopt", self.chongqing.dir, file)[1])
        code, said = tried("circle", "adopt", self.sichuan.dir, file)
        self.assertEqual((code, "before the node is served, bashu circle recall" in said), (0, True), said)
        self.chongqing.start()

    def taken(self, party):
        return self.nodes[party].as_("clerk").figure("parcels", "taken", as_of=FIRST_DAY)["value"]

    def test_a_lost_end_goes_on(self):
        known = self.parcel("p1")
        stays = self.parcel("p2", send=False)
        mail_delivered([self.chongqing, self.sichuan])
        self.back_up()
        self.take(known)  # received, receipted and forgotten
        forgotten = self.parcel("p3")  # sent and forgotten
        theirs = self.parcel("p4", by="chongqing")  # received and forgotten
        mail_delivered([self.chongqing, self.sichuan])
        self.restore()
        after = self.parcel("p5", by="chongqing")  # sent while nobody is there

        self.sichuan.launch()
        self.assertEqual(self.sichuan.process.wait(60), 2)
        self.sichuan.stop()
        code, said = tried("circle", "successor", self.chongqing.dir, "--out", self.dir / "no")
        self.assertNotEqual(code, 0, said)

        before = self.lost("sichuan")
        self.assertEqual([(one["kind"], one["case"], one["version"], one["here"])
                          for one in before if one["sent_by_us"]],
                         [("case.event", forgotten, 1, "unknown"),
                          ("case.event", forgotten, 2, "unknown")])
        self.assertIn((known, 3), [(one["case"], one["version"]) for one in before
                                   if not one["sent_by_us"]])
        file, said = self.agree()
        self.assertIn("THE END OF THE LOG OF sichuan IS LOST", said)
        self.assertIn("sichuan.chongqing.main ends; sichuan.chongqing.main2 goes on", said)

        # Nothing is written here before the edition, and not by a node that has not all signatures.
        code, said = tried("circle", "adopt", self.sichuan.dir, self.dir / "successor-1")
        self.assertEqual((code, "not everybody has signed" in said), (1, True), said)
        code, said = tried("circle", "recall", self.sichuan.dir, "--yes")
        self.assertEqual((code, "before the edition is adopted" in said), (1, True), said)
        self.adopt(file)

        # What it had sent is listed with what it says and what to do, and taken back before it serves.
        shown = bashu("circle", "lost", self.sichuan.dir)
        for words in ("$start by clerk on 2026-03-02", "label=p3", "sender=sichuan", "send by clerk",
                      "bashu circle recall DIR takes it back from chongqing"):
            self.assertIn(words, shown)
        code, said = tried("circle", "recall", self.sichuan.dir)
        self.assertEqual((code, "nothing was done" in said), (1, True), said)
        said = bashu("circle", "recall", self.sichuan.dir, "--yes")
        self.assertIn(f"taken back: {forgotten} 1: $start by clerk", said)
        self.assertIn(f"taken back: {forgotten} 2: send by clerk", said)
        self.assertIn("No step of ours waits", bashu("circle", "recall", self.sichuan.dir, "--yes"))
        self.sichuan.start()
        wait_until(lambda: all(one["backlog"] == 0 and one["stopped"] == "" for node in self.nodes.values()
                               for one in node.channels().values()), "the mail goes on")
        mail_delivered([self.chongqing, self.sichuan])

        # What it had taken it took again, once; what it had sent stays on the list of both.
        for case in (known, stays, theirs, after, forgotten):
            self.assertEqual(self.history("sichuan", case), self.history("chongqing", case), case)
        for party in self.nodes:
            told = [(one["case"], one["version"], one["sent_by_us"], one["here"]) for one in self.lost(party)]
            self.assertEqual(told, [(forgotten, 1, party == "sichuan", "further"),
                                    (forgotten, 2, party == "sichuan", "same")])
        self.assertIn("sichuan takes it back or does it again", bashu("circle", "lost", self.chongqing.dir))
        self.take(forgotten)
        new = self.parcel("p6")
        self.assertNotEqual(new, forgotten)  # no number twice
        mail_delivered([self.chongqing, self.sichuan])
        self.take(new)
        self.take(theirs, at="sichuan")
        self.sichuan.as_("clerk").act(stays, "send", "clerk")
        mail_delivered([self.chongqing, self.sichuan])
        for case in (new, theirs, stays, forgotten):
            self.assertEqual(self.history("sichuan", case), self.history("chongqing", case), case)
        self.assertEqual(self.taken("sichuan"), self.taken("chongqing"))
        self.assertEqual([], [node.held() for node in self.nodes.values() if node.held()])
        for node in self.nodes.values():  # and after a start
            node.stop()
            node.start()
        mail_delivered([self.chongqing, self.sichuan])
        self.verify("chongqing", "sichuan")

    def test_a_case_that_went_on_there_is_settled(self):
        case = self.parcel("p1", send=False)
        mail_delivered([self.chongqing, self.sichuan])
        self.back_up()
        self.sichuan.as_("clerk").act(case, "send", "clerk")
        mail_delivered([self.chongqing, self.sichuan])
        self.restore()
        self.take(case)  # a step after one that is forgotten
        file, _ = self.agree()
        self.assertEqual([(one["version"], one["here"]) for one in self.lost("sichuan")],
                         [(2, "behind"), (3, "behind")])
        self.adopt(file)
        self.sichuan.start()  # nobody took the step back
        wait_until(lambda: self.sichuan.held(), "the step that does not follow is held")
        mail_delivered([self.chongqing, self.sichuan])
        self.assertEqual([one["stream"] for one in self.sichuan.held()], [case])
        self.parcel("p2")  # others pass
        mail_delivered([self.chongqing, self.sichuan])
        # Taken back late, and what follows it signed by both.
        self.sichuan.stop()
        said = bashu("circle", "recall", self.sichuan.dir, "--yes")
        self.assertIn(f"taken back: {case} 2: send by clerk", said)
        self.sichuan.start()
        mail_delivered([self.chongqing, self.sichuan])
        for node in (self.chongqing, self.sichuan):
            content = node.as_("clerk").case(case)["disputes"][-1]["content"]
            node.as_("chief").post(f"/cases/{case}/settle",
                                   {"content": content, "note": "the log of sichuan has a successor"})
        mail_delivered([self.chongqing, self.sichuan])
        self.assertEqual([], self.sichuan.held())
        for node in (self.chongqing, self.sichuan):
            self.assertEqual(node.as_("clerk").case(case)["state"], "taken", node.party)
        self.assertEqual(self.history("sichuan", case), self.history("chongqing", case))
        self.verify("chongqing", "sichuan")

    def test_an_altered_edition_is_refused(self):
        self.parcel("p1")
        self.back_up()
        self.parcel("p2")
        mail_delivered([self.chongqing, self.sichuan])
        self.restore()
        file, _ = self.agree()
        # Meanwhile the peer is somewhere else than the edition says: it is composed again.
        bashu("restore", "--from", self.dir / "backup", "--vault-from", self.dir / "vault",
              "--to", self.dir / "early", "--at", "5")
        code, said = tried("circle", "adopt", self.dir / "early", file)
        self.assertEqual((code, "does not end where the edition says" in said), (1, True), said)


if __name__ == "__main__":
    unittest.main()
