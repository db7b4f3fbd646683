"""A real object store for tests: S3Proxy, which keeps a bucket as a folder and checks every signature."""

import pathlib
import signal
import subprocess
import urllib.error
import urllib.request

from support import wait_until

from maven import jars
from node import free_port

KEY, SECRET, BUCKET = "bashu", "a secret of the test", "documents"
PROPERTIES = """\
s3proxy.endpoint=http://127.0.0.1:{port}
s3proxy.authorization=aws-v2-or-v4
s3proxy.identity={key}
s3proxy.credential={secret}
jclouds.provider=filesystem-nio2
jclouds.identity=unused
jclouds.credential=unused
jclouds.filesystem.basedir={data}
"""


class ObjectStore:
    """One server in a directory of its own."""

    def __init__(self, directory):
        self.dir = directory
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"
        self.process = None
        (directory / "data" / BUCKET).mkdir(parents=True)
        (directory / "properties").write_text(PROPERTIES.format(
            port=self.port, key=KEY, secret=SECRET, data=directory / "data"))
        self.keys = directory / "keys"
        self.keys.write_text(f"{KEY}:{SECRET}\n")

    def url(self, prefix):
        return f"s3://{self.address}/{BUCKET}/{prefix}?region=cn-test-1&tls=no"

    def objects(self, prefix):
        """Each object's bytes by its name."""
        folder = self.dir / "data" / BUCKET / prefix
        return {path.name: path.read_bytes() for path in folder.glob("*") if path.is_file()}

    def start(self):
        with (self.dir / "log").open("a") as log:
            self.process = subprocess.Popen(
                ["java", "-Xmx256m", "-cp", jars("objects"),
                 f"-Dlogback.configurationFile={pathlib.Path(__file__).parent / 'objects' / 'logback.xml'}",
                 "org.gaul.s3proxy.Main", "--properties", self.dir / "properties"],
                stdout=log, stderr=subprocess.STDOUT)
        wait_until(self.answers, "the object store")
        return self

    def answers(self):
        try:
            urllib.request.urlopen(f"http://{self.address}/", timeout=5).close()
        except urllib.error.HTTPError:  # who comes without a signature is refused
            return True
        except OSError:
            return False
        return True

    def freeze(self):
        """From here on it takes connections and says nothing."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
