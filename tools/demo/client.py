"""A client of a node's HTTP API, with nothing but the standard library.

One connection is kept open. Every write carries an Idempotency-Key: when the node dies between
taking a command and answering, the same command is sent again and takes effect once. Reads wait
until they show what this client wrote.
"""

import hashlib
import http.client
import json
import os
import socket
import time
import urllib.parse
import uuid

ANSWER_S = 60 * int(os.environ.get("BASHU_PATIENCE", "1"))


class Refused(Exception):
    """The node understood the request and refused it (an RFC 9457 problem document)."""

    def __init__(self, status, problem):
        self.status = status
        self.problem = problem
        self.code = problem.get("code", "")
        why = "; ".join(part.get("why", "") for part in problem.get("errors", []))
        super().__init__(f"{status} {self.code}: {problem.get('title', '')} {why}".strip())


class Away(Exception):
    """The node cannot be reached."""


def canonical(value):
    """Canonical JSON (docs/formats/pack.md, section 12): what is hashed and signed."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def digest(*values):
    """The function `digest` of the pack language."""
    return "sha256:" + hashlib.sha256(canonical(list(values)).encode()).hexdigest()


class Client:
    """Acts with one API key. Not for several threads at once."""

    def __init__(self, url, secret, language="en", answer_s=ANSWER_S):
        self.address = urllib.parse.urlsplit(url).netloc
        self.secret = secret
        self.language = language
        self.answer_s = answer_s  # so long one attempt waits
        self.position = None  # of the last write: reads are not older
        self._connection = None

    def close(self):
        if self._connection:
            self._connection.close()
            self._connection = None

    def request(self, method, path, body=None, headers=None, raw=False):
        """One attempt. Gives (status, headers, body)."""
        send = {"Authorization": f"Bearer {self.secret}", "Accept-Language": self.language}
        data = body
        if body is not None and not raw:
            data = json.dumps(body, ensure_ascii=False).encode()
            send["Content-Type"] = "application/json"
        send.update(headers or {})
        if self._connection is None:
            self._connection = http.client.HTTPConnection(self.address, timeout=self.answer_s)
        try:
            if self._connection.sock is None:
                self._connection.connect()
                self._connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._connection.request(method, "/api/v1" + path, data, send)
            answer = self._connection.getresponse()
            return answer.status, answer.headers, answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise Away(f"{method} {path}: {error}") from error

    def _again(self, method, path, body, headers, raw, patience_s):
        """Repeats while the node is busy, behind, at its end or, for `patience_s`, away."""
        give_up = time.monotonic() + patience_s
        pause = 0.01
        while True:
            try:
                status, _, answer = self.request(method, path, body, headers, raw)
                # The node ends, or the other member, which names persons too, is at its start or end.
                again = status == 500 and b"unknown_outcome" in answer or \
                    status == 503 and (b'"pseudonyms_' in answer or b'"ending"' in answer)
                if again and time.monotonic() < give_up:
                    pass
                elif status not in (429, 504):
                    break
                else:
                    give_up = max(give_up, time.monotonic() + 1)
            except Away:
                if time.monotonic() >= give_up:
                    raise
            time.sleep(pause)
            pause = min(pause * 2, 0.5)
        if status >= 400:
            try:
                problem = json.loads(answer)
            except ValueError:
                problem = {"title": answer.decode(errors="replace")}
            raise Refused(status, problem)
        return answer

    def get(self, path, _raw=False, **query):
        if self.position is not None and path != "/health":
            query.setdefault("at_least", self.position)
        text = urllib.parse.urlencode({k: v for k, v in query.items() if v is not None})
        full = path + ("?" + text if text else "")
        answer = self._again("GET", full, None, None, False, ANSWER_S)
        return answer if _raw else json.loads(answer)

    def post(self, path, body, key=None, patience_s=ANSWER_S):
        """A write, done once however often it is sent. `key`: of an earlier attempt."""
        headers = {"Idempotency-Key": key or uuid.uuid4().hex}
        answer = json.loads(self._again("POST", path, body, headers, False, patience_s))
        if "position" in answer:
            self.position = answer["position"]
        return answer

    # What the demo and the tests do most.

    def start(self, pack, service, role, parties, form, key=None):
        return self.post("/cases", {"pack": pack, "service": service, "role": role,
                                    "parties": parties, "with": form}, key)

    def start_under(self, parent, service, role, form, key=None):
        return self.post("/cases", {"parent": parent, "service": service, "role": role,
                                    "with": form}, key)

    def act(self, case, event, role, form=None, key=None):
        return self.post(f"/cases/{urllib.parse.quote(case)}/events/{event}",
                         {"role": role, "with": form or {}}, key)

    def case(self, case):
        return self.get(f"/cases/{urllib.parse.quote(case)}")

    def cases(self, **query):
        """All that fit, page by page."""
        found, after = [], ""
        while True:
            page = self.get("/cases", limit=500, after=after or None, **query)
            found += page["cases"]
            after = page["next"]
            if not after:
                return found

    def feed(self, pack, feed, role, lines):
        return self.post(f"/packs/{pack}/feeds/{feed}", {"role": role, "lines": lines})

    def figure(self, pack, figure, **query):
        return self.get(f"/figures/{pack}/{figure}", **query)

    def deposit(self, name, media, content):
        """Deposits a document; the answer is what a form wants."""
        headers = {"Content-Type": media, "X-Document-Name": urllib.parse.quote(name)}
        return json.loads(self._again("POST", "/documents", content, headers, True, ANSWER_S))

    def document(self, case, sha256):
        return self.get(f"/documents/{sha256}", _raw=True, case=case)
