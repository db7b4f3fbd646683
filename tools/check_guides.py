#!/usr/bin/env python3
"""Checks that a page in Chinese, `docs/**/zh/NAME.md`, is the twin of the English page `NAME.md` one folder up.

The twin has the headings of the English page (number and level), its code blocks byte for byte and in order, tables with as many
rows in the same order, as many items of lists, the same `code` spans and links. Each page names the other under its title. The last line of the twin
is `<!-- of: DIGEST -->`, the first twelve hex digits of the SHA-256 of the English page that it was compared with last. Every
relative link of both, of the alarms and of README.md leads to a file, and to a heading of it if it names one; a link in Chinese
leads to the twin where there is one. Every guide has a twin and stands in docs/guide/README.md.

Usage: tools/check_guides.py [ROOT]. Prints what is wrong and exits 1 on any finding.
"""
import hashlib
import pathlib
import re
import sys

FENCE = re.compile(r"^([ \t]*)```")
HEADING = re.compile(r"^(#+) +(.*)$")
ITEM = re.compile(r"^\s*(?:[-*]|\d+\.) ")
LINK = re.compile(r"!?\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)")
DIGEST = re.compile(r"^<!-- of: ([0-9a-f]{12}) -->$")


class Page:
    """What of a page is compared, read once."""

    def __init__(self, text):
        self.code, prose = split_code(text)
        self.prose = "\n".join(prose)
        self.headings = [match.groups() for line in prose if (match := HEADING.match(line))]
        self.levels = [len(marks) for marks, _ in self.headings]
        self.tables = tables(prose)
        self.rows = [set(re.findall(r"`([^`]+)`", line)) for line in prose if line.lstrip().startswith("|")]
        self.items = sum(1 for line in prose if ITEM.match(line))
        # A span may go over the end of a line where the English page is wrapped.
        self.spans = {re.sub(r"\s+", " ", span) for span in re.findall(r"`([^`]+)`", self.prose)}
        self.named = LINK.findall(re.sub(r"`[^`]+`", "", self.prose))  # the words, and where they lead
        self.links = [link for _, link in self.named]


def split_code(text):
    """The code blocks, with their fences, and the lines outside of them."""
    code, prose, block = [], [], None
    for line in text.splitlines():
        fence = FENCE.match(line)
        if block is not None:
            block.append(line)
            if fence:
                code.append("\n".join(block))
                block = None
        elif fence:
            block = [line]
        else:
            prose.append(line)
    if block is not None:
        code.append("\n".join(block))
    return code, prose


def tables(prose):
    """The number of rows of each table, its head and its rule counted too."""
    rows, count = [], 0
    for line in [*prose, ""]:
        if line.lstrip().startswith("|"):
            count += 1
        elif count:
            rows.append(count)
            count = 0
    return rows


def anchors(page):
    """The names of the headings, made as web pages of repositories make them."""
    found = []
    for _, title in page.headings:
        title = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title).strip().lower()
        name = re.sub(r"[^\w\- ]", "", title).replace(" ", "-")
        times = sum(1 for other in found if other == name or re.fullmatch(re.escape(name) + r"-\d+", other))
        found.append(f"{name}-{times}" if times else name)
    return set(found)


def twin_of(path):
    """The Chinese page beside an English one, if there is one."""
    twin = path.parent / "zh" / path.name
    return twin if path.parent.name != "zh" and twin.exists() else None


def broken(path, page, pages):
    """The links of a page that lead nowhere, and those in Chinese to an English page that has a twin."""
    findings = []
    for words, link in page.named:
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        if not target.exists():
            findings.append(f"the link {link} leads to no file")
        elif anchor and target.suffix == ".md":
            if target not in pages:
                pages[target] = Page(target.read_text(encoding="utf-8"))
            if anchor not in anchors(pages[target]):
                findings.append(f"the link {link} leads to no heading of {target.name}")
        in_chinese = path.parent.name == "zh" or re.search(r"[\u4e00-\u9fff]", words)
        if in_chinese and target.suffix == ".md" and twin_of(target) and target != path.parent.parent / path.name:
            findings.append(f"the link {link} leads to the English page; its twin is there")
    return findings


def link_names(path, page):
    """The files that a page links to, each by its name alone: a twin stands one folder further down."""
    return {pathlib.PurePath(link.partition("#")[0] or path.name).name if not re.match(r"[a-z]+:", link) else link
            for link in page.links}


def apart(english, chinese):
    """What of two pages is not alike."""
    findings = []
    if english.levels != chinese.levels:
        findings.append(f"{len(chinese.levels)} headings of levels {chinese.levels}, the English page has {len(english.levels)} of {english.levels}")
    for number, (ours, theirs) in enumerate(zip(chinese.code, english.code), 1):
        if ours != theirs:
            findings.append(f"code block {number} is not that of the English page: {ours.splitlines()[1:2] or ['']}")
    if len(english.code) != len(chinese.code):
        findings.append(f"{len(chinese.code)} code blocks, the English page has {len(english.code)}")
    if english.tables != chinese.tables:
        findings.append(f"tables of {chinese.tables} rows, those of the English page have {english.tables}")
    else:
        # A row that stands elsewhere moves those behind it: the first one says it.
        findings += [f"row {number} of the tables names {sorted(ours)}, that of the English page {sorted(theirs)}"
                     for number, (ours, theirs) in enumerate(zip(chinese.rows, english.rows), 1) if ours != theirs][:1]
    if english.items != chinese.items:
        findings.append(f"{chinese.items} items of lists, the English page has {english.items}")
    findings += [f"`{span}` is missing" for span in sorted(english.spans - chinese.spans)]
    findings += [f"`{span}` does not stand in the English page" for span in sorted(chinese.spans - english.spans)]
    return findings


def judge(path, twin, pages):
    """What is wrong with a twin and with what the English page says of it."""
    text = path.read_bytes()
    lines = twin.read_text(encoding="utf-8").splitlines()
    english, chinese = pages[path], pages[twin]
    findings = apart(english, chinese)
    theirs, ours = link_names(path, english), link_names(twin, chinese)
    findings += [f"no link to {name}, as the English page has" for name in sorted(theirs - ours)]
    findings += [f"the link to {name} does not stand in the English page" for name in sorted(ours - theirs)]
    if f"../{path.name}" not in chinese.links:
        findings.append(f"no link to its English page, [English](../{path.name})")
    if f"zh/{path.name}" not in english.links:
        findings.append(f"the English page has no link to it, [中文](zh/{path.name})")
    digest = hashlib.sha256(text).hexdigest()[:12]
    said = DIGEST.match(lines[-1]) if lines else None
    if not said:
        findings.append(f"the last line is expected to be <!-- of: {digest} -->")
    elif said[1] != digest:
        findings.append(f"the English page has changed since; compare and put {digest}")
    return findings


def main(root):
    twins = sorted(path for path in (root / "docs").rglob("*.md") if path.parent.name == "zh")
    guides = sorted((root / "docs" / "guide").glob("*.md"))
    findings = [f"{path.relative_to(root)}: there is no Chinese page zh/{path.name}" for path in guides if not twin_of(path)]
    index = root / "docs" / "guide" / "README.md"
    if index.exists():
        listed = Page(index.read_text(encoding="utf-8")).links
        findings += [f"docs/guide/README.md: {path.name} is not named" for path in guides if path != index and path.name not in listed]
    pairs = []
    for twin in twins:
        english = twin.parent.parent / twin.name
        if english.exists():
            pairs.append((english, twin))
        else:
            findings.append(f"{twin.relative_to(root)}: there is no English page {english.relative_to(root)}")
    pages = {path: Page(path.read_text(encoding="utf-8")) for pair in pairs for path in pair}
    for english, twin in pairs:
        findings += [f"{twin.relative_to(root)}: {what}" for what in judge(english, twin, pages)]
    for path in [root / "README.md", *sorted((root / "docs" / "alarms").glob("*.md"))]:
        if path.exists():
            pages[path] = Page(path.read_text(encoding="utf-8"))
    for path in sorted(pages):
        findings += [f"{path.relative_to(root)}: {what}" for what in broken(path, pages[path], pages)]
    print("\n".join(findings) if findings else f"{len(pairs)} pages in Chinese, each as its English page")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent).resolve()))
