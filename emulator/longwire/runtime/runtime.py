"""Lambda on this machine: runs functions in execution environments, and answers invocations.

As on Lambda: one process for each environment, one invocation at a time, init once, reuse, freeze between
invocations, ``Timeout`` enforced by killing, START, END and REPORT lines. MemorySize is reported and not enforced.
Everything happens in the event loop in which the Runtime is made; nothing here blocks.
"""

import asyncio
import os
import sys
import uuid
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from pathlib import Path

from longwire.clock.clock import Clock
from longwire.core.api import Function
from longwire.core.events import InvocationFinished, Invoke
from longwire.errors import EnvironmentFailed
from longwire.runtime.environment import Call, Environment
from longwire.runtime.function_log import RuntimeListener
from longwire.runtime.lambda_environment import function_arn, log_stream_name
from longwire.runtime.lambda_log import Report
from longwire.runtime.launch import ApiLaunch, Launch, runtime_command
from longwire.runtime.limits import RuntimeLimits
from longwire.runtime.pool import Pool
from longwire.runtime.surroundings import Surroundings

__all__ = ["Report", "Runtime", "RuntimeLimits", "RuntimeListener"]

INF = float("inf")
SWEEP = 0.02  # seconds between two looks at time limits, while anything runs
REAP_TIMEOUT = 5.0  # seconds until a killed process must be gone


class Runtime:
    """``variables`` gives a function's environment variables, asked for each time an environment is started.

    Make it inside the event loop. ``bytecode`` is a folder in which compiled handlers may be kept; without one they
    are compiled at each cold start. ``request_ids`` gives UUIDs.
    """

    def __init__(  # noqa: PLR0913 - keywords with defaults, all but the first three
        self,
        functions: Mapping[str, Function],
        variables: Callable[[Function], dict[str, str]],
        listener: RuntimeListener,
        *,
        limits: RuntimeLimits | None = None,
        clock: Clock | None = None,
        request_ids: Callable[[], str] = lambda: str(uuid.uuid4()),
        interpreter: str = sys.executable,
        bytecode: Path | None = None,
    ) -> None:
        if sys.platform == "win32":
            raise EnvironmentFailed(
                "Windows is not supported: execution environments need Unix sockets and signals. Run Longwire in WSL."
            )
        self.loop = asyncio.get_running_loop()
        self.functions = functions
        self.variables = variables
        self.clock = clock or Clock()
        self.request_ids = request_ids
        self.interpreter = interpreter
        self.bytecode = bytecode
        self.limits = limits or RuntimeLimits()
        self.around = Surroundings(listener, self.limits, self.clock, self.launch, self.room, self.changed)
        self.pools: dict[str, Pool] = {}
        self.sweeping: asyncio.TimerHandle | None = None
        self.awake = False
        self.closed = False
        self.change = asyncio.Event()

    def invoke(self, invocation: Invoke, done: Callable[[InvocationFinished], None]) -> None:
        """Never blocks; ``done`` is called exactly once, later, in the loop. Raises KeyError for no such function."""
        call = self.call(invocation, done)
        if self.closed:
            gone = InvocationFinished(
                invocation.invocation_id, "", "crashed", "The runtime is closed.", "Runtime.ExitError"
            )
            self.loop.call_soon(done, gone)
            return
        self.pool(invocation.function).submit(call)
        self.wake()

    def call(self, invocation: Invoke, done: Callable[[InvocationFinished], None]) -> Call:
        return Call(invocation, done, invocation.request_id or self.request_ids(), self.loop.time())

    def warm(self, *logical_ids: str) -> None:
        """Start an environment for each that has none, ahead of its first invocation."""
        if not self.closed:
            for logical_id in logical_ids:
                self.pool(logical_id).warm()
            self.wake()

    def replace(self, logical_id: str) -> None:
        """The code has changed: busy environments finish and end, new ones are used from now on."""
        self.pool(logical_id).retire(self.functions[logical_id])

    def deploy(self, functions: Mapping[str, Function], changed: Collection[str]) -> None:
        """Run these from now on; ``changed`` are the logical ids of those with other code or settings, or gone.

        A function that is gone finishes what it was asked for. As many of the changed ones as there are processors, of
        those that were used last, are started at once: their next call is sooner, and a failing init is seen now.
        """
        self.functions = {**self.functions, **functions}
        used = sorted(self.pools.keys() & set(changed), key=lambda name: self.pools[name].last_used(), reverse=True)
        for logical_id in used:
            self.replace(logical_id)
        self.warm(*[name for name in used if name in functions][: os.cpu_count() or 1])

    async def close(self, grace: float) -> None:
        """Let what was asked for finish, for at most ``grace`` seconds; then kill. No process is left."""
        await self.until(lambda: not any(pool.in_flight() for pool in self.pools.values()), grace)
        self.closed = True
        if self.sweeping is not None:
            self.sweeping.cancel()
        for pool in self.pools.values():
            pool.abandon()
        await self.until(lambda: not any(pool.environments for pool in self.pools.values()), REAP_TIMEOUT)

    async def until(self, condition: Callable[[], bool], seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not condition():
                    self.change.clear()
                    await self.change.wait()

    def changed(self) -> None:
        self.change.set()

    # --- what pools need

    def pool(self, logical_id: str) -> Pool:
        pool = self.pools.get(logical_id)
        if pool is None:
            pool = self.pools[logical_id] = Pool(self.functions[logical_id], self.around)
        return pool

    def launch(self, function: Function) -> Launch | ApiLaunch:
        variables = self.variables(function)
        arn = function_arn(function.name, variables.get("AWS_REGION", ""), variables.get("AWS_ACCOUNT_ID", ""))
        stream = log_stream_name(self.clock(), self.request_ids())
        variables["AWS_LAMBDA_LOG_STREAM_NAME"] = stream
        command, clock = runtime_command(function), -1 if self.clock.file is None else self.clock.file.fileno()
        if command:
            return ApiLaunch(command, arn, function.code, variables, function.debug_port, clock)
        bytecode = str(self.bytecode) if self.bytecode is not None else ""
        debugged = function.debug_port is not None
        return Launch(
            function.interpreter or self.interpreter,
            arn,
            function.code,
            variables,
            bytecode,
            debugged,
            function.profiled,
            clock,
        )

    def room(self) -> bool:
        """When all are taken, the longest idle one of any function makes room for the next time we are asked."""
        if sum(len(pool.environments) for pool in self.pools.values()) < self.limits.max_environments:
            return True
        if any(each.killed for pool in self.pools.values() for each in pool.environments):
            return False  # one is on its way out already
        found = [(each.since, pool, each) for pool in self.pools.values() if (each := pool.longest_idle())]
        if found:
            _, pool, environment = min(found, key=lambda entry: entry[0])
            pool.end(environment)
        return False

    # --- time

    def running(self) -> list[Environment]:
        """The environments that run a call."""
        return [each for pool in self.pools.values() for each in pool.environments if each.call is not None]

    def asleep(self) -> int:
        """How many handlers wait for the clock."""
        return sum(each.sleeps_until is not None for each in self.running())

    def next_deadline(self) -> float | None:
        """When, by the clock, the next handler wakes up or has to be over."""
        times = [min(each.call.ends_at, each.sleeps_until or INF) for each in self.running() if each.call is not None]
        return min(times) - self.clock.monotonic() + self.clock() if times else None

    def moved(self) -> None:
        """The clock was moved: whose Timeout is over is killed, and who slept until now is taken to be awake."""
        if self.sweeping is not None:
            self.sweeping.cancel()
        self.sweep()
        for each in self.running():
            if each.sleeps_until is not None and self.clock.has_passed(each.sleeps_until):
                each.sleeps_until = None

    def wake(self) -> None:
        if not self.awake:
            self.awake = True
            if self.sweeping is not None:
                self.sweeping.cancel()
            self.sweeping = self.loop.call_later(SWEEP, self.sweep)

    def sweep(self) -> None:
        """One timer for all limits, so that an invocation needs none of its own."""
        now = self.loop.time()
        active = [pool.sweep(now) for pool in self.pools.values()]
        self.awake = any(active)
        for pool in self.pools.values():
            pool.shrink(now)
        self.sweeping = self.loop.call_later(SWEEP if self.awake else self.limits.idle / 10, self.sweep)
