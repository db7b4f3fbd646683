"""Two PostgreSQL servers, one of which follows the other and is waited for; measures how a node takes over (standby.cc)."""

import os
import pathlib
import shlex
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests" / "e2e"))

from postgres_server import BIN, Follower, Server  # noqa: E402

servers = [Server()]
try:
    leader = servers[0]
    leader.start()
    leader.sql("CREATE DATABASE bench")
    servers.append(Follower(leader, "b"))
    other = servers[1]
    other.start()
    leader.sql("ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (b)'")
    leader.sql("SELECT pg_reload_conf()")
    # Its supervisor finds the leader dead and promotes the other, which waits for nobody then.
    promote = shlex.join([*other.user, str(BIN / "pg_ctl"), "promote", "-w", "-s", "-D", str(other.data)])
    killed = leader.process.pid
    sys.exit(subprocess.run([os.environ["BASHU_BIN"], "bench", "standby"], check=False, cwd=other.dir, env={
        **os.environ,
        "BASHU_BENCH_POSTGRES": f"postgres://bashu@127.0.0.1:{leader.port},127.0.0.1:{other.port}/bench"
                                "?target_session_attrs=read-write&connect_timeout=2",
        "BASHU_BENCH_PROMOTE": f"pkill -KILL -P {killed}; kill -KILL {killed}; {promote}"}).returncode)
finally:
    for one in reversed(servers):
        one.remove()
