"""What the ``longwire_async`` fixture gives: the same server and test, with clients for coroutines."""

import asyncio
from contextlib import suppress
from typing import Any

from websockets.exceptions import ConnectionClosed

from longwire.clock.duration import in_all
from longwire.emulator_thread import VirtualClock
from longwire.fault_fixture import ECHO, AsyncFault, as_fault
from longwire.harness import Longwire
from longwire.testing import LONGEST, AsyncClient, Target

__all__ = ["AsyncLongwire", "AsyncVirtualClock"]


class AsyncVirtualClock:
    """The same for async tests, whose clients go on while it is awaited."""

    def __init__(self, clock: VirtualClock) -> None:
        self.sync = clock

    @property
    def now(self) -> float:
        return self.sync.now

    async def advance(self, seconds: float = 0, *, minutes: float = 0, hours: float = 0, days: float = 0) -> None:
        total = in_all(seconds=seconds, minutes=minutes, hours=hours, days=days)
        await asyncio.to_thread(self.sync.server.advance, total)

    async def pause(self) -> None:
        await asyncio.to_thread(self.sync.pause)

    async def resume(self) -> None:
        await asyncio.to_thread(self.sync.resume)


class AsyncLongwire:
    """The ``longwire_async`` fixture: the same server, with clients for ``async with``."""

    def __init__(self, longwire: Longwire) -> None:
        self.sync = longwire
        self.url = longwire.url
        self.endpoint_url = longwire.endpoint_url
        self.clock = AsyncVirtualClock(longwire.clock)

    def connect(
        self, token: str | None = None, *, api: str | None = None, stage: str | None = None, **options: Any
    ) -> AsyncClient:
        """For ``async with``; options are those of ``Longwire.connect``. Entering raises Refused."""
        client = AsyncClient(
            Target(self.sync.url_of(api, stage), token, **options), self.sync.server.identify, self.sync.server.busy
        )
        self.sync.async_clients.append(client)
        return client

    def fault(self, kind: str, /, **fields: Any) -> AsyncFault:
        """For ``async with``; as ``Longwire.fault``."""
        return AsyncFault(self, as_fault(kind, fields))

    async def settle(self, timeout: float = LONGEST) -> None:  # noqa: ASYNC109 - as the sync one has it
        """As ``Longwire.settle``."""
        for client in self.sync.async_clients:
            if client.is_open:
                with suppress(ConnectionClosed, TimeoutError):
                    await asyncio.wait_for(await client.socket.ping(), ECHO)
        settled = self.sync.server.emulator.settled(timeout)
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(settled, self.sync.server.loop))
