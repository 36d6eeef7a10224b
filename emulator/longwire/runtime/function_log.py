"""What happens to a function's invocations, told to the listener in Lambda's words."""

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from longwire.core.api import Function
from longwire.runtime.environment import Call
from longwire.runtime.lambda_log import (
    Report,
    end_line,
    error_entry,
    error_text,
    exit_message,
    init_report_line,
    report_entry,
    report_line,
    start_entry,
    start_line,
    timed_out_message,
    timestamp,
)
from longwire.runtime.missing_module import advice
from longwire.runtime.outcome import Outcome

__all__ = ["FunctionLog", "RuntimeListener"]


class RuntimeListener(Protocol):
    """Functions are named by logical id. ``stream`` is stdout, stderr or platform (what Lambda itself writes).

    A line is one log entry and may have several lines (a record with a traceback). A throttled invocation finishes
    without having started.
    """

    def invocation_started(self, invocation_id: str, function: str, cold: bool) -> None: ...
    def invocation_finished(self, report: Report) -> None: ...
    def logged(self, function: str, invocation_id: str | None, stream: str, line: str) -> None: ...


class FunctionLog:
    """Of one function. ``function`` is replaced when the template gives it other settings."""

    def __init__(self, function: Function, listener: RuntimeListener, clock: Callable[[], float]) -> None:
        self.function = function
        self.listener = listener
        self.clock = clock
        self.told = ""
        self.told_memory = 0  # the MemorySize that was told to be too small

    def log(self, call: Call | None, stream: str, line: str) -> None:
        invocation_id = call.invocation.invocation_id if call is not None else None
        self.listener.logged(self.function.logical_id, invocation_id, stream, line)

    @property
    def as_json(self) -> bool:
        return self.function.log_format == "JSON"

    def started(self, call: Call, *, cold: bool) -> None:
        self.listener.invocation_started(call.invocation.invocation_id, self.function.logical_id, cold)
        as_json, request_id = self.as_json, call.request_id
        self.log(call, "platform", start_entry(request_id, self.clock()) if as_json else start_line(request_id))

    def finished(self, call: Call, outcome: Outcome, init_ms: float | None) -> Outcome:
        """Returns the outcome with Lambda's message for it."""
        if outcome.error:
            outcome = self.worded(call, outcome)
        if outcome.error == "raised" and not outcome.logged:
            self.log(call, "stderr", self.error(outcome, call.request_id))
        report = self.report(call, outcome, init_ms)
        if outcome.error != "throttled":
            self.ended(call, report)
            self.look_at_memory(call, report)
        self.listener.invocation_finished(report)
        return outcome

    def ended(self, call: Call, report: Report) -> None:
        if self.as_json:
            self.log(call, "platform", report_entry(report, self.clock()))
        else:
            self.log(call, "platform", end_line(call.request_id))
            self.log(call, "platform", report_line(report))

    def look_at_memory(self, call: Call, report: Report) -> None:
        """Told once: what a process needs differs a little from machine to machine, so nothing is killed for it."""
        if report.max_memory_mb > report.memory_mb != self.told_memory:
            self.told_memory = report.memory_mb
            used = f"it has used {report.max_memory_mb} MB, and MemorySize is {report.memory_mb}"
            self.log(call, "stderr", f"longwire: {used}: AWS would have killed it (Runtime.ExitError, signal: killed)")

    def worded(self, call: Call, outcome: Outcome) -> Outcome:
        """Some messages name the request; Lambda writes those to the log as well."""
        if outcome.error == "timed_out":
            message = timed_out_message(call.request_id, self.function.timeout)
            self.log(call, "platform", f"{timestamp(self.clock())} {message}")
        elif outcome.error_type == "Runtime.ExitError":
            message = exit_message(call.request_id, outcome.error_message)
            self.log(call, "platform", f"{message}\nRuntime.ExitError")
        else:
            return outcome
        return replace(outcome, error_message=message)

    def report(self, call: Call, outcome: Outcome, init_ms: float | None) -> Report:
        return Report(
            invocation_id=call.invocation.invocation_id,
            request_id=call.request_id,
            function=self.function.logical_id,
            duration_ms=outcome.duration_ms,
            init_ms=init_ms,
            max_memory_mb=outcome.memory_mb,
            memory_mb=self.function.memory_mb,
            error=outcome.error,
            error_type=outcome.error_type,
            error_message=outcome.error_message,
            stack_trace="".join(outcome.stack_trace),
        )

    def error(self, outcome: Outcome, request_id: str) -> str:
        what = (outcome.error_type, outcome.error_message, outcome.stack_trace)
        return error_entry(*what, request_id, self.clock()) if self.as_json else error_text(*what)

    def init_failed(self, outcome: Outcome, duration_ms: float) -> None:
        """The same traceback is told once, until ``forget`` is called."""
        told = error_text(outcome.error_type, outcome.error_message, outcome.stack_trace)
        if told != self.told and outcome.error_type != "Runtime.ExitError":
            if not outcome.logged:
                self.log(None, "stderr", self.error(outcome, ""))
            if todo := advice(self.function, outcome.error_message):
                self.log(None, "stderr", f"longwire: {todo}")
        self.told = told
        self.log(None, "platform", init_report_line(duration_ms, "init", outcome.error_type))

    def init_timed_out(self, phase: str, duration_ms: float) -> None:
        self.log(None, "platform", init_report_line(duration_ms, phase, ""))

    def forget(self) -> None:
        self.told = ""
