"""Handshakes that arrive while another deployment is made."""

import asyncio
from typing import Any

import pytest
from websockets.asyncio.client import connect

HANDSHAKE = (
    b"GET /dev HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)

pytestmark = pytest.mark.asyncio


async def until_held(server: Any, count: int) -> None:
    while len(server.held) < count:  # noqa: ASYNC110 - the condition is the socket's
        await asyncio.sleep(0)


async def test_a_handshake_that_is_held_is_decided_by_the_api_of_afterwards(serve: Any, routes: Any) -> None:
    run = await serve(routes.api(), {"Connect": lambda _: {"statusCode": 200}})
    with run.server.handshakes_held():
        connecting = asyncio.ensure_future(connect(run.url).__aenter__())
        await asyncio.wait_for(until_held(run.server, 1), 5)
        assert run.stage.gateway.connections == {}
        run.stage.gateway.deploy(routes.api(routes.aws_proxy("$connect")))
    async with await connecting:
        started = [entry for entry in run.server.timeline.since(0) if entry[2] == "connection_opened"]
        assert len(started) == 1


async def test_one_whose_connection_is_gone_by_then_is_forgotten(serve: Any, routes: Any) -> None:
    run = await serve(routes.api())
    with run.server.handshakes_held():
        _, writer = await asyncio.open_connection("127.0.0.1", run.port)
        writer.write(HANDSHAKE)
        await asyncio.wait_for(until_held(run.server, 1), 5)
        run.server.held[0][1].connection.transport.abort()
    assert run.stage.gateway.connections == {}
    writer.close()
