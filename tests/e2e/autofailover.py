"""pg_auto_failover on machines of a test: a monitor, and servers of which it makes one the primary."""

import json
import os
import shutil
import signal
import subprocess

from postgres_server import BIN
from support import PATIENCE, wait_until

DATABASE = ("pg_autoctl", "postgres")
# A test has no half minute for each failover: all that waits, waits seconds.
MONITOR = """
pgautofailover.health_check_period = 1000
pgautofailover.health_check_timeout = 1000
pgautofailover.health_check_max_retries = 1
pgautofailover.health_check_retry_delay = 500
pgautofailover.node_considered_unhealthy_timeout = 3000
pgautofailover.primary_demote_timeout = 4000
pgautofailover.startup_grace_period = 1000
"""
SERVER = """
shared_buffers = 64MB
wal_keep_size = 512MB
wal_sender_timeout = 4s
wal_receiver_timeout = 4s
"""
# Whoever waits for an answer over a connection that the other end has given up must notice.
ALIVE = "connect_timeout=2&keepalives_idle=2&keepalives_interval=1&keepalives_count=2&tcp_user_timeout=3000"
TRUST = "host all all {net}.0/24 trust\nhost replication all {net}.0/24 trust\n"


class Database:
    """pg_autoctl and its server on one machine."""

    def __init__(self, machine):
        self.machine = machine
        self.data = machine.dir / "data"
        self.process = None
        for path in (machine.dir, machine.sockets):
            shutil.chown(path, "postgres", "postgres")

    def environment(self):
        home = str(self.machine.dir)
        return {**os.environ, "HOME": home, "XDG_CONFIG_HOME": home + "/config", "XDG_DATA_HOME": home + "/share",
                "XDG_RUNTIME_DIR": home, "PATH": f"{BIN}:{os.environ['PATH']}", "PGDATA": str(self.data)}

    def autoctl(self, *arguments):
        done = subprocess.run([*self.machine.prefix("postgres"), "pg_autoctl", *map(str, arguments)],
                              capture_output=True, text=True, env=self.environment(), cwd=self.machine.dir, check=False)
        if done.returncode:
            raise RuntimeError(f"pg_autoctl {arguments}: {done.stdout}{done.stderr}")
        return done.stdout

    def configure(self, settings):
        with (self.data / "postgresql.conf").open("a") as file:
            file.write(settings)
        with (self.data / "pg_hba.conf").open("a") as file:
            file.write(TRUST.format(net=self.machine.net.prefix))

    def start(self):
        with (self.machine.dir / "autoctl.log").open("a") as log:
            self.process = subprocess.Popen([*self.machine.prefix("postgres"), "pg_autoctl", "run"], stdout=log,
                                            stderr=log, env=self.environment(), cwd=self.machine.dir)

    def kill(self):
        """Every process of it at once, as when the machine dies."""
        self.machine.signal(signal.SIGKILL, DATABASE)
        self.process.wait()
        for left in (self.data / "postmaster.pid", self.machine.dir / "autoctl.pid"):
            left.unlink(missing_ok=True)

    def sql(self, statement, database="postgres", user="bashu"):
        done = subprocess.run([str(BIN / "psql"), "-h", self.machine.address, "-U", user, "-d", database, "-A", "-t",
                               "-c", statement], capture_output=True, text=True, check=False,
                              env={**os.environ, "PGCONNECT_TIMEOUT": "2"})
        if done.returncode:
            raise RuntimeError(done.stderr)
        return done.stdout.strip()


class Cluster:
    """Called with machines for the monitor and for the servers, of which the first begins as the primary."""

    def __init__(self, monitor, machines):
        self.monitor = Database(monitor)
        self.monitor.autoctl("create", "monitor", "--hostname", monitor.address, "--auth", "trust", "--no-ssl")
        self.monitor.configure(MONITOR + SERVER)
        self.monitor.start()
        wait_until(lambda: self.states() is not None, "the monitor", 60 * PATIENCE)
        self.servers = {}
        for machine in machines:
            server = self.servers[machine.name] = Database(machine)
            server.autoctl("create", "postgres", "--name", machine.name, "--hostname", machine.address, "--auth",
                           "trust", "--no-ssl", "--dbname", "sichuan", "--username", "bashu", "--monitor",
                           f"postgres://autoctl_node@{monitor.address}:5432/pg_auto_failover?{ALIVE}")
            if server is self.first():
                server.configure(SERVER)
            server.autoctl("config", "set", "timeout.network_partition_timeout", 4)
            server.autoctl("config", "set", "timeout.postgresql_restart_failure_timeout", 5)
            server.start()
            wait_until(lambda: self.settled(len(self.servers)), f"the server at {machine.name}", 120 * PATIENCE)

    def remove(self):
        for server in (self.monitor, *self.servers.values()):
            server.kill()

    def first(self):
        return next(iter(self.servers.values()))

    def url(self, database="sichuan"):
        """All of them, and which is meant."""
        hosts = ",".join(one.machine.address for one in self.servers.values())
        return (f"postgres://bashu@{hosts}/{database}?target_session_attrs=read-write&{ALIVE}")

    def states(self):
        """What the monitor thinks: name to what a server is and what it shall become; None: it does not answer."""
        try:
            rows = json.loads(self.monitor.sql(
                "SELECT coalesce(json_agg(json_build_array(nodename, reportedstate, goalstate, health)), '[]') "
                "FROM pgautofailover.node", "pg_auto_failover", "autoctl_node"))
        except (RuntimeError, ValueError):
            return None
        return {name: (reported, goal) for name, reported, goal, _ in rows}

    def settled(self, count=None):
        """One leads, all others follow it and are as far."""
        states = self.states()
        if not states:
            return False
        now = sorted(reported for reported, goal in states.values() if reported == goal)
        count = count or len(self.servers)
        return now == ["single"] if count == 1 else now == ["primary"] + ["secondary"] * (count - 1)

    def primary(self):
        """Who leads as the monitor sees it; None: nobody."""
        states = self.states() or {}
        leads = ("single", "primary", "wait_primary", "apply_settings")
        return next((name for name, both in states.items() if all(one in leads for one in both)), None)
