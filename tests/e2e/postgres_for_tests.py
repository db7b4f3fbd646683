"""A PostgreSQL server beside the tests written in C++: postgres_for_tests.py start FILE | stop FILE.

FILE then holds the folder of the server and the URL at which it answers. Settings are for a server
that nobody will miss: nothing waits for a disk.
"""

import pathlib
import shutil
import subprocess
import sys

from postgres_server import BIN, Server


def stop(file):
    if not file.exists():
        return
    folder = pathlib.Path(file.read_text("utf-8").split()[0])
    if folder.exists():
        server = Server.__new__(Server)
        server.dir, server.user = folder, Server.user_of()
        subprocess.run([*server.user, str(BIN / "pg_ctl"), "-D", str(server.data), "-m", "immediate", "stop"],
                       check=False, capture_output=True, cwd=folder)
        shutil.rmtree(folder, ignore_errors=True)
    file.unlink()


def start(file):
    stop(file)
    server = Server()
    server.start("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "max_connections=300")
    file.write_text(f"{server.dir} {server.url()}\n", "utf-8")


if __name__ == "__main__":
    {"start": start, "stop": stop}[sys.argv[1]](pathlib.Path(sys.argv[2]))
