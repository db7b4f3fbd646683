#!/usr/bin/env python3
"""Loads the reference circle into two running nodes that are in one circle.

    load.py --node sichuan URL KEY --node chongqing URL KEY [--data DIR] [--scale PERCENT]

Adopts the packs of circle.yaml on both, imports what each party records for itself, waits until both
have it, then imports what builds on it. The keys need the roles of every feed (*:office, ...) and
may `admin` and `registrar`. Prints the time of every step; exit 1 if any row was refused.
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import generate
import node_api

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
ROLES = ("office", "department", "operator", "clerk", "personnel", "team", "finance", "chief")


def program():
    named = os.environ.get("BASHU_BIN")
    for path in [pathlib.Path(named)] if named else [ROOT / "build" / preset / "bashu"
                                                     for preset in ("release", "debug")]:
        if path.exists():
            return path
    raise FileNotFoundError("bashu is not built: ./dev build bashu")


def packs():
    text = (HERE / "circle.yaml").read_text(encoding="utf-8")
    return re.findall(r"^  - ([a-z0-9-]+)$", text, re.M)


class Steps:
    """Says what is being done and how long it took."""

    def __call__(self, what, do):
        begun = time.monotonic()
        result = do()
        print(f"{time.monotonic() - begun:7.1f} s  {what}", flush=True)
        return result


def adopt(nodes, from_day=None):
    """Each pack on every node, then waits until all know that all have adopted it."""
    for name in packs():
        for node in nodes:
            command = [str(program()), "pack", "adopt", "--api", node.url,
                       str(ROOT / "packs" / f"{name}.yaml")]
            if from_day:
                command += ["--from", from_day]
            done = subprocess.run(command, capture_output=True, text=True, check=False,
                                  env={**os.environ, "BASHU_KEY": node.key, "BASHU_LANG": "en"})
            if done.returncode != 0:
                raise RuntimeError(f"{name} at {node.party}: {done.stdout}{done.stderr}")
    node_api.wait_for_mail(nodes)


def import_phase(nodes, data, phase, quiet_progress=False):
    """All files of a phase, both parties at once; gives the number of refused rows."""
    running = []
    for node in nodes:
        files = sorted((data / node.party).glob(f"{phase}-*.ndjson"))
        files = [file for file in files if not file.name.endswith(".refused.ndjson")]
        command = [str(program()), "import", "--api", node.url, *map(str, files)]
        running.append((node, subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True,
            stderr=subprocess.DEVNULL if quiet_progress else None,
            env={**os.environ, "BASHU_KEY": node.key, "BASHU_LANG": "en"})))
    refused = 0
    for node, process in running:
        said, _ = process.communicate()
        rows = sum(int(n.replace(",", "")) for n in re.findall(r": ([\d,]+) rows", said))
        bad = sum(int(n.replace(",", "")) for n in re.findall(r"([\d,]+) refused", said))
        print(f"           {node.party}: {rows:,} rows, {bad:,} refused", flush=True)
        for line in said.splitlines():
            if not re.search(r"\b0 refused$", line):
                print("           " + line, flush=True)
        if process.returncode == 2:
            raise RuntimeError(f"import at {node.party} failed")
        refused += bad
    return refused


def load(nodes, data, step, adopt_from=None, quiet_progress=False):
    step("packs adopted", lambda: adopt(nodes, adopt_from))
    begun = time.monotonic()
    refused = step("what each party records for itself",
                   lambda: import_phase(nodes, data, 1, quiet_progress))
    step("it has reached the other party", lambda: node_api.wait_for_mail(nodes))
    refused += step("what builds on it", lambda: import_phase(nodes, data, 2, quiet_progress))
    step("it has reached the other party", lambda: node_api.wait_for_mail(nodes))
    print(f"{time.monotonic() - begun:7.1f} s  import in all", flush=True)
    return refused


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    node_api.node_arguments(parser)
    parser.add_argument("--data", type=pathlib.Path, help="keep the generated files here")
    parser.add_argument("--scale", type=int, default=100, help="per cent of the large files")
    parser.add_argument("--from", dest="adopt_from", help="first day the packs are in force")
    parser.add_argument("--quiet", action="store_true", help="no progress of imports")
    arguments = parser.parse_args()
    nodes = list(node_api.nodes_of(arguments).values())
    step = Steps()
    with tempfile.TemporaryDirectory() as temporary:
        data = arguments.data or pathlib.Path(temporary)
        rows = step("records generated", lambda: generate.generate(data, arguments.scale))
        print(f"           {rows:,} rows")
        refused = load(nodes, data, step, arguments.adopt_from, arguments.quiet)
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
