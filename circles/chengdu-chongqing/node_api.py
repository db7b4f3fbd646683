"""What load.py and check.py ask of a running node, with the standard library alone."""

import http.client
import json
import time
import urllib.parse

ANSWER_S = 300


class Refused(Exception):
    """The node answered with a problem document."""

    def __init__(self, status, problem):
        self.status = status
        self.code = problem.get("code", "")
        super().__init__(f"{status} {self.code}: {problem.get('title', '')} "
                         f"{problem.get('detail', '')}".strip())


class NodeApi:
    """One node's API with one key. Repeats while the node is busy or its views are behind."""

    def __init__(self, party, url, key, second=None):
        self.party = party
        self.second = second  # the key of another administrator, for what takes two people
        self.url = url.rstrip("/")
        self.key = key
        self._connection = None

    def _once(self, method, path, body):
        if self._connection is None:
            address = urllib.parse.urlsplit(self.url).netloc
            self._connection = http.client.HTTPConnection(address, timeout=ANSWER_S)
        headers = {"Authorization": f"Bearer {self.key}", "Accept-Language": "en"}
        data = None
        if body is not None:
            data = json.dumps(body, ensure_ascii=False).encode()
            headers["Content-Type"] = "application/json"
        try:
            self._connection.request(method, "/api/v1" + path, data, headers)
            answer = self._connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            self._connection = None
            raise

    def call(self, method, path, body=None, patience_s=120):
        give_up = time.monotonic() + patience_s
        while True:
            try:
                status, answer = self._once(method, path, body)
                if status not in (429, 503, 504):
                    break
            except (OSError, http.client.HTTPException):
                if time.monotonic() > give_up:
                    raise
                status = 0
            if time.monotonic() > give_up:
                break
            time.sleep(0.2)
        try:
            told = json.loads(answer)
        except ValueError:
            told = {"title": answer.decode(errors="replace")}
        if status >= 400:
            raise Refused(status, told)
        return told

    def get(self, path, **query):
        text = urllib.parse.urlencode({k: v for k, v in query.items() if v is not None})
        return self.call("GET", path + ("?" + text if text else ""))

    def position(self):
        return self.get("/health")["position"]


def quiet(nodes):
    """Whether every message between these nodes was taken and answered."""
    for node in nodes:
        for one in node.get("/channels")["channels"]:
            if one["backlog"] or one["acked"] != one["sent"]:
                return False
    return True


def wait_for_mail(nodes, timeout_s=600):
    """An answer may cause a message: quiet twice with nothing new in between."""
    give_up = time.monotonic() + timeout_s
    while time.monotonic() < give_up:
        before = [node.position() for node in nodes]
        if quiet(nodes) and quiet(nodes) and before == [node.position() for node in nodes]:
            return
        time.sleep(0.1)
    raise TimeoutError("messages between the nodes are still under way")


def node_arguments(parser):
    parser.add_argument("--second", nargs=2, action="append", default=[], metavar=("PARTY", "KEY"),
                        help="the key of another administrator, who signs what takes two people")
    parser.add_argument("--node", nargs=3, action="append", required=True,
                        metavar=("PARTY", "URL", "KEY"), help="a running node; give it twice")


def nodes_of(arguments):
    seconds = dict(arguments.second)
    return {party: NodeApi(party, url, key, seconds.get(party)) for party, url, key in arguments.node}
