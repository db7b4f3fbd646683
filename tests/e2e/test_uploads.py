"""A document of some size through two real nodes: it comes in pieces, one node is killed in the middle, it
goes on, travels to the other side, and is there byte for byte."""

import hashlib
import os
import subprocess
import unittest
import urllib.request

from support import FIRST_DAY, PARCELS, PATIENCE, CircleTest, Refused, bashu, program, wait_until

MIB = 1 << 20
SIZE = 40 * MIB + 123
PACK = PARCELS.replace(
    "  count: {type: int", "  file: {type: document, class: sensitive, title: {zh: 影像, en: Pictures}}\n  count: {type: int", 1).replace(
    "fields: {label: label, note:", "fields: {label: label, file: {type: file, optional: true}, note:").replace(
    "form: [label]\n", "form: [label, file]\n", 1)


class Uploads(CircleTest):
    PACK = PACK

    def test_a_large_document_survives_a_kill_and_crosses(self):
        sichuan, chongqing = self.nodes["sichuan"], self.nodes["chongqing"]
        whole = os.urandom(MIB) * 40 + b"e" * 123
        clerk = sichuan.as_("clerk")
        upload = clerk.post("/documents/uploads", {"name": "现场.mp4", "media": "video/mp4", "size": SIZE})
        path = f"/documents/uploads/{upload['upload']}"

        def piece(start, size):
            return clerk._again("POST", f"{path}?offset={start}", whole[start:start + size],
                                {"Content-Type": "application/octet-stream"}, True, 30)

        for start in range(0, 16 * MIB, 4 * MIB):
            piece(start, 4 * MIB)
        sichuan.kill()
        sichuan.start()
        clerk = sichuan.as_("clerk")
        (known,) = clerk.get("/documents/uploads")["uploads"]
        self.assertEqual((known["offset"], known["name"]), (16 * MIB, "现场.mp4"))
        with self.assertRaises(Refused):
            piece(12 * MIB, 4 * MIB)
        for start in range(16 * MIB, SIZE, 8 * MIB):
            piece(start, 8 * MIB)
        document = clerk.post(path + "/finish", {"sha256": hashlib.sha256(whole).hexdigest()})
        case = clerk.start("parcels", "parcel", "clerk", {"sender": "sichuan", "receiver": "chongqing"},
                           {"label": "a", "file": document})["case"]
        clerk.act(case, "send", "clerk")
        self.deliver()

        theirs = chongqing.as_("clerk")
        where = f"/documents/{document['sha256']}"

        def digest():
            try:
                return theirs.get(f"{where}/digest", case=case)["file_sha256"]
            except Refused as refused:  # some of it is on its way
                self.assertEqual(refused.status, 503)
                return None
        wait_until(digest, "the document to cross")
        self.assertEqual(digest(), hashlib.sha256(whole).hexdigest())
        request = urllib.request.Request(f"{chongqing.url}/api/v1{where}?case={case}",
                                         headers={"Authorization": f"Bearer {chongqing.keys['clerk']}"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            self.assertEqual(hashlib.sha256(answer.read()).hexdigest(), hashlib.sha256(whole).hexdigest())
        self.lost_documents_stop_the_start(sichuan)

    def lost_documents_stop_the_start(self, node):
        node.kill()
        kept, away = node.dir / "blobs", node.dir / "blobs-away"
        kept.rename(away)
        for language, words in (("en", "is gone"), ("zh", "现已不存在")):
            said = subprocess.run([str(program()), "--lang", language, "serve", str(node.dir), "--rehearsal", FIRST_DAY],
                                  capture_output=True, text=True, check=False, timeout=60 * PATIENCE)
            self.assertNotEqual(said.returncode, 0)
            self.assertIn(words, said.stderr)
            self.assertIn("documents.kept", said.stderr)
        away.rename(kept)
        node.start()


class Replaced(CircleTest):
    """A document that a later step replaced stays, as long as its own key does."""
    PACK = PACK.replace("form: [note]}", "form: [note, file]}", 1)

    def test_a_replaced_document_goes_with_its_case_on_both_sides(self):
        sichuan, chongqing = self.nodes["sichuan"], self.nodes["chongqing"]
        clerk = sichuan.as_("clerk")
        first, second, other = (clerk.deposit(f"{name}.txt", "text/plain", name.encode()) for name in ("a", "b", "c"))
        parties = {"sender": "sichuan", "receiver": "chongqing"}
        case = clerk.start("parcels", "parcel", "clerk", parties, {"label": "a", "file": first})["case"]
        clerk.act(case, "note", "clerk", {"file": second})
        clerk.act(case, "send", "clerk")
        beside = clerk.start("parcels", "parcel", "clerk", parties, {"label": "b", "file": other})["case"]
        clerk.act(beside, "send", "clerk")
        self.deliver()
        of_case, all_three = {first["sha256"], second["sha256"]}, {one["sha256"] for one in (first, second, other)}

        def blobs(node):
            return {path.name for path in (node.dir / "blobs").iterdir()}
        wait_until(lambda: all_three <= blobs(chongqing), "the documents to cross")
        for node in (sichuan, chongqing):  # what the history names is in the snapshot
            node.stop()
            bashu("snapshot", node.dir)
            node.start()
        for key in ("admin", "second"):
            bashu("privacy", "erase", beside, "--reason", "asked by the person", "--api", sichuan.url,
                  "--key", sichuan.keys[key])
        for node in (sichuan, chongqing):
            wait_until(lambda node=node: other["sha256"] not in blobs(node), "what was erased to go")
            self.assertLessEqual(of_case, blobs(node), "and nothing else")
        for key in ("admin", "second"):
            bashu("privacy", "erase", case, "--reason", "asked by the person", "--api", sichuan.url,
                  "--key", sichuan.keys[key])
        for node in (sichuan, chongqing):
            wait_until(lambda node=node: not of_case & blobs(node), "both documents of the case to go")


if __name__ == "__main__":
    unittest.main()
