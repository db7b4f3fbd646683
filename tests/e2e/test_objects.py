"""Documents of a node in a real object store: moved there and back, sealed before they leave, with the
store killed, frozen and refusing while the node goes on. Data is synthetic."""

import hashlib
import os
import re
import time
import unittest

from object_store import KEY, ObjectStore
from support import CircleTest, Refused, bashu, wait_until
from test_uploads import PACK

MIB = 1 << 20
PARTIES = {"sender": "sichuan", "receiver": "chongqing"}
PLAIN = b"synthetic: what this document says in clear " * 100


class Objects(CircleTest):
    PACK = PACK

    def setUp(self):
        super().setUp()
        (self.dir / "store").mkdir()
        self.store = ObjectStore(self.dir / "store").start()
        self.addCleanup(self.store.kill)
        self.set_environment("BASHU_OBJECTS_KEY_FILE", self.store.keys)
        (self.dir / "backup.key").write_text("12" * 32)
        self.set_environment("BASHU_BACKUP_KEY_FILE", self.dir / "backup.key")
        self.node = self.nodes["sichuan"]

    def set_environment(self, name, value):
        before = os.environ.get(name)
        os.environ[name] = str(value)
        self.addCleanup(lambda: os.environ.pop(name, None) if before is None
                        else os.environ.update({name: before}))

    def move(self, to, *more, check=True):
        return bashu("documents", "move", self.node.dir, "--to", to, *more, check=check)

    def in_folder(self):
        return {path.name for path in (self.node.dir / "blobs").glob("*") if path.is_file()}

    def objects(self):
        return self.store.objects("sichuan")

    def use_store(self):
        self.node.stop()
        said = self.move(self.store.url("sichuan"))
        self.node.start()
        return said

    def hand_in(self, document):
        case = self.node.as_("clerk").start("parcels", "parcel", "clerk", PARTIES,
                                            {"label": "a", "file": document})["case"]
        return case, document["sha256"]

    def refusal(self, act):
        with self.assertRaises(Refused) as refused:
            act()
        return refused.exception.status, refused.exception.problem["code"]

    def away(self):
        return "documents_away" in self.node.health()["why"]

    def doctor(self):
        return [line for line in bashu("doctor", self.node.dir, check=False).stdout.splitlines()
                if "documents" in line]

    def test_moved_there_and_back_sealed_and_named_by_what_the_store_may_know(self):
        clerk = self.node.as_("clerk")
        before = self.hand_in(clerk.deposit("a.txt", "text/plain", PLAIN))
        damaged = clerk.deposit("b.txt", "text/plain", b"damaged")["sha256"]
        (self.node.dir / "blobs" / damaged).write_bytes(b"other")
        running = self.move(self.store.url("sichuan"), check=False)
        self.assertEqual((running.returncode, self.objects()), (1, {}), running.stdout)
        self.node.stop()
        partly = self.move(self.store.url("sichuan"), check=False)
        self.assertEqual(partly.returncode, 1)
        self.assertIn("1 documents are of other content", partly.stdout)
        self.assertEqual(self.in_folder(), {damaged})
        self.node.start()
        clerk = self.node.as_("clerk")
        after = self.hand_in(clerk.deposit("c.txt", "text/plain", PLAIN))
        self.assertEqual(self.in_folder(), {damaged}, "what comes now goes to the store")
        for name, content in self.objects().items():
            self.assertEqual(hashlib.sha256(content).hexdigest(), name)
            self.assertNotIn(PLAIN[:20], content)
        self.assertEqual(set(self.objects()), {before[1], after[1]})
        for one in (before, after):
            self.assertEqual(clerk.document(*one), PLAIN)

        waiting = clerk.deposit("d.txt", "text/plain", b"taken back")["sha256"]
        self.assertIn(waiting, self.objects())
        clerk._again("DELETE", f"/documents/{waiting}", None, None, False, 30)
        self.assertNotIn(waiting, self.objects())

        (self.node.dir / "blobs" / damaged).unlink()  # no backup takes another content
        bashu("backup", self.node.dir, "--to", self.dir / "backup", "--vault-to", self.dir / "vault")
        bashu("backup", "rehearse", self.dir / "backup", "--vault-from", self.dir / "vault")

        running = self.move("directory", check=False)
        self.assertEqual(running.returncode, 1)
        self.node.stop()
        self.assertIn("2 documents", self.move("directory"))
        self.assertEqual((self.objects(), self.in_folder()), ({}, {before[1], after[1]}))
        self.node.start()
        clerk = self.node.as_("clerk")
        self.assertEqual(clerk.document(*before), PLAIN)

    def test_more_than_a_page_comes_back(self):
        self.use_store()
        folder = self.store.dir / "data" / "documents" / "sichuan"
        folder.mkdir(parents=True, exist_ok=True)
        def lay(name, content):
            (folder / name).write_bytes(content)
            os.setxattr(folder / name, "user.user.content-md5", hashlib.md5(content).digest())  # as the server does
        for number in range(1_050):
            content = b"%d" % number
            lay(hashlib.sha256(content).hexdigest(), content)
        lay("0" * 64, b"damaged")
        self.node.stop()
        said = self.move("directory", "--keep", check=False)
        self.assertIn("1050 documents", said.stdout, said.stderr)
        self.assertIn("1 documents are of other content", said.stdout)
        self.assertEqual((len(self.in_folder()), len(self.objects())), (1_050, 1_051))

    def test_the_store_dies_in_an_upload_and_the_node_goes_on(self):
        self.use_store()
        clerk = self.node.as_("clerk")
        here = self.hand_in(clerk.deposit("a.txt", "text/plain", PLAIN))
        dropped = clerk.post("/documents/uploads", {"name": "d.bin", "media": "video/mp4", "size": 2 * MIB})["upload"]
        before = set(self.objects())
        clerk._again("POST", f"/documents/uploads/{dropped}?offset=0", b"d" * MIB,
                     {"Content-Type": "application/octet-stream"}, True, 30)
        (waiting,) = set(self.objects()) - before
        whole = os.urandom(MIB) * 20
        upload = clerk.post("/documents/uploads", {"name": "a.bin", "media": "video/mp4", "size": len(whole)})
        path = f"/documents/uploads/{upload['upload']}"

        def piece(start):
            return clerk._again("POST", f"{path}?offset={start}", whole[start:start + 5 * MIB],
                                {"Content-Type": "application/octet-stream"}, True, 30)

        piece(0)
        self.store.kill()
        self.assertEqual(self.refusal(lambda: piece(5 * MIB)), (503, "documents_away"))
        self.assertEqual(self.refusal(lambda: clerk.document(*here)), (503, "documents_away"))
        self.assertTrue(self.away())
        clerk.start("parcels", "parcel", "clerk", PARTIES, {"label": "without"})
        clerk._again("DELETE", f"/documents/uploads/{dropped}", None, None, False, 30)
        self.assertIn(waiting, self.objects())
        self.assertTrue(any("FAIL" in line for line in self.doctor()), self.doctor())
        told = bashu("backup", self.node.dir, "--to", self.dir / "b", "--vault-to", self.dir / "v", check=False)
        self.assertNotEqual(told.returncode, 0, "a backup without the documents is none")
        self.assertIn(self.store.address, told.stderr)

        self.store.start()
        wait_until(lambda: not self.away(), "the store to be found again")
        wait_until(lambda: waiting not in self.objects(), "what was to be removed")
        for start in range(5 * MIB, len(whole), 5 * MIB):
            piece(start)
        document = clerk.post(path + "/finish", {"sha256": hashlib.sha256(whole).hexdigest()})
        case, sha256 = self.hand_in(document)
        clerk.act(case, "send", "clerk")
        self.deliver()
        theirs = self.nodes["chongqing"].as_("clerk")

        def crossed():
            try:
                return theirs.document(case, sha256) == whole
            except Refused as refused:  # some of it is on its way
                self.assertEqual(refused.status, 503)
                return False
        wait_until(crossed, "the document to cross")

    def test_an_erasure_deletes_the_object_and_the_other_sides_copy(self):
        self.use_store()
        clerk = self.node.as_("clerk")
        kept = self.hand_in(clerk.deposit("a.txt", "text/plain", PLAIN))
        whole = os.urandom(MIB) * 3
        upload = clerk.post("/documents/uploads", {"name": "a.bin", "media": "video/mp4", "size": len(whole)})
        path = f"/documents/uploads/{upload['upload']}"
        for start in range(0, len(whole), MIB):
            clerk._again("POST", f"{path}?offset={start}", whole[start:start + MIB],
                         {"Content-Type": "application/octet-stream"}, True, 30)
        gone = self.hand_in(clerk.post(path + "/finish", {"sha256": hashlib.sha256(whole).hexdigest()}))
        clerk.act(gone[0], "send", "clerk")
        self.deliver()
        theirs = self.nodes["chongqing"]
        there = theirs.dir / "blobs"
        names = set(self.objects()) - {kept[1]}
        self.assertEqual(len(names), 4, "three parts and their list")
        wait_until(lambda: names <= {path.name for path in there.iterdir()}, "the document to cross")
        for key in ("admin", "second"):
            bashu("privacy", "erase", gone[0], "--reason", "asked by the person", "--api", self.node.url,
                  "--key", self.node.keys[key])
        wait_until(lambda: set(self.objects()) == {kept[1]}, "the objects to go")
        wait_until(lambda: not names & {path.name for path in there.iterdir()}, "the other side's copy to go")
        for node in (self.node, theirs):
            self.assertEqual(self.refusal(lambda node=node: node.as_("clerk").document(*gone)), (410, "erased"))
        self.assertEqual(clerk.document(*kept), PLAIN)

    def test_a_store_that_says_nothing_costs_bounded_time(self):
        self.use_store()
        clerk = self.node.as_("clerk")
        here = self.hand_in(clerk.deposit("a.txt", "text/plain", PLAIN))
        self.store.freeze()
        begun = time.monotonic()
        self.assertEqual(self.refusal(lambda: clerk.document(*here)), (503, "documents_away"))
        self.assertLess(time.monotonic() - begun, 20)
        begun = time.monotonic()
        self.assertEqual(self.refusal(lambda: clerk.deposit("b.txt", "text/plain", PLAIN)),
                         (503, "documents_away"))
        self.assertLess(time.monotonic() - begun, 2, "the second one is not kept waiting")
        self.store.thaw()
        wait_until(lambda: not self.away(), "the store to be found again")
        self.assertEqual(clerk.document(*here), PLAIN)

    def test_a_wrong_secret_is_said_in_words(self):
        self.store.keys.write_text(f"{KEY}:another\n")
        self.node.stop()
        refused = self.move(self.store.url("sichuan"), check=False)
        self.assertRegex(refused.stderr, "SignatureDoesNotMatch: the secret is not the one")
        self.assertFalse((self.node.dir / "documents.url").exists())
        (self.node.dir / "documents.url").write_text(self.store.url("sichuan") + "\n")
        self.node.start()
        wait_until(self.away, "the node to say so")
        self.assertTrue(any(re.search("FAIL.*SignatureDoesNotMatch", line) for line in self.doctor()), self.doctor())
        (self.node.dir / "documents.url").write_text(self.store.url("x").replace("/documents/", "/none/") + "\n")
        self.store.keys.write_text(f"{KEY}:a secret of the test\n")
        self.assertTrue(any("NoSuchBucket" in line for line in self.doctor()), self.doctor())


if __name__ == "__main__":
    unittest.main()
