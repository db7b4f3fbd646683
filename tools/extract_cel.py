#!/usr/bin/env python3
"""Takes from the published CEL conformance cases those that fall within our subset.

Usage: tools/extract_cel.py PACKAGE > tests/data/cel_conformance.tsv

PACKAGE is the unpacked npm package @bufbuild/cel-spec, whose dist/esm/testdata/conformance.js holds
the cases of google/cel-spec (tests/simple/testdata). Needs node to read it. How many cases of each
file run, and by which rule the others do not, is printed to standard error.

A case is taken word for word or not at all: no expression is rewritten.
"""
import collections
import json
import pathlib
import re
import subprocess
import sys

HEAD = """\
# Conformance cases of the Common Expression Language that fall within the subset of our expressions.
# From google/cel-spec, tests/simple/testdata, by way of the npm package @bufbuild/cel-spec {version}.
# Copyright Google LLC; copyright Buf Technologies, Inc. Apache License, Version 2.0,
# http://www.apache.org/licenses/LICENSE-2.0. Changes: chosen by rule and written as a table by
# tools/extract_cel.py; the expressions are as published.
# file/section/case <tab> expression <tab> variables as JSON <tab> value as JSON, or error
"""

# What our language does not have, by the first rule that applies to the expression with its texts
# taken out. docs/decisions/expressions.md says why.
RULES = [
    ("double-quoted, raw, triple-quoted or bytes literals", r'"|\b[rRbB]{1,2}\'\'|\'\'\''),
    ("escapes other than \\\\ and \\' in texts", r"ESCAPE"),
    ("unsigned integers", r"\b\d+[uU]\b|\b0x[0-9a-fA-F]+[uU]\b|\buint\b"),
    ("floating point", r"\d\.\d*|\.\d|\d[eE][-+]?\d|\bdouble\b"),
    ("hexadecimal integers", r"\b0[xX]"),
    ("division and remainder", r"/|%"),
    ("maps, messages and their fields", r"\{|\bTestAllTypes\b|\bgoogle\.|\bx\.y|\bcel\."),
    ("optional values", r"\?\.|\[\?|\boptional\b|\.or\(|\.orValue"),
    ("functions as methods", r"\.(?!(all|exists|exists_one|filter|map|transform\w*)\()\w+\("),
    ("functions that do not exist, which we refuse at load", r"\bf_unknown\b"),
    ("lists joined by +", r"\] *\+|\+ *\["),
    ("macros we name otherwise or lack", r"\b(exists_one|existsOne|transformList|transformMap\w*)\b"
                                         r"|\.(map|filter|all|exists)\(\w+, *[^()]*(\([^()]*\)[^()]*)*, "),
    ("conversions and types", r"\b(int|bool|bytes|dyn|type|timestamp|duration|string)\b"),
    ("order of truth values", r"\b(true|false)\b *(<|>)|(<|>)=? *(true|false)\b"),
    ("names of our own roots", r"\b(data|case|today|entry)\b"),
]
KINDS = {"int64Value", "boolValue", "stringValue", "nullValue", "listValue"}


def plain(value):
    """A CEL value as JSON, or KeyError if it is of a type we do not have."""
    (kind, held), = value.items()
    if kind not in KINDS:
        raise KeyError(kind)
    if kind == "int64Value":
        return int(held)
    if kind == "nullValue":
        return None
    if kind == "listValue":
        return [plain(item) for item in held.get("values", [])]
    return held


def rule_against(expression):
    if re.search(r"\\[^\\']", expression):
        return RULES[1][0]
    bare = re.sub(r"'(\\.|[^'\\])*'", "''", expression)
    for name, pattern in RULES:
        if re.search(pattern, bare):
            return name
    return None


def cases(package):
    script = f"import('{(package / 'dist/esm/testdata/conformance.js').resolve()}')" \
             ".then(m => console.log(JSON.stringify(m.tests)))"
    suites = json.loads(subprocess.run(["node", "-e", script], check=True, capture_output=True,
                                       text=True).stdout)
    for file in suites["suites"]:
        for section in file.get("suites", []):
            for test in section.get("tests", []):
                yield file["name"], section["name"], test["original"]


def main():
    package = pathlib.Path(sys.argv[1])
    version = json.loads((package / "package.json").read_text())["version"]
    files = {"basic", "comparisons", "integer_math", "lists", "logic", "macros", "parse",
             "plumbing", "string"}
    taken, left, others = collections.Counter(), collections.Counter(), collections.Counter()
    out = [HEAD.format(version=version)]
    for file, section, case in cases(package):
        if file not in files:
            others[file] += 1
            continue
        expression = case["expr"]
        reason = rule_against(expression)
        if "\t" in expression or "\n" in expression:
            reason = reason or "tabs and line ends"
        if case.get("disableCheck") is None and case.get("container"):
            reason = reason or "maps, messages and their fields"
        variables, wanted = {}, None
        if {"true", "false", "null"} & set(case.get("bindings", {})):
            reason = reason or "variables named like constants"
        try:
            for name, bound in case.get("bindings", {}).items():
                variables[name] = plain(bound["value"])
            if "evalError" in case:
                wanted = "error"
            elif "value" in case:
                wanted = json.dumps(plain(case["value"]), ensure_ascii=False, separators=(",", ":"))
            else:
                reason = reason or "values of types we do not have"
        except KeyError:
            reason = reason or "values of types we do not have"
        if reason:
            left[reason] += 1
            continue
        taken[file] += 1
        out.append("\t".join([f"{file}/{section}/{case['name']}", expression,
                              json.dumps(variables, ensure_ascii=False), wanted]) + "\n")
    sys.stdout.write("".join(out))
    print(f"taken: {sum(taken.values())}", dict(sorted(taken.items())), file=sys.stderr)
    print("left out by rule:", file=sys.stderr)
    for reason, number in left.most_common():
        print(f"  {number:5} {reason}", file=sys.stderr)
    print(f"other files: {sum(others.values())}", dict(sorted(others.items())), file=sys.stderr)


main()
