"""A real PostgreSQL server for tests: made, started, killed and removed again."""

import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

from support import PATIENCE, wait_until

from node import free_port

BIN = pathlib.Path("/usr/lib/postgresql/15/bin")


class Server:
    """One server in a directory of its own; never as root, which it refuses."""

    def __init__(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="bashu-pg-"))
        self.port = free_port()
        self.process = None
        self.user = self.user_of()
        if self.user:
            shutil.chown(self.dir, "postgres", "postgres")
        self.run("initdb", "-D", self.data, "-A", "trust", "-U", "bashu", "-E", "UTF8", "--locale=C")

    @staticmethod
    def user_of():
        """What runs a program as somebody who is not root; empty: it is somebody else already."""
        return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []

    @property
    def data(self):
        return self.dir / "data"

    def run(self, name, *arguments):
        return subprocess.run([*self.user, str(BIN / name), *map(str, arguments)], check=True,
                              capture_output=True, text=True, cwd=self.dir).stdout

    def start(self, *more):
        def answers():
            # After a kill the memory of the last one is in use until its last child has ended.
            if self.process is None or self.process.poll() is not None:
                with (self.dir / "log").open("a") as log:
                    self.process = subprocess.Popen(
                        [*self.user, str(BIN / "postgres"), "-D", str(self.data), "-p",
                         str(self.port), "-c", "listen_addresses=127.0.0.1", "-c",
                         f"unix_socket_directories={self.dir}", *more],
                        stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, cwd=self.dir,
                        start_new_session=True)
            return self.answers()
        wait_until(answers, "the server", 180)

    def answers(self):
        return subprocess.run([str(BIN / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)],
                              check=False).returncode == 0

    def kill(self):
        """Every process of it at once, as when the machine dies."""
        children = self.process.pid
        subprocess.run(["pkill", "-KILL", "-P", str(children)], check=False)
        self.process.kill()
        self.process.wait()
        # A power cut leaves no claim on shared memory either.
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(60 * PATIENCE)

    def remove(self):
        self.stop()
        shutil.rmtree(self.dir, ignore_errors=True)

    def sql(self, statement, database="postgres"):
        return self.run("psql", "-h", "127.0.0.1", "-p", self.port, "-U", "bashu", "-d", database,
                        "-A", "-t", "-c", statement).strip()

    def url(self, database="postgres"):
        return f"postgres://bashu@127.0.0.1:{self.port}/{database}"


class Follower(Server):
    """A streaming standby of another server, under a name that it may be waited for by."""

    def __init__(self, leader, name):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="bashu-pg-"))
        self.port = free_port()
        self.process = None
        self.user = leader.user
        if self.user:
            shutil.chown(self.dir, "postgres", "postgres")
        self.run("pg_basebackup", "-R", "-X", "stream", "-c", "fast", "-D", self.data, "-d",
                 f"host=127.0.0.1 port={leader.port} user=bashu application_name={name}")
