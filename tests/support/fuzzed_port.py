"""The gateway's port without a network: its real protocol objects, on a transport that records."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any, cast

from websockets.frames import Opcode

from client_frames import read_frames
from longwire.clock.clock import Clock
from longwire.core.api import Api, Integration, IntegrationResponse, Route, Stage
from longwire.core.events import InvocationFinished, Invoke
from longwire.core.gateway import Gateway
from longwire.core.ids import Ids
from longwire.core.quotas import Quotas
from longwire.inspector.timeline import Timeline
from longwire.server.http1 import HttpConnection
from longwire.server.server import Server

__all__ = ["FuzzedPort", "RecordingTransport"]

MOCK = Integration(
    "Mock",
    "MOCK",
    request_templates={"$default": json.dumps({"statusCode": 200})},
    responses=(IntegrationResponse("$default", {"$default": "answer"}),),
)
FUNCTION = Integration("Function", "AWS_PROXY", "Function")
# What a flood of connections and requests meets within a second is not what is tested here.
UNTHROTTLED = replace(Quotas(), account_rate=1e9, account_burst=10**9, new_connections_rate=1e9)
ROUTES = (Route("say", MOCK, two_way=True), Route("$default", FUNCTION, two_way=True), Route("$disconnect", FUNCTION))


def chat_api() -> Api:
    """Every message has an answer: at once for ``say``, through a function for the others."""
    routes = {route.key: route for route in ROUTES}
    return Api("Ws", "abcdefghij", "ws", "us-east-1", "123456789012", "$request.body.action", routes, Stage("dev"))


class RecordingTransport(asyncio.Transport):
    """Keeps what is written, and tells its protocol when it is over."""

    def __init__(self, protocol: asyncio.Protocol) -> None:
        super().__init__({"peername": ("127.0.0.1", 4711)})
        self.protocol = protocol
        self.written = bytearray()
        self.closing = False
        self.ended = False

    def write(self, data: Any) -> None:
        assert not self.ended, "written after the end of the stream"
        self.written += data

    def writelines(self, list_of_data: Any) -> None:
        self.write(b"".join(list_of_data))

    def write_eof(self) -> None:
        self.ended = True

    def can_write_eof(self) -> bool:
        return True

    def close(self) -> None:
        if not self.closing:
            self.closing = True
            asyncio.get_running_loop().call_soon(self.protocol.connection_lost, None)

    def abort(self) -> None:
        self.close()

    def is_closing(self) -> bool:
        return self.closing

    def pause_reading(self) -> None: ...
    def resume_reading(self) -> None: ...

    def get_write_buffer_size(self) -> int:
        return 0


class FuzzedPort:
    """One Server and the connection that is being fed; an error of either is raised where its input was given."""

    def __init__(self, random: Random) -> None:
        self.now = 1_700_000_000.0
        self.loop = asyncio.get_running_loop()
        self.errors: list[dict[str, Any]] = []
        self.loop.set_exception_handler(lambda _, context: self.errors.append(context))
        gateway = Gateway(chat_api(), Ids(random.randbytes), UNTHROTTLED)
        self.server = Server([gateway], self.invoke, Timeline(capacity=100), Clock(self.clock), lambda: 9)
        self.connection: HttpConnection | None = None
        self.transport: RecordingTransport | None = None

    def clock(self) -> float:
        self.now += 0.01
        return self.now

    def invoke(self, invocation: Invoke, done: Callable[[InvocationFinished], None]) -> None:
        result = InvocationFinished(invocation.invocation_id, json.dumps({"statusCode": 200, "body": "fine"}))
        self.loop.call_soon(done, result)

    @property
    def open(self) -> bool:
        """Whether the connection can still be written to by its client."""
        return self.transport is not None and not self.transport.closing and not self.transport.ended

    def connect(self) -> None:
        self.leave()
        self.connection = self.server.connection()
        self.transport = RecordingTransport(cast("asyncio.Protocol", self.connection))
        self.connection.connection_made(self.transport)

    def receive(self, data: bytes) -> None:
        assert self.connection is not None
        assert self.transport is not None
        if data and not self.transport.closing:
            self.connection.data_received(data)

    def leave(self) -> None:
        """The client goes without a word."""
        if self.transport is not None:
            self.transport.close()

    async def settle(self) -> None:
        """Let the loop do what it was asked to do soon; raise what went wrong in it."""
        for _ in range(4):
            await asyncio.sleep(0)
        for context in self.errors:
            raise context.get("exception") or RuntimeError(context["message"])

    def check_written(self) -> None:
        """What an upgraded client got is whole frames, and behind a close frame nothing but pongs.

        RFC 6455, 5.5.2: a ping is answered "unless it already received a Close frame".
        """
        assert self.transport is not None
        head, _, frames = bytes(self.transport.written).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101 ")
        kinds = [opcode for opcode, _ in read_frames(frames)]
        if Opcode.CLOSE in kinds:
            assert set(kinds[kinds.index(Opcode.CLOSE) + 1 :]) <= {Opcode.PONG}

    async def stop(self) -> None:
        """End all, and see that nothing of the connections is left."""
        self.leave()
        await self.settle()
        self.server.stop()
        assert self.server.carriers[0].sockets == {}
        assert self.server.carriers[0].exchanges == {}
        assert dict(self.server.carriers[0].gateway.connections) == {}
