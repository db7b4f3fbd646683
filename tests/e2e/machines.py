"""Machines of a test: network namespaces on one bridge, so that any of them can be killed whole,
paused, or cut off without a word. Needs root and iproute2."""

import os
import pathlib
import signal
import subprocess
import time


def possible():
    """Whether this user may make network namespaces."""
    if os.geteuid() != 0:
        return False
    name = f"bashu-{os.getpid()}-try"
    made = subprocess.run(["ip", "netns", "add", name], capture_output=True, check=False).returncode == 0
    subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)
    return made


def ip(*arguments, within=None, check=True):
    command = ["ip", *(["-n", within] if within else []), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=check).stdout


class Net:
    """A bridge of its own with the machines on it; `wandering` is an address that leads to one of them."""

    def __init__(self, directory):
        self.pid = os.getpid()
        self.dir = pathlib.Path(directory)
        self.prefix = f"10.{64 + self.pid // 250 % 128}.{1 + self.pid % 250}"
        self.bridge = f"bbr{self.pid}"
        self.root, self.wandering = f"{self.prefix}.254", f"{self.prefix}.100"
        self.machines = {}
        ip("link", "add", self.bridge, "type", "bridge")
        ip("addr", "add", f"{self.root}/24", "dev", self.bridge)
        ip("link", "set", self.bridge, "up")

    def machine(self, name):
        self.machines[name] = Machine(self, name, len(self.machines) + 1)
        return self.machines[name]

    def lead_to(self, machine):
        """From here on the wandering address is this machine's."""
        ip("route", "replace", f"{self.wandering}/32", "via", machine.address)

    def remove(self):
        for machine in self.machines.values():
            machine.remove()
        ip("link", "del", self.bridge, check=False)


class Machine:
    def __init__(self, net, name, number):
        self.net = net
        self.name = name
        self.space = f"bashu-{net.pid}-{name}"
        self.address = f"{net.prefix}.{number}"
        self.link = f"bv{net.pid}{name}"
        self.dir = net.dir / name
        # Directories that processes of all machines would share otherwise.
        self.sockets = self.dir / "sockets"
        self.sockets.mkdir(parents=True)
        ip("netns", "add", self.space)
        ip("link", "add", self.link, "type", "veth", "peer", "name", "eth0", "netns", self.space)
        ip("link", "set", self.link, "master", net.bridge, "up")
        ip("addr", "add", f"{self.address}/24", "dev", "eth0", within=self.space)
        ip("addr", "add", f"{net.wandering}/32", "dev", "lo", within=self.space)
        for device in ("lo", "eth0"):
            ip("link", "set", device, "up", within=self.space)

    def prefix(self, user=None):
        """What goes before a command that runs on this machine."""
        within = ["ip", "netns", "exec", self.space, "sh", "-c",
                  'mount --bind "$0" /var/run/postgresql && exec "$@"', str(self.sockets)]
        if user:
            within += ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"]
        return within

    def pids(self, words=()):
        """Its processes; those whose command line holds one of the words."""
        found = []
        space = os.stat(f"/run/netns/{self.space}").st_ino
        for path in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if os.stat(path / "ns" / "net").st_ino != space:
                    continue
                line = (path / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            if not words or any(word in line for word in words):
                found.append(int(path.name))
        return found

    def signal(self, which, words=()):
        """To all of them at once, until none is missing: some are being made meanwhile."""
        done = set()
        while left := [pid for pid in self.pids(words) if pid not in done]:
            for pid in left:
                done.add(pid)
                try:
                    os.kill(pid, which)
                except ProcessLookupError:
                    pass

    def wake(self, words=()):
        """Whoever was stopped goes on; asked twice, since one that was only about to stop does so later."""
        for _ in range(2):
            self.signal(signal.SIGCONT, words)
            time.sleep(0.2)

    def cut(self):
        ip("link", "set", self.link, "down")

    def join(self):
        ip("link", "set", self.link, "up")

    def lose(self, other):
        """These two hear nothing of each other; others hear both."""
        ip("route", "replace", "blackhole", f"{other.address}/32", within=self.space)
        ip("route", "replace", "blackhole", f"{self.address}/32", within=other.space)

    def find(self, other):
        ip("route", "del", "blackhole", f"{other.address}/32", within=self.space, check=False)
        ip("route", "del", "blackhole", f"{self.address}/32", within=other.space, check=False)

    def remove(self):
        self.signal(signal.SIGKILL)
        ip("netns", "del", self.space, check=False)
        ip("link", "del", self.link, check=False)
