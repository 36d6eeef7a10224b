"""The inspector's page on a scripted emulator, and a WebSocket server for its console."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from playwright.async_api import Locator, Page, expect
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from inspector_script import Script
from longwire.inspector.inspector import Inspector
from longwire.server.http1 import HttpConnection
from scripted_calls import ScriptedCalls


@dataclass
class Stage:
    """``complaints`` has to be empty at the end of a test."""

    page: Page
    script: Script
    calls: ScriptedCalls
    inspector: Inspector
    url: str
    complaints: list[str]

    def rows(self, kind: str = "") -> Locator:
        return self.page.locator(f"#rows .row{'.k-' + kind if kind else ''}")

    def card(self, connection_id: str) -> Locator:
        return self.page.locator("#connections li").filter(has_text=connection_id[:6])

    def detail(self) -> Locator:
        return self.page.locator("#detail")

    def client(self, number: int) -> Locator:
        return self.page.get_by_role("article", name=f"Client {number}", exact=True)

    async def open(self) -> None:
        await self.page.goto(f"{self.url}/_longwire/")
        await expect(self.page.locator("#status")).to_have_text("Live")


@asynccontextmanager
async def serving(inspector: Inspector) -> AsyncIterator[str]:
    """The URL of a port of its own."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: HttpConnection(inspector, loop), "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    inspector.close()
    server.close()
    await server.wait_closed()


@dataclass
class Echo:
    """Answers every message with an echo, refuses ``?access_token=bad``, and closes on "close".

    ``?access_token=late`` is refused as well, and its client hears of it when the script's ``late`` is set.
    """

    script: Script
    ids: dict[ServerConnection, str] = field(default_factory=dict)

    async def handshake(self, connection: ServerConnection, request: Request) -> Response | None:
        connection_id = self.ids[connection] = f"sock{len(self.ids):02d}AAAACJhw="
        headers = list(request.headers.raw_items())
        path, _, query = request.path.partition("?")
        pairs = [(name, "***") for name, _, _ in (part.partition("=") for part in query.split("&")) if name]
        self.script.say("handshake", connection_id, path=path, query=pairs, headers=headers, source_ip="127.0.0.1")
        if "access_token=bad" in query or "access_token=late" in query:
            self.script.say("connection_refused", connection_id, status=401, reason="the token has expired")
            if "late" in query:
                await self.script.late.wait()
            return connection.respond(401, "Unauthorized")
        return None

    async def talk(self, connection: ServerConnection) -> None:
        connection_id = self.ids[connection]
        facts = {"subprotocol": connection.subprotocol, "source_ip": "127.0.0.1"}
        self.script.say("connection_opened", connection_id, **facts)
        async for message in connection:
            assert isinstance(message, str)
            self.script.message(connection_id, message)
            if message == "close":
                await connection.close(4001, "as you wish")
            else:
                await connection.send(f"echo {message}")
                self.script.frame(connection_id, f"echo {message}", "route_response")


def first_offered(_connection: ServerConnection, offered: Sequence[Subprotocol]) -> Subprotocol | None:
    return offered[0] if offered else None


@asynccontextmanager
async def echoing(script: Script) -> AsyncIterator[None]:
    """The script's stage has a WebSocket server."""
    echo = Echo(script)
    async with serve(
        echo.talk, "127.0.0.1", 0, process_request=echo.handshake, select_subprotocol=first_offered
    ) as server:
        script.websocket_url = f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/dev"
        yield
