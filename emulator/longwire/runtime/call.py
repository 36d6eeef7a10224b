"""An invocation on its way to an execution environment."""

from collections.abc import Callable
from dataclasses import dataclass

from longwire.core.events import InvocationFinished, Invoke

__all__ = ["Call", "packed"]


@dataclass(slots=True, eq=False)
class Call:
    """An invocation on its way; ``since`` is the loop's time at which it was asked for, ``ends_at`` the time of the
    clock's ``monotonic`` at which it has to be over, known when it is sent."""

    invocation: Invoke
    done: Callable[[InvocationFinished], None]
    request_id: str
    since: float
    ends_at: float = float("inf")


def packed(call: Call, deadline_ms: int, trace_id: str) -> bytes:
    """A call as the bootstrap reads it: one line about it, then the payload."""
    asked = call.invocation
    more = f" {asked.qualifier}" if asked.qualifier or asked.client_context else ""
    context = f" {asked.client_context}" if asked.client_context else ""
    return f"{call.request_id} {deadline_ms} {trace_id}{more}{context}\n{asked.payload}".encode()
