"""Invocations that have been asked for and not answered: why they were made, and how long they may take."""

from dataclasses import dataclass
from enum import StrEnum

from longwire.core.api import Route
from longwire.core.backends import Asking
from longwire.core.connection import Connection
from longwire.core.timers import TimerQueue

__all__ = ["Invocations", "Pending", "Purpose"]


class Purpose(StrEnum):
    AUTHORIZE = "authorize"
    CONNECT = "connect"
    MESSAGE = "message"
    DISCONNECT = "disconnect"


@dataclass(frozen=True, slots=True)
class Pending:
    """``request_id`` is the one in the event, which an error frame repeats; ``started`` is epoch seconds.

    The connection may have ended since. ``message_id`` is a message's alone; ``asking`` is None where a function gets
    an event (Lambda proxy, authorizer).
    """

    purpose: Purpose
    connection: Connection
    request_id: str
    route: Route
    timeout: float
    started: float
    message_id: str | None = None
    asking: Asking | None = None

    @property
    def connection_id(self) -> str:
        return self.connection.connection_id


class Invocations:
    """Pending by invocation id, with one timer queue for each distinct integration timeout."""

    def __init__(self) -> None:
        self.pending: dict[str, Pending] = {}
        self.queues: dict[float, TimerQueue] = {}

    def add(self, invocation_id: str, pending: Pending, now: float) -> None:
        self.pending[invocation_id] = pending
        queue = self.queues.get(pending.timeout)
        if queue is None:
            queue = self.queues[pending.timeout] = TimerQueue(pending.timeout)
        queue.start(invocation_id, now)

    def finish(self, invocation_id: str) -> Pending | None:
        """None when the integration timeout was first: the function's answer is then of no interest to anyone."""
        pending = self.pending.pop(invocation_id, None)
        if pending is not None:
            self.queues[pending.timeout].stop(invocation_id)
        return pending

    def expire(self, now: float) -> list[Pending]:
        return [self.pending.pop(key) for queue in self.queues.values() for key in queue.expire(now)]

    def next_deadline(self) -> float | None:
        earliest = None
        for queue in self.queues.values():
            deadline = queue.next_deadline()
            if deadline is not None and (earliest is None or deadline < earliest):
                earliest = deadline
        return earliest
