#!/usr/bin/env python3
"""The main job: two nodes on loopback, a circle, a year of the White List and a month of migrations, then the
whole Chengdu-Chongqing circle with its published overview, a day of riders and a month of bills cleared.

    ./dev demo [--once] [--dir DIR] [--lang zh|en] [--without-circle] [--riders N]

Everything goes through the public API. The days are rehearsal days: a year takes about a minute.
The year comes before the rest of the circle is loaded, and every figure has a date: what was
published of 2020 and 2021 is not touched by what happens in 2025. Data that are not public facts are
synthetic (synthetic.py, circles/chengdu-chongqing/).
"""

import argparse
import datetime
import pathlib
import shutil
import signal
import sys
import threading

import circle
import clearing
import clearing_house
import clearing_nodes
import synthetic
from client import Refused
from migration import PACK as HUKOU, Migrations
from node import ROOT, Node, bashu, form_circle, mail_delivered, program, save_keys
from story import Story, tonnes
from white_list import PACK as WASTE, WhiteList, above_what_is_left
from world import World

YEAR = 2025
FIRST_DAY = datetime.date(YEAR - 1, 12, 2)
LAST_DAY = datetime.date(YEAR + 1, 1, 30)
DOWN, BACK = datetime.date(YEAR, 6, 12), datetime.date(YEAR, 6, 24)
HOSTS = {"chongqing": 1, "sichuan": 2}  # the last number of their addresses
PORTS = {"chongqing": (7441, 8081), "sichuan": (7442, 8082)}
WEB_PORT = 8090
# Who signs in at the pages of each side: name, roles, powers.
ACCOUNTS = {
    "citizen": ("市民", ["*:citizen"], []),
    "firm": ("企业", ["*:company"], []),
    "officer": ("经办人", ["*:clerk", "*:office"], []),
    "head": ("负责人", ["*:chief", "*:office"], []),
    "cashier": ("清算会计", ["*:finance"], []),
    "treasurer": ("另一会计", ["*:finance"], []),
    "auditor": ("审计员", [], ["audit"]),
    "administrator": ("管理员", [], ["admin", "audit"]),
}
NAMES = {"chongqing": "重庆市", "sichuan": "四川省"}
MARK = "bashu-demo"
SHOWN = 4  # differences of a window, of all that are found
MOVES = {3: "withdrawn", 9: "supplemented", 14: "mismatch", 20: "objected", 26: "turned_back",
         31: "stuck", 37: "lapsed", 44: "disputed"}


def data_directory(wanted):
    """An empty directory. What an earlier demo left is replaced; anything else is not touched."""
    directory = pathlib.Path(wanted) if wanted else ROOT / "build" / "demo"
    if directory.exists() and any(directory.iterdir()):
        if not (directory / MARK).exists():
            raise SystemExit(f"{directory} is not empty, and not of an earlier demo")
        shutil.rmtree(directory)
    directory.mkdir(parents=True, exist_ok=True)
    (directory / MARK).write_text("made by ./dev demo; replaced by the next run\n")
    return directory.resolve()


class Money:
    """What the steps of the clearing tell and check, as this story does. Their files lie in `dir`."""

    def __init__(self, story, directory):
        self.story, self.dir, self.shown, self.lang = story, directory, SHOWN, story.languages[-1]
        self.line = story.line

    def say(self, en, zh):
        self.story.say(zh.strip(), en.strip())

    def check(self, good, en, zh):
        if not good:
            raise AssertionError(en)
        self.say(f"ok  {en}", f"通过  {zh}")


class Demo:
    def __init__(self, directory, story, trips, scale=100, net="127.0.0", riders=0):
        self.dir, self.story, self.trips, self.scale, self.net = directory, story, trips, scale, net
        self.riders = riders
        self.nodes = {}
        self.circle = None  # scale 0: it is left out

    def both(self):
        return list(self.nodes.values())

    def run(self):
        self.form()
        self.prepare()
        self.lists()
        self.migrate()
        self.dispute()
        self.year()
        self.reports()
        self.tell()
        if self.scale:
            self.circle = circle.Circle(self.both(), self.story, self.scale)
            self.circle.load()
            self.circle.differences()
        if self.riders:
            self.clear()
        self.verify()
        if self.circle:
            self.circle.overview()

    def form(self):
        story = self.story
        story.chapter("建立两个节点并结成协作圈", "Two nodes are made and form a circle")
        story.say("演练数据均为合成：代码为真实代码，企业、人员、数量均为虚构",
                  "the data of the rehearsal are synthetic: the codes are real, firms, persons and quantities invented")
        for party, host in HOSTS.items():
            self.nodes[party] = Node(self.dir / party, party, NAMES[party], f"{self.net}.{host}",
                                     FIRST_DAY.isoformat(), PORTS[party], self.dir / f"{party}.log",
                                     web=WEB_PORT)
        form_circle("成渝协作圈（演练）", self.both(), self.dir / "circle")
        self.world = World(self.both(), FIRST_DAY)
        self.world.passing = lambda day: story.progress(f"演练日 {day}", f"rehearsal day {day}")
        working = self.world.working_days(datetime.date(YEAR, 1, 1), datetime.date(YEAR, 12, 31))
        self.white = WhiteList(self.world, synthetic.WhiteListYear(YEAR, working, self.trips))
        self.moves = Migrations(self.world, synthetic.MigrationMonth(
            [day for day in working if day.month == 3]))
        for node in self.both():
            self.white.keys(node)
            self.moves.keys(node)
            node.add_key("second", "第二名管理员（合成）", may=["admin"])
            node.add_key("office", "全部机关，供查看（合成）", ["*:clerk", "*:chief", "*:office"], ["audit"])
            for user, (name, roles, may) in ACCOUNTS.items():
                node.add_user(user, f"{name}（合成）", roles, may)
            if self.scale:
                circle.prepare(node)
            story.side(node.party, node.start())
        save_keys(self.both(), self.dir)

    def prepare(self):
        story = self.story
        story.chapter("双方采用业务包（各自先运行包内情景）",
                      "Both adopt the packs; each runs their scenarios first")
        for node in self.both():
            for pack in (WASTE, HUKOU):
                node.by_two("pack", "adopt", ROOT / "packs" / f"{pack}.yaml")
        mail_delivered(self.both())
        for pack in self.nodes["chongqing"].as_("admin").get("/packs")["packs"]:
            story.say(f"{pack['pack']}  {pack['digest'][:23]}…  双方自 {FIRST_DAY} 起生效",
                      f"{pack['pack']}  {pack['digest'][:23]}…  in force on both sides from {FIRST_DAY}")
        self.calendars()
        plants = self.white.registers()
        residents = self.moves.registers()
        mail_delivered(self.both())
        story.say(f"登记册：处置厂 {plants} 家（共享）；常住人口 {residents} 人（各方自有，互不可见）",
                  f"registers: {plants} plants (shared); {residents} residents (each side its own)")

    def calendars(self):
        """Both jurisdictions keep China's working days; each node knows both calendars."""
        for node in self.both():
            node.by_two("calendar", "load", synthetic.CALENDAR)
        off, on = synthetic.holidays()
        self.story.say(f"工作日历：工作日放假 {len(off)} 天，周末上班 {len(on)} 天",
                       f"calendars: {len(off)} weekdays off, {len(on)} weekend days worked")

    def lists(self):
        self.story.chapter(f"{YEAR} 年度白名单：各方提出，对方逐字签署",
                           f"White List {YEAR}: each side proposes, the other signs that content")
        for party in self.nodes:
            self.world.begin(self.world.after(self.world.day, 1), self.nodes[party],
                             self.white.yearly_list(party))
        self.world.run_until(datetime.date(YEAR - 1, 12, 31))
        for node in self.both():
            whitelist = node.as_("waste-clerk").get(f"/packs/{WASTE}/registers/whitelist", limit=500)
            listed = self.figure(node, WASTE, "quota_listed")["value"]
            receivers = self.figure(node, WASTE, "listed_receivers")["value"]
            word = self.story.word
            self.story.side(node.party, f"{receivers} {word('家', 'plants')}, "
                                        f"{len(whitelist['records'])} {word('条', 'lines')}, {tonnes(listed)}")

    def figure(self, node, pack, name, **query):
        return node.as_("admin").figure(pack, name, **query)

    def migrate(self):
        world, story = self.world, self.story
        plan = self.white.plan
        for number, application in enumerate(plan.applications):
            world.begin(application.day, self.nodes[application.producer.party],
                        self.white.apply(application, number))
        world.begin(datetime.date(YEAR, 4, 15), self.nodes["sichuan"],
                    self.white.above_quota(above_what_is_left(self.white, "chongqing")))
        world.begin(datetime.date(YEAR, 5, 12), self.nodes["chongqing"],
                    self.white.above_quota(above_what_is_left(self.white, "sichuan"), objects=True))
        world.begin(datetime.date(YEAR, 8, 11), self.nodes["sichuan"],
                    self.white.suspended_plant("sichuan"))
        self.moves.begin(MOVES)
        world.run_until(datetime.date(YEAR, 4, 9))
        story.chapter(f"{YEAR} 年 3 月户口迁移", f"Household migrations of March {YEAR}")
        for node in self.both():
            cases = node.as_("hukou-chief").cases(pack=HUKOU, service="move")
            story.side(node.party, self.by_state(cases))
        first = next(iter(self.moves.proofs))
        sha256, content = self.moves.proofs[first]
        origin = self.nodes[self.moves.cases[first].origin]
        if origin.as_("hukou-clerk").document(first, sha256) != content:
            raise AssertionError("the document arrived altered")
        story.say(f"证明材料 {sha256[:12]}… 密文传送，{origin.name}经办解密所得与原件逐字节相同（{first}）",
                  f"document {sha256[:12]}… travelled encrypted; {origin.party}'s clerk reads the same bytes ({first})")

    @staticmethod
    def by_state(cases):
        counts = {}
        for case in cases:
            counts[case["state"]] = counts.get(case["state"], 0) + 1
        return ", ".join(f"{state} {count}" for state, count in sorted(counts.items()))

    def dispute(self):
        """The destination finds the person on its own register: the case stops on both sides, and
        goes on when both have signed the step in dispute."""
        story = self.story
        case = self.moves.special["disputed"]
        move = self.moves.cases[case]
        destination, origin = self.nodes[move.destination], self.nodes[move.origin]
        story.chapter(f"争议办件 {case}", f"A disputed case: {case}")
        seen = {}
        for node in self.both():
            found = node.as_("hukou-chief").case(case)
            seen[node.party] = found["disputes"][-1]
            story.side(node.party, f"{found['state']}: {seen[node.party]['reason']} "
                                   f"({seen[node.party]['content'][:23]}…)")
        try:
            destination.as_("hukou-clerk").act(case, "settle", "clerk")
            raise AssertionError("a disputed case went on")
        except Refused as refused:
            story.say(f"争议期间任何一方均不能推进：{refused.code}",
                      f"while it is disputed nobody can go on: {refused.code}")
        for node, note in ((destination, "经核对系纸质补录，同一人"), (origin, "同意按所记步骤继续")):
            node.as_("hukou-chief").post(f"/cases/{case}/settle",
                                         {"content": seen[node.party]["content"], "note": note})
        mail_delivered(self.both())
        destination.as_("hukou-clerk").act(case, "settle", "clerk",
                                           {"household": "补录-00001", "heads": True})
        mail_delivered(self.both())
        for node in self.both():
            found = node.as_("hukou-chief").case(case)
            signed = ", ".join(one["by"] for one in found["disputes"][-1]["signatures"])
            story.side(node.party, f"{found['state']}; {story.word('签署', 'signed by')}: {signed}")
            if found["state"] != "settled":
                raise AssertionError(f"{case} is {found['state']} at {node.party}")

    def year(self):
        world, story, white = self.world, self.story, self.white
        story.chapter(f"白名单全年：{len(white.plan.applications)} 件申请及其联单",
                      f"The year of the White List: {len(white.plan.applications)} applications and their manifests")
        world.run_until(DOWN)
        before = self.nodes["sichuan"].health()["position"]
        world.kill("sichuan")
        story.say(f"{DOWN}：四川节点断电（SIGKILL），此时日志 {before + 1} 条；重庆继续办理",
                  f"{DOWN}: the Sichuan node loses power (SIGKILL) at {before + 1} entries; Chongqing goes on")
        mine = self.nodes["chongqing"].health()["position"]
        world.run_until(BACK)
        waiting = self.nodes["chongqing"].channels()["sichuan"]["backlog"]
        added = self.nodes["chongqing"].health()["position"] - mine
        said, ready, caught_up = world.bring_back("sichuan")
        entries = said.split("entries=")[1].split()[0]
        story.say(f"{BACK}：四川恢复，日志 {entries} 条完好，{ready:.2f} 秒就绪；"
                  f"其间重庆新增 {added} 条、待送 {waiting} 件，{caught_up:.2f} 秒后双方再次一致",
                  f"{BACK}: Sichuan is back with all {entries} entries, ready in {ready:.2f} s; Chongqing "
                  f"had added {added} entries with {waiting} messages waiting; in step after {caught_up:.2f} s")
        world.run_until(datetime.date(YEAR, 7, 1))
        raised = white.plan.receivers["chongqing"][0]
        world.begin(world.after(world.day, 1), self.nodes["chongqing"], white.yearly_list(
            "chongqing", {(raised.code, "HW31"): 10_000 * synthetic.T}))
        world.run_until(datetime.date(YEAR, 12, 31))
        self.walk("legs", "多段承运", "several carriers in turn")
        self.walk("explained", "过磅差异经说明", "a weighing difference, explained")
        self.walk("late", "差异逾期未说明，许可暂停后恢复", "not explained in time: permit suspended, then resumed")
        self.walk("part", "部分接受，其余退回", "accepted in part, the rest sent back")
        self.walk("rejected", "整车拒收退运", "rejected and sent back")
        self.walk("above_quota", "超出额度，商请接受地同意后批准", "above the quota: the destination consents")
        self.walk("objected", "超出额度，接受地不同意", "above the quota: the destination objects")
        if "stopped" in white.counts:
            story.say(f"许可或接收单位暂停期间，被拒绝的启运 {white.counts['stopped']} 次，"
                      f"因此过期作废的联单 {white.counts.get('lapsed', 0)} 份",
                      f"while a permit or plant was suspended {white.counts['stopped']} departures were refused; "
                      f"{white.counts.get('lapsed', 0)} manifests lapsed")
        case, (sha256, content) = next(iter(white.kept.items()))
        reader = self.nodes[white.permits[case].receiver.party].as_("waste-clerk")
        if reader.document(case, sha256) != content:
            raise AssertionError("the contract arrived altered")

    def walk(self, kind, zh, en):
        case = self.white.special[kind]
        for node in self.both():
            steps = node.as_("waste-clerk").get(f"/cases/{case}/history")["steps"]
            path = [step["to"] for step in steps if "to" in step]
            if node is self.both()[0]:
                self.story.say(f"{zh}（{case}）：{' → '.join(path)}", f"{en} ({case}): {' → '.join(path)}")
                first = path
            elif path != first:
                raise AssertionError(f"{case}: the two sides tell different stories")

    def reports(self):
        self.story.chapter("次年一月：年度实际接收量通报", "January after: the yearly report of receipts")
        self.world.run_until(datetime.date(YEAR + 1, 1, 8))
        for party in self.nodes:
            self.world.begin(self.world.after(self.world.day, 1), self.nodes[party],
                             self.white.report(party))
        self.world.run_until(LAST_DAY)
        for party in self.nodes:
            case = self.white.special[f"report_{party}"]
            found = self.nodes[party].as_("waste-chief").case(case)
            lines = found["data"]["lines"]
            self.story.side(party, f"{found['state']}: {len(lines)} {self.story.word('行', 'lines')}, "
                                   f"{tonnes(sum(line['mass'] for line in lines))}")

    def tell(self):
        story = self.story
        story.chapter(f"截至 {self.world.day}，双方各自的数字（各由自己的日志算出）",
                      f"The figures on {self.world.day}, each side's from its own journal")
        rows = [(WASTE, "applications"), (WASTE, "approved"), (WASTE, "approved_all"), (WASTE, "refused"),
                (WASTE, "moved"), (WASTE, "reported"), (WASTE, "treated"), (WASTE, "discrepancies"),
                (WASTE, "permit_gap"), (WASTE, "site_gap"), (HUKOU, "applications"),
                (HUKOU, "settled"), (HUKOU, "restored"), (HUKOU, "on_the_way")]
        # Each side tells the other what it counted; then a figure shows both values and whether the
        # definition and every row behind them are the same.
        for node in self.both():
            node.as_("admin").post("/figures/publish",
                                   {"as_of": str(self.world.day),
                                    "figures": [f"{pack}/{name}" for pack, name in rows]})
        mail_delivered(self.both())
        print(f"          {'':34} {'chongqing':>16} {'sichuan':>16}")
        for pack, name in rows:
            answers = [self.figure(node, pack, name, as_of=str(self.world.day))
                       for node in self.both()]
            shown = [tonnes(a["value"]) if a["unit"] == "t" else f"{a['value']:,}" for a in answers]
            same = answers[0]["sides"] == "same"
            agree = [a["agree"] for a in answers]
            mark = story.word("逐行一致", "rows agree") if same else story.word("各计本方", "each its own")
            print(f"          {pack + '/' + name:34} {shown[0]:>16} {shown[1]:>16}   {mark}")
            if same and (agree != [True, True] or answers[0]["value"] != answers[1]["value"]):
                raise AssertionError(f"the two sides differ on {name}: {agree}")
        applications = self.figure(self.nodes["sichuan"], WASTE, "applications")["value"]
        if applications != len(self.white.plan.applications):
            raise AssertionError(f"{applications} applications")
        for node in self.both():
            kinds, after = {}, None
            while after != "":
                page = node.as_("admin").get("/tasks", limit=500, after=after)
                after = page["next"]
                for task in page["tasks"]:
                    kinds[task["kind"]] = kinds.get(task["kind"], 0) + 1
            open_tasks = ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items()))
            story.side(node.party, f"{story.word('待办', 'tasks')} {open_tasks}; "
                                   f"{story.word('搁置', 'held')} {len(node.held())}; "
                                   f"{story.word('日志', 'entries')} {node.health()['position'] + 1}")

    def clear(self):
        """Money between the sides: from gates and invoices to payment files; then a third party joins the netting."""
        story, bills = self.story, max(self.riders // 50, 20)
        story.chapter(f"钱：一天 {self.riders:,} 次跨城乘车、一个月 {bills:,} 张医疗账单，双方各自算出、核对差异、付清",
                      f"Money: a day of {self.riders:,} rides in the other's metro and a month of {bills:,} medical bills, computed by "
                      "each side, compared, settled, paid")
        told = Money(story, self.dir / "clearing")
        planted = clearing.planted_in(told.dir, self.riders, bills)
        for node in self.both():
            if not any(one["pack"] == "clearing" for one in node.as_("admin").get("/packs")["packs"]):
                node.by_two("pack", "adopt", clearing_nodes.PACK)
            clearing_nodes.add_finance(node)
        mail_delivered(self.both())
        clearing_nodes.riders_and_bills(told, clearing_nodes.Nodes(self.nodes, clearing.ACCOUNTS), planted["-".join(clearing_nodes.PAIR)],
                                        clearing.DIFFER, clearing.BANK)
        clearing_house.run(told, clearing.PAIRS, clearing.ACCOUNTS, clearing.BANK)

    def verify(self):
        story = self.story
        story.chapter("证据：重算两本账并互相核对", "Evidence: both journals are recomputed and compared")
        said = bashu("journal", "verify", self.dir / "chongqing", self.dir / "sichuan")
        for line in said.strip().splitlines():
            print("          " + line)

    def explore(self):
        story = self.story
        story.chapter("节点继续运行，可自行查看；Ctrl-C 结束", "The nodes stay up; Ctrl-C ends")
        for one in self.both():
            story.side(one.party, f"{one.url}/api/v1/   {one.dir}")
        story.say(f"各角色密钥：{self.dir / 'keys.json'}；在另一终端：",
                  f"keys of all roles: {self.dir / 'keys.json'}; in another terminal:")
        story.say("网页（公开、办事大厅、工作台）及账户；登录名与密码：",
                  "pages (public, portal, console) and accounts; who signs in, and the password:")
        for one in self.both():
            story.side(one.party, f"{one.web}/  {one.web}/portal/  {one.web}/console/")
            for user, password in one.passwords.items():
                print(f"            {user:16}{password}", flush=True)
        path = program()
        path = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
        lines = [f". {self.dir / 'sichuan.env'}",
                 f"{path} case show {self.white.special['legs']} --history",
                 f"{path} case show {self.moves.special['disputed']}",
                 "curl -s -H \"Authorization: Bearer $BASHU_KEY\" "
                 f"$BASHU_API/api/v1/figures/{WASTE}/moved"]
        if self.circle:
            lines += [f"{path} overview --as-of 2022-09-25 --lang {story.languages[0]}",
                      f"{path} figures joint-programme/items_first_batch --as-of 2020-12-31",
                      f"{path} figures transport/expressways_built_both --as-of 2020-12-29 --records",
                      f"{path} discrepancies --as-of {circle.AS_OF}"]
        lines.append(f"{path} journal verify {self.dir / 'chongqing'} {self.dir / 'sichuan'}")
        for line in lines:
            print("          " + line, flush=True)


def main():
    parser = argparse.ArgumentParser(prog="./dev demo", description=__doc__.split("\n\n")[0])
    parser.add_argument("--once", action="store_true", help="end when it is done")
    parser.add_argument("--dir", help="where the data directories lie (default: build/demo)")
    parser.add_argument("--net", default="127.0.0", help="addresses of the nodes begin so (default: 127.0.0)")
    parser.add_argument("--lang", choices=["zh", "en", "both"], default="both")
    parser.add_argument("--trips", type=int, default=20, help="lorries per permit (default: 20)")
    parser.add_argument("--without-circle", action="store_true",
                        help="the year and the month only: no whole circle, no overview")
    parser.add_argument("--scale", type=int, default=100, choices=range(1, 101), metavar="PERCENT",
                        help="of the circle's large files (default: 100; below it nine figures fall short)")
    parser.add_argument("--riders", type=int, default=100_000, metavar="N",
                        help="trips of a day that are cleared, a bill for each fifty (default: 100000; 0: none)")
    what = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    demo = Demo(data_directory(what.dir), Story(what.lang), what.trips,
                0 if what.without_circle else what.scale, what.net, what.riders)
    try:
        demo.run()
        if not what.once:
            demo.explore()
            threading.Event().wait()
    except KeyboardInterrupt:
        print()
    finally:
        for node in demo.both():
            node.stop()


if __name__ == "__main__":
    main()
