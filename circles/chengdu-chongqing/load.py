#!/usr/bin/env python3
"""Loads the reference circle into two running nodes that are in one circle.

    load.py --node sichuan URL KEY --second sichuan KEY --node chongqing URL KEY --second chongqing KEY
            [--data DIR] [--scale PERCENT]

Generates the records (generate.py; stations and timetables by `bashu network rows`), sets the
calendars and adopts the packs of circle.yaml on both, imports what each party records for itself,
waits until both have it, then imports what builds on it. What a node has already is left as it is,
so that a load that was broken off can be given again. The keys need the roles of every feed
(*:office, ...) and may `admin` and `registrar`; those of --second are of other administrators, who
sign calendars and packs. Prints the time of every step; exit 1 if any row was
refused.
"""

import argparse
import os
import pathlib
import queue
import re
import subprocess
import sys
import tempfile
import threading
import time

import generate
import node_api

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
ROLES = ("office", "department", "operator", "clerk", "personnel", "team", "finance", "chief")
PROGRESS_S = 1.0


def program():
    named = os.environ.get("BASHU_BIN")
    for path in [pathlib.Path(named)] if named else [ROOT / "build" / preset / "bashu"
                                                     for preset in ("release", "debug")]:
        if path.exists():
            return path
    raise FileNotFoundError("bashu is not built: ./dev build bashu")


def declared(name):
    """A plain value of circle.yaml."""
    text = (HERE / "circle.yaml").read_text(encoding="utf-8")
    return re.search(rf"^{name}: (\S+)$", text, re.M).group(1)


def packs():
    text = (HERE / "circle.yaml").read_text(encoding="utf-8")
    return re.findall(r"^  - ([a-z0-9-]+)$", text, re.M)


def divisions():
    """By party, how the codes of its counties begin."""
    text = (HERE / "circle.yaml").read_text(encoding="utf-8")
    return re.findall(r'^  ([a-z]+):\n(?:    .*\n)*?    divisions: \["(\d+)"\]', text, re.M)


def timetables(data):
    """The stations of each party, and the trains that call there, from the railway's list in network/."""
    listed = (HERE / "network" / "timetable.csv").read_text(encoding="utf-8").split()[1]
    for party, begins in divisions():
        done = subprocess.run(
            [str(program()), "network", "rows", str(HERE / "network"), "--on", listed, "--party", party,
             "--divisions", begins, "--source", f"车站页 {listed}", "--out", str(data / party)],
            capture_output=True, text=True, check=False, env={**os.environ, "BASHU_LANG": "en"})
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
    return rows_in([*data.glob("*/1-stations.ndjson"), *data.glob("*/2-timetable.ndjson")])


def records(data, scale=100):
    """All files that are imported; gives the number of rows."""
    return generate.generate(data, scale) + timetables(data)


class Steps:
    """Says what is being done, how far it is, and how long it took."""

    def __init__(self, quiet=False, out=None):
        self.quiet, self.out = quiet, out or sys.stdout
        self._shown = 0.0

    def say(self, text):
        print(text, file=self.out, flush=True)

    def __call__(self, what, do):
        begun = time.monotonic()
        result = do()
        self.say(f"{time.monotonic() - begun:7.1f} s  {what}")
        return result

    def progress(self, done, of):
        """Of a long step: {party: rows} that have been taken, of so many."""
        if self.quiet or time.monotonic() < self._shown + 5 * PROGRESS_S:
            return
        self._shown = time.monotonic()
        self.say("           " + ", ".join(f"{party} {rows:,}" for party, rows in done.items())
                 + f" of {of:,} rows")


def bashu(node, *command):
    return bashu_as(node, node.key, *command)


def bashu_as(node, key, *command):
    return subprocess.run([str(program()), *command, "--api", node.url], capture_output=True, text=True,
                          check=False, env={**os.environ, "BASHU_KEY": key, "BASHU_LANG": "en"})


def by_two(node, *command):
    """What takes two people: the second signs what waits. Gives the first command that failed, or the last."""
    done = bashu(node, *command, "--json")
    for number in re.findall(r'"approval": ?(\d+)', done.stdout):
        if not node.second:
            raise RuntimeError(f"approval {number} waits for a second person at {node.party}: --second")
        signed = bashu_as(node, node.second, "approvals", "sign", number)
        if done.returncode == 0:
            done = signed
    return done


def set_calendars(nodes):
    """Both jurisdictions keep China's working days; each node knows the calendar of each party."""
    for node in nodes:
        done = by_two(node, "calendar", "load", str(HERE / declared("calendar")))
        if done.returncode != 0 and "(chain)" not in done.stderr:  # it has this version, or a later one
            raise RuntimeError(done.stderr)


def adopt_on(node, from_day=None):
    for name in packs():
        since = ["--from", from_day] if from_day else []
        done = by_two(node, "pack", "adopt", str(ROOT / "packs" / f"{name}.yaml"), *since)
        if done.returncode != 0:
            raise RuntimeError(f"{name} at {node.party}: {done.stdout}{done.stderr}")


def adopt(nodes, from_day=None):
    """Each pack on every node, then waits until all know that all have adopted it."""
    failures = queue.SimpleQueue()

    def work(node):
        try:
            adopt_on(node, from_day)
        except Exception as failure:  # told in the main thread
            failures.put(failure)

    threads = [threading.Thread(target=work, args=(node,)) for node in nodes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if not failures.empty():
        raise failures.get()
    node_api.wait_for_mail(nodes)


def files_of(data, party, phase):
    return [file for file in sorted((data / party).glob(f"{phase}-*.ndjson"))
            if not file.name.endswith(".refused.ndjson")]


def rows_in(files):
    return sum(file.read_bytes().count(b"\n") for file in files)


class Importing:
    """`bashu import` of one party's files, and what it says."""

    def __init__(self, node, files):
        self.party, self.taken, self.said, self.errors = node.party, 0, [], []
        self._of_file = 0
        command = [str(program()), "import", "--api", node.url, *map(str, files)]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**os.environ, "BASHU_KEY": node.key, "BASHU_LANG": "en"})
        self._threads = [threading.Thread(target=self._read, args=(stream, show))
                         for stream, show in ((self.process.stdout, self._file_done),
                                              (self.process.stderr, self._progress))]
        for thread in self._threads:
            thread.start()

    @staticmethod
    def _read(stream, show):
        for line in stream:
            show(line.rstrip("\n"))

    def _file_done(self, line):
        self.said.append(line)
        self.taken += _number(r": ([\d,]+) rows", line)
        self._of_file = 0

    def _progress(self, line):
        rows = _number(r"  ([\d,]+) rows, ", line)
        if rows:
            self._of_file = rows
        else:
            self.errors.append(line)

    @property
    def rows(self):
        return self.taken + self._of_file

    def end(self):
        for thread in self._threads:
            thread.join()
        self.process.stdout.close()
        self.process.stderr.close()
        return self.process.wait()


def _number(pattern, text):
    found = re.search(pattern, text)
    return int(found.group(1).replace(",", "")) if found else 0


def import_phase(nodes, data, phase, step):
    """All files of a phase, both parties at once; gives the number of refused rows."""
    files = {node.party: files_of(data, node.party, phase) for node in nodes}
    of = sum(rows_in(some) for some in files.values())
    running = [Importing(node, files[node.party]) for node in nodes]
    try:
        while any(one.process.poll() is None for one in running):
            time.sleep(PROGRESS_S / 10)
            step.progress({one.party: one.rows for one in running}, of)
    except BaseException:
        for one in running:  # it would wait for its node
            one.process.kill()
        raise
    refused = 0
    for one in running:
        code = one.end()
        bad = sum(_number(r"([\d,]+) refused", line) for line in one.said)
        step.say(f"           {one.party}: {one.taken:,} rows, {bad:,} refused")
        for line in one.said:
            if not re.search(r"\b0 refused$", line):
                step.say("           " + line)
        for line in one.errors:
            step.say("           " + line)
        if code not in (0, 1):
            raise RuntimeError(f"import at {one.party} failed: {' '.join(one.errors)}")
        refused += bad
    return refused


def load(nodes, data, step, adopt_from=None):
    """Gives the number of rows that were refused."""
    step("calendars set", lambda: set_calendars(nodes))
    step("packs adopted", lambda: adopt(nodes, adopt_from))
    begun = time.monotonic()
    refused = step("what each party records for itself",
                   lambda: import_phase(nodes, data, 1, step))
    step("it has reached the other party", lambda: node_api.wait_for_mail(nodes))
    refused += step("what builds on it", lambda: import_phase(nodes, data, 2, step))
    step("it has reached the other party", lambda: node_api.wait_for_mail(nodes))
    step.say(f"{time.monotonic() - begun:7.1f} s  import in all")
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
    step = Steps(arguments.quiet)
    with tempfile.TemporaryDirectory() as temporary:
        data = arguments.data or pathlib.Path(temporary)
        rows = step("records generated", lambda: records(data, arguments.scale))
        step.say(f"           {rows:,} rows")
        refused = load(nodes, data, step, arguments.adopt_from)
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
