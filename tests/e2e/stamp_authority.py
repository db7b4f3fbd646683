"""A time stamp authority for tests: OpenSSL's own (`openssl ts -reply`), behind HTTP on 127.0.0.1.

    python3 stamp_authority.py FOLDER

It makes its certificates if there are none (FOLDER/root.crt certifies FOLDER/tsa.crt), writes its port to FOLDER/port and
answers TimeStampReq with TimeStampResp. FOLDER/refuse, if it is there: it answers 503. FOLDER/other: it stamps other bytes.
"""

import http.server
import pathlib
import subprocess
import sys

SETTINGS = """\
[tsa]
default_tsa = one
[one]
dir = {folder}
serial = {folder}/serial
signer_cert = {folder}/tsa.crt
signer_key = {folder}/tsa.key
signer_digest = sha256
certs = {folder}/tsa.crt
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
"""


def openssl(*arguments, **more):
    return subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, **more)


def make(folder):
    new = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    openssl("req", "-x509", *new, "-days", "3650", "-subj", "/CN=Test root", "-keyout", folder / "root.key", "-out", folder / "root.crt")
    openssl("req", "-new", *new, "-subj", "/O=Test/CN=Time of the tests", "-keyout", folder / "tsa.key", "-out", folder / "tsa.csr")
    (folder / "usage").write_text("extendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\n", encoding="utf-8")
    openssl("x509", "-req", "-in", folder / "tsa.csr", "-CA", folder / "root.crt", "-CAkey", folder / "root.key", "-days", "365", "-extfile",
            folder / "usage", "-out", folder / "tsa.crt")
    (folder / "serial").write_text("01\n", encoding="utf-8")
    (folder / "tsa.cnf").write_text(SETTINGS.format(folder=folder), encoding="utf-8")


class Authority(http.server.BaseHTTPRequestHandler):
    folder = pathlib.Path()

    def do_POST(self):
        query = self.rfile.read(int(self.headers["Content-Length"]))
        if (self.folder / "refuse").exists() or self.headers["Content-Type"] != "application/timestamp-query":
            self.send_error(503)
            return
        if (self.folder / "other").exists():
            query = openssl("ts", "-query", "-sha256", "-cert", "-data", "/dev/stdin", input=b"other bytes").stdout
        (self.folder / "query").write_bytes(query)
        openssl("ts", "-reply", "-config", self.folder / "tsa.cnf", "-queryfile", self.folder / "query", "-out", self.folder / "answer")
        answer = (self.folder / "answer").read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


def main():
    folder = pathlib.Path(sys.argv[1]).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "tsa.crt").exists():
        make(folder)
    Authority.folder = folder
    server = http.server.HTTPServer(("127.0.0.1", 0), Authority)
    (folder / "port.new").write_text(str(server.server_address[1]), encoding="utf-8")
    (folder / "port.new").rename(folder / "port")
    server.serve_forever()


if __name__ == "__main__":
    main()
