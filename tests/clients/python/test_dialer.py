"""Which way a try goes."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from longwire_client.dialer import Dialer, Upgrading
from longwire_client.errors import Closed, NotConnected
from longwire_client.link import Manners
from longwire_client.session import Session
from scripted_link import ScriptedSocket, run, settled

NOWHERE = "http://127.0.0.1:1/?access_token=a"


class Ways:
    """WebSockets open when ``up``; HTTP never does. ``tried`` says which way each try went."""

    def __init__(self, *, http: bool = True, **manners: Any) -> None:
        self.up = False
        self.tried: list[str] = []
        self.session: Session | None = None
        self.dialer = Dialer(
            self._web_socket_address,
            self._http_address if http else None,
            Manners(connect=self._connect, **manners),
            lambda: self.session,
        )

    async def _web_socket_address(self) -> str:
        return "ws://host/?access_token=a"

    async def _http_address(self) -> str:
        self.tried.append("http")
        return NOWHERE

    async def _connect(self, url: str, subprotocols: Sequence[str]) -> ScriptedSocket:  # noqa: ARG002
        self.tried.append("ws")
        if not self.up:
            raise NotConnected("blocked")
        return ScriptedSocket(url)

    async def fail(self) -> None:
        with pytest.raises(NotConnected):
            await self.dialer.dial()


def test_after_two_failed_handshakes_they_take_turns() -> None:
    ways = Ways()

    async def scene() -> None:
        for _ in range(6):
            await ways.fail()

    asyncio.run(scene())
    assert ways.tried == ["ws", "ws", "http", "ws", "http", "ws"]


def test_without_an_address_for_http_there_are_websockets_alone() -> None:
    ways = Ways(http=False)

    async def scene() -> None:
        for _ in range(4):
            await ways.fail()
        assert not ways.dialer.doubts(403)

    asyncio.run(scene())
    assert ways.tried == ["ws"] * 4


def test_a_websocket_that_opened_counts_anew() -> None:
    ways = Ways()

    async def scene() -> None:
        await ways.fail()
        ways.up = True
        await ways.dialer.dial()
        ways.dialer.succeeded()
        ways.up = False
        await ways.fail()
        await ways.fail()

    asyncio.run(scene())
    assert ways.tried == ["ws"] * 4


def test_a_refusal_that_may_be_a_proxys_is_asked_over_http_at_once() -> None:
    ways = Ways()

    async def scene() -> None:
        await ways.fail()
        assert not ways.dialer.doubts(401)
        assert ways.dialer.doubts(403)
        await ways.fail()
        assert not ways.dialer.doubts(404), "HTTP's word is the backend's"

    asyncio.run(scene())
    assert ways.tried == ["ws", "http"]


def test_polls_give_way_to_a_websocket_for_the_same_session() -> None:
    ways = Ways(upgrade_after=60)
    ways.session = Session("s1", "t1")

    async def scene() -> None:
        polls = ScriptedSocket("http://host")
        both = Upgrading(polls, ways.dialer)
        reading = asyncio.create_task(both.receive())
        polls.says(n=1)
        assert await reading == '{"n": 1}'
        reading = asyncio.create_task(both.receive())
        await asyncio.sleep(59)
        ways.up = True
        assert ways.tried == []
        await asyncio.sleep(2)
        await settled()
        assert polls.closed
        both.send('{"type":"ping"}')
        socket = both._socket
        assert isinstance(socket, ScriptedSocket)
        assert socket.query == {"access_token": "a", "awps_connection_id": "s1", "awps_reconnection_token": "t1"}
        assert socket.sent == [{"type": "ping"}]
        socket.says(n=2)
        assert await reading == '{"n": 2}'
        socket.drops(1001)
        with pytest.raises(Closed):
            await both.receive()
        assert both.unsent == 0
        await both.close()

    run(scene())


def test_tries_for_a_websocket_go_on_and_end_with_the_polls() -> None:
    ways = Ways(upgrade_after=60)

    async def scene() -> None:
        both = Upgrading(ScriptedSocket("http://host"), ways.dialer)
        await asyncio.sleep(190)
        both.abort()
        await asyncio.sleep(190)

    run(scene())
    assert ways.tried == ["ws"] * 3
