#!/usr/bin/env python3
"""Checks what the compiler and clang-tidy cannot: layers, include cycles, bans, long functions.

Usage: tools/check_style.py [--functions] [src]. Prints file:line: message and exits 1 on any finding.
--functions: also those above 80 lines; tools/long_functions.txt lists what was longer before, and only
shrinks. Of tests nothing is asked there.
"""
import pathlib
import re
import sys

# (where it is banned, pattern, what to use instead)
BANS = [
    (r"^core/", r"\bunordered_(map|set)\b", "std::map, or a lookup-only table without begin(): no order may come from a hash"),
    (r"^core/", r"\b(float|double)\b", "integers in minor units"),
    (r"^(base|core)/", r"<(chrono|random|thread|mutex|fstream|iostream|filesystem|cstdio)>",
     "nothing: time, chance and I/O come in as arguments"),
    (r"^(core|node|journal)/", r"boost/json|nlohmann|simdjson", "typed structs; JSON lives in api/, exchange/ and packs/"),
    (r"", r"\b(rand|srand|time|localtime|getenv|setlocale|atoi|stoi|stod)\s*\(", "node/environment.h, std::from_chars"),
    (r"", r"\bcatch\s*\(\.\.\.\)\s*\{\s*\}", "handle it or let it end the process"),
    (r"", r"(?:=|return|\(|,)\s*new\s+\w|\bdelete\s+\w", "containers or std::make_unique"),
    (r"", r"using\s+namespace\s+std\s*;", "qualified names"),
    (r"", r"//\s*(FIXME|XXX|HACK)", "an issue number: // TODO(#12): ..."),
    (r"", r"//\s*TODO(?!\(#\d+\))", "an issue number: // TODO(#12): ..."),
    (r"", r"//\s*[-=*#]{4,}", "no banner: split the file"),
]
ALLOWED = {("base/assert.h", "iostream"), ("base/thread.h", "thread"), ("core/rows.h", "unordered_map"), ("core/store.h", "unordered_map")}

findings = []


def report(path, line, message):
    findings.append(f"{path}:{line}: {message}")


def load_layers(path):
    layers = {}
    for line in path.read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            folder, _, allowed = line.partition(":")
            layers[folder.strip()] = {folder.strip(), *allowed.split()}
    return layers


def check_lines(name, lines, layers, includes):
    folder = name.split("/")[0]
    for number, line in enumerate(lines, 1):
        include = re.match(r'#include "([^"]+)"', line)
        if include:
            target = include.group(1)
            includes.setdefault(name, []).append(target)
            if not {target.split("/")[0], "*"} & layers.get(folder, set()):
                report(name, number, f"{folder}/ may not include {target}")
        line = re.sub(r'"(?:[^"\\]|\\.)*"', '""', line) if not include else line
        code = line if "TODO" in line or "FIXME" in line else re.sub(r"//[^-=*#].*", "", line)
        for where, pattern, instead in BANS:
            if where and name.endswith("_test.cc"):
                continue
            hit = re.search(where, name) and re.search(pattern, code)
            if hit and not any(name == f and token in line for f, token in ALLOWED):
                report(name, number, f"'{hit.group(0) if hit is not True else ''}' is banned; use {instead}")


FUNCTION_LINES_MAX = 80
NO_FUNCTION = re.compile(r"\s*(?:namespace|if|for|while|switch|else|do|return|case|try|struct|class|enum|union|extern|template|public|private)\b|\s*(?:#|//|\})")


def functions(lines):
    """(name, first line, number of lines) of what begins at the margin or in a class there and ends
    with a brace below its beginning: what clang-format makes of functions."""
    for at, line in enumerate(lines):
        margin = len(line) - len(line.lstrip())
        if margin not in (0, 2) or not line.endswith("{") or "=" in line.partition("(")[0]:
            continue
        first = at
        while first > 0 and len(lines[first]) - len(lines[first].lstrip()) > margin:
            first -= 1
        if NO_FUNCTION.match(lines[first]) or "(" not in "".join(lines[first:at + 1]):
            continue
        end = next((n for n in range(at + 1, len(lines)) if lines[n].startswith(" " * margin + "}")), at)
        if lines[end].strip() == "}":
            head = " ".join(part.strip() for part in lines[first:at + 1])
            name = re.search(r"(operator\W+|[\w:~]+)\(", head)
            if name:
                yield name.group(1), first + 1, end - first + 1


def load_long(path):
    rows = (line.split() for line in path.read_text().splitlines() if line and not line.startswith("#"))
    return {(name, function): int(length) for name, function, length in rows}


def check_functions(name, lines, long):
    for function, first, length in functions(lines):
        if length > long.get((name, function), FUNCTION_LINES_MAX):
            report(name, first, f"{function} has {length} lines, more than {FUNCTION_LINES_MAX}")


def check_cycles(includes):
    done, path = set(), []

    def visit(name):
        if name in path:
            report(name, 1, "include cycle: " + " -> ".join(path[path.index(name):] + [name]))
        elif name not in done:
            path.append(name)
            for target in includes.get(name, []):
                visit(target)
            done.add(path.pop())

    for name in sorted(includes):
        visit(name)


def main():
    asked = [word for word in sys.argv[1:] if word != "--functions"]
    src = pathlib.Path(asked[0] if asked else "src").resolve()
    long = load_long(pathlib.Path(__file__).with_name("long_functions.txt"))
    layers = load_layers(pathlib.Path(__file__).with_name("layers.txt"))
    files = sorted(p for p in src.rglob("*") if p.suffix in (".h", ".cc"))
    includes = {}
    for path in files:
        name, lines = str(path.relative_to(src)), path.read_text().splitlines()
        check_lines(name, lines, layers, includes)
        if "--functions" in sys.argv and not name.endswith("_test.cc"):
            check_functions(name, lines, long)
    check_cycles(includes)
    print("\n".join(findings) or f"{len(files)} files clean")
    return 1 if findings else 0


sys.exit(main())
