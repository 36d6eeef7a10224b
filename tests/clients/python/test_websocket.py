"""The WebSocket client against the websockets library, and against servers that break the protocol."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from longwire_client.errors import Closed, HandshakeRefused, NotConnected
from longwire_client.websocket import WebSocket, masked
from self_signed import self_signed

PROTOCOL = "json.webpubsub.azure.v1"


async def echo(connection: ServerConnection) -> None:
    async for message in connection:
        if message == "close":
            await connection.close(4403, "no")
        elif message == "fragments":
            await connection.send(["a", "b", "c"])
        else:
            await connection.send(message)


@asynccontextmanager
async def served() -> AsyncIterator[str]:
    async with serve(echo, "127.0.0.1", 0, subprotocols=[PROTOCOL], ping_interval=0.05) as server:  # type: ignore[list-item]
        yield f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"


def test_texts_of_every_length_field_go_there_and_back() -> None:
    async def scene() -> None:
        async with served() as url:
            socket = await WebSocket.connect(f"{url}/v1?x=1", [PROTOCOL])
            for text in ("", "é" * 60, "x" * 126, "y" * 70_000, "🐦"):
                socket.send(text)
                assert await socket.receive() == text
            socket.send("fragments")
            assert await socket.receive() == "abc"
            await socket.close()

    asyncio.run(scene())


def test_pings_are_answered_and_a_close_says_its_code() -> None:
    async def scene() -> None:
        async with served() as url:
            socket = await WebSocket.connect(url, [PROTOCOL])
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.3):
                    await socket.receive()
            socket.send("close")
            with pytest.raises(Closed, match="no") as closed:
                await socket.receive()
            assert closed.value.code == 4403
            await socket.close()

    asyncio.run(scene())


@asynccontextmanager
async def answering(*answers: bytes) -> AsyncIterator[str]:
    """A server that says these bytes, whatever it is asked, and ends."""

    tasks = list[asyncio.Task[None] | None]()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.append(asyncio.current_task())
        with suppress(EOFError, OSError):
            await reader.readuntil(b"\r\n\r\n")
            writer.writelines(answers)
        writer.transport.close()
        with suppress(OSError):
            await writer.wait_closed()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        await asyncio.gather(*filter(None, tasks))


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: forged\r\nSec-WebSocket-Protocol: x\r\n\r\n",
        b"x" * 100_000,
    ],
)
def test_what_is_no_handshake_is_no_connection(answer: bytes) -> None:
    async def scene() -> None:
        async with answering(answer) as url:
            with pytest.raises(NotConnected):
                await WebSocket.connect(url, [PROTOCOL])

    asyncio.run(scene())


def test_an_error_names_the_host_and_not_the_token() -> None:
    async def scene() -> None:
        async with answering() as url:
            with pytest.raises(NotConnected) as error:
                await WebSocket.connect(f"{url}v1?access_token=secret", [PROTOCOL])
        assert str(error.value) == f"no connection to {url[5:-1]}: it ended the handshake"

    asyncio.run(scene())


def test_a_refused_handshake_has_its_status() -> None:
    async def scene() -> None:
        async with answering(b"HTTP/1.1 401 Unauthorized\r\n\r\n") as url:
            with pytest.raises(HandshakeRefused) as refused:
                await WebSocket.connect(url, [PROTOCOL])
            assert refused.value.status == 401

    asyncio.run(scene())


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/", "ws://", "ws://127.0.0.1:1/", "ws://h:99999/", "ws://h/\r\nX: y", ""]
)
def test_an_address_of_no_use_is_no_connection(url: str) -> None:
    async def scene() -> None:
        with pytest.raises(NotConnected):
            await WebSocket.connect(url, [PROTOCOL])

    asyncio.run(scene())


@pytest.mark.parametrize(
    "frame",
    [b"\x81\x80abcd", b"\xc1\x01x", b"\x81\x7f" + b"\x7f" + b"\xff" * 7, b"\x81\x05ab", b"\x01\x7e\xff"],
    ids=["masked", "reserved bit", "huge", "cut off", "cut off in its length"],
)
def test_a_server_that_breaks_the_protocol_is_left(frame: bytes) -> None:
    async def scene() -> None:
        reader = asyncio.StreamReader()
        reader.feed_data(frame)
        reader.feed_eof()
        async with answering() as url:
            host, port = url.removeprefix("ws://").strip("/").split(":")
            _, writer = await asyncio.open_connection(host, int(port))
            socket = WebSocket(reader, writer)
            with pytest.raises(Closed) as closed:
                await socket.receive()
            assert closed.value.code == 1006
            socket.abort()

    asyncio.run(scene())


def test_a_mask_changes_the_bytes_and_not_their_number() -> None:
    assert masked(1, b"abc", b"\1\2\3\4") == b"\x81\x83\1\2\3\4" + bytes([97 ^ 1, 98 ^ 2, 99 ^ 3])
    assert masked(1, b"", b"\1\2\3\4") == b"\x81\x80\1\2\3\4"


def test_a_certificate_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = self_signed(tmp_path)

    async def scene() -> None:
        subprotocols: Any = [PROTOCOL]
        async with serve(echo, "localhost", 0, subprotocols=subprotocols, ssl=context) as server:
            url = f"wss://localhost:{next(iter(server.sockets)).getsockname()[1]}/"
            with pytest.raises(NotConnected, match="certificate"):
                await WebSocket.connect(url, [PROTOCOL])
            monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
            socket = await WebSocket.connect(url, [PROTOCOL])
            socket.send("hello")
            assert await socket.receive() == "hello"
            await socket.close()

    asyncio.run(scene())
