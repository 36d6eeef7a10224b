"""A live endpoint, asked with care: some handshakes, one after another, a ping, two messages.

Nothing is repeated, nothing waits longer than 10 seconds, and what an answer means is the rules' business.
"""

import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit, urlunsplit

from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, WebSocketException
from websockets.sync.client import ClientConnection, connect

from longwire.errors import UsageError
from longwire.server.hosts import is_loopback
from longwire.trust import trusting
from longwire_infra.check.endpoint import Endpoint, Handshake

__all__ = ["probed"]

SECONDS = 10.0  # for a handshake, a pong, an answer, a close
PATIENCE = 3.0  # for the end of the connection
FOREIGN = "https://longwire-check.invalid"
UNKNOWN = '{"action":"longwire-check","type":"longwire-check"}'
TOO_BIG = "x" * 131_073  # API Gateway takes 32,768 bytes in a frame, 131,072 in a message


@dataclass(frozen=True, slots=True)
class Target:
    """``context`` is None without TLS."""

    url: SplitResult
    headers: Mapping[str, str]
    context: ssl.SSLContext | None

    @property
    def bare(self) -> "Target":
        return replace(self, url=self.url._replace(query=""), headers={})

    @property
    def plain(self) -> "Target":
        """Without TLS: on port 80, or on the port that was given."""
        return replace(self, url=self.url._replace(scheme="ws"), context=None)

    @property
    def shown(self) -> str:
        return urlunsplit(self.url._replace(query="", fragment=""))


def probed(url: str, headers: tuple[str, ...], ca_file: Path | None) -> tuple[Endpoint, tuple[str, ...]]:
    """What the endpoint has answered, and what was not tried. Raises UsageError when nothing answers."""
    target = target_of(url, headers, ca_file)
    seen: dict[str, Any] = {}
    own = handshake(target, talk=lambda connection: talked(connection, seen))
    untrusted = own.error if own.status is None and "certificate" in own.error.lower() else ""
    if own.status is None and not untrusted:
        raise UsageError(f"--url {target.shown}: the handshake has no answer: {own.error}")
    bare = own if target == target.bare else handshake(target.bare)
    plain = None if target.context is None else handshake(target.plain)
    found = Endpoint(target.shown, own, bare=bare, plain=plain, untrusted=untrusted, **seen)
    if own.accepted:
        return replace(found, foreign=handshake(target, FOREIGN)), ()
    reason = untrusted or f"the handshake was answered {own.status}: give a URL or --header with a valid token"
    return found, (f"what an open connection shows, and foreign Origins: {reason}",)


def target_of(url: str, headers: tuple[str, ...], ca_file: Path | None) -> Target:
    """Raises UsageError for what is no address, no header, no certificate."""
    parts = address(url)
    if parts is None:
        raise UsageError("--url takes wss://HOST/STAGE, with a query if the token is in it")
    pairs = dict(header(each) for each in headers)
    return Target(parts, pairs, trusting(ca_file) if parts.scheme == "wss" else None)


def address(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        known = parts.scheme in ("ws", "wss") and parts.hostname and parts.port != 0
    except ValueError:
        return None
    return parts if known else None


def header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip() or any(letter in text for letter in "\r\n"):
        raise UsageError("--header takes 'NAME: VALUE'")
    return name.strip(), value.strip()


def handshake(
    target: Target, origin: str | None = None, talk: Callable[[ClientConnection], None] | None = None
) -> Handshake:
    """The answer. ``talk`` gets the connection, when there is one; it is closed after it."""
    options: dict[str, Any] = {"ssl": target.context} if target.context is not None else {}
    if origin is not None:
        options["origin"] = origin
    try:
        with connect(
            urlunsplit(target.url._replace(fragment="")),
            additional_headers=dict(target.headers),
            open_timeout=SECONDS,
            close_timeout=SECONDS,
            ping_interval=None,
            # True is what the environment says: HTTPS_PROXY, NO_PROXY.
            proxy=None if is_loopback(target.url.hostname or "") else True,
            **options,
        ) as connection:
            response = connection.response
            if talk is not None:
                talk(connection)
            return Handshake(101, lowered(response.headers) if response is not None else {})
    except InvalidStatus as exc:
        return Handshake(exc.response.status_code, lowered(exc.response.headers))
    except (OSError, InvalidHandshake, WebSocketException, ValueError) as exc:
        return Handshake(None, error=without_query(target, str(exc) or type(exc).__name__))


def without_query(target: Target, text: str) -> str:
    """Some errors quote the address, and its query may hold a token."""
    return text.replace(target.url.query, "...") if target.url.query else text


def lowered(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.raw_items() if name.lower() != "set-cookie"}


def talked(connection: ClientConnection, seen: dict[str, Any]) -> None:
    """Adds what an open connection shows; ends with a message that is too big, and often with that the connection."""
    seen |= certificate(connection)
    with suppress(ConnectionClosed):
        begun = time.monotonic()
        seen["pinged"] = True
        if connection.ping().wait(SECONDS):
            seen["pong_seconds"] = round(time.monotonic() - begun, 3)
        drained(connection)
        connection.send(UNKNOWN)
        seen["unknown_route"] = received(connection)
        seen["too_big"] = after_too_big(connection)


def certificate(connection: ClientConnection) -> dict[str, Any]:
    if not isinstance(connection.socket, ssl.SSLSocket):
        return {}
    ends = str((connection.socket.getpeercert() or {}).get("notAfter", ""))
    left = datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC) - datetime.now(UTC) if ends else None
    return {
        "tls_version": connection.socket.version(),
        "certificate_days": None if left is None else left.days,
    }


def drained(connection: ClientConnection) -> None:
    """What it says first, a greeting for one."""
    with suppress(TimeoutError):
        for _ in range(100):
            connection.recv(timeout=0.5)


def received(connection: ClientConnection) -> str | None:
    """The next text, at most 4,096 characters of it; None when there is none. A function may have to start."""
    try:
        found = connection.recv(timeout=SECONDS)
    except TimeoutError:
        return None
    return found[:4096] if isinstance(found, str) else None


def after_too_big(connection: ClientConnection) -> int:
    """The close code; 0 when the connection is still there."""
    with suppress(ConnectionClosed):
        connection.send(TOO_BIG)
        with suppress(TimeoutError):
            for _ in range(100):
                connection.recv(timeout=PATIENCE)
    return connection.close_code or 0
