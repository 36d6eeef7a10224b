"""Clients that send without end or do not read, on real sockets: each is bounded, and ended with a code."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from websockets.frames import Close, Opcode

from client_frames import UPGRADE, deflated, head, masked

pytestmark = pytest.mark.asyncio


class Raw:
    """A client that was upgraded and sends what it is told."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def closed(self) -> Close:
        """The close frame, which is all that the server sends here."""
        async with asyncio.timeout(5):
            first, length = await self.reader.readexactly(2)
            assert first == 0x80 | Opcode.CLOSE
            return Close.parse(await self.reader.readexactly(length))


@asynccontextmanager
async def upgraded(port: int, **headers: str) -> AsyncIterator[Raw]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in {**UPGRADE, **headers}.items()]
    writer.write(("GET /dev HTTP/1.1\r\n" + "\r\n".join(lines) + "\r\n\r\n").encode())
    assert b" 101 " in await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
    try:
        yield Raw(reader, writer)
    finally:
        writer.transport.abort()
        for _ in range(20):  # rounds of the loop in which the server sees that its client has gone
            await asyncio.sleep(0)


@pytest.fixture
def ends(routes: Any) -> Any:
    """An API that tells how its connections ended, and the queue that gets it."""
    queue: asyncio.Queue[int] = asyncio.Queue()

    def disconnect(event: Any) -> None:
        queue.put_nowait(event["requestContext"]["disconnectStatusCode"])

    return routes.api(routes.aws_proxy("$disconnect")), {"Disconnect": disconnect}, queue


@pytest.mark.parametrize("fragment", [b"", b"x", b"x" * 1000])
async def test_fragments_without_end_are_1009(serve: Any, ends: Any, fragment: bytes) -> None:
    api, functions, queue = ends
    run = await serve(api, functions, message_size=4096)
    async with upgraded(run.port) as client:
        await client.send(masked(Opcode.TEXT, fin=False))
        with suppress(ConnectionError):
            await client.send(masked(Opcode.CONT, fragment, fin=False) * 5000)
        assert (await client.closed()).code == 1009
        assert await asyncio.wait_for(queue.get(), 5) == 1009


async def test_a_compression_bomb_is_1009(serve: Any, ends: Any) -> None:
    api, functions, queue = ends
    run = await serve(api, functions)
    async with upgraded(run.port, Sec_WebSocket_Extensions="permessage-deflate") as client:
        bomb = deflated(b"\0" * 30_000_000)
        assert len(bomb) < 32_768
        await client.send(masked(Opcode.TEXT, bomb, rsv1=True))
        assert (await client.closed()).code == 1009
        assert await asyncio.wait_for(queue.get(), 5) == 1009


async def test_a_message_that_never_ends_is_no_activity_and_the_connection_idles_out(serve: Any, ends: Any) -> None:
    """Neither a frame in pieces nor fragments keep a connection open: only whole messages are messages."""
    api, functions, queue = ends
    run = await serve(api, functions, idle_timeout=0.3)
    async with upgraded(run.port) as client:
        await client.send(masked(Opcode.TEXT, b"a", fin=False) + head(0x00, 30_000))
        sending = asyncio.create_task(drip(client))
        closed = await client.closed()
        assert (closed.code, closed.reason) == (1001, "Going away")
        assert await asyncio.wait_for(queue.get(), 5) == 1001
        sending.cancel()


async def drip(client: Raw) -> None:
    with suppress(ConnectionError):
        while True:
            await client.send(b"a")
            await asyncio.sleep(0.02)


async def test_pings_without_end_from_a_client_that_does_not_read_are_not_read(serve: Any, ends: Any) -> None:
    """Each would be a pong to keep."""
    api, functions, _ = ends
    run = await serve(api, functions)
    async with upgraded(run.port) as client:
        client.writer.transport.pause_reading()  # type: ignore[attr-defined]
        flooding = asyncio.create_task(ping_for_ever(client))
        assert await asyncio.wait({flooding}, timeout=1) == (set(), {flooding})
        ((_, socket),) = run.stage.sockets.items()
        assert socket.buffered < 1024 * 1024
        flooding.cancel()


async def ping_for_ever(client: Raw) -> None:
    """Some 130 MB, more than all the buffers between the two take."""
    for _ in range(1000):
        await client.send(masked(Opcode.PING, b"x" * 125) * 1000)


async def test_answers_that_a_client_does_not_read_cut_it_at_16_mb(serve: Any, routes: Any) -> None:
    """What it sent in one go was read in one go, and every message has its answer."""
    seen: asyncio.Queue[Any] = asyncio.Queue()
    mock = routes.mock("$default", json.dumps({"statusCode": 200}), "y" * 100_000)
    run = await serve(routes.api(mock, routes.aws_proxy("$disconnect")), {"Disconnect": seen.put_nowait})
    async with upgraded(run.port) as client:
        client.writer.transport.pause_reading()  # type: ignore[attr-defined]
        await client.send(masked(Opcode.TEXT, b"x") * 2000)
        event = await asyncio.wait_for(seen.get(), 10)
        assert event["requestContext"]["disconnectStatusCode"] == 1006
        assert run.stage.sockets == {}
