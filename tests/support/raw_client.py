"""A client that shows the bytes: an HTTP answer as it came, and then WebSocket frames as they came."""

import socket
import ssl
from base64 import b64encode
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from websockets.frames import Frame, Opcode

__all__ = ["KEY", "Answer", "RawClient"]

TIMEOUT = 10.0  # seconds for each read
KEY = b64encode(bytes(range(16))).decode()
UPGRADE = (
    ("Upgrade", "websocket"),
    ("Connection", "Upgrade"),
    ("Sec-WebSocket-Key", KEY),
    ("Sec-WebSocket-Version", "13"),
)


@dataclass(frozen=True)
class Answer:
    """``headers`` in their order and casing."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    @property
    def names(self) -> set[str]:
        return {name.lower() for name, _ in self.headers}


class RawClient:
    """One TCP connection, with TLS for ``wss`` and ``https``."""

    def __init__(self, url: str) -> None:
        self.parts = urlsplit(url)
        secure = self.parts.scheme in ("wss", "https")
        host, port = self.parts.hostname or "", self.parts.port or (443 if secure else 80)
        plain = socket.create_connection((host, port), TIMEOUT)
        self.socket = ssl.create_default_context().wrap_socket(plain, server_hostname=host) if secure else plain
        self.stream = self.socket.makefile("rb")

    def request(self, method: str, target: str, *headers: tuple[str, str], body: bytes = b"") -> Answer:
        """``target`` is the path and query as they are sent."""
        lines = [f"{method} {target} HTTP/1.1", f"Host: {self.parts.netloc}"]
        lines += [f"{name}: {value}" for name, value in headers]
        lines += [f"Content-Length: {len(body)}"] if body or method == "POST" else []
        self.socket.sendall("\r\n".join([*lines, "", ""]).encode() + body)
        return self.answer(method)

    def upgrade(self, target: str, *headers: tuple[str, str]) -> Answer:
        return self.request("GET", target, *UPGRADE, *headers)

    def answer(self, method: str) -> Answer:
        status = int(self.stream.readline().split()[1])
        lines = list(iter(lambda: self.stream.readline().decode("latin-1").rstrip("\r\n"), ""))
        headers = tuple((name, value.strip()) for name, _, value in (line.partition(":") for line in lines))
        found = Answer(status, headers)
        length = int(found.header("content-length") or 0) if method != "HEAD" and status != 101 else 0
        return Answer(status, headers, self.stream.read(length))

    def send(self, opcode: Opcode, data: bytes = b"", *, fin: bool = True) -> None:
        self.socket.sendall(Frame(opcode, data, fin).serialize(mask=True))

    def frame(self) -> tuple[int, bytes]:
        """The next frame: its first octet (FIN, reserved bits, opcode) and its payload; EOFError at the end."""
        head = self.stream.read(2)
        if len(head) < 2:
            raise EOFError
        length = head[1] & 0x7F
        if length > 125:
            length = int.from_bytes(self.stream.read(2 if length == 126 else 8), "big")
        return head[0], self.stream.read(length)

    def text(self) -> str:
        """The next frame, which is a whole text message."""
        first, payload = self.frame()
        assert first == 0x80 | Opcode.TEXT
        return payload.decode()

    def close(self) -> None:
        self.stream.close()
        self.socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
