"""One HTTP request to an entry point, and the parts of it that events show."""

from base64 import b64encode
from dataclasses import dataclass
from urllib.parse import unquote, unquote_plus

from longwire.core.http.api import HttpApi

__all__ = ["Incoming", "forwarded", "is_text", "text_body"]

Pairs = tuple[tuple[str, str], ...]
# RFC 9110, 7.6.1: of one connection only. Expect is answered by the port.
HOP = frozenset({"connection", "expect", "keep-alive", "proxy-authorization", "te", "trailer", "transfer-encoding",
                 "upgrade"})  # fmt: skip
TEXT_TYPES = ("application/json", "application/javascript", "application/xml")


@dataclass(frozen=True, slots=True)
class Incoming:
    """``target`` is path and query as sent, from the Stage on; header names keep the client's casing.

    ``received_at`` is epoch seconds. ``request_id`` is in the form of the entry point's kind; ``root`` an X-Ray id.
    ``signed_target`` is the target that the client signed, where a local address has another path. ``clock_ahead``:
    seconds by which ``received_at`` is ahead of the client's own time.
    """

    request_id: str
    method: str
    target: str
    headers: Pairs
    body: bytes
    source_ip: str
    received_at: float
    root: str = ""
    protocol: str = "HTTP/1.1"
    signed_target: str = ""
    clock_ahead: float = 0.0

    @property
    def path(self) -> str:
        """Still percent-encoded, with the Stage."""
        return self.target.partition("?")[0]

    @property
    def raw_query(self) -> str:
        return self.target.partition("?")[2]

    @property
    def query(self) -> Pairs:
        """Decoded, in the client's order."""
        pairs = [item.partition("=") for item in self.raw_query.split("&") if item]
        return tuple((unquote_plus(name), unquote_plus(value)) for name, _, value in pairs)

    def header(self, name: str) -> str | None:
        """All values of a header, by lower-case name, with commas between them."""
        found = [value for key, value in self.headers if key.lower() == name]
        return ",".join(found) if found else None

    def shown_path(self, api: HttpApi) -> str:
        """Observed: HTTP APIs decode the path, and lose what follows a decoded ``?``; the others leave it as it is."""
        return unquote(self.path).partition("?")[0] if api.kind == "http" else self.path

    def below(self, api: HttpApi) -> str:
        """The path below the Stage, percent-encoded."""
        return self.path.removeprefix(api.base) or "/"


def forwarded(incoming: Incoming, api: HttpApi) -> Pairs:
    """The headers that a function sees: Host as on AWS, and what the load balancer adds."""
    kept = [(name, value) for name, value in incoming.headers if name.lower() not in HOP and not is_replaced(name)]
    own = [
        ("Host", api.domain_name),
        ("X-Amzn-Trace-Id", incoming.header("x-amzn-trace-id") or f"Root={incoming.root}"),
        ("X-Forwarded-For", ", ".join(filter(None, (incoming.header("x-forwarded-for"), incoming.source_ip)))),
        ("X-Forwarded-Port", "443"),
        ("X-Forwarded-Proto", "https"),
    ]
    # Observed: HTTP APIs and function URLs show Content-Length, 0 for a GET; REST APIs show none.
    if api.kind != "rest":
        own.append(("Content-Length", str(len(incoming.body))))
    return tuple(sorted((*kept, *own), key=lambda pair: pair[0].lower()))


def is_replaced(name: str) -> bool:
    low = name.lower()
    return low == "content-length" or low in ("host", "x-amzn-trace-id") or low.startswith("x-forwarded-")


def is_text(incoming: Incoming) -> bool:
    """Observed of HTTP APIs: ``text/*`` and three more are sent as text; all others in base64, a form's too.

    Inferred: function URLs do the same.
    """
    kind = (incoming.header("content-type") or "").partition(";")[0].strip().lower()
    return kind.startswith("text/") or kind in TEXT_TYPES


def text_body(incoming: Incoming, *, text: bool) -> tuple[str | None, bool]:
    """``body`` and ``isBase64Encoded``. Text that is no UTF-8 is sent in base64."""
    if not incoming.body:
        return None, False
    if text:
        try:
            return incoming.body.decode(), False
        except UnicodeDecodeError:
            pass
    return b64encode(incoming.body).decode(), True
