#!/usr/bin/env python3
"""dependencies.py SBOM: whether what the program and its pages are made of is current, known and allowed.

Each part of the SBOM (tools/sbom.py) is asked about:

    newest      is every Debian package at the newest version of its sources, security among them (apt)
    faults      which known vulnerabilities of it have a fix in Debian (debsecan), in npm (npm audit)
    licences    is its licence one that docs/decisions/dependencies.md allows
    recorded    is it written down there

What cannot be asked from here is said and counted: nothing is taken for clean that nobody looked at.
Ends with 0, or with 1 if anything was found.
"""

import json
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
RECORD = ROOT / "docs" / "decisions" / "dependencies.md"
SUITE = "bookworm"
LISTS = pathlib.Path("/var/lib/apt/lists")
LISTS_DAYS_MAX = 2


class Unasked(Exception):
    """A question that nobody answers here."""


def run(*words, cwd=None):
    try:
        return subprocess.run(words, cwd=cwd, capture_output=True, text=True, check=False, timeout=300)
    except (OSError, subprocess.TimeoutExpired) as why:
        raise Unasked(str(why)) from why


def cells(text, heading):
    """The rows of the table under a heading."""
    part = text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")]
            for line in part.splitlines() if line.startswith("|")]
    return rows[2:]


class Record:
    """What docs/decisions/dependencies.md says."""

    def __init__(self, text):
        def names(cell):
            return [one.strip("` ") for one in cell.split(",") if one.strip("` ")]
        self.allowed = {name.lower() for row in cells(text, "Licences") for name in names(row[0])}
        self.parts = {name for row in cells(text, "What they bring") for name in names(row[1])}
        self.read = {name: row[1] for row in cells(text, "Licences read by hand")
                     for name in names(row[0])}


def is_debian(component):
    return component["purl"].startswith("pkg:deb/")


def part_of(component):
    """What it is recorded as: its Debian source package, or its name in npm."""
    if not is_debian(component):
        return component["name"]
    return component["properties"][0]["value"].split()[0]


def is_allowed(expression, allowed):
    """Of alternatives one must be allowed, of several together each."""
    text = expression.strip()
    if text.lower() in allowed:
        return True
    while text.startswith("(") and text.endswith(")"):
        text = text[1:-1].strip()
    either = re.split(r"\s+or\s+", text, flags=re.I)
    if len(either) > 1:
        return any(is_allowed(one, allowed) for one in either)
    both = re.split(r"\s+and\s+|,\s*", text, flags=re.I)
    if len(both) > 1:
        return all(is_allowed(one, allowed) for one in both)
    return text.lower() in allowed


def licences(components, record):
    found = {}
    for one in components:
        part = part_of(one)
        said = [each["license"]["name"] for each in one["licenses"]]
        said = [record.read[part]] if part in record.read else said
        if not said:
            found[part] = f"{part}: no licence is known"
        elif not all(is_allowed(each, record.allowed) for each in said):
            found[part] = f"{part}: {', '.join(said)} is not allowed"
    return sorted(found.values())


def recorded(components, record):
    parts = {part_of(one) for one in components}
    return [f"{part} is not in docs/decisions/dependencies.md" for part in sorted(parts - record.parts)]


def newest(components, lists=LISTS, run=run):
    debian = {one["name"]: one["version"] for one in components if is_debian(one)}
    times = [file.stat().st_mtime for file in lists.glob("*_Packages*")] if lists.is_dir() else []
    if not times:
        raise Unasked("there are no lists of packages: apt-get update")
    if time.time() - max(file.stat().st_mtime for file in [lists, *lists.iterdir()]) > LISTS_DAYS_MAX * 86_400:
        raise Unasked(f"the lists of packages are older than {LISTS_DAYS_MAX} days: apt-get update")
    said = run("apt-cache", "policy", *sorted(debian)).stdout
    sources = run("apt-cache", "policy").stdout
    found = []
    if f"{SUITE}-security" not in sources:
        found.append(f"{SUITE}-security is not among the sources of apt")
    candidates = dict(re.findall(r"^(\S+?):\n  Installed: .*\n  Candidate: (\S+)", said, re.M))
    for name, version in sorted(debian.items()):
        candidate = candidates.get(name.split(":")[0])
        if candidate is None or candidate == "(none)":
            found.append(f"{name} {version}: no source of apt has it")
        elif run("dpkg", "--compare-versions", version, "lt", candidate).returncode == 0:
            found.append(f"{name} {version}: {candidate} is there")
    return found


def debian_faults(components, run=run):
    names = {one["name"].split(":")[0] for one in components if is_debian(one)}
    said = run("debsecan", "--suite", SUITE, "--only-fixed", "--format", "simple")
    if said.returncode != 0:
        last = said.stderr.strip().splitlines()
        raise Unasked("debsecan: " + (last[-1] if last else f"ended with {said.returncode}"))
    pairs = [line.split()[:2] for line in said.stdout.splitlines() if len(line.split()) >= 2]
    return sorted(f"{package}: {fault} is mended in Debian" for fault, package in pairs
                  if package in names)


def npm_faults(components, run=run):
    shipped = {one["name"] for one in components if not is_debian(one)}
    said = run("npm", "audit", "--omit=dev", "--json", cwd=ROOT / "web")
    try:
        answer = json.loads(said.stdout)
    except ValueError as why:
        raise Unasked("npm audit: no answer") from why
    if "vulnerabilities" not in answer:
        raise Unasked("npm audit: " + str(answer.get("message", "no answer")))
    return sorted(f"{name}: {one.get('severity', 'unknown')}, {one.get('range', '')}"
                  for name, one in answer["vulnerabilities"].items() if name in shipped)


def report(questions, out=sys.stdout):
    """Asks each; how many things were found, how many questions nobody answered."""
    found, unasked = 0, 0
    for title, ask in questions:
        try:
            faults = ask()
        except Unasked as why:
            unasked += 1
            print(f"NOT ASKED  {title}: {why}", file=out)
            continue
        found += len(faults)
        print(f"{'FOUND' if faults else 'fine':9}  {title}" + (f": {len(faults)}" if faults else ""),
              file=out)
        for one in faults:
            print(f"           {one}", file=out)
    print(f"{found} found, {unasked} of {len(questions)} questions not asked", file=out)
    return found, unasked


def questions_about(components, record):
    return [
        ("newest versions (apt)", lambda: newest(components)),
        ("known faults of Debian packages (debsecan)", lambda: debian_faults(components)),
        ("known faults of the pages' packages (npm audit)", lambda: npm_faults(components)),
        ("licences", lambda: licences(components, record)),
        ("recorded in docs/decisions/dependencies.md", lambda: recorded(components, record)),
    ]


def main():
    components = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))["components"]
    record = Record(RECORD.read_text(encoding="utf-8"))
    print(f"{len(components)} parts")
    found, _ = report(questions_about(components, record))
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
