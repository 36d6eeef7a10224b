"""What faults hold back: in order on one way of one connection (Lane), or each for itself (Held)."""

from collections import deque
from collections.abc import Callable
from itertools import count
from typing import Protocol

__all__ = ["Action", "Cancellable", "Held", "Lane", "Later"]

Action = Callable[[], None]


class Cancellable(Protocol):
    def cancel(self) -> None: ...


Later = Callable[[float, Action], Cancellable]


class Held:
    """Actions that are due later, in no order but that of their times."""

    def __init__(self, later: Later) -> None:
        self.later = later
        self.numbers = count()
        self.waiting: dict[int, tuple[Cancellable, Action]] = {}

    def add(self, delay: float, action: Action) -> None:
        """At once when there is no delay."""
        if delay <= 0:
            action()
            return
        number = next(self.numbers)
        self.waiting[number] = (self.later(delay, lambda: self.due(number)), action)

    def due(self, number: int) -> None:
        _, action = self.waiting.pop(number)
        action()

    def flush(self) -> None:
        """Do everything now, in the order in which it came."""
        for number in sorted(self.waiting):
            if number in self.waiting:
                self.waiting[number][0].cancel()
                self.due(number)

    def forget(self) -> None:
        for timer, _ in self.waiting.values():
            timer.cancel()
        self.waiting.clear()


class Lane:
    """One way of one connection. TCP keeps the order of what it carries, so whatever is late delays what is behind it.

    ``size`` is how many bytes wait. Nothing passes while it is ``blocked``.
    """

    def __init__(self, later: Later, clock: Callable[[], float]) -> None:
        self.later = later
        self.clock = clock
        self.waiting: deque[tuple[float, int, Action]] = deque()
        self.timer: Cancellable | None = None
        self.free_at = 0.0  # when the bandwidth has carried what is before
        self.size = 0
        self.blocked = False

    def add(self, action: Action, size: int, delay: float = 0.0, bandwidth: int = 0) -> None:
        now = self.clock()
        due = now
        if bandwidth:
            self.free_at = due = max(now, self.free_at) + size / bandwidth
        due += delay
        if self.waiting:
            due = max(due, self.waiting[-1][0])
        elif due <= now and not self.blocked:
            action()
            return
        self.waiting.append((due, size, action))
        self.size += size
        self.arm()

    def arm(self) -> None:
        if self.timer is None and self.waiting and not self.blocked:
            self.timer = self.later(max(0.0, self.waiting[0][0] - self.clock()), self.run)

    def run(self) -> None:
        self.timer = None
        while self.waiting and not self.blocked and self.waiting[0][0] <= self.clock():
            self.next()
        self.arm()

    def next(self) -> None:
        _, size, action = self.waiting.popleft()
        self.size -= size
        action()

    def flush(self) -> None:
        """Let everything pass now."""
        self.blocked = False
        self.free_at = 0.0
        self.stop()
        while self.waiting:
            self.next()

    def stop(self) -> None:
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
