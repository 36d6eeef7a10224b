"""The execution environments of one function, and the calls that wait for one.

As on Lambda an environment runs one call at a time. Unlike Lambda a call that finds none idle waits a little before one
is started for it: a process costs more than most handlers take. A function whose calls take long gets one for each.
"""

import asyncio
import os
from collections import deque
from dataclasses import replace

from longwire.core.api import Function
from longwire.core.events import InvocationFinished
from longwire.errors import EnvironmentFailed
from longwire.runtime.ahead import Ahead
from longwire.runtime.api_environment import start_environment
from longwire.runtime.environment import Call, Environment
from longwire.runtime.function_log import FunctionLog
from longwire.runtime.growth import Growth, is_coming, most_environments
from longwire.runtime.lambda_environment import trace_id
from longwire.runtime.outcome import Outcome
from longwire.runtime.surroundings import Surroundings

__all__ = ["Pool"]

TICK = 0.003  # seconds that a call waits before an environment is started for it


class Pool:
    """Calls come in by ``submit`` and are answered, each exactly once, through their own ``done``."""

    def __init__(self, function: Function, around: Surroundings) -> None:
        self.loop = asyncio.get_running_loop()
        self.function = function
        self.around = around
        self.waiting: deque[Call] = deque()
        self.idle: list[Environment] = []
        self.environments: set[Environment] = set()
        self.growth = Growth(os.cpu_count() or 1)
        self.ahead = Ahead(self.waiting, self.environments, self.growth, self.terms)
        self.ticking: asyncio.TimerHandle | None = None
        self.init_too_slow = False
        self.journal = FunctionLog(function, around.listener, around.clock)

    # --- calls

    def submit(self, call: Call) -> None:
        reserved = self.function.reserved_concurrency
        if reserved is not None and self.in_flight() >= reserved:
            # Documented: beyond ReservedConcurrentExecutions Lambda throttles; 0 throttles everything.
            outcome = Outcome("", "throttled", "TooManyRequestsException", "Rate Exceeded.")
            self.loop.call_soon(self.finish, call, outcome, None)
        elif (environment := self.take()) is not None:
            self.begin(environment, call)
        else:
            self.waiting.append(call)
            self.ahead.send(self.loop.time())
            self.grow()

    def take(self) -> Environment | None:
        """The one that was used last; never one whose process is gone."""
        while self.idle:
            environment = self.idle.pop()
            if not environment.killed:
                return environment
        return None

    def in_flight(self) -> int:
        return len(self.waiting) + sum((each.call is not None) + len(each.ahead) for each in self.environments)

    def begin(self, environment: Environment, call: Call) -> None:
        cold, environment.used = not environment.used, True
        environment.begin(call, *self.terms(call))
        self.journal.started(call, cold=cold)

    def terms(self, call: Call) -> tuple[int, str]:
        """Its deadline in milliseconds, and its trace id."""
        now = self.around.clock()
        call.ends_at = self.around.clock.monotonic() + self.function.timeout
        return int((now + self.function.timeout) * 1000), trace_id(call.request_id, now)

    def finish(self, call: Call, outcome: Outcome, init_ms: float | None) -> None:
        outcome = self.journal.finished(call, outcome, init_ms)
        result = (outcome.payload, outcome.error, outcome.error_message, outcome.error_type, outcome.stack_trace)
        call.done(InvocationFinished(call.invocation.invocation_id, *result))
        self.around.changed()

    # --- how many environments there are

    def grow(self) -> None:
        """A call waits. Nothing can be sooner than the first environment; more are started by the tick."""
        if not self.environments and self.around.room():
            self.add()
        if self.ticking is None:
            self.ticking = self.loop.call_later(TICK, self.tick)

    def tick(self) -> None:
        self.ticking = None
        now = self.loop.time()
        ahead = self.ahead.look(now)
        stuck = self.waiting and self.growth.helps(now - self.waiting[0].since, len(self.environments))
        if stuck and self.may_add():
            self.add()
        if self.waiting or ahead:
            self.ticking = self.loop.call_later(TICK, self.tick)

    def may_add(self) -> bool:
        limits, recently = self.around.limits, self.loop.time() - self.around.limits.young
        starting = [each for each in self.environments if is_coming(each, recently) and each not in self.idle]
        return (
            len(starting) < len(self.waiting)
            and sum(each.since > recently for each in starting) < limits.starting
            and len(self.environments) < most_environments(self.function, limits)
            and self.around.room()
        )

    def add(self) -> None:
        launched = self.loop.time()
        try:
            environment = start_environment(self, self.around.launch(self.function))
        except EnvironmentFailed as exc:
            outcome = Outcome("", "init_failed", "EnvironmentFailed", str(exc))
            self.loop.call_soon(self.init_over, outcome, 0.0)
            return
        environment.launched = launched
        self.environments.add(environment)

    def warm(self) -> None:
        if all(each.retired for each in self.environments) and self.around.room():
            self.add()

    def last_used(self) -> float:
        """The loop's time at which one of the environments began what it does now; 0 without any."""
        return max((each.since for each in self.environments), default=0.0)

    def retire(self, function: Function) -> None:
        """No call from now on goes to an environment of today; those that run one end after it."""
        self.function = self.journal.function = function
        self.journal.forget()
        self.init_too_slow = False
        self.idle.clear()
        self.ahead.take_back(self.environments)
        for environment in self.environments:
            environment.retired = True
            if environment.call is None:
                environment.kill()

    def longest_idle(self) -> Environment | None:
        return min(self.idle, key=lambda each: each.since, default=None)

    def end(self, environment: Environment) -> None:
        """Of one that runs nothing."""
        environment.retired = True
        if environment in self.idle:
            self.idle.remove(environment)
        environment.kill()

    # --- what environments tell (environment.Owner)

    def ready(self, environment: Environment) -> None:
        environment.init_ms = self.since_launch(environment)
        self.init_too_slow = False
        self.journal.forget()
        self.available(environment)

    def available(self, environment: Environment) -> None:
        if environment.retired:
            environment.kill()
        elif not environment.asks:
            environment.since = self.loop.time()
        elif self.waiting:
            self.begin(environment, self.waiting.popleft())
        else:
            environment.since = self.loop.time()
            self.idle.append(environment)

    def answered(self, environment: Environment, outcome: Outcome) -> None:
        self.growth.answered(outcome.duration_ms)
        self.finish_in(environment, outcome)
        if environment.ahead:
            self.journal.started(environment.run_next(), cold=False)
        else:
            self.available(environment)
        self.ahead.send(self.loop.time())

    def finish_in(self, environment: Environment, outcome: Outcome) -> None:
        call, environment.call = environment.call, None
        init_ms, environment.init_ms = environment.init_ms, None  # of the first call alone
        if call is not None:
            self.finish(call, outcome, init_ms)

    def printed(self, environment: Environment, stream: str, line: str) -> None:
        self.journal.log(environment.call, stream, line)

    def ended(self, environment: Environment, status: str) -> None:
        self.environments.discard(environment)
        self.ahead.take_back((environment,))
        if environment in self.idle:
            self.idle.remove(environment)
        ran = (self.loop.time() - environment.since) * 1000
        exited = Outcome("", "crashed", "Runtime.ExitError", status, (), ran, environment.memory_mb)
        if environment.call is not None:
            self.finish_in(environment, exited)
            while environment.ahead:
                self.journal.started(environment.run_next(), cold=False)
                self.finish_in(environment, exited)
        elif not environment.initialised and not environment.retired:
            self.init_over(replace(exited, error="init_failed"), self.since_launch(environment))
        self.around.changed()
        if self.waiting:
            self.grow()

    def init_failed(self, environment: Environment, outcome: Outcome) -> None:
        self.end(environment)
        self.init_over(outcome, self.since_launch(environment))

    def since_launch(self, environment: Environment) -> float:
        return (self.loop.time() - environment.launched) * 1000

    # --- inits that go wrong

    def init_over(self, outcome: Outcome, duration_ms: float) -> None:
        """Answer the calls that waited for it. The next call tries again, with a new environment, as on Lambda.

        Lambda runs a failed init a second time before it answers, and has one init fail for each concurrent call.
        Both only repeat what is known, so here one failure answers all, unless another environment of the same code
        has shown that it can succeed.
        """
        if outcome.error == "init_failed":
            self.journal.init_failed(outcome, duration_ms)
        proven = any(each.initialised and not each.retired for each in self.environments)
        for _ in range(min(1, len(self.waiting)) if proven else len(self.waiting)):
            call = self.waiting.popleft()
            self.journal.started(call, cold=True)
            self.finish(call, replace(outcome, duration_ms=duration_ms), None)

    def init_timed_out(self, environment: Environment) -> None:
        """Documented: it is retried with the first invocation "with the configured function timeout"."""
        duration = self.since_launch(environment)
        self.end(environment)
        self.journal.init_timed_out("invoke" if self.init_too_slow else "init", duration)
        if self.init_too_slow:
            self.init_over(Outcome("", "timed_out", "Sandbox.Timedout"), duration)
        self.init_too_slow = not self.init_too_slow

    # --- time

    def sweep(self, now: float) -> bool:
        """Enforce the time limits, and freeze what is idle; whether there is anything left that time matters to."""
        active = bool(self.waiting)
        for environment in tuple(self.environments):
            if not environment.killed and not environment.frozen:
                self.look_at(environment, now - environment.since)
            active = active or not environment.frozen
        return active

    def look_at(self, environment: Environment, seconds: float) -> None:
        own_limit = self.init_too_slow or self.function.debug_port
        init_limit = self.function.timeout if own_limit else self.around.limits.init
        if environment.exited():
            environment.kill()
        elif environment.call is not None:
            if self.around.clock.has_passed(environment.call.ends_at):
                self.time_out(environment)
        elif environment.initialised:
            self.look_at_free(environment, seconds)
        elif seconds >= init_limit:
            self.init_timed_out(environment)

    def look_at_free(self, environment: Environment, seconds: float) -> None:
        """An invocation ends when the runtime asks for the next one, however early its response was."""
        if environment.asks or environment in self.idle:
            if seconds >= self.around.limits.freeze_after and not self.function.debug_port:
                environment.freeze()
        elif seconds >= self.function.timeout:
            environment.kill()

    def time_out(self, environment: Environment) -> None:
        environment.retired = True
        environment.native.drain()
        memory = environment.peak_memory_mb()
        environment.kill()
        milliseconds = self.function.timeout * 1000
        self.finish_in(environment, Outcome("", "timed_out", "Sandbox.Timedout", "", (), milliseconds, memory))

    def shrink(self, now: float) -> None:
        """Lambda ends environments that nobody has called for some minutes; one is kept, for it costs little."""
        for environment in sorted(self.idle, key=lambda each: each.since)[:-1]:
            if now - environment.since >= self.around.limits.idle:
                self.end(environment)

    # --- the end

    def abandon(self) -> None:
        """Kill everything; whoever waits is told so."""
        while self.waiting:
            self.finish(self.waiting.popleft(), Outcome("", "crashed", "Runtime.ExitError", "signal: killed"), None)
        for environment in self.environments:
            environment.retired = True
            environment.kill()
