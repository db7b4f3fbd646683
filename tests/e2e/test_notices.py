"""People are told by mail, through a real mail server: by an address that was proved, once for each change,
in their language and without anything personal; also when the server or the node was away meanwhile."""

import json
import re
import sqlite3
import unittest

from mail_server import MailServer, text_of
from openid_provider import Browser
from support import PARCELS, CircleTest, bashu, free_port, wait_until

LETTERS = """\
bashu: 1
pack: letters
version: 1
title: {zh: 申请, en: Letters}
types:
  subject: {type: text, min: 1, max: 60, class: personal, title: {zh: 事由, en: Subject}}
services:
  letter:
    title: {zh: 申请书, en: Letter}
    parties: {here: {citizen: own, clerk: all}}
    fields: {subject: subject}
    start: {owner: here, by: citizen, form: [subject], to: asked}
    states:
      asked:
        title: {zh: 待受理, en: Asked}
        owner: here
        events:
          read: {title: {zh: 受理, en: Read}, by: clerk, to: read}
          late: {title: {zh: 逾期, en: Late}, by: system, do: {task: {zh: 请受理, en: Please read}, for: clerk}}
      read:
        title: {zh: 已受理, en: Read}
        owner: here
        events:
          answer: {title: {zh: 答复, en: Answer}, by: clerk, to: answered}
          drop: {title: {zh: 撤回, en: Withdraw}, by: citizen, to: dropped}
      answered: {title: {zh: 已答复, en: Answered}, final: true}
      dropped: {title: {zh: 已撤回, en: Withdrawn}, final: true}
    clocks:
      reading: {working_days: 8, runs_in: asked, breach: late}
figures:
  letters: {title: {zh: 申请数, en: Letters}, of: letter, count: true}
scenarios:
  - {title: none, today: 2026-03-02, steps: [{figure: letters, is: 0}]}
"""
SECRET_WORDS = "龘小川的低保申请"


class MailTest(CircleTest):
    def setUp(self):
        super().setUp()
        self.node = self.nodes["sichuan"]
        self.mail = MailServer(self.dir / "mail", free_port())
        self.addCleanup(lambda: self.mail.close())
        for user in ("zhang", "li"):
            self.node.add_user(user, f"Synthetic {user}", ["*:citizen"])
        self.restart()
        self.clerk = self.node.as_("clerk")

    def options(self):
        return ["--smtp", f"smtp://127.0.0.1:{self.mail.port}", "--mail-from", "notices@sichuan.example"]

    def restart(self, *options):
        self.node.stop()
        self.node.start(*(options or self.options()))

    def person(self, user):
        browser = Browser()

        def ask(method, path, body=None, csrf=""):
            status, _, text = browser(method, self.node.url + "/api/v1" + path, body,
                                      {"X-CSRF-Token": csrf} if csrf else {})
            return status, json.loads(text) if text else {}

        status, who = ask("POST", "/session", {"user": user, "password": self.node.passwords[user]})
        self.assertEqual(status, 200)
        return lambda method, path, body=None: ask(method, path, body, who["csrf"])

    def begin(self, ask):
        status, answer = ask("POST", "/cases", {"pack": "letters", "service": "letter", "role": "citizen",
                                                "parties": {"here": "sichuan"}, "with": {"subject": SECRET_WORDS}})
        self.assertEqual(status, 201, answer)
        return answer["case"]

    def subscribed(self, user, address, language):
        ask = self.person(user)
        before = len(self.mail.mails())
        self.assertEqual(ask("POST", "/notices", {"address": address, "language": language})[0], 200)
        _, mail = self.mail.wait(before + 1)
        code = re.search(r"\d{8}", text_of(mail)).group()
        status, now = ask("POST", "/notices/confirm", {"code": code})
        self.assertEqual((status, now["confirmed"]), (200, True))
        return ask


class Notices(MailTest):
    PACK = LETTERS

    def test_an_address_is_proved_before_anything_else_goes_there(self):
        ask = self.person("zhang")
        self.assertEqual(ask("GET", "/notices"), (200, {"sends": True}))
        for wrong in ("nobody", "a b@c.example", "a@b", "<a@b.example>", "a@b.example\r\nBcc: x@y.example"):
            self.assertEqual(ask("POST", "/notices", {"address": wrong})[0], 422, wrong)
        self.assertEqual(ask("POST", "/notices", {"address": "zhang@mail.example", "language": "zh"})[0], 200)
        to, mail = self.mail.wait(1)
        self.assertEqual(to, "zhang@mail.example")
        self.assertEqual(mail["From"], "notices@sichuan.example")
        self.assertEqual(mail["Subject"], "邮件通知验证码")
        self.assertIsNotNone(mail["Date"].datetime)
        code = re.search(r"\d{8}", text_of(mail)).group()
        case = self.begin(ask)
        self.clerk.act(case, "read", "clerk")
        wrong = f"{(int(code) + 1) % 10 ** 8:08}"
        self.assertEqual(ask("POST", "/notices/confirm", {"code": wrong})[0], 422)
        self.assertEqual(ask("POST", "/notices/confirm", {"code": code})[0], 200)
        self.assertEqual(ask("POST", "/notices/confirm", {"code": code})[0], 422)
        # Codes are limited, and five wrong ones end the one that counts.
        self.assertEqual(ask("POST", "/notices", {"address": "other@mail.example"})[0], 200)
        code = re.search(r"\d{8}", text_of(self.mail.wait(2)[1])).group()
        for _ in range(5):
            ask("POST", "/notices/confirm", {"code": "x"})
        self.assertEqual(ask("POST", "/notices/confirm", {"code": code})[0], 422)
        self.assertEqual(ask("POST", "/notices", {"address": "other@mail.example"})[0], 200)
        self.assertEqual(ask("POST", "/notices", {"address": "other@mail.example"})[0], 429)
        self.assertEqual(ask("DELETE", "/notices")[0], 204)
        self.assertEqual(ask("GET", "/notices"), (200, {"sends": True}))
        kept = (self.node.dir / "notices.db").read_bytes()
        self.assertNotIn(b"zhang@mail.example", kept)
        status, _, _ = Browser()("GET", self.node.url + "/api/v1/notices", None, {"Authorization": f"Bearer {self.node.keys['clerk']}"})
        self.assertEqual(status, 403)

    def test_each_change_is_told_once_and_says_nothing_personal(self):
        zhang = self.subscribed("zhang", "zhang@mail.example", "zh")
        li = self.subscribed("li", "li@mail.example", "en")
        theirs, others = self.begin(zhang), self.begin(li)
        for case in (theirs, others):
            self.clerk.act(case, "read", "clerk")
        self.mail.wait(4)
        told = {to: mail for to, mail in self.mail.mails()[2:]}
        self.assertEqual(told["zhang@mail.example"]["Subject"], f"办件 {theirs} 有变化")
        self.assertEqual(told["li@mail.example"]["Subject"], f"Case {others} has changed")
        text = text_of(told["li@mail.example"])
        self.assertIn(f"/portal/case/{others}", text)
        for mail in told.values():
            for word in (SECRET_WORDS, "Synthetic", "zhang", "受理", "Asked"):
                self.assertNotIn(word, text_of(mail) + mail["Subject"])
        # What they do themselves they know.
        self.assertEqual(li("POST", f"/cases/{others}/events/drop", {"role": "citizen"})[0], 200)
        # A server that is busy is tried again, also by a node that was killed meanwhile.
        (self.mail.folder / "refuse").write_text("451 busy")
        before = self.mail.tries()
        self.clerk.act(theirs, "answer", "clerk")
        wait_until(lambda: self.mail.tries() > before, "a try")
        self.node.kill()
        (self.mail.folder / "refuse").unlink()
        self.node.start(*self.options())
        to, mail = self.mail.wait(5)
        self.assertEqual((to, mail["Subject"]), ("zhang@mail.example", f"办件 {theirs} 有变化"))
        self.assertEqual(len({mail["Message-ID"] for _, mail in self.mail.mails()}), 5)
        # Nothing is told twice, whatever starts again.
        self.restart()
        last = self.begin(self.person("li"))
        self.clerk = self.node.as_("clerk")
        self.clerk.act(last, "read", "clerk")
        self.mail.wait(6)
        self.assertEqual(self.mail.mails()[5][1]["Subject"], f"Case {last} has changed")
        self.assertEqual(len(self.mail.mails()), 6)

    def test_what_is_made_is_kept_while_no_server_is_there(self):
        zhang = self.subscribed("zhang", "zhang@mail.example", "zh")
        port = self.mail.port
        self.mail.close()
        case = self.begin(zhang)
        self.clerk.act(case, "read", "clerk")
        rows = lambda: sqlite3.connect(self.node.dir / "notices.db").execute("SELECT state, tries FROM outbox WHERE kind = 2").fetchall()
        wait_until(lambda: rows() and rows()[0][1] > 0, "a try that failed")
        self.restart_mail(port)
        self.assertEqual(self.mail.wait(1)[1]["Subject"], f"办件 {case} 有变化")
        wait_until(lambda: rows()[0][0] == 1, "it is known to be sent")
        # What the server will never take is given up.
        (self.mail.folder / "refuse").write_text("550 no such mailbox")
        self.clerk.act(case, "answer", "clerk")
        wait_until(lambda: rows()[-1][0] == 2, "given up")

    def restart_mail(self, port):
        self.mail = MailServer(self.dir / "mail2", port)

    def test_a_deadline_that_comes_near_is_told(self):
        zhang = self.subscribed("zhang", "zhang@mail.example", "en")
        case = self.begin(zhang)
        self.node.set_day("2026-03-09")
        self.node.set_day("2026-03-10")
        _, mail = self.mail.wait(2)
        self.assertEqual(mail["Subject"], f"A deadline in case {case} is near")
        self.assertIn("2026-03-12", text_of(mail))
        self.node.set_day("2026-03-11")
        self.clerk.act(case, "read", "clerk")
        self.assertEqual(self.mail.wait(3)[1]["Subject"], f"Case {case} has changed")

    def test_a_server_that_asks_for_tls_and_a_sign_in(self):
        secret = self.dir / "secret"
        for tls in ("tls", "starttls"):
            with self.subTest(tls):
                self.mail.close()
                self.mail = MailServer(self.dir / tls, free_port(), tls, "notices:a secret")
                scheme = "smtps" if tls == "tls" else "smtp"
                options = ["--smtp", f"{scheme}://127.0.0.1:{self.mail.port}", "--mail-from", "notices@sichuan.example",
                           "--smtp-secret", secret, *(["--smtp-starttls"] if tls == "starttls" else [])]
                # Neither to a server that cannot prove who it is, nor with a wrong secret;
                secret.write_text("notices:a secret\n", encoding="utf-8")
                self.restart(*options)
                user = "zhang" if tls == "tls" else "li"
                ask = self.person(user)
                self.assertEqual(ask("POST", "/notices", {"address": f"{user}@mail.example", "language": "en"})[0], 200)
                tries = lambda: self.outbox("tries, state")
                wait_until(lambda: tries()[-1][0] > 0, "a try")
                secret.write_text("notices:another\n", encoding="utf-8")
                before = tries()[-1][0]
                self.restart(*options, "--smtp-ca", self.mail.certificate)
                wait_until(lambda: tries()[-1][0] > before, "another try")
                self.assertEqual((self.mail.mails(), tries()[-1][1]), ([], 0), "kept, to be tried again")
                # with both it is sent.
                secret.write_text("notices:a secret\n", encoding="utf-8")
                self.restart(*options, "--smtp-ca", self.mail.certificate)
                to, mail = self.mail.wait(1)
                self.assertEqual((to, mail["Subject"]), (f"{user}@mail.example", "Your code for notices"))
        # No mail goes in clear where STARTTLS is asked for and not to be had.
        self.mail.close()
        self.mail = MailServer(self.dir / "plain", free_port())
        self.restart("--smtp", f"smtp://127.0.0.1:{self.mail.port}", "--mail-from", "notices@sichuan.example", "--smtp-starttls")
        ask = self.person("li")
        self.assertEqual(ask("POST", "/notices", {"address": "other@mail.example", "language": "en"})[0], 200)
        wait_until(lambda: self.outbox("tries")[-1][0] > 0, "a try")
        self.assertEqual(self.mail.tries(), 0)

    def outbox(self, columns):
        with sqlite3.connect(self.node.dir / "notices.db") as kept:
            return kept.execute(f"SELECT {columns} FROM outbox ORDER BY no").fetchall()

    def test_an_officer_hears_of_the_case_at_which_they_work(self):
        self.node.add_user("wang", "Synthetic wang", ["letters:clerk"])
        self.node.add_user("chen", "Synthetic chen", ["letters:clerk"])
        self.restart()
        zhang = self.person("zhang")
        wang = self.subscribed("wang", "wang@mail.example", "en")
        self.subscribed("chen", "chen@mail.example", "en")
        case, others = self.begin(zhang), self.begin(zhang)
        self.assertEqual(wang("POST", f"/cases/{case}/assign", {"to": "user:wang"})[0], 200)
        self.assertEqual(wang("POST", f"/cases/{case}/events/read", {"role": "clerk"})[0], 200)
        self.clerk = self.node.as_("clerk")
        self.clerk.act(others, "read", "clerk")
        self.assertEqual(zhang("POST", f"/cases/{case}/events/drop", {"role": "citizen"})[0], 200)
        to, mail = self.mail.wait(3)
        self.assertEqual((to, mail["Subject"]), ("wang@mail.example", f"Case {case} has changed"))
        self.assertIn(f"/console/case/{case}", text_of(mail))
        self.node.set_day("2026-03-10")
        last = self.begin(zhang)
        self.assertEqual(wang("POST", f"/cases/{last}/assign", {"to": "user:wang"})[0], 200)
        for day in ("2026-03-17", "2026-03-18"):
            self.node.set_day(day)
        to, mail = self.mail.wait(4)
        self.assertEqual((to, mail["Subject"]), ("wang@mail.example", f"A deadline in case {last} is near"))
        self.assertEqual(len(self.mail.mails()), 4)

    def test_a_secret_stands_in_a_file_and_does_not_go_in_clear(self):
        self.node.stop()
        secret = self.dir / "secret"
        secret.write_text("user:word\n", encoding="utf-8")
        url = f"127.0.0.1:{self.mail.port}"
        for options in (["--smtp", f"smtp://user:word@{url}", "--mail-from", "a@b.example"],
                        ["--smtp", f"smtp://{url}"],
                        ["--smtp", f"http://{url}", "--mail-from", "a@b.example"],
                        ["--smtp", f"smtp://{url}", "--mail-from", "a@b.example", "--smtp-secret", secret]):
            done = bashu("serve", self.node.dir, "--rehearsal", self.node.today, *options, check=False)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("-", done.stderr)
            self.assertNotIn("user:word\n", done.stderr)


class Across(MailTest):
    """The person whom a case of the other side is about."""
    PACK = PARCELS.replace("  count: {type: int", "  person: {type: token, class: token, title: {zh: 人员, en: Person}}\n"
                           "  count: {type: int", 1).replace(
        "receiver: {clerk: all,", "receiver: {citizen: {own: person}, clerk: all,").replace(
        "fields: {label: label,", "fields: {label: label, person: {type: person, optional: true},").replace(
        "form: [label]\n", "form: [label, person]\n", 1)
    NUMBER = "510104199001010012"

    def test_a_person_hears_of_a_case_that_the_other_side_began(self):
        made = self.node.as_("admin").post("/users", {"id": "ouyang", "name": "Synthetic", "roles": {"parcels": ["citizen"]}, "persons": [self.NUMBER]})
        self.node.passwords["ouyang"] = made["password"]
        self.subscribed("ouyang", "ouyang@mail.example", "zh")
        other = self.nodes["chongqing"].as_("clerk")
        for person in (self.NUMBER, "500103199001010012"):
            case = other.start("parcels", "parcel", "clerk", {"sender": "chongqing", "receiver": "sichuan"}, {"label": "a", "person": person})["case"]
            other.act(case, "send", "clerk")
            self.deliver()
            theirs = case if person == self.NUMBER else theirs
        to, mail = self.mail.wait(2)
        self.assertEqual((to, mail["Subject"]), ("ouyang@mail.example", f"办件 {theirs} 有变化"))
        self.assertIn(f"/portal/case/{theirs}", text_of(mail))
        self.clerk.act(theirs, "take", "clerk")
        self.mail.wait(3)
        self.assertEqual(len(self.mail.mails()), 3)


if __name__ == "__main__":
    unittest.main()
