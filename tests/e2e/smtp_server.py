"""A real mail server for tests, run by Debian's Python: aiosmtpd, which keeps every mail as a file.

    /usr/bin/python3 smtp_server.py PORT FOLDER [tls|starttls]

With the second word it speaks TLS from the first byte or after STARTTLS (FOLDER/server.crt, server.key) and
takes mails only from whoever signs in with FOLDER/secret, a line USER:SECRET. FOLDER/refuse, if it is there, is what it answers instead of taking a mail: `451 busy`.
"""

import asyncio
import pathlib
import signal
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult


class Keep:
    def __init__(self, folder):
        self.folder = folder
        self.count = 0

    async def handle_DATA(self, _server, _session, envelope):
        refuse = self.folder / "refuse"
        with (self.folder / "tries").open("a") as tries:
            tries.write("x")
        if refuse.exists():
            return refuse.read_text().strip()
        self.count += 1
        kept = self.folder / f"{self.count:04}.part"
        kept.write_bytes(envelope.original_content)
        (self.folder / f"{self.count:04}.to").write_text("\n".join(envelope.rcpt_tos))
        kept.rename(self.folder / f"{self.count:04}.eml")
        return "250 taken"


def guarded(keep, tls, context):
    """The protocol of one connection that takes mails over TLS and after a sign-in only."""

    def judge(_server, _session, _envelope, _mechanism, data):
        right = (keep.folder / "secret").read_bytes().strip()
        return AuthResult(success=data.login + b":" + data.password == right, handled=False)

    if tls == "tls":  # aiosmtpd knows only of the TLS that it began itself
        return SMTP(keep, authenticator=judge, auth_required=True, auth_require_tls=False)
    return SMTP(keep, authenticator=judge, auth_required=True, tls_context=context, require_starttls=True)


async def serve(port, folder, tls=""):
    loop = asyncio.get_running_loop()
    keep = Keep(folder)
    context = None
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "server.crt", folder / "server.key")
    make = (lambda: guarded(keep, tls, context)) if tls else (lambda: SMTP(keep))
    server = await loop.create_server(make, "127.0.0.1", port, ssl=context if tls == "tls" else None)
    print("ready", flush=True)
    end = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, end.set)
    await end.wait()
    server.close()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), pathlib.Path(sys.argv[2]), *sys.argv[3:]))
