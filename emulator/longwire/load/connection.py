"""One WebSocket client that costs little: a message's way through it is a few steps (RFC 6455, client side).

It offers no extension, takes what the server sends as bytes and decodes none of it.
"""

import asyncio
import base64
import hashlib
import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, cast
from urllib.parse import urlencode, urlsplit

from longwire.trust import trusting

try:
    from websockets.speedups import apply_mask
except ImportError:  # a machine without its C part
    from websockets.utils import apply_mask

__all__ = ["Connection", "Owner", "Target"]

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, 1.3
MAX_HEAD = 65_536  # bytes of the answer to a handshake
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
NO_STATUS, ABNORMAL = 1005, 1006  # RFC 6455, 7.4.1


class Owner(Protocol):
    """Told what happens to a connection: ``opened`` or ``refused`` first, ``closed`` once after ``opened``.

    ``refused`` has the HTTP status as text, or what failed before there was one.
    """

    def opened(self, connection: "Connection") -> None: ...
    def refused(self, connection: "Connection", why: str) -> None: ...
    def received(self, connection: "Connection", message: bytes) -> None: ...
    def closed(self, connection: "Connection", code: int) -> None: ...


@dataclass(frozen=True, slots=True)
class Target:
    """Where to connect, and with what. Raises ValueError for what is no WebSocket URL.

    ``context`` is None without TLS.
    """

    host: str
    port: int
    path: str
    context: ssl.SSLContext | None
    lines: str

    @classmethod
    def of(cls, url: str, query: Mapping[str, str], headers: Mapping[str, str], subprotocol: str) -> "Target":
        parts = urlsplit(url)
        if parts.scheme not in ("ws", "wss") or not parts.hostname:
            raise ValueError(f"{url} is no WebSocket URL, as ws://localhost:8765/dev is one")
        secure = parts.scheme == "wss"
        found = "&".join(part for part in (parts.query, urlencode(query)) if part)
        sent = {"Host": parts.netloc.rpartition("@")[2], **headers}
        if subprotocol:
            sent["Sec-WebSocket-Protocol"] = subprotocol
        for name, value in sent.items():
            if not (name + value).isprintable():
                raise ValueError(f"the header {name!r} has characters that no header may have")
        lines = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
        path = (parts.path or "/") + (f"?{found}" if found else "")
        context = trusting() if secure else None
        return cls(parts.hostname, parts.port or (443 if secure else 80), path, context, lines)

    def handshake(self, key: str) -> bytes:
        return (
            f"GET {self.path} HTTP/1.1\r\n{self.lines}Upgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
        ).encode()


def failure(exc: OSError) -> str:
    if isinstance(exc, ssl.SSLCertVerificationError):
        return f"certificate not trusted ({exc.verify_message})"
    if isinstance(exc, ssl.SSLError):  # its number is OpenSSL's
        return f"TLS failed ({exc.reason or exc})"
    return os.strerror(exc.errno) if exc.errno and exc.errno > 0 else type(exc).__name__


class Connection(asyncio.Protocol):
    """``number`` is from 1. ``reads`` False leaves what comes in the socket, as a slow consumer does."""

    def __init__(self, owner: Owner, target: Target, number: int, *, reads: bool = True) -> None:
        self.owner = owner
        self.target = target
        self.number = number
        self.reads = reads
        self.transport: asyncio.Transport | None = None
        self.key = base64.b64encode(os.urandom(16)).decode()
        self.buffer = bytearray()
        self.fragments = bytearray()
        self.is_open = False
        self.over = False
        self.code = ABNORMAL

    async def connect(self, seconds: float) -> None:
        """Never raises: the owner is told."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(seconds):
                await loop.create_connection(lambda: self, self.target.host, self.target.port, ssl=self.target.context)
        except TimeoutError:
            self.end("timeout")
        except OSError as exc:
            self.end(failure(exc))
        else:
            loop.call_later(seconds, self.not_open_yet)

    def not_open_yet(self) -> None:
        if not self.is_open and not self.over:
            self.abort()
            self.end("timeout")

    # --- sending

    def send(self, payload: bytes, opcode: int = TEXT) -> None:
        assert self.transport is not None
        mask = os.urandom(4)  # RFC 6455, 5.3: unpredictable, and fresh for each frame
        self.transport.write(frame_head(opcode, len(payload)) + mask + apply_mask(payload, mask))

    def close(self, code: int = 1000) -> None:
        """Begin the closing handshake, and end TCP soon after."""
        if self.is_open and not self.over:
            self.send(code.to_bytes(2, "big"), CLOSE)
            asyncio.get_running_loop().call_later(1.0, self.abort)
        else:
            self.abort()

    def abort(self) -> None:
        """End TCP without a word, as a network does."""
        if self.transport is not None:
            self.transport.abort()

    # --- receiving

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is none by inheritance
        self.transport.write(self.target.handshake(self.key))

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if not self.is_open and not self.read_head():
            return
        buffer, start, size = self.buffer, 0, len(self.buffer)
        while size - start >= 2:
            length, head = buffer[start + 1] & 0x7F, 2
            if length >= 126:
                head = 4 if length == 126 else 10
                length = int.from_bytes(buffer[start + 2 : start + head], "big") if size - start >= head else size
            if size - start < head + length:
                break
            first, start = buffer[start], start + head + length
            self.frame(first & 0x0F, bool(first & 0x80), bytes(buffer[start - length : start]))
        del buffer[:start]

    def read_head(self) -> bool:
        """Whether the handshake is over and frames follow."""
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            if len(self.buffer) > MAX_HEAD:
                self.refuse("an answer without an end")
            return False
        head = self.buffer[:end].decode("latin-1")
        del self.buffer[: end + 4]
        status = head.split(" ", 2)[1] if head.startswith("HTTP/1.") else "no HTTP"
        accept = base64.b64encode(hashlib.sha1((self.key + GUID).encode()).digest()).decode()  # noqa: S324 - the RFC's
        if status != "101" or accept not in head:
            self.refuse("a wrong Sec-WebSocket-Accept" if status == "101" else status)
            return False
        self.is_open = True
        self.owner.opened(self)
        if not self.reads and self.transport is not None:
            self.transport.pause_reading()
        return True

    def refuse(self, why: str) -> None:
        self.end(why)
        self.abort()

    def frame(self, opcode: int, final: bool, payload: bytes) -> None:
        if opcode in (TEXT, BINARY, CONTINUATION):
            if final and not self.fragments:
                self.owner.received(self, payload)
                return
            self.fragments += payload
            if final:
                message, self.fragments = bytes(self.fragments), bytearray()
                self.owner.received(self, message)
        elif opcode == PING:
            self.send(payload, PONG)
        elif opcode == CLOSE:
            self.code = int.from_bytes(payload[:2], "big") if len(payload) >= 2 else NO_STATUS
            if self.transport is not None:
                self.send(payload[:2], CLOSE)
                self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self.end("closed before it was answered")

    def end(self, why: str) -> None:
        if self.over:
            return
        self.over = True
        if self.is_open:
            self.owner.closed(self, self.code)
        else:
            self.owner.refused(self, why)


def frame_head(opcode: int, length: int) -> bytes:
    """Final, masked (RFC 6455, 5.2)."""
    if length < 126:
        return bytes((0x80 | opcode, 0x80 | length))
    if length < 65_536:
        return bytes((0x80 | opcode, 0x80 | 126)) + length.to_bytes(2, "big")
    return bytes((0x80 | opcode, 0x80 | 127)) + length.to_bytes(8, "big")
