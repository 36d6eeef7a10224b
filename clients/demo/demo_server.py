"""The demo page with this repository's backend behind it: ``./dev demo``.

Starts the emulator on a free port and serves the page, the ES module and tokens on another. Whoever can ask gets a
token, so it listens on loopback alone and answers requests for a loopback host alone.
"""

import argparse
import json
import time
from collections.abc import Sequence
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from longwire.emulator import Options
from longwire.errors import LongwireError
from longwire.harness import Longwire, LongwireServer
from longwire.template.load import load
from longwire_app.session import JOIN, SEND, Identity
from longwire_app.tokens import Rules, issue

HERE = Path(__file__).parent
TEMPLATE = HERE.parents[1] / "template.yaml"
FILES = {
    "/": (HERE / "index.html", "text/html; charset=utf-8"),
    "/demo.css": (HERE / "demo.css", "text/css; charset=utf-8"),
    "/demo.js": (HERE / "demo.js", "text/javascript; charset=utf-8"),
    "/network.js": (HERE / "network.js", "text/javascript; charset=utf-8"),
    "/longwire-client.js": (HERE.parent / "javascript" / "longwire-client.js", "text/javascript; charset=utf-8"),
}
LOOPBACK = {"127.0.0.1", "localhost"}
LIFETIME = 3600  # seconds of a token
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self' ws:"


class Tokens:
    """Signed with the secret that the emulator made for this run."""

    def __init__(self, longwire: Longwire) -> None:
        secret = longwire.client("secretsmanager").get_secret_value(SecretId=longwire.physical_id("TokenSecret"))
        self._key, self._kid = secret["SecretString"].encode(), secret["VersionId"]
        self._url = longwire.url

    def url(self, user: str) -> str:
        """Where ``user`` connects."""
        identity = Identity(user, "", frozenset((JOIN, SEND)), ())
        rules, now = Rules(None, None), int(time.time())
        token = issue(identity, self._key, now=now, lifetime=LIFETIME, rules=rules, kid=self._kid)
        return f"{self._url}?{urlencode({'access_token': token})}"


class Page(BaseHTTPRequestHandler):
    def __init__(self, tokens: Tokens, *arguments: Any) -> None:
        self.tokens = tokens
        super().__init__(*arguments)

    def do_GET(self) -> None:
        """Of another host's page, whose name leads here, only the refusal."""
        target = urlsplit(self.path)
        if urlsplit(f"//{self.headers.get('Host', '')}").hostname not in LOOPBACK:
            self._answer(403, "text/plain", b"ask for http://127.0.0.1\n")
        elif target.path in FILES:
            file, kind = FILES[target.path]
            self._answer(200, kind, file.read_bytes())
        elif target.path == "/token":
            self._token(parse_qs(target.query).get("user", [""])[0])
        else:
            self._answer(404, "text/plain", b"not here\n")

    def _token(self, user: str) -> None:
        if 1 <= len(user) <= 64 and user.isprintable():
            self._answer(200, "application/json", json.dumps({"url": self.tokens.url(user)}).encode())
        else:
            self._answer(400, "text/plain", b"user has 1 to 64 printable characters\n")

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        headers = {"Content-Type": kind, "Content-Length": str(len(body)), "Cache-Control": "no-store"}
        headers |= {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff"}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: a line for each file says nothing to who looks at a demo."""


def served(longwire: Longwire, port: int) -> ThreadingHTTPServer:
    """Raises OSError when the port is taken."""
    return ThreadingHTTPServer(("127.0.0.1", port), partial(Page, Tokens(longwire)))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="./dev demo", description="Serve the demo page, with the backend behind it.")
    parser.add_argument("--port", type=int, default=8766, help="of the page; 0: any free one; default: 8766")
    options = parser.parse_args(arguments)
    try:
        emulator = LongwireServer(load(TEMPLATE), Options(port=0))
    except LongwireError as error:
        parser.exit(1, f"{error}\n")
    try:
        page = served(Longwire(emulator), options.port)
        print(f"http://127.0.0.1:{page.server_address[1]}/ in two tabs; Ctrl-C ends it", flush=True)
        print(f"what happens behind it: {emulator.endpoint_url}/_longwire/", flush=True)
        page.serve_forever()
    except OSError as error:
        parser.exit(1, f"port {options.port}: {error.strerror}; --port 0 takes any free one\n")
    except KeyboardInterrupt:
        return 0
    finally:
        emulator.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
