"""When a queue has messages to give, read off moto's own queue.

SQS's API can tell that messages are delayed or in flight but not until when, and asking costs a call. Everything
else about queues goes through the API.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = ["Queues"]


@dataclass(frozen=True, slots=True)
class Queues:
    """The queues of one account and region, by name. Times are epoch seconds, as ``clock()`` gives them."""

    account_id: str
    region: str
    clock: Callable[[], float]

    def named(self, name: str) -> Any:
        from moto.sqs.models import sqs_backends

        return sqs_backends[self.account_id][self.region].queues.get(name)

    def is_ready(self, name: str) -> bool:
        """Whether a receive may find something: a visible message, though perhaps of a blocked group."""
        queue = self.named(name)
        return queue is not None and any(visible_from(message) < self.clock() for message in messages(queue))

    def next_change(self, name: str) -> float | None:
        """When the next message that is delayed or in flight becomes visible."""
        queue = self.named(name)
        now = self.clock()
        times = (visible_from(message) for message in messages(queue)) if queue is not None else ()
        return min((when for when in times if when >= now), default=None)

    def wait_seconds(self, name: str) -> int:
        """The queue's ReceiveMessageWaitTimeSeconds; 0 for a queue that does not exist."""
        queue = self.named(name)
        return 0 if queue is None else int(queue.receive_message_wait_time_seconds)


def messages(queue: Any) -> list[Any]:
    found: list[Any] = queue._messages  # noqa: SLF001 - moto's ``messages`` leaves out those that are hidden
    return found


def visible_from(message: Any) -> float:
    return float(max(message.visible_at, message.delayed_until)) / 1000
