#!/usr/bin/env python3
"""Journey times beside a public router of other authors, on one feed.

    ./dev bench router

A made-up city of 240,000 connections, without walks, so that both answer the same: one to all from some
stations by `minotor` (npm), and from all stations at each minute of two hours by `bashu network matrix`,
reading the feed included. Prints milliseconds for one origin and departure; exit 1 if answers differ.
"""

import csv
import os
import pathlib
import platform
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
BASHU = str(pathlib.Path(os.environ.setdefault("BASHU_BIN", str(ROOT / "build/release/bashu"))).resolve())
sys.path.insert(0, str(ROOT / "tests/e2e"))

import city_feed  # noqa: E402
import test_router  # noqa: E402

STATIONS, LINES, TRIPS, CALLS = 737, 48, 10_176, 25
ASKED = 6  # origins the other router is asked for
AT = "07:30"


def matrix(feed, first, last):
    begun = time.monotonic()
    text = subprocess.run([BASHU, "network", "matrix", feed, "--on", city_feed.DAY, "--at", first, "--until", last, "--within", "1440"],
                          check=True, capture_output=True, text=True).stdout
    return text, time.monotonic() - begun


def main():
    print("benchmark router: one to all, beside a public router on the same feed")
    print(f"  machine   {os.cpu_count()} cores, {platform.system()} {platform.release()}, load {os.getloadavg()[0]:.1f}")
    router = test_router.installed()
    with tempfile.TemporaryDirectory() as folder:
        feed = pathlib.Path(folder) / "city.zip"
        city_feed.write(feed, STATIONS, LINES, TRIPS, walks=0, calls=CALLS)
        origins = [f"s{i * 97}" for i in range(ASKED)]
        out = pathlib.Path(folder) / "other.csv"
        said = subprocess.run(["node", "arrivals.mjs", feed, city_feed.DAY, out, AT, "--from", *origins], cwd=router,
                              check=True, capture_output=True, text=True).stdout.splitlines()[-1]
        questions, spent_ms = said.split()
        other_ms = float(spent_ms) / int(questions)
        with out.open(newline="") as rows:
            others = {(row["from"], row["to"]): int(row["arrives_s"]) - test_router.seconds(AT)
                      for row in csv.DictReader(rows) if row["arrives_s"]}
        text, _ = matrix(feed, AT, AT)
        ours = {(row["from"], row["to"]): int(row["best_s"]) for row in csv.DictReader(text.splitlines()) if row["from"] in origins}
        differing = test_router.differing(ours, others)
        _, spent = matrix(feed, "07:00", "09:00")
        own_ms = spent * 1e3 / (STATIONS * 121)
    print(f"  result    {STATIONS} stations x 121 departures in {spent:.2f} s, {own_ms:.3f} ms for each, feed read and matrix written; "
          f"{len(differing)} of {len(others)} arrivals differ")
    print(f"  baseline  minotor 1.0.7: {other_ms:.1f} ms for each, feed read before; {other_ms / own_ms:.0f} times slower")
    return 1 if differing or not others else 0


if __name__ == "__main__":
    sys.exit(main())
