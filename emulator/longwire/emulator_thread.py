"""An emulator in a thread of its own, so that tests may block."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from longwire.clock.duration import in_all
from longwire.core.api import Stack
from longwire.core.connection import State
from longwire.emulator import Emulator, Options
from longwire.errors import UsageError
from longwire.event_loop import new_event_loop
from longwire_infra.usage import Usage

if TYPE_CHECKING:
    from longwire.run_cost import Bill

__all__ = ["PATIENCE", "LongwireServer", "VirtualClock", "with_variables"]

Result = TypeVar("Result")
PATIENCE = 10.0  # seconds for what the emulator's own thread is asked to do


def with_variables(stack: Stack, variables: Mapping[str, Mapping[str, str]]) -> Stack:
    """The stack with more environment variables, by function's logical id; UsageError for no such function."""
    unknown = sorted(set(variables) - set(stack.functions))
    if unknown:
        raise UsageError(f"longwire_env names {', '.join(unknown)}; the template has {', '.join(stack.functions)}")
    functions = {
        name: replace(function, environment={**function.environment, **variables.get(name, {})})
        for name, function in stack.functions.items()
    }
    return replace(stack, functions=functions)


class LongwireServer:
    """One running stack; its event loop is in a thread, so that tests may block."""

    def __init__(self, stack: Stack, options: Options) -> None:
        self.stack = stack
        self.loop = new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, name="longwire", daemon=True)
        self.thread.start()
        try:
            self.emulator = self.call(Emulator.start(stack, options))
        except BaseException:
            self.end_loop()
            raise
        try:
            self.call(self.emulator.services.ready())
        except BaseException:
            self.close()
            raise

    def call(self, work: Coroutine[Any, Any, Result], patience: float = PATIENCE) -> Result:
        """Run a coroutine in the emulator's loop and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(patience + 5)

    def run(self, work: Callable[[], Result]) -> Result:
        """Run a function in the emulator's loop and wait for it."""

        async def wrapped() -> Result:
            return work()

        return self.call(wrapped())

    @property
    def url(self) -> str:
        return self.emulator.urls.named()["websocket_url"]

    @property
    def endpoint_url(self) -> str:
        return self.emulator.urls.named()["endpoint_url"]

    def used(self) -> Usage:
        """Everything up to now."""
        return self.run(self.emulator.reports.record)

    def cost(self, before: Usage | None = None) -> "Bill":
        """What the run so far, or since ``before``, would cost on AWS, in the region where the stack believes to be."""
        from longwire.run_cost import run_cost

        used = self.used()
        return run_cost(used if before is None else used.since(before), self.stack.region)

    def busy(self) -> bool:
        """Whether a function runs, or an integration is asked."""
        return bool(self.emulator.activity.running or self.emulator.server.outbound.running)

    def open_connections(self) -> dict[str, str]:
        """User-Agents by connection id, of what is open at the gateway."""

        def found() -> dict[str, str]:
            gateways = self.emulator.gateways
            states = (each for gateway in gateways for each in gateway.connections.values() if each.state is State.OPEN)
            return {each.connection_id: each.caller.user_agent or "no User-Agent" for each in states}

        return self.run(found)

    def identify(self, port: int) -> str:
        """The connection whose client's own port this is; empty when it has ended already."""
        try:
            return self.run(lambda: self.emulator.server.connection_id_at(port))
        except KeyError:
            return ""

    def half_open(self) -> set[str]:
        """The connections that a fault has cut off without a word."""
        carriers = self.emulator.server.carriers
        return self.run(lambda: {connection_id for carrier in carriers for connection_id in carrier.impaired.half_open})

    def reset(self) -> None:
        """End all connections, let their $disconnect functions finish, and empty the services."""
        self.call(self.emulator.reset(PATIENCE))

    def advance(self, seconds: float) -> None:
        """However long it takes: each step of it is bounded. Raises UsageError, ClockBusy and NotSettled."""
        asyncio.run_coroutine_threadsafe(self.emulator.mover.advance(seconds), self.loop).result()

    def close(self) -> None:
        self.call(self.emulator.close())
        self.end_loop()

    def end_loop(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(PATIENCE)
        self.loop.close()


class VirtualClock:
    """The clock of the emulator: it runs, stands or goes forward. After the test it is real again."""

    def __init__(self, server: LongwireServer) -> None:
        self.server = server

    @property
    def now(self) -> float:
        """Epoch seconds, as ``time.time()`` gives them in a handler."""
        return self.server.emulator.clock()

    def advance(self, seconds: float = 0, *, minutes: float = 0, hours: float = 0, days: float = 0) -> None:
        """Do what is due within that time, in order; returns when all that this set off has ended.

        Raises UsageError for no time, or one that is negative or longer than a year, and NotSettled, which names what
        does not end.
        """
        self.server.advance(in_all(seconds=seconds, minutes=minutes, hours=hours, days=days))

    def pause(self) -> None:
        """Let it stand: nothing falls due, and sockets work."""
        self.server.run(self.server.emulator.mover.pause)

    def resume(self) -> None:
        """Let it go on from where it stands."""
        self.server.run(self.server.emulator.mover.resume)
