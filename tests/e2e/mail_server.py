"""The mail server of smtp_server.py as a process of a test."""

import email
import email.policy
import pathlib
import subprocess

from support import wait_until


def text_of(mail):
    return mail.get_body().get_content()


class MailServer:
    def __init__(self, folder, port):
        self.folder = pathlib.Path(folder)
        self.port = port
        self.folder.mkdir(exist_ok=True)
        # Debian's own Python has Debian's aiosmtpd.
        self.process = subprocess.Popen(
            ["/usr/bin/python3", pathlib.Path(__file__).parent / "smtp_server.py", str(port), str(folder)],
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
