#!/usr/bin/env python3
"""The journal in PostgreSQL beside the one in a directory, the same load in turns.

    ./dev bench journals

Starts a server of its own, and a standby that every commit waits for, on this machine's disk.
"""

import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
BASHU = os.environ.setdefault("BASHU_BIN", str(ROOT / "build/release/bashu"))
sys.path.insert(0, str(ROOT / "tests/e2e"))

import postgres_server  # noqa: E402


def measure(server, name):
    server.sql(f"CREATE DATABASE {name}")
    subprocess.run([BASHU, "bench", "journals"], check=True, env={**os.environ, "BASHU_BENCH_POSTGRES": server.url(name)})


def main():
    servers = [postgres_server.Server()]
    try:
        leader = servers[0]
        leader.start()
        print("one server", flush=True)
        measure(leader, "alone")
        servers.append(postgres_server.Follower(leader, "b"))
        servers[1].start()
        leader.sql("ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (b)'")
        leader.sql("SELECT pg_reload_conf()")
        print("a server, and a standby on the same machine that each commit waits for", flush=True)
        measure(leader, "quorum")
    finally:
        for one in reversed(servers):
            one.remove()


if __name__ == "__main__":
    main()
