"""WebSocket clients for tests: every wait has a timeout, and a refusal is an exception that says why.

``Client`` for ordinary tests, ``AsyncClient`` for async ones, made by the ``longwire`` and ``longwire_async`` fixtures.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol, Self
from urllib.parse import urlencode

import websockets.asyncio.client
import websockets.sync.client
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.protocol import OPEN
from websockets.typing import Origin, Subprotocol

__all__ = ["AsyncClient", "Client", "Close", "Refused", "Target"]

TIMEOUT = 2.0  # seconds that a receive waits unless told otherwise, while no function runs
LONGEST = 35.0  # seconds that it waits at most: a cold start may take 10, an integration 29
Identify = Callable[[int], str]
OPEN_TIMEOUT = LONGEST  # for a handshake


def nobody(_port: int) -> str:
    return ""


class Refused(Exception):
    """The handshake was answered with ``status`` and ``body`` instead of 101."""

    def __init__(self, status: int, body: str) -> None:
        super().__init__(f"the handshake was refused with {status}: {body}")
        self.status = status
        self.body = body

    @classmethod
    def of(cls, error: InvalidStatus) -> Self:
        return cls(error.response.status_code, bytes(error.response.body or b"").decode("utf-8", "replace"))


@dataclass(frozen=True, slots=True)
class Close:
    """How a connection ended: 1006 when there was no close frame."""

    code: int
    reason: str


@dataclass(frozen=True, slots=True)
class Target:
    """Where to connect, and as whom. ``token`` goes into the query as ``access_token``."""

    url: str
    token: str | None = None
    query: Mapping[str, str] | None = None
    headers: Mapping[str, str] | None = None
    subprotocols: Sequence[str] = ()
    origin: str | None = None

    def uri(self) -> str:
        query = dict(self.query or {}) | ({"access_token": self.token} if self.token is not None else {})
        return f"{self.url}?{urlencode(query)}" if query else self.url

    def options(self) -> dict[str, Any]:
        """What both of websockets' clients take."""
        return {
            "additional_headers": dict(self.headers or {}),
            "subprotocols": [Subprotocol(name) for name in self.subprotocols] or None,
            "origin": None if self.origin is None else Origin(self.origin),
            "open_timeout": OPEN_TIMEOUT,
            "max_size": None,
        }


def frame(message: str | Mapping[str, Any] | None, fields: Mapping[str, Any]) -> str:
    """Text as it is; a mapping, or keyword arguments, as JSON."""
    if isinstance(message, str):
        return message
    return json.dumps({**(message or {}), **fields})


def parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


class Patience:
    """``seconds``; None is TIMEOUT, begun again as long as functions run, up to LONGEST. A cold start is no silence."""

    def __init__(self, seconds: float | None, busy: Callable[[], bool]) -> None:
        self.step = TIMEOUT if seconds is None else seconds
        self.left = LONGEST if seconds is None else 0.0
        self.busy = busy
        self.waited = 0.0

    def goes_on(self) -> bool:
        """After a step in which nothing came."""
        self.waited += self.step
        self.left -= self.step
        return self.left > 0 and self.busy()


def idle() -> bool:
    return False


class Addressed(Protocol):
    @property
    def local_address(self) -> Any: ...


def identified(socket: Addressed, identify: Identify) -> str:
    try:
        return identify(int(socket.local_address[1]))
    except (OSError, TypeError):  # it has ended already
        return ""


def timed_out(seconds: float) -> TimeoutError:
    return TimeoutError(f"no message within {seconds:g} s")


class Client:
    """One connection. Use it in a ``with`` block, or let the fixture close it after the test.

    ``identify(port)`` finds the connection id by our own port; "" where nobody knows it. ``busy`` says whether
    functions run: then a wait that has no timeout of its own goes on.
    """

    def __init__(self, target: Target, identify: Identify = nobody, busy: Callable[[], bool] = idle) -> None:
        self.busy = busy
        try:
            opening = websockets.sync.client.connect(target.uri(), **target.options())
            self.socket: websockets.sync.client.ClientConnection = opening.__enter__()
        except InvalidStatus as exc:
            raise Refused.of(exc) from None
        self.connection_id = identified(self.socket, identify)

    @property
    def subprotocol(self) -> str | None:
        return self.socket.subprotocol

    @property
    def is_open(self) -> bool:
        return self.socket.state is OPEN

    def send(self, message: str | Mapping[str, Any] | None = None, /, **fields: Any) -> None:
        """Send text as it is, or a mapping or keyword arguments as JSON: ``send(action="say", text="hi")``."""
        self.socket.send(frame(message, fields))

    def send_json(self, value: Any) -> None:
        self.socket.send(json.dumps(value))

    def send_bytes(self, data: bytes) -> None:
        """A binary message; API Gateway closes with 1003."""
        self.socket.send(data)

    def receive_text(self, timeout: float | None = None) -> str:
        """The next message as it came; TimeoutError after ``timeout`` seconds, or 2 in which no function ran."""
        patience = Patience(timeout, self.busy)
        while True:
            try:
                received = self.socket.recv(timeout=patience.step)
            except TimeoutError:
                if not patience.goes_on():
                    raise timed_out(patience.waited) from None
            else:
                return received if isinstance(received, str) else received.decode()

    def receive_json(self, timeout: float | None = None) -> Any:
        return json.loads(self.receive_text(timeout))

    def receive(self, timeout: float | None = None) -> Any:
        """The next message: its JSON value, or its text when it is none."""
        return parsed(self.receive_text(timeout))

    @property
    def closed(self) -> Close:
        """How it ended: waits for that as ``wait_closed`` does."""
        return self.wait_closed()

    def wait_closed(self, timeout: float | None = None) -> Close:
        """Wait for the end, dropping what still arrives; TimeoutError while it is open."""
        try:
            while True:
                self.receive_text(timeout)
        except ConnectionClosed:
            return Close(self.socket.close_code or 1006, self.socket.close_reason or "")

    def close(self, code: int = 1000, reason: str = "") -> None:
        self.socket.close(code, reason)

    def drop(self) -> None:
        """Cut TCP without a close frame, as a lost network does."""
        self.socket.socket.shutdown(2)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


class AsyncClient:
    """The same for async tests: ``async with longwire_async.connect() as ws``."""

    def __init__(self, target: Target, identify: Identify = nobody, busy: Callable[[], bool] = idle) -> None:
        self.target = target
        self.identify = identify
        self.busy = busy
        self.connection_id = ""
        self.opened: websockets.asyncio.client.ClientConnection | None = None

    @property
    def socket(self) -> websockets.asyncio.client.ClientConnection:
        if self.opened is None:
            raise RuntimeError("not connected: use `async with longwire_async.connect(...) as ws`")
        return self.opened

    @property
    def subprotocol(self) -> str | None:
        return self.socket.subprotocol

    async def send(self, message: str | Mapping[str, Any] | None = None, /, **fields: Any) -> None:
        """Send text as it is, or a mapping or keyword arguments as JSON."""
        await self.socket.send(frame(message, fields))

    async def send_json(self, value: Any) -> None:
        await self.socket.send(json.dumps(value))

    async def receive_text(self, timeout: float | None = None) -> str:  # noqa: ASYNC109 - as the sync client has it
        """The next message as it came; TimeoutError after ``timeout`` seconds, or 2 in which no function ran."""
        import asyncio

        patience = Patience(timeout, self.busy)
        while True:
            try:
                received = await asyncio.wait_for(self.socket.recv(), patience.step)
            except TimeoutError:
                if not patience.goes_on():
                    raise timed_out(patience.waited) from None
            else:
                return received if isinstance(received, str) else received.decode()

    async def receive_json(self, timeout: float | None = None) -> Any:  # noqa: ASYNC109 - as the sync client has it
        return json.loads(await self.receive_text(timeout))

    async def receive(self, timeout: float | None = None) -> Any:  # noqa: ASYNC109 - as the sync client has it
        """The next message: its JSON value, or its text when it is none."""
        return parsed(await self.receive_text(timeout))

    @property
    def is_open(self) -> bool:
        return self.opened is not None and self.opened.state is OPEN

    async def closed(self, timeout: float | None = None) -> Close:  # noqa: ASYNC109 - as the sync client has it
        """Wait for the end, dropping what still arrives; TimeoutError while it is open."""
        try:
            while True:
                await self.receive_text(timeout)
        except ConnectionClosed:
            return Close(self.socket.close_code or 1006, self.socket.close_reason or "")

    async def close(self, code: int = 1000, reason: str = "") -> None:
        await self.socket.close(code, reason)

    async def __aenter__(self) -> Self:
        try:
            self.opened = await websockets.asyncio.client.connect(self.target.uri(), **self.target.options())
        except InvalidStatus as exc:
            raise Refused.of(exc) from None
        self.connection_id = identified(self.opened, self.identify)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.close()
