"""A real provider of OpenID Connect for tests: Debian's glewlwyd, in a folder of its own."""
import base64
import hashlib
import json
import pathlib
import sqlite3
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

from support import free_port

SCHEMA = pathlib.Path("/usr/share/dbconfig-common/data/glewlwyd/install/sqlite3")
CONFIG = """port={port}
bind_address="127.0.0.1"
external_url="http://127.0.0.1:{port}"
login_url="login.html"
api_prefix="api"
log_mode="file"
log_level="WARNING"
log_file="{dir}/glewlwyd.log"
session_key="GLEWLWYD2_SESSION_ID"
session_expiration=2419200
admin_scope="g_admin"
profile_scope="g_profile"
login_api_enabled=true
user_module_path="/usr/lib/glewlwyd/user"
client_module_path="/usr/lib/glewlwyd/client"
user_auth_scheme_module_path="/usr/lib/glewlwyd/scheme"
plugin_module_path="/usr/lib/glewlwyd/plugin"
hash_algorithm="SHA512"
database = {{ type = "sqlite3"; path = "{dir}/glewlwyd.db"; }};
"""


class KeepRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Browser:
    """Keeps cookies, follows nothing by itself."""

    def __init__(self):
        self.jar = {}
        self.opener = urllib.request.build_opener(KeepRedirects)

    def __call__(self, method, url, body=None, headers=None):
        where = urllib.parse.urlsplit(url).netloc
        request = urllib.request.Request(url, method=method, headers=dict(headers or {}))
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        cookies = self.jar.setdefault(where, {})
        if cookies:
            request.add_header("Cookie", "; ".join(f"{k}={v}" for k, v in cookies.items()))
        try:
            answer = self.opener.open(request, timeout=20)
        except urllib.error.HTTPError as error:
            answer = error
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = line.split(";")[0].partition("=")
            cookies[name] = value
        text = answer.read().decode()
        return answer.status, answer.headers, text


class Provider:
    def __init__(self, folder, redirect_uri):
        self.folder = pathlib.Path(folder)
        self.redirect_uri = redirect_uri
        self.secret = "a-secret-of-the-client"
        self.folder.mkdir(parents=True)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.issuer = f"{self.url}/api/oidc"
        database = sqlite3.connect(self.folder / "glewlwyd.db")
        database.executescript(SCHEMA.read_text())
        database.close()
        config = self.folder / "glewlwyd.conf"
        config.write_text(CONFIG.format(port=self.port, dir=self.folder))
        self.process = subprocess.Popen(["glewlwyd", f"--config-file={config}"],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.admin = Browser()
        self.until_ready()
        self.set_up(redirect_uri)

    def until_ready(self):
        for _ in range(100):
            try:
                if self.admin("GET", self.url + "/config")[0] == 200:
                    return
            except OSError:
                pass
            time.sleep(0.1)
        raise AssertionError("glewlwyd does not answer: " + str(self.folder / "glewlwyd.log"))

    def call(self, method, path, body=None):
        status, _, text = self.admin(method, self.url + "/api" + path, body)
        assert status == 200, (method, path, status, text)

    def set_up(self, redirect_uri):
        key = self.folder / "key.pem"
        public = self.folder / "public.pem"
        subprocess.run(["openssl", "genrsa", "-out", key, "2048"], check=True, capture_output=True)
        subprocess.run(["openssl", "rsa", "-in", key, "-pubout", "-out", public], check=True,
                       capture_output=True)
        self.call("POST", "/auth/", {"username": "admin", "password": "password"})
        self.call("POST", "/mod/plugin/", {
            "module": "oidc", "name": "oidc", "display_name": "OpenID Connect", "order_rank": 0,
            "readonly": False,
            "parameters": {
                "iss": self.issuer, "jwt-type": "rsa", "jwt-key-size": "256",
                "key": key.read_text(), "cert": public.read_text(),
                "access-token-duration": 3600, "refresh-token-duration": 3600,
                "code-duration": 60, "refresh-token-rolling": False, "allow-non-oidc": False,
                "auth-type-code-enabled": True, "auth-type-code-revoke-replayed": True,
                "auth-type-token-enabled": False, "auth-type-id-token-enabled": True,
                "auth-type-password-enabled": False, "auth-type-client-enabled": False,
                "auth-type-device-enabled": False, "auth-type-refresh-enabled": False,
                "jwks-show": True, "pkce-allowed": True, "pkce-method-plain-allowed": False,
                "subject-type": "public", "scope": [], "additional-parameters": [],
                "claims": [], "name-claim": "no", "email-claim": "no", "scope-claim": "no",
                "request-parameter-allow": False}})
        self.call("POST", "/client/", {
            "client_id": "bashu", "name": "Bashu", "enabled": True, "confidential": True,
            "client_secret": self.secret, "redirect_uri": [redirect_uri],
            "authorization_type": ["code"], "token_endpoint_auth_method": ["client_secret_basic"],
            "scope": []})

    def add_user(self, name, password):
        self.call("POST", "/user/", {"username": name, "name": name, "password": password,
                                     "enabled": True, "scope": ["openid", "g_profile"]})

    def sign_in(self, browser, name, password):
        """As the provider's own page does it: password, then consent."""
        status, _, text = browser("POST", self.url + "/api/auth/",
                                  {"username": name, "password": password})
        assert status == 200, text
        status, _, text = browser("PUT", self.url + "/api/auth/grant/bashu", {"scope": "openid"})
        assert status == 200, text

    def subject_of(self, browser):
        """Who the provider says the person in this browser is: a sign-in nobody else is part of."""
        verifier = "v" * 43
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
        query = urllib.parse.urlencode({
            "response_type": "code", "client_id": "bashu", "redirect_uri": self.redirect_uri,
            "scope": "openid", "state": "s", "nonce": "n", "code_challenge_method": "S256",
            "code_challenge": challenge.rstrip(b"=").decode()})
        _, headers, text = browser("GET", f"{self.issuer}/auth?{query}&g_continue")
        code = urllib.parse.parse_qs(urllib.parse.urlsplit(headers["Location"]).query)["code"][0]
        form = urllib.parse.urlencode({
            "grant_type": "authorization_code", "code": code, "redirect_uri": self.redirect_uri,
            "client_id": "bashu", "code_verifier": verifier})
        basic = base64.b64encode(f"bashu:{self.secret}".encode()).decode()
        request = urllib.request.Request(f"{self.issuer}/token", data=form.encode(),
                                         headers={"Authorization": "Basic " + basic})
        with urllib.request.urlopen(request, timeout=20) as answer:
            token = json.load(answer)["id_token"]
        claims = token.split(".")[1]
        return json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["sub"]

    def close(self):
        self.process.terminate()
        self.process.wait()


