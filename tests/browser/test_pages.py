"""Portal and console in a real browser, on two real nodes. What the browser does is in *.mjs; here the
nodes are made, and the accounts of the people who sign in."""

import base64
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))

sys.path.insert(0, str(ROOT / "tools" / "demo"))

from bank_files import ordered, receipts  # noqa: E402
from mail_server import MailServer  # noqa: E402
from support import FIRST_DAY, NAMES, PARCELS, CircleTest, Node, bashu, free_port, wait_until  # noqa: E402
from test_claims import LOANS  # noqa: E402
from test_netting import bill  # noqa: E402
from test_witness import Witness  # noqa: E402

HUKOU = "household-migration"
WASTE = "hazardous-waste"
PLANT = "91500000MA5U4X0K1B"  # whose operator weighs what comes
ACCOUNTS = [
    ("citizen", "市民", [f"{HUKOU}:citizen", "meadows:farmer", "films:citizen"], []),
    ("stranger", "另一位市民", [f"{HUKOU}:citizen"], []),
    ("officer", "户籍民警", [f"{HUKOU}:clerk", "meadows:clerk", f"{WASTE}:clerk", "loans:clerk"], []),
    ("colleague", "另一户籍民警", ["meadows:clerk"], []),
    ("head", "科长", [f"{HUKOU}:chief", f"{WASTE}:chief", "parcels:chief"], []),
    ("firm", "电池回收企业", [f"{WASTE}:company", f"{WASTE}:driver"], []),
    ("operator", "处置厂操作员", [f"{WASTE}:operator"], []),
    ("surveyor", "勘界员", ["stones:surveyor"], ["audit"]),
    ("planner", "联合办公室", ["joint-programme:secretary", "joint-programme:office"], []),
    ("cashier", "清算会计", ["clearing:finance", "pension-transfer:finance"], []),
    ("treasurer", "另一会计", ["clearing:finance", "pension-transfer:finance"], []),
    ("auditor", "审计员", [], ["audit"]),
    ("administrator", "管理员", [], ["admin", "audit"]),
    ("second", "另一管理员", [], ["admin"]),
]


# One grey point.
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="

# Nothing in src/ or web/ knows of it.
MEADOWS = """\
bashu: 1
pack: meadows
version: 1
title: {zh: 草场, en: Meadows}
types:
  herd: {type: text, pattern: "H[0-9]{4}", class: public, title: {zh: 畜群, en: Herd}, help: {zh: 与耳标一致, en: As on the ear tag}, example: H0042, wrong: {zh: 畜群编号为 H 加四位数字, en: A herd is written H and four digits.}}
  head: {type: int, min: 1, max: 500, class: public, title: {zh: 头数, en: Head of cattle}}
  fee: {type: money, unit: CNY, scale: 2, min: 0, class: public, title: {zh: 费用, en: Fee}}
  name: {type: text, min: 1, max: 40, class: public, title: {zh: 草场, en: Meadow}}
  hectares: {type: quantity, unit: ha, scale: 1, min: 0, class: public, title: {zh: 公顷, en: Hectares}}
registers:
  meadow: {title: {zh: 草场登记, en: Register of meadows}, kept: own, key: [meadow], fields: {meadow: name, hectares: hectares}}
services:
  graze:
    title: {zh: 跨界放牧, en: Grazing across the border}
    about: {zh: 把牲畜赶到邻省的草场, en: Take your herd to a meadow of the neighbour}
    parties: {home: {farmer: own}, host: {clerk: all}}
    fields: {herd: herd, head: head, fee: fee}
    groups: [{title: {zh: 畜群, en: Herd}, fields: [herd, head]}]
    start: {owner: home, by: farmer, form: [herd, head, fee], to: asked}
    states:
      asked:
        title: {zh: 待批准, en: Asked for}
        owner: host
        events:
          admit: {title: {zh: 准入, en: Admit}, by: clerk, when: "'Upper' in meadow", why: {zh: 没有空闲草场, en: No meadow is free}, to: admitted}
          late: {title: {zh: 逾期, en: Late}, by: system, do: {task: {zh: 请批准, en: Please decide}, for: clerk}}
      admitted: {title: {zh: 已准入, en: Admitted}, final: true}
    clocks:
      answer: {working_days: 5, runs_in: asked, breach: late}
    prints:
      pass: {title: {zh: 放牧证, en: Grazing pass}, after: admitted, text: {zh: "畜群{herd}可在{host}放牧。", en: "Herd {herd} may graze in {host}."}}
feeds:
  free:
    title: {zh: 空闲草场, en: Free meadows}
    by: clerk
    fields: {meadow: name, hectares: hectares}
    key: [meadow]
    when: line.hectares > 0
    why: {zh: 草场面积须大于零, en: A meadow has some land}
    do: {put: meadow, key: =line.meadow, fields: {meadow: =line.meadow, hectares: =line.hectares}}
figures:
  admitted: {title: {zh: 准入畜群, en: Herds admitted}, of: graze, from: case.reached('admitted'), count: true}
scenarios:
  - title: a herd
    today: 2026-03-02
    given: {chongqing: {meadow: [{meadow: Upper, hectares: 10}]}}
    steps:
      - {at: sichuan, as: farmer, start: graze, id: G1, parties: {home: sichuan, host: chongqing}, with: {herd: H0001, head: 3, fee: 100}, state: asked}
      - {at: chongqing, as: clerk, case: G1, event: admit, state: admitted}
"""

# Rides of one side's riders at the other's gates; the second side's file lacks the last one.
FLAT = """{tariff: flat, version: 1, from: 2026-01-01, groups: {
  cq: {party: chongqing, operators: [{name: 重庆轨道（合成）, weight: 1}], flat: 200, two_taps: true, missing: 700},
  sc: {party: sichuan, operators: [{name: 成都轨道（合成）, weight: 1}], flat: 300, two_taps: true, missing: 900}}}
"""
TAPS = "id,token,at,device,kind,group,place,medium,issuer\n" + "".join(
    f"{token}-{kind},{token},2026-03-01 08:{minute}:00,g,{kind},{group},{kind},card,{issuer}\n"
    for token, group, issuer in (("a", "cq", "sichuan"), ("b", "sc", "chongqing"))
    for kind, minute in (("in", "00"), ("out", "20")))

# Both sides have a list of the same stones, each from its own survey; where they differ, one asks, the other
# agrees, and both have what was agreed.
STONES = """\
bashu: 1
pack: stones
version: 1
title: {zh: 界桩, en: Boundary stones}
types:
  mark: {type: text, pattern: "Q[0-9]+", class: public, title: {zh: 界桩, en: Stone}}
  metres: {type: quantity, unit: m, scale: 0, min: 0, class: public, title: {zh: 至下一桩（米）, en: Metres to the next}}
  reason: {type: text, min: 1, max: 200, class: internal, title: {zh: 理由, en: Reason}}
registers:
  stone: {title: {zh: 界桩登记, en: Register of stones}, kept: parties, key: [stone], fields: {stone: mark, metres: metres}}
services:
  correction:
    title: {zh: 更正界桩, en: Have a stone put right}
    parties: {asker: {surveyor: all}, other: {surveyor: all}}
    fields: {stone: mark, metres: metres, reason: reason}
    start: {owner: asker, by: surveyor, form: [stone, metres, reason], to: asked}
    states:
      asked:
        title: {zh: 待核对, en: To be looked into}
        owner: other
        events:
          correct: {title: {zh: 予以更正, en: Put it right}, by: surveyor, do: {put: stone, key: =data.stone, fields: {stone: =data.stone, metres: =data.metres}}, to: corrected}
          keep: {title: {zh: 维持原记录, en: Leave it as it is}, by: surveyor, form: [reason], to: kept}
      corrected: {title: {zh: 已更正, en: Put right}, final: true}
      kept: {title: {zh: 已维持, en: Left as it is}, final: true}
feeds:
  survey:
    title: {zh: 勘界成果, en: Survey}
    by: surveyor
    fields: {stone: mark, metres: metres}
    key: [stone]
    do: {put: stone, key: =line.stone, fields: {stone: =line.stone, metres: =line.metres}}
figures:
  metres: {title: {zh: 界桩间距合计, en: Metres between the stones}, of: stone, sum: entry.metres}
scenarios:
  - title: a stone
    today: 2026-03-02
    steps:
      - {at: sichuan, as: surveyor, start: correction, id: S1, parties: {asker: sichuan, other: chongqing}, with: {stone: Q1, metres: 7, reason: measured}, state: asked}
      - {at: chongqing, as: surveyor, case: S1, event: correct, state: corrected}
      - {figure: metres, is: 7}
"""


# A film is handed in.
FILMS = """\
bashu: 1
pack: films
version: 1
title: {zh: 影像, en: Films}
types:
  spot: {type: text, min: 1, max: 60, class: public, title: {zh: 地点, en: Place}}
  film: {type: document, class: internal, title: {zh: 现场影像, en: Film}, accepts: [video/*], max: 60000000}
services:
  inspection:
    title: {zh: 现场查勘, en: Inspection}
    parties: {here: {citizen: own, clerk: all}}
    fields: {spot: spot, film: film}
    start: {owner: here, by: citizen, form: [spot, film], to: done}
    states: {done: {title: {zh: 已收到, en: Received}, final: true}}
figures: {inspections: {title: {zh: 查勘数, en: Inspections}, of: inspection, count: true}}
scenarios: [{title: none, today: 2026-03-02, steps: [{figure: inspections, is: 0}]}]
"""


class PagesTest(CircleTest):
    PACK = (ROOT / "packs" / f"{HUKOU}.yaml").read_text(encoding="utf-8")

    def make(self, party):
        host = f"{self.net}.{len(self.nodes) + 1}"
        node = Node(self.dir / party, party, NAMES[party], host, FIRST_DAY, web=0)
        node.add_key("clerk", "clerk", ["*:clerk"])
        node.add_key("registrar", "registrar", may=["registrar"])
        node.add_key("second", "second administrator", may=["admin"])
        for user, name, roles, may in ACCOUNTS:
            node.add_user(user, name, roles, may, [PLANT] if user == "operator" else [])
        self.nodes[party] = node
        self.addCleanup(node.stop)
        return node

    def browse(self, script, on_ask=None, **more):
        """Runs a script of the browser to its end; what it asks for meanwhile is done by `on_ask`."""
        nodes = {party: {"web": node.web, "users": node.passwords}
                 for party, node in self.nodes.items()}
        with tempfile.TemporaryFile("w+") as errors, subprocess.Popen(
                ["node", pathlib.Path(__file__).parent / f"{script}.mjs"],
                env={**os.environ, "BASHU_NODES": json.dumps(nodes), **more}, text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors) as browser:
            said = ""
            for line in browser.stdout:
                said += line
                if line.startswith("ask "):
                    on_ask(*json.loads(line.removeprefix("ask ")))
                    print("done", file=browser.stdin, flush=True)
            browser.wait()
            errors.seek(0)
            self.assertEqual(browser.returncode, 0, said + errors.read())


class Pages(PagesTest):
    def residents(self, party, *lines):
        self.nodes[party].as_("clerk").feed(HUKOU, "residents", "clerk", list(lines))

    def test_a_household_moves(self):
        self.residents("sichuan", {"person": "51010519880307231X", "household": "川-0007", "head": True})
        self.browse("move")
        for node in self.nodes.values():
            case = node.as_("clerk").get("/cases")["cases"][0]
            self.assertEqual(case["state"], "settled")
        self.verify("chongqing", "sichuan")

    def adopt(self, text):
        pack = self.dir / "new.yaml"
        pack.write_text(text, encoding="utf-8")
        for node in self.nodes.values():
            node.by_two("pack", "adopt", pack)
        wait_until(lambda: all(len(one["adopted"]) == len(self.nodes) for node in self.nodes.values()
                               for one in node.as_("admin").get("/packs")["packs"]), "the adoption by all")
        self.deliver()

    def test_a_pack_nobody_has_seen_has_its_pages_at_once(self):
        self.adopt(MEADOWS)
        self.adopt(MEADOWS.replace("version: 1", "version: 2", 1).replace("max: 500", "max: 400", 1))
        self.browse("adopted")

    def test_a_year_of_the_white_list(self):
        self.adopt((ROOT / "packs" / f"{WASTE}.yaml").read_text(encoding="utf-8"))
        origin = self.nodes["sichuan"].as_("clerk")
        origin.feed(WASTE, "codes", "clerk", [{"code": "900-052-31", "waste": "HW31", "name": "废铅蓄电池",
                                               "valid_from": "2021-01-01"}])
        origin.feed(WASTE, "carriers", "clerk", [{"carrier": "91510100MA6CARR1X1",
                                                  "valid_to": "2027-06-30"}])
        self.deliver()

        def day(_, to):
            for node in self.nodes.values():
                node.set_day(to)

        self.browse("whitelist", day)

    def test_a_node_and_a_session_end_under_an_open_page(self):
        self.adopt(MEADOWS)

        def done(what, party):
            node = self.nodes[party]
            if what == "stop":
                node.stop()
            elif what == "start":
                node.start()
            else:
                self.deliver()
                node.as_("clerk").feed("meadows", "free", "clerk", [{"meadow": "Upper", "hectares": 15}])

        self.browse("away", done)

    def test_a_large_file_goes_on_after_a_break(self):
        self.adopt(FILMS)
        film = self.dir / "film.mp4"
        film.write_bytes(os.urandom(1 << 20) * 24 + b"end")

        def done(what):
            getattr(self.nodes["sichuan"], what)()

        self.browse("upload", done, BASHU_FILM=str(film), BASHU_FILM_DIGEST=hashlib.sha256(film.read_bytes()).hexdigest())

    def test_everything_works_by_keyboard(self):
        self.adopt(MEADOWS)
        self.nodes["chongqing"].as_("clerk").feed("meadows", "free", "clerk", [{"meadow": "Upper", "hectares": 15}])
        self.browse("keyboard")

    def test_nobody_sees_through_a_page_what_is_not_theirs(self):
        node = self.nodes["chongqing"]
        node.add_key("mover", "mover", [f"{HUKOU}:citizen"], person="user:citizen")
        mover = node.as_("mover")
        person, name, street = "51010519880307231X", "龘小川", "渝中区人民路1号"
        case = mover.start(HUKOU, "move", "citizen", {"origin": "sichuan", "destination": "chongqing"},
                           {"person": person, "name": name, "address": street, "ground": "work",
                            "proof": mover.deposit("a.pdf", "application/pdf", b"%PDF-1.4\n")})["case"]
        self.deliver()
        console = ["", "cases", f"search?q={case}", f"case/{case}", f"paper/receipt/{case}", "registers",
                   f"registers/{HUKOU}/population", f"registers/{HUKOU}/migration", "money", "figures",
                   "differences", "import", "packs", f"packs/{HUKOU}", "people", "node", "programme",
                   f"programme/{HUKOU}/move", *(f"entries/{n}" for n in range(8, 16))]
        portal = ["", "mine", f"case/{case}", f"paper/receipt/{case}", f"start/{HUKOU}/move"]
        roles = {
            "secrets": [person, name, street],
            "sees": [{"face": "portal", "user": "citizen", "paths": portal},
                     {"face": "console", "user": "officer", "paths": console}],
            "others": [{"face": "portal", "user": user, "paths": portal} for user in ("stranger", "firm")]
                      + [{"face": "console", "user": user, "paths": console}
                         for user in ("stranger", "operator", "auditor", "administrator")],
        }
        self.browse("roles", BASHU_ROLES=json.dumps(roles))

    def test_how_long_values_are_kept_and_who_watches_from_outside(self):
        self.adopt((ROOT / "packs" / "medical-filing-and-claims.yaml").read_text(encoding="utf-8"))
        node = self.nodes["sichuan"]
        watcher = Witness(self.dir, "watcher", f"{self.net}.9")
        self.addCleanup(watcher.end)
        watcher.origins.write_text(f"log {bashu('journal', 'proof', node.dir, 0, '--vkey').strip()}\n", encoding="utf-8")
        watcher.start()
        policy = self.dir / "witnesses"
        policy.write_text(watcher.line("one"), encoding="utf-8")
        node.stop()
        node.start("--witnesses", str(policy), "--witness-ca", str(watcher.root), "--witness-pace", "1")

        def outside():
            return node.as_("second").get("/channels")["outside"]

        def done(what):
            if what == "away":
                watcher.kill()
                node.as_("clerk").feed(HUKOU, "residents", "clerk", [{"person": "51010519880307231X", "household": "川-0007", "head": True}])
                wait_until(lambda: "open_since_ms" in outside() and outside()["witnesses"][0].get("trouble"), "what is open")

        wait_until(lambda: "open_since_ms" not in outside() and outside()["cosigned"] > 0, "the witness")
        self.browse("kept", done, BASHU_WITNESS=json.dumps({"name": watcher.name, "url": f"https://{watcher.host}:{watcher.port}"}))

    def test_people_are_let_in_and_ended(self):
        self.browse("people")

    def test_a_person_is_told_by_mail(self):
        self.adopt(MEADOWS)
        home, host = self.nodes["sichuan"], self.nodes["chongqing"]
        mail = MailServer(self.dir / "mail", free_port())
        self.addCleanup(mail.close)
        home.stop()
        home.start("--smtp", f"smtp://127.0.0.1:{mail.port}", "--mail-from", "notices@sichuan.example")
        home.add_key("farmer", "farmer", ["meadows:farmer"], person="user:citizen")
        case = home.as_("farmer").start("meadows", "graze", "farmer", {"home": "sichuan", "host": "chongqing"},
                                        {"herd": "H0001", "head": 3, "fee": 100})["case"]
        self.deliver()
        host.as_("clerk").feed("meadows", "free", "clerk", [{"meadow": "Upper", "hectares": 15}])

        def admits(_):
            host.as_("clerk").act(case, "admit", "clerk")
            self.deliver()

        self.browse("notices", admits, BASHU_MAIL=str(mail.folder))

    def test_officers_share_their_work(self):
        self.adopt(MEADOWS)
        home = self.nodes["sichuan"]
        home.add_key("farmer", "farmer", ["meadows:farmer"], person="user:citizen")
        cases = [home.as_("farmer").start("meadows", "graze", "farmer", {"home": "sichuan", "host": "chongqing"},
                                          {"herd": f"H000{n}", "head": 3, "fee": 100})["case"] for n in (1, 2, 3)]
        self.deliver()
        self.browse("assigning", BASHU_CASES=json.dumps(cases))

    def test_two_people_settle_a_dispute(self):
        self.adopt(PARCELS)
        holder, other = self.nodes["chongqing"], self.nodes["sichuan"]
        clerk = holder.as_("clerk")
        case = clerk.start("parcels", "parcel", "clerk", {"sender": "chongqing", "receiver": "sichuan"},
                           {"label": "early"})["case"]
        self.deliver()
        ahead = "2026-03-05"  # its clock is days ahead of Sichuan's
        holder.set_day(ahead)
        clerk.act(case, "note", "clerk", {"note": "from the future"})
        self.deliver()
        self.browse("dispute", lambda _: other.set_day(ahead), BASHU_CASES=json.dumps([case]))
        self.deliver()
        self.assertEqual(other.held(), [])
        self.assertEqual(self.history("chongqing", case), self.history("sichuan", case))

    def test_what_a_step_looked_up_is_asked_for(self):
        self.adopt(LOANS)
        lender = self.nodes["chongqing"]
        lender.as_("admin").post("/packs/loans/registers/limit/records", {"records": [{"name": "ann", "most": 50}]})
        case = lender.as_("clerk").start("loans", "loan", "clerk", {"lender": "chongqing", "borrower": "sichuan"},
                                         {"name": "ann", "wanted": 20})["case"]
        lender.as_("clerk").act(case, "grant", "clerk")
        self.deliver()
        self.browse("claims", BASHU_CASES=json.dumps([case]))

    def test_a_wrong_figure_is_found_and_settled(self):
        self.adopt(STONES)
        for party, stones in (("sichuan", {"Q1": 100, "Q2": 250, "Q3": 30}),
                              ("chongqing", {"Q1": 100, "Q2": 205, "Q4": 70})):
            node = self.nodes[party]
            node.add_key("surveyor", "surveyor", ["stones:surveyor"])
            node.as_("surveyor").feed("stones", "survey", "surveyor", [{"stone": stone, "metres": metres} for stone, metres in stones.items()])
        self.browse("workbench")
        self.deliver()
        for node in self.nodes.values():
            self.assertEqual(node.as_("admin").get("/figures/stones/metres")["value"], 450)

    def test_two_offices_clear_a_few_rides(self):
        self.adopt((ROOT / "packs" / "clearing.yaml").read_text(encoding="utf-8"))
        for node in self.nodes.values():
            node.add_key("finance", "finance", ["clearing:finance"])
        here, there = (self.nodes[party].as_("finance") for party in ("chongqing", "sichuan"))
        book = here.start("clearing", "book", "finance", {"first": "chongqing", "second": "sichuan"},
                          {"name": "地铁", "kind": "taps", "tariff": here.deposit("flat.yaml", "application/yaml", FLAT.encode())})["case"]
        self.deliver()
        there.act(book, "agree", "finance")

        def delivered(_):
            self.deliver()
            for node in self.nodes.values():
                wait_until(lambda node=node: not any((node.dir / "blobs" / "wanted").glob("*")), "the documents of the other side")

        delivered(None)
        self.browse("clearing", delivered, BASHU_CLEARING=json.dumps(
            {"book": book, "dearer": FLAT.replace("flat: 200", "flat: 250"), "here": TAPS, "there": "\n".join(TAPS.splitlines()[:3]) + "\n"}))
        case = here.cases(pack="clearing", service="window")[0]
        self.assertEqual(case["state"], "first_pays")
        self.assertEqual(case["data"]["agreed"], there.case(case["id"])["data"]["agreed"])

    def test_both_sides_agree_on_a_further_edition_of_a_tariff(self):
        self.adopt((ROOT / "packs" / "clearing.yaml").read_text(encoding="utf-8"))
        for node in self.nodes.values():
            node.add_key("finance", "finance", ["clearing:finance"])

        def told(what, case=""):
            self.deliver()
            if what == "agree":
                self.nodes["sichuan"].as_("finance").act(case, "agree", "finance")
                self.deliver()
            for node in self.nodes.values():
                wait_until(lambda node=node: not any((node.dir / "blobs" / "wanted").glob("*")), "the documents of the other side")

        now = FLAT.replace("{tariff: flat,", "{tariff: flat, rules: 2,")
        sc = "{party: sichuan, operators: [{name: 成都轨道（合成）, weight: 1}], flat: 350, two_taps: true, missing: 900}"
        first = now.replace("}}}", "}}, editions: [{version: 2, from: '2026-04-01', fee: 6000, groups: {sc: %s}}]}" % sc)
        files = {"old": FLAT, "now": now, "next": first, "none": now, "other": first.replace("flat: 200", "flat: 201"),
                 "operator": first.replace("flat: 350", "flat: 350, limit: 7200").replace("成都轨道（合成）, weight: 1}], flat: 350", "新运营单位, weight: 1}], flat: 350")}
        self.browse("tariff", told, BASHU_TARIFFS=json.dumps(files))
        book = self.nodes["chongqing"].as_("finance").cases(pack="clearing", service="book", state="in_force")[0]
        self.assertEqual(book["data"]["proposal"]["sha256"], book["data"]["tariff"]["sha256"])
    def test_a_house_nets_and_each_member_confirms(self):
        self.adopt((ROOT / "packs" / "clearing.yaml").read_text(encoding="utf-8"))
        for node in self.nodes.values():
            node.add_key("finance", "finance", ["clearing:finance"], person="f")
        sides = {party: node.as_("finance") for party, node in self.nodes.items()}
        house, other = sides["chongqing"], sides["sichuan"]
        accounts = {party: {"name": party, "account": number, "bank": "102653000017"}
                    for party, number in (("chongqing", "65"), ("sichuan", "51"))}

        def delivered(_=None):
            self.deliver()
            for node in self.nodes.values():
                wait_until(lambda node=node: not any((node.dir / "blobs" / "wanted").glob("*")), "the documents of the other side")

        book = house.start("clearing", "book", "finance", {"first": "chongqing", "second": "sichuan"},
                           {"name": "住院", "kind": "bills", "way": "multilateral", "house": "chongqing", "cap": 400000})["case"]
        self.deliver()
        other.act(book, "agree", "finance")
        self.deliver()
        # Of 5,000.00 the fund pays 3,360.00; of 2,000.00 960.00.
        bills = "".join(bill(*one) + "\n" for one in ((1, "chongqing", "sichuan", 500000), (2, "sichuan", "chongqing", 200000)))
        for party, side in sides.items():
            side.start("clearing", "batch", "finance", {"side": party},
                       {"book": book, "what": "bills", "file": side.deposit("bills.ndjson", "application/x-ndjson", bills.encode())})
        window = house.start_under(book, "window", "finance", {"until": FIRST_DAY})["case"]
        delivered()
        other.act(window, "state", "finance")
        for party, side in sides.items():
            member = house.start("clearing", "membership", "finance", {"house": "chongqing", "member": party},
                                 {"name": "清算中心（合成）", "least": 10000, "house_account": accounts["chongqing"]})["case"]
            self.deliver()
            side.act(member, "agree", "finance", {"member_account": accounts[party]})
        delivered()
        self.browse("netting", delivered, BASHU_NETTING=json.dumps({"day": FIRST_DAY, "window": window}))
        states = {one["parties"]["member"]: one["state"] for one in house.cases(pack="clearing", service="share")}
        self.assertEqual(states, {"chongqing": "settled", "sichuan": "house_pays"})

    def test_information_and_money_of_transfers_side_by_side(self):
        for pack in ("clearing", "pension-transfer"):
            self.adopt((ROOT / "packs" / f"{pack}.yaml").read_text(encoding="utf-8"))
        for node in self.nodes.values():
            node.add_key("finance", "finance", ["*:clerk", "*:finance", "*:member"], person="f")
        newer, older = (self.nodes[party].as_("finance") for party in ("chongqing", "sichuan"))
        accounts = {party: {"name": f"{party} fund", "account": number, "bank": "102653000017"}
                    for party, number in (("chongqing", "65"), ("sichuan", "51"))}
        book = newer.start("clearing", "book", "finance", {"first": "chongqing", "second": "sichuan"},
                           {"name": "养老转移资金", "kind": "transfers", "first_account": accounts["chongqing"]})["case"]
        self.deliver()
        older.act(book, "agree", "finance", {"second_account": accounts["sichuan"]})
        persons = {"510104199003070015": ("W-1", 500_00), "510104199003070023": ("W-2", 300_00)}
        older.feed("pension-transfer", "enrolments", "clerk",
                   [{"source": "1", "person": person, "standing": "active", "months": 12} for person in persons])
        for person, (reference, fen) in persons.items():
            case = newer.start("pension-transfer", "transfer", "clerk", {"newer": "chongqing", "older": "sichuan"},
                               {"person": person, "name": "某某", "born": "1990-03-07", "sex": "man", "returning": False})["case"]
            newer.act(case, "accept", "clerk")
            self.deliver()
            older.act(case, "send", "clerk", {"backpaid_years": 0, "reference": reference,
                                              "sheet": [{"year": 2025, "months": 12, "wages": 0, "own": fen, "account": fen}]})
        self.deliver()

        def booked(_, file):
            rows = [(reference, fen - (reference == "W-2"), "BOOK") for reference, fen in ordered(file)]
            camt = receipts(self.dir / "camt053.xml", "65", "51", [*rows, ("W-9", 77_00, "BOOK")], "2026-03-04")
            for what in ("sheets", "receipts"):
                file = {} if what == "sheets" else {"file": newer.deposit("camt053.xml", "text/xml", camt.read_bytes())}
                newer.start("clearing", "batch", "finance", {"side": "chongqing"}, {"book": book, "what": what, **file})

        self.browse("flows", booked, BASHU_FLOWS=json.dumps({"book": book}))
        self.assertEqual([one["state"] for one in older.cases(pack="clearing", service="order")], ["with_bank"])

    def test_a_programme_with_meeting_list_and_calendar(self):
        self.adopt((ROOT / "packs" / "joint-programme.yaml").read_text(encoding="utf-8"))
        self.browse("programme")

    def test_from_a_page_down_to_the_entry(self):
        for pack in (PARCELS, MEADOWS):
            self.adopt(pack)
        node, other = self.nodes["chongqing"], self.nodes["sichuan"]
        clerk = node.as_("clerk")

        def parcel(label):
            case = clerk.start("parcels", "parcel", "clerk", {"sender": "chongqing", "receiver": "sichuan"},
                               {"label": label})["case"]
            clerk.act(case, "send", "clerk")
            self.deliver()
            other.as_("clerk").act(case, "take", "clerk")
            self.deliver()

        parcel("one")
        parcel("two")
        for hectares in (125, 90):
            node.as_("registrar").post("/packs/meadows/registers/meadow/records",
                                       {"records": [{"meadow": "Upper", "hectares": hectares}]})
        node.add_key("mover", "mover", [f"{HUKOU}:citizen"], person="user:citizen")
        mover = node.as_("mover")
        case = mover.start(HUKOU, "move", "citizen", {"origin": "sichuan", "destination": "chongqing"},
                           {"person": "51010519880307231X", "name": "龘小川", "address": "渝中区人民路1号", "ground": "work",
                            "proof": mover.deposit("note.png", "image/png", base64.b64decode(PNG))})["case"]
        for one in (other, node):  # nobody is told of a day ahead of theirs
            one.set_day("2026-04-01")
        parcel("three")

        self.browse("down", lambda day: [one.set_day(day) for one in (other, node)], BASHU_CASES=json.dumps([case]))

    def test_nothing_is_in_the_way_of_anybody(self):
        self.adopt(MEADOWS)
        home, host = self.nodes["sichuan"], self.nodes["chongqing"]
        home.add_key("farmer", "farmer", ["meadows:farmer"], person="user:citizen")
        case = home.as_("farmer").start("meadows", "graze", "farmer", {"home": "sichuan", "host": "chongqing"},
                                        {"herd": "H0001", "head": 3, "fee": 12300})["case"]
        self.deliver()
        host.as_("clerk").feed("meadows", "free", "clerk", [{"meadow": "Upper", "hectares": 15}])
        for node in self.nodes.values():
            node.as_("admin").post("/figures/publish", {"as_of": FIRST_DAY})
        self.deliver()
        console = ["", "search?q=H0001", "cases", "cases?pack=meadows&service=graze", f"case/{case}", "start", f"start/{HUKOU}/move",
                   "registers", "registers/meadows/meadow", "programme", "programme/household-migration/move", "money", "clearing", "nettings", "figures", "figures/try", "figures/meadows/admitted", "import",
                   "packs", "packs/meadows", "node", "entries/1", "account", "nowhere"]
        pages = [
            {"party": "sichuan", "face": "portal", "user": "citizen",
             "paths": ["", "mine", "start/meadows/graze", f"start/{HUKOU}/move", f"case/{case}", "account"]},
            {"party": "chongqing", "face": "console", "user": "officer", "paths": console},
            {"party": "chongqing", "face": "console", "user": "administrator", "paths": ["", "differences", "packs", "people", "node", "entries/1"]},
        ]
        self.browse("everypage", BASHU_PAGES=json.dumps(pages))


if __name__ == "__main__":
    unittest.main()
