"""A scripted server for the Python client, in virtual time: nobody waits, and every try is the test's to answer."""

import asyncio
import json
import selectors
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

from longwire_client.client import Client
from longwire_client.errors import Closed
from longwire_client.link import Manners
from longwire_client.messages import Message, State

__all__ = ["Script", "ScriptedSocket", "address", "made", "play", "run", "settled", "taken"]


class JumpingSelector(selectors.DefaultSelector):
    """Where a loop would wait, time jumps."""

    now = 0.0

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(0)
        if not ready:
            assert timeout is not None, "everything waits, and for nothing"
            self.now += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self.selector = JumpingSelector()
        super().__init__(self.selector)

    def time(self) -> float:
        return self.selector.now


def run(work: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(work)


class ScriptedSocket:
    unsent = 0

    def __init__(self, url: str) -> None:
        self.query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        self.sent: list[dict[str, Any]] = []
        self.incoming: asyncio.Queue[str | Closed] = asyncio.Queue()
        self.closed: int | None = None

    # the client's side

    def send(self, text: str) -> None:
        self.sent.append(json.loads(text))

    async def receive(self) -> str:
        item = await self.incoming.get()
        if isinstance(item, Closed):
            raise item
        return item

    async def close(self, code: int = 1000, reason: str = "") -> None:  # noqa: ARG002
        self.closed = code

    def abort(self) -> None:
        self.closed = self.closed or 1006
        self.incoming.put_nowait(Closed(1006))

    # the test's side

    def says(self, **frame: Any) -> None:
        self.incoming.put_nowait(json.dumps(frame))

    def greets(self, session: str = "s1", token: str | None = "t1") -> None:  # noqa: S107
        self.says(type="system", event="connected", connectionId=session, reconnectionToken=token)

    def publishes(self, sequence_id: int | None, data: Any = None, **more: int) -> None:
        number = more if sequence_id is None else {"sequenceId": sequence_id, **more}
        self.says(type="message", **{"from": "group"}, group="room", dataType="json", data=data, **number)

    def acks(self, frame: dict[str, Any], error: str | None = None) -> None:
        refusal = {"error": {"name": error, "message": "why"}} if error else {}
        self.says(type="ack", ackId=frame["ackId"], success=error is None, **refusal)

    def drops(self, code: int = 1006) -> None:
        self.incoming.put_nowait(Closed(code))

    def of_type(self, name: str) -> list[dict[str, Any]]:
        return [frame for frame in self.sent if frame["type"] == name]


class Script:
    """``answer(try number)`` raises what the handshake ends with, or returns None for one that opens."""

    def __init__(self, answer: Callable[[int], BaseException | None] = lambda _: None) -> None:
        self.answer = answer
        self.sockets: list[ScriptedSocket] = []
        self.times: list[float] = []
        self.fresh: asyncio.Queue[ScriptedSocket] = asyncio.Queue()

    async def connect(self, url: str, subprotocols: Sequence[str]) -> ScriptedSocket:
        assert subprotocols[0] == "json.reliable.webpubsub.azure.v1"
        self.times.append(asyncio.get_running_loop().time())
        if error := self.answer(len(self.times)):
            raise error
        socket = ScriptedSocket(url)
        self.sockets.append(socket)
        self.fresh.put_nowait(socket)
        return socket

    async def opened(self) -> ScriptedSocket:
        return await self.fresh.get()

    async def connected(self, **greeting: Any) -> ScriptedSocket:
        socket = await self.fresh.get()
        socket.greets(**greeting)
        await settled()
        return socket


async def settled() -> None:
    """Everything that can happen now has happened."""
    for _ in range(20):
        await asyncio.sleep(0)


async def address() -> str:
    return "ws://host/v1?access_token=x"


def made(script: Script, states: list[State] | None = None, **manners: Any) -> Client:
    on_state = None if states is None else states.append
    return Client(address, Manners(connect=script.connect, random=lambda: 0.5, **manners), on_state)


Play = Callable[[Script, Client], Awaitable[None]]


def play(scene: Play, **manners: Any) -> None:
    async def whole() -> None:
        script = Script()
        async with made(script, **manners) as client:
            await scene(script, client)

    run(whole())


async def taken(client: Client, count: int) -> list[Any]:
    items = [await anext(client) for _ in range(count)]
    return [item.data if isinstance(item, Message) else item for item in items]
