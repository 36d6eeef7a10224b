"""One HTTP/1.1 request of an integration to its backend. Parsing is httptools' (llhttp), as for our own port."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httptools

__all__ = ["HttpAnswer", "HttpFailed", "send"]

LARGEST = 10 * 1024 * 1024  # bytes of an answer; documented of REST APIs: "payload size 10 MB"
CHUNK = 64 * 1024
OWN = frozenset({"host", "connection", "content-length", "transfer-encoding", "expect", "upgrade", "te", "trailer"})


class HttpFailed(Exception):
    """No answer; the message says why."""


@dataclass
class HttpAnswer:
    status: int = 0
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""


class Reading:
    """httptools' callbacks."""

    def __init__(self, *, without_body: bool) -> None:
        self.answer = HttpAnswer()
        self.parser = httptools.HttpResponseParser(self)
        self.without_body = without_body
        self.parts: list[bytes] = []
        self.size = 0
        self.done = False

    def on_header(self, name: bytes, value: bytes) -> None:
        self.answer.headers.append((name.decode("latin-1"), value.decode("latin-1")))

    def on_headers_complete(self) -> None:
        self.answer.status = self.parser.get_status_code()
        if self.answer.status < 200:  # 100 Continue, 103 Early Hints: the answer is still to come
            self.answer = HttpAnswer()
        elif self.without_body or self.answer.status in (204, 304):
            self.done = True

    def on_body(self, body: bytes) -> None:
        self.size += len(body)
        if self.size > LARGEST:
            raise HttpFailed(f"its answer has more than {LARGEST // 1024 // 1024} MB")
        self.parts.append(body)

    def on_message_complete(self) -> None:
        self.done = self.done or self.answer.status >= 200

    def over(self) -> bool:
        return self.done

    def finished(self) -> HttpAnswer:
        if not self.answer.status:
            raise HttpFailed("it closed the connection without an answer")
        self.answer.body = b"".join(self.parts)
        return self.answer


async def send(
    method: str, url: str, headers: Iterable[tuple[str, str]], body: bytes, *, host: str | None = None
) -> HttpAnswer:
    """Redirects are not followed, as by API Gateway. ``host`` is the Host header, if it is not the URL's.

    Raises HttpFailed. How long it may take is for the caller to say.
    """
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        reader, writer = await asyncio.open_connection(parts.hostname, port, ssl=parts.scheme == "https" or None)
    except OSError as exc:
        raise HttpFailed(f"{parts.scheme}://{parts.netloc} cannot be reached: {exc.strerror or exc}") from exc
    try:
        target = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
        writer.write(head(method, target, [("Host", host or parts.netloc), *headers], body) + body)
        return await received(reader, without_body=method == "HEAD")
    except (OSError, UnicodeEncodeError) as exc:
        raise HttpFailed(f"{parts.netloc}: {exc}") from exc
    finally:
        writer.close()


def head(method: str, target: str, headers: Iterable[tuple[str, str]], body: bytes) -> bytes:
    kept = [f"{name}: {value}" for name, value in headers if name.lower() not in OWN or name == "Host"]
    lines = [f"{method} {target} HTTP/1.1", *kept, f"Content-Length: {len(body)}", "Connection: close", "", ""]
    return "\r\n".join(lines).encode()


async def received(reader: asyncio.StreamReader, *, without_body: bool) -> HttpAnswer:
    reading = Reading(without_body=without_body)
    while not reading.over():
        data = await reader.read(CHUNK)
        try:
            if not data:
                break  # an answer without a length ends with its connection
            reading.parser.feed_data(data)
        except httptools.HttpParserCallbackError as exc:
            raise (exc.__context__ if isinstance(exc.__context__, HttpFailed) else HttpFailed(str(exc))) from None
        except httptools.HttpParserError as exc:
            if reading.over():  # what follows an answer is nobody's
                break
            raise HttpFailed(f"its answer is no HTTP: {exc}") from exc
    return reading.finished()
