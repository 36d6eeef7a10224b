"""A WebSocket server that hands each connection on to another one, and records what passes.

So any client, a browser too, can have its conversation with a deployed API recorded: it connects here instead.
"""

import asyncio
import http
import itertools
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from urllib.parse import parse_qsl, urlsplit

from websockets.asyncio.client import ClientConnection
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from longwire.recording.live_connection import Opening
from longwire.recording.sessions import Sessions
from longwire.redaction import redacted_headers, redacted_query
from longwire.server.hosts import host_name, is_foreign_page, is_loopback

__all__ = ["Tap"]


class Tap:
    """``url`` is where connections are handed on to. ``wall`` gives epoch seconds.

    ``origin`` replaces the clients' Origin, for an API that lets in its own pages alone.
    """

    def __init__(
        self, url: str, sessions: Sessions, *, origin: str | None = None, wall: Callable[[], float] = time.time
    ) -> None:
        self.url = url
        self.sessions = sessions
        self.origin = origin
        self.wall = wall
        self.numbers = itertools.count(1)
        self.upstream: dict[ServerConnection, tuple[str, ClientConnection]] = {}

    async def listen(self, port: int) -> Server:
        """On 127.0.0.1; raises OSError when the port is taken."""
        return await serve(
            self.relay,
            "127.0.0.1",
            port,
            process_request=self.admit,
            select_subprotocol=self.spoken,
            ping_interval=None,
            max_size=None,
            server_header=None,
        )

    async def admit(self, connection: ServerConnection, request: Request) -> Response | None:
        """The handshake goes on first, so that its answer is the client's: None lets it in."""
        if not is_ours(request):
            return refusal(403, "pages of other sites may not use this port\n")
        name = f"c{next(self.numbers)}"
        query = parse_qsl(request.path.partition("?")[2], keep_blank_values=True)
        headers = list(request.headers.raw_items())
        shown = {
            "path": urlsplit(self.url).path or "/",
            "query": redacted_query(query),
            "headers": redacted_headers(headers),
        }
        self.note("handshake", name, shown)
        opening = Opening(self.url, query, self.forwarded(headers))
        try:
            upstream = await opening.connected()
        except InvalidStatus as exc:
            status, body = exc.response.status_code, bytes(exc.response.body or b"")
            self.note("connection_refused", name, {"status": status, "reason": "refused by the API"})
            return Response(status, exc.response.reason_phrase, Headers([("Content-Type", "application/json")]), body)
        except (OSError, TimeoutError, InvalidHandshake) as exc:
            self.note("connection_refused", name, {"status": 502, "reason": str(exc)})
            return refusal(502, f"nothing answers at {self.url}: {exc}\n")
        self.note("connection_opened", name, {"subprotocol": upstream.subprotocol})
        self.upstream[connection] = name, upstream
        return None

    def forwarded(self, headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
        if self.origin is None:
            return headers
        kept = [(name, value) for name, value in headers if name.lower() != "origin"]
        return [*kept, ("Origin", self.origin)]

    def spoken(self, connection: ServerConnection, _offered: object) -> Subprotocol | None:
        return self.upstream[connection][1].subprotocol if connection in self.upstream else None

    async def relay(self, client: ServerConnection) -> None:
        name, api = self.upstream.pop(client)
        directions = (("message_received", client, api, "client"), ("frame_sent", api, client, "gateway"))
        tasks = [asyncio.create_task(self.copy(name, *direction)) for direction in directions]
        done, waiting = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        code, reason, by = next(iter(done)).result()
        self.note("connection_closed", name, {"code": code, "reason": reason, "by": by})
        for task in waiting:
            task.cancel()
        other = api if by == "client" else client
        await other.close(code if 1000 <= code < 5000 and code not in (1005, 1006) else 1000, reason)

    async def copy(
        self, name: str, event: str, source: ServerConnection | ClientConnection,
        target: ServerConnection | ClientConnection, by: str,
    ) -> tuple[int, str, str]:  # fmt: skip
        """Until the source closes: its code and reason, and who it is."""
        try:
            while True:
                message = await source.recv()
                text = message if isinstance(message, str) else message.decode("utf-8", "backslashreplace")
                self.note(event, name, {"payload": text, "size": len(message)})
                with suppress(ConnectionClosed):  # the other direction tells of it
                    await target.send(message)
        except ConnectionClosed:
            if source.close_code in (None, 1006):
                return 1006, "", "network" if by == "client" else by
            return source.close_code or 1005, source.close_reason or "", by

    def note(self, event: str, name: str, data: Mapping[str, object]) -> None:
        self.sessions.add(event, name, self.wall(), data)
        self.sessions.flush()


def is_ours(request: Request) -> bool:
    """From a program or page of this machine: a page elsewhere sends its Origin, and a rebound name its Host."""
    headers = request.headers
    # Fetch-Site is not looked at: a page of localhost:3000 is another site, and is the one that is recorded.
    return is_loopback(host_name(headers.get("Host", ""))) and not is_foreign_page(headers.get("Origin"), None)


def refusal(status: int, text: str) -> Response:
    phrase = http.HTTPStatus(status).phrase
    return Response(status, phrase, Headers([("Content-Type", "text/plain; charset=utf-8")]), text.encode())
