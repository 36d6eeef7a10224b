"""HTTP/1.1 byte by byte: a client that sends what it is told, and an application that remembers what arrived."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from longwire.server.http1 import Exchange, HttpConnection, HttpRequest, HttpResponse

Answer = Callable[[HttpRequest, Exchange], None]


def echo(request: HttpRequest, exchange: Exchange) -> None:
    exchange.respond(HttpResponse(200, (("x-target", request.target),), request.body))


@dataclass
class Recorder:
    """An application that remembers what arrived and answers as told."""

    answer: Answer = echo
    requests: list[HttpRequest] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    def request(self, request: HttpRequest, exchange: Exchange) -> None:
        self.requests.append(request)
        self.exchanges.append(exchange)
        self.arrived.set()
        self.answer(request, exchange)


@dataclass
class Client:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def response(self) -> tuple[int, dict[str, str], bytes]:
        """One response that says its length."""
        status, headers = await self.head()
        return status, headers, await self.reader.readexactly(int(headers.get("content-length", "0")))

    async def head(self) -> tuple[int, dict[str, str]]:
        lines = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        pairs = (line.partition(": ") for line in lines[1:] if line)
        return int(lines[0].split()[1]), {name.lower(): value for name, _, value in pairs}

    async def rest(self) -> bytes:
        return await self.reader.read()


class Tracked(HttpConnection):
    """Says when it is over, so that a test leaves no socket behind."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.over = self.loop.create_future()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.over.set_result(None)


@asynccontextmanager
async def served(application: Recorder, *, request_timeout: float = 30) -> AsyncIterator[Client]:
    loop = asyncio.get_running_loop()
    connection = Tracked(application, loop, request_timeout=request_timeout)
    server = await loop.create_server(lambda: connection, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    try:
        yield Client(reader, writer)
    finally:
        writer.close()
        server.close()
        connection.transport.abort()
        await asyncio.wait_for(connection.over, 5)
        await asyncio.sleep(0)
