"""Messages of one connection one after the other, for ``parallel_message_dispatch=false``.

API Gateway invokes each message at once (inferred); to take turns is ours, for debugging.
"""

from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

__all__ = ["Turns"]

Turn = TypeVar("Turn")


class Turns(Generic[Turn]):
    """By connection id: whether a message is being answered, and those that wait behind it."""

    def __init__(self) -> None:
        self.waiting: dict[str, deque[Turn]] = {}

    def begin(self, connection_id: str, turn: Turn) -> bool:
        """True when it is this message's turn; else it waits for ``following``."""
        queue = self.waiting.get(connection_id)
        if queue is None:
            self.waiting[connection_id] = deque()
            return True
        queue.append(turn)
        return False

    def following(self, connection_id: str) -> Turn | None:
        """The message whose turn it is when one has been answered; None when there is none."""
        queue = self.waiting.get(connection_id)
        if queue:
            return queue.popleft()
        self.forget(connection_id)
        return None

    def change(self, apply: Callable[[Turn], Turn]) -> None:
        """Of all that wait."""
        for queue in self.waiting.values():
            queue.extend([apply(queue.popleft()) for _ in range(len(queue))])

    def forget(self, connection_id: str) -> None:
        self.waiting.pop(connection_id, None)
