"""A node whose root and whose vault are in a token: SoftHSM, made in the test's own folder. Its peers accept the
keys that the token signs for; without PIN or token no new keys are made, and the node goes on. Data is
synthetic."""

import json
import os
import pty
import re
import shutil
import subprocess
import unittest

from support import NAMES, FIRST_DAY, PARCELS, CircleTest, Node, bashu, program, tool, wait_until

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
PIN = "271828"
DAY_S = 86_400
PARTIES = {"sender": "sichuan", "receiver": "chongqing"}
PACK = (PARCELS
        .replace("  count: {type: int", "  person: {type: text, min: 1, max: 60, class: personal, title: {zh: 收件人, en: For}}\n"
                                        "  count: {type: int")
        .replace("fields: {label: label, note:", "fields: {label: label, who: {type: person, optional: true}, note:")
        .replace("form: [label]", "form: [label, who]"))


def uri(name):
    return f"pkcs11:token=bashu;object={name}?module-path={MODULE}"


def public_of(seed):
    """The public part of an Ed25519 seed, by OpenSSL."""
    der = bytes.fromhex("302e020100300506032b657004220420") + seed
    return tool("openssl", "pkey", "-inform", "DER", "-pubout", "-outform", "DER", input=der).stdout[-32:].hex()


def publics_in(directory):
    """The public part of whatever in these files could be the secret of an Ed25519 key: 64 hex digits."""
    texts = set()
    for path in directory.rglob("*"):
        if path.is_file():
            texts.update(re.findall(rb"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])", path.read_bytes()))
    return {public_of(bytes.fromhex(text.decode())) for text in texts}


def at_a_terminal(answer, *arguments):
    """A command at a terminal that types this when it is asked; its exit and what stood on the screen."""
    child, screen = pty.fork()
    if child == 0:
        os.execv(program(), [str(program()), *arguments])
    shown, typed = b"", False
    while True:
        try:
            some = os.read(screen, 4096)
        except OSError:  # it has ended
            break
        if not some:
            break
        shown += some
        if b"PIN of" in shown and not typed:
            typed = True
            os.write(screen, answer.encode() + b"\n")
    os.close(screen)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), shown.decode()


class InAToken(CircleTest):
    PACK = PACK

    def setUp(self):
        self.before = dict(os.environ)
        self.addCleanup(self.put_environment_back)
        super().setUp()
        self.node = self.nodes["sichuan"]

    def put_environment_back(self):
        os.environ.clear()
        os.environ.update(self.before)

    def make_token(self):
        self.tokens = self.dir / "tokens"
        self.tokens.mkdir()
        conf = self.dir / "softhsm2.conf"
        conf.write_text(f"directories.tokendir = {self.tokens}\nobjectstore.backend = file\nlog.level = ERROR\n")
        os.environ["SOFTHSM2_CONF"] = str(conf)
        done = tool("softhsm2-util", "--init-token", "--free", "--label", "bashu", "--pin", PIN, "--so-pin", "87654321")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.pin = self.dir / "pin"
        self.pin.write_text(PIN + "\n")
        self.wrong = self.dir / "wrong"
        self.wrong.write_text("000000\n")
        os.environ["BASHU_PIN_FILE"] = str(self.pin)
        for name, use in (("root", "root"), ("vault", "vault")):
            self.assertIn("never leaves", bashu("token", "make", uri(name), "--for", use))

    def make(self, party):
        if party != "sichuan":
            return super().make(party)
        self.make_token()
        node = Node(self.dir / party, party, NAMES[party], f"{self.net}.{len(self.nodes) + 1}", FIRST_DAY)
        self.addCleanup(node.stop)
        self.nodes[party] = node
        for key, roles in (("clerk", ["*:clerk"]), ("chief", ["*:chief"])):
            node.add_key(key, key, roles)
        node.add_key("second", "second administrator", may=["admin"])
        # Old enough for new keys from the first day on.
        config = json.loads((node.dir / "node.json").read_text())
        config["created"] -= 61 * DAY_S
        (node.dir / "node.json").write_text(json.dumps(config))
        self.assertIn("root of this node", bashu("circle", "root", node.dir, "--in", uri("root")))
        node.prefix = self.serving(None)
        return node

    @staticmethod
    def serving(pin):
        """How the process is started that serves: with this file of a PIN, or none."""
        return ["env", "-u", "BASHU_PIN_FILE", *([f"BASHU_PIN_FILE={pin}"] if pin else [])]

    def start_with(self, pin, *more):
        self.node.stop()
        self.node.prefix = [*self.serving(pin), *more]
        self.node.start()

    def alarm(self, words):
        """Waits for an alarm about this node's own keys that says so."""
        def found():
            return [one["text"] for one in self.node.as_("admin").get("/channels")["alarms"]
                    if one["code"] == "keys" and words in one["text"]]
        return wait_until(found, f"the alarm: {words}")[-1]

    def parcel(self, label):
        """From here to the other side and back: the exchange works."""
        case = self.node.as_("clerk").start("parcels", "parcel", "clerk", PARTIES,
                                            {"label": label, "who": f"synthetic {label}"})["case"]
        self.node.as_("clerk").act(case, "send", "clerk")
        self.deliver()
        self.nodes["chongqing"].as_("clerk").act(case, "take", "clerk")
        self.deliver()
        self.assertEqual(self.node.as_("clerk").case(case)["state"], "taken")
        return case

    def refused(self, *arguments, words):
        done = bashu(*arguments, check=False)
        self.assertNotEqual(done.returncode, 0, done.stdout)
        self.assertIn(words, done.stderr)

    def examined(self, check):
        found = json.loads(bashu("doctor", self.node.dir, "--json", check=False).stdout)
        return next((one["level"], one["text"]) for one in found["findings"] if one["check"] == check)

    def envelope(self):
        return json.loads((self.node.dir / "node.json").read_text())["keys"]["envelope"]["kid"]

    def test_new_keys_only_with_pin_and_token_and_the_node_goes_on(self):
        node = self.node
        root = json.loads((node.dir / "node.json").read_text())["keys"]["root"]
        # Nowhere in the directory is the secret of the root; the same search finds that of the log.
        publics = publics_in(node.dir)
        self.assertNotIn(root["public"], publics)
        self.assertIn(json.loads((node.dir / "node.json").read_text())["keys"]["log"]["public"], publics)
        self.assertFalse((node.dir / "keys" / "root.key").exists())
        self.assertEqual(self.examined("root")[0], "ok")
        # No PIN was left for the process.
        self.assertIn("bashu circle rotate", self.alarm("none was given"))
        self.parcel("a")
        # A wrong one is tried once, by none of the starts that follow, and nothing is locked.
        self.start_with(self.wrong)
        self.alarm("the PIN is wrong")
        self.parcel("b")
        self.start_with(self.wrong)
        self.alarm("a wrong PIN was given to this token before")
        self.start_with(self.wrong)
        self.parcel("c")
        self.assertEqual(self.examined("root")[0], "warn")
        self.assertIn("the key signs: " + root["public"], bashu("token", "check", uri("root")))
        self.assertEqual(self.examined("root")[0], "ok")
        # The token is away.
        away = self.dir / "away"
        self.tokens.rename(away)
        self.tokens.mkdir()
        self.start_with(self.pin)
        self.alarm("no such token is there")
        self.parcel("d")
        self.assertEqual(self.examined("root")[0], "fail")
        node.stop()
        self.refused("circle", "rotate", node.dir, words="no such token is there")
        self.assertEqual(self.envelope(), "sichuan/envelope/1")
        # It is back, and a person with the PIN announces the new keys, which the peer accepts.
        self.tokens.rmdir()
        away.rename(self.tokens)
        self.assertIn("new keys are announced", bashu("circle", "rotate", node.dir))
        self.start_with(None)
        self.assertEqual(self.envelope(), "sichuan/envelope/2")
        self.parcel("e")
        self.assertNotIn(root["public"], publics_in(node.dir))
        self.verify("sichuan", "chongqing")

    def test_with_a_pin_left_for_it_the_node_renews_its_keys_by_itself(self):
        self.start_with(self.pin)
        self.alarm("new keys are announced")
        self.start_with(None)
        self.assertEqual(self.envelope(), "sichuan/envelope/2")
        self.parcel("a")
        self.verify("sichuan", "chongqing")

    def test_a_root_is_moved_before_a_circle_and_what_is_asked_wrongly_is_refused(self):
        self.node.stop()
        self.refused("circle", "root", self.node.dir, "--in", uri("root"), words="belongs to a circle")
        for wrong, words in ((uri("other"), "no such key"), ("pkcs11:token=other;object=root?module-path=" + MODULE, "no such token"),
                             ("pkcs11:token=bashu;object=root?module-path=/nowhere.so", "module of the token does not load"),
                             (uri("root") + "&pin-value=" + PIN, "must not stand in the URI"), ("root", "not a URI")):
            self.refused("token", "check", wrong, words=words)
        self.refused("token", "make", uri("root"), "--for", "root", words="a key of that name already")
        del os.environ["BASHU_PIN_FILE"]
        done = subprocess.run(["setsid", str(program()), "--lang", "zh", "token", "check", uri("root")],
                              capture_output=True, text=True, check=False)
        self.assertIn("令牌要求 PIN", done.stderr)
        # Typed, and not shown.
        os.environ["BASHU_LANG"] = "en"
        code, shown = at_a_terminal(PIN, "token", "check", uri("root"))
        self.assertEqual((code, "the key signs" in shown, PIN in shown), (0, True, False), shown)
        code, shown = at_a_terminal("314159", "token", "check", uri("root"))
        self.assertEqual((code, "the PIN is wrong" in shown, "314159" in shown), (2, True, False), shown)

    def test_the_vault_opens_with_the_token(self):
        node = self.node
        case = self.parcel("a")
        node.stop()
        self.assertIn("from its next start on", bashu("vault", "wrap", node.dir, "--in", uri("vault")))
        self.start_with(self.pin)
        self.assertEqual(node.as_("clerk").case(case)["data"]["who"], "synthetic a")
        self.assertEqual(self.examined("vault")[0], "ok")
        node.stop()
        # Without PIN or token it does not start, and says what to do; its exit has nobody try again.
        away = self.dir / "away"
        for pin, words in ((None, "asks for its PIN"), (self.wrong, "the PIN is wrong"), (self.pin, "before")):
            node.prefix = self.serving(pin)
            node.log.write_text("")
            node.launch()
            self.assertEqual(node.process.wait(60), 2)
            node.process.stdout.close()
            node.process = None
            self.assertIn(words, node.log.read_text())
        bashu("token", "check", uri("vault"))
        self.tokens.rename(away)
        self.tokens.mkdir()
        node.log.write_text("")
        node.launch()
        self.assertEqual(node.process.wait(60), 2)
        node.process.stdout.close()
        node.process = None
        self.assertIn("no such token is there", node.log.read_text())
        self.tokens.rmdir()
        away.rename(self.tokens)
        # A backup goes into another directory, where the same token opens it.
        key = self.dir / "backup.key"
        key.write_text(os.urandom(32).hex() + "\n")
        os.environ["BASHU_BACKUP_KEY_FILE"] = str(key)
        to, vault = self.dir / "backup", self.dir / "vault"
        bashu("backup", node.dir, "--to", to, "--vault-to", vault)
        said = bashu("backup", "rehearse", to, "--vault-from", vault, "--work", self.dir)
        self.assertRegex(said, r"[1-9]\d* sealed values opened; 0 keys")
        shutil.rmtree(node.dir)
        bashu("restore", "--from", to, "--vault-from", vault, "--to", node.dir)
        self.assertFalse((node.dir / "keys" / "root.key").exists())
        self.start_with(self.pin)
        self.assertEqual(node.as_("clerk").case(case)["data"]["who"], "synthetic a")
        # Its peer confirms the journal; then it works on.
        wait_until(lambda: not (node.dir / "restored").exists(), "the journal to be confirmed")
        self.parcel("b")
        self.verify("sichuan", "chongqing")


if __name__ == "__main__":
    unittest.main()
