"""Connections to AWS that are not botocore's end at Longwire too: urllib, http.client, requests, httpx, aiohttp, ...

Each of them asks ``socket.getaddrinfo`` where a host is, connects a socket, and lets ``ssl`` wrap it for that host: the
first answers with our address for hosts of AWS, the last then leaves the connection as it is. Some (anyio, and httpx
with it) keep their own port: that address names ours, and connecting puts it in. Imported when the handler
imports ``socket`` or ``ssl``; runs inside an execution environment: standard library only, and nothing of ours.
"""

from collections.abc import Callable
from functools import wraps
from types import ModuleType
from typing import Any

__all__ = ["plain_ssl", "redirect_sockets"]

Owner = Callable[[object], "str | None"]
OURS = "127.7."  # and two bytes: a port of ours at 127.0.0.1


def redirect_sockets(socket: Any, owner: Owner, inside: set[str]) -> None:
    """``owner(host)`` is our ``host:port`` for a host of AWS, None for any other.

    ``inside`` are the hosts that may be reached; the addresses of one of them are added to it.
    """
    original: Callable[..., Any] = socket.getaddrinfo

    @wraps(original)
    def getaddrinfo(host: Any, port: Any, *args: Any, **options: Any) -> Any:
        ours = owner(host)
        if ours is not None:
            host, _, port = ours.rpartition(":")
            host = named(int(port)) if host == "127.0.0.1" else host.strip("[]")
        found = original(host, port, *args, **options)
        name = host.decode("latin-1") if isinstance(host, bytes) else str(host)
        if name.lower() in inside:
            inside.update(str(entry[4][0]) for entry in found)
        return found

    socket.getaddrinfo = getaddrinfo
    connect_to_ours(socket.socket)


def connect_to_ours(kind: Any) -> None:
    connect, connect_ex = kind.connect, kind.connect_ex
    kind.connect = lambda self, address: connect(self, real(address))
    kind.connect_ex = lambda self, address: connect_ex(self, real(address))


def named(port: int) -> str:
    return f"{OURS}{port >> 8}.{port & 255}"


def real(address: Any) -> Any:
    if not isinstance(address, tuple) or not str(address[0]).startswith(OURS):
        return address
    high, low = address[0].split(".")[2:]
    return "127.0.0.1", int(high) << 8 | int(low)


def plain_ssl(ssl: ModuleType, owner: Owner) -> None:
    """For such hosts a "TLS" connection is a plain one; certificates are for others to check."""
    context = ssl.SSLContext
    wrap_socket, wrap_bio = context.wrap_socket, context.wrap_bio
    made, wants = plain_socket(), ssl.SSLWantReadError

    @wraps(wrap_socket)
    def socket_for(self: Any, sock: Any, *args: Any, server_hostname: Any = None, **options: Any) -> Any:
        if owner(server_hostname) is None:
            return wrap_socket(self, sock, *args, server_hostname=server_hostname, **options)
        return made(sock)

    @wraps(wrap_bio)
    def bio_for(
        self: Any, incoming: Any, outgoing: Any, server_side: bool = False, server_hostname: Any = None, **options: Any
    ) -> Any:
        if owner(server_hostname) is None:
            return wrap_bio(self, incoming, outgoing, server_side, server_hostname, **options)
        return PlainObject(incoming, outgoing, wants)

    context.wrap_socket, context.wrap_bio = socket_for, bio_for


class Described:
    """What clients ask a TLS connection about itself."""

    server_side = False
    session = None
    session_reused = False

    def do_handshake(self, *_: object) -> None:
        pass

    def getpeercert(self, binary_form: bool = False) -> Any:
        return b"" if binary_form else {}

    def selected_alpn_protocol(self) -> str | None:
        return None

    selected_npn_protocol = selected_alpn_protocol

    def cipher(self) -> tuple[str, str, int]:
        return "TLS_AES_128_GCM_SHA256", "TLSv1.3", 128

    def compression(self) -> str | None:
        return None

    def get_channel_binding(self, cb_type: str = "tls-unique") -> bytes | None:  # noqa: ARG002 - as ssl.SSLSocket has it
        return None

    def version(self) -> str:
        return "TLSv1.3"

    def pending(self) -> int:
        return 0

    def shared_ciphers(self) -> Any:
        return None


def plain_socket() -> type[Any]:
    import socket

    class PlainSocket(Described, socket.socket):
        def __init__(self, sock: Any) -> None:
            timeout = sock.gettimeout()
            socket.socket.__init__(self, sock.family, sock.type, sock.proto, sock.detach())
            self.settimeout(timeout)

        def read(self, length: int = 1024, buffer: Any = None) -> Any:
            return self.recv(length) if buffer is None else self.recv_into(buffer, length)

        def write(self, data: Any) -> int:
            return self.send(data)

        def unwrap(self) -> Any:
            return self

    return PlainSocket


class PlainObject(Described):
    """What asyncio feeds by hand; ``wants`` is ssl.SSLWantReadError."""

    context = None

    def __init__(self, incoming: Any, outgoing: Any, wants: Callable[..., Exception]) -> None:
        self.incoming = incoming
        self.outgoing = outgoing
        self.wants = wants

    def read(self, length: int = 1024, buffer: Any = None) -> Any:
        data = self.incoming.read(length)
        if not data and not self.incoming.eof:
            raise self.wants(2, "The operation did not complete (read)")
        if buffer is None:
            return data
        buffer[: len(data)] = data
        return len(data)

    def write(self, data: Any) -> int:
        written: int = self.outgoing.write(bytes(data))
        return written

    def unwrap(self) -> None:
        pass
