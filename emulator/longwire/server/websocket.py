"""One client's WebSocket: RFC 6455 frames in and out, on a transport that HTTP hands over.

Frames holds the protocol, without I/O. Whole messages, closes and pings go to a Receiver; nothing is decided here.
"""

import asyncio
from typing import Protocol

from websockets.datastructures import Headers
from websockets.exceptions import InvalidHeader
from websockets.frames import Close
from websockets.http11 import Request, Response
from websockets.protocol import OPEN

from longwire.core.events import ConnectionLost, FrameRefused, Input, MessageReceived, PeerClosed, PingReceived
from longwire.core.quotas import Quotas
from longwire.server.frames import Frames
from longwire.server.half_open import HalfOpen
from longwire.server.http1 import Exchange, HttpRequest, HttpResponse

__all__ = ["MAX_UNREAD", "WebSocket"]

CLOSE_TIMEOUT = 5.0  # seconds for the client to answer a close frame before the connection is cut
# Bytes that a client may leave unread before it is cut. Posts stop long before (429, see server), and a client that
# does not read is not read from: only answers to what it had sent already come near this.
MAX_UNREAD = 16 * 1024 * 1024


class Receiver(Protocol):
    def __call__(self, event: Input) -> None: ...


class WebSocket:
    """``receive`` gets every input; after the first close of either side it gets nothing more."""

    def __init__(self, connection_id: str, receive: Receiver, exchange: Exchange, quotas: Quotas) -> None:
        self.connection_id = connection_id
        self.receive = receive
        self.exchange = exchange
        self.frames = Frames(self, quotas)
        self.transport: asyncio.Transport | None = None
        self.response: Response | None = None
        self.ended = False
        self.cut: asyncio.TimerHandle | None = None

    # --- the handshake

    def negotiate(self, request: HttpRequest) -> HttpResponse | None:
        """Check the upgrade; a refusal that RFC 6455 asks for, or None when it is the gateway's turn."""
        try:
            response = self.frames.accept(Request(request.target, Headers(request.headers)))
        except InvalidHeader:
            return HttpResponse(400, close=True)
        if response.status_code != 101:
            return HttpResponse(response.status_code, (("Upgrade", "websocket"),), close=True)
        self.response = response
        self.exchange.gone = self.abandoned
        return None

    def abandoned(self) -> None:
        self.ended = True
        self.receive(ConnectionLost(self.connection_id))

    def accept(self, subprotocol: str | None) -> None:
        """Send 101 with WebSocket headers alone (observed: nothing else of the integration's answer is forwarded)."""
        assert self.response is not None
        if subprotocol is not None:
            self.response.headers["Sec-WebSocket-Protocol"] = " ".join(subprotocol.split())
        self.transport = self.exchange.upgrade(self)
        self.transport.write(self.response.serialize())

    def reject(self, response: HttpResponse) -> None:
        self.ended = True
        self.exchange.gone = None
        self.exchange.respond(response)

    # --- what the client does

    def data_received(self, data: bytes) -> None:
        self.frames.receive_data(data)
        self.flush()

    def eof_received(self) -> None:
        self.frames.receive_eof()
        self.flush()
        if self.transport is not None:
            self.transport.close()

    def connection_lost(self, _exc: Exception | None) -> None:
        if self.cut is not None:
            self.cut.cancel()
        self.end(ConnectionLost(self.connection_id))

    # --- what the frames say (Listener)

    def message(self, payload: str | bytes, size: int) -> None:
        if not self.ended:
            self.receive(MessageReceived(self.connection_id, payload, size))

    def ping(self) -> None:
        if not self.ended:
            self.receive(PingReceived(self.connection_id))

    def closed(self, close: Close) -> None:
        self.end(PeerClosed(self.connection_id, close.code, close.reason))

    def failed(self, code: int) -> None:
        self.end(FrameRefused(self.connection_id, code, ""))

    def end(self, event: Input) -> None:
        if not self.ended:
            self.ended = True
            self.receive(event)

    # --- what the gateway does

    def send(self, payload: str | bytes) -> None:
        """One message, text or binary, in frames of at most 32 KB (documented for ``@connections`` as well)."""
        self.frames.send_message(payload)
        self.flush()
        if self.transport is not None and self.buffered > MAX_UNREAD:
            self.transport.abort()

    def close(self, code: int, reason: str) -> None:
        self.ended = True
        if self.frames.state is OPEN:
            self.frames.send_close(code, reason)
            self.flush()
        self.cut_later()

    def flush(self) -> None:
        transport = self.transport
        if transport is None:
            return
        for data in self.frames.data_to_send():
            if transport.is_closing():
                continue  # it takes no more, and what is not sent must not be kept either
            if data:
                transport.write(data)
            else:  # the protocol's word for "end of stream"
                # Half-close and wait for the client's end (RFC 6455, 7.1.1): closing at once with bytes unread would
                # reset the connection, and the client might never see the close frame.
                if transport.can_write_eof():
                    transport.write_eof()
                else:  # TLS: close_notify says both that we send no more and that we read no more
                    transport.close()
                self.cut_later()

    def cut_later(self) -> None:
        if self.transport is not None and self.cut is None:
            self.cut = asyncio.get_running_loop().call_later(CLOSE_TIMEOUT, self.transport.abort)

    # --- what faults do

    def drop(self) -> None:
        """Cut TCP, without a close frame; this side notices it as the other does."""
        if self.transport is not None:
            self.transport.abort()

    def half_open(self) -> HalfOpen | None:
        """Nothing passes from now on; None when it is over already."""
        if self.transport is None or self.transport.is_closing():
            return None
        silent = HalfOpen(self, self.transport)
        self.exchange.connection.upgraded = silent
        return silent

    def vanish(self) -> None:
        """Cut TCP at whatever stage it is; the gateway knows nothing of it any more."""
        self.ended = True
        self.exchange.gone = None
        self.exchange.connection.transport.abort()

    @property
    def peer_port(self) -> int:
        peer = self.exchange.connection.transport.get_extra_info("peername")
        return int(peer[1]) if peer else 0

    # --- backpressure

    @property
    def buffered(self) -> int:
        """Bytes that the client has not taken yet."""
        return 0 if self.transport is None else self.transport.get_write_buffer_size()

    def pause_writing(self) -> None:
        """A client that does not read is not read from either: its own messages cannot fill its buffer."""
        if self.transport is not None and not self.transport.is_closing():
            self.transport.pause_reading()

    def resume_writing(self) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self.transport.resume_reading()
