"""The whole reference circle on the two nodes: every pack, every record, where the sides differ and
why, and the published overview computed from the records.

All of it comes through the public API and the command line: circles/chengdu-chongqing/ has the
facts, the generator of what is not public, and the loader.
"""

import json
import pathlib
import shutil
import sys
import tempfile
import time

from node import ROOT, bashu, mail_delivered

HOME = ROOT / "circles" / "chengdu-chongqing"
sys.path.insert(0, str(HOME))

import check  # noqa: E402
import load  # noqa: E402
import node_api  # noqa: E402

AS_OF = "2021-09-25"
KEY = "loader"
RECORDS_MAX = 5  # that explain one difference
SAID = {
    "calendars set": "工作日历已设置（各方各有一份，双方均知）",
    "packs adopted": "双方采用全部业务包（各自先运行包内情景）",
    "what each party records for itself": "各方自有记录已导入",
    "it has reached the other party": "已送达对方",
    "what builds on it": "以对方记录为基础的记录已导入",
}


def prepare(node):
    """Before the node starts: who may load, where the published numbers are, the railway and the tariffs."""
    node.add_key(KEY, "导入程序（合成）", [f"*:{role}" for role in load.ROLES],
                 ["admin", "registrar", "audit"])
    for name in ("published.tsv", "overview.yaml", "map.tsv"):
        shutil.copy(HOME / name, node.dir / name)
    for name in ("network", "tariffs"):
        shutil.copytree(HOME / name, node.dir / name)


class Told(load.Steps):
    """The steps of the loader, told in the story's languages."""

    def __init__(self, story):
        super().__init__()
        self.story = story

    def say(self, text):  # numbers of single imports: told by the steps
        del text

    def __call__(self, what, do):
        begun = time.monotonic()
        result = do()
        seconds = time.monotonic() - begun
        self.story.say(f"{seconds:5.1f} 秒  {SAID[what]}", f"{seconds:5.1f} s   {what}")
        return result

    def progress(self, done, of):
        rows = sum(done.values())
        self.story.progress(f"已导入 {rows:,} 行，共 {of:,} 行", f"{rows:,} of {of:,} rows taken")


class Circle:
    def __init__(self, nodes, story, scale=100):
        self.nodes, self.story, self.scale = nodes, story, scale
        self.apis = {node.party: node_api.NodeApi(node.party, node.url, node.keys[KEY], node.keys["second"])
                     for node in nodes}
        self.published = list(check.rows_of(HOME / "published.tsv"))

    def load(self):
        story = self.story
        story.chapter("整个成渝双城经济圈：全部业务包与记录", "The whole circle: every pack, every record")
        with tempfile.TemporaryDirectory(prefix="bashu-circle-") as directory:
            data = pathlib.Path(directory)
            rows = load.records(data, self.scale)
            story.say(f"记录 {rows:,} 条：公开事实注明出处，其余为合成（编号 SYN-，名称带“（合成）”）",
                      f"{rows:,} records: public facts with their source, all others synthetic (SYN-, （合成）)")
            begun = time.monotonic()
            refused = load.load(list(self.apis.values()), data, Told(story))
            seconds = time.monotonic() - begun
        if refused:
            raise AssertionError(f"{refused} rows were refused")
        mail_delivered(self.nodes)
        for party, api in self.apis.items():
            packs = api.get("/packs")["packs"]
            story.side(party, f"{len(packs)} {story.word('个业务包', 'packs')}, "
                              f"{api.position() + 1:,} {story.word('条账目', 'journal entries')}")
        story.say(f"采用与导入共 {seconds:.0f} 秒", f"{seconds:.0f} s for adopting and importing it all")

    def tell_figures(self):
        """Each side tells the other what it counted, on every day that is compared."""
        asked = {}
        for row in check.rows_of(HOME / "divergences.tsv"):
            asked.setdefault(row["as_of"], set()).add(row["figure"])
        for api in self.apis.values():
            api.call("POST", "/figures/publish", {"as_of": AS_OF})
            for as_of, figures in sorted(asked.items()):
                if as_of != AS_OF:
                    api.call("POST", "/figures/publish",
                             {"as_of": as_of, "figures": sorted(figures)})
        mail_delivered(self.nodes)

    def listed(self, api, as_of):
        answer = api.get("/discrepancies", as_of=as_of, at_least=api.position())
        return {one["figure"]: one for one in answer["discrepancies"]}

    def differences(self):
        """What was planted is found: by the nodes, from what each told the other."""
        story = self.story
        story.chapter("差异：故意埋设 12 处，双方互相通报各自的数字后逐一找出",
                      "Discrepancies: twelve were planted; the sides tell each other their figures and find them")
        self.tell_figures()
        lists, found = {}, 0
        for row in check.rows_of(HOME / "divergences.tsv"):
            answers = {party: api.get(f"/figures/{row['figure']}", as_of=row["as_of"],
                                      at_least=api.position())
                       for party, api in self.apis.items()}
            values = {party: answer["value"] for party, answer in answers.items()}
            self._expected(row, values)
            differ = len(set(values.values())) > 1
            story.say(f"{row['id']}  {row['what_zh']}", f"{row['id']}  {row['what_en']}")
            told = "   ".join(f"{party} {self.amount(answer['value'], answer)}"
                              for party, answer in answers.items())
            story.line(f"     {'≠' if differ else '='}  {row['figure']} {row['as_of']}   {told}")
            for party, api in self.apis.items():
                key = (party, row["as_of"])
                if key not in lists:
                    lists[key] = self.listed(api, row["as_of"])
                one = lists[key].get(row["figure"])
                if (one is not None) != differ:
                    raise AssertionError(f"{row['id']}: {party} lists it: {one is not None}")
                if differ:
                    self._records(row, party, one)
            found += differ
        story.say(f"双方数字不同的 {found} 处，均已追到记录及账目；其余双方数字相同：口径不同，或只有一方有记录",
                  f"{found} where the two journals differ, each traced to its record and entry; in the others both "
                  "count the same: another rule, or a record of one side alone")

    def _records(self, row, party, one):
        """Those this side has; the other names its own."""
        if not one["records"] or len(one["records"]) > RECORDS_MAX:
            raise AssertionError(f"{row['id']}: {len(one['records'])} records explain it at {party}")
        for record in one["records"]:
            if record["what"] == "only_there":
                continue
            on = " " + record["on"] if "on" in record else ""
            holds = " " + self.amount(record["ours"], one) if "ours" in record else ""
            entries = " ".join(f"#{position}" for position in record["positions"])
            self.story.line(f"        {self.story.word('记录', 'record')} {record['key']}{on}{holds}  "
                            f"{party} {self.story.word('账目', 'entry')} {entries}")

    def amount(self, value, figure):
        """In the figure's unit, to the last digit."""
        scale, unit = figure["scale"], figure["unit"]
        whole, rest = divmod(abs(value), 10 ** scale)
        text = f"{'-' if value < 0 else ''}{whole:,}" + (f".{rest:0{scale}d}" if scale else "")
        if unit == "CNY":
            return f"{text} " + {"zh": "元", "en": "yuan"}.get("/".join(self.story.languages), "CNY")
        return text if unit in ("", "1") else f"{text} {unit}"

    def _expected(self, row, values):
        wanted = {party: int(row[party]) for party in values}
        if self.scale < 100:  # the large files were thinned: the difference stays
            values = {party: value - min(values.values()) for party, value in values.items()}
            wanted = {party: value - min(wanted.values()) for party, value in wanted.items()}
        if values != wanted:
            raise AssertionError(f"{row['id']}: {values}, not {wanted}")

    def overview(self):
        """By the command, beside each running node: one in each language, or both in the one."""
        story = self.story
        story.chapter(f"总览：截至 {AS_OF} 的每个数字由记录算出，与公布数并列",
                      f"The overview: every number as of {AS_OF}, computed from records beside what was published")
        languages = story.languages if len(story.languages) > 1 else story.languages * 2
        told, rows = [], []
        for node, language in zip(self.nodes, languages):
            said = bashu("overview", node.dir, "--as-of", AS_OF, "--lang", language)
            rows.append(json.loads(bashu("overview", node.dir, "--as-of", AS_OF, "--json")))
            story.block(f"bashu overview {node.dir} --as-of {AS_OF} --lang {language}", said)
            told.append(rows[-1])
        self._compare(*told)

    def _compare(self, one, other):
        """Both sides computed the same; and what was published, unless records were left out."""
        story = self.story
        numbers = [[(row["row"], row.get("split"), row.get("value")) for section in side["sections"]
                    for row in section["rows"]] for side in (one, other)]
        if numbers[0] != numbers[1]:
            raise AssertionError("the two overviews differ")
        late = {row["row"] for section in one["sections"] for row in section["rows"]
                if row.get("differs")}
        if late - (check.LARGE if self.scale < 100 else set()):
            raise AssertionError(f"not as published: {sorted(late)}")
        story.say(f"两个节点各自算出的 {one['numbers']} 个数字全部相同；与公布一致 {one['as_published']} 个，"
                  f"不一致 {one['differing']} 个",
                  f"both nodes computed the same {one['numbers']} numbers; {one['as_published']} as published, "
                  f"{one['differing']} not")

