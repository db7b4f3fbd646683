"""People sign in: with a password of the node, and through a real provider of OpenID Connect."""

import json
import pathlib
import shutil
import tempfile
import unittest
import urllib.parse

from openid_provider import Browser, Provider
from support import FIRST_DAY, NAMES, Node, bashu, free_port

PASSWORD = "correct horse battery"


class SignIn(unittest.TestCase):
    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="bashu-signin-"))
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)
        self.node = Node(self.dir / "sichuan", "sichuan", NAMES["sichuan"], "127.0.0.1", FIRST_DAY)
        self.addCleanup(self.node.stop)

    def account(self, name, *more):
        (self.dir / "password").write_text(PASSWORD + "\n", encoding="utf-8")
        bashu("user", "add", *self.door(), "--id", name, "--name", name, *more)

    def door(self):
        """Where people are let in: the directory, or the API of a node that runs."""
        if self.node.running:
            return ["--api", self.node.url, "--key", self.node.keys["admin"]]
        return [self.node.dir]

    def ask(self, browser, method, path, body=None, **headers):
        status, _, text = browser(method, self.node.url + "/api/v1" + path, body,
                                  {name.replace("_", "-"): value for name, value in headers.items()})
        return status, json.loads(text) if text else {}

    def test_by_password_until_the_account_ends(self):
        self.account("zhang", "--password-file", self.dir / "password", "--may", "admin")
        self.node.start()
        browser = Browser()
        self.assertEqual(self.ask(browser, "GET", "/session")[0], 401)
        status, who = self.ask(browser, "POST", "/session", {"user": "zhang", "password": PASSWORD})
        self.assertEqual((status, who["principal"]), (200, "user:zhang"))
        # A name that is nobody's may be a password typed a field too early.
        self.assertEqual(self.ask(browser, "POST", "/session", {"user": PASSWORD, "password": "x"})[0], 401)
        self.assertEqual([one[:3] for one in self.tried()], [("zhang", "password", "in"), ("", "password", "credentials")])
        self.assertTrue(all(one[3].startswith("127.") for one in self.tried()))
        self.assertNotIn(PASSWORD, self.node.log.read_text(encoding="utf-8"))
        self.assertEqual(self.ask(browser, "POST", "/clock", {"today": "2026-03-03"})[0], 403)
        status, _ = self.ask(browser, "POST", "/clock", {"today": "2026-03-03"},
                             X_CSRF_Token=who["csrf"])
        self.assertEqual(status, 200)
        self.node.stop()
        self.node.start()
        self.assertEqual(self.ask(browser, "GET", "/session")[0], 200)
        bashu("user", "end", "zhang", *self.door())
        self.assertEqual(self.ask(browser, "GET", "/session")[0], 401)

    def tried(self):
        """What the log says of who came in, or tried."""
        lines = [json.loads(line) for line in self.node.log.read_text(encoding="utf-8").splitlines() if line.startswith("{")]
        return [(line["account"], line["way"], line["outcome"], line["remote"]) for line in lines if line["what"] == "sign-in"]

    def test_through_a_provider(self):
        port = free_port()
        origin = f"http://127.0.0.1:{port}"
        provider = Provider(self.dir / "provider", origin + "/api/v1/session/openid/back")
        self.addCleanup(provider.close)
        for name in ("li", "stranger"):
            provider.add_user(name, PASSWORD)
        (self.node.dir / "web.json").write_text(json.dumps({"origin": origin, "openid": {
            "issuer": provider.issuer, "client": "bashu", "secret": provider.secret,
            "title": "Glewlwyd"}}), encoding="utf-8")
        self.node.start("--web", f"127.0.0.1:{port}")

        browser = Browser()
        status, _, text = browser("GET", origin + "/api/v1/session/ways")
        self.assertEqual(json.loads(text)["openid"]["title"], "Glewlwyd")
        provider.sign_in(browser, "li", PASSWORD)
        self.assertEqual(self.through(browser, origin, "/"), "/?signin=no_account")
        subject = provider.subject_of(browser)
        self.account("li", "--oidc-issuer", provider.issuer, "--oidc-subject", subject,
                     "--roles", "*:clerk")
        where = self.through(browser, origin, "/portal/cases?x=1")
        self.assertEqual(where, "/portal/cases?x=1")
        status, _, text = browser("GET", origin + "/api/v1/session")
        self.assertEqual((status, json.loads(text)["principal"]), (200, "user:li"))

        other = Browser()
        provider.sign_in(other, "stranger", PASSWORD)
        self.assertEqual(self.through(other, origin, "/portal/"), "/portal/?signin=no_account")
        self.assertEqual(other("GET", origin + "/api/v1/session")[0], 401)
        # Nobody is sent elsewhere, and a code is no use in another browser.
        self.assertEqual(self.through(browser, origin, "//elsewhere.example/"), "/")
        back = self.until_back(browser, origin, "/")
        self.assertIn("signin=failed", Browser()("GET", back)[1]["Location"])
        self.assertEqual([one[2] for one in self.tried()], ["no_account", "in", "no_account", "in", "failed"])

    def until_back(self, browser, origin, next_page):
        query = urllib.parse.urlencode({"next": next_page})
        _, headers, _ = browser("GET", f"{origin}/api/v1/session/openid?{query}")
        _, headers, text = browser("GET", headers["Location"] + "&g_continue")
        self.assertTrue((headers["Location"] or "").startswith(origin), (dict(headers), text))
        return headers["Location"]

    def through(self, browser, origin, next_page):
        status, headers, text = browser("GET", self.until_back(browser, origin, next_page))
        self.assertEqual(status, 303, text)
        return headers["Location"]
