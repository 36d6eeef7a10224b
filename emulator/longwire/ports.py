"""Listening sockets: which port, and what to do when it is taken."""

import errno
import socket

from longwire.errors import PortInUse, UsageError

__all__ = ["listen"]

TRIES = 50  # ports after the default one


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
