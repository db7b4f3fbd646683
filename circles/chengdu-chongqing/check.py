#!/usr/bin/env python3
"""Compares a loaded circle with the published figures, row by row.

    check.py --node sichuan URL KEY --node chongqing URL KEY [--only F10,F25] [--divergences] [--years]

Every row of packs/FIGURES.tsv is asked of both nodes: where both sides count the same they must both
give the published number; where each counts its own the sum must. With --divergences also what
divergences.tsv says the two sides differ in. With --years every figure a year earlier and a year later
too: the sides must still agree, and what follows from other figures must follow on those days as well.
Exit 1 if anything differs.
"""

import argparse
import csv
import pathlib
import re
import sys

import node_api

HERE = pathlib.Path(__file__).resolve().parent
FIGURES = HERE.parents[1] / "packs" / "FIGURES.tsv"
# The count of 745 institutions, and the period in which 1,090 were added to them.
BEFORE, PERIOD = "2020-12-31", "2021-01-01..2021-09-25"
# Figures of the files that `generate.py --scale` thins out.
LARGE = {"F34", "F37", "F52", "F68", "F69", "F71", "F73", "F74", "D03"}


def rows_of(path):
    with open(path, encoding="utf-8", newline="") as file:
        lines = (line for line in file if not line.startswith("#"))
        yield from csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)


def fits(value, expected):
    if value is None:
        return False
    if expected.startswith(">"):
        return value > int(expected[1:])
    if expected.startswith("<"):
        return value < int(expected[1:])
    return value == int(expected)


class Asked:
    """A figure as both nodes give it, the value and each split."""

    def __init__(self, nodes, positions, figure, as_of, period=None):
        pack, name = figure.split("/")
        self.answers = {party: node.get(f"/figures/{pack}/{name}", as_of=as_of, period=period,
                                        at_least=positions[party])
                        for party, node in nodes.items()}
        first = next(iter(self.answers.values()))
        self.added = first["sides"] == "add"
        self.failed = sum(answer["failed"] for answer in self.answers.values())

    @staticmethod
    def _split(answer, name):
        for split in answer["splits"]:
            if split["name"] == name:
                return {str(one["key"]): one["value"] for one in split["values"]}
        return {}

    def values(self, split=None, key=None):
        """By party, or `{"sum": ...}` where each side counts its own."""
        out = {}
        for party, answer in self.answers.items():
            out[party] = self._split(answer, split).get(key) if split else answer["value"]
        if self.added:
            return {"sum": sum(value or 0 for value in out.values())}
        return out

    def keys(self, split):
        return sorted({key for answer in self.answers.values() for key in self._split(answer, split)})


def checks_of(row):
    """What a row of FIGURES.tsv asks: (split, key, expected) each, and the period."""
    expected, parameters = row["expected"], row["parameters"] or ""
    period = PERIOD if "period" in parameters else None
    checks = []
    for part in parameters.split(";"):
        part = part.strip()
        if match := re.match(r"split (\w+)=([\w>-]+) (\d.*)$", part):  # kind=transport 19, ...
            for pair in f"{match[2]} {match[3]}".split(","):
                key, number = pair.split()
                checks.append((match[1], key, number))
            checks.append((None, None, expected))
        elif match := re.match(r"split (\w+)=([\w>-]+)$", part):
            checks.append((match[1], match[2], expected))
        elif match := re.match(r"split (\w+)$", part):
            checks.append((match[1], "*", expected))
    return checks or [(None, None, expected)], period


def check_row(nodes, positions, row):
    """The differences of one row, as texts; empty if it comes out as published."""
    as_of = BEFORE if row["as_of"].startswith("the day before") else row["as_of"]
    checks, period = checks_of(row)
    asked = Asked(nodes, positions, row["figure"], as_of, period)
    wrong = [f"{asked.failed} records could not be counted"] if asked.failed else []
    told = []
    for split, key, expected in checks:
        for one in asked.keys(split) if key == "*" else [key]:
            values = asked.values(split, one)
            told.append(", ".join(f"{party} {value}" for party, value in values.items()))
            for party, value in values.items():
                if not fits(value, expected):
                    wrong.append(f"{party}{f' {split}={one}' if split else ''}: {value}, "
                                 f"not {expected}")
        if key == "*" and not asked.keys(split):
            wrong.append(f"no {split}")
    return wrong, told


def check_figures(nodes, positions, only=None):
    bad = count = 0
    for row in rows_of(FIGURES):
        if not row["figure"] or (only and row["id"] not in only):
            continue
        count += 1
        try:
            wrong, told = check_row(nodes, positions, row)
        except node_api.Refused as error:
            wrong, told = [str(error)], []
        bad += bool(wrong)
        print(f"{'DIFFERS' if wrong else 'ok     '} {row['id']:4} {row['figure']:40} {row['as_of']:12} "
              f"{'; '.join(wrong) if wrong else '; '.join(told)}")
    print(f"{count} figures, {bad} differ from what was published")
    return bad


def years_from(date, years):
    return f"{int(date[:4]) + years}{date[4:]}"


def check_years(nodes, positions):
    """A year earlier and later: the sides agree, and most figures are other ones."""
    planted = {row["figure"] for row in rows_of(HERE / "divergences.tsv") if row["kind"] == "nodes"}
    bad = count = moved = 0
    for row in rows_of(FIGURES):
        if not row["figure"] or row["id"].startswith("D"):
            continue
        values = []
        for years in (-1, 0, 1):
            asked = Asked(nodes, positions, row["figure"], years_from(row["as_of"], years))
            values.append(asked.values())
            if asked.failed or (len(set(values[-1].values())) > 1 and row["figure"] not in planted):
                bad += 1
                print(f"DIFFERS {row['id']:4} {row['figure']} {years:+} year: {values[-1]}")
        count += 1
        moved += any(value != values[1] for value in values)
    print(f"{count} figures a year earlier and later, {moved} of them not the same all the time")
    return bad


def check_derived(nodes, positions):
    """What follows from other figures, on several days and on both sides."""
    def value(party, figure, as_of, period=None, split=None, key=None):
        answer = Asked({party: nodes[party]}, positions, figure, as_of, period)
        return answer.values(split, key).get(party) or 0

    bad = 0

    def same(what, left, right):
        nonlocal bad
        bad += left != right
        print(f"{'ok     ' if left == right else 'DIFFERS'} {what}: {left} = {right}")

    for party in nodes:
        def of(figure, as_of, **more):
            return value(party, figure, as_of, **more)

        for as_of in ("2019-12-29", "2020-12-29", "2021-12-29", "2025-12-31"):
            same(f"{party} {as_of} corridors planned, built, building, to start",
                 of("transport/expressways_planned", as_of),
                 of("transport/expressways_built_both", as_of)
                 + of("transport/expressways_building", as_of)
                 + of("transport/expressways_to_start", as_of))
            same(f"{party} {as_of} trains", of("railway-express/total", as_of),
                 of("railway-express/opening", as_of) + of("railway-express/runs", as_of))
        for first, last in (("2020-12-31", "2021-09-25"), ("2019-12-31", "2022-09-25")):
            added = of("medical-institutions/institutions_new", last, split="direction",
                       key="chongqing>sichuan",
                       period=f"{int(first[:4]) + 1}-01-01..{last}")
            same(f"{party} institutions added {first} to {last}", added,
                 of("medical-institutions/institutions", last, split="direction", key="chongqing>sichuan")
                 - of("medical-institutions/institutions", first, split="direction", key="chongqing>sichuan"))
        for month, before in (("2021-06-30", "2021-05-31"), ("2021-12-31", "2021-06-30")):
            same(f"{party} invested {before} to {month}: cumulative and in the year",
                 of("major-projects/done_ever", month) - of("major-projects/done_ever", before),
                 of("major-projects/done_year", month) - of("major-projects/done_year", before))
        for year in (2020, 2021, 2022):
            end = f"{year}-12-31"
            same(f"{party} output of {year - 1} as said in {year}", of("platforms/output_before", end),
                 of("platforms/output", years_from(end, -1)))
            same(f"{party} agreements of {year}", of("exchange/agreements", end),
                 of("exchange/agreements_ever", end)
                 - of("exchange/agreements_ever", years_from(end, -1)))
        same(f"{party} mass of plants", of("hazardous-waste/site_gap", "2021-12-31"), 0)
    return bad


def check_divergences(nodes, positions):
    bad = count = 0
    for row in rows_of(HERE / "divergences.tsv"):
        if not row["figure"]:
            continue
        count += 1
        asked = Asked(nodes, positions, row["figure"], row["as_of"])
        values = asked.values()
        wrong = [f"{party} {value}, not {row[party]}" for party, value in values.items()
                 if str(value) != row[party]]
        if (row["kind"] == "nodes") != (len(set(values.values())) > 1):
            wrong.append("the sides " + ("agree" if row["kind"] == "nodes" else "differ"))
        bad += bool(wrong)
        print(f"{'DIFFERS' if wrong else 'ok     '} {row['id']:4} {row['figure']:40} {row['as_of']:12} "
              f"{'; '.join(wrong) if wrong else values}")
    print(f"{count} divergences, {bad} not as planted")
    return bad


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    node_api.node_arguments(parser)
    parser.add_argument("--only", help="ids of rows, e.g. F10,F25")
    parser.add_argument("--divergences", action="store_true")
    parser.add_argument("--years", action="store_true")
    arguments = parser.parse_args()
    nodes = node_api.nodes_of(arguments)
    positions = {party: node.position() for party, node in nodes.items()}
    only = set(arguments.only.split(",")) if arguments.only else None
    bad = check_figures(nodes, positions, only)
    if arguments.divergences:
        bad += check_divergences(nodes, positions)
    if arguments.years:
        bad += check_years(nodes, positions) + check_derived(nodes, positions)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
