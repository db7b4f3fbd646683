"""A paper is printed by a node, read by programs that are not ours, checked by its code and offline."""

import json
import re
import urllib.parse

from openid_provider import Browser
from support import PARCELS, CircleTest, Refused, bashu, free_port, program, tool, wait_until

NAME = "司马𠮷祥"
PRINTS = """\
    prints:
      receipt: {title: {zh: 收件回执, en: Receipt}, text: {zh: "已收到{label}，编号{case}。", en: "{label} was taken in, number {case}."}}
      slip:
        title: {zh: 寄件凭证, en: Slip of posting}
        after: [arrived]
        void_in: [taken]
        until: last
        text: {zh: "{who}由{sender}寄往{receiver}：{label}。", en: "{who} posts {label} from {sender} to {receiver}."}
        groups: [{title: {zh: 包裹, en: Parcel}, fields: [label, who, last]}]
"""


def with_papers():
    pack = PARCELS
    for old, new in (
            ("  count: {type: int", "  name: {type: text, max: 60, class: personal, title: {zh: 姓名, en: Name}}\n"
             "  day: {type: date, class: public, title: {zh: 日期, en: Day}}\n  count: {type: int"),
            ("    fields: {label: label, note", "    fields: {label: label, who: name, last: day, note"),
            ("      form: [label]\n", "      form: [label, who, last]\n"),
            ("    start:\n", PRINTS + "    start:\n"),
            ("with: {label: a}", "with: {label: a, who: b, last: 2026-03-31}")):
        assert old in pack, old
        pack = pack.replace(old, new, 1)
    return pack


class Papers(CircleTest):
    PACK = with_papers()

    def setUp(self):
        super().setUp()
        self.node = self.nodes["sichuan"]
        self.node.stop()
        port = free_port()
        self.origin = f"http://127.0.0.1:{port}"
        (self.node.dir / "web.json").write_text(json.dumps({"origin": self.origin}), encoding="utf-8")
        self.node.start("--web", f"127.0.0.1:{port}")
        self.clerk = self.node.as_("clerk")
        self.case = self.clerk.start("parcels", "parcel", "clerk",
                                     {"sender": "sichuan", "receiver": "chongqing"},
                                     {"label": "红楼梦", "who": NAME, "last": "2026-03-31"})["case"]

    def paper(self, name, language="zh"):
        self.clerk.language = language
        file = self.dir / f"{name}-{language}.pdf"
        file.write_bytes(self.clerk.get(f"/cases/{self.case}/papers/{name}.pdf", _raw=True))
        return file

    def said(self, *command):
        answer = tool(*command)
        self.assertEqual(answer.returncode, 0, answer.stderr)
        return answer.stdout.decode()

    def link(self, file):
        """What the code on the paper holds, read from its picture."""
        picture = file.with_suffix("")
        self.said("pdftoppm", "-r", "150", "-png", "-singlefile", file, picture)
        return self.said("zbarimg", "-q", "--raw", f"{picture}.png").strip()

    def check(self, link, language="en"):
        browser = Browser()
        status, headers, _ = browser("GET", link, headers={"Accept-Language": language})
        self.assertEqual(status, 302)
        status, _, text = browser("GET", urllib.parse.urljoin(link, headers["Location"]))
        return status, text

    def test_a_paper_from_its_printing_to_its_end(self):
        with self.assertRaises(Refused) as early:
            self.paper("slip")
        self.assertEqual((early.exception.status, early.exception.code), (409, "state"))
        self.clerk.act(self.case, "send", "clerk")
        file = self.paper("slip")
        text = self.said("pdftotext", "-raw", file, "-").replace("\n", "")
        for word in ("寄件凭证", "四川省", NAME, "红楼梦", "有效期至", self.case):
            self.assertIn(word, text)
        english = self.said("pdftotext", "-raw", self.paper("slip", "en"), "-")
        self.assertIn("Slip of posting", english)

        # The code: the same whenever the paper is printed, another for another paper.
        link = self.link(file)
        self.assertRegex(link, "^" + re.escape(self.origin) + "/check/[0-9A-HJKMNP-TV-Z]{24}$")
        self.assertEqual(self.link(self.paper("slip", "en")), link)
        self.assertNotEqual(self.link(self.paper("receipt")), link)

        # Nobody signs in, and nothing personal is told.
        status, page = self.check(link)
        self.assertEqual(status, 200)
        for word in ("Valid.", "Slip of posting", "sichuan",
                     "2 March 2026", "31 March 2026", self.case):
            self.assertIn(word, page)
        self.assertNotIn(NAME, page)
        self.assertNotIn(NAME, self.check(link, "zh")[1])

        # The evidence it names proves itself, offline, against the key of the log alone.
        key = bashu("journal", "proof", self.node.dir, 0, "--vkey").strip()
        entry = re.search(r'href="(/en/journal/(\d+)/)"', page)
        _, _, proof = Browser()("GET", self.origin + entry[1] + "proof.txt")
        (self.dir / "proof.txt").write_text(proof, encoding="utf-8")
        self.assertIn(f"entry {entry[2]} is in the journal",
                      bashu("verify", self.dir / "proof.txt", "--key", key))
        judged = bashu("verify", file, "--key", key)
        for word in ("寄件凭证", NAME, "红楼梦", f"entry {entry[2]} is in the journal", link):
            self.assertIn(word, judged)
        self.said("pdfdetach", "-saveall", "-o", self.dir, file)
        self.assertEqual((self.dir / "entry.txt").read_text(encoding="utf-8"), proof)

        self.forged(file, key)
        self.wrong_codes(link)

        # It expires by its day, and is withdrawn by its state.
        self.node.set_day("2026-04-01")
        wait_until(lambda: "Expired." in self.check(link)[1], "the paper to expire")
        self.deliver()
        self.nodes["chongqing"].as_("clerk").act(self.case, "take", "clerk")
        self.deliver()
        wait_until(lambda: "Withdrawn." in self.check(link)[1], "the paper to be withdrawn")
        self.assertIn("已签收", self.said("pdftotext", "-raw", self.paper("slip"), "-"))

    def forged(self, file, key):
        good = file.read_bytes()
        other = bashu("journal", "proof", self.nodes["chongqing"].dir, 0, "--vkey").strip()
        for name, content, with_key in (
                ("changed", good[:900] + bytes([good[900] ^ 1]) + good[901:], key),
                ("longer", good + b"%%EOF\n", key), ("cut", good[:-200], key),
                ("no paper", b"%PDF-1.5\n", key), ("empty", b"", key), ("of another", good, other)):
            (self.dir / "forged.pdf").write_bytes(content)
            answer = tool(program(), "verify", self.dir / "forged.pdf", "--key", with_key)
            self.assertEqual(answer.returncode, 1, name)
            self.assertIn(b"not valid", answer.stdout, name)

    def wrong_codes(self, link):
        code = link[-24:]
        other = ("0" if code[-1] != "0" else "1").join([code[:-1], ""])
        for wrong, word in ((other, "No paper has this code"), ("0" * 24, "No paper has this code"),
                            (code[:-1], "This is not a code"), ("U" * 24, "This is not a code"),
                            ("%3Cb%3E" + code, "This is not a code"), ("9" * 5000, "This is not a code")):
            status, page = self.check(self.origin + "/check/" + wrong)
            self.assertEqual(status, 404, wrong)
            self.assertIn(word, page)
            self.assertNotIn("<b>", page)
        spelled = "-".join(code[i:i + 4] for i in range(0, 24, 4)).lower()
        self.assertIn("Valid.", self.check(self.origin + "/check/?code=" + spelled)[1])
        self.assertIn("Code on the paper", self.check(self.origin + "/check/")[1])

    def test_who_may_not_see_the_case_gets_no_paper(self):
        self.node.add_key("stranger", "stranger")
        self.node.process.send_signal(1)
        stranger = self.node.as_("stranger")
        wait_until(lambda: stranger.request("GET", "/session")[0] == 200, "the key to hold")
        path = f"/cases/{self.case}/papers/receipt.pdf"
        self.assertEqual(stranger.request("GET", path)[0], 404)
        for path in (f"/cases/{self.case}/papers/none.pdf", f"/cases/{self.case}/papers/receipt",
                     "/cases/sichuan-999/papers/receipt.pdf"):
            self.assertEqual(self.clerk.request("GET", path)[0], 404, path)
