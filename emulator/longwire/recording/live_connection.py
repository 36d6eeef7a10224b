"""One client of a replay: what it gets, and which of it the recording has."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.typing import Subprotocol

from longwire.errors import UsageError
from longwire.server.hosts import host_name, is_loopback
from longwire.trust import trusting

__all__ = ["LiveConnection", "Opening"]

OPEN_TIMEOUT = 35.0  # seconds: an integration may take 29
# The client library writes these by itself, or they say how the recorded one was connected.
OWN = ("host", "connection", "upgrade", "user-agent", "content-length", "x-forwarded-for", "x-forwarded-port",
       "x-forwarded-proto", "x-amzn-trace-id")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Opening:
    """``headers`` are the recorded client's."""

    url: str
    query: list[tuple[str, str]]
    headers: list[tuple[str, str]]

    @property
    def uri(self) -> str:
        return f"{self.url}?{urlencode(self.query)}" if self.query else self.url

    @property
    def subprotocols(self) -> list[Subprotocol] | None:
        offered = [value for name, value in self.headers if name.lower() == "sec-websocket-protocol"]
        return [Subprotocol(name.strip()) for value in offered for name in value.split(",")] or None

    @property
    def kept_headers(self) -> list[tuple[str, str]]:
        return [
            (name, value)
            for name, value in self.headers
            if name.lower() not in OWN and not name.lower().startswith("sec-websocket-")
        ]

    async def connected(self) -> ClientConnection:
        """By the system's proxy, but for what is on this machine. Raises what websockets raises."""
        return await connect(
            self.uri,
            additional_headers=self.kept_headers,
            subprotocols=self.subprotocols,
            open_timeout=OPEN_TIMEOUT,
            ping_interval=None,
            max_size=None,
            proxy=None if is_loopback(host_name(urlsplit(self.url).netloc)) else True,
            ssl=trusting() if self.url.startswith("wss:") else None,
        )


@dataclass
class LiveConnection:
    """``frames`` are those that arrived and have not been found in the recording, oldest first, with their number."""

    number: int
    frames: list[tuple[int, str]] = field(default_factory=list)
    arrived: int = 0
    socket: ClientConnection | None = None
    refused: int | None = None
    closed: tuple[int, str] | None = None
    news: asyncio.Event = field(default_factory=asyncio.Event)
    reader: asyncio.Task[None] | None = None

    async def open(self, opening: Opening) -> None:
        """Raises UsageError when nothing answers there."""
        try:
            self.socket = await opening.connected()
        except InvalidStatus as exc:
            self.refused = exc.response.status_code
            return
        except (OSError, TimeoutError, InvalidHandshake) as exc:
            raise UsageError(f"no WebSocket API answers at {opening.url}: {str(exc) or type(exc).__name__}") from exc
        self.reader = asyncio.create_task(self.read(self.socket))

    async def read(self, socket: ClientConnection) -> None:
        try:
            while True:
                message = await socket.recv()
                text = message if isinstance(message, str) else message.decode("utf-8", "backslashreplace")
                self.frames.append((self.arrived, text))
                self.arrived += 1
                self.news.set()
        except ConnectionClosed:
            self.closed = (socket.close_code or 1006, socket.close_reason or "")
            self.news.set()

    async def send(self, payload: str) -> bool:
        """False when the connection has ended."""
        if self.socket is None or self.closed is not None:
            return False
        try:
            await self.socket.send(payload)
        except ConnectionClosed:
            return False
        return True

    async def take(self, fits: Callable[[str], bool], patience: float) -> tuple[int, str] | None:
        """The first frame that fits, with its number; waits for it up to ``patience`` seconds."""
        end = time.monotonic() + patience
        while True:
            self.news.clear()
            for position, (_, text) in enumerate(self.frames):
                if fits(text):
                    return self.frames.pop(position)
            if self.socket is None or self.closed is not None or not await self.wait(end):
                return None

    async def wait_closed(self, patience: float) -> tuple[int, str] | None:
        end = time.monotonic() + patience
        while self.closed is None and self.socket is not None:
            self.news.clear()
            if not await self.wait(end):
                return None
        return self.closed

    async def wait(self, end: float) -> bool:
        """Until something new is there; false when that took too long."""
        try:
            async with asyncio.timeout(max(0.0, end - time.monotonic())):
                await self.news.wait()
        except TimeoutError:
            return False
        return True

    async def close(self, code: int, reason: str) -> None:
        """As the recorded client did: by leaving (1006), or with a close frame. One without a code (1005) gets 1000."""
        if self.socket is None:
            return
        if code == 1006:
            self.socket.transport.abort()
        else:
            await self.socket.close(1000 if code == 1005 else code, reason)
        await self.wait_closed(5.0)
