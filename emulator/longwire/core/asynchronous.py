"""Asynchronous invocations: when an event is tried again, when it is given up, and whom that is told.

Lambda developer guide, "How Lambda handles errors and retries with asynchronous invocation" and "Capturing records of
Lambda asynchronous invocations".
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal

from longwire.core.events import InvocationFinished

__all__ = [
    "AsyncEvent",
    "AsyncSettings",
    "Ended",
    "Invocable",
    "Retry",
    "attributes",
    "destination_record",
    "function_failure",
    "settled",
]

LATEST = "$LATEST"
# Documented: "Lambda attempts to run it two more times, with a one-minute wait between the first two attempts, and two
# minutes between the second and third attempts."
PAUSES = (60.0, 120.0)
MAX_PAUSE = 300.0  # seconds; documented of throttled events: "from 1 second ... to a maximum of 5 minutes"
MAX_MESSAGE = 1024  # bytes; documented: ErrorMessage has "the first 1 KB of the error message"
Condition = Literal["Success", "RetriesExhausted", "EventAgeExceeded"]


@dataclass(frozen=True, slots=True)
class AsyncSettings:
    """An EventInvokeConfig; destinations are ARNs. Documented defaults: two retries, six hours."""

    retries: int = 2
    max_age: float = 21_600.0
    on_success: str = ""
    on_failure: str = ""


@dataclass(frozen=True, slots=True)
class Invocable:
    """What of a function can be invoked, and what its asynchronous invocations get.

    ``aliases`` are versions by name; ``asynchronous`` is by qualifier; ``dead_letter`` is an ARN, or empty.
    """

    versions: tuple[str, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    asynchronous: Mapping[str, AsyncSettings] = field(default_factory=dict)
    dead_letter: str = ""

    def version_of(self, qualifier: str) -> str | None:
        """``$LATEST`` without a qualifier; None for one that is not there."""
        if qualifier in ("", LATEST):
            return LATEST
        return qualifier if qualifier in self.versions else self.aliases.get(qualifier)

    def settings(self, qualifier: str) -> AsyncSettings:
        return self.asynchronous.get(qualifier or LATEST, AsyncSettings())


@dataclass(frozen=True, slots=True)
class AsyncEvent:
    """One accepted event; ``arn`` is the function's with a qualifier. ``accepted_at`` is epoch seconds."""

    request_id: str
    arn: str
    payload: str
    accepted_at: float
    attempts: int = 0
    throttles: int = 0


@dataclass(frozen=True, slots=True)
class Retry:
    """Try ``event`` again after ``pause`` seconds."""

    event: AsyncEvent
    pause: float


@dataclass(frozen=True, slots=True)
class Ended:
    """``pause``: the event is given up that many seconds from now, when it is too old."""

    event: AsyncEvent
    condition: Condition
    pause: float = 0.0


def settled(
    event: AsyncEvent, settings: AsyncSettings, result: InvocationFinished, now: float, *, never: bool = False
) -> Retry | Ended:
    """After an attempt. ``never``: the function's reserved concurrency is 0, so that no attempt can succeed."""
    if result.error == "throttled":
        if never:  # documented: new events go to the dead-letter queue or the on-failure destination at once
            return Ended(event, "RetriesExhausted")
        tried = replace(event, throttles=event.throttles + 1)
        pause = min(MAX_PAUSE, 2.0**event.throttles)
    else:
        tried = replace(event, attempts=event.attempts + 1)
        if not result.error:
            return Ended(tried, "Success")
        if tried.attempts > settings.retries:
            return Ended(tried, "RetriesExhausted")
        pause = PAUSES[min(tried.attempts, len(PAUSES)) - 1]
    left = event.accepted_at + settings.max_age - now
    return Ended(tried, "EventAgeExceeded", max(0.0, left)) if pause > left else Retry(tried, pause)


# --- what is told


def function_failure(result: InvocationFinished, request_id: str, runtime: str = "") -> dict[str, Any]:
    """The payload of a failed invocation, as Lambda's runtimes word it: Node.js' has a ``trace`` of its own."""
    found: dict[str, Any] = {"errorMessage": result.error_message, "errorType": result.error_type}
    if runtime.startswith("nodejs") and result.stack_trace:
        trace = [line.rstrip("\n") for line in result.stack_trace]
        return {"errorType": result.error_type, "errorMessage": result.error_message, "trace": trace}
    if result.error in ("raised", "init_failed") and result.stack_trace:
        found |= {"requestId": request_id, "stackTrace": list(result.stack_trace)}
    return found


def destination_record(
    ended: Ended, result: InvocationFinished, version: str, now: float, runtime: str = ""
) -> dict[str, Any]:
    """What a destination gets. Documented: "The invocation record contains details about the event in JSON format"."""
    event = ended.event
    ran = result.error != "throttled"
    failed = function_failure(result, event.request_id, runtime) if result.error else None
    response = failed or json.loads(result.payload or "null")
    context = {"statusCode": 200, "executedVersion": version}
    return {
        "version": "1.0",
        "timestamp": datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "requestContext": {
            "requestId": event.request_id,
            "functionArn": event.arn,
            "condition": ended.condition,
            "approximateInvokeCount": event.attempts,
        },
        "requestPayload": json.loads(event.payload),
        # Not verified: null for an event whose function never ran.
        "responseContext": ({**context, "functionError": "Unhandled"} if result.error else context) if ran else None,
        "responsePayload": response if ran else None,
    }


def attributes(event: AsyncEvent, result: InvocationFinished) -> dict[str, tuple[str, str]]:
    """Message attributes of a dead letter, type and value. Documented: RequestID, ErrorCode, ErrorMessage."""
    code = "429" if result.error == "throttled" else "200"
    message = (result.error_message or result.error).encode()[:MAX_MESSAGE].decode("utf-8", "ignore")
    return {
        "RequestID": ("String", event.request_id),
        "ErrorCode": ("Number", code),
        "ErrorMessage": ("String", message or "-"),
    }
