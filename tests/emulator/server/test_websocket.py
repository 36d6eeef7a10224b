"""RFC 6455 on the wire, with API Gateway's limits."""

import asyncio
import socket
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.frames import Frame, Opcode

pytestmark = pytest.mark.asyncio


def echo(event: Any) -> Any:
    return {"statusCode": 200, "body": event["body"]}


async def closed(ws: Any) -> tuple[int, str]:
    await asyncio.wait_for(ws.wait_closed(), 5)
    return ws.close_code, ws.close_reason


@pytest.fixture
def echo_api(routes: Any) -> Any:
    return routes.api(routes.aws_proxy("$default", two_way=True), routes.aws_proxy("$disconnect"))


async def test_a_message_in_fragments_is_one_message(serve: Any, echo_api: Any) -> None:
    run = await serve(echo_api, {"Default": echo, "Disconnect": lambda _: None})
    async with connect(run.url) as ws:
        await ws.send(["ab", "☃", "", "cd"])
        assert await ws.recv() == "ab☃cd"


@pytest.mark.parametrize(("size", "fits"), [(32_768, True), (32_769, False)])
async def test_a_frame_above_32_kb_closes_with_1009(serve: Any, echo_api: Any, size: int, fits: bool) -> None:
    """DOCUMENTED. Without compression, so that the frame's length on the wire is the message's."""
    seen: list[Any] = []
    run = await serve(echo_api, {"Default": echo, "Disconnect": seen.append})
    async with connect(run.url, compression=None, max_size=None) as ws:
        await ws.send("x" * size)
        if fits:
            assert await ws.recv() == "x" * size
            return
        assert await closed(ws) == (1009, "")
    assert seen[0]["requestContext"]["disconnectStatusCode"] == 1009


@pytest.mark.parametrize(("last", "fits"), [(32_768, True), (32_769 - 32_768, False)])
async def test_a_message_above_128_kb_closes_with_1009(serve: Any, echo_api: Any, last: int, fits: bool) -> None:
    """DOCUMENTED: 128 KB over all frames."""
    run = await serve(
        echo_api, {"Default": lambda event: {"body": str(len(event["body"]))}, "Disconnect": lambda _: None}
    )
    async with connect(run.url, compression=None) as ws:
        pieces = ["x" * 32_768] * (3 if fits else 4)
        await ws.send([*pieces, "x" * last])
        if fits:
            assert await ws.recv() == "131072"
        else:
            assert await closed(ws) == (1009, "")


async def test_a_binary_message_closes_with_1003(serve: Any, echo_api: Any) -> None:
    """DOCUMENTED."""
    run = await serve(echo_api, {"Disconnect": lambda _: None})
    async with connect(run.url) as ws:
        await ws.send(b"\x00")
        assert (await closed(ws))[0] == 1003


async def test_text_that_is_no_utf8_closes_with_1007(serve: Any, echo_api: Any) -> None:
    """RFC 6455, 8.1."""
    run = await serve(echo_api, {"Disconnect": lambda _: None})
    async with connect(run.url, compression=None) as ws:
        ws.transport.write(Frame(Opcode.TEXT, b"\xff\xfe").serialize(mask=True))
        assert (await closed(ws))[0] == 1007


async def test_a_large_answer_leaves_in_frames_of_32_kb(serve: Any, routes: Any) -> None:
    """INFERRED: the 32 KB rule applies to what is sent as well."""
    api = routes.api(routes.aws_proxy("$default", two_way=True))
    run = await serve(api, {"Default": lambda _: {"body": "y" * 100_000}})
    async with connect(run.url, compression=None, max_size=None) as ws:
        await ws.send("go")
        pieces = [piece async for piece in ws.recv_streaming()]
    assert [len(piece) for piece in pieces] == [32_768, 32_768, 32_768, 1_696]


async def test_a_ping_is_answered_and_reaches_no_function(serve: Any, echo_api: Any) -> None:
    run = await serve(echo_api, {"Disconnect": lambda _: None})
    async with connect(run.url) as ws:
        assert await asyncio.wait_for(await ws.ping(), 5) >= 0


async def test_a_client_that_closes_gets_its_code_back_and_disconnect_sees_it(serve: Any, echo_api: Any) -> None:
    seen: asyncio.Queue[Any] = asyncio.Queue()
    run = await serve(echo_api, {"Disconnect": seen.put_nowait})
    async with connect(run.url) as ws:
        await ws.close(4001, "bye")
        assert (ws.close_code, ws.close_reason) == (4001, "bye")
    context = (await asyncio.wait_for(seen.get(), 5))["requestContext"]
    assert (context["disconnectStatusCode"], context["disconnectReason"]) == (4001, "bye")


async def test_a_dropped_connection_is_1006(serve: Any, echo_api: Any) -> None:
    seen: asyncio.Queue[Any] = asyncio.Queue()
    run = await serve(echo_api, {"Disconnect": seen.put_nowait})
    ws = await connect(run.url)
    ws.transport.abort()
    assert (await asyncio.wait_for(seen.get(), 5))["requestContext"]["disconnectStatusCode"] == 1006


async def test_half_a_frame_and_then_nothing_is_1006(serve: Any, echo_api: Any) -> None:
    seen: asyncio.Queue[Any] = asyncio.Queue()
    run = await serve(echo_api, {"Disconnect": seen.put_nowait})
    ws = await connect(run.url, compression=None)
    ws.transport.write(Frame(Opcode.TEXT, b"hello").serialize(mask=True)[:5])
    ws.transport.write_eof()
    assert (await asyncio.wait_for(seen.get(), 5))["requestContext"]["disconnectStatusCode"] == 1006


async def test_a_continuation_without_a_start_is_a_protocol_error(serve: Any, echo_api: Any) -> None:
    """RFC 6455, 5.4."""
    run = await serve(echo_api, {"Disconnect": lambda _: None})
    async with connect(run.url, compression=None) as ws:
        ws.transport.write(Frame(Opcode.CONT, b"x").serialize(mask=True))
        assert (await closed(ws))[0] == 1002


async def test_permessage_deflate_is_negotiated_without_window_bits(serve: Any, echo_api: Any) -> None:
    """OBSERVED that AWS negotiates it; its bug with window bits is not imitated."""
    run = await serve(echo_api, {"Default": echo, "Disconnect": lambda _: None})
    async with connect(run.url) as ws:
        assert ws.response is not None
        assert ws.response.headers["Sec-WebSocket-Extensions"].startswith("permessage-deflate")
        assert "window_bits" not in ws.response.headers["Sec-WebSocket-Extensions"]
        await ws.send("z" * 20_000)
        assert await ws.recv() == "z" * 20_000


async def test_the_101_has_websocket_headers_alone(serve: Any, routes: Any) -> None:
    """OBSERVED: Date, Connection, Upgrade, Sec-WebSocket-*, and nothing of the integration's other headers."""
    returned = {"statusCode": 200, "headers": {"Sec-WebSocket-Protocol": "chat", "X-Own": "1", "Set-Cookie": "a=b"}}
    run = await serve(routes.api(routes.aws_proxy("$connect")), {"Connect": lambda _: returned})
    async with connect(run.url, subprotocols=["chat"], compression=None) as ws:  # type: ignore[list-item]
        assert ws.response is not None
        names = {name.lower() for name in ws.response.headers}
        assert ws.subprotocol == "chat"
    assert names == {"date", "connection", "upgrade", "sec-websocket-accept", "sec-websocket-protocol"}


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"Sec-WebSocket-Key": "short"}, 400),
        ({"Sec-WebSocket-Version": "8"}, 400),
        ({"Connection": "keep-alive"}, 426),
        ({"Upgrade": "h2c"}, 426),
    ],
)
async def test_a_malformed_upgrade_is_an_http_error(
    serve: Any, routes: Any, change: dict[str, str], status: int
) -> None:
    run = await serve(routes.api())
    headers = {
        "Host": "localhost", "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    } | change  # fmt: skip
    head = "GET /dev HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items()) + "\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", run.port)
    writer.write(head.encode())
    line = await asyncio.wait_for(reader.readline(), 5)
    writer.close()
    assert int(line.split()[1]) == status


async def test_a_header_of_the_function_cannot_split_the_response(serve: Any, routes: Any) -> None:
    answer = {"statusCode": 200, "headers": {"Sec-WebSocket-Protocol": "chat\r\nX-Injected: 1"}}
    run = await serve(routes.api(routes.aws_proxy("$connect")), {"Connect": lambda _: answer})
    reader, writer = await asyncio.open_connection("127.0.0.1", run.port)
    writer.write(
        b"GET /dev HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
    writer.close()
    assert b"101" in head.splitlines()[0]
    assert not any(line.lower().startswith(b"x-injected") for line in head.splitlines())


async def test_a_client_that_does_not_read_gets_429_for_its_posters_and_hurts_nobody(serve: Any, routes: Any) -> None:
    """DOCUMENTED: 429 when the client side buffer is full."""
    run = await serve(routes.api())
    slow = socket.create_connection(("127.0.0.1", run.port))
    slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    slow.sendall(
        b"GET /dev HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    async with connect(run.url) as healthy:
        await asyncio.to_thread(slow.recv, 12)
        slow_id, healthy_id = run.stage.gateway.connections
        client = run.management
        for _ in range(200):
            try:
                await asyncio.to_thread(client.post_to_connection, ConnectionId=slow_id, Data=b"x" * 100_000)
            except client.exceptions.LimitExceededException:
                break
        else:
            pytest.fail("the buffer of a stalled reader has no bound")
        await asyncio.to_thread(client.post_to_connection, ConnectionId=healthy_id, Data=b"fine")
        assert await asyncio.wait_for(healthy.recv(), 5) == "fine"
        assert run.stage.sockets[slow_id].buffered <= 1024 * 1024 + 100_020
    slow.close()


async def test_a_refused_handshake_is_http(serve: Any, routes: Any) -> None:
    run = await serve(routes.api(routes.aws_proxy("$connect")), {"Connect": lambda _: {"statusCode": 403}})
    with pytest.raises(InvalidStatus) as refused:
        await connect(run.url)
    assert refused.value.response.status_code == 403
