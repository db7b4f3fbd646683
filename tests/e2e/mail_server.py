"""The mail server of smtp_server.py as a process of a test."""

import email
import email.policy
import pathlib
import subprocess

from support import wait_until


def text_of(mail):
    return mail.get_body().get_content()


class MailServer:
    def __init__(self, folder, port, tls="", secret=""):
        """`tls`: from the first byte ("tls") or after STARTTLS ("starttls"), for whoever signs in with `secret`."""
        self.folder = pathlib.Path(folder)
        self.port = port
        self.folder.mkdir(exist_ok=True)
        self.certificate = self.folder / "server.crt"
        if tls:
            (self.folder / "secret").write_text(secret + "\n", encoding="utf-8")
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                            "-days", "2", "-subj", "/CN=mail", "-addext", "subjectAltName=IP:127.0.0.1",
                            "-keyout", self.folder / "server.key", "-out", self.certificate], check=True, capture_output=True)
        # Debian's own Python has Debian's aiosmtpd.
        self.process = subprocess.Popen(
            ["/usr/bin/python3", pathlib.Path(__file__).parent / "smtp_server.py", str(port), str(folder), *([tls] if tls else [])],
            stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline() == "ready\n"

    def mails(self):
        """What was taken: to whom, and the mail."""
        return [(file.with_suffix(".to").read_text(), email.message_from_bytes(file.read_bytes(), policy=email.policy.default))
                for file in sorted(self.folder.glob("*.eml"))]

    def wait(self, count):
        wait_until(lambda: len(self.mails()) >= count, f"{count} mails, not {len(self.mails())}")
        return self.mails()[count - 1]

    def tries(self):
        file = self.folder / "tries"
        return len(file.read_text()) if file.exists() else 0

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()
