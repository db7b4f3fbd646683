#!/usr/bin/env python3
"""Checks that every test which a document names is there: `Suite.Name` and `Suite.*` of GoogleTest, `e2e.name` and what
else ctest knows, plays of the browser (`name.mjs`), functions and files of Python's tests (`test_name`), files under `tests/`.

Usage: tools/check_tests_named.py. Prints what is missing and exits 1 on any finding.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
MACROS = re.compile(r"\b(?:TEST(?:_F|_P)?|TYPED_TEST(?:_P)?|RC_GTEST(?:_FIXTURE|_TYPED_FIXTURE)?_PROP)\(\s*(\w+)\s*,\s*(\w+)")
MEANT = re.compile(r"`([A-Z]\w+\.(?:[A-Z]\w+|\*)|(?:e2e|corpus|circle|external)\.\w+|\w+\.mjs|test_\w+|tests/[^`\s]+\.(?:py|cc|go|sh|mjs))`")


def texts(folder, pattern):
    return [path.read_text(encoding="utf-8") for path in sorted((ROOT / folder).rglob(pattern))]


def unit_tests():
    found = {f"{suite}.{name}" for folder in ("src", "sim", "tests") for text in texts(folder, "*.cc") for suite, name in MACROS.findall(text)}
    return found | {name.split(".")[0] + ".*" for name in found}


def ctest_names():
    lists = "\n".join(texts("tests", "CMakeLists.txt"))
    found = set(re.findall(r"add_test\(NAME ([\w.]+)\s", lists))
    for names in re.findall(r"foreach\(name ([^)]*)\)", lists):
        found |= {f"e2e.{name}" for name in names.split()}
    return found | {f"corpus.{path.stem.removesuffix('_fuzz')}" for path in (ROOT / "src").rglob("*_fuzz.cc")}


def python_tests():
    files = sorted((ROOT / "tests").rglob("*test*.py"))
    return {path.stem for path in files} | {name for path in files
                                            for name in re.findall(r"def (test_\w+)\(", path.read_text(encoding="utf-8"))}


def main():
    known = unit_tests() | ctest_names() | python_tests() | {path.name for path in (ROOT / "tests" / "browser").glob("*.mjs")}
    findings = []
    count = 0
    for path in [*sorted((ROOT / "docs").rglob("*.md")), *sorted(ROOT.glob("*.md"))]:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            for name in MEANT.findall(line):
                count += 1
                there = any(ROOT.glob(name)) if name.startswith("tests/") else name in known
                if not there:
                    findings.append(f"{path.relative_to(ROOT)}:{number}: there is no test {name}")
    print("\n".join(findings) if findings else f"{count} names of tests stand in documents, all of tests that are there")
    return 1 if findings else 0


sys.exit(main())
