"""What functions do, on the timeline: each invocation with the connection and route that asked for it."""

import asyncio
from collections.abc import Callable

from longwire.core.events import InvocationFinished, Invoke
from longwire.inspector.timeline import Timeline
from longwire.runtime.runtime import Report

__all__ = ["Activity", "Done"]

Done = Callable[[InvocationFinished], None]
Runs = Callable[[Invoke, Done], None]


class Activity:
    """A RuntimeListener. ``invoke`` stands before the runtime's own, so that it knows what is under way.

    ``reported`` gets the report of every invocation, to count it.
    """

    def __init__(
        self, timeline: Timeline, clock: Callable[[], float], reported: Callable[[Report], None] = lambda _: None
    ) -> None:
        self.timeline = timeline
        self.clock = clock
        self.reported = reported
        self.running: dict[str, Invoke] = {}
        self.traced: dict[str, str] = {}  # the invocations that run, by the digits of their trace id
        self.runtime: Runs | None = None
        self.logs: dict[str, list[str]] = {}
        self.idle = asyncio.Event()
        self.idle.set()

    def invoke(self, invocation: Invoke, done: Done) -> None:
        assert self.runtime is not None
        self.runtime(invocation, self.following(invocation, done))

    def following(self, invocation: Invoke, done: Done) -> Done:
        """It is under way from now on, until what is returned is called; that calls ``done``."""
        self.running[invocation.invocation_id] = invocation
        traced = trace_digits(invocation.request_id)
        if traced:
            self.traced[traced] = invocation.invocation_id
        self.idle.clear()

        def finished(result: InvocationFinished) -> None:
            self.running.pop(invocation.invocation_id, None)
            self.traced.pop(traced, None)
            done(result)
            if not self.running:
                self.idle.set()

        return finished

    def invocation_of(self, trace: str) -> str:
        """Whose call it is that carries this ``X-Amzn-Trace-Id``, as AWS's SDKs send it from a handler; "" if nobody's.

        ``Root=1-{8 digits}-{24 digits};Parent=...`` (see runtime.lambda_environment.trace_id).
        """
        return self.traced.get(trace[16:40], "")

    def functions(self) -> list[str]:
        """The logical ids of the functions that are running."""
        return sorted({invocation.function for invocation in self.running.values()})

    def publish(self, event: str, invocation_id: str, data: dict[str, object]) -> None:
        """``data`` gets the route that asked for the invocation."""
        invocation = self.running.get(invocation_id)
        connection_id = ""
        if invocation is not None:
            connection_id = invocation.connection_id
            data["route_key"] = invocation.route_key
        self.timeline.publish(event, connection_id, self.clock(), data)

    def invocation_started(self, invocation_id: str, function: str, cold: bool) -> None:
        self.publish(
            "invocation_started", invocation_id, {"invocation_id": invocation_id, "function": function, "cold": cold}
        )

    def invocation_finished(self, report: Report) -> None:
        self.reported(report)
        data: dict[str, object] = {
            "invocation_id": report.invocation_id,
            "function": report.function,
            "duration_ms": report.duration_ms,
            "billed_ms": report.billed_ms,
            "init_ms": report.init_ms,
            "max_memory_mb": report.max_memory_mb,
            "error": report.error,
            "error_type": report.error_type,
            "error_message": report.error_message,
        }
        if report.stack_trace:
            data["stack_trace"] = report.stack_trace
        self.publish("invocation_finished", report.invocation_id, data)

    def logged(self, function: str, invocation_id: str | None, stream: str, line: str) -> None:
        invocation = self.running.get(invocation_id) if invocation_id is not None else None
        connection_id = "" if invocation is None else invocation.connection_id
        if invocation_id in self.logs:
            self.logs[invocation_id].append(line)
        data = {"invocation_id": invocation_id, "function": function, "stream": stream, "line": line}
        self.timeline.publish("log", connection_id, self.clock(), data)

    def keep_log(self, invocation_id: str) -> None:
        self.logs[invocation_id] = []

    def kept_log(self, invocation_id: str) -> str:
        return "".join(f"{line}\n" for line in self.logs.pop(invocation_id))


def trace_digits(request_id: str) -> str:
    return request_id.replace("-", "")[:24]
