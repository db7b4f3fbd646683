"""A real mail server for tests, run by Debian's Python: aiosmtpd, which keeps every mail as a file.

    /usr/bin/python3 smtp_server.py PORT FOLDER

FOLDER/refuse, if it is there, is what it answers instead of taking a mail: `451 busy`.
"""

import asyncio
import pathlib
import signal
import sys

from aiosmtpd.smtp import SMTP


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


async def serve(port, folder):
    loop = asyncio.get_running_loop()
    keep = Keep(folder)
    server = await loop.create_server(lambda: SMTP(keep), "127.0.0.1", port)
    print("ready", flush=True)
    end = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, end.set)
    await end.wait()
    server.close()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), pathlib.Path(sys.argv[2])))
