"""Which way the next try goes: a WebSocket, or long polls where WebSockets do not get through."""

import asyncio
from collections.abc import Awaitable, Callable

from longwire_client.errors import NotConnected
from longwire_client.link import PLAIN, RELIABLE, Manners, Socket, with_session
from longwire_client.longpoll import LongPoll
from longwire_client.session import Session

__all__ = ["Address", "Dialer"]

Address = Callable[[], Awaitable[str]]

PROXYS = {400, 403, 404, 405, 410, 426, 501}
"""Statuses of a handshake that a proxy without WebSockets may have answered."""


class Dialer:
    """``address`` is a WebSocket's, ``http_address`` that of long polls; without it there are none.

    ``session`` gives the one to be recovered, None or one without a token to begin another.
    """

    def __init__(
        self,
        address: Address,
        http_address: Address | None,
        manners: Manners,
        session: Callable[[], Session | None],
    ) -> None:
        self._address, self._http_address, self._manners, self._session = address, http_address, manners, session
        self._failed = 0
        self.over_http = False

    async def dial(self) -> Socket:
        """Raises NotConnected."""
        after = self._manners.fallback_after
        self.over_http = self._http_address is not None and self._failed >= after
        if not self.over_http or self._http_address is None:
            self._failed += 1
            return await self._web_socket()
        # Where neither goes through, they take turns.
        self._failed = after - 1
        return Upgrading(await LongPoll.connect(await self._http_address(), self._session()), self)

    def succeeded(self) -> None:
        """There is a connection, with its greeting."""
        self._failed = self._manners.fallback_after if self.over_http else 0

    def doubts(self, status: int) -> bool:
        """Whether a refusal is not believed before it was asked over HTTP, which comes next then."""
        doubtful = self._http_address is not None and not self.over_http and status in PROXYS
        if doubtful:
            self._failed = self._manners.fallback_after
        return doubtful

    async def upgrade(self) -> Socket:
        """A WebSocket for the session that polls: it has moved there when this returns."""
        while True:
            await asyncio.sleep(self._manners.upgrade_after)
            try:
                async with asyncio.timeout(self._manners.connect_timeout):
                    socket = await self._web_socket()
            except Exception:  # noqa: BLE001, S112 (the provider of the address is the application's; polls go on)
                continue
            self.over_http, self._failed = False, 0
            return socket

    async def _web_socket(self) -> Socket:
        url, session = await self._address(), self._session()
        if session and session.token:
            url = with_session(url, session.id, session.token)
        return await self._manners.connect(url, [RELIABLE, PLAIN])


class Upgrading:
    """Long polls, until a WebSocket for the same session opens: then that."""

    def __init__(self, polls: Socket, dialer: Dialer) -> None:
        self._socket = polls
        self._task = asyncio.create_task(self._move(dialer))

    async def _move(self, dialer: Dialer) -> None:
        polls, self._socket = self._socket, await dialer.upgrade()
        polls.abort()

    @property
    def unsent(self) -> int:
        return self._socket.unsent

    def send(self, text: str) -> None:
        self._socket.send(text)

    async def receive(self) -> str:
        while True:
            socket = self._socket
            try:
                return await socket.receive()
            except NotConnected:
                if socket is self._socket:
                    raise

    async def close(self, code: int = 1000, reason: str = "") -> None:
        self._task.cancel()
        await self._socket.close(code, reason)

    def abort(self) -> None:
        self._task.cancel()
        self._socket.abort()
