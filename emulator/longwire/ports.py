"""Listening sockets: which port, and what to do when it is taken."""

import asyncio
import errno
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from longwire.errors import PortInUse, UsageError
from longwire.tls import Tls

__all__ = ["Ports", "listen"]

TRIES = 50  # ports after the default one
BACKLOG = 4096
HANDSHAKE = 10.0  # seconds for a client's part of a TLS handshake, and again for its answer to the end of it


@dataclass
class Ports:
    """The one port, and where handlers and services reach it: with ``tls`` a plain one beside it, on loopback.

    Two, because nothing of ours has to trust a certificate then, and handlers' first calls do not wait for handshakes.
    """

    public: list[socket.socket]
    inner: list[socket.socket]
    tls: Tls | None = None
    listeners: list[asyncio.Server] = field(default_factory=list)

    @classmethod
    def bound(cls, host: str, port: int | None, tls: Tls | None, *, default: int) -> "Ports":
        """Raises as ``listen``."""
        public = listen(host, port, default=default)
        return cls(public, public if tls is None else listen("127.0.0.1", 0, default=default), tls)

    def __post_init__(self) -> None:
        # Known to the end: a function that starts while the emulator stops, for $disconnect, is told of it as well.
        self.port, self.inner_port = (int(each[0].getsockname()[1]) for each in (self.public, self.inner))

    async def serve(self, protocol: Callable[[], asyncio.Protocol], handshake: float = HANDSHAKE) -> None:
        loop = asyncio.get_running_loop()
        doors: list[tuple[socket.socket, dict[str, Any]]] = [(each, {}) for each in self.inner]
        if self.tls is not None:
            limits = {"ssl_handshake_timeout": handshake, "ssl_shutdown_timeout": handshake}
            doors += [(each, {"ssl": self.tls.context, **limits}) for each in self.public]
        for each, secured in doors:
            self.listeners.append(await loop.create_server(protocol, sock=each, backlog=BACKLOG, **secured))

    def close(self) -> None:
        """A loop closes the sockets that it serves by itself."""
        for each in self.listeners or (*self.public, *self.inner):
            each.close()


def listen(host: str, port: int | None, *, default: int) -> list[socket.socket]:
    """Sockets bound to one port of ``host``; on 127.0.0.1 also to ``::1``, so that ``localhost`` is served either way.

    ``port`` None: the default one, or the next that is free; 0: any free one. Raises PortInUse for a taken port that
    was asked for by number, UsageError for a host that is no address of this machine.
    """
    candidates = range(default, default + TRIES) if port is None else [port]
    for candidate in candidates:
        bound = bind(host, candidate)
        if bound is not None:
            return with_ipv6_loopback(bound, host)
    raise PortInUse(host, candidates[-1])


def bind(host: str, port: int) -> socket.socket | None:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (socket.gaierror, OverflowError) as exc:
        raise UsageError(f"--host {host} is no address: {exc}") from exc
    made = socket.socket(family, kind, protocol)
    # So that a restart does not wait for the last run's connections to leave TIME_WAIT.
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind(address)
        made.listen(4096)
    except OSError as exc:
        made.close()
        if exc.errno == errno.EADDRINUSE:
            return None
        raise UsageError(f"cannot listen on {host}:{port}: {exc.strerror}") from exc
    return made


def with_ipv6_loopback(bound: socket.socket, host: str) -> list[socket.socket]:
    if host != "127.0.0.1" or not socket.has_ipv6:
        return [bound]
    try:
        second = bind("::1", bound.getsockname()[1])
    except UsageError:  # a machine without IPv6
        second = None
    return [bound, second] if second is not None else [bound]
