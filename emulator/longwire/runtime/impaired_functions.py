"""What faults do to invocations: this stands before the runtime while any of the kind "invoke" is in force."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from longwire.activity import Activity, Done
from longwire.core.events import Invoke
from longwire.core.faults import Decision, Faults
from longwire.runtime.environment import Call, Environment
from longwire.runtime.outcome import Outcome
from longwire.runtime.pool import Pool
from longwire.runtime.runtime import Runtime
from longwire.server.delays import Held, Later

__all__ = ["ImpairedFunctions"]

BRIEF = 1.0  # milliseconds that a failure takes: the least that Lambda bills
RAISED = "RuntimeError: a fault of longwire's"


class ImpairedFunctions:
    """``later(seconds, call)`` starts a timer; ``new_id()`` gives invocation ids."""

    def __init__(
        self, activity: Activity, runtime: Runtime, faults: Faults, later: Later, new_id: Callable[[], str]
    ) -> None:
        self.activity = activity
        self.runtime = runtime
        self.faults = faults
        self.new_id = new_id
        self.held = Held(later)
        activity.runtime = runtime.invoke

    def watch(self, on: bool) -> None:
        """Without a fault nothing stands before the runtime, and what was held back is let go."""
        self.activity.runtime = self.invoke if on else self.runtime.invoke
        if not on:
            self.held.flush()

    def invoke(self, invocation: Invoke, done: Done) -> None:
        facts = {
            "function": invocation.function,
            "route": invocation.route_key,
            "connection": invocation.connection_id,
        }
        decision = self.faults.decide("invoke", facts)
        if decision is None:
            self.runtime.invoke(invocation, done)
        else:
            self.held.add(decision.delay, partial(self.strike, invocation, done, decision))

    def strike(self, invocation: Invoke, done: Done, decision: Decision) -> None:
        if self.runtime.closed or not decision.outcome:
            self.runtime.invoke(invocation, done)
        elif decision.outcome == "duplicate":
            copy = replace(invocation, invocation_id=self.new_id())
            self.runtime.invoke(copy, self.activity.following(copy, lambda _result: None))
            self.runtime.invoke(invocation, done)
        elif decision.outcome == "cold_start":
            pool = self.runtime.pool(invocation.function)
            pool.retire(pool.function)
            self.runtime.invoke(invocation, done)
        else:
            call, pool = self.runtime.call(invocation, done), self.runtime.pool(invocation.function)
            self.fail(pool, call, decision)

    def fail(self, pool: Pool, call: Call, decision: Decision) -> None:
        """The handler does not run; the log, the answer and the report are those of a failure on AWS."""
        if decision.outcome == "throttled":
            # Documented: TooManyRequestsException, and nothing is written to the function's log.
            refused = Outcome("", "throttled", "TooManyRequestsException", "Rate Exceeded.")
            pool.loop.call_soon(pool.finish, call, refused, None)
            return
        environment = pool.take()
        pool.journal.started(call, cold=environment is None)
        if decision.outcome == "error":
            self.over(pool, call, environment, raised(decision.value))
        elif decision.outcome == "crash":
            self.over(pool, call, environment, killed())
        else:
            seconds = pool.function.timeout
            hung = Outcome("", "timed_out", "Sandbox.Timedout", "", (), seconds * 1000)
            self.held.add(seconds, partial(self.over, pool, call, environment, hung))

    @staticmethod
    def over(pool: Pool, call: Call, environment: Environment | None, outcome: Outcome) -> None:
        """Lambda keeps the environment of a handler that raised, and no other."""
        if environment is not None:
            memory = environment.peak_memory_mb()
            outcome = replace(outcome, memory_mb=memory)
            if outcome.error == "raised" and not environment.killed:
                pool.available(environment)
            else:
                pool.end(environment)
        pool.loop.call_soon(pool.finish, call, outcome, None)


def raised(text: object) -> Outcome:
    """``Type: message``, or a message alone, as a Python function's failure."""
    kind, colon, message = (RAISED if text is True else str(text)).partition(": ")
    if not colon or not kind.replace(".", "").isidentifier():
        kind, message = "RuntimeError", str(text)
    return Outcome("", "raised", kind, message, duration_ms=BRIEF)


def killed() -> Outcome:
    return Outcome("", "crashed", "Runtime.ExitError", "signal: killed", duration_ms=BRIEF)
