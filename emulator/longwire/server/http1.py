"""HTTP/1.1 on an asyncio transport: requests in, responses out, in order, or an upgrade to something else.

Parsing is httptools' (llhttp). Used by the gateway's port and by the services' port.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Protocol, cast

import httptools

from longwire.server.http_message import Arrived, HttpRequest, HttpResponse, TooLarge, Upgraded

__all__ = ["Exchange", "HttpApplication", "HttpConnection", "HttpRequest", "HttpResponse"]

MAX_HEAD = 64 * 1024  # bytes of request line and headers; API Gateway itself allows 10,240 of headers
MAX_HEADERS = 1000  # of one request, so that a head of 64 KB does not become a thousand times as many objects
MAX_BODY = 16 * 1024 * 1024  # bytes; DynamoDB's BatchWriteItem is the largest call a handler makes
MAX_PIPELINED = 16  # requests waiting on one connection before we stop reading
REQUEST_TIMEOUT = 30.0  # seconds from connecting, and later from a request's first byte, to its last (slow-loris)
LINGER = 2.0  # seconds that a refused client has to read why, before the connection is closed under it


class HttpApplication(Protocol):
    """Called once per request, in order; must answer through the exchange, now or later."""

    def request(self, request: HttpRequest, exchange: "Exchange") -> None: ...


@dataclass(slots=True, eq=False)
class Exchange:
    """One request's answer: ``respond``, or ``stream`` and then ``write``, or ``upgrade``."""

    connection: "HttpConnection"
    gone: Callable[[], None] | None = None
    method: str = "GET"
    keep_alive: bool = True

    def respond(self, response: HttpResponse) -> None:
        if not self.keep_alive and not response.close:
            response = replace(response, close=True)
        # RFC 9110, 9.3.2: the server MUST NOT send content in the response to HEAD.
        body = b"" if self.method == "HEAD" else response.body
        self.connection.write((response.head() + body,))
        self.connection.finished(close=response.close)

    def stream(self, response: HttpResponse, gone: Callable[[], None]) -> None:
        """Start a body without end (server-sent events); ``gone`` is called when the client leaves."""
        self.gone = gone
        self.connection.write((response.head(length=False),))

    def write(self, chunk: bytes) -> bool:
        """Send a piece of a stream; false when the client is too far behind and the piece was not sent."""
        return self.connection.write_bounded(chunk)

    def upgrade(self, upgraded: Upgraded) -> asyncio.Transport:
        """Hand the transport over, with what the client sent after its request."""
        return self.connection.hand_over(upgraded)


class HttpConnection(asyncio.Protocol):
    """One client's TCP connection."""

    def __init__(
        self, application: HttpApplication, loop: asyncio.AbstractEventLoop, *, request_timeout: float = REQUEST_TIMEOUT
    ) -> None:
        self.application = application
        self.loop = loop
        self.request_timeout = request_timeout
        self.parser: httptools.HttpRequestParser | None = httptools.HttpRequestParser(self)
        self.upgraded: Upgraded | None = None
        self.waiting: deque[Arrived] = deque()
        self.exchange: Exchange | None = None
        self.leftover = b""
        self.refused = False
        self.ended = False  # the client sends no more, and may still be reading
        self.deadline: asyncio.TimerHandle | None = None
        self.start_request()

    def start_request(self) -> None:
        self.target = b""
        self.headers: list[tuple[str, str]] = []
        self.body: list[bytes] = []
        self.in_head = True
        self.head_size = 0
        self.head_fed = 0
        self.body_size = 0

    # --- asyncio's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is one in all but its base class
        self.start_deadline()

    @property
    def source_ip(self) -> str:
        peer = self.transport.get_extra_info("peername")
        return str(peer[0]) if peer else ""

    def data_received(self, data: bytes) -> None:
        if self.upgraded is not None:
            self.deliver_leftover()  # a loop may read twice before it runs what hand_over scheduled
            self.upgraded.data_received(data)
        elif self.parser is not None:
            self.parse(self.parser, data)
        elif self.refused:
            return
        elif len(self.leftover) + len(data) <= MAX_HEAD:
            self.leftover += data  # sent before the upgrade was answered; bounded
        else:
            self.transport.abort()

    def parse(self, parser: httptools.HttpRequestParser, data: bytes) -> None:
        self.start_deadline()
        headers = self.headers if self.in_head else None
        try:
            parser.feed_data(data)
            if self.headers is headers and self.in_head:
                self.count_unfinished_head(len(data))
        except httptools.HttpParserUpgrade as upgrade:
            self.parser = None
            self.leftover = data[upgrade.args[0] :]
        except TooLarge as exc:
            self.refuse(exc.status)
        except (httptools.HttpParserError, httptools.HttpParserCallbackError) as exc:
            self.refuse(exc.__context__.status if isinstance(exc.__context__, TooLarge) else 400)
        self.next_request()

    def eof_received(self) -> bool | None:
        if self.upgraded is not None:
            self.deliver_leftover()
            self.upgraded.eof_received()
            return self.transport.can_write_eof()
        self.ended = True
        # A client may shut down its side and wait for the answer; one that was reading a stream has left.
        # TLS has no half of a connection.
        return self.transport.can_write_eof() and self.exchange is not None and self.exchange.gone is None

    def connection_lost(self, exc: Exception | None) -> None:
        self.cancel_deadline()
        if self.upgraded is not None:
            self.deliver_leftover()
            self.upgraded.connection_lost(exc)
        elif self.exchange is not None and self.exchange.gone is not None:
            self.exchange.gone()
        self.waiting.clear()

    def stop(self) -> None:
        """Close a connection that is kept alive for requests that will not be answered any more."""
        if self.upgraded is None and hasattr(self, "transport"):
            self.transport.close()

    def pause_writing(self) -> None:
        if self.upgraded is not None:
            self.upgraded.pause_writing()

    def resume_writing(self) -> None:
        if self.upgraded is not None:
            self.upgraded.resume_writing()

    # --- httptools' side

    def on_message_begin(self) -> None:
        self.start_deadline()  # it may begin behind another, in the same piece of data

    def on_url(self, url: bytes) -> None:
        self.target += url
        self.count_head(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.decode("latin-1"), value.decode("latin-1")))
        self.count_head(len(name) + len(value) + 4)
        if len(self.headers) > MAX_HEADERS:
            raise TooLarge(431)

    def on_headers_complete(self) -> None:
        self.in_head = False
        announced = self.header("content-length")
        if announced.isdigit() and int(announced) > MAX_BODY:
            raise TooLarge(413)
        # RFC 9110, 10.1.1: the client waits for 100 (Continue) before it sends the body. boto3 does so for S3.
        if self.header("expect").lower() == "100-continue" and self.exchange is None and not self.waiting:
            self.write((b"HTTP/1.1 100 Continue\r\n\r\n",))

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name), "")

    def count_head(self, size: int) -> None:
        self.head_size += size
        if self.head_size > MAX_HEAD:
            raise TooLarge(431)

    def count_unfinished_head(self, fed: int) -> None:
        """The parser keeps a field that has not ended yet to itself: count what it was fed instead."""
        self.head_fed += fed
        if self.head_fed > MAX_HEAD:
            raise TooLarge(431)

    def on_body(self, body: bytes) -> None:
        self.body.append(body)
        self.body_size += len(body)
        if self.body_size > MAX_BODY:
            raise TooLarge(413)

    def on_message_complete(self) -> None:
        assert self.parser is not None
        request = HttpRequest(
            self.parser.get_method().decode("ascii"),
            self.target.decode("latin-1"),
            tuple(self.headers),
            b"".join(self.body),
            self.parser.should_upgrade(),
        )
        self.waiting.append(Arrived(request, self.parser.should_keep_alive()))
        self.start_request()
        self.cancel_deadline()
        if len(self.waiting) > MAX_PIPELINED:
            self.transport.pause_reading()

    # --- answers

    def next_request(self) -> None:
        if self.exchange is not None or not self.waiting or self.transport.is_closing():
            return
        arrived = self.waiting.popleft()
        if isinstance(arrived.what, HttpResponse):
            self.turn_away(arrived.what)
            return
        self.exchange = Exchange(self, method=arrived.what.method, keep_alive=arrived.keep_alive)
        self.application.request(arrived.what, self.exchange)

    def write(self, chunks: Iterable[bytes]) -> None:
        if not self.transport.is_closing():
            self.transport.writelines(chunks)

    def write_bounded(self, chunk: bytes) -> bool:
        if self.transport.is_closing() or self.transport.get_write_buffer_size() > MAX_BODY:
            return False
        self.transport.write(chunk)
        return True

    def finished(self, *, close: bool) -> None:
        self.exchange = None
        if close:
            self.transport.close()
        elif self.waiting:
            self.loop.call_soon(self.next_request)
        elif self.ended or (self.parser is None and not self.refused):  # behind a declined upgrade comes no HTTP
            self.transport.close()
        elif not self.transport.is_closing():
            self.transport.resume_reading()

    def hand_over(self, upgraded: Upgraded) -> asyncio.Transport:
        self.upgraded = upgraded
        self.loop.call_soon(self.deliver_leftover)
        return self.transport

    def deliver_leftover(self) -> None:
        leftover, self.leftover = self.leftover, b""
        if leftover and self.upgraded is not None:
            self.upgraded.data_received(leftover)

    # --- refusals

    def refuse(self, status: int) -> None:
        """Read no further request; the refusal is sent after the answers to the requests before it."""
        self.parser = None
        self.refused = True
        self.cancel_deadline()
        self.waiting.append(Arrived(HttpResponse(status, close=True)))

    def turn_away(self, response: HttpResponse) -> None:
        # RFC 9112, 9.6: closing while the client still sends resets the connection, and the response may be lost;
        # so close our side alone and read on for a while.
        self.write((response.head(),))
        if self.ended or not self.transport.can_write_eof():
            self.transport.close()
            return
        self.transport.write_eof()
        self.deadline = self.loop.call_later(LINGER, self.transport.close)

    def too_slow(self) -> None:
        self.refuse(408)
        self.next_request()

    def start_deadline(self) -> None:
        if self.deadline is None:
            self.deadline = self.loop.call_later(self.request_timeout, self.too_slow)

    def cancel_deadline(self) -> None:
        if self.deadline is not None:
            self.deadline.cancel()
            self.deadline = None
