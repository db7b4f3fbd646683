"""Starts a PostgreSQL server with its settings as they come, and measures tables made on it (views_postgres.cc)."""

import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests" / "e2e"))

from postgres_server import Server  # noqa: E402

server = Server()
try:
    server.start()
    sys.exit(subprocess.run([os.environ["BASHU_BIN"], "bench", "views-postgres"], check=False,
                            env={**os.environ, "BASHU_BENCH_POSTGRES": server.url()}).returncode)
finally:
    server.remove()
