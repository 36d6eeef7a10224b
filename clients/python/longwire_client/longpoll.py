"""A WebSocket's looks over HTTP: long polls bring frames, posts take them, of the same session."""

import asyncio
import json
from typing import Any, Self
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from longwire_client.errors import Closed, HandshakeRefused, NotConnected
from longwire_client.request import request
from longwire_client.session import Session

__all__ = ["LongPoll"]

WAIT = 20  # seconds that the server may hold a poll
PAUSE = 5.0  # seconds after an answer that came at once, with nothing in it
SLACK = 10.0  # seconds more, until a poll counts as lost


class LongPoll:
    """One link to a session. ``receive`` is for one task; any may ``send``."""

    def __init__(self, base: str, token: str) -> None:
        self._base, self._token = base, token
        self._path, self._link, self._last, self._acked = "/sessions", "", 0, 0
        self._incoming: asyncio.Queue[str | Closed] = asyncio.Queue()
        self._outgoing: asyncio.Queue[str] = asyncio.Queue()
        self._tasks: list[asyncio.Task[None]] = []
        self.unsent = 0

    @classmethod
    async def connect(cls, url: str, session: Session | None) -> Self:
        """``https://...?access_token=...``. Raises HandshakeRefused with the status, or NotConnected."""
        parts = urlsplit(url)
        token = dict(parse_qsl(parts.query)).get("access_token", "")
        self = cls(urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/"), "", "")), token)
        known = session if session and session.token else None
        resumed = {"connectionId": known.id, "reconnectionToken": known.token} if known else {}
        self._last = known.last if known else 0
        opened = await self._ask("POST", {}, json.dumps(resumed))
        self._link = opened["link"]
        self._path = f"/sessions/{quote(opened['frames'][0]['connectionId'], safe='')}"
        self._take(opened)
        self._tasks = [asyncio.create_task(self._ended_by(work)) for work in (self._poll, self._post)]
        return self

    def send(self, text: str) -> None:
        """Posts one after the other. A poll has its own time limit, so a ping needs no request."""
        if text == '{"type":"ping"}':
            self._incoming.put_nowait('{"type":"pong"}')
            return
        frame = json.loads(text)
        if frame["type"] == "sequenceAck":
            # Posted at once, for the server's window may be full; and again with the next poll, which overtakes posts.
            self._acked = max(self._acked, frame["sequenceId"])
        self.unsent += len(text)
        self._outgoing.put_nowait(text)

    async def receive(self) -> str:
        item = await self._incoming.get()
        if isinstance(item, Closed):
            raise item
        return item

    async def close(self, code: int = 1000, reason: str = "") -> None:  # noqa: ARG002 (a socket's signature)
        """Tells the server, so that it need not hold the user's place; never raises."""
        self._cancel()
        try:
            async with asyncio.timeout(2):
                await self._ask("DELETE", {})
        except (NotConnected, TimeoutError):
            pass

    def abort(self) -> None:
        self._cancel()
        self._incoming.put_nowait(Closed(1006, "the connection was left"))

    def _cancel(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def _ended_by(self, work: Any) -> None:
        try:
            while True:
                await work()
        except Exception as error:  # noqa: BLE001 (also an answer that makes no sense)
            self._cancel()
            self._incoming.put_nowait(Closed(1006, str(error)))

    async def _poll(self) -> None:
        clock = asyncio.get_running_loop().time
        began = clock()
        answer = await self._ask("GET", {"after": self._last, "ack": self._acked, "wait": WAIT})
        self._take(answer)
        if not answer["frames"] and clock() - began < 1:
            # A server that lets nobody wait must not be asked all the time.
            await asyncio.sleep(PAUSE)

    async def _post(self) -> None:
        text = await self._outgoing.get()
        self._take(await self._ask("POST", {}, text))
        self.unsent -= len(text)

    def _take(self, answer: dict[str, Any]) -> None:
        for frame in answer["frames"]:
            self._last = max(self._last, frame.get("sequenceId", 0))
            self._incoming.put_nowait(json.dumps(frame))

    async def _ask(self, method: str, query: dict[str, Any], body: str | None = None) -> dict[str, Any]:
        asked = urlencode(query | ({"link": self._link} if self._link else {}))
        url = f"{self._base}{self._path}{'?' if asked else ''}{asked}"
        data = None if body is None else body.encode()
        status, content = await request(method, url, self._token, data, WAIT + SLACK)
        if not 200 <= status < 300:
            raise HandshakeRefused(status) if not self._tasks else Closed(1006, f"the server answered {status}")
        answer: dict[str, Any] = json.loads(content or b'{"frames":[]}')
        return answer
