"""The public site of two real nodes: every link, both languages, valid, without a script, nothing personal."""

import filecmp
import html.parser
import json
import os
import re
import urllib.error
import urllib.parse
import urllib.request

from support import PARCELS, ROOT, CircleTest, bashu, free_port, tool, travelled

PERSONAL = "somebody-nobody-may-read"
# Of web/, whose packages the build installs.
VALIDATE = ROOT / "web" / "node_modules" / ".bin" / "html-validate"
RULES = {"root": True, "extends": ["html-validate:standard"], "rules": {"no-trailing-whitespace": "off", "void-style": "off"}}


class Page(html.parser.HTMLParser):
    """The links of a page, its language, and what would run in it."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.links, self.faults, self.language = [], [], ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "html":
            self.language = given.get("lang", "")
        own = tag == "script" and given.get("src", "").endswith("/years.js") and "defer" in given
        if tag in ("script", "iframe", "object") and not own or any(name.startswith("on") for name in given):
            self.faults.append(f"{tag} runs something")
        if "style" in given:
            self.faults.append("a style of its own")
        if tag == "a" and given.get("rel") != "nofollow":  # days and orders have no end
            self.links.append(given["href"])


class Site(CircleTest):
    PACK = PARCELS.replace("stop: {kept: own,", "stop: {public: true, kept: shared,").replace(
        "types:\n", "types:\n  person: {type: text, max: 60, class: personal, title: {zh: 人, en: Person}}\n").replace(
        "note: {type: label, optional: true}}", "note: {type: label, optional: true}, who: person}").replace(
        "form: [label]\n      do", "form: [label, who]\n      do").replace("with: {label: a}", "with: {label: a, who: b}")

    def make(self, party):
        node = super().make(party)
        node.add_key("registrar", "registrar", may=["registrar"])
        travelled(node)
        (node.dir / "published.tsv").write_text(
            "id\tsection\tsection_zh\tsection_en\ttitle_zh\ttitle_en\tfigure\tsplit\tas_of\tperiod\tcomparator"
            "\tvalue\tunit\tnote_zh\tnote_en\n"
            "F1\t1\t包裹\tParcels\t签收\tTaken\tparcels/taken\t\t2026-03-02\t\t=\t1\t1\t\t\n", encoding="utf-8")
        (node.dir / "overview.yaml").write_text(
            "circle: {zh: 圈, en: Circle}\ntitle: {zh: 概况, en: Overview}\n"
            "sections:\n  - title: {zh: 包裹, en: Parcels}\n"
            "    text:\n      - {zh: \"签收{F1}件。\", en: \"{F1} parcel was taken.\"}\n", encoding="utf-8")
        return node

    def setUp(self):
        super().setUp()
        sichuan, chongqing = self.nodes["sichuan"], self.nodes["chongqing"]
        parcel = sichuan.as_("clerk").start("parcels", "parcel", "clerk",
                                            {"sender": "sichuan", "receiver": "chongqing"},
                                            {"label": "a", "who": PERSONAL})["case"]
        sichuan.as_("clerk").act(parcel, "send", "clerk")
        self.deliver()
        chongqing.as_("clerk").act(parcel, "take", "clerk")
        self.deliver()

    def web(self, node):
        node.stop()
        port = free_port()
        node.start("--web", f"127.0.0.1:{port}")
        return f"http://127.0.0.1:{port}"

    def get(self, url, headers=None):
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers or {})) as answer:
            return answer.read(), answer.headers

    def walk(self, base):
        # Pages of pairs of places have no end: their links are not followed by programs.
        open_ = ["/zh/", "/en/", "/en/network/journey/?to=500103", "/zh/network/region/"]
        seen, pages, kinds = set(open_), 0, {}
        kept = self.dir / "pages"
        kept.mkdir()
        (kept / ".htmlvalidate.json").write_text(json.dumps(RULES), encoding="utf-8")
        while open_:
            path = open_.pop()
            body, headers = self.get(base + path)
            self.assertNotIn(PERSONAL.encode(), body, path)
            self.assertTrue(headers["ETag"], path)
            self.assertNotIn("unsafe", headers["Content-Security-Policy"], path)
            if not headers["Content-Type"].startswith("text/html"):
                continue
            pages += 1
            self.assertLess(len(body), 60_000, path)
            name = re.sub("[^A-Za-z0-9.-]", "_", path)
            (kept / f"{pages}{name}.html").write_bytes(body)
            kinds.setdefault((path[1:3], re.sub(r"[^/]*\d[^/]*|\?.*", "", "/".join(path.split("/")[2:5]))), path)
            page = Page(body.decode())
            self.assertEqual(page.faults, [], path)
            self.assertTrue(page.language.startswith(path[1:3]), path)
            for link in page.links:
                target = urllib.parse.urldefrag(urllib.parse.urljoin(path, link)).url
                if target not in seen:
                    seen.add(target)
                    open_.append(target)
        judged = tool("node", VALIDATE, "--formatter", "text", kept)
        self.assertEqual(judged.returncode, 0, judged.stdout.decode()[:4000] + judged.stderr.decode())
        self.looked_at(base, sorted(kinds.values()))
        return pages

    def looked_at(self, base, paths):
        """A page of each kind, by a browser and axe-core."""
        self.played("public.mjs", base, BASHU_PATHS=json.dumps(paths))

    def played(self, play, base, **told):
        done = tool("node", ROOT / "tests" / "browser" / play, env={
            **os.environ, "BASHU_NODES": "{}", "BASHU_SITE": base, **told})
        self.assertEqual(done.returncode, 0, done.stderr.decode()[:6000])

    def test_the_slider_of_years(self):
        self.played("years.mjs", self.web(self.nodes["sichuan"]))

    def test_every_link_leads_to_a_valid_page(self):
        base = self.web(self.nodes["sichuan"])
        self.assertGreater(self.walk(base), 20)
        body, headers = self.get(base + "/en/")
        self.assertIn(b"parcel was taken", body)
        with self.assertRaises(urllib.error.HTTPError) as unchanged:
            self.get(base + "/en/", {"If-None-Match": headers["ETag"]})
        self.assertEqual(unchanged.exception.code, 304)

    def test_two_nodes_publish_the_same_pages_of_figures(self):
        for node in self.nodes.values():
            bashu("figures", "--api", node.url, "--key", node.keys["second"], "--tell",
                  "--as-of", "2026-03-02")
        self.deliver()
        out = {}
        for party, node in self.nodes.items():
            node.stop()
            out[party] = self.dir / f"site-{party}"
            bashu("publish", node.dir, "--as-of", "2026-03-02", "--out", out[party])
        one, other = out.values()
        files = [path.relative_to(one) for path in one.rglob("*") if path.is_file()]
        figures = [path for path in files if "figures" in path.parts]
        self.assertGreater(len(figures), 8)
        same, differing, missing = filecmp.cmpfiles(one, other, figures, shallow=False)
        self.assertEqual((differing, missing), ([], []), same)
        for path in files:
            self.assertNotIn(PERSONAL.encode(), (one / path).read_bytes(), path)
