"""Long polls as a socket, against a scripted server."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from queue import Queue
from typing import Any, ClassVar
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from backend_aws import Quiet, Server
from longwire_client.errors import Closed, HandshakeRefused, NotConnected
from longwire_client.longpoll import LongPoll
from longwire_client.session import Session

GREETING = {"type": "system", "event": "connected", "connectionId": "s/1=", "reconnectionToken": "t2"}


@dataclass
class Script:
    """What polls are answered with; what was asked."""

    polls: Queue[Any] = field(default_factory=Queue)
    asked: list[tuple[str, str, dict[str, str], str]] = field(default_factory=list)
    opening: int = 200


class Scripted(Quiet):
    protocol_version = "HTTP/1.0"
    script: ClassVar[Script] = Script()

    def respond(self, body: bytes) -> tuple[int, dict[str, Any], bytes]:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.script.asked.append((self.command, unquote(parts.path), query, body.decode()))
        if parts.path.endswith("/sessions"):
            return self.script.opening, {}, json.dumps({"link": "l1", "frames": [GREETING]}).encode()
        if self.command == "GET":
            answer = self.script.polls.get(timeout=20)
            return (answer, {}, b"") if isinstance(answer, int) else (200, {}, json.dumps({"frames": answer}).encode())
        if self.command == "DELETE":
            self.script.polls.put(410)
            return 204, {}, b""
        return 200, {}, json.dumps({"frames": [{"type": "ack", "of": json.loads(body)}]}).encode()

    do_GET = Quiet.do_POST  # noqa: N815 (the base class calls it so)


@pytest.fixture
def script() -> Iterator[Script]:
    Scripted.script = Script()
    yield Scripted.script
    for _ in range(10):
        Scripted.script.polls.put(410)


@pytest.fixture
def url(script: Script) -> Iterator[str]:  # noqa: ARG001 (the server's)
    server = Server(Scripted)
    server.start()
    yield f"{server.origin}/Api/?access_token=a"
    server.shutdown()
    server.server_close()


def message(sequence_id: int) -> dict[str, Any]:
    return {"type": "message", "sequenceId": sequence_id}


async def received(socket: LongPoll) -> Any:
    async with asyncio.timeout(20):
        return json.loads(await socket.receive())


def test_a_session_is_resumed_polled_for_and_posted_to(url: str, script: Script) -> None:
    async def scene() -> None:
        socket = await LongPoll.connect(url, Session("s/1=", "t1", last=7))
        assert await received(socket) == GREETING
        script.polls.put([message(8), message(9)])
        assert [await received(socket) for _ in range(2)] == [message(8), message(9)]
        socket.send('{"type":"sequenceAck","sequenceId":8}')
        assert (await received(socket))["of"]["type"] == "sequenceAck"
        script.polls.put([message(10)])
        assert await received(socket) == message(10)
        socket.send('{"type":"ping"}')
        assert await received(socket) == {"type": "pong"}
        socket.send('{"type":"joinGroup"}')
        assert (await received(socket))["of"] == {"type": "joinGroup"}
        assert socket.unsent == 0
        await socket.close()

    asyncio.run(scene())
    opening, *others = script.asked
    claim = {"connectionId": "s/1=", "reconnectionToken": "t1"}
    assert (opening[:3], json.loads(opening[3])) == (("POST", "/Api/sessions", {}), claim)
    assert {path for _, path, _, _ in others} == {"/Api/sessions/s/1="}
    polls = [query for method, _, query, _ in others if method == "GET"]
    assert [poll["after"] for poll in polls[:3]] == ["7", "9", "10"]
    assert polls[2]["ack"] == "8"
    assert all(query["link"] == "l1" for _, _, query, _ in others)
    assert others[-1][0] == "DELETE"


def test_a_new_session_begins_with_its_first_message(url: str, script: Script) -> None:
    async def scene() -> None:
        socket = await LongPoll.connect(url, Session("old", None, last=7))
        script.polls.put([message(1)])
        assert [await received(socket) for _ in range(2)] == [GREETING, message(1)]
        socket.abort()
        with pytest.raises(Closed):
            await socket.receive()

    asyncio.run(scene())
    assert json.loads(script.asked[0][3]) == {}


@pytest.mark.parametrize("status", [401, 404, 429, 503])
def test_a_refusal_has_its_status(url: str, script: Script, status: int) -> None:
    script.opening = status
    with pytest.raises(HandshakeRefused) as refused:
        asyncio.run(LongPoll.connect(url, None))
    assert refused.value.status == status


@pytest.mark.parametrize("answer", [410, 401, 500, [1], {"frames": 1}])
def test_a_poll_that_is_refused_or_makes_no_sense_ends_it(url: str, script: Script, answer: Any) -> None:
    async def scene() -> None:
        socket = await LongPoll.connect(url, None)
        await received(socket)
        script.polls.put(answer)
        with pytest.raises(Closed) as closed:
            await received(socket)
        assert closed.value.code == 1006

    asyncio.run(scene())


def test_after_an_empty_answer_that_came_at_once_the_server_is_left_in_peace(url: str, script: Script) -> None:
    async def scene() -> None:
        socket = await LongPoll.connect(url, None)
        await received(socket)
        for _ in range(5):
            script.polls.put([])
        await asyncio.sleep(0.5)
        socket.abort()

    asyncio.run(scene())
    assert [method for method, _, _, _ in script.asked] == ["POST", "GET"]


def test_no_server_is_no_connection() -> None:
    with pytest.raises(NotConnected):
        asyncio.run(LongPoll.connect("http://127.0.0.1:1/?access_token=a", None))
