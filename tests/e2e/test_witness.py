"""A witness that is no party: a process that two nodes send their checkpoints to; killed amid its work; shown another history."""

import http.client
import os
import shutil
import signal
import ssl
import subprocess
import unittest

from support import PATIENCE, ROOT, CircleTest, bashu, program, tool, wait_until

EXTERNAL = ROOT / "tests" / "external"
GO = {**os.environ, "GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOTOOLCHAIN": "local", "GOPROXY": "off"}


class Witness:
    """`bashu witness serve` on a port that it keeps when it is started again, over TLS."""

    def __init__(self, folder, name, host):
        self.dir = folder / name
        self.name = f"{name}.example/w1"
        self.host = host
        self.port = 0
        self.vkey = bashu("witness", "init", self.dir, "--name", self.name).strip()
        self.origins = folder / f"{name}-origins"
        self.log = folder / f"{name}.log"
        self.root = self.dir / "root.crt"
        self._certify()
        self.process = None

    def _certify(self):
        keys = self.dir / "keys"
        for arguments in (["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=Root",
                           "-keyout", keys / "root.key", "-out", self.root],
                          ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=Witness",
                           "-keyout", keys / "tls.key", "-out", keys / "tls.csr"]):
            assert tool("openssl", *arguments).returncode == 0
        (keys / "names").write_text(f"subjectAltName=IP:{self.host}\n", encoding="utf-8")
        done = tool("openssl", "x509", "-req", "-in", keys / "tls.csr", "-CA", self.root, "-CAkey", keys / "root.key", "-CAcreateserial",
                    "-days", "2", "-extfile", keys / "names", "-out", keys / "tls.crt")
        assert done.returncode == 0, done.stderr

    def start(self):
        with open(self.log, "a", encoding="utf-8") as log:
            self.process = subprocess.Popen([str(program()), "witness", "serve", str(self.dir), "--origins", str(self.origins),
                                             "--listen", f"{self.host}:{self.port}"], stdout=subprocess.PIPE, stderr=log, text=True)
        line = self.process.stdout.readline()
        assert line.startswith(f"ready {self.vkey} at=https://"), line
        self.port = int(line.split(" at=")[1].split()[0].rsplit(":", 1)[1])
        return line

    def kill(self):
        self.end(signal.SIGKILL)

    def end(self, how=signal.SIGTERM):
        if self.process is None:
            return
        self.process.send_signal(how)
        self.process.wait()
        self.process.stdout.close()
        self.process = None

    def line(self, name):
        return f"witness {name} {self.vkey} https://{self.host}:{self.port}\n"

    def show(self):
        """Entries cosigned of each log, and what the command says of forks and ends with."""
        done = bashu("witness", "show", self.dir, check=False)
        rows = [line.split() for line in done.stdout.splitlines()[1:]]
        return {row[0]: int(row[1]) for row in rows}, done


class WitnessTest(CircleTest):
    def setUp(self):
        super().setUp()
        self.witness = Witness(self.dir, "witness", f"{self.net}.9")
        self.addCleanup(self.witness.end)
        self.keys = {party: bashu("journal", "proof", node.dir, 0, "--vkey").strip() for party, node in self.nodes.items()}
        self.witness.origins.write_text("".join(f"log {key}\n" for key in self.keys.values()), encoding="utf-8")
        self.origin = self.keys["sichuan"].split("+")[0]
        self.policy = self.dir / "witnesses"

    def serve(self, party):
        self.nodes[party].start("--witnesses", str(self.policy), "--witness-ca", str(self.witness.root), "--witness-pace", "1")

    def send(self, label):
        self.nodes["sichuan"].as_("clerk").start("parcels", "parcel", "clerk", {"sender": "sichuan", "receiver": "chongqing"}, {"label": label})

    def outside(self, party):
        return self.nodes[party].as_("admin").get("/channels")["outside"]

    def covered(self, party):
        """Waits until all is cosigned; gives how many entries."""
        wait_until(lambda: "open_since_ms" not in self.outside(party) and self.outside(party)["cosigned"] > 0,
                   f"the witness of {party}", 30 * PATIENCE)
        return self.outside(party)["cosigned"]

    def judged(self, party, *more):
        return bashu("journal", "cosigned", self.nodes[party].dir, "--witnesses", self.policy, *more, check=False)

    def test_a_witness_outside_cosigns_both_journals_and_no_second_history(self):
        self.assertEqual(self.witness.start().split("logs=")[1].strip(), "2")
        self.policy.write_text(self.witness.line("one"), encoding="utf-8")
        for node in self.nodes.values():
            node.stop()
        before = self.dir / "before"
        shutil.copytree(self.nodes["sichuan"].dir, before)
        for party in self.nodes:
            self.serve(party)
        self.send("a")
        for party in self.nodes:
            self.covered(party)

        self._killed_and_started_again()
        self._judged_by_others()
        self._another_history(before)

    def _killed_and_started_again(self):
        """While it is away nothing waits for it; what it has not cosigned is told, and is when it is back."""
        self.witness.kill()
        self.send("b")
        wait_until(lambda: "open_since_ms" in self.outside("sichuan") and self.outside("sichuan")["witnesses"][0]["trouble"],
                   "what is open", 30 * PATIENCE)
        self.assertEqual(self.judged("sichuan").returncode, 0)
        self.assertRegex(self.judged("sichuan").stdout, r"\d+ of \d+ entries are not cosigned, the first since 20")
        self.witness.start()
        size = self.covered("sichuan")
        self.assertEqual(self.witness.show()[0][self.origin], size)

    def _judged_by_others(self):
        """The note with its line, from the API, from the file and from the witness, by a verifier that is not ours."""
        node = self.nodes["sichuan"]
        served = node.as_("admin").get("/journal/checkpoint", _raw=True, by=self.witness.name).decode()
        self.assertEqual(self.ask("GET", "/checkpoints/" + self.origin.replace("/", "%2F")), (200, served))
        note = self.dir / "note"
        note.write_text(served, encoding="utf-8")
        self.assertIn("All ", self.judged("sichuan").stdout)
        self.assertEqual(self.judged("sichuan", "--by", self.witness.name).stdout, served)
        if shutil.which("go"):
            judge = ["go", "run", "verify_cosigned.go", note, self.keys["sichuan"]]
            said = tool(*judge, self.witness.vkey, cwd=EXTERNAL, env=GO, text=True)
            self.assertEqual(said.returncode, 0, said.stderr)
            self.assertEqual(int(said.stdout.split()[0]), self.outside("sichuan")["cosigned"])
            other = Witness(self.dir, "other", f"{self.net}.10")
            self.assertEqual(tool(*judge, other.vkey, cwd=EXTERNAL, env=GO, text=True).returncode, 1)
        # A policy that trusts another key finds nothing that counts.
        mine = self.policy.read_text(encoding="utf-8")
        self.policy.write_text(mine.replace("w1+", "w2+", 1), encoding="utf-8")
        refused = self.judged("sichuan")
        self.assertEqual(refused.returncode, 2)
        self.assertIn("witnesses:1:", refused.stderr)
        self.policy.write_text(mine, encoding="utf-8")

    def _another_history(self, before):
        """The journal as it was before, going on otherwise: refused, kept as proof, and told at the node."""
        for node in self.nodes.values():
            node.stop()
        node = self.nodes["sichuan"]
        cosigned = self.witness.show()[0][self.origin]
        shutil.rmtree(node.dir)
        shutil.copytree(before, node.dir)
        self.serve("sichuan")
        while node.health()["position"] < cosigned:
            self.send("other")
        wait_until(lambda: any(one["code"] == "witness" and self.witness.name in one["text"] for one in
                               node.as_("admin").get("/channels")["alarms"]), "the alarm", 30 * PATIENCE)
        self.assertIn("open_since_ms", self.outside("sichuan"))
        # Whoever shows it the other history gets no signature, and what was shown is kept, once.
        other = node.as_("admin").get("/journal/checkpoint", _raw=True).decode()
        for _ in range(2):
            self.assertEqual(self.ask("POST", "/add-checkpoint", f"old {cosigned}\n\n{other}")[0], 422)
        self.witness.kill()
        self.witness.start()
        self.assertEqual(self.ask("POST", "/add-checkpoint", f"old 0\n\n{other}"), (409, f"{cosigned}\n"))
        sizes, said = self.witness.show()
        self.assertEqual(sizes[self.origin], cosigned)
        self.assertIn("without a proof", said.stdout)
        self.assertTrue(any(other in one.read_text(encoding="utf-8") for one in (self.witness.dir / "forks").rglob("*.txt")))

    def ask(self, method, path, body=None):
        trusting = ssl.create_default_context(cafile=str(self.witness.root))
        connection = http.client.HTTPSConnection(self.witness.host, self.witness.port, context=trusting)
        connection.request(method, path, body and body.encode())
        answer = connection.getresponse()
        said = answer.status, answer.read().decode()
        connection.close()
        return said


if __name__ == "__main__":
    unittest.main()
