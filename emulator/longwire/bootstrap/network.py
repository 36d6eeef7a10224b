"""Nothing that a handler does leaves the machine.

An audit hook sees every name that Python's sockets look up and every address that they connect or send to, whatever
library asks. It does not see code that opens sockets in C by itself (grpc, libpq). Runs inside an execution
environment: standard library only.
"""

import errno
import os
import sys
from collections.abc import Callable
from typing import Any

__all__ = ["Refused", "is_local", "keep_inside", "owner_of"]

LOCAL_NAMES = frozenset({"", "localhost", "localhost.", "0.0.0.0", "::", "::1", "ip6-localhost"})  # noqa: S104 - connecting to it is connecting to this machine
AWS_SUFFIXES = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws")
LAMBDA_HOSTS = ("lambda", "lambda-fips")
LOCAL_PREFIXES = ("127.", "::ffff:127.")


class Refused(ConnectionRefusedError):
    """A host outside. Libraries treat it as a refused connection: at once, and without a wait for a name server."""

    def __init__(self, host: str) -> None:
        text = f"{host} is not emulated by Longwire, and nothing that a function does leaves this machine"
        text += f" without --allow-host {host}"
        super().__init__(errno.ECONNREFUSED, text)


def is_local(host: object) -> bool:
    """Also true for what is no host at all: None (the wildcard), the numbers in an address of another family."""
    if isinstance(host, (bytes, bytearray)):
        host = host.decode("latin-1")
    if not isinstance(host, str):
        return True
    name = host.lower().partition("%")[0]
    return name in LOCAL_NAMES or name.startswith(LOCAL_PREFIXES) or name.endswith(".localhost")


def owner_of(host: object, gateway: str, services: str, domain_names: tuple[str, ...] = ()) -> str | None:
    """Who answers for a host of AWS, or for an API's own domain: ``gateway`` or ``services``, ``host:port``."""
    name = (host.decode("latin-1") if isinstance(host, bytes) else str(host or "")).lower()
    labels = name.split(".")
    if name in domain_names or (name.endswith(".on.aws") and "lambda-url" in labels):
        return gateway
    if not name.endswith(AWS_SUFFIXES):
        return None
    return gateway if "execute-api" in labels or labels[0] in LAMBDA_HOSTS else services


def host_of(address: object) -> object:
    """Of ``(host, port, ...)``; a path of AF_UNIX has none."""
    return address[0] if isinstance(address, tuple) and address else None


READERS: dict[str, Callable[[tuple[Any, ...]], object]] = {
    "socket.connect": lambda given: host_of(given[1]),
    "socket.getaddrinfo": lambda given: given[0],
    "socket.gethostbyaddr": lambda given: given[0],
    "socket.gethostbyname": lambda given: given[0],
    "socket.getnameinfo": lambda given: host_of(given[0]),
    "socket.sendmsg": lambda given: host_of(given[1]),
    "socket.sendto": lambda given: host_of(given[1]),
}


def keep_inside(inside: set[str]) -> Callable[[object], None]:
    """From now on, and irrevocably, in this process. ``inside`` are hosts in lower case that may be reached beside
    loopback ones; those that are added to it later may be, too.

    Returns the check itself, which raises Refused for a host outside.
    """
    # This machine's own name resolves without asking anybody, and libraries like to look it up.
    inside.add(os.uname().nodename.lower())
    readers = READERS

    def check(host: object) -> None:
        if not is_local(host):
            name = host.decode("latin-1") if isinstance(host, bytes) else str(host)
            if name.lower() not in inside:
                raise Refused(name)

    def hook(event: str, given: tuple[Any, ...]) -> None:
        # The hook sees every import, open and compile as well: nothing may stand before this test.
        if event in readers:
            check(readers[event](given))

    sys.addaudithook(hook)
    return check
