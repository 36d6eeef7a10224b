"""A WebSocket client over asyncio's streams: as much of RFC 6455 as text messages need, and nothing else.

No extensions are offered, so a set reserved bit is an error. Frames to the server are masked (5.3), those from it not.
"""

import asyncio
import base64
import hashlib
import os
import ssl
from collections.abc import Sequence
from typing import NoReturn, Self
from urllib.parse import urlsplit

from longwire_client.errors import Closed, HandshakeRefused, NotConnected

__all__ = ["WebSocket", "masked"]

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
LARGEST = 1 << 20  # bytes; API Gateway's messages have at most 128 KB
CLOSE_TIMEOUT = 2.0  # seconds


class WebSocket:
    """One connection. ``receive`` is for one task; any may ``send``."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._close_sent = False

    @classmethod
    async def connect(cls, url: str, subprotocols: Sequence[str]) -> Self:
        """``ws://`` or ``wss://``. Raises NotConnected: HandshakeRefused when an HTTP status says why."""
        writer = None
        try:
            host, port, context = _endpoint(url)
            reader, writer = await asyncio.open_connection(host, port, ssl=context)
            await _handshake(reader, writer, url, subprotocols)
        except BaseException as error:
            if writer:
                writer.transport.abort()
            if isinstance(error, OSError | EOFError | ValueError | IndexError):
                # Not the address: it has the token in it.
                why = "it ended the handshake" if isinstance(error, EOFError) else error
                raise NotConnected(f"no connection to {urlsplit(url).netloc.rpartition('@')[2]}: {why}") from error
            raise
        return cls(reader, writer)

    @property
    def unsent(self) -> int:
        """Bytes that the network has not taken yet."""
        return self._writer.transport.get_write_buffer_size()

    def send(self, text: str) -> None:
        """Hands it to the network; a connection that is lost shows in ``receive``."""
        self._write(TEXT, text.encode())

    async def receive(self) -> str:
        """The next text message; pings are answered. Raises Closed when there will be none."""
        whole = b""
        while True:
            try:
                final, opcode, payload = await self._frame()
            except (OSError, EOFError) as error:
                raise Closed(1006, "the connection was lost") from error
            if opcode == CLOSE:
                self._answer_close(payload)
            elif opcode == PING:
                self._write(PONG, payload)
            elif opcode != PONG:
                whole += payload
                if len(whole) > LARGEST:
                    raise Closed(1006, f"the server sent more than {LARGEST} bytes")
                if final:
                    return whole.decode("utf-8", "replace")

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Says good-bye and waits for the answer a moment; never raises."""
        try:
            async with asyncio.timeout(CLOSE_TIMEOUT):
                if not self._close_sent:
                    self._write(CLOSE, code.to_bytes(2) + reason.encode()[:120])
                    while (await self._frame())[1] != CLOSE:
                        pass
        except (OSError, EOFError, Closed, TimeoutError):
            pass
        finally:
            self.abort()

    def abort(self) -> None:
        self._writer.transport.abort()

    def _answer_close(self, payload: bytes) -> NoReturn:
        code = int.from_bytes(payload[:2]) if len(payload) >= 2 else 1005
        self._write(CLOSE, payload[:2])
        self._close_sent = True
        raise Closed(code, payload[2:].decode("utf-8", "replace"))

    async def _frame(self) -> tuple[bool, int, bytes]:
        first, second = await self._reader.readexactly(2)
        if first & 0x70 or second & 0x80:
            raise Closed(1006, "the server broke the protocol")
        length = second & 0x7F
        if length > 125:
            length = int.from_bytes(await self._reader.readexactly(2 if length == 126 else 8))
        if length > LARGEST:
            raise Closed(1006, f"the server sent more than {LARGEST} bytes")
        return bool(first & 0x80), first & 0x0F, await self._reader.readexactly(length)

    def _write(self, opcode: int, payload: bytes) -> None:
        if not self._writer.is_closing():
            self._writer.write(masked(opcode, payload, os.urandom(4)))


def masked(opcode: int, payload: bytes, key: bytes) -> bytes:
    """One final frame to a server."""
    length = len(payload)
    if length < 126:
        size = bytes([0x80 | length])
    elif length < 1 << 16:
        size = b"\xfe" + length.to_bytes(2)
    else:
        size = b"\xff" + length.to_bytes(8)
    repeated = (key * (length // 4 + 1))[:length]
    mixed = int.from_bytes(payload) ^ int.from_bytes(repeated)
    return bytes([0x80 | opcode]) + size + key + mixed.to_bytes(length)


def _endpoint(url: str) -> tuple[str, int, ssl.SSLContext | None]:
    """Raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in ("ws", "wss") or not parts.hostname or not url.isascii() or min(url) <= " ":
        raise ValueError("an address begins with ws:// or wss:// and a host, is ASCII, and holds no space")
    secure = parts.scheme == "wss"
    return parts.hostname, parts.port or (443 if secure else 80), ssl.create_default_context() if secure else None


async def _handshake(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, url: str, subprotocols: Sequence[str]
) -> None:
    parts = urlsplit(url)
    key = base64.b64encode(os.urandom(16)).decode()
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = [f"GET {target} HTTP/1.1", f"Host: {parts.netloc.rpartition('@')[2]}", "Upgrade: websocket"]
    lines += ["Connection: Upgrade", f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13"]
    lines += [f"Sec-WebSocket-Protocol: {', '.join(subprotocols)}", "", ""]
    writer.write("\r\n".join(lines).encode())
    await writer.drain()
    try:
        status, *headers = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    except asyncio.LimitOverrunError as error:
        raise NotConnected("the answer to the handshake is too long") from error
    if (code := int(status.split(" ")[1])) != 101:
        raise HandshakeRefused(code)
    named = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in headers)}
    accepted = base64.b64encode(hashlib.sha1(f"{key}{GUID}".encode(), usedforsecurity=False).digest()).decode()
    if named.get("sec-websocket-accept") != accepted or named.get("sec-websocket-protocol") not in subprotocols:
        raise NotConnected("the server accepted another handshake than ours")
