"""What Lambda itself writes to a function's log, and the report of one invocation."""

import json
import math
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal, NamedTuple

__all__ = [
    "ErrorKind",
    "Report",
    "end_line",
    "error_entry",
    "error_text",
    "exit_message",
    "init_report_line",
    "report_entry",
    "report_line",
    "start_entry",
    "start_line",
    "timed_out_message",
    "timestamp",
]

ErrorKind = Literal["", "raised", "timed_out", "crashed", "init_failed", "throttled"]


class Report(NamedTuple):
    """How one invocation went. ``init_ms`` is there for a cold start alone; ``stack_trace`` is text, or empty.

    ``request_id`` is Lambda's, the ``aws_request_id`` of the handler's context; ``function`` is a logical id.
    """

    invocation_id: str
    request_id: str
    function: str
    duration_ms: float
    init_ms: float | None
    max_memory_mb: int
    memory_mb: int
    error: ErrorKind = ""
    error_type: str = ""
    error_message: str = ""
    stack_trace: str = ""

    @property
    def billed_ms(self) -> int:
        """Whole milliseconds, rounded up. Since 2025-08-01 the init phase is billed for all configurations."""
        return math.ceil(self.duration_ms + (self.init_ms or 0))


def start_line(request_id: str) -> str:
    return f"START RequestId: {request_id} Version: $LATEST"


def end_line(request_id: str) -> str:
    return f"END RequestId: {request_id}"


def report_line(report: Report) -> str:
    """Fields are separated, and the line is ended, by a tab, as in CloudWatch."""
    fields = [
        f"REPORT RequestId: {report.request_id}",
        f"Duration: {report.duration_ms:.2f} ms",
        f"Billed Duration: {report.billed_ms} ms",
        f"Memory Size: {report.memory_mb} MB",
        f"Max Memory Used: {report.max_memory_mb} MB",
    ]
    if report.init_ms is not None:
        fields.append(f"Init Duration: {report.init_ms:.2f} ms")
    if report.error == "timed_out":
        fields.append("Status: timeout")
    elif report.error in ("crashed", "init_failed"):
        fields += ["Status: error", f"Error Type: {report.error_type}"]
    return "\t".join(fields) + "\t"


def init_report_line(duration_ms: float, phase: str, error_type: str) -> str:
    """Of an init that did not succeed; an empty ``error_type`` stands for the time limit."""
    status = f"Status: error\tError Type: {error_type}" if error_type else "Status: timeout"
    return f"INIT_REPORT Init Duration: {duration_ms:.2f} ms\tPhase: {phase}\t{status}"


def error_text(error_type: str, message: str, stack_trace: Sequence[str]) -> str:
    """The one entry that the Python runtime writes for a handler that raised, or a module that cannot be imported."""
    head = f"[ERROR] {error_type}: {message}" if message else f"[ERROR] {error_type}"
    trace = "".join(stack_trace).rstrip("\n")
    return f"{head}\nTraceback (most recent call last):\n{trace}" if trace else head


# --- the same for functions whose LogFormat is JSON; there is no END then


def start_entry(request_id: str, now: float) -> str:
    return platform_entry("platform.start", {"requestId": request_id, "version": "$LATEST"}, now)


def report_entry(report: Report, now: float) -> str:
    """Documented in "Lambda Telemetry API Event schema reference", platform.report."""
    metrics: dict[str, float] = {
        "durationMs": round(report.duration_ms, 3),
        "billedDurationMs": report.billed_ms,
        "memorySizeMB": report.memory_mb,
        "maxMemoryUsedMB": report.max_memory_mb,
    }
    if report.init_ms is not None:
        metrics["initDurationMs"] = round(report.init_ms, 3)
    record: dict[str, object] = {"requestId": report.request_id, "metrics": metrics, "status": "success"}
    if report.error:
        record["status"] = "timeout" if report.error == "timed_out" else "error"
        record["errorType"] = report.error_type
    return platform_entry("platform.report", record, now)


def platform_entry(kind: str, record: dict[str, object], now: float) -> str:
    return json.dumps({"time": timestamp(now), "type": kind, "record": record})


def error_entry(error_type: str, message: str, stack_trace: Sequence[str], request_id: str, now: float) -> str:
    entry = {"timestamp": timestamp(now), "level": "ERROR", "errorMessage": message, "errorType": error_type}
    return json.dumps(entry | {"requestId": request_id, "stackTrace": list(stack_trace)})


# --- messages


def exit_message(request_id: str, status: str) -> str:
    """``status`` as ``os`` would put it in Go: ``exit status 1``, ``signal: killed``; empty for exit status 0."""
    how = f"Runtime exited with error: {status}" if status else "Runtime exited without providing a reason"
    return f"RequestId: {request_id} Error: {how}"


def timed_out_message(request_id: str, seconds: float) -> str:
    return f"{request_id} Task timed out after {seconds:.2f} seconds"


def timestamp(now: float) -> str:
    """``2026-11-24T08:13:00.123Z``."""
    return datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
