"""The reliable protocol over real sockets, in memory, with a proxy before it that cuts connections.

It holds what a server has to: one sequence for each session, replay from the last ack, tokens that are rotated, ackIds
that count once. A hundred lines, so that a client's fault is the client's.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

RELIABLE = "json.reliable.webpubsub.azure.v1"


@dataclass
class Kept:
    """A session."""

    id: str
    tokens: list[str] = field(default_factory=list)
    log: list[dict[str, Any]] = field(default_factory=list)
    acked: int = 0
    posted: int = 0
    ack_ids: set[int] = field(default_factory=set)
    groups: set[str] = field(default_factory=set)
    connection: ServerConnection | None = None


class Hub:
    def __init__(self) -> None:
        self.sessions: dict[str, Kept] = {}
        self.resumed = 0

    def refusal(self, connection: ServerConnection, request: Request) -> Response | None:
        session_id, token = asked(request.path)
        kept = self.sessions.get(session_id)
        # The last two: the greeting with the newest may have been cut off.
        if session_id and (kept is None or token not in kept.tokens[-2:]):
            return connection.respond(HTTPStatus.NOT_FOUND, "")
        return None

    async def serve(self, connection: ServerConnection) -> None:
        assert connection.request
        session_id, _ = asked(connection.request.path)
        kept = self.sessions.setdefault(session_id or f"s{len(self.sessions)}", Kept(session_id))
        kept.id = next(name for name, each in self.sessions.items() if each is kept)
        self.resumed += bool(session_id)
        kept.connection, kept.posted = connection, kept.acked
        kept.tokens.append(f"{kept.id}-{len(kept.tokens)}")
        greeting = {"type": "system", "event": "connected", "connectionId": kept.id}
        with suppress(ConnectionClosed):
            await connection.send(json.dumps({**greeting, "reconnectionToken": kept.tokens[-1]}))
            await self.post(kept)
            async for text in connection:
                await self.take(kept, connection, json.loads(text))

    async def take(self, kept: Kept, connection: ServerConnection, frame: dict[str, Any]) -> None:
        kind, ack_id = frame["type"], frame.get("ackId")
        if kind == "sequenceAck":
            kept.acked = max(kept.acked, frame["sequenceId"])
        elif kind == "ping":
            await connection.send('{"type":"pong"}')
        elif ack_id in kept.ack_ids:
            error = {"name": "Duplicate", "message": "taken before"}
            await connection.send(json.dumps({"type": "ack", "ackId": ack_id, "success": False, "error": error}))
        else:
            kept.ack_ids |= {ack_id} if ack_id else set()
            await self.effect(kept, frame)
            await connection.send(json.dumps({"type": "ack", "ackId": ack_id, "success": True}))

    async def effect(self, kept: Kept, frame: dict[str, Any]) -> None:
        if frame["type"] == "joinGroup":
            kept.groups.add(frame["group"])
            return
        message = {"type": "message", "from": "group", "group": frame["group"], "dataType": "json"}
        for other in self.sessions.values():
            if frame["group"] in other.groups:
                other.log.append({**message, "data": frame["data"], "sequenceId": len(other.log) + 1})
                with suppress(ConnectionClosed):
                    await self.post(other)

    async def post(self, kept: Kept) -> None:
        while kept.connection and kept.posted < len(kept.log):
            kept.posted += 1
            await kept.connection.send(json.dumps(kept.log[kept.posted - 1]))


def asked(path: str) -> tuple[str, str]:
    query = parse_qs(urlsplit(path).query)
    return query.get("awps_connection_id", [""])[0], query.get("awps_reconnection_token", [""])[0]


class Cable:
    """A TCP proxy; ``cut`` ends what is on it at once, wherever the bytes are."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.down = False
        self.writers: set[asyncio.StreamWriter] = set()
        self.cuts = 0

    def cut(self) -> None:
        self.cuts += bool(self.writers)
        for writer in self.writers:
            writer.transport.abort()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.down:
            writer.transport.abort()
            return
        there, back = await asyncio.open_connection("127.0.0.1", self.port)
        self.writers |= {writer, back}
        await asyncio.gather(pump(reader, back), pump(there, writer))
        self.writers -= {writer, back}


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(1000):
            writer.write(data)
            await writer.drain()
    writer.transport.abort()


@asynccontextmanager
async def cable_to(port: int) -> AsyncIterator[tuple[str, Cable]]:
    cable = Cable(port)
    server = await asyncio.start_server(cable.carry, "127.0.0.1", 0)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}", cable
        cable.cut()
        await asyncio.sleep(0.05)


@asynccontextmanager
async def reliable_server() -> AsyncIterator[tuple[str, Hub, Cable]]:
    """The address of the cable, without a scheme."""
    hub = Hub()
    subprotocols: Any = [RELIABLE]
    async with (
        serve(
            hub.serve, "127.0.0.1", 0, subprotocols=subprotocols, process_request=hub.refusal, close_timeout=0.1
        ) as server,
        cable_to(next(iter(server.sockets)).getsockname()[1]) as (address, cable),
    ):
        yield address, hub, cable
