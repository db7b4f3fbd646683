"""Nodes as processes: making them, forming a circle, starting, killing, waiting for the mail."""

import itertools
import json
import os
import pathlib
import random
import re
import signal
import socket
import subprocess
import time

from client import Away, Client

ROOT = pathlib.Path(__file__).resolve().parents[2]
PATIENCE = int(os.environ.get("BASHU_PATIENCE", "1"))  # builds that are many times slower
READY_S = 60 * PATIENCE
MAIL_S = 60 * PATIENCE
_given = set()  # addresses that free_port gave


def program():
    """The binary: BASHU_BIN, else the release build, else the debug build."""
    named = os.environ.get("BASHU_BIN")
    if named:
        return pathlib.Path(named)
    for preset in ("release", "debug"):
        path = ROOT / "build" / preset / "bashu"
        if path.exists():
            return path
    raise FileNotFoundError("bashu is not built: ./dev build bashu")


def bashu(*arguments, check=True):
    """Runs a command to its end and gives what it printed."""
    environment = {**os.environ, "BASHU_LANG": "en"}
    environment.pop("BASHU_KEY", None)
    done = subprocess.run([str(program()), *map(str, arguments)], capture_output=True, text=True,
                          check=False, env=environment)
    if check and done.returncode != 0:
        raise RuntimeError(f"bashu {' '.join(map(str, arguments))}: exit {done.returncode}\n"
                           f"{done.stdout}{done.stderr}")
    return done if not check else done.stdout


def free_port(host="127.0.0.1", wanted=0):
    """`wanted` if nobody has it, else one that is free.

    It is below those the system gives to connections that are made (from 32768 on), one of which could
    have it before whoever asked here, and was not given to another in this process.
    """
    for port in itertools.chain([wanted] if wanted else [], (random.randrange(20000, 32768) for _ in range(1000))):
        if (host, port) in _given:
            continue
        with socket.socket() as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind((host, port))
            except OSError:
                continue
        _given.add((host, port))
        return port
    raise OSError(f"no free port on {host}")


def own_net():
    """The first three numbers of addresses of this process alone: tests run side by side."""
    pid = os.getpid()
    return f"127.{10 + pid // 254 % 240}.{1 + pid % 254}"


def secret_in(text):
    return re.search(r"bashu_[A-Za-z0-9_-]+", text).group()


class Node:
    """One party's node: its directory, its keys, and its process while it runs.

    `host` is an address of its own in 127.0.0.0/8, so that every node has a name of its own. `web`: a
    port for pages, 0 for any; None: none. `journal`: its address; None: in the directory.
    """

    def __init__(self, directory, party, name, host, today, ports=(0, 0), log=None, web=None,
                 journal=None):
        self.dir = pathlib.Path(directory)
        self.party = party
        self.name = name
        self.host = host
        self.today = today
        self.process = None
        self.keys = {}
        self.passwords = {}  # of the accounts
        self.program = program()  # that serves: another version than the commands', in a test of upgrades
        self.prefix = []  # of the command that serves
        self.log = pathlib.Path(log or self.dir.with_suffix(".log"))
        self._clients = {}
        self._position = None  # what every client reads at least
        exchange, api = free_port(host, ports[0]), free_port(host, ports[1])
        self.url = f"http://{host}:{api}"
        self.web = None if web is None else f"http://{host}:{free_port(host, web)}"
        answer = bashu("init", self.dir, "--party", party, "--name", name,
                       "--listen", f"{host}:{exchange}", "--api", f"{host}:{api}",
                       "--rehearsal", today, *(["--journal", journal] if journal else []))
        self.keys["admin"] = secret_in(answer)

    def _door(self):
        """Where people are let in: the directory, or the API of a node that runs."""
        if self.running:
            return ["--api", self.url, "--key", self.keys["admin"]]
        return [self.dir]

    def add_key(self, key_id, name, roles=(), may=(), person=None, subjects=()):
        """A key. Administrators are made while the node is at rest; a person stands behind each."""
        arguments = ["key", "add", *self._door(), "--id", key_id, "--name", name]
        if roles:
            arguments += ["--roles", ",".join(roles)]
        if may:
            arguments += ["--may", ",".join(may)]
        if person or "admin" in may:
            arguments += ["--person", person or key_id]
        if subjects:
            arguments += ["--subjects", ",".join(subjects)]
        self.keys[key_id] = secret_in(bashu(*arguments))

    def add_user(self, user, name, roles=(), may=(), subjects=()):
        """An account for the pages, with a password made by the node."""
        arguments = ["user", "add", *self._door(), "--id", user, "--name", name]
        if roles:
            arguments += ["--roles", ",".join(roles)]
        if may:
            arguments += ["--may", ",".join(may)]
        if subjects:
            arguments += ["--subjects", ",".join(subjects)]
        self.passwords[user] = bashu(*arguments).split()[-1]

    def by_two(self, *arguments):
        """A command that takes two people: the administrator asks, the second one signs."""
        asked = bashu(*arguments, "--api", self.url, "--key", self.keys["admin"], "--json")
        for number in re.findall(r'"approval": ?(\d+)', asked):
            bashu("approvals", "sign", number, "--api", self.url, "--key", self.keys["second"])

    def as_(self, key_id):
        """A client with this key."""
        if key_id not in self._clients:
            self._clients[key_id] = Client(self.url, self.keys[key_id])
            self._clients[key_id].position = self._position
        return self._clients[key_id]

    def read_from(self, position):
        """From here on no client, nor one to come, reads anything older."""
        self._position = position
        for client in self._clients.values():
            client.position = position

    def launch(self, *more):
        """Starts the process, with these options too, and does not wait."""
        with open(self.log, "a", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [*self.prefix, str(self.program), "serve", str(self.dir), "--rehearsal", str(self.today),
                 *([] if "--pseudonyms-per-hour" in more else ["--pseudonyms-per-hour", "1000000"]),
                 *(["--web", self.web.removeprefix("http://")] if self.web else []), *more],
                stdout=subprocess.PIPE, stderr=log, text=True)

    def start(self, *more):
        """Starts the process and waits until it is ready; gives what it said."""
        self.launch(*more)
        line = self.process.stdout.readline()
        if not line.startswith("ready"):
            self.process.wait(READY_S)
            raise RuntimeError(f"{self.party} did not start, its log ends with\n{self._last_words()}")
        return line.strip()

    def _last_words(self):
        return "".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True)[-20:])

    @property
    def running(self):
        return self.process is not None and self.process.poll() is None

    def _gone(self):
        self.process.wait(READY_S)
        self.process.stdout.close()
        self.process = None
        for client in self._clients.values():
            client.close()

    def kill(self):
        """As a power cut ends it."""
        self.process.send_signal(signal.SIGKILL)
        self._gone()

    def stop(self):
        """As an operator ends it. Does nothing if it does not run."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self._gone()

    def set_day(self, day):
        self.today = day
        return self.as_("admin").post("/clock", {"today": str(day)})

    def health(self):
        return self.as_("admin").get("/health")

    def channels(self):
        answer = self.as_("admin").get("/channels")
        return {one["party"]: one for one in answer["channels"]}

    def can_name(self):
        """Whether members have shared the secret that people's pseudonyms are made with, if they do."""
        return self.as_("admin").get("/channels").get("pseudonyms", {"ready": True})["ready"]

    def held(self):
        return self.as_("admin").get("/held")["held"]


def window(node, *words, key="finance"):
    """`bashu window` as this node's finance office, once the documents of the other side are there: they
    follow the message that names them."""

    def answered():
        done = bashu("window", words[0], "--api", node.url, "--key", node.keys[key], *words[1:], check=False)
        return None if "has not arrived" in done.stderr else done

    return wait_until(answered, f"{node.party}: {words[0]}")


def form_circle(name, nodes, directory):
    """Cards, one agreement, a signature of every party, adopted by all. Nodes are at rest."""
    first, others = nodes[0], nodes[1:]
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    cards = []
    for node in others:
        card = directory / f"{node.party}.card"
        bashu("circle", "card", node.dir, "--out", card)
        cards += ["--card", card]
    agreement = directory / "agreement-1"
    bashu("circle", "invite", first.dir, "--name", name, *cards, "--out", agreement)
    for node in others:
        signed = directory / f"agreement-{node.party}"
        bashu("circle", "accept", node.dir, agreement, "--yes", "--out", signed)
        agreement = signed
    for node in nodes:
        bashu("circle", "adopt", node.dir, agreement)
    return agreement


def wait_until(true, what, timeout_s=MAIL_S):
    """Asks again until it is true."""
    give_up = time.monotonic() + timeout_s
    pause = 0.002
    while True:
        found = true()
        if found:
            return found
        if time.monotonic() > give_up:
            raise TimeoutError(what)
        time.sleep(pause)
        pause = min(pause * 1.5, 0.1)


def mail_delivered(nodes, timeout_s=MAIL_S):
    """Waits until every message between these nodes has been taken and answered, they can name
    people, and what clients read next shows it."""

    def quiet():
        try:
            state = {node.party: node.channels() for node in nodes}
            if not all(node.can_name() for node in nodes):
                return False
        except Away:
            return False
        for mine in nodes:
            for theirs in nodes:
                if mine is theirs:
                    continue
                one = state[mine.party].get(theirs.party)
                if one is None or one["backlog"] or one["acked"] != one["sent"]:
                    return False
        return True

    # An answer may cause a message: quiet twice, with nothing new in between.
    def settled():
        before = [node.health()["position"] for node in nodes]
        return quiet() and quiet() and before == [node.health()["position"] for node in nodes]

    wait_until(settled, "the mail between " + ", ".join(node.party for node in nodes), timeout_s)
    for node in nodes:
        node.read_from(node.health()["position"])


def save_keys(nodes, directory):
    """For the reader who explores: the secrets of these rehearsal nodes, and for the shell where a
    node is and a key that reads what offices read."""

    def write(name, text):
        flags = os.O_CREAT | os.O_WRONLY | os.O_TRUNC
        with open(os.open(directory / name, flags, 0o600), "w", encoding="utf-8") as out:
            out.write(text)

    write("keys.json", json.dumps({node.party: {"url": node.url, "keys": node.keys}
                                   for node in nodes}, ensure_ascii=False, indent=1) + "\n")
    for node in nodes:
        write(f"{node.party}.env",
              f"export BASHU_API={node.url} BASHU_KEY={node.keys['office']}\n")
