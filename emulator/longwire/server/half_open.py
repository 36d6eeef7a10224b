"""A half-open connection: one side is gone, and the other has not been told (RFC 9293, 3.5.1)."""

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from longwire.server.websocket import WebSocket

__all__ = ["HalfOpen"]


class Nowhere(asyncio.Transport):
    """Takes what is written as TCP does whose peer acknowledges nothing: it stays in the buffer."""

    def __init__(self) -> None:
        super().__init__()
        self.unacknowledged = 0

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.unacknowledged += len(data)

    def get_write_buffer_size(self) -> int:
        return self.unacknowledged

    def is_closing(self) -> bool:
        return False

    def can_write_eof(self) -> bool:
        return False

    def pause_reading(self) -> None:
        """Nothing is read."""

    def resume_reading(self) -> None:
        """Nothing is read."""

    def close(self) -> None:
        """The client is not told."""

    def abort(self) -> None:
        """The client is not told."""


class HalfOpen:
    """Stands between a WebSocket and its client's TCP connection until ``end`` cuts it. An Upgraded."""

    def __init__(self, socket: "WebSocket", transport: asyncio.Transport) -> None:
        self.socket = socket
        self.transport = transport
        self.lost = False
        self.over = False
        socket.transport = Nowhere()

    def end(self) -> None:
        """Both sides learn that the connection is gone."""
        self.over = True
        if self.lost:
            self.socket.connection_lost(None)
        else:
            self.transport.abort()

    def data_received(self, data: bytes) -> None:
        """It never arrives."""

    def eof_received(self) -> None:
        """It never arrives."""

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True
        if self.over:
            self.socket.connection_lost(exc)

    def pause_writing(self) -> None:
        """Nothing is written."""

    def resume_writing(self) -> None:
        """Nothing is written."""
