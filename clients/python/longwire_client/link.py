"""One connection's life: the handshake, the greeting, pings, acks of what was received, and what is sent on it."""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from longwire_client.backoff import Backoff
from longwire_client.websocket import WebSocket

__all__ = ["PLAIN", "RELIABLE", "Connect", "Heartbeat", "Manners", "Socket", "Timers", "with_session"]

RELIABLE = "json.reliable.webpubsub.azure.v1"
PLAIN = "json.webpubsub.azure.v1"


class Socket(Protocol):
    """What a client needs of a WebSocket; ``receive`` raises Closed."""

    @property
    def unsent(self) -> int: ...
    def send(self, text: str) -> None: ...
    async def receive(self) -> str: ...
    async def close(self, code: int = 1000, reason: str = "") -> None: ...
    def abort(self) -> None: ...


Connect = Callable[[str, Sequence[str]], Awaitable[Socket]]


@dataclass(frozen=True, kw_only=True)
class Manners:
    """Times in seconds. The clock is the event loop's; randomness and the socket are given here."""

    backoff: Backoff = field(default_factory=Backoff)
    stable_after: float = 10.0
    connect_timeout: float = 30.0
    ping_interval: float | None = 60.0
    pong_timeout: float = 10.0
    sequence_ack_interval: float = 1.0
    sequence_ack_window: int = 100
    ack_timeout: float = 15.0
    max_sends: int = 3
    in_flight: int = 1
    queue_limit: int = 100
    max_message_bytes: int = 32_768
    buffer_limit: int = 10_000
    fallback_after: int = 2
    upgrade_after: float = 60.0
    random: Callable[[], float] = random.random
    connect: Connect = WebSocket.connect


class Timers:
    """Named, one of a name; all end with the connection."""

    def __init__(self) -> None:
        self._running: dict[object, asyncio.TimerHandle] = {}

    def __contains__(self, name: object) -> bool:
        return name in self._running

    def later(self, name: object, seconds: float, work: Callable[[], None]) -> None:
        self.clear(name)

        def ring() -> None:
            del self._running[name]
            work()

        self._running[name] = asyncio.get_running_loop().call_later(seconds, ring)

    def clear(self, name: object) -> None:
        if name in self._running:
            self._running.pop(name).cancel()

    def clear_all(self) -> None:
        for name in list(self._running):
            self.clear(name)


class Heartbeat:
    """Pings when nothing was heard for an interval; when nothing is heard then either, ``silent`` is called."""

    def __init__(
        self, manners: Manners, timers: Timers, ping: Callable[[], object], silent: Callable[[], None]
    ) -> None:
        self._manners, self._timers, self._ping, self._silent = manners, timers, ping, silent

    def heard(self) -> None:
        self._timers.clear("pong")
        if self._manners.ping_interval:
            self._timers.later("ping", self._manners.ping_interval, self._beat)

    def _beat(self) -> None:
        self._ping()
        self._timers.later("pong", self._manners.pong_timeout, self._silent)


def with_session(url: str, connection_id: str, token: str) -> str:
    """The address that recovers a session, with whatever else is in its query."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    query |= {"awps_connection_id": connection_id, "awps_reconnection_token": token}
    return urlunsplit(parts._replace(query=urlencode(query)))


def decoded(text: str) -> dict[str, Any]:
    """An empty dict for what is no frame of this protocol."""
    try:
        frame = json.loads(text)
    except ValueError:
        return {}
    return frame if isinstance(frame, dict) else {}
