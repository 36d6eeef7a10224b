"""HTTP requests of integrations, against a scripted server."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio

from longwire.server.http_client import LARGEST, HttpFailed, send

Serve = Callable[[bytes], int]


@pytest_asyncio.fixture
async def serve() -> AsyncIterator[Callable[..., object]]:
    """``await serve(answer)`` gives a port and a list of what was received."""
    servers: list[asyncio.Server] = []

    async def start(answer: bytes) -> tuple[int, list[bytes]]:
        received: list[bytes] = []

        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r")[0] or 0)
            received.append(head + await reader.readexactly(length))
            writer.write(answer)
            await writer.drain()
            writer.close()

        servers.append(await asyncio.start_server(talk, "127.0.0.1", 0))
        return servers[-1].sockets[0].getsockname()[1], received

    yield start
    for server in servers:
        server.close()


@pytest.mark.asyncio
async def test_a_request_is_sent_and_its_answer_read(serve: Callable[..., object]) -> None:
    port, received = await serve(b"HTTP/1.1 201 Created\r\nX-A: 1\r\nX-A: 2\r\nContent-Length: 5\r\n\r\nhello")  # type: ignore[misc]
    found = await send("PUT", f"http://127.0.0.1:{port}/a?b=c", [("X-B", "d"), ("Connection", "x")], b"body")
    assert (found.status, found.body) == (201, b"hello")
    assert [value for name, value in found.headers if name == "X-A"] == ["1", "2"]
    head = f"PUT /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nX-B: d\r\nContent-Length: 4\r\nConnection: close\r\n\r\n"
    assert received[0] == head.encode() + b"body"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("answer", "status", "body"),
    [
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", 200, b"abcde"),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", 200, b"x"),
        (b"HTTP/1.0 200 OK\r\n\r\nuntil the end", 200, b"until the end"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204, b""),
        (b"HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\nabc", 204, b""),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxgarbage", 200, b"x"),
        (b"HTTP/1.1 302 Found\r\nLocation: http://example.com/\r\nContent-Length: 0\r\n\r\n", 302, b""),
    ],
)
async def test_every_way_to_end_an_answer(
    serve: Callable[..., object], answer: bytes, status: int, body: bytes
) -> None:
    port, _ = await serve(answer)  # type: ignore[misc]
    found = await send("GET", f"http://127.0.0.1:{port}", [], b"")
    assert (found.status, found.body) == (status, body)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (b"", "without an answer"),
        (b"hello\r\n\r\n", "no HTTP"),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (LARGEST + 1), "more than 10 MB"),
    ],
)
async def test_an_answer_that_is_none_is_named(serve: Callable[..., object], answer: bytes, message: str) -> None:
    port, _ = await serve(answer)  # type: ignore[misc]
    with pytest.raises(HttpFailed, match=message):
        await send("GET", f"http://127.0.0.1:{port}/", [], b"")


@pytest.mark.asyncio
async def test_nobody_listens(unused_tcp_port: int) -> None:
    with pytest.raises(HttpFailed, match="cannot be reached"):
        await send("GET", f"http://127.0.0.1:{unused_tcp_port}/", [], b"")
