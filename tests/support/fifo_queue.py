"""An SQS FIFO queue in virtual time: groups, deduplication within five minutes, visibility."""

from dataclasses import dataclass
from typing import Any

from virtual_clock import VirtualClock

__all__ = ["FifoQueue", "Queued"]

DEDUPLICATION = 300
VISIBILITY = 180


@dataclass
class Queued:
    """A message; its id is its receipt handle too."""

    id: str
    group: str
    body: str
    visible: float = 0.0
    received: int = 0

    def record(self) -> dict[str, Any]:
        """As Lambda hands it to a function."""
        return {
            "messageId": self.id,
            "receiptHandle": self.id,
            "body": self.body,
            "attributes": {"ApproximateReceiveCount": str(self.received), "MessageGroupId": self.group},
        }


class FifoQueue:
    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self.messages: list[Queued] = []
        self.sent = 0
        self.taken: dict[tuple[str, str], float] = {}

    def send_all(self, entries: list[dict[str, Any]]) -> None:
        now = self.clock.time()
        # The rest of a broadcast too big for one invocation goes to a queue without groups, which nobody serves here.
        for entry in (each for each in entries if "MessageGroupId" in each):
            key = entry["MessageGroupId"], entry["MessageDeduplicationId"]
            if now - self.taken.get(key, -DEDUPLICATION) >= DEDUPLICATION:
                self.taken[key] = now
                self.sent += 1
                self.messages.append(Queued(f"m{self.sent}", key[0], entry["MessageBody"]))

    def receive(self, count: int = 10) -> list[Queued]:
        """Those that are next in their groups; a group of which one is in flight gives none."""
        now = self.clock.time()
        flying = {each.group for each in self.messages if each.visible > now}
        found = [each for each in self.messages if each.group not in flying][:count]
        for each in found:
            each.visible, each.received = now + VISIBILITY, each.received + 1
        return found

    def delete(self, message: Queued) -> None:
        self.messages = [each for each in self.messages if each is not message]

    def postpone(self, receipt: str, seconds: int) -> None:
        for each in self.messages:
            if each.id == receipt:
                each.visible = self.clock.time() + seconds
