"""The gateway's and the services' ports as a function's process meets them: whatever is asked is kept and answered."""

import http.server
import threading
from dataclasses import dataclass
from typing import Any

from longwire.runtime.lambda_environment import Endpoints


class Recorder(http.server.ThreadingHTTPServer):
    """Answers every request, and remembers it."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.seen: list[tuple[str, str, str, bytes]] = []
        self.status = 200
        self.headers: dict[str, str] = {}
        self.body = b"{}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def stop(self) -> None:
        self.shutdown()
        self.server_close()


class Answering(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Recorder

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.seen.append((self.command, self.headers["Host"], self.path, body))
        self.send_response(self.server.status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    do_GET = do_DELETE = do_PUT = do_POST  # noqa: N815 - http.server's naming

    def log_message(self, format: str, *args: Any) -> None: ...  # noqa: A002 - http.server's naming


@dataclass
class Ports:
    gateway: Recorder
    services: Recorder

    @property
    def endpoints(self) -> Endpoints:
        return Endpoints(self.gateway.port, self.services.port)

    def stop(self) -> None:
        self.gateway.stop()
        self.services.stop()
