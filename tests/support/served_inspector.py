"""An inspector on a port, asked byte by byte."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from longwire.inspector.calls import Call
from longwire.inspector.guard import Guard
from longwire.inspector.inspector import Inspector
from longwire.inspector.timeline import Timeline
from longwire.server.http1 import HttpConnection

TOKEN = "k" * 43
STATE = {"version": "0.1", "websocket_url": "ws://127.0.0.1:8765/dev", "connections": [{"connection_id": "é"}]}


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Served:
    """An inspector on a port of its own."""

    port: int
    inspector: Inspector
    timeline: Timeline

    async def ask(
        self,
        target: str,
        *headers: tuple[str, str],
        method: str = "GET",
        host: str | None = "localhost",
        body: bytes = b"",
    ) -> Answer:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        lines = [f"{method} {target} HTTP/1.1", *([f"Host: {host}"] if host is not None else [])]
        lines += [f"{name}: {value}" for name, value in headers]
        lines += [f"Content-Length: {len(body)}"] if body else []
        writer.write(("\r\n".join([*lines, "Connection: close", "", ""])).encode("latin-1") + body)
        async with asyncio.timeout(10):
            head, _, body = (await reader.read()).partition(b"\r\n\r\n")
        writer.close()
        return answered(head, body)

    async def entries(self, query: str = "") -> list[int]:
        answer = await self.ask(f"/_longwire/api/timeline{query}")
        assert answer.status == 200
        return [entry["seq"] for entry in answer.json["entries"]]


def answered(head: bytes, body: bytes) -> Answer:
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    return Answer(int(first.split(" ")[1]), headers, body)


class Stream:
    """A reader of the events."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def open(cls, port: int, target: str, *headers: tuple[str, str]) -> "Stream":
        stream = cls(*await asyncio.open_connection("127.0.0.1", port))
        lines = [f"GET {target} HTTP/1.1", "Host: localhost", *(f"{name}: {value}" for name, value in headers), "", ""]
        stream.writer.write("\r\n".join(lines).encode())
        stream.head = answered(await stream.block(b"\r\n\r\n"), b"")
        return stream

    head: Answer

    async def block(self, end: bytes = b"\n\n") -> bytes:
        async with asyncio.timeout(10):
            return (await self.reader.readuntil(end))[: -len(end)]

    async def event(self) -> dict[str, Any]:
        fields: dict[str, Any] = dict(line.split(": ", 1) for line in (await self.block()).decode().split("\n"))
        return {**fields, "data": json.loads(fields["data"])}


@asynccontextmanager
async def served_inspector(
    bound_host: str = "127.0.0.1", calls: Mapping[tuple[str, str], Call] | None = None
) -> AsyncIterator[Served]:
    """Bound to 127.0.0.1, and told that it is bound to ``bound_host``."""
    loop = asyncio.get_running_loop()
    timeline = Timeline()
    inspector = Inspector(lambda: STATE, timeline, guard=Guard(bound_host, TOKEN), run="run-1", calls=calls)
    server = await loop.create_server(lambda: HttpConnection(inspector, loop), "127.0.0.1", 0)
    yield Served(server.sockets[0].getsockname()[1], inspector, timeline)
    inspector.close()
    server.close()
    await server.wait_closed()
