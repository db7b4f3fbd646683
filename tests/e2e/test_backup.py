"""Backups beside a node at work, and back: what is copied, what is refused, damage that a rehearsal
finds, and a restored node that writes nothing before its peers have confirmed its journal. Data is
synthetic."""

import os
import pathlib
import re
import shutil
import threading
import unittest

from support import PARCELS, CircleTest, Refused, bashu, mail_delivered, wait_until

PACK = PARCELS.replace(
    "  count: {type: int", "  who: {type: text, min: 1, max: 60, class: personal, title: {zh: 姓名, en: Name}}\n"
    "  count: {type: int", 1).replace(
    "fields: {label: label, note:", "fields: {label: label, who: {type: who, optional: true}, note:").replace(
    "form: [label]\n", "form: [label, who]\n", 1)
PARTIES = {"sender": "sichuan", "receiver": "chongqing"}
SECRET = "Synthetic Zhang Wei"


def exit_of(*arguments):
    done = bashu(*arguments, check=False)
    return done.returncode, done.stdout + done.stderr


class BackupAndRestore(CircleTest):
    PACK = PACK

    def setUp(self):
        super().setUp()
        key = self.dir / "backup.key"
        key.write_text(os.urandom(32).hex() + "\n")
        before = os.environ.get("BASHU_BACKUP_KEY_FILE")
        os.environ["BASHU_BACKUP_KEY_FILE"] = str(key)
        self.addCleanup(lambda: os.environ.pop("BASHU_BACKUP_KEY_FILE")
                        if before is None else os.environ.update(BASHU_BACKUP_KEY_FILE=before))
        self.to, self.vault = self.dir / "backup", self.dir / "vault"
        self.count = 0

    def work(self, cases=5, send=True):
        clerk = self.nodes["sichuan"].as_("clerk")
        for _ in range(cases):
            self.count += 1
            case = clerk.start("parcels", "parcel", "clerk", PARTIES,
                               {"label": f"p{self.count}", "who": SECRET})["case"]
            if send:
                clerk.act(case, "send", "clerk")

    def backup(self):
        said = bashu("backup", self.nodes["sichuan"].dir, "--to", self.to, "--vault-to", self.vault)
        return {name: int(re.search(pattern, said).group(1)) for name, pattern in (
            ("number", r"backup (\d+):"), ("entries", r"(\d+) entries"), ("new", r"\((\d+) new\)"),
            ("bytes", r"(\d+) bytes"), ("keys", r"(\d+) keys"))}

    def rehearse(self):
        return exit_of("backup", "rehearse", self.to, "--vault-from", self.vault,
                       "--work", self.dir)

    def restore(self, to, *more):
        return bashu("restore", "--from", self.to, "--vault-from", self.vault, "--to", to, *more)

    def swap_in(self, directory):
        """The restored directory takes the place of the lost one."""
        node = self.nodes["sichuan"]
        shutil.move(node.dir, self.dir / "lost")
        shutil.move(directory, node.dir)

    def entries(self):
        return int(re.search(r"(\d+) entries", bashu(
            "journal", "verify", self.nodes["sichuan"].dir)).group(1))

    def test_beside_the_node_only_what_is_new_and_nothing_in_clear(self):
        self.work(20)
        first = self.backup()
        stop = threading.Event()

        def go_on():
            while not stop.is_set():
                self.work(1)

        thread = threading.Thread(target=go_on)
        thread.start()
        try:
            second = self.backup()
        finally:
            stop.set()
            thread.join()
        self.work(1)
        third = self.backup()
        self.assertEqual([first["number"], second["number"], third["number"]], [1, 2, 3])
        self.assertEqual(first["new"], first["entries"])
        self.assertEqual(second["entries"] + third["new"], third["entries"])
        self.assertLess(third["new"], third["entries"])
        files = [path for folder in (self.to, self.vault) for path in folder.rglob("*")
                 if path.is_file()]
        for path in files:
            content = path.read_bytes()
            for clear in (SECRET, "parcels", "label", "BEGIN PRIVATE", "BSHCMT01"):
                self.assertNotIn(clear.encode(), content, path)
            self.assertEqual(path.stat().st_mode & 0o077, 0, path)
        # Of the vault only the newest: what is erased must not live on in an older one.
        self.assertEqual([path.name for path in self.vault.iterdir()], ["vault-000003"])
        code, said = self.rehearse()
        self.assertEqual(code, 0, said)
        self.assertIn(f"{third['entries']} entries of backup 3", said)
        self.assertRegex(said, r"[1-9]\d* sealed values opened; 0 keys")
        self.assertEqual([p.name for p in self.dir.iterdir() if "rehearsal" in p.name], [])

    def test_what_would_not_protect_is_refused_with_the_reason(self):
        node = self.nodes["sichuan"].dir
        for to, vault, words in ((self.to, self.to, "kept apart from the journal"),
                                 (self.to, self.to / "vault", "kept apart from the journal"),
                                 (node / "backup", self.vault, "another disk"),
                                 (self.to, node, "another disk")):
            code, said = exit_of("backup", node, "--to", to, "--vault-to", vault)
            self.assertEqual(code, 1, said)
            self.assertIn(words, said)
        self.assertFalse(self.to.exists())
        key = os.environ.pop("BASHU_BACKUP_KEY_FILE")
        try:
            code, said = exit_of("backup", node, "--to", self.to)
        finally:
            os.environ["BASHU_BACKUP_KEY_FILE"] = key
        self.assertEqual((code, "BASHU_BACKUP_KEY_FILE" in said), (1, True), said)
        self.backup()
        code, said = exit_of("backup", self.nodes["chongqing"].dir, "--to", self.to)
        self.assertEqual((code, "use a folder for each node" in said), (2, True), said)

    def test_damage_anywhere_is_found(self):
        self.work(3)
        self.backup()
        self.work(3)
        self.backup()
        self.assertEqual(self.rehearse()[0], 0)
        parts = [path for folder in (self.to, self.vault) for path in sorted(folder.rglob("*"))
                 if path.is_file() and path.name != "lock"]
        kinds = {re.sub(r"\d+", "", path.name): path for path in parts}
        self.assertGreaterEqual(set(kinds), {"manifest", "index.json", "journal-", "file-", "vault-"})
        for kind, path in kinds.items():
            whole = path.read_bytes()
            changed = bytearray(whole)
            changed[len(changed) // 2] ^= 1
            for what, content in (("changed", bytes(changed)), ("cut", whole[:-1]), ("gone", None)):
                path.unlink()
                if content is not None:
                    path.write_bytes(content)
                code, said = self.rehearse()
                self.assertNotEqual(code, 0, f"{kind} {what}: {said}")
                path.write_bytes(whole)
        os.environ["BASHU_BACKUP_KEY_FILE"] = str(self.dir / "other.key")
        pathlib.Path(os.environ["BASHU_BACKUP_KEY_FILE"]).write_text("ab" * 32)
        self.assertNotEqual(self.rehearse()[0], 0)

    def test_a_prefix_at_a_position_and_at_a_time(self):
        self.work(4)
        whole = self.backup()["entries"]
        for wish in (("--at", str(whole // 2)), ("--as-of", "2100-01-01"), ("--at", "999999")):
            to = self.dir / ("at-" + wish[1])
            self.restore(to, *wish)
            held = int(re.search(r"(\d+) entries", bashu("journal", "verify", to)).group(1))
            if wish == ("--at", str(whole // 2)):
                self.assertTrue(0 < held <= whole // 2 + 1, held)
            else:
                self.assertEqual(held, whole)
        code, said = exit_of("restore", "--from", self.to, "--to", self.dir / "early",
                             "--as-of", "2000-01-01")
        self.assertEqual((code, "no entry as early" in said), (2, True), said)
        code, said = exit_of("restore", "--from", self.to, "--to", self.to)
        self.assertEqual((code, "not empty" in said), (2, True), said)

    def test_a_restored_node_waits_for_its_peers(self):
        chongqing, sichuan = self.nodes["chongqing"], self.nodes["sichuan"]
        self.work(3)
        mail_delivered([chongqing, sichuan])
        self.backup()
        sichuan.kill()
        chongqing.stop()
        self.restore(self.dir / "back")
        self.swap_in(self.dir / "back")
        held = self.entries()
        # At rest nothing is written either.
        code, said = exit_of("pack", "adopt", sichuan.dir, self.pack)
        self.assertEqual((code, "came back from a backup" in said), (1, True), said)
        sichuan.start()
        with self.assertRaises(Refused) as refused:
            self.work(1)
        self.assertEqual(refused.exception.status, 503)
        self.assertIn("came back from a backup", str(refused.exception))
        self.assertEqual(len(sichuan.as_("clerk").cases(pack="parcels")), 3)  # reads go on
        self.assertTrue((sichuan.dir / "restored").exists())
        self.assertEqual(self.entries(), held)
        chongqing.start()
        wait_until(lambda: not (sichuan.dir / "restored").exists(), "the peer confirmed")
        self.work(2)
        mail_delivered([chongqing, sichuan])
        self.assertIn("confirmed by chongqing", (sichuan.dir / "restored-ended").read_text())
        self.verify("chongqing", "sichuan")

    def test_a_restored_node_whose_peer_knows_more_writes_nothing(self):
        chongqing, sichuan = self.nodes["chongqing"], self.nodes["sichuan"]
        self.work(2)
        self.backup()
        self.work(2)
        mail_delivered([chongqing, sichuan])
        sichuan.kill()
        self.restore(self.dir / "back")
        self.swap_in(self.dir / "back")
        held = self.entries()
        sichuan.launch()
        self.assertEqual(sichuan.process.wait(60), 2)
        said = sichuan.log.read_text()
        self.assertIn("Restore a newer backup", said)
        self.assertIn("chongqing", said)
        self.assertEqual(self.entries(), held)

    def test_backups_of_before_and_after_the_log_key_was_replaced(self):
        chongqing, sichuan = self.nodes["chongqing"], self.nodes["sichuan"]
        self.work(2)
        mail_delivered([chongqing, sichuan])
        before, old = self.backup(), (self.to, self.vault)
        sichuan.stop()
        bashu("circle", "revoke", sichuan.dir, "--key", "sichuan/log/1", "--key", "sichuan/envelope/1")
        # Announced and not in use yet: the last commit is the old key's.
        self.assertGreater(self.backup()["new"], 0)
        self.assertEqual(self.rehearse()[0], 0)
        sichuan.start()
        self.work(2)
        mail_delivered([chongqing, sichuan])
        # The folder of the old key is not continued, and stays good for what it holds.
        code, said = exit_of("backup", sichuan.dir, "--to", self.to, "--vault-to", self.vault)
        self.assertEqual((code, "begin another folder" in said), (2, True), said)
        code, said = self.rehearse()
        self.assertEqual(code, 0, said)
        self.to, self.vault = self.dir / "backup-2", self.dir / "vault-2"
        self.backup()
        code, said = self.rehearse()
        self.assertEqual(code, 0, said)
        # A part of it that ends where the old key signed.
        self.restore(self.dir / "early", "--at", str(before["entries"] - 1))
        self.assertIn(f"{before['entries']} entries", bashu("journal", "verify", self.dir / "early"))

        # The one of after goes on by itself, under the new keys.
        sichuan.kill()
        self.restore(self.dir / "back")
        self.swap_in(self.dir / "back")
        sichuan.start()
        wait_until(lambda: not (sichuan.dir / "restored").exists(), "the peer confirmed")
        self.work(1)
        mail_delivered([chongqing, sichuan])
        # The one of before does not know the key that signed what the peer holds, and writes nothing.
        sichuan.kill()
        self.to, self.vault = old
        self.restore(self.dir / "older", "--at", str(before["entries"] - 1))
        self.swap_in(self.dir / "older")
        sichuan.launch()
        self.assertEqual(sichuan.process.wait(60), 2)
        said = sichuan.log.read_text()
        self.assertRegex(said, r"rollback: chongqing (holds our key list 2|has answered our message \d+)")
        self.assertIn("Restore a newer backup", said)
        self.assertEqual(self.entries(), before["entries"])

    def test_two_officers_say_otherwise(self):
        chongqing, sichuan = self.nodes["chongqing"], self.nodes["sichuan"]
        self.work(2)
        mail_delivered([chongqing, sichuan])
        self.backup()
        sichuan.kill()
        chongqing.stop()
        self.restore(self.dir / "back")
        self.swap_in(self.dir / "back")
        sichuan.start()

        def release(key):
            return exit_of("restore", "release", "--api", sichuan.url, "--key", sichuan.keys[key],
                           "--note", "the line is down for weeks, compared by telephone")

        for key in ("admin", "admin"):
            code, said = release(key)
            self.assertEqual((code, "waits_for" in said), (0, True), said)
            with self.assertRaises(Refused):
                self.work(1)
        self.assertEqual(release("clerk")[0], 1)
        code, said = release("second")
        self.assertEqual((code, "released_by" in said), (0, True), said)
        self.work(1)
        self.assertEqual(release("second")[0], 1)
        self.assertIn("telephone", (sichuan.dir / "restored-ended").read_text())
        chongqing.start()
        mail_delivered([chongqing, sichuan])
        self.verify("chongqing", "sichuan")


if __name__ == "__main__":
    unittest.main()
