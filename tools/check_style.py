#!/usr/bin/env python3
"""Checks what the compiler and clang-tidy cannot: layers, include cycles, bans.

Usage: tools/check_style.py [src]. Prints file:line: message and exits 1 on any finding.
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
    (r"", r"\b(rand|srand|time|localtime|getenv|setlocale|atoi|stoi|stod)\s*\(", "Env, or base/parse.h"),
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
    src = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "src").resolve()
    layers = load_layers(pathlib.Path(__file__).with_name("layers.txt"))
    files = sorted(p for p in src.rglob("*") if p.suffix in (".h", ".cc"))
    includes = {}
    for path in files:
        check_lines(str(path.relative_to(src)), path.read_text().splitlines(), layers, includes)
    check_cycles(includes)
    print("\n".join(findings) or f"{len(files)} files clean")
    return 1 if findings else 0


sys.exit(main())
