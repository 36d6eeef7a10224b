"""What an HTTP/1.1 message says, whoever carries it, and what may follow its answer."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol

__all__ = ["Arrived", "Headers", "HttpRequest", "HttpResponse", "TooLarge", "Upgraded"]

Headers = tuple[tuple[str, str], ...]
LINE_BREAKS = {ord("\r"): " ", ord("\n"): " ", 0: " "}


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """``target`` is as sent (path and query); header names keep the client's casing."""

    method: str
    target: str
    headers: Headers
    body: bytes = b""
    upgrade: bool = False

    def header(self, name: str) -> str | None:
        """The last value of a header, by case-insensitive name."""
        wanted = name.lower()
        return next((value for key, value in reversed(self.headers) if key.lower() == wanted), None)

    @property
    def path(self) -> str:
        """The target without its query, still percent-encoded."""
        return self.target.partition("?")[0]


@dataclass(frozen=True, slots=True)
class HttpResponse:
    status: int
    headers: Headers = ()
    body: bytes = b""
    close: bool = False

    def head(self, *, length: bool = True) -> bytes:
        """The bytes before the body. A Content-Length among the headers (an answer to HEAD) is left as it is."""
        lines = [f"HTTP/1.1 {self.status} {reason(self.status)}"]
        # RFC 9110, 5.5: CR and LF within a field value are dangerous; replace each with SP.
        lines += [f"{name}: {value}".translate(LINE_BREAKS) for name, value in self.headers]
        # RFC 9110, 8.6: no Content-Length in a 1xx or 204 response.
        if length and self.status >= 200 and self.status != 204 and not self.has_length():
            lines.append(f"content-length: {len(self.body)}")
        if self.close:
            lines.append("connection: close")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")

    def has_length(self) -> bool:
        return any(name.lower() == "content-length" for name, _ in self.headers)


@dataclass(frozen=True, slots=True)
class Arrived:
    """A request, or the refusal of what could not be one, in the order in which the client sent them."""

    what: HttpRequest | HttpResponse
    keep_alive: bool = True


def reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


class TooLarge(Exception):
    """A request with a head (431) or a body (413) larger than is read."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Upgraded(Protocol):
    """What takes the transport over after an upgrade."""

    def data_received(self, data: bytes) -> None: ...
    def eof_received(self) -> None: ...
    def connection_lost(self, exc: Exception | None) -> None: ...
    def pause_writing(self) -> None: ...
    def resume_writing(self) -> None: ...
