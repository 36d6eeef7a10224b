"""Faults in tests: ``with longwire.fault("post_to_connection", gone=bob):``."""

import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from websockets.exceptions import ConnectionClosed

from longwire.testing import AsyncClient, Client

if TYPE_CHECKING:
    from longwire.harness import Longwire
    from longwire.harness_async import AsyncLongwire

__all__ = ["ECHO", "AsyncFault", "Fault", "as_fault", "hear"]

BLOCK = 10.0  # seconds for what a block has set off to meet its fault
ECHO = 2.0  # seconds for a pong, which a connection that a fault has struck may never send


class Fault:
    """One that is in force: until its ``with`` block has ended, ``clear`` is called, or the test is over.

    The end of the block waits for what it has set off, so that all of it meets the fault.
    """

    def __init__(self, longwire: "Longwire", fields: Mapping[str, Any]) -> None:
        self.longwire = longwire
        self.fields = fields
        self.counted = 0
        self.over = False
        server = longwire.server
        (self.id,) = server.call(server.emulator.fault_control.add_and_settle([fields]))

    @property
    def hits(self) -> int:
        """How often it has struck."""
        if not self.over:
            server = self.longwire.server
            self.counted = server.call(server.emulator.fault_control.hits(self.id, self.counted))
        return self.counted

    def clear(self) -> None:
        """What it has held back is let go."""
        if not self.over:
            self.counted = self.hits
            self.over = True
            server = self.longwire.server
            server.call(server.emulator.fault_control.remove_and_settle(self.id))

    def told(self) -> str:
        said = ", ".join(f"{name}={value!r}" for name, value in self.fields.items() if name != "kind")
        return f'fault("{self.fields["kind"]}", {said})'

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is None:
            with suppress(TimeoutError):  # what a fault does may be just that
                self.longwire.settle(BLOCK)
        self.clear()
        if kind is None:
            self.longwire.settle()


class AsyncFault:
    """The same for ``async with``; it begins when the block is entered."""

    def __init__(self, longwire: "AsyncLongwire", fields: Mapping[str, Any]) -> None:
        self.longwire = longwire
        self.fields = fields
        self.begun: Fault | None = None

    @property
    def hits(self) -> int:
        return 0 if self.begun is None else self.begun.hits

    async def __aenter__(self) -> Self:
        self.begun = self.longwire.sync.begin_fault(self.fields)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        assert self.begun is not None
        if kind is None:
            with suppress(TimeoutError):
                await self.longwire.settle(BLOCK)
        self.begun.clear()
        if kind is None:
            await self.longwire.settle()


def as_fault(kind: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """As the emulator takes it: clients by their connection ids; ``for_``, since ``for`` is Python's own word."""
    named = {name.removesuffix("_"): identified(value) for name, value in fields.items()}
    return {"kind": kind, **named}


def identified(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [identified(each) for each in value]
    return value.connection_id if isinstance(value, Client | AsyncClient) else value


def hear(clients: Iterable[Client]) -> None:
    """Wait until all that they have sent before is read: a pong comes behind it."""
    for pong in [found for client in clients if client.is_open and (found := pinged(client)) is not None]:
        pong.wait(ECHO)


def pinged(client: Client) -> threading.Event | None:
    """Set when the pong comes; None of a client that has just ended."""
    try:
        return client.socket.ping()
    except ConnectionClosed:
        return None
