"""What a handshake asks for, decided without I/O: token, Origin, subprotocol."""

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from longwire_app.session import RELIABLE

__all__ = ["JSON", "choose_subprotocol", "offered_subprotocols", "origin_allowed", "token_of"]

JSON = "json.webpubsub.azure.v1"
SUPPORTED = (RELIABLE, JSON)
"""In our order of preference."""

LOOPBACK = re.compile(r"https?://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?")


def token_of(query: Mapping[str, str], headers: Mapping[str, str]) -> str | None:
    """The token of ``?access_token=`` or ``Authorization: Bearer``; the query wins, since browsers have only it.

    ``headers`` must look up names without regard to case.
    """
    token = query.get("access_token")
    if token:
        return token
    scheme, _, value = (headers.get("Authorization") or "").partition(" ")
    return value.strip() or None if scheme.lower() == "bearer" else None


def origin_allowed(origin: str | None, allowed: AbstractSet[str]) -> bool:
    """Whether a page of ``origin`` may connect.

    Browsers always send Origin and scripts cannot change it, so no Origin means no browser. Entries of
    ``allowed`` are whole origins compared character by character; ``loopback`` stands for pages served from
    this machine on any port, ``*`` for every page.
    """
    if origin is None or "*" in allowed:
        return True
    if LOOPBACK.fullmatch(origin) and "loopback" in allowed:
        return True
    return "://" in origin and origin in allowed


def offered_subprotocols(values: list[str]) -> list[str]:
    """The names in the ``Sec-WebSocket-Protocol`` lines of a handshake, in the client's order.

    RFC 6455, 11.3.4: the header "MAY appear multiple times", which equals one line with all its values.
    """
    return [name.strip() for line in values for name in line.split(",") if name.strip()]


def choose_subprotocol(offered: list[str]) -> str | None:
    """The subprotocol to speak: empty when none was offered, None when nothing offered is spoken here.

    A browser fails a connection whose answer picks none of its offers, and any other client would get frames it
    did not ask for. So an offer without a common name is refused at the handshake instead.
    """
    if not offered:
        return ""
    return next((name for name in SUPPORTED if name in offered), None)
