"""What a live endpoint has answered, as the prober hands it over."""

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["Endpoint", "Handshake"]


@dataclass(frozen=True, slots=True)
class Handshake:
    """``status`` is None when there was no HTTP answer; then ``error`` says why."""

    status: int | None
    headers: Mapping[str, str] = field(default_factory=dict)
    error: str = ""

    @property
    def accepted(self) -> bool:
        return self.status == 101


@dataclass(frozen=True, slots=True)
class Endpoint:
    """None is what was not tried. ``url`` has no query: it may hold a token.

    ``own`` is the handshake as the user gave it, ``bare`` the one without query and headers, ``foreign`` the own one
    from another page's Origin, ``plain`` the one without TLS. Texts are first answers; ``too_big`` the close code after
    a message of 131,073 bytes, 0 when the connection stayed.
    """

    url: str
    own: Handshake
    bare: Handshake | None = None
    foreign: Handshake | None = None
    plain: Handshake | None = None
    untrusted: str = ""  # what is wrong with the certificate
    certificate_days: int | None = None
    tls_version: str | None = None
    pong_seconds: float | None = None
    pinged: bool = False
    unknown_route: str | None = None
    too_big: int | None = None

    @property
    def secure(self) -> bool:
        return self.url.startswith("wss://")
