"""One client of a replay, against a server that does as it is told."""

import asyncio

import pytest
from websockets.asyncio.server import ServerConnection, serve

from longwire.errors import UsageError
from longwire.recording.live_connection import LiveConnection, Opening

HEADERS = [("Host", "recorded"), ("Sec-WebSocket-Protocol", "a, b"), ("Sec-WebSocket-Key", "x"), ("X-Own", "1")]


def test_a_recorded_handshake_is_made_again_without_what_the_library_writes() -> None:
    opening = Opening("ws://x/dev", [("q", "a b")], HEADERS)
    assert opening.uri == "ws://x/dev?q=a+b"
    assert opening.subprotocols == ["a", "b"]
    assert opening.kept_headers == [("X-Own", "1")]


@pytest.mark.asyncio
async def test_frames_are_taken_in_any_order_and_waited_for() -> None:
    async def answer(ws: ServerConnection) -> None:
        for text in ("b", "a"):
            await ws.send(text)
        await ws.recv()
        await ws.send("c")
        await ws.close(4001, "bye")

    async with serve(answer, "127.0.0.1", 0, compression=None) as server:
        live = LiveConnection(1)
        await live.open(Opening(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}", [], []))
        assert await live.take("a".__eq__, 20.0) == (1, "a")
        assert await live.take("b".__eq__, 20.0) == (0, "b")
        assert await live.take("x".__eq__, 0.0) is None
        assert await live.send("go")
        assert await live.take("c".__eq__, 20.0) == (2, "c")
        assert await live.wait_closed(20.0) == (4001, "bye")
        assert await live.take("x".__eq__, 20.0) is None
        assert not await live.send("too late")


@pytest.mark.asyncio
@pytest.mark.parametrize(("code", "seen"), [(1000, 1000), (1005, 1000), (4321, 4321), (1006, 1006)])
async def test_it_leaves_as_the_recorded_client_did(code: int, seen: int) -> None:
    ended = asyncio.Queue[int | None]()

    async def wait(ws: ServerConnection) -> None:
        await ws.wait_closed()
        await ended.put(ws.close_code)

    async with serve(wait, "127.0.0.1", 0, compression=None) as server:
        live = LiveConnection(1)
        await live.open(Opening(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}", [], []))
        await live.close(code, "")
        assert await ended.get() == seen


@pytest.mark.asyncio
async def test_where_nothing_answers_that_is_said() -> None:
    with pytest.raises(UsageError, match="no WebSocket API answers at"):
        await LiveConnection(1).open(Opening("ws://127.0.0.1:1", [], []))
