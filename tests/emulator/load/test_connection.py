"""Against a WebSocket server that is not ours."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import pytest
import pytest_asyncio
from websockets.asyncio.server import Server, ServerConnection, serve

from longwire.load.connection import Connection, Target

pytestmark = pytest.mark.asyncio


@dataclass
class Recorder:
    """An Owner that writes down what it is told."""

    told: "asyncio.Queue[tuple[str, Any]]" = field(default_factory=asyncio.Queue)

    def opened(self, connection: Connection) -> None:
        self.told.put_nowait(("opened", connection.number))

    def refused(self, connection: Connection, why: str) -> None:  # noqa: ARG002 - the Protocol's signature, as below
        self.told.put_nowait(("refused", why))

    def received(self, connection: Connection, message: bytes) -> None:  # noqa: ARG002
        self.told.put_nowait(("received", message))

    def closed(self, connection: Connection, code: int) -> None:  # noqa: ARG002
        self.told.put_nowait(("closed", code))

    async def next(self) -> tuple[str, Any]:
        return await asyncio.wait_for(self.told.get(), 20)


async def behaviour(ws: ServerConnection) -> None:
    async for message in ws:
        assert isinstance(message, str)
        if message == "fragments":
            await ws.send(["one ", "two ", "three"])
        elif message == "ping":
            await (await ws.ping(b"are you there"))
            await ws.send("ponged")
        elif message.startswith("close"):
            await ws.close(int(message.removeprefix("close")))
        elif message == "cut":
            ws.transport.abort()
        else:
            await ws.send(message)


@pytest_asyncio.fixture
async def server() -> AsyncIterator[Server]:
    def only_in(ws: ServerConnection, request: Any) -> Any:
        return ws.respond(HTTPStatus.FORBIDDEN, "no") if "refuse" in request.path else None

    async with serve(behaviour, "127.0.0.1", 0, process_request=only_in, subprotocols=["b"]) as made:  # type: ignore[list-item]  # a NewType of str
        yield made


def url(server: Server, path: str = "/dev") -> str:
    return f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}{path}"


async def opened(server: Server, recorder: Recorder, path: str = "/dev") -> Connection:
    target = Target.of(url(server, path), {"token": "a b"}, {"X-Own": "1"}, "b")
    connection = Connection(recorder, target, 1)
    await connection.connect(10)
    return connection


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536, 131_072])
async def test_messages_of_all_sizes_come_back_as_they_were(server: Server, size: int) -> None:
    recorder = Recorder()
    connection = await opened(server, recorder)
    assert await recorder.next() == ("opened", 1)
    connection.send(b"x" * size)
    assert await recorder.next() == ("received", b"x" * size)
    connection.close()
    assert await recorder.next() == ("closed", 1000)


async def test_fragments_are_one_message_and_pings_are_answered(server: Server) -> None:
    recorder = Recorder()
    connection = await opened(server, recorder)
    await recorder.next()
    connection.send(b"fragments")
    assert await recorder.next() == ("received", b"one two three")
    connection.send(b"ping")
    assert await recorder.next() == ("received", b"ponged")
    connection.abort()
    assert await recorder.next() == ("closed", 1006)


@pytest.mark.parametrize(("message", "code"), [(b"close1001", 1001), (b"close4000", 4000), (b"cut", 1006)])
async def test_how_the_server_ends_it_is_told(server: Server, message: bytes, code: int) -> None:
    recorder = Recorder()
    connection = await opened(server, recorder)
    await recorder.next()
    connection.send(message)
    assert await recorder.next() == ("closed", code)


async def test_what_is_sent_with_the_handshake_arrives(server: Server) -> None:
    recorder = Recorder()
    await opened(server, recorder)
    await recorder.next()
    (ws,) = server.connections
    assert ws.request is not None
    assert ws.request.path == "/dev?token=a+b"
    assert ws.request.headers["X-Own"] == "1"
    assert ws.subprotocol == "b"


async def test_a_refusal_is_told_by_its_status(server: Server) -> None:
    recorder = Recorder()
    await opened(server, recorder, "/refuse")
    assert await recorder.next() == ("refused", "403")


async def test_nobody_listening_is_told(unused_tcp_port: int) -> None:
    recorder = Recorder()
    target = Target.of(f"ws://127.0.0.1:{unused_tcp_port}/", {}, {}, "")
    await Connection(recorder, target, 1).connect(10)
    assert await recorder.next() == ("refused", "Connection refused")


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"", "closed before it was answered"),
        (b"SSH-2.0-OpenSSH\r\n\r\n", "no HTTP"),
        (b"HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: other\r\n\r\n", "a wrong Sec-WebSocket-Accept"),
        (b"x" * 70_000, "an answer without an end"),
    ],
)
async def test_something_else_that_listens_is_told(answer: bytes, why: str) -> None:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    recorder = Recorder()
    async with await asyncio.start_server(handle, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        await Connection(recorder, Target.of(f"ws://127.0.0.1:{port}/", {}, {}, ""), 1).connect(10)
        assert await recorder.next() == ("refused", why)


async def test_a_server_that_never_answers_is_given_up() -> None:
    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    recorder = Recorder()
    async with await asyncio.start_server(say_nothing, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        await Connection(recorder, Target.of(f"ws://127.0.0.1:{port}/", {}, {}, ""), 1).connect(0.2)
        assert await recorder.next() == ("refused", "timeout")


@pytest.mark.parametrize("wrong", ["http://localhost/dev", "localhost:8765", "ws:///dev", ""])
async def test_what_is_no_websocket_url_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="no WebSocket URL"):
        Target.of(wrong, {}, {}, "")


async def test_a_header_cannot_smuggle_in_another_one() -> None:
    with pytest.raises(ValueError, match="no header may have"):
        Target.of("ws://localhost/", {}, {"X-Own": "1\r\nHost: other"}, "")
